# SPDX-License-Identifier: GPL-2.0-or-later
"""Where did a reviewer comment, and on what?  Finds text that stands directly under quoted lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewbot.model import Message

_CONTEXT = 12
_ATTRIBUTION = re.compile(r"(?:.{0,300}\b(?:wrote|writes|said|schrieb|écrit)\s*:|-{3,}\s*Original Message.*)\s*")
_TRIMMED = re.compile(r"\s*\[[\s.…]{0,20}(?:snip)?[\s.…]{0,20}\]\s*|\s*(?:\.{3,}|…|<snip>)\s*")


@dataclass(frozen=True, slots=True)
class Comment:
    """A reviewer's own words, the last quoted lines above them (one quote mark taken off), and the words' first line
    in the body (1-based)."""

    text: str
    quoted: tuple[str, ...]
    first_line: int


def comments(message: Message) -> tuple[Comment, ...]:
    """The inline comments of a reply in order; text above the first quote (top-posting) and signatures are none."""
    found: list[Comment] = []
    quoted: list[str] = []
    own: list[tuple[int, str]] = []
    for number, line in enumerate(message.body.split("\n"), start=1):
        if line.rstrip() == "--" and line != "--":  # the signature mark has a blank
            break
        if line.startswith(">"):
            if own:
                _finish(found, quoted, own)
                quoted, own = [], []
            quoted.append(line[2:] if line.startswith("> ") else line[1:])
        elif own or line.strip():
            own.append((number, line))
    _finish(found, quoted, own)
    return tuple(found)


def _finish(found: list[Comment], quoted: list[str], own: list[tuple[int, str]]) -> None:
    words = [(number, line) for number, line in own if not _TRIMMED.fullmatch(line)]
    while words and not words[-1][1].strip():
        words.pop()
    text = "\n".join(line for _, line in words).strip("\n")
    if any(line.rstrip() == "--" for line in quoted):  # under a quoted signature stands one's own farewell
        return
    if quoted and text.strip() and not _ATTRIBUTION.fullmatch(text.replace("\n", " ")):
        found.append(Comment(text, tuple(quoted[-_CONTEXT:]), words[0][0]))
