# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a subject say about a mail: a patch, its number, its series' length and revision, a reply, a pull?"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MOST = 9999
_LENGTH = 2000
_REPLY = re.compile(r"(?:re|aw|sv|antw|vs|odp|回复|答复)(?:\s?\[\d{1,4}\]|\^\d{1,4})?\s{0,3}[:：]\s*", re.IGNORECASE)
_FORWARD = re.compile(r"(?:fwd?|wg|tr)\s{0,3}[:：]\s*", re.IGNORECASE)
_BRACKET = re.compile(r"\[([^\[\]]{0,200})\]\s*")
_COUNT = re.compile(r"(?<![\d./\w])(\d{1,20}) ?/ ?(\d{1,20})(?![\d./])")
_COUNT_GLUED = re.compile(r"(?i)(?<=patch)(\d{1,20})/(\d{1,20})(?![\d./])")
_REVISION = re.compile(r"(?:patch|rfc|resend)?[-_]?v\.?(\d{1,20})(?:\.\d{1,3})?", re.IGNORECASE)
_PULL = re.compile(r"(?:git[ -]?)?pull(?: request)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject taken apart.

    `prefixes` are the words in the brackets; `index` and `expected` the N/M there (None where there is none);
    `revision` is 1 unless a vN says otherwise; `plain` is what is left: no reply marks, no brackets.
    """

    prefixes: tuple[str, ...]
    revision: int
    index: int | None
    expected: int | None
    is_reply: bool
    is_patch: bool
    is_pull: bool
    is_resend: bool
    plain: str


def parse_subject(text: str) -> Subject:
    """A subject line to its parts; absurd numbers come back as 9999."""
    rest, brackets, is_reply = _peel(text[:_LENGTH].strip())
    inside = ", ".join(brackets)
    prefixes = tuple(re.split(r"[\s,;:]+", inside.strip())) if inside.strip() else ()
    lowered = tuple(p.lower() for p in prefixes)
    count = _COUNT.search(inside) or _COUNT_GLUED.search(inside)
    revision = _revision(prefixes)
    is_pull = any(_PULL.search(b) for b in brackets) or bool(_PULL.match(rest) and not brackets)
    return Subject(
        prefixes=prefixes,
        revision=revision or 1,
        index=_bounded(count.group(1)) if count else None,
        expected=_bounded(count.group(2)) if count else None,
        is_reply=is_reply,
        is_patch=bool(any(p.startswith("patch") for p in lowered) or count or revision),
        is_pull=is_pull,
        is_resend=any("resend" in p or "repost" in p for p in lowered),
        plain=rest,
    )


def _peel(rest: str) -> tuple[str, list[str], bool]:
    """Take reply marks and brackets off the front, in any order."""
    brackets: list[str] = []
    is_reply = False
    while True:
        reply = _REPLY.match(rest)
        match = reply or _FORWARD.match(rest) or _BRACKET.match(rest)
        if not match or match.end() == len(rest):
            return rest, brackets, is_reply
        is_reply = is_reply or reply is not None
        if match.re is _BRACKET:
            brackets.append(match.group(1))
        rest = rest[match.end() :]


def _revision(prefixes: tuple[str, ...]) -> int | None:
    found = (_REVISION.fullmatch(p) for p in prefixes)
    return next((max(1, _bounded(m.group(1))) for m in found if m), None)


def _bounded(digits: str) -> int:
    return min(int(digits), _MOST)
