# SPDX-License-Identifier: GPL-2.0-or-later
"""On which paths through a function do the steps of a pattern follow each other?

The search goes breadth first, so that the shortest path is told.  It keeps what the conditions on the way have said and
takes no branch that contradicts it; a place is not looked at again with the same bindings unless less is known there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from operator import and_

from reviewbot.match.compiled import Compiled, metavariables
from reviewbot.match.conditions import Literal
from reviewbot.match.course import Course
from reviewbot.match.effects import changes, reads
from reviewbot.match.engine import Found, Terms, match_at, occurrences, place_of_mark
from reviewbot.match.hits import Hit, When, excused, filled, hits, holds, names
from reviewbot.match.known import NOTHING, Facts
from reviewbot.match.told import told
from reviewbot.match.unify import Bindings
from reviewbot.model import Span
from reviewbot.syntax.flow import Edge
from reviewbot.syntax.parse import Function
from reviewbot.syntax.term import Term

_MAX_STATES = 40_000
"""Places that are looked at for one pattern in one function before it is given up (and said to be)."""
_MAX_FACTS = 4
"""Different states of knowledge with which one place is looked at, before they become one."""
_MAX_SHARED = 2
"""How often that happens at one place before nothing is held to be known there."""
_SILENT = frozenset({"label", "goto", "break", "continue", "join", "case", "entry", "preproc"})
"""Nodes that may stand between two steps that follow each other directly."""


Held = tuple[tuple[Term, ...], Term | None]
"""Variables, and the value that they hold."""


@dataclass(frozen=True, slots=True, eq=False)
class At:
    """Where a search has come to: a node, with what is bound and known there, and the way that led to it.

    `step` is the number of the step that was found in this very node, -1 if it is one that lies between; `term` is what
    the step matched.  `stale` are metavariables that have another value by now; `held` says which variables hold the
    value of the step's own call, so that a test of the one is a test of the other.
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

    def chain(self) -> list[At]:
        """All that was passed, from the first step to this."""
        out: list[At] = []
        at: At | None = self
        while at is not None:
            out.append(at)
            at = at.before
        return out[::-1]


Keep = Callable[[Bindings, Bindings], bool]
"""Given the bindings before and behind a step, whether it may stand there."""


class _Spent(Exception):  # noqa: N818  # control flow of this module
    """The search has used up its states."""


def find_paths(
    terms: Terms,
    compiled: Compiled,
    when: When,
    within: Iterable[Span] | None = None,
    start: Bindings | None = None,
    keep: Keep = lambda _before, _bound: True,
) -> Iterator[Found]:
    """All paths of a pattern in the functions that hold its words, as engine.find() finds all else."""
    for function in _functions(terms, compiled, within):
        course = terms.course(function)
        if not course.flow.complete:
            terms.unfollowed[function.name] = course.flow.why
            continue
        search = _Search(course, compiled, when, keep)
        try:
            for last in search.run({} if start is None else start):
                yield _found(terms, compiled, course, last)
        except _Spent:
            search.doubted = True
        if search.doubted:
            terms.exhausted.append(f"{compiled.source.text} in {function.name}()")


def _functions(terms: Terms, compiled: Compiled, within: Iterable[Span] | None) -> Iterator[Function]:
    text, done = terms.unit.source.text, -1
    if not all(word in text for word in compiled.words):
        return
    for at in occurrences(text, compiled.anchor, within):
        function = terms.unit.function_at(at) if at >= done else None
        if function is not None:
            done = function.span.end
            own = text[function.span.start : done]
            if all(word in own for word in compiled.words):
                yield function


def _found(terms: Terms, compiled: Compiled, course: Course, last: At) -> Found:
    chain = last.chain()
    written = [at for at in chain if at.step >= 0 and compiled.path[at.step].written]
    shown = written[compiled.source.report if isinstance(compiled.source.report, int) else -1]
    node = course.flow.nodes[shown.node]
    match = match_at(terms.unit, last.bound, place_of_mark(compiled, last.bound) or (node.start, node.end))
    covered = tuple(_covered(course, at) for at in written)
    return replace(match, way=told(course, chain, written)), last.bound, covered


def _covered(course: Course, at: At) -> Term:
    """The term that a step stands for in a fingerprint: of a way out the return itself."""
    if at.term is not None and at.term.kind != "exit":
        return at.term
    return course.leaving(at.node)


