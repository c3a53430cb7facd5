# SPDX-License-Identifier: GPL-2.0-or-later
"""Which names does the tree itself advise against?  The list in its scripts/checkpatch.pl; none where it has none."""

from __future__ import annotations

import re
from collections.abc import Callable

_LIST = re.compile(rb"our %deprecated_(?:apis|string_apis) = \((.*?)\);", re.DOTALL)
_NAME = re.compile(rb'^\s*"(\w+)"\s*=>', re.MULTILINE)


def deprecated_names(read: Callable[[str], bytes | None]) -> frozenset[str]:
    """The names that checkpatch.pl of the tree calls deprecated."""
    text = read("scripts/checkpatch.pl") or b""
    return frozenset(name.decode() for found in _LIST.finditer(text) for name in _NAME.findall(found.group(1)))
