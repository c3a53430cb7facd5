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
from reviewbot.review.layout import fitted, is_grouped
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.parse import error_count, parse

_OPENED = re.compile(rb"\)[ \t]*\{[ \t]*\n[ \t]*$")
_CLOSED = re.compile(rb"[ \t]*\n[ \t]*\}[ \t]*\n")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HUNK = re.compile(r"@@ -(\d+)\S* \S+ @@")
_FUNCTION = re.compile(r"[A-Za-z_$](?!\w*:\s*$)")
"""A line that git shows in a hunk's header: it starts at the margin, and is no label."""
_MOST_HEAD = 80
_NEAR = 200
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
        old, new = _lines(self.before), _lines(self.after)
        return "".join(_ended(old, difflib.unified_diff(old, new, f"a/{self.path}", f"b/{self.path}")))


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
    return error_count(parse(source, facts).tree.root_node)


def _replaced(text: bytes, start: int, end: int, suggestion: str) -> bytes:
    """The text with other code in a place; a statement left alone in its braces loses them, a call its parentheses."""
    line = text.rfind(b"\n", 0, start) + 1
    if is_grouped(suggestion, _decoded(text[max(0, start - _NEAR) : start]), _decoded(text[end : end + 1])):
        start, end = start - 1, end + 1
    indent = re.match(rb"[ \t]*", text[line:start])
    lines = suggestion.encode("utf-8", "surrogateescape").split(b"\n")
    code = (b"\n" + (indent.group() if indent else b"")).join(lines)
    if len(lines) == 1:
        code = fitted(suggestion, _decoded(text[line:start])).encode("utf-8", "surrogateescape")
    before, after = text[:start], text[end:]
    opened, closed = _OPENED.search(before[-200:]), _CLOSED.match(after)
    if code.endswith(b";") and opened and closed and b";" in text[start:end] and not _ELSE.match(after, closed.end()):
        head = before[: len(before) - len(opened.group())] + b")"
        return head + before[before.rfind(b"\n") :] + code + b"\n" + after[closed.end() :]
    return before + code + after


def _lines(text: bytes) -> list[str]:
    """The lines of a file with their ends; as for git, nothing but LF ends one."""
    return _LINE.findall(_decoded(text))


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _ended(old: list[str], lines: Iterable[str]) -> Iterator[str]:
    """The lines of a diff; as git does, a hunk's header names the function, and a last line without end is marked."""
    for line in lines:
        hunk = _HUNK.match(line)
        if hunk:
            above = reversed(old[: int(hunk.group(1)) - 1])
            head = next((text for text in above if _FUNCTION.match(text)), "").rstrip()[:_MOST_HEAD].rstrip()
            yield f"{hunk.group()} {head}".rstrip() + "\n"
        else:
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
