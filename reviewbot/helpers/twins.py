# SPDX-License-Identifier: GPL-2.0-or-later
"""Which other forms does a helper have?  Managed (devm_), scoped, and the class that a __free() or guard() takes."""

from __future__ import annotations

from reviewbot.helpers.catalogue import Catalogue
from reviewbot.helpers.entry import Entry, Kind

_PREFIX, _SUFFIX = "devm_", "_scoped"


def twins(catalogue: Catalogue, name: str) -> tuple[Entry, ...]:
    """The other forms of what a name calls, as far as the tree has them: guard(mutex) of mutex_lock()."""
    names = (f"{_PREFIX}{name}", name.removeprefix(_PREFIX), f"{name}{_SUFFIX}", name.removesuffix(_SUFFIX))
    every = [entry for other in names if other != name for entry in catalogue.named(other)]
    found = [entry for entry in every if entry.kind is not Kind.CLASS]
    return tuple({spelt(entry): entry for entry in (*found, *catalogue.classes(name))}.values())


def spelt(entry: Entry) -> str:
    """A form as people write it."""
    return entry.signature if entry.kind is Kind.CLASS else f"{entry.name}()"
