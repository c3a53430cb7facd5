# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a unified diff change?  Reads git's and plain diffs line by line, and recovers where counts lie.

It does not judge paths and does not mend wrapped lines (find.py does that first).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewbot.errors import MailError
from reviewbot.mail.diffhead import FileHeader, file_diff, read_header_line
from reviewbot.model import DiffLine, FileDiff, Hunk

MOST_HUNKS = 20_000

Line = tuple[int, str]
"""A line's number in the mail's body, and its text."""

HUNK = re.compile(r"@@ +-(\d{1,9})(?:,(\d{1,9}))? +\+(\d{1,9})(?:,(\d{1,9}))? +@@(.*)")
_KINDS = (" ", "+", "-", "\\")
_HEADS = ("diff --git ", "diff -", "Index: ")
_TRIMMED = re.compile(r"\s*(?:\[[\s.…]{0,20}(?:snip)?[\s.…]{0,20}\]|\.{3,}|…|<snip>)\s*")
_BINARY_DATA = re.compile(r"(?:literal|delta) \d+|[A-Za-z][!-~]{5,66}|")


@dataclass(frozen=True, slots=True)
class Scan:
    """The files of a diff, and the index of the first line that is no part of it."""

    files: tuple[FileDiff, ...]
    end: int

    @property
    def lied(self) -> bool:
        """True where a hunk header's counts were wrong."""
        return any(hunk.lied for file in self.files for hunk in file.hunks)


def parse_diff(text: str, first_mail_line: int = 1) -> tuple[FileDiff, ...]:
    """All files that a text's diffs change, in order; what stands between them is skipped.

    `first_mail_line` is the number of the text's first line in the mail.  Raises MailError over 20,000 hunks.
    """
    lines = list(enumerate(text.split("\n"), start=first_mail_line))
    files: list[FileDiff] = []
    at = next_start(lines, 0)
    while at is not None:
        found = scan(lines, at)
        files.extend(found.files)
        at = next_start(lines, max(found.end, at + 1))
    return tuple(files)


def next_start(lines: Sequence[Line], at: int) -> int | None:
    """The index of the first line from `at` on that starts a diff, or None."""
    return next((i for i in range(at, len(lines)) if starts_file(lines, i)), None)


def starts_file(lines: Sequence[Line], at: int) -> bool:
    """True where a file's header starts: `diff --git`, or `---` with `+++` below it."""
    text = lines[at][1]
    if text.startswith("diff --git "):
        return True
    return text.startswith("--- ") and at + 1 < len(lines) and lines[at + 1][1].startswith("+++ ")


def scan(lines: Sequence[Line], at: int) -> Scan:
    """The diff that starts at an index, to where something else follows."""
    files: list[FileDiff] = []
    hunks_left = MOST_HUNKS
    while at < len(lines):
        resumed = _skip_gaps(lines, at)
        if resumed >= len(lines) or not _starts_header(lines, resumed):
            break
        header, body = _header(lines, resumed)
        hunks, at = _hunks(lines, body, hunks_left)
        hunks_left -= len(hunks)
        file = file_diff(header, hunks)
        if file:
            files.append(file)
    return Scan(tuple(files), at)


def _starts_header(lines: Sequence[Line], at: int) -> bool:
    return starts_file(lines, at) or lines[at][1].startswith(("diff -", "Index: "))


def _skip_gaps(lines: Sequence[Line], at: int) -> int:
    """Over blank lines and "[...]"."""
    while at < len(lines) and (not lines[at][1].strip() or _TRIMMED.fullmatch(lines[at][1])):
        at += 1
    return at


def _header(lines: Sequence[Line], at: int) -> tuple[FileHeader, int]:
    header = FileHeader()
    first = at
    while at < len(lines):
        text = lines[at][1]
        if text.startswith("diff --git ") and at == first:
            header = replace(header, git=text.removeprefix("diff --git "))
        elif text.startswith("--- ") and at + 1 < len(lines) and lines[at + 1][1].startswith("+++ "):
            return replace(header, old=text[4:], new=lines[at + 1][1][4:]), at + 2
        elif at > first and (extended := read_header_line(header, text)):
            header = extended
        elif not ((at == first and text.startswith(_HEADS)) or text.startswith("====")):
            break
        at += 1
        if header.binary:
            return header, _skip_binary(lines, at)
    return header, at


def _skip_binary(lines: Sequence[Line], at: int) -> int:
    while at < len(lines) and _BINARY_DATA.fullmatch(lines[at][1]) and not starts_file(lines, at):
        at += 1
    return at


def _hunks(lines: Sequence[Line], at: int, most: int) -> tuple[tuple[Hunk, ...], int]:
    hunks: list[Hunk] = []
    while True:
        resumed = _skip_gaps(lines, at)
        match = HUNK.match(lines[resumed][1]) if resumed < len(lines) else None
        if not match:
            return tuple(hunks), at
        if len(hunks) == most:
            raise MailError(f"the diff has more than {MOST_HUNKS} hunks", "such a diff is not reviewed")
        end, lied = _hunk_end(lines, resumed + 1, _count(match.group(2)), _count(match.group(4)))
        starts = int(match.group(1)), int(match.group(3))
        hunks.append(Hunk(*starts, match.group(5).strip(), _numbered(lines[resumed + 1 : end], *starts), lied))
        at = end


def _count(digits: str | None) -> int:
    return 1 if digits is None else int(digits)


def _hunk_end(lines: Sequence[Line], at: int, old: int, new: int) -> tuple[int, bool]:
    end = _end_by_counts(lines, at, old, new)
    return (end, False) if end is not None else (_end_by_looks(lines, at, old, new), True)


def _end_by_counts(lines: Sequence[Line], at: int, old: int, new: int) -> int | None:
    """Where a hunk ends if its header tells the truth, else None."""
    while old > 0 or new > 0:
        kind = lines[at][1][:1] or " " if at < len(lines) else "?"
        if kind not in _KINDS:
            return None
        old -= kind in " -"
        new -= kind in " +"
        at += 1
    if old or new:
        return None
    if at < len(lines) and lines[at][1].startswith("\\"):
        at += 1
    more = at < len(lines) and lines[at][1].startswith(("+", "-")) and not _ends_hunk(lines, at)
    return None if more else at


def _end_by_looks(lines: Sequence[Line], at: int, old: int, new: int) -> int:
    """Where a hunk ends by the looks of its lines; blank lines before something else are not its own."""
    end = at
    while at < len(lines) and not _ends_hunk(lines, at):
        text = lines[at][1]
        kind = text[:1]
        if not text.strip("\r"):
            if old <= 0 and new <= 0:
                break
        elif kind in _KINDS:
            end = at + 1
        else:
            break
        old -= kind in " -"
        new -= kind in " +"
        at += 1
    return end


def _ends_hunk(lines: Sequence[Line], at: int) -> bool:
    text = lines[at][1]
    return text in ("-- ", "--", "---") or text.startswith((*_HEADS, "@@ -")) or starts_file(lines, at)


def _numbered(lines: Sequence[Line], old: int, new: int) -> tuple[DiffLine, ...]:
    numbered = []
    for mail_line, text in lines:
        kind = text[:1] or " "
        if kind == "\\":
            continue
        numbered.append(DiffLine(kind, text[1:], mail_line, old if kind != "+" else None, new if kind != "-" else None))
        old += kind != "+"
        new += kind != "-"
    return tuple(numbered)