class _Search:
    """One pattern in one function."""

    def __init__(self, course: Course, compiled: Compiled, when: When, keep: Keep) -> None:
        self._course, self._compiled, self._when, self._keep = course, compiled, when, keep
        self._steps, self._source = compiled.path, compiled.source
        self._left = _MAX_STATES
        self._every = self._source.path == "every"
        self._excuses, self._any = _by_step(compiled, when)
        excuses = {name for step in self._excuses for excuse in step for name in excuse.metavariables}
        self._needed = [
            metavariables(*(step.term for step in self._steps[after:])) | excuses
            for after in range(len(self._steps) + 1)
        ]
        self._own = metavariables(*(step.term for step in self._steps))
        self._reads: dict[str, frozenset[str]] = {}
        self.doubted = False

    def run(self, begin: Bindings) -> Iterator[At]:
        """The last step of each path that was found."""
        for n in range(len(self._course.flow.nodes)):
            if self._steps[0].kind == "entry" and n > 0:
                return
            for hit in hits(self._course, self._compiled, self._steps[0], n, begin):
                facts = self._course.knowledge.at(n) if self._keep(begin, hit.bound) else None
                if facts is not None:
                    yield from self._from(self._arrived(At(n, hit.bound, facts), 0, hit))

    def _from(self, first: At) -> Iterator[At]:
        if self._every:
            last = self._on_every(first, 1)
            if last is not None:
                yield last
            return
        reached = [first]
        for step in range(1, len(self._steps)):
            reached = self._reach(reached, step)[0]
        for last in reached:
            if self._holds(last):
                yield last
            else:
                self.doubted = True

    def _holds(self, last: At) -> bool:
        """True if a path does not contradict itself, with all that its own conditions say."""
        chain = last.chain()
        facts = chain[0].facts
        for before, at in pairwise(chain):
            if at.node == before.node and at.step >= 0:
                continue
            gone = self._course.knowledge.along(before.node, Edge(at.node, at.label), facts)
            if gone is None:
                return False
            facts = gone[0]
        return True

    def _on_every(self, first: At, step: int) -> At | None:
        """A last step, if from here on every path the steps follow with the same bindings."""
        if step == len(self._steps):
            return first
        reached, escaped = self._reach([first], step)
        if escaped or not reached or len({_key(at.bound) for at in reached}) > 1:
            return None
        ends = [self._on_every(at, step + 1) for at in reached]
        return next(iter(ends)) if None not in ends else None

    def _arrived(self, at: At, step: int, hit: Hit) -> At:
        """The same place as a step that was found."""
        held: Held = ((), None)
        code = self._course.codes[at.node].term
        for part in code.walk() if code is not None else ():
            chain = _chain(part)
            if hit.term.key in {one.key for one in chain}:
                held = (tuple(one.kids[0] for one in chain[:-1]), chain[-1])
                break
        return replace(at, bound=hit.bound, step=step, term=hit.term, held=held, stale=frozenset())

    def _reach(self, starts: list[At], step: int) -> tuple[list[At], bool]:
        """The places where the next step is found, and whether a path leaves the function without it."""
        seen: dict[tuple[object, ...], list[Facts]] = {}
        todo, found, escaped = deque(starts), list[At](), False
        while todo:
            here = todo.popleft()
            if here.step >= 0 and self._overwritten(here, step):
                escaped = True
                continue
            branch = self._steps[here.step].branch if here.step >= 0 else ""
            for edge in self._course.flow.nodes[here.node].edges:
                there = self._along(here, edge) if branch in ("", edge.label) else None
                there = _news(seen, there) if there is not None else None
                if there is None:
                    continue
                self._left -= 1
                if self._left < 0:
                    raise _Spent
                fits = hits(self._course, self._compiled, self._steps[step], there.node, there.bound)
                mine = [hit for hit in fits if self._keep(there.bound, hit.bound)]
                found += [self._arrived(there, step, hit) for hit in mine if not self._ends_assumed(there, hit)]
                if mine and not self._any[step]:
                    continue
                passed = self._passed(there, step)
                if passed is not None:
                    todo.append(passed)
                elif not mine:
                    escaped |= not self._again(there, step)
        return found, escaped

    def _along(self, here: At, edge: Edge) -> At | None:
        """The place after an edge; None if no path takes it."""
        knowledge = self._course.knowledge
        known = knowledge.sure(here.facts) if self._every else here.facts
        gone = knowledge.along(here.node, edge, known)
        if gone is None:
            return None
        facts, said = gone
        if said and self._when.assumed and self._is_assumed_away(here, said):
            return None
        return At(edge.to, here.bound, facts, -1, None, here, edge.label, here.stale, here.held)

    def _is_assumed_away(self, here: At, said: tuple[Literal, ...]) -> bool:
        said += tuple(self._course.knowledge.literals(here.facts))
        return self._is_assumed(here, said, here.bound)

    def _is_assumed(self, at: At, said: tuple[Literal, ...], bound: Bindings) -> bool:
        """True if one of the assumptions follows, with the variables that hold the step's value as good as that.

        Of what a later step binds nothing is assumed yet.
        """
        unasked = at.stale | self._own - {name[1:] for name in bound}
        held = [(place.key, at.held[1]) for place in at.held[0]] if at.held[1] is not None else []
        put = [(_put(term, held), truth) for term, truth in said] if held else []
        same = {name: _put(term, held) for name, term in bound.items()}
        return any(
            holds(filled(assumed, one), (*said, *put))
            for assumed in self._when.assumed
            if not names(assumed) & unasked
            for one in (bound, same)
        )

    def _ends_assumed(self, at: At, hit: Hit) -> bool:
        """True if what a step binds anew is known there to be what the rule assumes that it is not."""
        new = {name[1:] for name in hit.bound.keys() - at.bound.keys()}
        if not any(names(assumed) & new for assumed in self._when.assumed):
            return False
        return self._is_assumed(at, tuple(self._course.knowledge.literals(at.facts)), hit.bound)

    def _again(self, at: At, step: int) -> bool:
        """True where the step before is found again, with the same bindings."""
        before = self._steps[step - 1]
        return before.written and next(hits(self._course, self._compiled, before, at.node, at.bound), None) is not None

    def _passed(self, at: At, step: int) -> At | None:
        """The same place as one between two steps; None if the path ends there."""
        kind = self._course.flow.nodes[at.node].kind
        if kind in ("leave", "exit"):
            return None
        if not self._steps[step].gap:
            return at if kind in _SILENT else None
        if not self._any[step] and self._again(at, step):
            return None
        if any(excused(self._course, excuse, at.node, at.bound) for excuse in self._excuses[step]):
            return None
        changed = self._course.changed[at.node]
        if not changed:
            return at
        stale = at.stale | self._changed_names(at.bound, changed)
        if stale & self._needed[step] and not self._source.reassigned:
            return None
        places = tuple(place for place in at.held[0] if place.key not in changed)
        return replace(at, stale=stale, held=(places, at.held[1]))

    def _overwritten(self, at: At, step: int) -> bool:
        """True where the statement of a step itself goes on to change what it was found with, as `p = f(p)`."""
        changed = self._course.changed[at.node]
        if not changed or at.term is None or self._source.reassigned:
            return False
        own = {place.key for place in changes(at.term)}
        return bool(self._changed_names(at.bound, changed - own) & self._needed[step])

    def _changed_names(self, bound: Bindings, changed: frozenset[str]) -> frozenset[str]:
        return frozenset(name[1:] for name, term in bound.items() if self._reads_of(term) & changed)

    def _reads_of(self, term: Term) -> frozenset[str]:
        if term.key not in self._reads:
            self._reads[term.key] = reads(term)
        return self._reads[term.key]


