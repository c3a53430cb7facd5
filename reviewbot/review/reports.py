# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the rules report in this file of this snapshot?  Each text is parsed once in a run.

`Rules` holds what a run knows: the rules, the view of the tree, and the reports of every file version seen.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from reviewbot.match.engine import Terms
from reviewbot.match.run import Report, run_rule, wanted
from reviewbot.match.site import TreeView
from reviewbot.model import Skipped, Snapshot, SourceFile, Span
from reviewbot.rule import Rule
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
    _known: dict[tuple[str, bytes], FileReports] = field(default_factory=dict)

    def in_file(self, snapshot: Snapshot, path: str) -> FileReports:
        """The reports in a file of a snapshot; empty where it is no C file or not there."""
        text = snapshot.read(path) if path.endswith(C_SUFFIXES) else None
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
        reports = [r for rule in self.rules if wanted(rule, source.text) for r in run_rule(rule, terms, self.view)]
        reports.sort(key=lambda r: (r.match.span, r.rule.id))
        gave_up = tuple(Skipped(f"pattern {text}", source.path, "too many places to try") for text in terms.exhausted)
        return FileReports(source.path, tuple(reports), unit.functions, gave_up)


def overlaps(span: Span, lines: frozenset[int]) -> bool:
    """True if one of the 1-based lines lies in the span."""
    return any(line in lines for line in range(span.first_line, span.last_line + 1))
