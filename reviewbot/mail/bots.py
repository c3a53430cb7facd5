# SPDX-License-Identifier: GPL-2.0-or-later
"""Which mails come from machines that test and review patches, and which lines do their reports name?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewbot.model import Address, Message

_BOT = re.compile(
    r"\b(?:(?:syz|ro|ci)?bot|patchwork|patchew|sashiko|0-?day|kernelci|lkp|lkft)\b|(?:^|[._+-])(?:ci|noreply|no-reply)(?:[._+-]|@|$)",
    re.IGNORECASE,
)
_NAMES = {"sashiko-bot": "Sashiko", "lkp": "kernel test robot"}
_REPORT = re.compile(
    r"(?m)^(?:>> ?)?\s{0,4}([\w.+,-]+(?:/[\w.+,-]+)+):(\d{1,7})(?::[\d-]{1,12})*:?[ \t]+(?:\w+\(\) ?)?(\S[^\n]{0,500})$"
)
_MOST = 50


def is_bot(author: Address) -> bool:
    """True for an address or name of a machine."""
    return bool(_BOT.search(author.name) or _BOT.search(author.email.partition("@")[0]) or "syzkaller" in author.email)


def bot_name(author: Address) -> Address:
    """The address with a name that people know the machine by."""
    known = _NAMES.get(author.email.partition("@")[0].lower())
    return replace(author, name=known) if known and not author.name else author


def reports(message: Message) -> Iterator[tuple[str, int, str, int]]:
    """What a build or a checker reports as `PATH:LINE: words`: path, line, words, and the 1-based line of the body."""
    for number, found in enumerate(_REPORT.finditer(message.body)):
        if number == _MOST:
            return
        yield found[1], int(found[2]), found[3], message.body.count("\n", 0, found.start()) + 1
