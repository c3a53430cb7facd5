# SPDX-License-Identifier: GPL-2.0-or-later
"""Which mail stands on this archive page?  Reads the text of pipermail's and lore's pages, as copied from a browser."""

from __future__ import annotations

import hashlib
import re

from reviewbot.mail.address import header_text, parse_address
from reviewbot.mail.clean import body_text
from reviewbot.mail.dates import parse_date
from reviewbot.mail.decode import MOST_BODY
from reviewbot.model import Address, Message

_UNKNOWN = "read from an archive page: no message id"
_FOOTER = re.compile(r"(?m)^(?:More information about the .{1,200} mailing list|\^ permalink raw reply\b.*)\s*$")
_LORE_MAIL = re.compile(r"(?m)^(?:\* ?)?From: (.{1,300}?) @ (\d{4}-\d\d-\d\d +\d{1,2}:\d\d) UTC.{0,80}$")
_LORE_PEOPLE = re.compile(r"[ \t]+(?:To|Cc): [^\n]*\n(?:[ \t]+[^\n]*\n)*\n*")
_LORE_TITLE = re.compile(r"(?m)^(?:\* )?((?:Re: |\[)[^\n]{3,300})$")
_TITLE_LINES = 40
_MAIL_START = re.compile(
    r"\s*(?:From |(?:Return-Path|Received|Delivered-To|From|Sender|Reply-To|To|Cc|Date|Subject|Message-ID|In-Reply-To|"
    r"References|MIME-Version|DKIM-Signature|Authentication-Results|(?:X|ARC|List|Content)-[\w-]+)[ \t]*:)",
    re.IGNORECASE,
)


def looks_like_page(text: str) -> bool:
    """True when text is an archive page rather than a mail: a title, "name address", a date line; or lore's view."""
    start = text[:20000].lstrip()
    if _MAIL_START.match(start) and not _LORE_MAIL.match(start):
        return False  # a mail's own headers hold addresses and dates in a row, too
    return _pipermail(text) is not None or _LORE_MAIL.search(text[:20000]) is not None


def from_page(text: str) -> tuple[Message, ...]:
    """The text of an archive page to its mails; each gets a made-up id that is the same for the same text."""
    text = body_text(text[:MOST_BODY])
    found = _pipermail(text)
    if found:
        title, author, date_line, body = found
        return (_message(title, author, date_line, body),)
    title_match = _LORE_TITLE.search(text)
    title = title_match.group(1) if title_match else ""
    mails = list(_LORE_MAIL.finditer(text))
    ends = [m.start() for m in mails[1:]] + [len(text)]
    return tuple(
        _message(title, parse_address(m.group(1)), m.group(2), _LORE_PEOPLE.sub("", text[m.end() + 1 : end], count=1))
        for m, end in zip(mails, ends, strict=True)
    )


def _pipermail(text: str) -> tuple[str, Address, str, str] | None:
    """Title, author, date line and body, where two lines in a row near the top are an address and a date."""
    head = text[:20000].split("\n")[:_TITLE_LINES]
    title = ""
    for number, line in enumerate(head[:-1]):
        stripped = line.strip()
        author = parse_address(stripped[:300])
        if title and author.email and ":" not in stripped and parse_date(head[number + 1].strip())[0]:
            body = "\n".join(text.split("\n")[number + 2 :])
            return title, author, head[number + 1].strip(), body
        title = title or stripped
    return None


def _message(title: str, author: Address, date_line: str, body: str) -> Message:
    footer = _FOOTER.search(body)
    body = (body[: footer.start()] if footer else body).strip("\n") + "\n"
    subject = header_text(title)
    date, problem = parse_date(date_line)
    seal = hashlib.sha1("\0".join((subject, author.email, date_line, body)).encode(), usedforsecurity=False)
    return Message(
        msgid=f"{seal.hexdigest()[:16]}@archive-page.invalid",
        subject=subject,
        author=author,
        date=date,
        in_reply_to=None,
        references=(),
        to=(),
        cc=(),
        list_id=None,
        body=body,
        raw=body.encode(),
        problems=tuple(p for p in (_UNKNOWN, problem) if p),
    )
