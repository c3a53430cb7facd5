# SPDX-License-Identifier: GPL-2.0-or-later
"""Where does a bracket close, and which block stands around a place?  In text without comments and strings."""

from __future__ import annotations

import re

_PAIRS = {"(": re.compile(r"[()]"), "[": re.compile(r"[\[\]]"), "{": re.compile(r"[{}]")}


def closing(text: str, at: int) -> int:
    """The offset behind the bracket that closes the `(`, `[` or `{` at `at`; the text's length where none does."""
    depth = 0
    for found in _PAIRS[text[at]].finditer(text, at):
        depth += 1 if found[0] == text[at] else -1
        if depth == 0:
            return found.end()
    return len(text)


def block_end(text: str, at: int, end: int | None = None) -> int:
    """The offset of the `}` of the block that is open at `at`; `end` (the text's length) where it does not close."""
    end = len(text) if end is None else end
    depth = 0
    for found in _PAIRS["{"].finditer(text, at, end):
        depth += 1 if found[0] == "{" else -1
        if depth < 0:
            return found.start()
    return end


def block_start(text: str, at: int) -> int:
    """The offset of the `{` of the block that is open at `at`; -1 where there is none."""
    depth = 0
    while (at := max(text.rfind("{", 0, at), text.rfind("}", 0, at))) >= 0:
        depth += 1 if text[at] == "{" else -1
        if depth > 0:
            return at
    return -1
