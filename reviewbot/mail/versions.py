# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch mails are versions or copies of a series, and under which of them does each mail of the thread stand?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewbot.mail.group import groups, same_topic
from reviewbot.mail.series import patch_of
from reviewbot.mail.subject import parse_subject
from reviewbot.model import Patch, Series, Thread


@dataclass(frozen=True, slots=True)
class Posting:
    """What was sent together: a revision, the message id of its cover letter ("" without one), and its patches."""

    revision: int
    cover: str
    patches: tuple[Patch, ...]


def postings(thread: Thread, series: Series) -> tuple[Posting, ...]:
    """The series itself, then all its other versions and copies in the thread, in the thread's order."""
    own = {patch.message.msgid for patch in series.patches}
    cover = series.cover.msgid if series.cover else ""
    out = [Posting(series.revision, cover, series.patches)]
    if any(patch.in_reply for patch in series.patches):
        return tuple(out)
    found = groups(thread)
    home = [g for g in found if any(mail.message.msgid in own for mail in g.mails.values())]
    for group in found:
        if not any(group is one or same_topic(one, group) for one in home):
            continue
        mails = [group.mails[index] for index in sorted(group.mails) if index]
        rest = tuple(patch_of(mail) for mail in mails if mail.message.msgid not in own)
        head = group.mails[0].message.msgid if 0 in group.mails else ""
        if rest or head != cover:
            out.append(Posting(group.revision, head, rest))
    return tuple(out)


def standing(thread: Thread, found: Sequence[Posting]) -> dict[str, tuple[Patch, ...]]:
    """For each mail about the series the patches that it may speak of, the nearest first.

    A mail below a patch speaks of that one, else of the others that were sent with it; one below a cover letter, of
    all of these.  A mail whose parent is missing is placed by its References, then by its subject.
    """
    heads: dict[str, tuple[Patch, ...]] = {}
    titles: dict[str, str] = {}
    for posting in found:
        for patch in posting.patches:
            others = tuple(p for p in posting.patches if p is not patch)
            heads[patch.message.msgid] = (patch, *others)
            titles.setdefault(_title(patch.message.subject), patch.message.msgid)
        if posting.cover:
            heads.setdefault(posting.cover, posting.patches)
    parents = dict(thread.parents)
    out: dict[str, tuple[Patch, ...]] = {}
    for message in thread.messages:  # parents stand before replies
        known = [*([parents[message.msgid]] if message.msgid in parents else []), *reversed(message.references)]
        head = heads.get(message.msgid) or next((out[m] for m in known if m in out), None)
        if head is None and message.msgid not in parents and parse_subject(message.subject).is_reply:
            head = heads.get(titles.get(_title(message.subject), ""))
        if head:
            out[message.msgid] = head
    return out


def _title(subject: str) -> str:
    """A subject without its reply marks: revision, number and words."""
    parsed = parse_subject(subject)
    return f"{parsed.revision} {parsed.index} {parsed.expected} {parsed.plain}"
