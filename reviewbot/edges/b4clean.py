# SPDX-License-Identifier: GPL-2.0-or-later
"""Which few facts of a patch mail does b4 need to find its other revisions?  (For the child process, b4child.py.)

b4 has hung, exited or failed on reply cycles, wrong dates, missing ids, strange charsets and bidi characters.  So it
sees tiny copies made here instead of mails, and nothing that it reads can upset it.  Only the standard library is
imported; the copies serve the search alone, no review ever sees them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import Header, decode_header, make_header
from email.message import Message
from email.utils import format_datetime, parseaddr, parsedate_to_datetime
from unicodedata import category

HEAD = 256 << 10  # of a mail, this much is looked at: a change-id stands far above
PARTS = 20  # multiparts within multiparts: the parser's time grows with the square of their depth
MSGID = re.compile(r"[^\s<>@\"\\\x00-\x20\x7f-\U0010ffff]{1,150}@[^\s<>@\"\\\x00-\x20\x7f-\U0010ffff]{1,100}")
PATCH = re.compile(r"\[[^\]]{0,200}\b(?:PATCH|RFC)", re.IGNORECASE)
CHANGE_ID = re.compile(rb"^change-id:[ \t]+([A-Za-z0-9._-]{1,200})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Clean:
    """The few facts of a patch mail that tell its series, free of everything that has ever upset b4."""

    msgid: str
    parents: tuple[str, ...]
    author: str
    subject: str
    date: datetime | None
    change_ids: tuple[str, ...]

    @property
    def patch(self) -> bool:
        """True for a patch or cover letter, by its subject."""
        return PATCH.match(self.subject) is not None

    def mail(self) -> bytes:
        """The copy: four headers, and the change-id lines as body."""
        date = format_datetime(self.date or datetime.now(UTC))
        subject = (
            Header(self.subject, "utf-8", maxlinelen=10_000).encode() if not self.subject.isascii() else self.subject
        )
        lines = (f"From: <{self.author}>", f"Date: {date}", f"Message-ID: <{self.msgid}>", f"Subject: {subject}", "")
        return "\n".join((*lines, *(f"change-id: {c}" for c in self.change_ids), "")).encode()


def clean(raw: bytes) -> Clean | None:
    """The clean copy of a raw mail; None if it has no usable message id, author or subject, or too many parts."""
    raw = raw[:HEAD]
    if raw.lower().count(b"multipart/") > PARTS:
        return None
    try:
        mail = message_from_bytes(raw, policy=policy.compat32)
        found = MSGID.fullmatch(header(mail, "message-id").strip("<>"))
        author = parseaddr(header(mail, "from"))[1]
        subject = text(header(mail, "subject"))
        if found is None or not MSGID.fullmatch(author) or not subject:
            return None
        parents = MSGID.findall(header(mail, "in-reply-to")) + MSGID.findall(header(mail, "references"))[::-1]
        ids = change_ids(mail) if PATCH.match(subject) else ()
        return Clean(found[0], tuple(parents), author, subject, when(mail), ids)
    except (ValueError, LookupError, RecursionError, TypeError, MessageError):
        return None


def header(mail: Message, name: str) -> str:
    """A header's first value as it stands, 8-bit text read as UTF-8, on one line and bounded; "" if there is none."""
    value = next((v for k, v in mail.raw_items() if k.lower() == name), "")
    return " ".join(value[:10_000].encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())


def text(value: str) -> str:
    """A header's decoded text without control, bidi and other invisible characters, at most 300 long."""
    try:
        value = str(make_header(decode_header(value[:1000])))
    except (ValueError, LookupError, MessageError):
        value = value.encode("ascii", "ignore").decode()
    value = " ".join(value.encode("utf-8", "ignore").decode().split())
    return "".join(c for c in value if category(c)[0] != "C")[:300]


def when(mail: Message) -> datetime | None:
    """When a mail was sent: its Date, else the time the archive's last hop received it; None if neither is credible."""
    for value in (header(mail, "date"), header(mail, "received").rpartition(";")[2]):
        try:
            date = parsedate_to_datetime(value[:200])
            date = (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if datetime(1991, 8, 25, tzinfo=UTC) < date < datetime.now(UTC) + timedelta(days=7):
            return date
    return None


def change_ids(mail: Message) -> tuple[str, ...]:
    """The change ids that a patch or cover letter carries."""
    found: dict[str, None] = {}
    for part in mail.walk():
        if part.get_content_type() in ("text/plain", "text/x-patch"):
            body = part.get_payload(decode=True)
            if isinstance(body, bytes):
                found.update(dict.fromkeys(c.decode() for c in CHANGE_ID.findall(body)))
    return tuple(found)[:5]


def same_series(mails: list[Clean], msgid: str) -> list[Clean]:
    """The patch mails by whoever sent the patch that `msgid` is or answers; all patches if it answers none."""
    known = {m.msgid: m for m in mails}
    todo, seen = [msgid], set[str]()
    while todo:
        mail = known.get(todo.pop(0))
        if mail is None or mail.msgid in seen:
            continue
        if mail.patch:
            return [m for m in mails if m.patch and m.author == mail.author]
        seen.add(mail.msgid)
        todo.extend(mail.parents)
    return [m for m in mails if m.patch]
