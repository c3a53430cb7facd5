# SPDX-License-Identifier: GPL-2.0-or-later
"""What do helpers mean once a series is applied?  The catalogue of its base, below what its headers change.

Only what a series adds or changes is read again; what it takes away is hidden.  Structures stay those of the base.
"""

from __future__ import annotations

from dataclasses import replace

from reviewbot.helpers.catalogue import FOLDER, Catalogue
from reviewbot.helpers.entry import HeaderFacts
from reviewbot.helpers.memory import Memory
from reviewbot.helpers.scan import scan
from reviewbot.model import AppliedSeries, Snapshot
from reviewbot.review.verdict import last_state


def overlaid(catalogue: Catalogue, applied: AppliedSeries) -> Catalogue:
    """The catalogue as it is after the series; `catalogue` is that of its base."""
    last = last_state(applied)
    touched = {path for p in applied.patches for d in p.files for path in (d.old_path, d.new_path) if path}
    headers = sorted(path for path in touched if path.endswith(".h"))
    before, after = ({path: _facts(state, path) for path in headers} for state in (applied.snapshot, last))
    gone = _names(before) - _names(after)
    changed = {path: _news(before[path], after[path]) for path in headers if path.startswith(FOLDER)}

    def read(path: str) -> bytes | None:
        return catalogue.read(path) if path.startswith(FOLDER) else last.read(path)

    layers = catalogue.layers
    if any(facts.entries or facts.constants for facts in changed.values()):
        layers = (Memory(changed, layers), *layers)
    return replace(catalogue, layers=layers, read=read, hidden=catalogue.hidden | gone)


def _facts(state: Snapshot, path: str) -> HeaderFacts:
    return scan(path, state.read(path) or b"")


def _names(headers: dict[str, HeaderFacts]) -> set[str]:
    return {entry.name for facts in headers.values() for entry in facts.entries}


def _news(before: HeaderFacts, after: HeaderFacts) -> HeaderFacts:
    """The helpers and constants that are not as they were, wherever their lines are now."""
    entries = {replace(entry, line=0, summary="") for entry in before.entries}
    fresh = {entry.name for entry in after.entries if replace(entry, line=0, summary="") not in entries}
    constants = tuple(constant for constant in after.constants if constant not in before.constants)
    kept = tuple(entry for entry in after.entries if entry.name in fresh)
    return HeaderFacts(entries=kept, constants=constants, includes=after.includes)
