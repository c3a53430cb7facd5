# SPDX-License-Identifier: GPL-2.0-or-later
"""What is one rule of a semantic patch in our patterns, and by which places of other rules does it decide?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from reviewbot.cocci.body import Token, alternatives, read_body, uncast
from reviewbot.cocci.declare import Declared, declared
from reviewbot.cocci.depends import Wants
from reviewbot.cocci.emit import write
from reviewbot.cocci.lex import Section
from reviewbot.cocci.shapes import operated, unelsed, unlooped
from reviewbot.cocci.silent import settle
from reviewbot.cocci.text import Written
from reviewbot.cocci.where import All, Outside, Pointers, Text
from reviewbot.errors import CocciError, PatternError
from reviewbot.match.compiled import compile_assumption, compile_excuse, compile_pattern
from reviewbot.rule import Assume, Meta, Pattern, Spots

_ISOMORPHISMS = {"is_zero": "zero", "isnt_zero": "zero", "is_null": "null", "isnt_null1": "null", "not_ptr1": "null"}
_SPELT = frozenset({"boolean", "relation"})
"""What SmPL does not have: `!A || A && B` asks for a spelling, and so does `a < b`."""
_SPELT_AS = {"null": re.compile(r"[!=]= NULL\b"), "zero": re.compile(r"[!=]= 0\b")}
"""`x == NULL` is `!x`, but not `x == 0`; nor the other way round."""
_MAX_DEPTH = 5
_NOT_NULL = re.compile(r"(?<=[{}.;] )(\$\w+(?:@\w+)*) != (?:NULL|0);")


class File(Protocol):
    """What a rule asks of its file; `parts` are the rules that were read so far, as what others ask of them."""

    parts: dict[tuple[str, str | None, tuple[str, ...]], Part]

    def part_of(self, name: str, line: int) -> Section:
        """A rule by its name; raises CocciError."""

    def wants(self, part: Section, taken: frozenset[str]) -> Wants:
        """The rules that must have matched, or not, beside those that something is taken from; raises CocciError."""

    def dropped(self, taken: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """The rules, with their positions, whose matches scripts drop, among those that take the same over."""

    def asks(self, part: Section) -> tuple[Text, ...]:
        """What scripts demand of a rule's matches; raises CocciError."""

    def outside(self, function: str, line: int) -> Outside:
        """What a Python function says of a position; raises CocciError."""


