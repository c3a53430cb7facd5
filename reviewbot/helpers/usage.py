# SPDX-License-Identifier: GPL-2.0-or-later
"""In how many files beside a private header are its helpers called, and are members read?  Words of the text alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

CALLED = re.compile(rb"\b([A-Za-z_]\w*)\(")
MEMBER = re.compile(rb"(?:->|\.)([A-Za-z_]\w*)\b(?!\s*\()")
MAX_FILES = 300


@dataclass(frozen=True, slots=True)
class Usage:
    """In how many files each name is called, and each member read."""

    calls: Counter[bytes]
    reads: Counter[bytes]


def usage(texts: Iterable[bytes]) -> Usage:
    """What these files use."""
    calls, reads = Counter[bytes](), Counter[bytes]()
    for text in texts:
        calls.update(set(CALLED.findall(text)))
        reads.update(set(MEMBER.findall(text)))
    return Usage(calls, reads)
