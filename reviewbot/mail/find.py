# SPDX-License-Identifier: GPL-2.0-or-later
"""Which diffs does a mail hold, its author's own and quoted ones, and what did they look like before mail mangled them?

Tabs that became blanks cannot be put back without the patched file: repair.py does that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewbot.errors import MailError
from reviewbot.mail.decode import exact_lines
from reviewbot.mail.diff import Line, Scan, next_start, scan
from reviewbot.mail.mend import mend
from reviewbot.mail.repair import to_text
from reviewbot.model import FileDiff, Message

_QUOTE = re.compile(r"(?:> ?(?=>)|>)*")
_BAR = re.compile(r"(?m)^\| ?(?:diff --git |--- \S)")
_MAYBE = re.compile(r"(?m)^[>| ]*(?:diff --git |\+\+\+ )")
_DEEPEST = 20
_MOST_DIFFS = 50
_WINDOW = 5_000
"""How many lines are looked at to mend a diff that is not a mail's first."""
_NO_LINE = "\0"
"""Stands for a line that is no part of the diff around it, and ends it."""


@dataclass(frozen=True, slots=True)
class FoundDiff:
    """A diff in a mail.

    `quote_depth` is 0 where the mail's author proposes it.  `text` is the diff for git: unquoted, wrapped lines joined,
    counts true.  `raw` has its bytes as they were sent where `text` lost CRs or an encoding, else None.
    `first_line` is the 1-based line of the body it starts on.  `problems` says what was mended or cannot be.
    """

    quote_depth: int
    files: tuple[FileDiff, ...]
    text: str
    raw: bytes | None
    first_line: int
    problems: tuple[str, ...] = ()


def find_diff(message: Message) -> tuple[FoundDiff, ...]:
    """All diffs in a mail's body, by first line; a reviewer's remarks between quoted lines are no part of them."""
    if not may_hold_diff(message):
        return ()
    lines = message.body.split("\n")
    if _BAR.search(message.body):
        lines = [line.replace("|", ">", 1) if line.startswith("|") else line for line in lines]
    depths = [_depth(line) for line in lines]
    found = [
        diff for depth in sorted(set(depths)) if depth <= _DEEPEST for diff in _at_depth(message, lines, depths, depth)
    ]
    return tuple(sorted(found, key=lambda diff: diff.first_line))


def may_hold_diff(message: Message) -> bool:
    """False where no line looks like a diff's; a cheap first question."""
    return _MAYBE.search(message.body) is not None


def _depth(line: str) -> int:
    match = _QUOTE.match(line)
    return match.group().count(">") if match else 0


def _at_depth(message: Message, lines: list[str], depths: list[int], depth: int) -> Iterator[FoundDiff]:
    """The diffs that stand at one quote depth: deeper lines end a diff, lines less deep are remarks on it."""
    if not depth:
        own = [(i, _NO_LINE if d else t) for i, (t, d) in enumerate(zip(lines, depths, strict=True), start=1)]
    else:
        own = _unquoted(lines, depths, depth)
    at = next_start(own, 0)
    count = 0
    while at is not None and count < _MOST_DIFFS:
        diff, end = _one(message, own if not count else own[: at + _WINDOW], at, depth)
        if diff.files or diff.problems:
            yield diff
        count += 1
        at = next_start(own, max(end, at + 1))


def _unquoted(lines: list[str], depths: list[int], depth: int) -> list[Line]:
    own: list[Line] = []
    starts = []
    for number, (text, level) in enumerate(zip(lines, depths, strict=True), start=1):
        if level > depth:
            own.append((number, _NO_LINE))
        elif level == depth:
            match = _QUOTE.match(text)
            rest = text[match.end() if match else 0 :]
            own.append((number, rest))
            starts.append(rest)
    # "> +x" or ">+x": the diff's own first lines tell, since a context line starts with a blank either way
    heads = [rest for rest in starts if rest.lstrip(" ").startswith(("diff --git ", "--- ", "+++ ", "@@ -"))]
    if sum(rest.startswith(" ") for rest in heads) * 2 >= len(heads):
        own = [(number, rest[1:] if rest.startswith(" ") else rest) for number, rest in own]
    return own


def _one(message: Message, own: Sequence[Line], at: int, depth: int) -> tuple[FoundDiff, int]:
    """The diff at an index as it stands, or mended where that reads better; and the index after it."""
    number = own[at][0]
    try:
        found = scan(own, at)
        if _is_whole(found, own):
            text = _text(own[at : found.end])
            return FoundDiff(depth, found.files, text, _raw(message, own, at, found, depth), number), found.end
        stop = next((i for i in range(at, len(own)) if own[i][1] == _NO_LINE), len(own))
        mended, problems = mend(own[at:stop])
        better = scan(mended, 0)
    except MailError as error:
        return FoundDiff(depth, (), "", None, number, (error.what,)), len(own)
    text = _text(mended[: better.end])
    if better.lied:
        problems = (*problems, "hunk headers did not fit their lines; the lines were counted anew")
        if not any(file.status in ("binary", "submodule") for file in better.files):
            text = to_text(better.files)
    last = mended[better.end - 1][0]
    end = next((i for i in range(at, len(own)) if own[i][0] > last), len(own))
    return FoundDiff(depth, better.files, text, None, number, problems), max(end, found.end)


def _is_whole(found: Scan, own: Sequence[Line]) -> bool:
    """True where nothing has to be mended: counts are right, and no header line was broken off."""
    if found.lied or not found.files:
        return False
    if any(not file.hunks and file.status == "modified" for file in found.files):
        return False
    return found.end >= len(own) or not own[found.end][1].startswith("@@ -")


def _text(lines: Sequence[Line]) -> str:
    return "".join(f"{text}\n" for _, text in lines)


def _raw(message: Message, own: Sequence[Line], at: int, found: Scan, depth: int) -> bytes | None:
    """The bytes of an unquoted diff, where they are other than its text's."""
    if depth or not (_may_differ(message)):
        return None
    exact = exact_lines(message)
    if exact is None:
        return None
    sent = b"".join(line + b"\n" for line in exact[own[at][0] - 1 : own[found.end - 1][0]])
    return sent if sent != _text(own[at : found.end]).encode("utf-8", "replace") else None


def _may_differ(message: Message) -> bool:
    """CRs, an encoding that could hide them, characters taken out, or a charset other than UTF-8."""
    raw = message.raw
    return b"\r" in raw or "\ufffd" in message.body or not raw.isascii() or b"=0D" in raw or b"base64" in raw[:20000]
