# SPDX-License-Identifier: GPL-2.0-or-later
"""Which words of a mail are its author's own, and under which quoted lines do they stand?

With `inner` the words of those whom it quotes are read too.  Anchoring them to a patch is comments.py's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewbot.model import Message

CONTEXT = 40
_DEEPEST = 6
_MOST = 400
_LONGEST = 20_000
_ATTRIBUTION = re.compile(r"(?:.{0,300}\b(?:wrote|writes|said|schrieb|écrit)\s*:|-{3,}\s*Original Message.*)\s*")
_WHEN = re.compile(
    r"^.*\d{1,2}:\d\d(?::\d\d)?(?:\s?[AP]M)?(?:\s*\(?[+-]\d{4}\)?|\s+\(?[A-Z]{3,4}\)?(?=[,\s]))*[,\s]*"
    r"|^On\b.*?\d{4}[,\s]+|^On\b.*,\s*"
)
_ADDRESS = re.compile(r"<[^<>]*>|\[mailto:[^\]]*\]")
_WROTE = re.compile(r"(.*?)\s+(?:wrote|writes|said|schrieb)\s*:\s*$")
_OPENS = re.compile(r"(?:On|Am|Le|El)\b")
_TRIMMED = re.compile(r"\s*\[[\s.…]{0,20}(?:snip)?[\s.…]{0,20}\]\s*|\s*(?:\.{3,}|…|<snip>)\s*")
_ORIGINAL = re.compile(r"-{3,}\s*Original Message|_{20,}\s*$", re.IGNORECASE)
_HELLO = re.compile(r"(?:hi|hello|hey|dear|good (?:morning|day|evening))\b[^\n.?]{0,60}[,.!]?", re.IGNORECASE)
_FAREWELL = re.compile(
    r"(?:(?:best|kind|warm|many)?\s*(?:regards|wishes)|best|cheers|thanks(?: again| a lot| in advance)?|thank you|thx"
    r"|br|greetings|(?:yours )?sincerely)[,.! ]*",
    re.IGNORECASE,
)
_LAST = 4
"""Lines that a farewell takes, with the name below it."""

Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Words:
    """Own words, the last quoted lines directly above them (one quote mark taken off), and the words' first line in
    the body (1-based).  `quoted` is empty for words above the first quote.

    `author` is "" for the mail's author, else the name in the attribution line of the quote that the words stand in.
    """

    text: str
    quoted: tuple[str, ...]
    first_line: int
    author: str = ""

    @property
    def depth(self) -> int:
        """How deep the last quoted line is quoted; 0 without one."""
        last = next((line for line in reversed(self.quoted) if line.strip("> \t|")), None)
        return 0 if last is None else 1 + marks(last)


def marks(line: str) -> int:
    """The number of quote marks in front of a line."""
    found = re.match(r"(?:> ?(?=>)|>)*", line)
    return found.group().count(">") if found else 0


def words(message: Message, *, inner: bool = False) -> tuple[Words, ...]:
    """The words of a mail in order, signatures, attributions and greetings left out; at most 400."""
    lines = list(enumerate(message.body.split("\n"), start=1))
    found: list[Words] = []
    authors: dict[int, str] = {}
    for depth in range(_DEEPEST if inner else 1):
        if not lines or len(found) >= _MOST:
            break
        found += _level(lines, authors if depth else {}, named=depth > 0)
        authors = _quoted_by(lines)
        lines = [(number, _unquoted(text)) for number, text in lines if text.startswith(">")]
    return tuple(found[:_MOST])


def _level(lines: Sequence[Line], authors: dict[int, str], *, named: bool) -> Iterator[Words]:
    """The words at one depth; of a quoted mail only those that stand in a quote whose author is named."""
    quoted: list[str] = []
    own: list[Line] = []
    for number, line in _before_signature(lines):
        if line.startswith(">"):
            if own:
                yield from _finished(quoted, own, authors, named=named)
                quoted, own = [], []
            quoted.append(_unquoted(line))
        elif own or line.strip():
            own.append((number, line))
    yield from _finished(quoted, own, authors, named=named)


def _before_signature(lines: Sequence[Line]) -> Sequence[Line]:
    """A mail's lines up to its signature ("--" alone is one where no quote follows) or to an unquoted original."""
    for at, (_number, line) in enumerate(lines):
        if line.rstrip() == "--" and (line != "--" or not any(text.startswith(">") for _, text in lines[at:])):
            return lines[:at]
        if _ORIGINAL.match(line):
            return lines[:at]
    return lines


def _unquoted(line: str) -> str:
    return line[2:] if line.startswith("> ") else line[1:]


def _finished(quoted: list[str], own: list[Line], authors: dict[int, str], *, named: bool) -> Iterator[Words]:
    kept = _without_attribution([(number, line) for number, line in own if not _TRIMMED.fullmatch(line)])
    while kept and not kept[0][1].strip():
        kept.pop(0)
    kept = _without_farewell(kept)
    if not kept or any(line.rstrip() == "--" for line in quoted):  # under a quoted signature stands one's own farewell
        return
    author = authors.get(kept[0][0], "")
    text = "\n".join(line for _, line in kept)[:_LONGEST]
    if not _HELLO.fullmatch(text) and (author or not named):
        yield Words(text, tuple(quoted[-CONTEXT:]), kept[0][0], author)


def _without_farewell(own: list[Line]) -> list[Line]:
    """Own lines without "Best regards," and the name below it, and without blank lines at the end."""
    end = max((at for at, (_, line) in enumerate(own, 1) if line.strip()), default=0)
    for at in range(max(0, end - _LAST), end):
        below = [line for _, line in own[at + 1 :] if line.strip()]
        if _FAREWELL.fullmatch(own[at][1].strip()) and all(len(line.split()) <= 3 for line in below):
            end = at
            break
    while end and not own[end - 1][1].strip():
        end -= 1
    return own[:end]


def _without_attribution(own: list[Line]) -> list[Line]:
    """Own lines without a "NAME wrote:" at their end."""
    end = max((at for at, (_, line) in enumerate(own, 1) if line.strip()), default=0)
    return own[: end - _attributed([line for _, line in own[:end]])]


def _attributed(lines: Sequence[str]) -> int:
    """How many lines at the end are an attribution, which may take three of them."""
    if not lines or not _ATTRIBUTION.fullmatch(lines[-1]):
        return 0
    for count, line in enumerate(reversed(lines[-3:]), 1):
        if not line.strip():
            break
        if _OPENS.match(line):
            return count
    return 1


def _quoted_by(lines: Sequence[Line]) -> dict[int, str]:
    """The name in the attribution above each quoted line, by the line's number; a quote without one has none."""
    out: dict[int, str] = {}
    name, above = "", [""]
    for number, line in lines:
        if line.startswith(">"):
            out[number] = name
            continue
        above = [*above[-2:], line]
        count = _attributed(above)
        name = _named(" ".join(above[-count:])) if count else name
    return out


def _named(attribution: str) -> str:
    """The name in "On DATE, NAME <address> wrote:"."""
    found = _WROTE.match(attribution)
    return _WHEN.sub("", _ADDRESS.sub("", found.group(1))).strip(" \"',\t")[:120] if found else ""
