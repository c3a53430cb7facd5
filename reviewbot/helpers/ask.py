# SPDX-License-Identifier: GPL-2.0-or-later
"""What was that helper called?  The helpers of a world for an expression that somebody typed: the equal, the near.

Types of names are what the caller knows.  Where nothing is found, a name whose members are read is taken for what the
parameters of the candidates are, and the answer says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from reviewbot.helpers.anchors import operators
from reviewbot.helpers.body import read_expression
from reviewbot.helpers.near import near
from reviewbot.helpers.search import Expression, Found, look_for, spoken
from reviewbot.helpers.types import TypeOf
from reviewbot.helpers.world import TreeWorld
from reviewbot.syntax.term import Term

MAX_TEXT = 4000
"""Characters of an expression above which it is not read."""
_HEAD = "int f(void)\n\t{ return\t"
_MAX_PARTS, _MAX_DEPTH = 600, 60
_MAX_ASSUMED = 12
_POINTER = re.compile(r"^(?:const )?((?:struct|union) \w+) \*$")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tree offers for an expression, best first.  `whole` mean all of it, `parts` a part, `close` nearly.

    `assumed` are the types that names were taken for, since the caller did not know them.
    """

    whole: tuple[Found, ...] = ()
    parts: tuple[Found, ...] = ()
    close: tuple[Found, ...] = ()
    assumed: tuple[tuple[str, str], ...] = ()


Rank = Callable[[Found], tuple[object, ...]]


def ask(
    world: TreeWorld, text: str, types: Mapping[str, str], rank: Rank | None = None, *, assume: bool = True
) -> Answer | None:
    """The helpers for a C expression, names having the given types; None for what is no expression that can be read.

    With `assume`, names whose type is not given may be taken for what the helpers want.
    """
    if len(text) > MAX_TEXT:
        return None
    term = read_expression(text, world.catalogue.facts)
    if term is None or not term.fits(_MAX_PARTS, _MAX_DEPTH):
        return None
    order = rank or by_use
    best = _asked(world, term, text, types, order)
    if best.whole or best.close or not assume:
        return best
    for assumed in _assumptions(world, term, text, types):
        found = _asked(world, term, text, {**types, **assumed}, order)
        if found.whole or (found.close and not best.close):
            best = Answer(found.whole, found.parts, found.close, tuple(sorted(assumed.items())))
            if found.whole:
                break
    return best


def by_use(found: Found) -> tuple[object, ...]:
    """Typed ones first, then what is shorter to read, then what the tree uses most."""
    return (not found.typed, spoken(found.call), -found.entry.uses, found.entry.name)


def _asked(world: TreeWorld, term: Term, text: str, types: Mapping[str, str], rank: Rank) -> Answer:
    source = (_HEAD + text).encode()
    expression = Expression(world, TypeOf(world.types, types), term, source, truth=True)
    anchors = world.catalogue.anchors
    names = anchors.of_text(text) | operators(text) | anchors.weak_in(text)
    found: dict[str, Found] = {}
    for one in world.catalogue.filed_under(names):
        hidden = one.entry.name in world.catalogue.hidden
        look = look_for(world, one.entry) if one.anchors <= names and not hidden else None
        for hit in expression.find(look) if look is not None else ():
            if not hit.is_call and (hit.call not in found or found[hit.call].saved < hit.saved):
                found[hit.call] = hit
    whole = [hit for hit in found.values() if hit.terms == (term,)]
    parts = [hit for hit in found.values() if hit.terms != (term,) and hit.saved > 0]
    equal = {hit.entry.name for hit in found.values()}
    close = {hit.entry.name: hit for hit in near(world, expression, text) if hit.entry.name not in equal}
    ordered = [tuple(sorted(some, key=rank)) for some in (whole, parts, list(close.values()))]
    return Answer(ordered[0], ordered[1], ordered[2])


def _assumptions(world: TreeWorld, term: Term, text: str, types: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """What the names could be whose members are read, by the parameters of helpers that share an anchor."""
    read = (part.kids[0] for part in term.walk() if part.kind in ("arrow", "dot") and part.kids)
    unknown = sorted({base.value for base in read if base.kind == "id" and base.value not in types})
    if not unknown:
        return
    names = sorted(world.catalogue.anchors.of_text(text))
    kinds: dict[str, None] = {}
    for one in world.catalogue.holding(names, _MAX_ASSUMED * 10):
        for kind, _name in one.entry.parameters:
            if found := _POINTER.match(kind):
                kinds.setdefault(found.group(1))
    for kind in list(kinds)[:_MAX_ASSUMED]:
        yield dict.fromkeys(unknown, f"{kind} *")
