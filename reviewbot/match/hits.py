# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a step of a path, or an excuse, fit a node of the flow, and with which bindings?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reviewbot.match.compiled import Compiled
from reviewbot.match.conditions import Truth
from reviewbot.match.course import Course
from reviewbot.match.effects import unconditional
from reviewbot.match.steps import Step
from reviewbot.match.unify import Bindings, unify, unify_all
from reviewbot.syntax.term import Term

_WITHIN = frozenset({"call", "assign", "arrow", "dot", "index", "unary", "binary", "cond", "at"})
"""What a step may match as a part of a larger statement, condition or return; anything else is a whole statement."""


_NO_CODE = {"entry": "entry", "exit": "leave", "end": "leave"}
"""The nodes that steps stand for which ask for no code."""


@dataclass(frozen=True, slots=True)
class When:
    """What keeps a path from being one: code that excuses, and conditions that are assumed not to hold."""

    excuses: tuple[Compiled, ...] = ()
    assumed: tuple[Truth, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A step found in a node: the bindings with the new ones, and the term that the step matched."""

    bound: Bindings
    term: Term


def hits(course: Course, compiled: Compiled, step: Step, n: int, bound: Bindings) -> Iterator[Hit]:
    """All ways in which a step fits a node; its marks are bound to the place of the statement."""
    if not step.marks:
        yield from _hits(course, compiled, step, n, bound)
        return
    place = course.statement(n)
    for hit in _hits(course, compiled, step, n, bound):
        nows: list[Bindings] = [hit.bound]
        for mark in step.marks:
            nows = [now for one in nows for now in unify(Term("id", mark), place, one)]
        yield from (Hit(now, hit.term) for now in nows)


def _hits(course: Course, compiled: Compiled, step: Step, n: int, bound: Bindings) -> Iterator[Hit]:
    kind = course.flow.nodes[n].kind
    if step.kind in _NO_CODE:
        if kind == _NO_CODE[step.kind]:
            yield Hit(bound, step.term)
    elif kind == "cleanup":
        for call in course.cleaned(n) if step.term.kind == "expr" else ():
            yield from (Hit(now, call) for now in unify(step.term.kids[0], call, bound))
    elif step.kind == "for":
        if kind in ("cond", "join") and course.is_for(n):
            yield Hit(bound, step.term)
    elif step.kind in ("cond", "each"):
        if kind == step.kind and not (compiled.source.smpl and step.word and course.word(n) != step.word):
            head = course.each(n) if kind == "each" else course.term(n, compiled.on)
            yield from _fits((step.term,), head, bound, compiled)
    else:
        yield from _code(course, compiled, step.term, n, bound)


def _code(course: Course, compiled: Compiled, wanted: Term, n: int, bound: Bindings) -> Iterator[Hit]:
    text = course.text(n)
    if not all(word in text for word in _words_of_step(wanted)):
        return
    term = course.term(n, compiled.on)
    if term is None:
        return
    if wanted.kind == "decl":
        yield from _fits((wanted,), term, bound, compiled)
        return
    if wanted.kind != "expr":
        if wanted.kind == term.kind:
            yield from (Hit(now, term) for now in unify_all(wanted.kids, term.kids, bound, commute=_commutes(compiled)))
        return
    inner = wanted.kids[0]
    if inner.kind in _WITHIN:
        whole = (term,) if inner.kind != "at" or term.kind != "decl" else _values(term)
        for one in whole:
            for part in one.walk() if compiled.source.possible else unconditional(one):
                yield from _fits((inner,), part, bound, compiled)
    elif term.kind == "expr":
        yield from _fits((inner,), term.kids[0], bound, compiled)


def _values(declaration: Term) -> tuple[Term, ...]:
    """The initialisations of a declaration; a name that is declared is no expression."""
    return tuple(kid for kid in declaration.kids if kid.kind == "assign")


def _fits(wanted: tuple[Term, ...], term: Term | None, bound: Bindings, compiled: Compiled) -> Iterator[Hit]:
    if term is not None:
        for one in wanted:
            yield from (Hit(now, term) for now in unify(one, term, bound, commute=_commutes(compiled)))


def _commutes(compiled: Compiled) -> bool:
    return "commute" in compiled.on


@lru_cache(maxsize=4096)
def _words_of_step(wanted: Term) -> tuple[bytes, ...]:
    """The words of what a step is looked for with; steps live as long as their pattern, which is kept, too."""
    return tuple(_words(wanted))


def _words(term: Term) -> Iterator[bytes]:
    for part in term.walk():
        if part.kind in ("id", "arrow", "dot") and part.value.isidentifier() and not part.value.startswith("__dots"):
            yield part.value.encode()


def words_of(excuse: Compiled, bound: Bindings) -> tuple[bytes, ...]:
    """The words of an excuse, with those of what its metavariables are bound to."""
    given = (bound["$" + name] for name in sorted(excuse.metavariables) if "$" + name in bound)
    return (*excuse.words, *(word for value in given for word in _words(value)))


def excused(course: Course, excuse: Compiled, n: int, bound: Bindings, words: Sequence[bytes]) -> bool:
    """True if an excuse stands anywhere in a node, evaluated in any case or not; `words` are those of words_of()."""
    step, kind = excuse.steps[0], course.flow.nodes[n].kind
    if kind == "cleanup":
        terms = course.cleaned(n)
    elif step.kind in ("if", "each"):
        return any(next(unify(wanted, whole, bound), None) is not None for wanted, whole in _whole(course, excuse, n))
    else:
        text = course.text(n)
        term = course.term(n, excuse.on) if all(word in text for word in words) else None
        terms = (term,) if term is not None else ()
    wanted = step.kids[0] if step.kind == "expr" else step
    return any(next(unify(wanted, part, bound), None) is not None for term in terms for part in term.walk())


def _whole(course: Course, excuse: Compiled, n: int) -> Iterator[tuple[Term, Term]]:
    """What is compared where an excuse is an `if` with its branches, or the head of an iterator."""
    step, kind = excuse.steps[0], course.flow.nodes[n].kind
    if step.kind == "each" and kind == "each":
        yield step.kids[0], course.each(n)
    elif step.kind == "if" and kind == "cond":
        whole = course.if_(n, excuse.on)
        if whole is not None:
            yield step, whole
