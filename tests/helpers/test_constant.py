# SPDX-License-Identifier: GPL-2.0-or-later
"""Is the value of a constant expression what C says, and unknown where it is not known?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.helpers.body import read_expression
from reviewbot.helpers.constant import value_of
from reviewbot.syntax.facts import SyntaxFacts

_MACROS = {"MASK": "GENMASK(6, 4)", "SHIFT": "4", "LOOP": "LOOP + 1", "WIDE": "(0x7 << SHIFT)"}


def _value(text: str) -> int | None:
    term = read_expression(text, SyntaxFacts())
    assert term is not None
    return value_of(term, _MACROS.get)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", 8),
        ("0x1FUL", 31),
        ("0", 0),
        ("BIT(3)", 8),
        ("GENMASK(7, 4)", 0xF0),
        ("GENMASK_ULL(63, 0)", (1 << 64) - 1),
        ("MASK", 0x70),
        ("WIDE", 0x70),
        ("(unsigned int)(3 + 4) * 2", 14),
        ("~0ULL", (1 << 64) - 1),
        ("(1 << 4) - 1", 15),
        ("17 / 4 % 3", 1),
        ("1 << 64", None),
        ("1 - 2", None),
        ("1 / 0", None),
        ("GENMASK(3, 4)", None),
        ("LOOP", None),
        ("OTHER", None),
        ("sizeof(int)", None),
        ("f(1)", None),
    ],
)
def test_value_of_an_expression(text: str, value: int | None) -> None:
    """Worked out by hand."""
    assert _value(text) == value


@given(st.integers(0, 63), st.integers(0, 63))
def test_genmask_has_the_bits_between_its_ends(one: int, other: int) -> None:
    """GENMASK(h, l) has the bits l to h."""
    high, low = max(one, other), min(one, other)

    assert _value(f"GENMASK({high}, {low})") == sum(1 << bit for bit in range(low, high + 1))
