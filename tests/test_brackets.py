# SPDX-License-Identifier: GPL-2.0-or-later
"""Are brackets and blocks found from both sides, and is what never closes bounded by the text?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.brackets import block_end, block_start, closing


@pytest.mark.parametrize(
    ("text", "at", "end"),
    [("f(a, g(b)) + 1", 1, 10), ("f(a, g(b)) + 1", 6, 9), ("a[b[1]]", 1, 7), ("{ ( } )", 0, 5), ("f(a", 1, 3)],
)
def test_closing(text: str, at: int, end: int) -> None:
    """Brackets of one kind are paired; others between them do not count."""
    assert closing(text, at) == end


def test_blocks() -> None:
    """A block is found from a place within it, whatever blocks stand before and after the place."""
    text = "f { a { b } c { d } e } g"

    assert (block_start(text, text.index("c")), block_end(text, text.index("c"))) == (2, text.rindex("}"))
    assert (block_start(text, text.index("d")), block_end(text, text.index("d"))) == (text.index("{ d"), 18)
    assert (block_start(text, text.index("g")), block_end(text, text.index("g"))) == (-1, len(text))
    assert block_end(text, text.index("c"), 15) == 15


@given(st.text("{}a", max_size=60), st.integers(0, 60))
def test_both_sides_agree(text: str, at: int) -> None:
    """What opens a block closes where its inside says that it ends."""
    at = min(at, len(text))
    start, end = block_start(text, at), block_end(text, at)
    if start >= 0 and end < len(text):
        assert closing(text, start) == end + 1
