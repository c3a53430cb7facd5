# SPDX-License-Identifier: GPL-2.0-or-later
"""How do mails answer each other?  Threads without duplicates or reply cycles, in an order that input never changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import pairwise

from reviewbot.mail.subject import parse_subject
from reviewbot.model import Message, Thread

_NEVER = datetime.max.replace(tzinfo=UTC)


def when(message: Message) -> tuple[datetime, str]:
    """The key by which mails are ordered: date, then message id; mails without a date come last."""
    return message.date or _NEVER, message.msgid


def build_thread(messages: Iterable[Message], *, limit: int = 5000, keep: str | None = None) -> Thread:
    """Mails in any order to a Thread; of more than `limit` mails the earliest are kept, and that is said.

    The mail whose id is `keep`, the patches and the mails above that one are kept before any others.
    """
    mails = _unique(messages)
    problems: list[str] = []
    if len(mails) > limit:
        problems.append(f"the thread has {len(mails)} mails; only the first {limit} were read")
        above = _above(mails, keep)
        mails = {m.msgid: m for m in _by_weight(mails, above)[:limit]}
        above = [msgid for msgid in above if msgid in mails]
    else:
        above = []
    parents = {m.msgid: parent for m in mails.values() if (parent := _parent(m, mails))}
    parents.update(pairwise(above))  # over what was left out between them
    for msgid in _cut_cycles(mails, parents):
        problems.append(f"the mails around {msgid} answer each other in a circle; it was taken as the first of them")
    ordered = _ordered(mails, parents)
    links = tuple((m.msgid, parents[m.msgid]) for m in ordered if m.msgid in parents)
    return Thread(ordered, links, tuple(problems))


def _above(mails: Mapping[str, Message], msgid: str | None) -> list[str]:
    """The ids of a mail and of those above it, the nearest first."""
    path: dict[str, None] = {}
    while msgid is not None and msgid in mails and msgid not in path:
        path[msgid] = None
        msgid = _parent(mails[msgid], mails)
    return list(path)


def _by_weight(mails: Mapping[str, Message], above: list[str]) -> list[Message]:
    """What to keep first: the mail that was asked for, patches, the mails above it, then the rest by date."""
    earliest = sorted(mails.values(), key=when)
    subjects = ((mail.msgid, parse_subject(mail.subject)) for mail in earliest)
    patches = [msgid for msgid, subject in subjects if subject.is_patch and not subject.is_reply]
    order = dict.fromkeys([*above[:1], *patches, *above, *(mail.msgid for mail in earliest)])
    return [mails[msgid] for msgid in order]


def descendants(thread: Thread, msgid: str) -> tuple[str, ...]:
    """The ids of all mails below a mail, in the thread's order; the mail itself is not among them."""
    parents = dict(thread.parents)
    below = {msgid}
    found = []
    for message in thread.messages:  # parents stand before replies
        if parents.get(message.msgid) in below:
            below.add(message.msgid)
            found.append(message.msgid)
    return tuple(found)


def root_of(thread: Thread, msgid: str) -> str:
    """The id of the mail at the top of the tree that a mail stands in; the mail itself if it answers none."""
    parents = dict(thread.parents)
    while msgid in parents:
        msgid = parents[msgid]
    return msgid


def related(messages: Iterable[Message], msgid: str) -> tuple[Message, ...]:
    """Of a whole mailbox, the mails that hang together with one by In-Reply-To and References, in the given order."""
    mails = tuple(messages)
    heads: dict[str, str] = {}
    for mail in mails:
        own = _head(heads, mail.msgid)
        for other in (mail.in_reply_to, *mail.references):
            if other:
                heads[_head(heads, other)] = own
    wanted = _head(heads, msgid)
    return tuple(mail for mail in mails if _head(heads, mail.msgid) == wanted)


def _head(heads: dict[str, str], msgid: str) -> str:
    while (above := heads.setdefault(msgid, msgid)) != msgid:
        heads[msgid] = heads.setdefault(above, above)
        msgid = above
    return msgid


def _unique(messages: Iterable[Message]) -> dict[str, Message]:
    """One copy of each mail: the one with the fewest problems, of equal ones the first."""
    mails: dict[str, Message] = {}
    for message in messages:
        known = mails.get(message.msgid)
        if known is None or len(message.problems) < len(known.problems):
            mails[message.msgid] = message
    return mails


def _parent(message: Message, mails: Mapping[str, Message]) -> str | None:
    for candidate in (message.in_reply_to, *reversed(message.references)):
        if candidate and candidate != message.msgid and candidate in mails:
            return candidate
    return None


def _cut_cycles(mails: Mapping[str, Message], parents: dict[str, str]) -> list[str]:
    """Take a parent from one mail of each cycle, the earliest; returns those mails' ids."""
    seen_from: dict[str, str] = {}
    cut = []
    for start in sorted(parents):
        path = []
        current: str | None = start
        while current is not None and current not in seen_from:
            seen_from[current] = start
            path.append(current)
            current = parents.get(current)
        if current is not None and seen_from[current] == start and current in path:
            cycle = path[path.index(current) :]
            first = min(cycle, key=lambda msgid: when(mails[msgid]))
            del parents[first]
            cut.append(first)
    return cut


def _ordered(mails: Mapping[str, Message], parents: Mapping[str, str]) -> tuple[Message, ...]:
    """Depth first: each mail, then its answers by date."""
    children: dict[str | None, list[Message]] = {}
    for mail in sorted(mails.values(), key=when, reverse=True):
        children.setdefault(parents.get(mail.msgid), []).append(mail)
    stack = children.get(None, [])
    ordered = []
    while stack:
        mail = stack.pop()
        ordered.append(mail)
        stack.extend(children.get(mail.msgid, ()))
    return tuple(ordered)
