# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the headers of one tree offer, asked by name?  In layers, a file's private headers above the tree's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from reviewbot.helpers.anchors import Anchors
from reviewbot.helpers.deprecated import deprecated_names
from reviewbot.helpers.entry import Constant, Entry, HeaderFacts
from reviewbot.helpers.memory import Filed, Layer, Memory
from reviewbot.helpers.scan import scan
from reviewbot.helpers.usage import MAX_FILES, Usage, usage
from reviewbot.model import Snapshot
from reviewbot.syntax.facts import SyntaxFacts

FOLDER = "include/"
"""Where the headers are that every file may include."""
Listed = Callable[[str], Iterable[str]]
"""The C files below a folder of the tree, by path."""
Read = Callable[[str], bytes | None]
"""The bytes of a file of the tree by its path."""


@dataclass(slots=True)
class Catalogue:
    """The headers of a tree.  `hidden` are names that are not to be proposed, since they do not last: a series removes
    them."""

    layers: tuple[Layer, ...]
    read: Read
    facts: SyntaxFacts
    hidden: frozenset[str] = frozenset()
    base: Catalogue | None = None
    listed: Listed = lambda _folder: ()
    anchors: Anchors = field(init=False)
    _edges: dict[str, tuple[str, ...]] = field(init=False, default_factory=dict)
    _private: dict[str, HeaderFacts | None] = field(init=False, default_factory=dict)
    _usages: dict[str, Usage | None] = field(init=False, default_factory=dict)
    _above: dict[int, frozenset[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        weak = frozenset(name for layer in self.layers for name in layer.weak())
        own = self.layers[0].names() if self.base is not None else frozenset()
        self.anchors = Anchors(self.named, self.constants, weak, self.base.anchors if self.base else None, own)

    def preload(self) -> None:
        """Learn all names at once, which pays when whole files are searched."""
        for layer in self.layers:
            layer.preload()

    def named(self, name: str) -> tuple[Entry, ...]:
        """The entries of a name; a private header's hide those of the tree."""
        return next((found for layer in self.layers if (found := layer.named(name))), ())

    def classes(self, function: str) -> tuple[Entry, ...]:
        """The classes for __free(), guard() or CLASS() whose code calls a function."""
        return tuple(one for layer in self.layers for one in layer.classes(function))

    def constants(self, name: str) -> tuple[Constant, ...]:
        """The object-like macros of a name; a private header's hide those of the tree."""
        return next((found for layer in self.layers if (found := layer.constants(name))), ())

    def tokens(self) -> frozenset[str]:
        """The anchors that helpers are filed under."""
        return frozenset().union(*(layer.tokens() for layer in self.layers))

    def filed_under(self, tokens: Iterable[str]) -> Iterator[Filed]:
        """The helpers that are filed under one of these anchors."""
        wanted = frozenset(tokens)
        for at, layer in enumerate(self.layers):
            above = self._names_above(at)
            for token in layer.tokens() & wanted:
                for one in layer.filed(token):
                    if one.entry.name not in above:
                        yield one

    def holding(self, tokens: Sequence[str], bound: int) -> Iterator[Filed]:
        """At most `bound` helpers of each layer that have one of the anchors, those with the most of them first."""
        for at, layer in enumerate(self.layers):
            above = self._names_above(at) | self.hidden
            yield from (one for one in layer.holding(tokens, bound) if one.entry.name not in above)

    def _names_above(self, layer: int) -> frozenset[str]:
        """The names that the layers above one declare, which hide its own."""
        if layer not in self._above:
            self._above[layer] = frozenset().union(*(above.names() for above in self.layers[:layer]))
        return self._above[layer]

    def structs(self, tag: str) -> Iterator[tuple[str, int]]:
        """Path and offset of each declaration of a structure."""
        for layer in self.layers:
            yield from layer.structs(tag)

    def typedef(self, name: str) -> str | None:
        """What a typedef stands for."""
        return next((text for layer in self.layers if (text := layer.typedef(name)) is not None), None)

    def frequency(self, name: str) -> int:
        """In how many files of the tree a name stands; -1 where that was not counted."""
        return max((layer.frequency(name) for layer in self.layers), default=-1)

    def bitmap_types(self) -> Iterator[str]:
        """The names of types that are structures around a bitmap."""
        for layer in self.layers:
            yield from layer.bitmap_types()

    def search(self, words: Sequence[str], bound: int) -> tuple[Entry, ...]:
        """The entries whose name or summary holds all the words."""
        found = [entry for layer in self.layers for entry in layer.search(words, bound)]
        return tuple(entry for entry in found if entry.name not in self.hidden)[:bound]

    def reached(self, path: str, includes: Iterable[str]) -> frozenset[str]:
        """The headers that a file sees, through others too, when it includes these names."""
        seen: set[str] = set()
        todo = [resolved for name in includes for resolved in resolve_include(name, path)]
        while todo and len(seen) < _MAX_REACHED:
            at = todo.pop()
            if at not in seen and self._names_of(at) is not None:
                seen.add(at)
                todo += self._resolved(at)
        return frozenset(seen)

    def _names_of(self, path: str) -> tuple[str, ...] | None:
        """What a header includes, as written; None for a header that is not known."""
        return next((found for layer in self.layers if (found := layer.includes().get(path)) is not None), None)

    def _resolved(self, path: str) -> tuple[str, ...]:
        if path not in self._edges:
            found = (near for name in self._names_of(path) or () for near in resolve_include(name, path))
            self._edges[path] = tuple(near for near in found if self._names_of(near) is not None)
        return self._edges[path]

    def usage(self, header: str) -> Usage | None:
        """What the files beside a private header use; None where they are not known."""
        folder = header.rpartition("/")[0]
        if folder not in self._usages:
            paths = islice(self.listed(folder), MAX_FILES) if folder else ()
            texts = [text for path in paths if (text := self.read(path)) is not None]
            self._usages[folder] = usage(texts) if texts else None
        return self._usages[folder]

    def above(self, paths: Iterable[str]) -> Catalogue:
        """The same catalogue with a layer of private headers on top."""
        headers = {path: facts for path in paths if (facts := self._scanned(path)) is not None}
        if not headers:
            return self
        layer = Memory(headers, self.layers)
        made = Catalogue((layer, *self.layers), self.read, self.facts, self.hidden, self, self.listed)
        made._edges.update(self._edges)
        made._usages = self._usages
        return made

    def _scanned(self, path: str) -> HeaderFacts | None:
        if path not in self._private:
            text = self.read(path)
            self._private[path] = scan(path, text) if text is not None else None
        return self._private[path]


_MAX_REACHED = 6000


def resolve_include(name: str, path: str) -> tuple[str, ...]:
    """The paths that an #include in the file at `path` may mean: below include/, and beside the file."""
    near = near_path(name, path)
    out = [f"include/{name}", f"include/uapi/{name}"]
    if name.startswith("asm/"):
        out += [f"include/asm-generic/{name[4:]}", f"include/uapi/asm-generic/{name[4:]}"]
    return (*out, near) if near else tuple(out)


def near_path(name: str, path: str) -> str:
    """The path that a quoted name means in the file at `path`; "" where it leads out of the tree."""
    parts = path.split("/")[:-1]
    for part in name.split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def catalogue_of(snapshot: Snapshot, facts: SyntaxFacts) -> Catalogue:
    """The catalogue of a snapshot's include/, read here and now; for small trees, and where there is no cache."""
    texts = ((path, snapshot.read(path)) for path in sorted(snapshot.headers("include")))
    headers = {path: scan(path, text) for path, text in texts if text is not None}
    return Catalogue((Memory(headers),), snapshot.read, facts, deprecated_names(snapshot.read))
