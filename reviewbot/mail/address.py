# SPDX-License-Identifier: GPL-2.0-or-later
"""Who wrote a mail, and to whom: addresses out of header fields, unmasked, and authors behind a list's address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import decode_header

from reviewbot.mail.charset import to_text
from reviewbot.mail.clean import one_line
from reviewbot.model import Address

_MOST = 64 * 1024
_WORDS = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=")
# each alternative stops at its own opening character, so that no input makes it scan twice
_ONE = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|<[^<>]*>|\([^()]*\)|[^,;"<(]|[<(])+')
_ANGLE = re.compile(r"<([^<>]*)>")
_COMMENT = re.compile(r"\(([^()]*)\)")
_BARE = re.compile(r"(?<![^\s<>()\",;:])[^\s<>()\",;:@]{1,250}@[^\s<>()\",;:]{1,250}")
_MASKED = re.compile(
    r"(?<![\w.+=-])([\w.+=-]{1,64}) (?:at|\(at\)|\[at\]) ([\w-]{1,63}(?:\.[\w-]{1,63})+)", re.IGNORECASE
)
_VIA = re.compile(r"(.+?)\s+via\s+\S.*", re.IGNORECASE)


def header_text(value: str) -> str:
    """A header's value with RFC 2047 words decoded, on one line, free of control characters."""
    value = value[:_MOST]
    if "=?" not in value or not _WORDS.search(value):
        return one_line(value)
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return one_line(value)
    text = "".join(p if isinstance(p, str) else to_text(p, c or "")[0] for p, c in pieces)
    return one_line(text)


def unmask(text: str) -> str:
    """Text with "ljs at kernel.org" written as "ljs@kernel.org"."""
    return _MASKED.sub(r"\1@\2", text)


def addresses(value: str) -> tuple[Address, ...]:
    """The people of a From, To, Cc or Reply-To value; what holds no address is left out."""
    parts = (parse_address(m.group()) for m in _ONE.finditer(value[:_MOST]) if m.group().strip())
    return tuple(a for a in parts if a.email)


def parse_address(text: str) -> Address:
    """One "Name <mail@host>", "mail@host (Name)" or "Name mail at host"; the email is "" where there is none."""
    angle = _ANGLE.search(text)
    if angle:
        return Address(_name(text[: angle.start()] or text[angle.end() :]), _email(unmask(angle.group(1))))
    plain = unmask(text)
    bare = _BARE.search(plain)
    if not bare:
        return Address(_name(text), "")
    comment = _COMMENT.search(plain)
    rest = comment.group(1) if comment else plain[: bare.start()] + " " + plain[bare.end() :]
    return Address(_name(rest), _email(bare.group()))


def real_author(
    sender: Address, original: tuple[Address, ...], reply_to: tuple[Address, ...], others: Iterable[Address]
) -> tuple[Address, str]:
    """The author behind a From that a list or relay rewrote, and a problem or "".

    `original` is X-Original-From, `others` the To and Cc; an honest From comes back as it is.
    """
    if original and original[0].email != sender.email:
        return original[0], f"From was {sender.email}; X-Original-From names the author"
    via = _VIA.fullmatch(sender.name)
    if not via:
        return sender, ""
    name = via.group(1).strip("'\" ")
    local = sender.email.partition("@")[0]
    people = [*reply_to, *others]
    relayed = local.removeprefix("devnull+") if local.startswith("devnull+") else ""
    found = next((a.email for a in people if relayed and a.email.replace("@", ".") == relayed), "")
    found = found or next((a.email for a in people if name and a.name == name and a.email != sender.email), "")
    found = found or next((a.email for a in reply_to if a.email != sender.email), "")
    if found:
        return Address(name, found), f"From was rewritten to {sender.email}; the author is {found}"
    return Address(name, sender.email), f"From was rewritten to {sender.email}; the author's address is unknown"


def _name(text: str) -> str:
    name = header_text(text.strip().strip('"').replace('\\"', '"').replace("\\\\", "\\"))
    return name.strip("\"' ") if name.startswith(("'", '"')) else name


def _email(text: str) -> str:
    email = one_line(text).replace(" ", "")
    return email if "@" in email and "\ufffd" not in email else ""
