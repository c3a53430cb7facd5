# SPDX-License-Identifier: GPL-2.0-or-later
"""How is text written into the header of a mail, so that it is read as nothing but text?"""

from __future__ import annotations

import re
from email.header import Header

from reviewbot.mail.clean import one_line
from reviewbot.model import Address

_WIDTH = 78


def folded(value: str, separator: str, used: int) -> str:
    """A header's value in lines of at most 78 columns where it can be parted; `used` columns are taken on the first."""
    lines = [""]
    for part in value.split(separator):
        if lines[-1] and len(lines[-1]) + len(separator) + len(part) + used > _WIDTH:
            lines.append("")
            used = 1
        lines[-1] += f"{separator}{part}" if lines[-1] else part
    return f"{separator.rstrip()}\n ".join(lines)


def encoded(text: str, used: int) -> str:
    """Text for a header: as it is where that is safe, else in encoded words, so that it is read as nothing but text."""
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=_WIDTH - used).encode(linesep="\n")


def address_field(address: Address) -> str:
    """An address for a header, "" without an email: the name quoted or encoded where it needs to be."""
    name = one_line(address.name)
    email = re.sub(r"[^\x21-\x7e]|[<>(),;:\\\"]", "", address.email)
    if not email or not name:
        return email
    if not name.isascii() or "=?" in name:
        return f"{encoded(name, 10)} <{email}>"
    if re.fullmatch(r"[\w '-]+", name):
        return f"{name} <{email}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{email}>'
