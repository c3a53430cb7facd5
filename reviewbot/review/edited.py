# SPDX-License-Identifier: GPL-2.0-or-later
"""Is an edited draft still a reply that can be sent?  Its headers are read again, strictly, and nothing is guessed.

Strictly means: every reader of mail, lenient or not, has to see the same headers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import Header
from email.utils import formataddr, getaddresses

from reviewbot.errors import DraftError
from reviewbot.mail.clean import body_text

KEPT = ("In-Reply-To", "References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding")
"""Headers that thread the reply and say how to read it: they stay as they are."""
ADDRESSES = ("From", "To", "Cc", "Bcc", "Reply-To")
_FREE = (*ADDRESSES, "Subject")
_FIELD = re.compile(r"([A-Za-z][A-Za-z-]*):[ \t]*(.*)")
_FOLDED = re.compile(r"[ \t]+\S.*")
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?", re.ASCII)
_WIDTH = 78
_MAX_LINE = 998
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class _Field:
    """A header: its name as it is usually spelled, its lines, and its value on one line."""

    name: str
    lines: tuple[str, ...]
    value: str


def checked(before: bytes, after: bytes) -> bytes:
    """The mail to keep of a draft that was edited from `before` to `after`; DraftError says what is wrong with it.

    Addresses and the subject may change; names in other alphabets are encoded.
    """
    text = _decoded(after)
    head, blank, body = text.partition("\n\n")
    if not blank or not body.strip():
        raise DraftError("there is no text below the headers and an empty line")
    fields = _fields(head)
    parsed = message_from_bytes(before)
    old = {name: " ".join(str(parsed.get(name, "")).split()) for name in (*KEPT, *_FREE)}
    for name in KEPT:
        if (fields[name].value if name in fields else "") != old[name]:
            raise DraftError(f"{name} is not what it was, and would {_would(name)}")
    for name in ("From", "Subject"):
        if name not in fields or not fields[name].value:
            raise DraftError(f"{name} is empty or gone")
    if not any(fields[name].value for name in ("To", "Cc") if name in fields):
        raise DraftError("nobody is named in To or Cc")
    made = "".join(line + "\n" for field in fields.values() for line in _made(field, old))
    return f"{made}\n{body.rstrip(chr(10))}\n".encode()


def _would(name: str) -> str:
    return "put the reply elsewhere" if name in KEPT[:2] else "have it read otherwise"


def _decoded(mail: bytes) -> str:
    if len(mail) > _MAX_BYTES:
        raise DraftError(f"it has more than {_MAX_BYTES >> 20} MB")
    try:
        text = mail.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        bad = mail.count(b"\n", 0, error.start) + 1
        raise DraftError(f"line {bad} is not UTF-8") from None
    for number, (line, clean) in enumerate(zip(text.split("\n"), body_text(text).split("\n"), strict=True), 1):
        if line != clean:
            raise DraftError(f"line {number} has a control character")
    return text


def _fields(head: str) -> dict[str, _Field]:
    names = {name.lower(): name for name in (*KEPT, *_FREE)}
    found: dict[str, list[str]] = {}
    last = ""
    for number, line in enumerate(head.split("\n"), 1):
        if len(line.encode()) > _MAX_LINE:
            raise DraftError(f"line {number}, a header, has more than {_MAX_LINE} bytes")
        if last and _FOLDED.fullmatch(line):
            found[last].append(line)
            continue
        field = _FIELD.fullmatch(line)
        if not field:
            raise DraftError(f'line {number} is no header and there is no empty line above it: "{line[:60]}"')
        last = names.get(field.group(1).lower(), "")
        if not last:
            raise DraftError(f"{field.group(1)[:60]} is no header of a draft; those are {', '.join(names.values())}")
        if last in found:
            raise DraftError(f"{last} stands there twice")
        found[last] = [f"{last}: {field.group(2)}".rstrip()]
    return {name: _Field(name, tuple(lines), _value(lines)) for name, lines in found.items()}


def _value(lines: list[str]) -> str:
    return " ".join(" ".join(lines).partition(":")[2].split())


def _made(field: _Field, old: Mapping[str, str]) -> tuple[str, ...]:
    """The lines of a header as they are, or encoded where they are not ASCII; none for one that is empty."""
    if not field.value:
        return ()
    if field.value == old[field.name]:
        return field.lines
    if field.name in ADDRESSES:
        pairs = getaddresses([field.value])
        if not pairs or not all(_EMAIL.fullmatch(email) for _name, email in pairs):
            raise DraftError(f'{field.name} has what is no address: "{field.value[:100]}"')
    if field.value.isascii():
        return field.lines
    if field.name in ADDRESSES:
        return _folded(field.name, [formataddr(pair, "utf-8") for pair in pairs])
    try:
        value = Header(field.value, "utf-8", maxlinelen=_WIDTH, header_name=field.name).encode(linesep="\n")
    except (HeaderParseError, UnicodeError) as error:
        raise DraftError(f"{field.name} cannot be encoded") from error
    return tuple(f"{field.name}: {value}".split("\n"))


def _folded(name: str, addresses: list[str]) -> tuple[str, ...]:
    """Addresses in lines of at most 78 columns, where it can be."""
    lines = [f"{name}: {addresses[0]}"]
    for address in addresses[1:]:
        if len(lines[-1]) + len(address) + 3 > _WIDTH:
            lines[-1] += ","
            lines.append(f" {address}")
        else:
            lines[-1] += f", {address}"
    return tuple(lines)
