# SPDX-License-Identifier: GPL-2.0-or-later
"""What do these headers offer, held in memory?  A layer of a catalogue: looked up by name, by anchor, by tag."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from reviewbot.helpers.anchors import Anchors, Names, is_stub, only_passes_on
from reviewbot.helpers.axioms import defined
from reviewbot.helpers.entry import Constant, Entry, HeaderFacts, Kind

BITMAP_TYPE = re.compile(r"\{\s*DECLARE_BITMAP\(\s*(\w+)\s*,")
_INTERNAL = ("_", "raw_", "arch_")
"""How names begin that are for the ones who make helpers of them."""
_CONDITION = re.compile(r"\bif\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")
_CLASS_CALL = re.compile(r"\b(\w+)\((?:\)|(?:\([\w\s*]+\)\s*)?\*?_T(?:->(?:lock|flags))?\s*[,)])")
"""A call for the object of a class: `_T`, cast or not, `_T->lock` in a lock guard, or nothing."""
Headers = Mapping[str, HeaderFacts]
"""The facts of headers by their paths."""
Classes = Mapping[str, tuple[Entry, ...]]
"""Classes by the functions that their code calls."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A helper that can be looked for: where it is filed (its rarest anchor), and all its anchors."""

    entry: Entry
    anchors: Names
    under: str


class Layer(Protocol):
    """The headers of one kind: the tree's, or those private to a file."""

    def preload(self) -> None:
        """Learn which names there are, so that asking for others costs nothing."""

    def names(self) -> frozenset[str]:
        """All names that are declared here."""

    def named(self, name: str) -> tuple[Entry, ...]:
        """The entries of a name."""

    def classes(self, function: str) -> tuple[Entry, ...]:
        """The classes for __free(), guard() or CLASS() whose code calls a function."""

    def constants(self, name: str) -> tuple[Constant, ...]:
        """The object-like macros of a name."""

    def tokens(self) -> frozenset[str]:
        """The names that helpers are filed under."""

    def filed(self, token: str) -> tuple[Filed, ...]:
        """The helpers whose rarest anchor is `token`."""

    def holding(self, tokens: Sequence[str], bound: int) -> Iterator[Filed]:
        """At most `bound` helpers that have one of the anchors, those with the most of them first."""

    def structs(self, tag: str) -> tuple[tuple[str, int], ...]:
        """Path and offset (bytes) of each declaration of a structure or union."""

    def typedef(self, name: str) -> str | None:
        """What a typedef stands for, as written; the first one where headers differ."""

    def includes(self) -> Mapping[str, tuple[str, ...]]:
        """What each header includes, as written."""

    def bitmap_types(self) -> tuple[str, ...]:
        """The typedefs of structures around a bitmap."""

    def weak(self) -> frozenset[str]:
        """The names that are no anchors: members that share their storage with others, and types."""

    def frequency(self, name: str) -> int:
        """In how many files of the tree a name stands; -1 where that was not counted."""

    def search(self, words: Sequence[str], bound: int) -> tuple[Entry, ...]:
        """The entries whose name or summary holds all the words, most used first."""


