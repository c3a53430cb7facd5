# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the #defines of a file stand for, where, and which of them are single bits?  Only the text is read.

A bit is `1 << 3` where its neighbours show that bits are meant: a size, or one value of a field, is written like that,
too.  Whether BIT() is wanted is a matter of taste as long as no other #define of the file calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewbot.helpers.body import read_body
from reviewbot.helpers.entry import Entry, Kind
from reviewbot.helpers.header import blank_comments
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.term import Term

_DEFINE = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(\([^()\n]*\))?((?:[^\\\n]|\\\n|\\)*)", re.MULTILINE)
_SHIFTED = re.compile(r"\(*\s*(\d+)([uUlL]*)\s*<<\s*(\d+)\s*\)*")
_CALLS_BIT = re.compile(r"\bBIT(?:_ULL)?\(")
_NO_BITS = frozenset(
    ["COUNT", "DEPTH", "ENTRIES", "FREQ", "LEN", "LENGTH", "LIMIT", "MAX", "MIN", "NR", "NUM", "ONE", "ORDER", "RATE"]
    + ["SCALE", "SIZE", "UNIT", "WIDTH"]
)
"""Words of names that are numbers, however they are written."""
_MAX_TEXT = 1000
_NEAR_LINES = 3
_SIGN = 31


@dataclass(frozen=True, slots=True)
class Definition:
    """One #define: its parameters (none of an object-like macro), and its text.  `place` is where the directive begins,
    `start` where the text does: offsets in bytes."""

    name: str
    parameters: tuple[str, ...]
    text: str
    place: int
    start: int
    line: int

    @property
    def end(self) -> int:
        """Where the text ends: an offset in bytes."""
        return self.start + len(self.text)

    def term(self, facts: SyntaxFacts) -> Term | None:
        """The expression that the macro is; None where it is none, or operators could tear it or a parameter apart."""
        if self.text.startswith("({"):
            return None
        entry = Entry(Kind.MACRO, self.name, "", 0, "", tuple(("", name) for name in self.parameters), self.text)
        body = read_body(entry, facts)
        return body.term if body is not None and not body.bare and not body.is_statement else None


@dataclass(frozen=True, slots=True)
class Bit:
    """A definition of one bit: the macro that makes it, its number, and whether the file is one that calls it."""

    definition: Definition
    macro: str
    number: str
    usual: bool


def definitions(text: bytes) -> list[Definition]:
    """The #defines of a file that stand for something, by place."""
    out, line, at = list[Definition](), 1, 0
    plain = blank_comments(text)
    for found in _DEFINE.finditer(plain):
        body = found.group(3).replace(b"\\\n", b"  ").rstrip()
        start = found.start(3) + len(body) - len(body.lstrip())
        line, at = line + plain.count(b"\n", at, start), start
        if body.strip() and len(body) <= _MAX_TEXT and body.isascii():
            names = found.group(2).decode("ascii", "replace") if found.group(2) else ""
            parameters = tuple(name.strip() for name in names.strip("()").split(",") if name.strip())
            out.append(
                Definition(found.group(1).decode(), parameters, body.strip().decode(), found.start(), start, line)
            )
    return out


def bits(found: Sequence[Definition]) -> Iterator[Bit]:
    """The definitions of single bits among those of a file."""
    calls = any(_CALLS_BIT.search(one.text) for one in found)
    for at, one in enumerate(found):
        shift = _SHIFTED.fullmatch(one.text)
        if shift is None or one.parameters or shift.group(1) != "1" or set(one.name.upper().split("_")) & _NO_BITS:
            continue
        around = [two for two in (*found[max(0, at - 1) : at], *found[at + 1 : at + 2]) if _is_near(one, two)]
        if any(_is_bit(two, shift.group(3)) for two in around) and not any(_is_field(two, shift) for two in around):
            suffix, number = shift.group(2).upper(), int(shift.group(3))
            usual = calls and (number < _SIGN or "U" in suffix)
            yield Bit(one, "BIT_ULL" if suffix.count("L") > 1 else "BIT", shift.group(3), usual)


def firsts(found: Iterable[Bit]) -> Iterator[Bit]:
    """The first of each block of lines, since to ask once is enough."""
    last = -1
    for one in found:
        if one.definition.line != last + 1:
            yield one
        last = one.definition.line


def _is_near(one: Definition, two: Definition) -> bool:
    return abs(one.line - two.line) <= _NEAR_LINES


def _is_bit(one: Definition, but: str) -> bool:
    """True for another bit than the one of the number `but`."""
    shift = _SHIFTED.fullmatch(one.text)
    return bool(_CALLS_BIT.search(one.text)) or (shift is not None and shift.group(1) == "1" and shift.group(3) != but)


def _is_field(one: Definition, shift: re.Match[str]) -> bool:
    """True for another value of the field that a shift may be a value of: (2 << 4) beside (1 << 4)."""
    other = _SHIFTED.fullmatch(one.text)
    return other is not None and other.group(1) != "1" and other.group(3) == shift.group(3)