class Part:
    """One rule of the file as patterns.

    `position` is what it reports at: "" for its `*` lines, None where any place will do.  `wants` are conditions beside
    its own, `conditions` what a script asks, `positions` others that must be there, too.
    """

    def __init__(
        self,
        file: File,
        section: Section,
        position: str | None,
        *,
        wants: Wants = frozenset(),
        conditions: tuple[Text, ...] = (),
        positions: tuple[str, ...] = (),
        depth: int = 0,
    ) -> None:
        if depth > _MAX_DEPTH:
            raise CocciError(section.header_line, "rules of rules of rules")
        self._file, self._section, self._position, self._depth = file, section, position, depth
        self._positions = positions
        self.line, self.name = section.header_line, section.name
        self.known = declared(section.declared, section.declared_line)
        self._written = self._alternatives()
        self.unless = self._unless()
        self.patterns = tuple(
            dict.fromkeys(
                replace(pattern, text=text)
                for pattern in map(self._pattern, self._written)
                for text in tested(pattern.text)
            )
        )
        self._check()
        self._conditions = (*conditions, *file.asks(section))
        self._groups = self._inherited()
        more = file.wants(section, frozenset(self._groups)) | wants
        self.only_at = (*self._taken(), *self._depends(more, wanted=True))
        self.not_at = (*self._apart(), *self._lacking(), *self._depends(more, wanted=False), *self._dropped())

    def _alternatives(self) -> list[Written]:
        """The alternatives that report, with what the others say."""
        section = self._section
        types = frozenset(name for name, one in self.known.items() if one.kind == "type")
        ways = [
            one
            for way in alternatives(read_body(section.body, section.line), section.line)
            for other in operated(way, self.known)
            for short in unelsed(other, self.known)
            for one in uncast(short, types)
            if one
        ]
        self._starred = any(token.star for way in ways for token in way)
        reporting = [way for way in ways if self._reports(way)]
        if not reporting:
            where = f"a position `{self._position}` that is not in the rule"
            raise CocciError(section.header_line, where if self._position else "a rule without a place to report")
        silent = [unlooped(way, self.known) for way in ways if not self._reports(way)]
        out = [write(way, self.known) for way in reporting]
        settle(out, [write(way, self.known) for way in silent], section.line)
        return out

    def _reports(self, way: list[Token]) -> bool:
        if not all(any(name in token.marks for token in way) for name in self._positions):
            return False
        if self._position is None:
            return True
        return any(self._position in token.marks if self._position else token.star for token in way)

    def _unless(self) -> tuple[str | Assume, ...]:
        sets = {tuple(map(repr, one.unless)): one.unless for one in self._written}
        if len(sets) > 1:
            raise CocciError(self._section.line, "alternatives with different `when`")
        return tuple(next(iter(sets.values())))

    def _pattern(self, one: Written) -> Pattern:
        if one.every is None:
            every = "forall" in self._section.flags or ("exists" not in self._section.flags and not self._starred)
        else:
            every = one.every
        report: int | str | None = self._position or None
        if report is None and one.path and self._position == "":
            report = one.starred
        disabled = {_ISOMORPHISMS[name] for name in self._section.disabled if name in _ISOMORPHISMS}
        spelt = {name for name, sign in _SPELT_AS.items() if sign.search(one.text)}
        disabled |= set(_SPELT_AS) - spelt if spelt else set()
        several = "..." in one.text and one.path
        return Pattern(
            one.text,
            without=tuple(sorted(_SPELT | disabled)),
            path="every" if every and several else "some",
            any=any(one.any) if len(set(one.any)) < 2 else tuple(one.any),
            between=tuple(one.between) if any(one.between) else (),
            instead=tuple(one.instead) if any(one.instead) else (),
            reassigned=several,
            possible=several,
            report=report,
            function=one.function,
            smpl=True,
        )

    def _check(self) -> None:
        """That all of it compiles."""
        try:
            for pattern in self.patterns:
                compile_pattern(pattern)
            for excuse in self.unless:
                compile_assumption(excuse.text) if isinstance(excuse, Assume) else compile_excuse(excuse)
        except PatternError as error:
            lacks = "to look for" in error.what
            what = "a pattern with nothing to look for" if lacks else "a pattern that does not compile"
            raise CocciError(self._section.line, what, error.what) from error

    @property
    def _texts(self) -> Iterator[str]:
        for pattern in self.patterns:
            yield from (pattern.text, pattern.function)
            yield from (text for gap in (*pattern.between, *pattern.instead) for text in gap)
        yield from (one if isinstance(one, str) else one.text for one in self.unless)
        yield from (text for one in self._written for text, _ in one.lacks)

    def _used(self) -> list[Declared]:
        names = {name for text in self._texts for name in names_of(text)}
        return [one for name, one in self.known.items() if name in names]

    def binds(self, name: str) -> bool:
        """True if each of the patterns binds a metavariable or mark."""
        return all(name in compile_pattern(pattern).metavariables for pattern in self.patterns)

    def is_mark(self, name: str) -> bool:
        """True for the name of a mark."""
        return any(name in compile_pattern(pattern).marks for pattern in self.patterns)

    @property
    def metavariables(self) -> dict[str, Meta]:
        """The constraints of what the patterns use."""
        return {one.name: one.meta for one in self._used() if one.meta is not None}

    @property
    def where(self) -> All | None:
        """What else must hold; None for nothing."""
        pointers = tuple(one.name for one in self._used() if one.pointer)
        asked = [self._file.outside(one.script, one.line) for one in self._used() if one.script]
        parts = (*((Pointers(pointers),) if pointers else ()), *asked, *self._conditions)
        for one in self._conditions:
            if not self.binds(one.name):
                raise CocciError(self.line, "Python that asks for what the rule does not bind", one.name)
        return All(parts) if parts else None

    # other rules

    def _inherited(self) -> dict[str, list[Declared]]:
        """What is taken over from each other rule, and used."""
        out: dict[str, list[Declared]] = {}
        for one in self._used():
            if one.refused:
                raise CocciError(one.line, one.refused)
            if one.rule:
                if not self.binds(one.name) and self._position is not None:
                    raise CocciError(one.line, "what is taken over and not bound", one.name)
                out.setdefault(one.rule, []).append(one)
        return out

    def _taken(self) -> Iterator[Spots]:
        for rule, names in self._groups.items():
            positions = [one.name for one in names if one.kind == "position"]
            others = tuple(one.name for one in names if one.name not in positions[:1])
            if positions:
                yield self._spots(rule, positions[0], positions[0], others)
            else:
                yield self._spots(rule, None, None, others)

    def _apart(self) -> Iterator[Spots]:
        for one in self._used():
            for rule, name in one.apart:
                if not self.binds(one.name):
                    raise CocciError(one.line, "a position that is not in all alternatives", one.name)
                yield self._spots(rule, name, one.name, ())

    def _depends(self, wants: Wants, *, wanted: bool) -> Iterator[Spots]:
        for rule, given in sorted(wants):
            if given is wanted:
                other = self._part(rule, None)
                same = [
                    name
                    for name in other.shared(self)
                    if self.binds(name) and (other.binds(name) or not other.is_mark(name))
                ]
                yield _spots_of(other, None, tuple(same))

    def _dropped(self) -> Iterator[Spots]:
        for rule, position in self._file.dropped(frozenset(self._groups)):
            if rule != self.name:
                other = self._part(rule, position)
                same = tuple(name for name in other.shared(self) if self.binds(name) and other.binds(name))
                yield _spots_of(other, None, same)

    def shared(self, other: Part) -> Iterator[str]:
        """The names that this rule takes over from another, or both from a third."""
        theirs = {(one.rule, name) for name, one in other.known.items() if one.rule}
        for name, one in self.known.items():
            if one.rule == other.name or (one.rule and (one.rule, name) in theirs):
                yield name

    def _part(self, rule: str, position: str | None, positions: tuple[str, ...] = ()) -> Part:
        known, key = self._file.parts, (rule, position, positions)
        if key not in known:
            section = self._file.part_of(rule, self.line)
            known[key] = Part(self._file, section, position, positions=positions, depth=self._depth + 1)
        return known[key]

    def _spots(self, rule: str, position: str | None, mark: str | None, same: tuple[str, ...]) -> Spots:
        positions = tuple(name for name in same if self.known[name].kind == "position")
        other = self._part(rule, position, positions)
        for name in same:
            if not other.binds(name):
                raise CocciError(self.line, "a metavariable that the other rule does not bind", f"{rule}.{name}")
        return _spots_of(other, mark, same)

    def _lacking(self) -> Iterator[Spots]:
        """The blocks that come to what they must not come to."""
        found: dict[tuple[str, tuple[str, ...]], list[Pattern]] = {}
        for text, mark in dict.fromkeys(lack for one in self._written for lack in one.lacks):
            pattern = Pattern(
                text,
                without=tuple(sorted(_SPELT)),
                reassigned=True,
                possible=True,
                report=mark,
                smpl=True,
            )
            same = tuple(sorted(name for name in names_of(text) if name != mark and self.binds(name)))
            found.setdefault((mark, same), []).append(pattern)
        for (mark, same), patterns in found.items():
            yield Spots(mark=mark, same=same, patterns=tuple(patterns), metavariables=self.metavariables)


def tested(text: str) -> Iterator[str]:
    """A pattern, and for a step `x != NULL` that it stands as a test: there `x` alone says it."""
    yield text
    found = _NOT_NULL.search(text)
    if found and " ... " in text:
        for test in ("if ({} && ...) ...", "if ({} || ...) ...", "while ({} && ...) ...", "while ({} || ...) ..."):
            yield text[: found.start(1)] + test.format(found[1]) + text[found.end() :]
        yield f"{text[: found.start(1)]}{found[1]} ? $_ : $_;{text[found.end() :]}"


def _spots_of(other: Part, mark: str | None, same: tuple[str, ...]) -> Spots:
    return Spots(
        mark=mark,
        same=same,
        patterns=other.patterns,
        unless=other.unless,
        metavariables=other.metavariables,
        where=other.where,
        not_at=other.not_at,
        only_at=other.only_at,
    )


def names_of(text: str) -> set[str]:
    """The metavariables and marks of a pattern's text."""
    return (set(re.findall(r"\$(\w+)", text)) | set(re.findall(r"@(\w+)", text))) - {"_"}
