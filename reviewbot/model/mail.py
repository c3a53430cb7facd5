# SPDX-License-Identifier: GPL-2.0-or-later
"""Mail as values: addresses, messages and threads, decoded and free of control characters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A person: display `name` (may be ""), and `email` ("" where an archive page masked it beyond repair)."""

    name: str
    email: str

    @property
    def label(self) -> str:
        """The name for people to read: the display name, else the address."""
        return self.name or self.email


@dataclass(frozen=True, slots=True)
class Message:
    """One mail.  `msgid` has no angle brackets.  `subject` and names hold no control or bidi characters.

    `body` is decoded text with LF line ends; `raw` is the mail as it came, in bytes, without an mbox "From " line.
    `date` is None when no date can be read; aware and in UTC otherwise.  `problems` says, one sentence each, what was
    mended or could not be trusted (a lying charset, a made-up message id, a munged From).
    """

    msgid: str
    subject: str
    author: Address
    date: datetime | None
    in_reply_to: str | None
    references: tuple[str, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    list_id: str | None
    body: str
    raw: bytes
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """The mails of a discussion, parents before replies, siblings by date, no message twice, no reply cycle.

    `parents` maps a message id to the id it answers, only where that mail is in the thread.  `problems` says what
    was left out or cut (a reply cycle, a bound that was hit).
    """

    messages: tuple[Message, ...]
    parents: tuple[tuple[str, str], ...]
    problems: tuple[str, ...] = ()

    def get(self, msgid: str) -> Message | None:
        """The mail with this id (no angle brackets), or None."""
        return next((m for m in self.messages if m.msgid == msgid), None)
