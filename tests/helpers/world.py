# SPDX-License-Identifier: GPL-2.0-or-later
"""How do the tests ask what C means in a made-up tree?  The tree is a mapping from path to text."""

from __future__ import annotations

from collections.abc import Mapping

from reviewbot.helpers.body import read_expression
from reviewbot.helpers.canon import Canon
from reviewbot.helpers.catalogue import Catalogue
from reviewbot.helpers.look import Look, look_for
from reviewbot.helpers.memory import Memory
from reviewbot.helpers.scan import scan
from reviewbot.helpers.search import Expression, Found
from reviewbot.helpers.types import TreeTypes, TypeOf
from reviewbot.helpers.world import TreeWorld
from reviewbot.syntax.term import Term
from tests.rules.harness import FACTS, MadeUpTree

_NONE: Mapping[str, str] = {}


def world_of(files: Mapping[str, str]) -> TreeWorld:
    """What the names of these headers mean."""
    memory = Memory({path: scan(path, text.encode()) for path, text in files.items()})
    catalogue = Catalogue((memory,), MadeUpTree(files).read, FACTS)
    return TreeWorld(catalogue, TreeTypes(catalogue))


def world(text: str = "") -> TreeWorld:
    """What the names of this one header mean."""
    return world_of({"include/linux/thing.h": text})


def term_of(text: str) -> Term:
    """The term of a C expression, which must be one."""
    term = read_expression(text, FACTS)
    assert term is not None, text
    return term


def canon_of(tree: TreeWorld, types: Mapping[str, str]) -> Canon:
    """The strict algebra, where names have these types."""
    return Canon(tree, TypeOf(tree.types, types))


def value(tree: TreeWorld, text: str, **types: str) -> str:
    """The key of an expression's value."""
    return canon_of(tree, types).value(term_of(text)).key


def truth(tree: TreeWorld, text: str, **types: str) -> str:
    """The key of an expression's truth."""
    return canon_of(tree, types).truth(term_of(text)).key


def expression(tree: TreeWorld, text: str, types: Mapping[str, str] = _NONE, *, asked: bool = False) -> Expression:
    """An expression in which helpers are looked for; `asked`: only its truth is of interest."""
    prefix = "{ return\t"
    source = f"int f(void)\n\t{prefix}{text}; }}"
    return Expression(tree, TypeOf(tree.types, types), term_of(text), source.encode(), asked)


def look(tree: TreeWorld, name: str) -> Look:
    """How the one helper of this name is looked for."""
    (entry,) = tree.catalogue.named(name)
    found = look_for(tree, entry)
    assert found is not None, name
    return found


def found_in(
    tree: TreeWorld, name: str, text: str, types: Mapping[str, str] = _NONE, *, asked: bool = False
) -> list[Found]:
    """The places in an expression where the helper of this name stands."""
    return list(expression(tree, text, types, asked=asked).find(look(tree, name)))


def calls_in(
    tree: TreeWorld, name: str, text: str, types: Mapping[str, str] = _NONE, *, asked: bool = False
) -> list[str]:
    """The calls that are found in an expression for one helper."""
    return [found.call for found in found_in(tree, name, text, types, asked=asked)]
