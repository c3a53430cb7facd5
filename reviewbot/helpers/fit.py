# SPDX-License-Identifier: GPL-2.0-or-later
"""With which arguments could a helper's body be a piece of code?  Both are canonical; the answers are only candidates.

Holes (`$p`) that stand where nothing commutes are bound first; then sums, masks and conditions, whose parts may stand
in any order, are compared with what is bound put in, so that `(n + d - 1) / d` fits `(len + 7) / 8`.  Whoever asks
puts the arguments into the body and compares again: that decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from reviewbot.helpers.algebra import address, bits_and, constant, element, linear, number, power, total
from reviewbot.syntax.term import Term

Bound = dict[str, Term]
Rebuild = Callable[[Term, Bound], Term]
"""Puts bindings into a canonical term, in canonical shape again."""
_LOOSE = frozenset({"sum", "prod", "and", "or", "xor", "truth", "eq"})
_PLACES = frozenset({"mem", "id", "index"})
_MAX_STEPS = 3000
Goals = tuple[tuple[Term, Term], ...]
NONE: frozenset[str] = frozenset()
_HOLE = re.compile(r"\$\w+")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def is_hole(term: Term) -> bool:
    """True for a parameter of a template."""
    return term.kind == "id" and term.value.startswith("$")


def holes(term: Term) -> frozenset[str]:
    """The names of the holes in a term."""
    return _holes(term.key) if "$" in term.key else NONE


@lru_cache(maxsize=20_000)
def _holes(key: str) -> frozenset[str]:
    return frozenset(_HOLE.findall(_STRING.sub("", key)))


@dataclass(slots=True)
class Fit:
    """The search for bindings of one template in one piece of code, bounded in steps.

    `near` is how many names may differ: a name of the body that stands as another in the code is bound to it as
    "≠name" and counts as one.
    """

    rebuild: Rebuild
    near: int = 0
    steps: int = field(default=_MAX_STEPS)

    def find(self, body: Term, code: Term) -> Iterator[Bound]:
        """Bindings with which the body may be the code."""
        yield from self._solve(((body, code),), (), {})

    def among(
        self, wanted: tuple[Term, ...], given: tuple[Term, ...], bound: Bound
    ) -> Iterator[tuple[Bound, set[str]]]:
        """Bindings with which each wanted term is another one of the given; with the keys of those that were taken."""
        yield from self._assign(wanted, given, bound, frozenset())

    def _assign(
        self, wanted: tuple[Term, ...], given: tuple[Term, ...], bound: Bound, taken: frozenset[str]
    ) -> Iterator[tuple[Bound, set[str]]]:
        if not wanted:
            yield bound, set(taken)
            return
        first = self.rebuild(wanted[0], bound) if bound else wanted[0]
        first = _alone(first)
        for term in given:
            if term.key in taken:
                continue
            for now in self._solve(((first, term),), (), bound):
                yield from self._assign(wanted[1:], given, now, taken | {term.key})

    def _solve(self, goals: Goals, later: Goals, bound: Bound) -> Iterator[Bound]:
        """All ways to reach the goals; those of loose terms are put off until the others have bound what they can."""
        self.steps -= 1
        if self.steps < 0:
            return
        if not goals:
            yield from self._loose(later, bound) if later else (bound,)
            return
        whole, rest = goals[0][1], goals[1:]
        pattern, code = _alone(goals[0][0]), _alone(whole)
        if is_hole(pattern):
            # a condition is bound as one, but a pointer that is asked for its truth as the pointer
            now = self._bind(pattern.value, code if code.kind != "bit" else whole, bound)
        elif pattern.kind == "deref" and is_hole(pattern.kids[0]) and code.kind in _PLACES:
            now = self._bind(pattern.kids[0].value, address(code), bound)
        elif pattern.kind == "index" and is_hole(pattern.kids[0]) and (first := _start(pattern, code)) is not None:
            now = self._bind(pattern.kids[0].value, first, bound)
        else:
            yield from self._compared(pattern, code, rest, later, bound)
            return
        if now is not None:
            yield from self._solve(rest, later, now)

    def _compared(self, pattern: Term, code: Term, rest: Goals, later: Goals, bound: Bound) -> Iterator[Bound]:
        """The goal that a pattern, no hole itself, is the code; then the rest."""
        if pattern.kind == "and" and code.kind == "bit":
            yield from self._solve(((pattern, _masked(code)), *rest), later, bound)
        elif _is_loose(pattern) and holes(pattern):
            yield from self._solve(rest, (*later, (pattern, code)), bound)
        elif pattern.key == code.key:
            yield from self._solve(rest, later, bound)
        elif pattern.kind == code.kind and len(pattern.kids) == len(code.kids) and (pattern.kids or self.near):
            now = self._named(pattern, code, bound)
            if now is not None:
                pairs = tuple(zip(pattern.kids, code.kids, strict=True))
                yield from self._solve((*pairs, *rest), later, now)

    def _bind(self, name: str, code: Term, bound: Bound) -> Bound | None:
        known = bound.get(name)
        if known is None:
            return {**bound, name: code}
        return bound if known.key == code.key else None

    def _named(self, pattern: Term, code: Term, bound: Bound) -> Bound | None:
        """The bindings with which the names of two terms of one kind are the same; None where they differ."""
        if pattern.value == code.value:
            return bound
        if pattern.kind in ("mem", "outer") and "$" in pattern.value:
            mine, theirs = pattern.value.split("."), code.value.split(".")
            now: Bound | None = bound if len(mine) == len(theirs) else None
            for one, other in zip(mine, theirs, strict=False):
                if one.startswith("$"):
                    now = self._bind(one, Term("id", other), now) if now is not None else None
                elif one != other:
                    return None
            return now
        differs = f"≠{pattern.value}"
        used = sum(name.startswith("≠") for name in bound)
        if pattern.kind == "id" and not pattern.kids and self.near > used and _of_one_family(pattern.value, code.value):
            return self._bind(differs, code, bound)
        if differs in bound and bound[differs].value == code.value:
            return bound
        return None

    def _loose(self, later: Goals, bound: Bound) -> Iterator[Bound]:
        """The goal with the fewest holes left is next, with what is bound put in."""
        ready = [(_alone(self.rebuild(pattern, bound)), code) for pattern, code in later]
        order = sorted(range(len(ready)), key=lambda at: len(holes(ready[at][0])))
        (pattern, code), rest = ready[order[0]], tuple(later[at] for at in order[1:])
        if not holes(pattern) and not self.near:
            if pattern.key == code.key:
                yield from self._solve((), rest, bound)
            return
        if not _is_loose(pattern):
            yield from self._solve(((pattern, code),), rest, bound)
            return
        for now in self._parts(pattern, code, bound):
            yield from self._solve((), rest, now)

    def _parts(self, pattern: Term, code: Term, bound: Bound) -> Iterator[Bound]:
        if pattern.kind == "sum" or (pattern.kind == "times" and code.kind in ("sum", "times", "num")):
            yield from self._sum(pattern, code, bound)
        elif pattern.kind == "truth":
            given = code.kids if code.kind == "truth" else (code,)
            if len(given) >= len(pattern.kids):
                yield from (now for now, _taken in self._assign(hardest_first(pattern.kids), given, bound, frozenset()))
        elif pattern.kind == "prod" and code.kind == "times":
            parts = code.kids[0].kids if code.kids[0].kind == "prod" else code.kids
            yield from self._chain(pattern, Term("prod", "", (constant(int(code.value)), *parts)), bound)
        elif pattern.kind == code.kind:
            yield from self._chain(pattern, code, bound)

    def _sum(self, pattern: Term, code: Term, bound: Bound) -> Iterator[Bound]:
        """A sum with one bare hole takes for it whatever the code has more, or less; others part by part."""
        _fixed, parts = linear(pattern)
        open_ones = [(part, factor) for part, factor in parts.values() if holes(part)]
        (bare, sign), more = (open_ones or [(pattern, 0)])[0], open_ones[1:]
        if is_hole(bare) and sign in (1, -1) and not more:
            rest = total((code, pattern, bare), (sign, -sign, 1))
            now = self._bind(bare.value, rest, bound)
            if now is not None:
                yield now
            return
        if pattern.kind == code.kind == "sum":
            yield from self._chain(pattern, code, bound)

    def _chain(self, pattern: Term, code: Term, bound: Bound) -> Iterator[Bound]:
        """Parts in any order; a lone bare hole takes all that is left over."""
        ground = {kid.key for kid in pattern.kids if not holes(kid)}
        given = tuple(kid for kid in code.kids if kid.key not in ground)
        if self.near == 0 and len(code.kids) - len(given) != len(ground):
            return
        open_ones = tuple(kid for kid in pattern.kids if self.near or holes(kid))
        given = code.kids if self.near else given
        bare = [kid for kid in open_ones if is_hole(kid)]
        solid = tuple(kid for kid in open_ones if not is_hole(kid))
        if len(bare) == 1 and len(given) > len(open_ones):
            for now, taken in self._assign(hardest_first(solid), given, bound, frozenset()):
                left = tuple(kid for kid in given if kid.key not in taken)
                rest = left[0] if len(left) == 1 else Term(code.kind, "0" if code.kind == "sum" else "", left)
                after = self._bind(bare[0].value, rest, now)
                if after is not None:
                    yield after
        elif len(open_ones) <= len(given):
            wanted = (*hardest_first(solid), *bare)
            yield from (now for now, _taken in self._assign(wanted, given, bound, frozenset()))


def _masked(bit: Term) -> Term:
    """The test of one bit as the mask it is: `x & FLAG`."""
    base, index = bit.kids
    return bits_and((base, index.kids[0] if index.kind == "log2" else power(index)))


def _start(pattern: Term, code: Term) -> Term | None:
    """Where an array begins of which the code reads the element that the pattern reads: &v[n - 1] for p[1] and v[n]."""
    if number(pattern.kids[1]) is None or code.kind != "index":
        return None
    return address(element(code.kids[0], total((code.kids[1], pattern.kids[1]), (1, -1))))


def _is_loose(pattern: Term) -> bool:
    """True for what commutes, and for a negative parameter, which a number may be."""
    return pattern.kind in _LOOSE or (pattern.kind == "times" and pattern.value == "-1" and is_hole(pattern.kids[0]))


def _alone(term: Term) -> Term:
    """A condition that is one atom as that atom."""
    return term.kids[0] if term.kind == "truth" and term.value == "2" else term


def hardest_first(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Terms with most of their own names first, then those with the fewest holes, since they leave the least choice."""
    return tuple(sorted(terms, key=lambda term: (-sum(not is_hole(part) for part in term.walk()), len(holes(term)))))


def _of_one_family(one: str, other: str) -> bool:
    """True for two constants of one set: VM_WRITE and VM_MAYWRITE."""
    first, second = one.partition("_")[0], other.partition("_")[0]
    return one != other and one.isupper() and other.isupper() and first == second and "_" in one and "_" in other
