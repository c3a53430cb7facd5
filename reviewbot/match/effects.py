# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a piece of code change, and what does a value depend on?  By names, without following pointers.

What is handed over by address (`&x`) counts as changed; what a called function changes through a pointer does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewbot.syntax.term import Term

_MOVES = frozenset({"swap", "no_free_ptr", "return_ptr", "retain_and_null_ptr", "take_fd"})
"""Macros that change all that they are given."""
_FIRST = frozenset({"WRITE_ONCE", "rcu_assign_pointer", "RCU_INIT_POINTER", "get_user", "__get_user", "va_start"})
"""Macros that assign to their first argument, which has no `&`."""
_LAST = re.compile(r"^(?:\w+_(?:lock|trylock)\w*_irqsave\w*|local_irq_save|local_save_flags)$")
_POLLS = re.compile(r"poll_timeout")
_PLACES = frozenset({"id", "arrow", "dot", "index"})
_DECLARATORS = frozenset({"id", "pointer_declarator", "array_declarator"})


def changes(term: Term) -> Iterator[Term]:
    """The places (names, members, elements) that evaluating a term changes."""
    for part in term.walk():
        if part.kind in ("assign", "init", "update") or (part.kind, part.value) == ("unary", "&"):
            yield from part.kids[:1]
        elif part.kind == "call":
            yield from _by_macro(part)
        elif part.kind == "decl":
            yield from (_declared(kid) for kid in part.kids if kid.kind in _DECLARATORS)
        elif part.kind == "gnu_asm_expression":
            yield from (name for name in part.walk() if name.kind == "id")


def _by_macro(call: Term) -> tuple[Term, ...]:
    name, arguments = call.kids[0].value, call.kids[1:]
    if name in _MOVES or _POLLS.search(name):
        return arguments
    if name in _FIRST:
        return arguments[:1]
    return arguments[-1:] if _LAST.match(name) else ()


def _declared(declarator: Term) -> Term:
    while declarator.kind != "id" and declarator.kids:
        declarator = declarator.kids[0]
    return declarator


def iterated(macro: str, arguments: Term) -> tuple[Term, ...]:
    """The names that the head of an iterator macro assigns: `list_for_each_entry_safe(p, n, &head, member)`."""
    parts = listed(arguments)
    if "_entry" in macro:
        parts = parts[: 2 if "_safe" in macro else 1]
    elif "child" in macro:
        parts = parts[1:]  # the parent comes first
    return tuple(term for term in parts if term.kind == "id")


def listed(term: Term) -> list[Term]:
    """The operands of commas, as the arguments of an iterator macro."""
    out: list[Term] = []
    while term.kind == "comma" and len(term.kids) == 2:
        out.append(term.kids[0])
        term = term.kids[1]
    return [*out, term]


def reads(term: Term) -> frozenset[str]:
    """The keys of all places that the value of a term depends on: `&p->lock` on p alone, `p->n` on p and p->n."""
    if term.kind == "unary" and term.value == "&" and term.kids:
        return _address(term.kids[0])
    out = frozenset[str]().union(*(reads(kid) for kid in term.kids))
    if term.kind in _PLACES or (term.kind, term.value) == ("unary", "*"):
        out |= {term.key}
    if term.kind == "arrow":
        out |= {Term("unary", "*", term.kids).key}
    return out


def _address(place: Term) -> frozenset[str]:
    if place.kind == "id":
        return frozenset()
    if place.kind == "dot":
        return _address(place.kids[0])
    if place.kind in ("arrow", "index") or (place.kind, place.value) == ("unary", "*"):
        return frozenset[str]().union(*(reads(kid) for kid in place.kids))
    return reads(place)


def unconditional(term: Term) -> Iterator[Term]:
    """The parts of a term that are evaluated whenever it is: not what && || and ?: may pass over, nor sizeof."""
    stack = [term]
    while stack:
        at = stack.pop()
        yield at
        if at.kind in ("sizeof", "block", "type", "typeof"):
            continue
        skips = at.kind == "cond" or (at.kind == "binary" and at.value in ("&&", "||"))
        stack.extend(reversed(at.kids[:1] if skips else at.kids))
