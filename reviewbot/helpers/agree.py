# SPDX-License-Identifier: GPL-2.0-or-later
"""May this argument be given to this parameter?  True, False, or None where a type is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewbot.helpers.algebra import number
from reviewbot.helpers.axioms import MEANINGS, OF_BYTES, OF_POWERS
from reviewbot.helpers.entry import Entry
from reviewbot.helpers.template import Template
from reviewbot.helpers.types import TreeTypes, TypeOf, pointee
from reviewbot.syntax.term import Term

_SIZED = frozenset({"div", "mod", "shr", "lt"})


def agreement(type_of: TypeOf, entry: Entry, template: Template, index: int, argument: Term) -> bool | None:
    """Whether a canonical argument fits the parameter `index` of a helper."""
    wanted, name = entry.parameters[index]
    given = type_of(argument)
    if entry.name in OF_BYTES:
        return _bytes(type_of.tree, given)
    if entry.name in OF_POWERS and index == 1 and (power := _is_power(argument)) is not True:
        return None if entry.name in MEANINGS and power is None else power is None
    if not wanted:
        return _macro_agreement(type_of.tree, entry, template.body, f"${name}", given)
    types = type_of.tree
    need = types.resolved(wanted)
    if need in ("bool", "_Bool"):
        return True  # whatever it is, it is asked for its truth
    if argument.kind == "num":
        return argument.value == "0" or types.integer(wanted) is not None
    if given is None:
        is_number = "*" not in need and not need.startswith(("struct", "union"))
        if is_number:
            return None if _depends_on_sign(template.body, f"${name}") else True
        return True if need == "void *" or _passed_on(template.body, f"${name}") else None
    have = types.resolved(given)
    if need.endswith("*") or have.endswith("*"):
        is_const = "const" in wanted.split() or not _is_below_const(type_of, argument)
        return is_const and _pointers(need, have)
    if types.integer(wanted) is not None:
        return _integers(types.integer(wanted), types.integer(given))
    return need == have


def _is_below_const(type_of: TypeOf, argument: Term) -> bool:
    """True for what is read through a pointer to something constant."""
    at = argument
    while at.kind in ("addr", "mem", "index") or (at.kind == "deref" and at is not argument):
        at = at.kids[0]
    return at.kind == "id" and "const" in type_of.names.get(at.value, "").partition("*")[0].split()


def _bytes(types: TreeTypes, given: str | None) -> bool | None:
    """Whether a type is that of a pointer to, or an array of, plain unsigned bytes."""
    if given is None:
        return None
    target = pointee(types.resolved(given))
    is_plain = target is not None and not re.search(r"\bvolatile\b|\b__iomem\b", f"{given} {target}")
    return is_plain and types.integer(target or "") == (True, 8)


def _is_power(argument: Term) -> bool | None:
    """Whether a value is a power of two, None where that is not known."""
    value = number(argument)
    if value is not None:
        return value > 0 and value & (value - 1) == 0
    return True if argument.kind == "pow2" else None


def _depends_on_sign(body: Term, hole: str) -> bool:
    """True if the body divides, shifts down or compares by size what the parameter is part of."""
    sized = (part for part in body.walk() if part.kind in _SIZED)
    return any(leaf.kind == "id" and leaf.value == hole for part in sized for leaf in part.walk())


def _pointers(need: str, have: str) -> bool | None:
    """Whether a pointer can be handed on; a void pointer may be any."""
    if not (need.endswith("*") and have.endswith("*")):
        return False
    one, other = (re.sub(r"\s+", "", kind) for kind in (need, have))
    if other == "void*" and one != other:
        return None
    return one == other or one == "void*"


def _integers(need: tuple[bool, int] | None, have: tuple[bool, int] | None) -> bool | None:
    if need is None or have is None:
        return False
    return need[1] >= min(have[1], 64) or (need == (True, 8) and have == (True, 8))


def _passed_on(body: Term, hole: str) -> bool:
    """True if the parameter is only handed to another function, which converts it as it would the argument."""
    users = [part for part in body.walk() if any(kid.kind == "id" and kid.value == hole for kid in part.kids)]
    return bool(users) and all(part.kind == "call" for part in users)


def _macro_agreement(types: TreeTypes, entry: Entry, body: Term, hole: str, given: str | None) -> bool | None:
    """A macro's parameter has no type: what its body does with it must make sense for the argument's."""
    for part in _evaluated(body):
        if not any(kid.kind == "id" and kid.value == hole for kid in part.kids):
            continue
        if part.kind == "outer":
            kind, _dot, name = part.value.rpartition(".")
            wanted = types.member(f"struct {kind}", name)
            target = pointee(types.resolved(given)) if given else None
            if wanted is None or target is None:
                return None
            if types.resolved(wanted.kind) != target:
                return False
        elif part.kind == "deref":
            return _is_its_own(types, entry, hole, given)
    return True


def _evaluated(body: Term) -> Iterator[Term]:
    """The parts of a body but for those that sizeof only asks for their type."""
    stack = [body]
    while stack:
        at = stack.pop()
        yield at
        stack.extend(at.kids if at.kind != "sizeof" else ())


def _is_its_own(types: TreeTypes, entry: Entry, hole: str, given: str | None) -> bool | None:
    """A macro that reads members is meant for the structure that its header declares and its parameter is named for."""
    target = pointee(types.resolved(given)) if given else None
    if target is None:
        return None
    tag = target.partition(" ")[2]
    if not any(path == entry.path for path, _offset in types.catalogue.structs(tag)):
        return None
    return True if len(hole) > 2 and hole.strip("$_") in tag else None
