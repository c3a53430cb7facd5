# SPDX-License-Identifier: GPL-2.0-or-later
"""Would a helper that locks or unlocks stand alone in a function that does the other half by hand?"""

from __future__ import annotations

import re

from reviewbot.helpers.entry import Entry
from reviewbot.helpers.world import TreeWorld

_LOCK = re.compile(r"(\w*?)(?<![bc])(?:un|try)?lock(_\w+)?")
_CALL = re.compile(r"(\w+)\s*\(")
_WORDS = ("lock", "unlock", "trylock")


def lacks_partner(world: TreeWorld, entry: Entry, around: str) -> bool:
    """True for a helper with lock in its name where the text `around` neither calls a helper of its family, nor does by
    hand what one of them does."""
    found = _LOCK.fullmatch(entry.name)
    if found is None or not any("lock" in word for word in _CALL.findall(entry.body)):
        return False
    stem, tail = found.group(1), found.group(2) or ""
    family = {f"{stem}{word}{tail}" for word in _WORDS} - {entry.name}
    calls = set(_CALL.findall(around))
    if family & calls:
        return False
    bodies = (one.body for name in family for one in world.catalogue.named(name) if one.body)
    return not any({word for word in _CALL.findall(body) if "lock" in word} & calls for body in bodies)
