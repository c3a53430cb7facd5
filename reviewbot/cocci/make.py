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

from reviewbot.cocci.depends import Answer, Wants, depends
from reviewbot.cocci.lex import Cut, Section, cut
from reviewbot.cocci.part import Part
from reviewbot.cocci.script import Report, filter_of, report_of, takes_of
from reviewbot.cocci.where import Outside, Text, prelude
from reviewbot.errors import CocciError
from reviewbot.match.compiled import compile_pattern
from reviewbot.rule import Category, Confidence, Rule

_CONFIDENCE = {"high": Confidence.HIGH, "moderate": Confidence.MODERATE, "medium": Confidence.MODERATE}
_MAX_ASKED = 40
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
        self._prelude = prelude(part.body for part in parts.sections if part.kind == "special")
        self._off: dict[str, bool] = {}
        self._filters: dict[str, list[Section]] = {}
        self._dropped: dict[str, tuple[str, str]] = {}
        self.parts: dict[tuple[str, str | None, tuple[str, ...]], Part] = {}

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

    def _is_on(self, part: Section, taken: frozenset[str] = frozenset(), asked: frozenset[str] = frozenset()) -> Answer:
        if len(asked) > _MAX_ASKED:
            raise CocciError(part.header_line, "rules that depend on rules in a row")

        def known(name: str) -> bool | None:
            if name in self._cut.virtuals or name in _MODES:
                return name == self._mode
            if name in asked:
                raise CocciError(part.header_line, "rules that depend on each other")
            if name in self._rules and name not in self._off:
                self._off[name] = self._is_on(self._rules[name], asked=asked | {name}) is False
            if self._off.get(name):
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
                    for rule in taken:
                        self._filters.setdefault(rule, []).append(script)
            return
        for part in self._cut.sections:
            if part.kind == "rule" and re.search(r"^[*-]", part.body, re.MULTILINE) and self._is_on(part) is not False:
                yield part, None

    def _rule(self, part: Section, script: Section | None, taken_ids: frozenset[str]) -> Rule:
        report = report_of(script, self._prelude.regexes) if script else None
        source = self._source(part, report)
        written = Part(
            self,
            source,
            report.position if report else "",
            wants=self._asked(script, source.name) if script else frozenset(),
            conditions=report.conditions if report else (),
            positions=_positions(report, source) if report else (),
        )
        message = self._message(report, written) if report else self._title()
        if report is not None and report.only:
            self._drop(source.name, report.position, written)
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
        position = re.compile(rf"\bposition\b[^;]*\b{report.rule}\s*\.\s*{report.position}\b(?!\s*\w)")
        takers = [rule for rule, _ in report.takes.values() if rule in self._rules and rule != report.rule]
        taker = next((rule for rule in takers if position.search(self._rules[rule].declared)), report.rule)
        return self._rules[taker]

    def _asked(self, script: Section, source: str) -> Wants:
        """The rules that a script asks for beside the one that it reports."""
        taken = {rule for rule, _ in _takes(script)}
        known = {source} | self._ancestors(source)
        more = frozenset((rule, True) for rule in taken - known if rule in self._rules)
        return self.wants(script, frozenset(taken)) | more

    def _ancestors(self, name: str) -> set[str]:
        """The rules that a rule takes something from, and those that they do."""
        out: set[str] = set()
        todo = [name]
        while todo:
            part = self._rules.get(todo.pop())
            for rule in set(re.findall(r"(\w+)\s*\.\s*\w+", part.declared)) - out if part else ():
                out.add(rule)
                todo.append(rule)
        return out

    def _drop(self, name: str, position: str, written: Part) -> None:
        """Where a script drops what it has reported, later rules that take over the same do not see it."""
        self.parts.clear()
        for one in written.known.values():
            if one.rule:
                self._dropped[one.rule] = (name, position)

    def _message(self, report: Report, written: Part) -> str:
        fields = re.findall(r"\{(\w+)\}", report.message)
        known = [compile_pattern(pattern).fields for pattern in written.patterns]
        message = report.message
        for name in fields:
            if all(name in one for one in known):
                continue
            if not name.startswith("line_"):
                raise CocciError(written.line, "a message with what the rule does not bind", name)
            message = re.sub(rf"\bline {{{name}}}", "another line", message).replace(f"{{{name}}}", "another line")
        return re.sub(r"^(?:WARNING|ERROR|SUGGESTION)\s*:?\s*", "", message)

    def _title(self) -> str:
        return next((line for line in self._cut.comment if line), Path(self._path).stem)[:100]

    def _confidence(self) -> Confidence:
        text = " ".join(self._cut.comment)
        found = re.search(r"Confidence:\s*(\w+)", text)
        return _CONFIDENCE.get(found[1].lower() if found else "", Confidence.LOW)

    def part_of(self, name: str, line: int) -> Section:
        """See File."""
        if name not in self._rules:
            raise CocciError(line, f"the rule `{name}`, which is not there")
        return self._rules[name]

    def wants(self, part: Section, taken: frozenset[str]) -> Wants:
        """See File."""
        answer = self._is_on(part, taken)
        out = answer if isinstance(answer, frozenset) else frozenset()
        for name, _ in out:
            if name not in self._rules:
                raise CocciError(part.header_line, f"`depends on` `{name}`, which is no rule")
        return out

    def dropped(self, taken: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """See File."""
        return tuple(sorted({self._dropped[rule] for rule in taken if rule in self._dropped}))

    def asks(self, part: Section) -> tuple[Text, ...]:
        """See File."""
        return tuple(filter_of(script, self._prelude.regexes) for script in self._filters.get(part.name, ()))

    def outside(self, function: str, line: int) -> Outside:
        """See File."""
        if function not in self._prelude.functions:
            raise CocciError(line, "`script:`", function)
        return self._prelude.functions[function]


def _positions(report: Report, source: Section) -> tuple[str, ...]:
    """The positions that a script takes from the rule that it reports: it is not run without them."""
    names = [name for rule, name in report.takes.values() if rule == source.name]
    return tuple(name for name in names if re.search(rf"\bposition\b[^;]*\b{name}\b", source.declared))


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
