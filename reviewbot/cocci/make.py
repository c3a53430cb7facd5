# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules of ours is a .cocci file, and what of it is refused?

A report script becomes a rule: the patterns of the rule whose position it reports, with its message.  Where a file has
no report script, the rules with `*` lines report, and those with `-` lines in a file that knows no other mode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reviewbot.cocci.body import alternatives, read_body, uncast
from reviewbot.cocci.declare import Declared, declared
from reviewbot.cocci.depends import depends
from reviewbot.cocci.emit import Written, write
from reviewbot.cocci.lex import Cut, Section, cut
from reviewbot.cocci.script import Report, report_of, takes_of
from reviewbot.errors import CocciError, PatternError
from reviewbot.match.compiled import compile_assumption, compile_excuse, compile_pattern
from reviewbot.rule import Assume, Category, Confidence, Meta, Pattern, Rule, Site, Spots

_CONFIDENCE = {"high": Confidence.HIGH, "moderate": Confidence.MODERATE, "medium": Confidence.MODERATE}
_ISOMORPHISMS = {"is_zero": "zero", "isnt_zero": "zero", "is_null": "null", "isnt_null1": "null", "not_ptr1": "null"}
_MODES = frozenset({"report", "org", "context", "patch"})


@dataclass(frozen=True, slots=True)
class Refused:
    """A rule or script that is not read: its name, the line, the construct, and the whole sentence."""

    rule: str
    line: int
    construct: str
    why: str


