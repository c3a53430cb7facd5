# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a helper's body say enough that code equal to it should call the helper?  Judged whatever the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from reviewbot.helpers.algebra import number
from reviewbot.helpers.axioms import MEANINGS
from reviewbot.helpers.catalogue import FOLDER
from reviewbot.helpers.checks import sounds_like_check
from reviewbot.helpers.entry import Entry, Kind
from reviewbot.helpers.fit import is_hole
from reviewbot.helpers.template import Template
from reviewbot.helpers.types import KNOWN
from reviewbot.syntax.term import Term

_WARNS = re.compile(r"\b(?:WARN(?:_ON)?(?:_ONCE)?|DEBUG_NET_WARN\w*)\s*\(")
_NEVER = frozenset({"MIN", "MAX", "MIN_T", "MAX_T"})
"""For constants alone: include/linux/minmax.h says so."""
BITS = frozenset({"BIT", "BIT_ULL"})
"""Worth their name where a mask is meant, and nowhere else: 1 << order is a number of pages."""
LONG_LONG = re.compile(r"ULL|u64")
"""What makes a shifted bit as wide as BIT_ULL()'s."""
_WEIGHTS = {"outer": 2} | dict.fromkeys(
    [
        "div",
        "shr",
        "mod",
        "sum",
        "prod",
        "and",
        "or",
        "xor",
        "cond",
        "eq",
        "lt",
        "bit",
        "call",
        "sizeof",
        "assign",
        "str",
    ],
    1,
)
_LEAST_MASS = 3
_LEAST_OF_TYPED = 2
_LEAST_USED = 5
_LEAST_USED_NEAR = 1
_MUCH_USED = 100
SELDOM = 300


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a helper whatever the code: why it is never proposed ("" if it may be), whether its body is
    specific, the member that it only reads ("" for more), and whether the tree prefers it to reading the member; `part`
    is the member of a member, or the address of one, that is all it is."""

    objection: str
    specific: bool = False
    getter: str = ""
    preferred: bool = False
    part: str = ""


def poverty(entry: Entry, template: Template) -> str:
    """Why a helper is never worth proposing; "" where it is."""
    body = template.body
    names = {part.value for part in body.walk() if part.kind == "id"}
    if any(map(sounds_like_check, {entry.name} | names)):
        return "it is an assertion"
    if entry.name in _NEVER:
        return "it is for constants alone"
    if entry.name in MEANINGS or entry.name in BITS:
        return ""
    if _WARNS.search(entry.body):
        return "it warns where the code does not"
    own = {name for name in names if name.islower() and not is_hole(Term("id", name))}
    if entry.kind is Kind.MACRO and own & _variables(body):
        return "it speaks of a variable that it is not given"
    if body.kind == "call":
        keys = [kid.key for kid in body.kids[1:]]
        only = len(set(keys)) == len(keys) and all(is_hole(kid) for kid in body.kids[1:])
        return "it only passes its arguments on" if only else ""
    if template.is_statement and entry.kind is Kind.MACRO:
        return "it assigns to its argument"
    return "its body says too little" if mass(body) < _least(entry, body) else ""


def _variables(body: Term) -> set[str]:
    """The names whose members a body reads; a macro takes them from where it is called."""
    read = (part.kids[0] for part in body.walk() if part.kind in ("mem", "deref") and part.kids)
    bases = (base.kids[0] if base.kind == "deref" else base for base in read)
    return {base.value for base in bases if base.kind == "id"}


def _least(entry: Entry, body: Term) -> int:
    """How much a body has to say: less where its type says what it is for, or the tree uses it a lot."""
    used = entry.uses < 0 or entry.uses >= (_LEAST_USED if entry.path.startswith(FOLDER) else _LEAST_USED_NEAR)
    if any(part.kind == "deref" and is_hole(part.kids[0]) for part in body.walk()):
        return 1 if used else _LEAST_OF_TYPED
    if any("struct" in kind and "*" in kind for kind, _name in entry.parameters):
        return _LEAST_OF_TYPED
    return _LEAST_OF_TYPED if entry.uses >= _MUCH_USED else _LEAST_MASS


def mass(body: Term) -> int:
    """How much a canonical body says: its constants, functions, members and operations, each weighed."""
    out = 0
    for part in body.walk():
        if part.kind == "id" and not is_hole(part):
            out += 2 if part.value.isupper() else 1
        elif part.kind == "mem":
            out += not part.value.startswith("$")
        elif part.kind == "num":
            out += (number(part) or 0) not in (0, 1, -1)
        elif part.kind == "truth":
            out += len(part.kids) - 1
        else:
            out += _WEIGHTS.get(part.kind, 0)
    return out


def getter(body: Term) -> str:
    """The one member that a body reads and does nothing with; "" for any other body."""
    alone = _without(body, "cast")
    only = alone.kind == "mem" and alone.kids[0].kind == "deref" and is_hole(alone.kids[0].kids[0])
    return alone.value if only else ""


def part(body: Term) -> str:
    """The member, of a member perhaps, whose value or address is all that a body is; "" for any other body."""
    alone = base = _without(body, "cast", "addr")
    while base.kind == "mem":
        base = base.kids[0]
    return alone.value if alone.kind == "mem" and base.kind == "deref" and is_hole(base.kids[0]) else ""


def _without(body: Term, *kinds: str) -> Term:
    """A body without the asking for its truth, and without what stands around it of these kinds."""
    alone = body.kids[0] if body.kind == "truth" and len(body.kids) == 1 else body
    while alone.kind in kinds:
        alone = alone.kids[0]
    return alone


def is_specific(body: Term, frequency: Callable[[str], int]) -> bool:
    """True for a body that speaks of a structure, of the time or something seldom: no mere arithmetic."""
    for part in body.walk():
        if part.kind in ("mem", "outer", "str"):
            return True
        named = part.kind == "id" and not is_hole(part) and not part.value.startswith("CONFIG_")
        if named and (part.value in KNOWN or 0 <= frequency(part.value) < SELDOM):
            return True
    return False
