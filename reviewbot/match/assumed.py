# SPDX-License-Identifier: GPL-2.0-or-later
"""Does what a rule assumes not to hold follow from what the conditions on a path have said?

An assumption is filled in with what its metavariables are bound to, once for the same bindings, and is decided only
where something was said of a value that it speaks of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reviewbot.match.compiled import metavariables
from reviewbot.match.conditions import Literal, Truth, evaluate, truth_of
from reviewbot.match.unify import Bindings, is_dots, is_metavariable, unify
from reviewbot.match.values import Form, form, implied
from reviewbot.match.way import key_of, put
from reviewbot.syntax.term import Term

Said = tuple[tuple[Term, bool, Form], ...]
"""Conditions that hold or do not, with what they are about."""


def said_of(literals: Iterable[Literal]) -> Said:
    """What is known, ready to be asked again and again."""
    return tuple((term, truth, form(term)) for term, truth in literals)


def names(truth: Truth) -> frozenset[str]:
    """The metavariables of an assumption."""
    return metavariables(truth.term).union(*(names(part) for part in truth.parts))


@dataclass(frozen=True, slots=True)
class Assumption:
    """A condition with its metavariables filled in; `bases` are the values that it is about, None if it has `...`."""

    truth: Truth
    bases: frozenset[str] | None

    def follows(self, said: Said, bases: frozenset[str]) -> bool:
        """True if it is known to hold; `bases` are the values that `said` is about."""
        if self.bases is not None and self.bases.isdisjoint(bases):
            return False
        return evaluate(self.truth, lambda term: _known(term, said)) is True


class Assumptions:
    """The conditions that a rule assumes not to hold."""

    def __init__(self, truths: tuple[Truth, ...]) -> None:
        self._truths = tuple((truth, names(truth)) for truth in truths)
        self._filled: dict[tuple[tuple[str, str], ...], tuple[tuple[Assumption, frozenset[str]], ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._truths)

    def speak_of(self, new: frozenset[str]) -> bool:
        """True if one of these metavariables is in one of them."""
        return any(named & new for _truth, named in self._truths)

    def follow(self, said: Said, bound: Bindings, unasked: frozenset[str]) -> bool:
        """True if one of them is known to hold; those with one of the `unasked` metavariables are left alone."""
        key = key_of(bound)
        if key not in self._filled:
            self._filled[key] = tuple((_assumption(truth, bound), named) for truth, named in self._truths)
        bases = frozenset(about.base for _term, _truth, about in said)
        return any(one.follows(said, bases) for one, named in self._filled[key] if not named & unasked)


def _assumption(truth: Truth, bound: Bindings) -> Assumption:
    full = _filled(truth, [(f"id:{name}", value) for name, value in bound.items()])
    atoms = tuple(_atoms(full))
    is_open = any(is_dots(part) or is_metavariable(part.value) for atom in atoms for part in atom.walk())
    return Assumption(full, None if is_open or not atoms else frozenset(form(atom).base for atom in atoms))


def _atoms(truth: Truth) -> Iterable[Term]:
    """All terms that may be asked for: of a condition of conditions the whole, too."""
    yield truth.term
    for part in truth.parts:
        yield from _atoms(part)


def _filled(truth: Truth, values: list[tuple[str, Term]]) -> Truth:
    if truth.op == "atom":
        return truth_of(put(truth.term, values))
    return Truth(truth.op, tuple(_filled(part, values) for part in truth.parts), put(truth.term, values))


def _known(term: Term, said: Said) -> bool | None:
    about = form(term)
    for other, truth, given in said:
        if next(unify(term, other, {}), None) is not None:
            return truth
        if given.base == about.base:
            for a, wanted, b, follows in implied({0: given, 1: about}):
                if (a, wanted, b) == (0, truth, 1):
                    return follows
    return None