def _by_step(compiled: Compiled, when: When) -> tuple[list[tuple[Compiled, ...]], list[bool]]:
    """For each step, the excuses of the gap before it, and whether the steps may occur in that gap."""
    excuses, often, gap = [when.excuses] * len(compiled.path), [False] * len(compiled.path), -1
    for at, step in enumerate(compiled.path):
        gap += step.gap
        if step.gap and compiled.between:
            excuses[at] += compiled.between[gap]
        given = compiled.source.any
        often[at] = given[gap] if isinstance(given, tuple) and gap >= 0 else given is True
    return excuses, often


def _key(bound: Bindings) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, term.key) for name, term in bound.items()))


def _news(seen: dict[tuple[object, ...], list[Facts]], at: At) -> At | None:
    """A place that was not looked at with the same bindings and no more known than now; None for any other.

    Where too many ways come together, only what all of them know is kept, and in the end nothing.  A path that is found
    with so little may contradict itself, and is looked at again when it is whole.
    """
    known = seen.setdefault((at.node, _key(at.bound), at.stale, len(at.held[0])), [])
    if any(yes & ~at.facts[0] == 0 and no & ~at.facts[1] == 0 for yes, no in known):
        return None
    known.append(at.facts)
    if len(known) <= _MAX_FACTS:
        return at
    shared = (reduce(and_, (yes for yes, _ in known)), reduce(and_, (no for _, no in known)))
    known[-1] = shared if len(known) <= _MAX_FACTS + _MAX_SHARED else NOTHING
    return replace(at, facts=known[-1])


def _chain(part: Term) -> list[Term]:
    """`a = b = value`, `b = value` and `value`."""
    chain = [part]
    while chain[-1].kind == "assign" and chain[-1].value == "=":
        chain.append(chain[-1].kids[1])
    return chain


def _put(term: Term, values: list[tuple[str, Term]]) -> Term:
    """The term with values in the places of variables, which are given by their keys."""
    for key, value in values:
        if term.key == key:
            return value
    kids = tuple(_put(kid, values) for kid in term.kids)
    return Term(term.kind, term.value, kids) if kids != term.kids else term
