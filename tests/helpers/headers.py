# SPDX-License-Identifier: GPL-2.0-or-later
"""Which headers and trees do the tests of helpers work on?  Texts by path, scanned here; nothing is read from disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from reviewbot.helpers.catalogue import Catalogue
from reviewbot.helpers.deprecated import deprecated_names
from reviewbot.helpers.entry import Entry, HeaderFacts
from reviewbot.helpers.memory import Memory
from reviewbot.helpers.scan import scan
from reviewbot.helpers.store import Stored, write, write_frequency
from reviewbot.helpers.suggest import Suggester
from reviewbot.match.engine import Terms
from reviewbot.model import SourceFile
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.parse import parse

HEADER = "include/linux/a.h"
Tree = Mapping[str, str]
"""Texts of files by their paths."""


def facts(text: str | bytes, path: str = HEADER) -> HeaderFacts:
    """What a header with this text declares."""
    return scan(path, text.encode() if isinstance(text, str) else text)


def entries(text: str) -> dict[str, Entry]:
    """The entries of a header by name; the test fails if a name stands there twice."""
    found = facts(text).entries
    assert len({entry.name for entry in found}) == len(found), found
    return {entry.name: entry for entry in found}


def only(text: str) -> Entry:
    """The one entry of a header."""
    (entry,) = facts(text).entries
    return entry


def memory(tree: Tree) -> Memory:
    """The headers below include/ of a tree."""
    return Memory({path: facts(text, path) for path, text in tree.items() if path.startswith("include/")})


def stored(layer: Memory, counts: Mapping[str, int] | None = None) -> Stored:
    """The same in tables, with the numbers of files that hold a name, if they were counted."""
    connection = sqlite3.connect(":memory:")
    write(connection, layer)
    if counts is not None:
        write_frequency(connection, counts, {})
    return Stored(connection)


def catalogue(tree: Tree, counts: Mapping[str, int] | None = None) -> Catalogue:
    """The catalogue of a tree; in tables where uses were counted."""

    def read(path: str) -> bytes | None:
        return tree[path].encode() if path in tree else None

    layer = memory(tree)
    made = layer if counts is None else stored(layer, counts)
    return Catalogue((made,), read, SyntaxFacts(), deprecated_names(read))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is proposed in a file: the calls, why other calls are not, and why helpers with a
    body were not looked for, by name."""

    calls: list[str]
    rejected: dict[str, str]
    priors: dict[str, str]
    headers: list[str]


def ask(tree: Tree, path: str, counts: Mapping[str, int] | None = None) -> Answer:
    """Which helpers the code of a file should call."""
    known = catalogue(tree, counts)
    unit = parse(SourceFile(path, tree[path].encode()), known.facts)
    search = Suggester(known).in_file(Terms(unit))
    found = search.find()
    every = [entry for entry in known.layers[0].search(("",), 1000) if entry.body]
    return Answer(
        [one.call for one in found],
        {one.found.call: one.why for one in search.rejected},
        {entry.name: search.suitability.prior(entry) for entry in every},
        [one.entry.path for one in found],
    )
