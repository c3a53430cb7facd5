# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the rules report in this file of this snapshot?  Each text is parsed once in a run.

`Rules` holds what a run knows: the rules, the view of the tree, and the reports of every file version seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reviewbot.helpers.defines import definitions
from reviewbot.match.engine import Terms
from reviewbot.match.run import Report, asks_tree, run_rule, wanted
from reviewbot.match.site import TreeView
from reviewbot.model import Skipped, Snapshot, SourceFile, Span
from reviewbot.rule import Rule
from reviewbot.syntax.kconfig import is_kconfig
from reviewbot.syntax.parse import MAX_BYTES, Function, Unit, parse

C_SUFFIXES = (".c", ".h")


@dataclass(frozen=True, slots=True)
class FileReports:
    """The reports in one version of a file, its functions, and what was given up in it."""

    path: str
    reports: tuple[Report, ...]
    functions: tuple[Function, ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(slots=True)
class Rules:
    """The rules of a run over one tree.  Reading the same text again costs a hash."""

    rules: tuple[Rule, ...]
    view: TreeView
    settled: frozenset[bytes] = frozenset()
    """Digests of functions and macros that no patch changes; the tree need not be asked for helpers of their code."""
    _known: dict[tuple[str, bytes], FileReports] = field(default_factory=dict)

    def in_file(self, snapshot: Snapshot, path: str) -> FileReports:
        """The reports in a file of a snapshot; empty where it is neither C nor Kconfig, or not there."""
        text = snapshot.read(path) if is_read(path) else None
        if text is None:
            return FileReports(path, (), ())
        return self.in_text(path, text)

    def in_text(self, path: str, text: bytes) -> FileReports:
        """The reports in a text that is said to stand at `path`."""
        key = (path, hashlib.sha1(text, usedforsecurity=False).digest())
        if key not in self._known:
            self._known[key] = self._look(SourceFile(path, text))
        return self._known[key]

    def _look(self, source: SourceFile) -> FileReports:
        if len(source.text) > MAX_BYTES:
            return FileReports(source.path, (), (), (Skipped("file", source.path, "larger than 20 MB"),))
        unit: Unit = parse(source, self.view.facts)
        terms = Terms(unit)
        open_spans = [span for span in _spans(unit) if digest(unit, span) not in self.settled] if self.settled else None
        reports = [
            report
            for rule in self.rules
            if wanted(rule, source.text)
            for report in run_rule(rule, terms, self.view, open_spans if asks_tree(rule) else None)
        ]
        reports = [report for report in reports if not _is_better_known(report, reports)]
        reports.sort(key=lambda r: (r.match.span, r.rule.id))
        gave_up = tuple(Skipped(f"pattern {text}", source.path, "too many places to try") for text in terms.exhausted)
        unfollowed = tuple(
            Skipped(f"paths of {name}()", source.path, why)
            for name, why in terms.unfollowed.items()
            if any(function.name == name and function.analysed for function in unit.functions)
        )
        return FileReports(source.path, tuple(reports), unit.functions, gave_up + unfollowed)

    def settle(self, before: Iterable[SourceFile], after: Iterable[SourceFile]) -> None:
        """Learn which functions are the same at the base and at the end of a series, wherever they stand."""
        self.settled = frozenset(self._digests(before) & self._digests(after))

    def _digests(self, sources: Iterable[SourceFile]) -> set[bytes]:
        units = (parse(source, self.view.facts) for source in sources if len(source.text) <= MAX_BYTES)
        return {digest(unit, span) for unit in units for span in _spans(unit)}


def _is_better_known(report: Report, reports: list[Report]) -> bool:
    """True for a helper that the tree proposes where a rule of its own knows more to say of the same place."""
    span = report.match.span
    return asks_tree(report.rule) and any(
        other.helper == report.helper and other.match.span.start < span.end and span.start < other.match.span.end
        for other in reports
        if not asks_tree(other.rule)
    )


def _spans(unit: Unit) -> Iterator[Span]:
    """The places of a file's code that the tree is asked about: functions, and what macros stand for."""
    yield from (function.span for function in unit.functions)
    yield from (unit.span(one.place, one.end) for one in definitions(unit.source.text))


def digest(unit: Unit, span: Span) -> bytes:
    """What makes two places the same text."""
    text = unit.source.text[span.start : span.end]
    return hashlib.sha1(text, usedforsecurity=False).digest()


def fingerprint(report: Report) -> str:
    """Sixteen hex digits of rule, function and normalised code: the same after a rebase."""
    identity = "\0".join((report.rule.id, report.match.function, report.key))
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def is_read(path: str) -> bool:
    """True for the files that rules look into: C, and Kconfig."""
    return path.endswith(C_SUFFIXES) or is_kconfig(path)


def overlaps(span: Span, lines: frozenset[int]) -> bool:
    """True if one of the 1-based lines lies in the span."""
    return any(line in lines for line in range(span.first_line, span.last_line + 1))
