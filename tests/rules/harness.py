# SPDX-License-Identifier: GPL-2.0-or-later
"""How do the tests run a rule over a piece of C and a made-up tree?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reviewbot.match.engine import Terms
from reviewbot.match.run import Report, run_rule
from reviewbot.match.site import TreeView
from reviewbot.model import SourceFile
from reviewbot.rule import Example, Rule
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.parse import Unit, parse
from tests import conftest

MARK = "//~"
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


@dataclass(frozen=True)
class FolderTree:
    """A snapshot of a folder on disk."""

    root: Path
    name: str = "folder"

    def read(self, path: str) -> bytes | None:
        """See Snapshot."""
        file = self.root / path
        return file.read_bytes() if file.is_file() else None

    def headers(self, folder: str) -> dict[str, str]:
        """See Snapshot."""
        return {str(p.relative_to(self.root)): str(p) for p in (self.root / folder).rglob("*.h")}


def real_tree(version: str) -> FolderTree:
    """The real Linux of this version, or the test is skipped."""
    return FolderTree(conftest.real_tree(version), version)


def unit_of(example: Example) -> Unit:
    """The parsed code of an example, its marks taken out."""
    code = example.code.replace(" " + MARK, "").replace(MARK, "")
    return parse(SourceFile(example.path, code.encode()), FACTS)


def run(rule: Rule, example: Example) -> tuple[Report, ...]:
    """What a rule reports in an example."""
    return tuple(run_rule(rule, Terms(unit_of(example)), TreeView(MadeUpTree(example.headers), FACTS)))


def marked_lines(example: Example) -> list[int]:
    """The lines that the example says are reported."""
    return [number for number, line in enumerate(example.code.split("\n"), 1) if line.endswith(MARK)]


def passes(rule: Rule, example: Example) -> bool:
    """True if the rule reports what the example says."""
    reports = run(rule, example)
    lines = [report.match.span.first_line for report in reports]
    proposed = reports[0].suggestion if reports else None
    return lines == marked_lines(example) and (example.suggestion is None or proposed == example.suggestion)
