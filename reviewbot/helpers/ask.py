# SPDX-License-Identifier: GPL-2.0-or-later
"""What was that helper called?  The helpers of a world for an expression that somebody typed: the equal, the near.

Types of names are what the caller knows.  Where nothing is found, a name whose members are read is taken for what the
parameters of the candidates are, and the answer says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from reviewbot.helpers.body import READ_AFTER, read_expression
from reviewbot.helpers.entry import Entry
from reviewbot.helpers.look import Look, look_for
from reviewbot.helpers.memory import Filed
from reviewbot.helpers.near import near
from reviewbot.helpers.search import Expression, Found, spoken
from reviewbot.helpers.types import KNOWN, TypeOf
from reviewbot.helpers.world import TreeWorld
from reviewbot.helpers.worth import is_specific
from reviewbot.syntax.term import Term

MAX_TEXT = 4000
"""Characters of an expression above which it is not read."""
_MAX_PARTS, _MAX_DEPTH = 600, 60
_MAX_ASSUMED = 12
_IN_USE = 25
_GENERAL = re.compile(r"include/(?:linux|vdso|asm-generic)/[^/]+$")
_POINTER = re.compile(r"^(?:const )?((?:struct|union) \w+) \*$")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tree offers for an expression, best first.  `whole` mean all of it, `parts` a part, `close` nearly.

    `elsewhere` counts those that mean the same and are plain arithmetic of another subsystem.  `assumed` are the types
    that names were taken for, since the caller did not know them.  `too_large`: the expression has too many parts to be
    compared with anything.
    """

    whole: tuple[Found, ...] = ()
    parts: tuple[Found, ...] = ()
    close: tuple[Found, ...] = ()
    assumed: tuple[tuple[str, str], ...] = ()
    elsewhere: int = 0
    too_large: bool = False


Rank = Callable[[Found], tuple[object, ...]]


def ask(
    world: TreeWorld, text: str, types: Mapping[str, str], rank: Rank | None = None, *, assume: bool = True
) -> Answer | None:
    """The helpers for a C expression, names having the given types; None for what is no expression that can be read.

    With `assume`, names whose type is not given may be taken for what the helpers want.
    """
    term = read_expression(text, world.catalogue.facts)
    if term is None:
        return None
    if not term.fits(_MAX_PARTS, _MAX_DEPTH):
        return Answer(too_large=True)
    types, order = {**KNOWN, **types}, rank or _by_use
    best = _asked(world, term, text, types, order)
    if best.whole or best.close or not assume:
        return best
    for assumed in _assumptions(world, term, text, types):
        found = _asked(world, term, text, {**types, **assumed}, order)
        if found.whole or (found.close and not best.close):
            best = replace(found, assumed=tuple(sorted(assumed.items())))
            if found.whole:
                break
    return best


def _by_use(found: Found) -> tuple[object, ...]:
    """What is in use first, then the typed, then what is shorter to read, then what the tree uses most."""
    uses = found.entry.uses
    return (0 <= uses < _IN_USE, not found.typed, spoken(found.call), -uses, found.entry.name)


def _at_home(world: TreeWorld, found: list[Found]) -> list[Found]:
    """The helpers that are meant for everybody, or for what the code speaks of; all where there is none.

    Plain arithmetic in the header of some driver or protocol is equal to a lot, and stands for none of it.
    """
    return [one for one in found if _is_common(one.entry) or _is_specific(world, one.entry)] or found


def _is_common(entry: Entry) -> bool:
    return _GENERAL.match(entry.path) is not None and not 0 <= entry.uses < _IN_USE


def _is_specific(world: TreeWorld, entry: Entry) -> bool:
    template = world.template_of(entry, lenient=True)
    return template is not None and is_specific(template.body, world.catalogue.frequency)


def _asked(world: TreeWorld, term: Term, text: str, types: Mapping[str, str], rank: Rank) -> Answer:
    source, type_of = (READ_AFTER + text).encode(), TypeOf(world.types, types)
    asked = Expression(world, type_of, term, source, truth=True)
    anchors = world.catalogue.anchors
    names = anchors.all_of(text)
    looks = [look for one in world.catalogue.filed_under(names) if (look := _open_look(world, one, names))]
    hits = [hit for look in looks for hit in asked.find(look)]
    value = Expression(world, type_of, term, source)
    hits += [hit for look in looks for hit in value.find(look) if hit.terms == (term,)]
    equal = {hit.entry.name for hit in hits}
    found: dict[str, Found] = {}
    for hit in hits:
        if _is_an_answer(world, hit, term, types) and (hit.call not in found or found[hit.call].saved < hit.saved):
            found[hit.call] = hit
    whole = [hit for hit in found.values() if hit.terms == (term,)]
    parts = [hit for hit in found.values() if hit.terms != (term,)]
    close = {hit.entry.name: hit for hit in near(world, asked, text) if hit.entry.name not in equal}
    home = [_at_home(world, whole), _at_home(world, parts), list(close.values())]
    ordered = [tuple(sorted(some, key=rank)) for some in home]
    elsewhere = len(whole) + len(parts) - len(home[0]) - len(home[1])
    return Answer(ordered[0], ordered[1], ordered[2], elsewhere=elsewhere)


def _open_look(world: TreeWorld, one: Filed, names: frozenset[str] | set[str]) -> Look | None:
    if not one.anchors <= names or one.entry.name in world.catalogue.hidden:
        return None
    return look_for(world, one.entry)


def _is_an_answer(world: TreeWorld, hit: Found, term: Term, types: Mapping[str, str]) -> bool:
    """True for a call that says it shorter, and whose structures have the members that the expression reads."""
    if hit.has_same_arguments or hit.repeats or hit.saved < 1:
        return False
    arguments = hit.call.partition("(")[2].removesuffix(")").split(", ")
    if len(arguments) != len(hit.entry.parameters):
        return True
    for (kind, _name), argument in zip(hit.entry.parameters, arguments, strict=True):
        taken = _POINTER.match(kind)
        if taken is None or argument in types or not argument.isidentifier():
            continue
        known = world.types.members(taken.group(1))
        if known and not _members_of(argument, term) <= set(known):
            return False
    return True


def _members_of(name: str, term: Term) -> set[str]:
    """The members that an expression reads through a name."""
    read = (part for part in term.walk() if part.kind == "arrow" and part.kids)
    return {part.value for part in read if part.kids[0].kind == "id" and part.kids[0].value == name}


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
