# SPDX-License-Identifier: GPL-2.0-or-later
"""Where has a search for a path come to, and is that news?  States, and how they become few."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import and_

from reviewbot.match.known import NOTHING, Facts
from reviewbot.match.unify import Bindings
from reviewbot.syntax.term import Term

_MAX_FACTS = 4
"""Different states of knowledge with which one place is looked at, before they become one."""
_MAX_SHARED = 2
"""How often that happens at one place before nothing is held to be known there."""

Held = tuple[tuple[Term, ...], Term | None]
"""Variables, and the value that they hold."""


@dataclass(frozen=True, slots=True, eq=False)
class At:
    """Where a search has come to: a node, with what is bound and known there, and the way that led to it.

    `step` is the number of the step that was found in this very node, -1 if it is one that lies between; `term` is what
    the step matched.  `stale` are metavariables that have another value by now; `held` says which variables hold the
    value of the step's own call, so that a test of the one is a test of the other.  `leave` is the edge by which the
    path goes on from here, "" for any.  `head` is the node of the last test in whose block a step
    has to be, -1 for none.
    """

    node: int
    bound: Bindings
    facts: Facts = NOTHING
    step: int = -1
    term: Term | None = None
    before: At | None = None
    label: str = ""
    stale: frozenset[str] = frozenset()
    held: Held = ((), None)
    leave: str = ""
    head: int = -1

    def chain(self) -> list[At]:
        """All that was passed, from the first step to this."""
        out: list[At] = []
        at: At | None = self
        while at is not None:
            out.append(at)
            at = at.before
        return out[::-1]


def key_of(bound: Bindings) -> tuple[tuple[str, str], ...]:
    """Bindings as something that can be compared."""
    return tuple(sorted((name, term.key) for name, term in bound.items()))


def news(seen: dict[tuple[object, ...], list[Facts]], at: At) -> At | None:
    """A place that was not looked at with the same bindings and no more known than now; None for any other.

    Where too many ways come together, only what all of them know is kept, and in the end nothing.  A path that is found
    with so little may contradict itself, and is looked at again when it is whole.
    """
    known = seen.setdefault((at.node, key_of(at.bound), at.stale, len(at.held[0]), at.head), [])
    if any(yes & ~at.facts[0] == 0 and no & ~at.facts[1] == 0 for yes, no in known):
        return None
    known.append(at.facts)
    if len(known) <= _MAX_FACTS:
        return at
    shared = (reduce(and_, (yes for yes, _ in known)), reduce(and_, (no for _, no in known)))
    known[-1] = shared if len(known) <= _MAX_FACTS + _MAX_SHARED else NOTHING
    return replace(at, facts=known[-1])


def values_of(part: Term) -> list[Term]:
    """`a = b = value`, `b = value` and `value`."""
    chain = [part]
    while chain[-1].kind == "assign" and chain[-1].value == "=":
        chain.append(chain[-1].kids[1])
    return chain


def put(term: Term, values: list[tuple[str, Term]]) -> Term:
    """The term with values in the places of variables, which are given by their keys."""
    for key, value in values:
        if term.key == key:
            return value
    kids = tuple(put(kid, values) for kid in term.kids)
    return Term(term.kind, term.value, kids) if kids != term.kids else term
