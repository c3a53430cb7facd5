# SPDX-License-Identifier: GPL-2.0-or-later
"""Which helpers should the code of a file call?  The tree's and the file's private headers, equality, then taste.

`Suggester` holds what is shared by the files of a run; `FileHelpers` answers for one file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reviewbot.helpers.catalogue import FOLDER, Catalogue, near_path
from reviewbot.helpers.near import MORE, OTHERWISE
from reviewbot.helpers.places import Places
from reviewbot.helpers.scan import quoted
from reviewbot.helpers.search import Found
from reviewbot.helpers.suit import Suitability, best
from reviewbot.helpers.types import TreeTypes
from reviewbot.helpers.world import TreeWorld
from reviewbot.match.engine import Terms
from reviewbot.model import Span

_MAX_PRIVATE = 40
_KEPT_WORLDS = 16
_LEAST_USED = 5


@dataclass(frozen=True, slots=True)
class Rejected:
    """A helper that means the code, and why it is not proposed."""

    found: Found
    why: str


@dataclass(slots=True)
class Suggester:
    """The catalogue of a tree, and the worlds of the private headers seen so far."""

    catalogue: Catalogue
    base: TreeWorld = field(init=False)
    _worlds: dict[tuple[str, ...], TreeWorld] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.base = TreeWorld(self.catalogue, TreeTypes(self.catalogue))

    def world(self, path: str, text: bytes) -> TreeWorld:
        """What names mean in a file at `path` with this text: private headers above the tree's."""
        private = tuple(self._private(path, text))
        if private not in self._worlds:
            while len(self._worlds) >= _KEPT_WORLDS:
                del self._worlds[next(iter(self._worlds))]
            catalogue = self.catalogue.above(private)
            own = catalogue.layers[0].names() if catalogue is not self.catalogue else frozenset()
            made = TreeWorld(catalogue, TreeTypes(catalogue), self.base, own)
            self._worlds[private] = made if catalogue is not self.catalogue else self.base
        return self._worlds[private]

    def _private(self, path: str, text: bytes) -> Iterator[str]:
        """The headers outside of include/ that a file includes by quotes, through others too."""
        todo, seen = [(path, text)], {path}
        while todo and len(seen) <= _MAX_PRIVATE:
            at, content = todo.pop(0)
            for name in quoted(content):
                near = near_path(name, at)
                found = self.catalogue.read(near) if near and near not in seen else None
                seen.add(near)
                if found is not None and not near.startswith(FOLDER):
                    yield near
                    todo.append((near, found))

    def in_file(self, terms: Terms) -> FileHelpers:
        """The search through a parsed file."""
        source = terms.unit.source
        world = self.world(source.path, source.text)
        suitability = Suitability(world, source.path, source.text)
        return FileHelpers(terms, Places(world, terms, suitability.prior), suitability)


@dataclass(slots=True)
class FileHelpers:
    """The helpers for the code of one file."""

    terms: Terms
    places: Places
    suitability: Suitability
    rejected: list[Rejected] = field(default_factory=list)

    def find(self, within: Iterable[Span] | None = None) -> list[Found]:
        """The best helper for each place in the spans `within` (None: everywhere), by place."""
        fitting = []
        for found in self.places.find(within):
            why = self._objection(found)
            if why:
                self.rejected.append(Rejected(found, why))
            else:
                fitting.append((found, self.suitability.rank(found)))
        return best(fitting)

    def find_near(self, within: Iterable[Span] | None = None) -> list[Found]:
        """The best near miss for each condition in the spans, by place; typed alone, of helpers that are in use."""
        close = (
            found
            for found in self.places.find_near(within)
            if found.typed and found.entry.uses not in range(_LEAST_USED) and not self._objection(found)
        )
        return best((found, self.suitability.rank(found)) for found in close if is_one_name(found))

    def _objection(self, found: Found) -> str:
        unit = self.terms.unit
        function = unit.function_at(found.start)
        code = unit.text(found.start, found.end)
        around = unit.text(function.span.start, function.span.end) if function else ""
        return self.suitability.objection(found, found.macro or (function.name if function else ""), code, around)


def is_one_name(found: Found) -> bool:
    """True for a near miss in which one name differs, of a body over several."""
    return len(found.differs) == 1 and found.differs[0][0] not in (MORE, OTHERWISE)