@dataclass(frozen=True, slots=True)
class Cocci:
    """What a file came to.  `others` are the names of rules for another mode."""

    path: str
    rules: tuple[Rule, ...] = ()
    refused: tuple[Refused, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """True if nothing that reports was refused."""
        return bool(self.rules) and not self.refused


def read(text: str, path: str, taken: frozenset[str] = frozenset()) -> Cocci:
    """The rules of a file's text; their ids are none of those that are taken."""
    try:
        return _Maker(cut(text), path, taken).run()
    except CocciError as error:
        return Cocci(path, refused=(_refused("", error),))


def _refused(name: str, error: CocciError) -> Refused:
    return Refused(name, error.line, error.construct, error.what)


class _Maker:
    def __init__(self, parts: Cut, path: str, taken: frozenset[str]) -> None:
        self._cut, self._path, self._taken = parts, path, taken
        self._rules = {part.name: part for part in parts.sections if part.kind == "rule" and part.name}
        self._scripts = [part for part in parts.sections if part.kind == "script"]
        reports = any("print_report" in part.body for part in self._scripts)
        self._mode = "report" if reports else "context" if "context" in parts.virtuals else "patch"
        self._filtered: set[str] = set()

    def run(self) -> Cocci:
        """Scripts first, then what reports by itself."""
        rules: list[Rule] = []
        refused: list[Refused] = []
        others = [part.name for part in self._rules.values() if self._is_on(part) is False]
        for part, reports in self._reporting():
            try:
                rules.append(self._rule(part, reports, self._taken | {rule.id for rule in rules}))
            except CocciError as error:
                refused.append(_refused(_name(part), error))
        if not rules and not refused:
            refused.append(Refused("", 1, "no rule that reports", "the file has no rule that reports"))
        return Cocci(self._path, tuple(rules), tuple(refused), tuple(others))

    def _is_on(self, part: Section, taken: frozenset[str] = frozenset()) -> bool | None:
        def known(name: str) -> bool | None:
            if name in self._cut.virtuals or name in _MODES:
                return name == self._mode
            if name in self._rules and self._is_on(self._rules[name]) is False:
                return False
            return True if name in taken else None

        return depends(part.depends, known, part.header_line)

    def _reporting(self) -> Iterator[tuple[Section, Section | None]]:
        """What reports: scripts, or rules by their `*` or `-` lines."""
        if self._mode == "report":
            for script in self._scripts:
                taken = frozenset(rule for rule, _ in _takes(script))
                if self._is_on(script, taken) is False:
                    continue
                if "print_report" in script.body:
                    yield script, script
                elif "include_match" in script.body:
                    self._filtered |= taken
            return
        for part in self._cut.sections:
            if part.kind == "rule" and re.search(r"^[*-]", part.body, re.MULTILINE) and self._is_on(part) is not False:
                yield part, None

    def _rule(self, part: Section, script: Section | None, taken_ids: frozenset[str]) -> Rule:
        report = report_of(script) if script else None
        source = self._source(part, report)
        if script is not None:
            self._check_depends(script, frozenset(rule for rule, _ in _takes(script)))
        written = _Rule(self, source, report.position if report else "")
        message = self._message(report, written) if report else f"{self._title()}"
        title = self._title()
        return Rule(
            id=_unique(f"{Path(self._path).stem}-{source.name or 'rule'}", taken_ids),
            title=title,
            why=" ".join(self._cut.comment[:6]) or title,
            known_problems="read from a semantic patch; docs/smpl.md says where it may differ from spatch",
            category=Category.CORRECTNESS,
            confidence=self._confidence(),
            patterns=written.patterns,
            message=message,
            examples=(),
            references=(self._path,),
            unless=written.unless,
            metavariables=written.metavariables,
            where=written.where,
            not_at=written.not_at,
            only_at=written.only_at,
        )

    def _source(self, part: Section, report: Report | None) -> Section:
        if report is None:
            return part
        if report.rule not in self._rules:
            raise CocciError(part.header_line, f"a position of the rule `{report.rule}`, which is no rule")
        return self._rules[report.rule]

    def _message(self, report: Report, written: _Rule) -> str:
        known = [compile_pattern(pattern).fields for pattern in written.patterns]
        fields = re.findall(r"\{(\w+)\}", report.message)
        for name in fields:
            if not all(name in one for one in known):
                raise CocciError(written.line, "a message with what the rule does not bind", name.removeprefix("line_"))
        return re.sub(r"^(?:WARNING|ERROR|SUGGESTION)\s*:?\s*", "", report.message)

    def _title(self) -> str:
        return next((line for line in self._cut.comment if line), Path(self._path).stem)[:100]

    def _confidence(self) -> Confidence:
        text = " ".join(self._cut.comment)
        found = re.search(r"Confidence:\s*(\w+)", text)
        return _CONFIDENCE.get(found[1].lower() if found else "", Confidence.LOW)

    def _check_depends(self, part: Section, taken: frozenset[str]) -> None:
        if self._is_on(part, taken) is None:
            raise CocciError(part.header_line, "`depends on` a rule from which nothing is taken", part.depends)

    def part_of(self, name: str, line: int) -> Section:
        """A rule that another one takes something from."""
        if name not in self._rules:
            raise CocciError(line, f"the rule `{name}`, which is not there")
        return self._rules[name]

    def check(self, part: Section, known: dict[str, Declared]) -> None:
        """Refuse a rule that depends on what cannot be known."""
        taken = frozenset(one.rule for one in known.values() if one.rule)
        self._check_depends(part, taken)
        if part.name in self._filtered or taken & self._filtered:
            raise CocciError(part.header_line, "Python that filters matches")


def _takes(script: Section) -> list[tuple[str, str]]:
    try:
        return list(takes_of(script).values())
    except CocciError:
        return []


def _name(part: Section) -> str:
    """The rule that a script reports, else the name of the section itself."""
    taken = _takes(part) if part.kind == "script" else []
    return taken[0][0] if taken else part.name


def _unique(wanted: str, taken: frozenset[str]) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-")
    number = 2
    out = name
    while out in taken:
        out, number = f"{name}-{number}", number + 1
    return out


class _Rule:
    """One rule of the file as patterns."""

    def __init__(self, maker: _Maker, part: Section, position: str, depth: int = 0) -> None:
        if depth > 3:
            raise CocciError(part.header_line, "positions of positions of positions")
        self._maker, self._part, self._depth = maker, part, depth
        self.line = part.header_line
        self._known = declared(part.declared, part.declared_line)
        maker.check(part, self._known)
        ways = alternatives(read_body(part.body, part.line), part.line)
        types = frozenset(name for name, one in self._known.items() if one.kind == "type")
        used = [one for way in ways if way for one in uncast(way, types)]
        self._written = [write(way, self._known) for way in used]
        self._position = position
        self._starred = any(token.star for way in used for token in way)
        reporting = [one for one in self._written if self._reports(one)]
        reporting = self._with_silent(reporting, [one for one in self._written if not self._reports(one)])
        if not reporting:
            raise CocciError(
                part.header_line,
                f"a position `{position}` that is not in the rule" if position else "a rule without a place to report",
            )
        self.unless = self._unless(reporting)
        self.patterns = tuple(dict.fromkeys(self._pattern(one) for one in reporting))
        self._inherit()
        self._check()
        self.apart = {(rule, name) for rule, name, _ in self._apart()}
        self.not_at = tuple(self._spots(*names, given=self.apart) for names in self._apart())
        self.only_at = tuple(self._spots(*names, given=set()) for names in self._same())

    def _reports(self, one: Written) -> bool:
        return self._position in one.steps if self._position else one.starred is not None

    def _with_silent(self, reporting: list[Written], silent: list[Written]) -> list[Written]:
        """A branch at the end of a path that is not reported ends the path all the same: it excuses the last gap."""
        for one in silent:
            before, gap, last = one.text.rpartition(" ... ")
            same = [other for other in reporting if other.text.rpartition(" ... ")[0] == before]
            if not gap or not same or "{" in last or "if" in last.split() or last.count(";") > 1:
                raise CocciError(self._part.line, "a branch without the position that is reported")
            for other in same:
                other.between[-1] += (last.removesuffix(";").strip() if not last.startswith("return") else last,)
        return reporting

    def _unless(self, reporting: list[Written]) -> tuple[str | Assume, ...]:
        sets = {tuple(map(repr, one.unless)): one.unless for one in reporting}
        if len(sets) > 1:
            raise CocciError(self._part.line, "alternatives with different `when`")
        return tuple(next(iter(sets.values())))

    def _pattern(self, one: Written) -> Pattern:
        if one.every is None:
            every = "forall" in self._part.flags or ("exists" not in self._part.flags and not self._starred)
        else:
            every = one.every
        report: int | str | None = self._position if self._position in one.marks else None
        if report is None and one.path:
            report = one.steps[self._position] if self._position else one.starred
        disabled = {_ISOMORPHISMS[name] for name in self._part.disabled if name in _ISOMORPHISMS}
        without = tuple(sorted({"boolean"} | disabled))  # `!A || A && B` asks for a spelling, as all of SmPL does
        several = "..." in one.text and one.path
        return Pattern(
            one.text,
            without=without,
            path="every" if every and several else "some",
            any=_same(one.any),
            between=tuple(one.between) if any(one.between) else (),
            reassigned=several,
            possible=several,
            report=report,
        )

    def _inherit(self) -> None:
        same = {rule for rule, _, _ in self._same()}
        for one in self._used():
            if one.refused:
                raise CocciError(one.line, one.refused)
            if one.rule and one.kind != "position" and one.rule not in same:
                raise CocciError(one.line, "a metavariable of another rule", f"{one.rule}.{one.name}")

    def _used(self) -> list[Declared]:
        names = {name for pattern in self.patterns for name in compile_names(pattern.text)}
        names |= {name for one in self._written for name in (*one.marks, *one.steps)}
        names |= {
            name for one in self._written for texts in one.between for text in texts for name in compile_names(text)
        }
        names |= {name for text in self.unless for name in compile_names(text if isinstance(text, str) else text.text)}
        return [one for name, one in self._known.items() if name in names]

    def _apart(self) -> list[tuple[str, str, str]]:
        """The positions of other rules that must not be ours: rule, its position, ours."""
        return [(rule, name, self._mark(one)) for one in self._used() for rule, name in one.apart]

    def _same(self) -> list[tuple[str, str, str]]:
        """The positions of other rules that must be ours."""
        return [(one.rule, one.name, self._mark(one)) for one in self._used() if one.kind == "position" and one.rule]

    def _mark(self, one: Declared) -> str:
        if one.name == self._position:
            return ""
        if not all(one.name in written.marks for written in self._written):
            raise CocciError(one.line, "a position of another rule that stands at no name", one.name)
        return one.name

    def _spots(self, rule: str, name: str, mark: str, *, given: set[tuple[str, str]]) -> Spots:
        """The places of another rule; what that one leaves out does not matter if it is left out here as well."""
        other = _Rule(self._maker, self._maker.part_of(rule, self.line), name, self._depth + 1)
        if not other.apart <= given or other.only_at or other.where:
            raise CocciError(self.line, "a position of a rule that itself takes positions")
        return Spots(mark=mark, patterns=other.patterns, unless=other.unless, metavariables=other.metavariables)

    @property
    def metavariables(self) -> dict[str, Meta]:
        """The constraints of what the patterns use."""
        names = {name for pattern in self.patterns for name in compile_names(pattern.text)}
        return {name: one.meta for name, one in self._known.items() if one.meta is not None and name in names}

    @property
    def where(self) -> _Pointers | None:
        """That some metavariables are pointers; None if none has to be."""
        names = tuple(one.name for one in self._used() if one.pointer)
        return _Pointers(names) if names else None

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
            raise CocciError(self._part.line, what, error.what) from error


@dataclass(frozen=True, slots=True)
class _Pointers:
    """Metavariables whose type must be known, and a pointer."""

    names: tuple[str, ...]

    def __call__(self, site: Site) -> bool:
        """See Rule.where."""
        return all((site.type_of(name) or "").rstrip().endswith("*") for name in self.names)


def compile_names(text: str) -> set[str]:
    """The metavariables of a pattern's text."""
    return set(re.findall(r"\$(\w+)", text)) | set(re.findall(r"@(\w+)", text))


def _same(values: list[bool]) -> bool | tuple[bool, ...]:
    return any(values) if len(set(values)) < 2 else tuple(values)