@dataclass(slots=True)
class Memory:
    """A Layer made of facts.  Names that it does not declare are looked up in the layers `below` it."""

    headers: Headers
    below: Sequence[Layer] = ()
    entries: list[Entry] = field(default_factory=list)
    filings: list[Filed | None] = field(default_factory=list)
    _named: dict[str, list[Entry]] = field(default_factory=dict)
    _classes: Classes = field(default_factory=dict)
    _constants: dict[str, list[Constant]] = field(default_factory=dict)
    _filed: dict[str, list[Filed]] = field(default_factory=dict)
    _weak: frozenset[str] = frozenset()
    _includes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _tokens: frozenset[str] = frozenset()
    _names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        facts = self.headers.values()
        self.entries = [made for one in facts for entry in one.entries for made in defined(entry)]
        self.entries += self._aliases({entry.name: entry for entry in self.entries})
        for entry in self.entries:
            self._named.setdefault(entry.name, []).append(entry)
        self._classes = by_call(entry for entry in self.entries if entry.kind is Kind.CLASS)
        for one in facts:
            for constant in one.constants:
                self._constants.setdefault(constant.name, []).append(constant)
        types = {name for one in facts for name, _text in one.typedefs}
        self._weak = frozenset(types | self._shared()).union(*(layer.weak() for layer in self.below))
        self._includes = {path: one.includes for path, one in self.headers.items()}
        self._file()
        self._tokens = frozenset(self._filed)
        self._names = frozenset(self._named) | frozenset(self._constants)

    def _aliases(self, entries: Mapping[str, Entry]) -> list[Entry]:
        """`#define DIV_ROUND_UP __KERNEL_DIV_ROUND_UP`: an object-like macro that is another name of a helper."""
        out = []
        for path, facts in self.headers.items():
            for one in facts.constants:
                target = entries.get(one.body)
                if target is not None and target.kind in (Kind.INLINE, Kind.MACRO) and one.name not in entries:
                    out.append(replace(target, name=one.name, path=path))
        return out

    def _shared(self) -> set[str]:
        """The members of one storage: those of unions of a word and a bitmap type, and a bitmap type's own."""
        facts = self.headers.values()
        typedefs = ((name, BITMAP_TYPE.search(text)) for one in facts for name, text in one.typedefs)
        bitmaps = {name: found.group(1) for name, found in typedefs if found}
        unions = (union for one in facts for union in one.unions if any(kind in bitmaps for kind, _name in union))
        return {name for union in unions for _kind, name in union} | set(bitmaps.values())

    def _file(self) -> None:
        anchors = Anchors(self._all_named, self._all_constants, self._weak)
        found = [filing(entry, anchors) for entry in self.entries]
        often = Counter(token for names in found for token in names)
        for entry, names in zip(self.entries, found, strict=True):
            rarest = min(names, key=lambda token: (often[token], token), default=None)
            filed = Filed(entry, names, rarest) if rarest is not None else None
            self.filings.append(filed)
            if filed is not None:
                self._filed.setdefault(filed.under, []).append(filed)

    def _all_named(self, name: str) -> Sequence[Entry]:
        return self._named.get(name) or [entry for layer in self.below for entry in layer.named(name)]

    def _all_constants(self, name: str) -> Sequence[Constant]:
        return self._constants.get(name) or [one for layer in self.below for one in layer.constants(name)]

    def countable(self) -> frozenset[str]:
        """The names whose use in the tree is worth counting: helpers, and what their bodies are made of."""
        helpers = {entry.name for entry in self.entries if entry.kind is not Kind.FUNCTION}
        anchors = (name for one in self.filings if one is not None for name in one.anchors)
        return frozenset(helpers.union(name for name in anchors if name.isidentifier()))

    def preload(self) -> None:
        """See Layer."""

    def names(self) -> frozenset[str]:
        """See Layer."""
        return self._names

    def named(self, name: str) -> tuple[Entry, ...]:
        """See Layer."""
        return tuple(self._named.get(name, ()))

    def classes(self, function: str) -> tuple[Entry, ...]:
        """See Layer."""
        return self._classes.get(function, ())

    def constants(self, name: str) -> tuple[Constant, ...]:
        """See Layer."""
        return tuple(self._constants.get(name, ()))

    def tokens(self) -> frozenset[str]:
        """See Layer."""
        return self._tokens

    def filed(self, token: str) -> tuple[Filed, ...]:
        """See Layer."""
        return tuple(self._filed.get(token, ()))

    def holding(self, tokens: Sequence[str], bound: int) -> Iterator[Filed]:
        """See Layer."""
        wanted = frozenset(tokens)
        known = [filed for filed in self.filings if filed is not None and filed.anchors & wanted]
        yield from sorted(known, key=lambda filed: -len(filed.anchors & wanted))[:bound]

    def structs(self, tag: str) -> tuple[tuple[str, int], ...]:
        """See Layer."""
        return tuple((path, at) for path, facts in self.headers.items() for name, at in facts.structs if name == tag)

    def typedef(self, name: str) -> str | None:
        """See Layer."""
        return next((text for facts in self.headers.values() for one, text in facts.typedefs if one == name), None)

    def includes(self) -> Mapping[str, tuple[str, ...]]:
        """See Layer."""
        return self._includes

    def bitmap_types(self) -> tuple[str, ...]:
        """See Layer."""
        typedefs = (pair for facts in self.headers.values() for pair in facts.typedefs)
        return tuple(name for name, text in typedefs if BITMAP_TYPE.search(text))

    def weak(self) -> frozenset[str]:
        """See Layer."""
        return self._weak

    def frequency(self, _name: str) -> int:
        """See Layer."""
        return -1

    def search(self, words: Sequence[str], bound: int) -> tuple[Entry, ...]:
        """See Layer."""
        low = [word.lower() for word in words]
        found = (e for e in self.entries if all(word in e.name.lower() or word in e.summary.lower() for word in low))
        return tuple(sorted(found, key=lambda entry: (-entry.uses, entry.name)))[:bound]


def filing(entry: Entry, anchors: Anchors) -> Names:
    """The anchors under which a helper is looked for; none for what is never proposed."""
    if entry.kind not in (Kind.INLINE, Kind.MACRO) or not entry.body or is_stub(entry) or entry.deprecated:
        return frozenset()
    if entry.name.startswith(_INTERNAL) or not entry.parameters:
        return frozenset()
    callee = only_passes_on(entry)
    if callee == "" or (callee is not None and anchors.of_name(callee) == {callee}):
        return frozenset()
    return anchors.of_entry(entry) or anchors.marks(entry) or anchors.weak_in(entry.body)


def by_call(classes: Iterable[Entry]) -> Classes:
    """Classes by the functions that they call for their very object; what only a condition asks is none of them."""
    out: dict[str, tuple[Entry, ...]] = {}
    for entry in classes:
        for name in dict.fromkeys(_CLASS_CALL.findall(_CONDITION.sub(" ", entry.body))):
            out[name] = (*out.get(name, ()), entry)
    return out
