# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a rule report in its examples, and where it differs from what they say, which part of the rule says so?

A part is found guilty by taking it out and looking again: what speaks against a line is what makes it reported when it
is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reviewbot.match.budget import Limit, OverBudget, over, unlimited
from reviewbot.match.engine import Terms
from reviewbot.match.message import CommitText, reads_messages, run_message
from reviewbot.match.run import Report, patterns_of, run_rule, wanted
from reviewbot.match.site import History, TreeView
from reviewbot.model import SourceFile
from reviewbot.rule import Assume, Example, Rule
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.parse import Unit, first_error, parse

MARK = "//~"
"""Stands at the end of the lines of an example that are reported."""
FACTS = SyntaxFacts(annotations=SyntaxFacts().annotations | {b"__always_inline"})


@dataclass(frozen=True)
class MadeUpTree:
    """A snapshot whose files are a mapping."""

    files: Mapping[str, str]
    name: str = "made-up"

    def read(self, path: str) -> bytes | None:
        """See Snapshot."""
        return self.files[path].encode() if path in self.files else None

    def headers(self, folder: str) -> dict[str, str]:
        """See Snapshot."""
        return {path: text for path, text in self.files.items() if path.startswith(folder) and path.endswith(".h")}


@dataclass(frozen=True, slots=True)
class Trial:
    """How an example came out.  `wrong` says what is not as it says, a line each; none where all is well."""

    example: Example
    reports: tuple[Report, ...]
    wrong: tuple[str, ...]


def unit_of(example: Example) -> Unit:
    """The parsed code of an example, its marks taken out."""
    return parse(SourceFile(example.path, _unmarked(example).encode()), FACTS)


def _unmarked(example: Example) -> str:
    return example.code.replace(" " + MARK, "").replace(MARK, "")


def run(rule: Rule, example: Example) -> tuple[Report, ...]:
    """What a rule reports in an example."""
    if reads_messages(rule):
        return tuple(run_message(rule, CommitText(_unmarked(example), (example.path,), _history(example))))
    return tuple(run_rule(rule, Terms(unit_of(example)), TreeView(MadeUpTree(example.headers), FACTS)))


def _history(example: Example) -> History:
    return lambda commit: next((subject for oid, subject in example.commits.items() if oid.startswith(commit)), None)


def marked_lines(example: Example) -> list[int]:
    """The lines that the example says are reported."""
    return [number for number, line in enumerate(example.code.split("\n"), 1) if line.endswith(MARK)]


def passes(rule: Rule, example: Example) -> bool:
    """True if the rule reports what the example says."""
    reports = run(rule, example)
    proposed = reports[0].suggestion if reports else None
    return _lines(reports) == marked_lines(example) and (example.suggestion is None or proposed == example.suggestion)


def trial(rule: Rule, example: Example, limit: Limit = unlimited) -> Trial:
    """One example, with what went wrong and why; work that `limit` stops is wrong, too."""
    try:
        with limit(lambda: example):
            reports = run(rule, example)
            return Trial(example, reports, tuple(_wrong(rule, example, reports)))
    except OverBudget:
        return Trial(example, (), (f"{over(rule, example.path).why}",))


def _lines(reports: tuple[Report, ...]) -> list[int]:
    return [report.match.span.first_line for report in reports]


def _wrong(rule: Rule, example: Example, reports: tuple[Report, ...]) -> Iterator[str]:
    unit = unit_of(example)
    error = first_error(unit.tree.root_node) if not reads_messages(rule) else None
    if error is not None:
        yield f"line {unit.line(error.start_byte)} is no C that can be parsed"
    wanted_lines, found = marked_lines(example), _lines(reports)
    for line in wanted_lines:
        if line not in found:
            yield f"line {line} is marked and not reported: {_why_not(rule, example, line)}"
    for report in reports:
        line = report.match.span.first_line
        if line not in wanted_lines:
            bound = ", ".join(f"{name} is `{text}`" for name, text in report.match.bindings)
            yield f"line {line} is reported and not marked{': ' + bound if bound else ''}"
    if sorted(found) != sorted(set(found)):
        yield "a line is reported twice"
    proposed = reports[0].suggestion if reports else None
    if example.suggestion is not None and proposed != example.suggestion:
        yield f"it proposes {proposed!r}, and should propose {example.suggestion!r}"


def _why_not(rule: Rule, example: Example, line: int) -> str:
    """What keeps a line from being reported."""
    if reads_messages(rule):
        return "the search of the rule does not find it"
    text = unit_of(example).source.text
    if not wanted(rule, text):
        lacking = sorted({word.decode() for c in patterns_of(rule) for word in c.words if word not in text})
        return f"the code lacks {', '.join(lacking)}" if lacking else "the code lacks the words to look for"
    for what, poorer in _without_a_part(rule):
        if line in _lines(run(poorer, example)):
            return what
    bare = replace(rule, needs={}, metavariables={}, unless=(), where=None, advice=None)
    if line in _lines(run(bare, example)):
        return "several parts of the rule speak against it (needs, metavariables, unless, where, advice)"
    near = _lines(run(bare, example))
    return f"no pattern matches there{f', but in line {near[0]}' if near else ''}"


def _without_a_part(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """The rule without each of its parts, and what to say of the part."""
    yield "the tree of the example lacks what the rule needs", replace(rule, needs={})
    for name in rule.metavariables:
        others = {other: meta for other, meta in rule.metavariables.items() if other != name}
        yield f"what ${name} is bound to is not what the rule allows", replace(rule, metavariables=others)
    for at, excuse in enumerate(rule.unless):
        text = f"it assumes `{excuse.text}`" if isinstance(excuse, Assume) else f"`unless` {excuse!r}"
        yield f"{text} excuses it", replace(rule, unless=rule.unless[:at] + rule.unless[at + 1 :])
    yield "where() says no", replace(rule, where=None)
    yield "advice() gives none", replace(rule, advice=None)
