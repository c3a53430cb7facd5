# SPDX-License-Identifier: GPL-2.0-or-later
"""Which other forms does a helper have?  Managed (devm_), scoped, and the class that a __free() or guard() takes."""

from __future__ import annotations

from reviewbot.helpers.catalogue import Catalogue
from reviewbot.helpers.entry import Entry, Kind

_PREFIX, _SUFFIX = "devm_", "_scoped"
_LOCKS = ("_lock_irqsave", "_lock_irq", "_lock_bh", "_lock", "_read_lock")


def twins(catalogue: Catalogue, entry: Entry) -> tuple[str, ...]:
    """The other forms of an entry that the tree has, as people write them."""
    names = [f"{_PREFIX}{entry.name}", entry.name.removeprefix(_PREFIX)]
    names += [f"{entry.name}{_SUFFIX}", entry.name.removesuffix(_SUFFIX)]
    found = [f"{name}()" for name in names if name != entry.name and catalogue.named(name)]
    return tuple(dict.fromkeys(found + _classes(catalogue, entry)))


def _classes(catalogue: Catalogue, entry: Entry) -> list[str]:
    """guard(mutex) for mutex_lock(), __free(kfree) for kfree()."""
    if entry.kind is Kind.CLASS:
        return []
    names = [entry.name, *(entry.name.removesuffix(end) for end in _LOCKS if entry.name.endswith(end))]
    classes = [one for name in names for one in catalogue.named(name) if one.kind is Kind.CLASS]
    return [one.signature for one in classes if f"{entry.name}(" in one.body]
