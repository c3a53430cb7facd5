# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in a text do quoted lines stand, whatever mail programs did to their blanks, wrapping and quote marks?

Texts are compared as strings without white space and quote marks, so that a line that was wrapped is the same text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

_MARKS = re.compile(r"^[>|\s]+")
_BLANKS = re.compile(r"\s+")
_WORD = re.compile(r"\w")
MOST = 400_000
"""Characters of a text that are compared; what stands below them is not found."""
_TELLING = 6
"""Letters and digits that make a text tell one place from others."""
_PIECES = 3
"""Lines that one line may have been wrapped to."""
_LONG = 12
"""Characters from which on a text need not be whole lines."""


def squeezed(line: str) -> str:
    """A line without white space, and without quote marks in front."""
    return _BLANKS.sub("", _MARKS.sub("", line))


@dataclass(slots=True)
class Budget:
    """How many characters may still be searched for all comments of a thread together."""

    left: int = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where quoted lines stand: 1-based first and last line, and how many characters were the same."""

    first: int
    last: int
    length: int


@dataclass(slots=True)
class Target:
    """A text by lines in which quotes are looked for."""

    lines: Sequence[str]
    text: str = field(init=False)
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        pieces, at = [], 0
        self._starts = []
        for line in self.lines:
            self._starts.append(at)
            piece = squeezed(line)
            if at + len(piece) > MOST:
                break
            pieces.append(piece)
            at += len(piece)
        self.text = "".join(pieces)

    def find(self, quoted: Sequence[str], after: int, budget: Budget) -> Place | None:
        """The place of the last quoted lines, as many as stand there together; None if none or several may be meant.

        Of equal places the first whose last line is below line `after` is taken.
        """
        suffix, begin, longer = "", 0, ""
        for number, line in enumerate(reversed(quoted), 1):
            longer = squeezed(line) + longer
            start = self._find(longer, budget)
            if start >= 0:
                suffix, begin = longer, start
            elif suffix or number >= _PIECES:
                break
        if not suffix:
            return None
        several = self._find(suffix, budget, begin + 1) >= 0
        if several:
            if len(_WORD.findall(suffix)) < _TELLING:
                return None
            begin = self._later(suffix, begin, after, budget)
        return Place(self._line(begin), self._line(begin + len(suffix) - 1), len(suffix))

    def goes_on(self, place: Place, line: str, budget: Budget) -> int:
        """The line on which the text below a place goes on with `line`, to its end; 0 if it does not."""
        key = squeezed(line)
        begin = self._starts[place.last - 1]
        window = self.text[begin : begin + 2000]
        budget.left -= len(window)
        at = window.find(key) if len(key) > 1 else -1
        if at < 0 or self._line(begin + at) > place.last + 1:
            return 0
        end = begin + at + len(key)
        return self._line(end - 1) if self._is_line_end(end) and not self._is_start(begin + at) else 0

    def _later(self, suffix: str, begin: int, after: int, budget: Budget) -> int:
        at = begin
        while at >= 0:
            if self._line(at + len(suffix) - 1) > after:
                return at
            at = self._find(suffix, budget, at + 1)
        return begin

    def _find(self, text: str, budget: Budget, start: int = 0) -> int:
        """Where a text stands: whole lines, unless it is long."""
        while budget.left > 0:
            at = self.text.find(text, start)
            budget.left -= (at if at >= 0 else len(self.text)) - start + 1
            if at < 0:
                return -1
            if len(text) >= _LONG or (self._is_start(at) and self._is_line_end(at + len(text))):
                return at
            start = at + 1
        return -1

    def _line(self, at: int) -> int:
        """The 1-based line that a character stands on."""
        return bisect_right(self._starts, at)

    def _is_start(self, at: int) -> bool:
        return self._starts[self._line(at) - 1] == at

    def _is_line_end(self, at: int) -> bool:
        return at == len(self.text) or self._is_start(at)
