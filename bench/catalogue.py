# SPDX-License-Identifier: GPL-2.0-or-later
"""How does a bench get at the helpers of a tree?  Through the cache and the code that `reviewbot check` uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reviewbot.edges.headercache import HeaderCache, Made
from reviewbot.edges.kernel import opened
from reviewbot.edges.snapshot import TreeSnapshot
from reviewbot.helpers.suggest import FileHelpers, Suggester
from reviewbot.match.engine import Terms
from reviewbot.model import SourceFile
from reviewbot.syntax.facts import read_facts
from reviewbot.syntax.parse import parse


@contextmanager
def made(tree_path: Path, cache: Path) -> Iterator[Made]:
    """The catalogue of a tree at HEAD (or of the plain folder), with what it cost."""
    with opened(tree_path) as tree:
        base = tree.at(tree.resolve("HEAD") if tree.git_dir else None)
        facts = read_facts(TreeSnapshot(tree.name, base, tree.scratch))
        yield HeaderCache(cache).catalogue(base, facts)


@contextmanager
def suggester(tree_path: Path, cache: Path) -> Iterator[Suggester]:
    """What finds the helpers of a tree, its names loaded."""
    with made(tree_path, cache) as done:
        done.catalogue.preload()
        yield Suggester(done.catalogue)


def search(found: Suggester, path: str, text: bytes) -> FileHelpers:
    """The search through one file."""
    return found.in_file(Terms(parse(SourceFile(path, text), found.catalogue.facts)))
