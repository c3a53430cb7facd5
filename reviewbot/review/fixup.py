# SPDX-License-Identifier: GPL-2.0-or-later
"""What would a file look like with the suggestions of its reports taken?  Replaced text, indented, and parsed again.

Only rules whose suggestion stands for exactly what matched are asked (Rule.fixes).  A change that the parser does not
understand as well as what was there before is not made.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reviewbot.match.run import Report
from reviewbot.model import SourceFile
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.parse import parse

_OPENED = re.compile(rb"\)[ \t]*\{[ \t]*\n[ \t]*$")
_CLOSED = re.compile(rb"[ \t]*\n[ \t]*\}[ \t]*\n")
_ELSE = re.compile(rb"[ \t\n]*else\b")


@dataclass(frozen=True, slots=True)
class Fixup:
    """A file with suggestions taken.  `taken` are the reports that it mends, `refused` those whose change would not be
    understood by the parser, or would overlap with another."""

    path: str
    before: bytes
    after: bytes
    taken: tuple[Report, ...]
    refused: tuple[Report, ...]

    def diff(self) -> str:
        """The change as a unified diff that git can apply; "" where there is none."""
        sides = (self.before, self.after)
        old, new = (text.decode("utf-8", "surrogateescape").splitlines(keepends=True) for text in sides)
        lines = difflib.unified_diff(old, new, f"a/{self.path}", f"b/{self.path}")
        return "".join(_ended(lines))


def fixup(source: SourceFile, reports: Iterable[Report], facts: SyntaxFacts) -> Fixup:
    """Take the suggestions of those reports that have one which replaces what matched."""
    text, errors = source.text, _errors(source, facts)
    taken, refused = list[Report](), list[Report]()
    for report in sorted(reports, key=lambda one: -one.match.span.start):
        if not report.rule.fixes or not report.exact or report.suggestion is None:
            continue
        if taken and report.match.span.end > taken[-1].match.span.start:
            refused.append(report)
            continue
        changed = _replaced(text, report.match.span.start, report.match.span.end, report.suggestion)
        if _errors(SourceFile(source.path, changed), facts) > errors:
            refused.append(report)
        else:
            text = changed
            taken.append(report)
    return Fixup(source.path, source.text, text, tuple(reversed(taken)), tuple(reversed(refused)))


def _errors(source: SourceFile, facts: SyntaxFacts) -> int:
    """How many functions of a file are not understood; the whole file counts as one more."""
    unit = parse(source, facts)
    return sum(not function.analysed for function in unit.functions) + unit.tree.root_node.has_error


def _replaced(text: bytes, start: int, end: int, suggestion: str) -> bytes:
    """The text with other code in a place; a statement that is left alone in its braces loses them."""
    line = text.rfind(b"\n", 0, start) + 1
    indent = re.match(rb"[ \t]*", text[line:start])
    lines = suggestion.encode("utf-8", "surrogateescape").split(b"\n")
    code = (b"\n" + (indent.group() if indent else b"")).join(lines)
    before, after = text[:start], text[end:]
    opened, closed = _OPENED.search(before[-200:]), _CLOSED.match(after)
    if code.endswith(b";") and opened and closed and b";" in text[start:end] and not _ELSE.match(after, closed.end()):
        head = before[: len(before) - len(opened.group())] + b")"
        return head + before[before.rfind(b"\n") :] + code + b"\n" + after[closed.end() :]
    return before + code + after


def _ended(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
