# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a review know the helpers as the series leaves them?"""

from __future__ import annotations

from reviewbot.helpers.catalogue import Catalogue
from reviewbot.helpers.memory import Memory
from reviewbot.helpers.scan import scan
from reviewbot.review.overlay import overlaid
from tests.review.made import patch, series
from tests.rules.harness import FACTS, MadeUpTree

_HEADER, _OWN = "include/linux/thing.h", "drivers/own.h"
_IDLE = "#define thing_is_idle(t) ((t)->state & THING_{bit})\n"
_KEPT = "#define thing_is_kept(t) ((t)->kept & THING_KEPT)\n"
_NEW = "#define thing_is_new(t) ((t)->made & THING_NEW)\n"
_DIFF = """\
diff --git a/{path} b/{path}
--- a/{path}
+++ b/{path}
@@ -1 +1 @@
-old
+new
"""


def after(old: dict[str, str], new: dict[str, str]) -> Catalogue:
    """The catalogue of a tree over which a series of one patch came."""
    before, tree = MadeUpTree(old), MadeUpTree(new)
    diff = "".join(_DIFF.format(path=path) for path in sorted(old.keys() | new.keys()))
    memory = Memory({path: scan(path, text.encode()) for path, text in old.items() if path.startswith("include/")})
    base = Catalogue((memory,), before.read, FACTS)
    return overlaid(base, series(patch(diff, before, tree)))


def bodies(catalogue: Catalogue, anchor: str) -> list[str]:
    """The bodies of the helpers that are looked for where an anchor is."""
    return [one.entry.body for one in catalogue.filed_under([anchor])]


def test_added_and_changed() -> None:
    """A helper that the series adds or changes is the series' one; others stay."""
    found = after({_HEADER: _KEPT + _IDLE.format(bit="IDLE")}, {_HEADER: _NEW + _KEPT + _IDLE.format(bit="STOPPED")})

    assert bodies(found, "THING_NEW") == ["((t)->made & THING_NEW)"]
    assert bodies(found, "THING_STOPPED") == ["((t)->state & THING_STOPPED)"]
    assert bodies(found, "THING_IDLE") == []
    assert bodies(found, "THING_KEPT") == ["((t)->kept & THING_KEPT)"]
    assert [one.line for one in found.named("thing_is_idle")] == [3]
    assert found.hidden == frozenset()


def test_moved_alone() -> None:
    """A helper whose line alone changed costs no layer."""
    found = after({_HEADER: _KEPT}, {_HEADER: "\n\n" + _KEPT})

    assert len(found.layers) == 1


def test_taken_away() -> None:
    """A helper that no header declares any more is not proposed."""
    found = after({_HEADER: _KEPT + _IDLE.format(bit="IDLE")}, {_HEADER: _KEPT})

    assert found.hidden == {"thing_is_idle"}


def test_private_headers() -> None:
    """A private header is read as the series leaves it, one of the tree where the offsets of its structures are."""
    found = after({_HEADER: _KEPT, _OWN: _KEPT}, {_HEADER: _NEW, _OWN: _NEW})

    assert found.read(_OWN) == _NEW.encode()
    assert found.read(_HEADER) == _KEPT.encode()
