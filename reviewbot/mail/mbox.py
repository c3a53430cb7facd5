# SPDX-License-Identifier: GPL-2.0-or-later
"""Which mails are in this file?  An mbox of either kind, or a single mail, split into the mails' bytes, with limits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewbot.mail.clean import one_line
from reviewbot.mail.page import from_page, looks_like_page

__all__ = ["MailFile", "from_page", "looks_like_page", "split"]

# a separator line, and a header field on the line after: a "From " that a mailer forgot to escape has none
_SEPARATOR = re.compile(rb"(?m)^From [^\n]{1,300}\d\d:\d\d[^\n]{0,100}\n(?=[!-9;-~]{1,100}:|>From )")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
_ID = re.compile(rb"(?im)^message-id:\s{0,80}<?([^<>\s]{1,250})")


@dataclass(frozen=True, slots=True)
class MailFile:
    """The mails of a file in their order, each without its "From " line; `problems` says which were left out."""

    messages: tuple[bytes, ...]
    problems: tuple[str, ...] = ()


def split(data: bytes, *, limit_bytes: int = 50 * 1024 * 1024, limit_messages: int = 100_000) -> MailFile:
    """The bytes of an mbox (mboxo, mboxrd, git format-patch) or of one mail, to its mails.

    A mail over `limit_bytes` is skipped, and so is what comes after `limit_messages` mails; each is said.
    """
    messages: list[bytes] = []
    problems: list[str] = []
    first = _SEPARATOR.match(data.lstrip(b"\r\n")) if data[:1] in b"F\r\n" else None
    if not first:
        if len(data) > limit_bytes:
            return MailFile((), (_too_large(data, 0, len(data), limit_bytes),))
        return MailFile((data,) if data.strip() else ())
    start = -1
    for separator in _SEPARATOR.finditer(data):
        if start >= 0:
            _add(data, start, separator.start(), limit_bytes, messages, problems)
        start = separator.end()
        if len(messages) >= limit_messages:
            problems.append(f"the file holds more than {limit_messages} mails; the rest was left out")
            return MailFile(tuple(messages), tuple(problems))
    _add(data, start, len(data), limit_bytes, messages, problems)
    return MailFile(tuple(messages), tuple(problems))


def _add(data: bytes, start: int, end: int, limit: int, messages: list[bytes], problems: list[str]) -> None:
    if end - start > limit:
        problems.append(_too_large(data, start, end, limit))
        return
    mail = data[start:end]
    blank = b"\r\n" if mail.endswith(b"\r\n\r\n") else b"\n" if mail.endswith(b"\n\n") else b""
    messages.append(_ESCAPED.sub(rb"\1", mail.removesuffix(blank)))


def _too_large(data: bytes, start: int, end: int, limit: int) -> str:
    match = _ID.search(data, start, min(end, start + 65536))
    name = one_line(match.group(1).decode("utf-8", "replace")) if match else "a mail without Message-ID"
    return f"{name} has {end - start} bytes, more than {limit}, and was skipped"
