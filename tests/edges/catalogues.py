# SPDX-License-Identifier: GPL-2.0-or-later
"""Which catalogues do the tests of their cache make, and what did each cost?"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reviewbot.edges.headercache import HeaderCache
from reviewbot.edges.kernel import open_tree
from reviewbot.helpers.entry import Entry
from reviewbot.syntax.facts import SyntaxFacts

A, B = "include/linux/a.h", "include/linux/b.h"
FILES = {
    A: b"static inline int one(int a)\n{\n\treturn a + FIVE;\n}\n",
    B: b"#include <linux/a.h>\n#define two(x) ((x) * SIX)\n",
    "include/dt-bindings/c.h": b"#define three(x) ((x) * SIX)\n",
    "drivers/own.h": b"#define four(x) ((x) * SIX)\n",
    "scripts/x.c": b"int x = one(1);\n",
    **{f"mm/{at}.c": b"int x = one(1) + FIVE + one(2);\n" for at in range(9)},
    "mm/both.c": b"int x = one(1) + two(3); /* someone */\n",
}
TABLES = "?" * 40 + ".sqlite"


@dataclass(frozen=True)
class Result:
    """What making a catalogue cost (headers, scanned, counted), its entries, and its steps."""

    cost: tuple[int, int, int]
    entries: tuple[Entry, ...]
    steps: tuple[str, ...]
    files: Mapping[str, int]
    hidden: frozenset[str]

    @property
    def uses(self) -> dict[str, int]:
        """In how many files each helper stands."""
        return {entry.name: entry.uses for entry in self.entries}


def make(tree: Path, cache: Path, parallel: int = 1) -> Result:
    """The catalogue of a tree's HEAD, or of a plain folder."""
    scratch = tree.parent / f"scratch-{tree.name}-{threading.get_ident()}"
    scratch.mkdir(exist_ok=True)
    steps: list[str] = []
    with open_tree(tree, scratch) as opened:
        made = HeaderCache(cache, parallel).catalogue(opened.at(opened.resolve("HEAD")), SyntaxFacts(), steps.append)
        known = made.catalogue
        return Result(
            (made.headers, made.scanned, made.counted),
            known.layers[0].search(("",), 1000),
            tuple(steps),
            {name: known.frequency(name) for name in ("one", "two", "FIVE", "SIX")},
            known.hidden,
        )


def tables(cache: Path) -> list[Path]:
    """The catalogues in a cache."""
    return sorted(cache.glob(TABLES))
