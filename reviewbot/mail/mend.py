# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines did the author's diff have, before a mail client wrapped it and took blanks away?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewbot.mail.diff import HUNK, Line, starts_file

_KINDS = (" ", "+", "-", "\\")
_ODD_BLANKS = re.compile("[\u00a0\u2007\u202f]")
_WRAP_AT = 66
"""A client wraps where the next word would pass column 72 or more; a shorter line was not wrapped."""
_LONGEST = 2000
"""No diff line that people wrote is longer; joining must have an end."""
_ONE_PATH = re.compile(r"diff --git \S+")


def mend(lines: Sequence[Line]) -> tuple[list[Line], tuple[str, ...]]:
    """A diff's lines (the first starts it) with wrapped lines joined and blanks put back, and what was done.

    From the first line that can be no part of a diff on, all lines come back as they are.
    """
    problems: dict[str, None] = {}
    out: list[Line] = []
    at = 0
    in_hunk = False
    left = [0, 0]
    while at < len(lines):
        number, text = lines[at]
        plain = _ODD_BLANKS.sub(" ", text)
        if plain != text:
            problems["non-breaking blanks were turned into blanks"] = None
        joined = _joined_header(lines, at, plain)
        if joined:
            problems["a header line that the mail had wrapped was joined"] = None
            plain = joined
            at += 1
        if _is_header(lines, at, plain):
            match = HUNK.match(plain)
            in_hunk = match is not None
            left = [int(match.group(g) or 1) for g in (2, 4)] if match else left
        elif in_hunk:
            if plain.startswith("\t"):
                plain = " " + plain
            if plain and not plain.startswith(_KINDS):
                if not _was_wrapped(out[-1][1], plain) or max(left) <= 0 or len(out[-1][1]) > _LONGEST:
                    return [*out, *lines[at:]], tuple(problems)
                out[-1] = (out[-1][0], _glue(out[-1][1], plain))
                problems["a diff line that the mail had wrapped was joined"] = None
                at += 1
                continue
            left[0] -= plain[:1] in ("", " ", "-")
            left[1] -= plain[:1] in ("", " ", "+")
        out.append((number, plain))
        at += 1
    return out, tuple(problems)


def _is_header(lines: Sequence[Line], at: int, plain: str) -> bool:
    return HUNK.match(plain) is not None or plain.startswith("diff -") or starts_file(lines, at)


def _joined_header(lines: Sequence[Line], at: int, plain: str) -> str:
    """A `@@` or `diff --git` line joined with the line below where the mail broke it, else ""."""
    below = _ODD_BLANKS.sub(" ", lines[at + 1][1]) if at + 1 < len(lines) else ""
    if not below:
        return ""
    if plain.startswith("@@ -"):
        glued = _glue(plain, below)
        if not HUNK.match(plain):
            return glued if HUNK.match(glued) else ""
        return glued if not below.startswith((*_KINDS, "@", "\t")) and _was_wrapped(plain, below) else ""
    if _ONE_PATH.fullmatch(plain.rstrip()) and below.startswith(("b/", '"b/')):
        return _glue(plain, below)
    return ""


def _was_wrapped(above: str, below: str) -> bool:
    word = below.split(" ", 1)[0]
    return below != "\0" and len(above) + 1 + len(word) > _WRAP_AT


def _glue(above: str, below: str) -> str:
    return above + below if above.endswith(" ") else f"{above} {below}"
