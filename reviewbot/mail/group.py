# SPDX-License-Identifier: GPL-2.0-or-later
"""Which patch mails of a thread were sent together, and which of those are versions of one another?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from reviewbot.mail.decode import sender
from reviewbot.mail.subject import Subject, parse_subject
from reviewbot.model import Message, Thread

_DIFF = re.compile(r"(?m)^(?:diff --git |--- [^\n]+\n\+\+\+ |Index: [^\n]+\n=)")
_CHANGE_ID = re.compile(r"(?m)^change-id: (\S{1,200})\s*$")
_ANSWERS = re.compile(r"(?:[^\n]{0,300}\n){0,3}?[^\n]{0,300}\bwrote:\s*\n\s*>")
_WORDS = re.compile(r"[\W_]+")
_HOPS = 50
_SENT_TOGETHER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PatchMail:
    """A mail that is a patch, or with index 0 a cover letter."""

    message: Message
    subject: Subject
    sender: str
    index: int
    expected: int


@dataclass(slots=True)
class Group:
    """Mails of one revision that were sent together, by index; `above` are ids of patch mails that they answer."""

    revision: int
    expected: int
    sender: str
    mails: dict[int, PatchMail] = field(default_factory=dict)
    above: set[str] = field(default_factory=set)

    @property
    def first(self) -> PatchMail:
        """The cover letter, else the patch with the lowest index."""
        return self.mails[min(self.mails)]

    @property
    def change_id(self) -> str:
        """b4's change-id of the cover or a patch, or ""."""
        found = (_CHANGE_ID.search(self.mails[index].message.body) for index in sorted(self.mails))
        return next((match.group(1) for match in found if match), "")

    @property
    def titles(self) -> set[str]:
        """The subjects, in a form that survives changes of case and punctuation."""
        return {title_key(mail.subject.plain) for mail in self.mails.values()}


def title_key(plain: str) -> str:
    """A subject's words for comparison."""
    return _WORDS.sub(" ", plain.lower()).strip()


def has_own_diff(message: Message) -> bool:
    """True where an unquoted diff seems to stand in a mail."""
    return _DIFF.search(message.body) is not None


def is_answer(message: Message) -> bool:
    """True for a reply: by its subject, or since it starts with an attribution and a quote (page titles lose "Re:")."""
    return parse_subject(message.subject).is_reply or _opens_with_quote(message)


def _opens_with_quote(message: Message) -> bool:
    return _ANSWERS.match(message.body.lstrip()[:2000]) is not None


def patch_mail(message: Message) -> PatchMail | None:
    """The mail as patch or cover letter; None for everything else."""
    subject = parse_subject(message.subject)
    if subject.is_reply or _opens_with_quote(message):
        return None
    if subject.index == 0 and subject.expected:
        return None if subject.is_pull else PatchMail(message, subject, sender(message), 0, subject.expected)
    if not has_own_diff(message):
        return None
    index, expected = subject.index or 1, subject.expected or 1
    return PatchMail(message, subject, sender(message), index, max(index, expected))


def groups(thread: Thread) -> tuple[Group, ...]:
    """The patch mails of a thread by what was sent together, in the thread's order."""
    parents = dict(thread.parents)
    nearest: dict[str, str] = {}
    group_of: dict[str, Group] = {}
    by_anchor: dict[tuple[int, int, str, str], Group] = {}
    found: list[Group] = []
    for message in thread.messages:
        parent = parents.get(message.msgid, "")
        nearest[message.msgid] = parent if parent in group_of else nearest.get(parent, "")
        mail = patch_mail(message)
        if not mail:
            continue
        above = list(_chain(message.msgid, nearest))
        anchor = (mail.subject.revision, mail.expected, mail.sender, _anchor(message))
        group = next((group_of[a] for a in above if _fits(group_of[a], mail, above[0])), None) or by_anchor.get(anchor)
        if group is None or not _fits(group, mail, *above[:1]) or not _timely(group, mail):
            group = Group(mail.subject.revision, mail.expected, mail.sender)
            found.append(group)
        group.mails[mail.index] = mail
        group.above.update(above[:1])
        by_anchor[anchor] = group_of[message.msgid] = group
    return _adopt_covers(found)


def _adopt_covers(found: list[Group]) -> tuple[Group, ...]:
    """Join a cover letter whose own count is wrong with the patches that its sender sent at the same time."""
    orphans = [group for group in found if set(group.mails) == {0}]
    for orphan in orphans:
        cover = orphan.mails[0]
        for group in found:
            alike = (group.revision, group.sender) == (orphan.revision, orphan.sender) and 0 not in group.mails
            named = _anchor(group.first.message) in ("", cover.message.msgid, _anchor(cover.message) or "-")
            if alike and named and _sent_together(group.first.message, cover.message):
                group.mails[0] = cover
                group.above |= orphan.above
                group.above.discard(cover.message.msgid)
                found = [other for other in found if other is not orphan]
                break
    return tuple(found)


def same_topic(one: Group, other: Group) -> bool:
    """True where two groups are versions (or copies) of one series."""
    if one.change_id and other.change_id:
        return one.change_id == other.change_id
    if one.sender != other.sender:
        return False
    return bool(one.titles & other.titles) or (one.revision != other.revision and _answers(one, other))


def _answers(one: Group, other: Group) -> bool:
    ids = [{mail.message.msgid for mail in group.mails.values()} for group in (one, other)]
    return bool(one.above & ids[1] or other.above & ids[0])


def _chain(msgid: str, nearest: dict[str, str]) -> Iterator[str]:
    """The patch mails above a mail, the nearest first."""
    for _ in range(_HOPS):
        msgid = nearest.get(msgid, "")
        if not msgid:
            return
        yield msgid


def _fits(group: Group, mail: PatchMail, above: str = "") -> bool:
    """True where a mail can be of a group; another sender's only directly under the cover letter."""
    if group.revision != mail.subject.revision or group.expected != mail.expected:
        return False
    if mail.expected == 1 and 0 not in group.mails:  # two patches of one are two series
        return False
    under_cover = 0 in group.mails and group.mails[0].message.msgid == above
    return mail.index not in group.mails and (group.sender == mail.sender or under_cover)


def _timely(group: Group, mail: PatchMail) -> bool:
    """Mails that name no common mail must at least have been sent together."""
    return bool(_anchor(mail.message)) or _sent_together(group.first.message, mail.message)


def _sent_together(one: Message, other: Message) -> bool:
    return not (one.date and other.date) or abs(one.date - other.date) <= _SENT_TOGETHER


def _anchor(message: Message) -> str:
    return message.references[0] if message.references else message.in_reply_to or ""
