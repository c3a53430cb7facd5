# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of an earlier revision?  Findings that are gone, still there or new; remarks on code that is as it was.

A finding is the same in two revisions if the fingerprint of one of its places is; else if rule and code are, or rule,
file and function.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace

from reviewbot.mail.places import squeezed
from reviewbot.mail.series import commit_message
from reviewbot.model import Anchor, Comment, Finding, Patch, Raised, Series
from reviewbot.review.answers import can_stay_open, is_author, is_settled
from reviewbot.review.raised import Talk
from reviewbot.review.rows import NEAR, Row, meant, rows_of

_SAME: tuple[Callable[[Finding], frozenset[Hashable]], ...] = (
    lambda f: frozenset({f.fingerprint, *(place.fingerprint for place in f.repeats)}),
    lambda f: frozenset({(f.rule, squeezed(f.code))}),
    lambda f: frozenset({(f.rule, f.path, f.function), *((f.rule, f.path, place.function) for place in f.repeats)}),
)


def compared(
    new: Sequence[Finding], old: Iterable[Finding], revision: int
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings, those that the earlier revision had too with its number; and what it had that is gone."""
    left = [f for f in old if f.is_blamed]
    since: dict[int, int] = {}
    for key in _SAME:
        for number, finding in enumerate(new):
            if number in since or not finding.is_blamed:
                continue
            same = next((f for f in left if key(f) & key(finding)), None)
            if same is not None:
                left.remove(same)
                since[number] = revision
    marked = tuple(replace(f, since=since[n]) if n in since else f for n, f in enumerate(new))
    return marked, tuple(left)


def still_open(series: Series, talk: Talk) -> tuple[Raised, ...]:
    """People's remarks on earlier revisions whose code is unchanged, and that nobody answered but by agreeing."""
    current = {patch.message.msgid for patch in series.patches}
    now = _Now(series.patches)
    out: dict[tuple[str, tuple[str, ...]], Raised] = {}
    for comment in talk.comments:
        patch = talk.patches.get(comment.patch)
        if patch is None or comment.patch in current or comment.is_bot or is_author(comment, patch):
            continue
        if not can_stay_open(comment):
            continue
        raised = talk.raised(comment)
        if raised.revision >= series.revision or is_settled(comment, raised.answer, talk.comments):
            continue
        code = _around(talk.rows(comment.patch), comment) if comment.anchor is Anchor.CODE else _said(patch, comment)
        if code and now.has(comment, code):
            out.pop((comment.by, code), None)  # of one remark made twice the later
            out[comment.by, code] = raised
    satisfied = _satisfied(talk)
    return tuple(r for r in out.values() if satisfied.get(r.comment.by, 0) <= r.revision)


def _satisfied(talk: Talk) -> dict[str, int]:
    """The last revision under which each reviewer wrote a tag."""
    out: dict[str, int] = {}
    for comment in talk.comments:
        tags = ("Reviewed-by:", "Acked-by:", "Tested-by:")
        if any(line.startswith(tags) for line in comment.text.split("\n")):
            out[comment.by] = max(out.get(comment.by, 0), talk.revisions.get(comment.patch, 0))
    return out


class _Now:
    """The newest version's text, to ask whether something stands in it as it did."""

    def __init__(self, patches: Sequence[Patch]) -> None:
        hunks: dict[tuple[int, int], list[Row]] = {}
        for number, patch in enumerate(patches):
            for row in rows_of(patch.files):
                hunks.setdefault((number, row.hunk), []).append(row)
        self._hunks = [(rows[0].path, _joined(_lines(rows))) for rows in hunks.values()]
        self._messages = [_joined(map(squeezed, commit_message(p.message).split("\n"))) for p in patches]

    def has(self, comment: Comment, code: Sequence[str]) -> bool:
        """True if the lines stand one below the other: in a message, or in a hunk of a file of that name."""
        text = _joined(code)
        if comment.anchor is Anchor.MESSAGE:
            return any(text in message for message in self._messages)
        name = comment.path.rpartition("/")[2]
        return any(text in hunk for path, hunk in self._hunks if path.rpartition("/")[2] == name)


def _joined(lines: Iterable[str]) -> str:
    return "\n" + "\n".join(lines) + "\n"


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    return (f"{row.kind.strip()}{row.key}" for row in rows)


def _around(rows: Sequence[Row], comment: Comment) -> tuple[str, ...]:
    """The lines that a comment is about with three on either side, of the same hunk; () if none of them is a change."""
    spoken = meant(rows, comment)
    if not spoken:
        return ()
    first, last = spoken[0].at - NEAR, spoken[-1].at + NEAR
    window = [row for row in rows if row.hunk == spoken[0].hunk and first <= row.at <= last]
    return tuple(_lines(window)) if any(row.kind != " " for row in window) else ()


def _said(patch: Patch, comment: Comment) -> tuple[str, ...]:
    """The line of the commit message that a comment stands under, with the one above it."""
    first, last = comment.mail_lines
    lines = patch.message.body.split("\n")[max(first, last - 1) - 1 : last]
    return tuple(key for key in map(squeezed, lines) if key)
