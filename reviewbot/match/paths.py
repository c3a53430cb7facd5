# SPDX-License-Identifier: GPL-2.0-or-later
"""On which paths through a function do the steps of a pattern follow each other?

The search goes breadth first, so that the shortest path is told.  It keeps what the conditions on the way have said and
takes no branch that contradicts it; a place is not looked at again with the same bindings unless less is known there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from reviewbot.match.assumed import Assumptions, said_of
from reviewbot.match.compiled import Compiled, metavariables
from reviewbot.match.conditions import Literal
from reviewbot.match.course import Course
from reviewbot.match.effects import changes, reads
from reviewbot.match.engine import Found, Terms, match_at, occurrences, place_of_mark, starts
from reviewbot.match.hits import Hit, When, excused, hits, words_of
from reviewbot.match.known import Facts
from reviewbot.match.told import told
from reviewbot.match.unify import Bindings
from reviewbot.match.way import At, Held, key_of, news, put, values_of
from reviewbot.model import Span
from reviewbot.syntax.flow import Edge
from reviewbot.syntax.parse import Function
from reviewbot.syntax.term import Term

_MAX_STATES = 40_000
"""Places that are looked at for one pattern in one function before it is given up (and said to be)."""
_SILENT = frozenset({"label", "goto", "break", "continue", "join", "case", "entry", "preproc"})
"""Nodes that may stand between two steps that follow each other directly."""


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
            for begin in starts(terms, compiled, function, {} if start is None else start):
                for last in search.run(begin):
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
            terms.at = function.span.start
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
        self._assumed = Assumptions(when.assumed)
        self._every = self._source.path == "every"
        self._excuses, self._instead, self._any = _by_step(compiled, when)
        said = (*self._excuses, *self._instead)
        excuses = {name for step in said for excuse in step for name in excuse.metavariables}
        self._needed = [
            metavariables(*(step.term for step in self._steps[after:])) | excuses
            for after in range(len(self._steps) + 1)
        ]
        self._own = metavariables(*(step.term for step in self._steps))
        self._reads: dict[str, frozenset[str]] = {}
        self._words: dict[tuple[object, ...], tuple[tuple[Compiled, tuple[bytes, ...]], ...]] = {}
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
            if at.leave:
                facts = at.facts
                continue
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
        if escaped or not reached or len({key_of(at.bound) for at in reached}) > 1:
            return None
        ends = [self._on_every(at, step + 1) for at in reached]
        return next(iter(ends)) if None not in ends else None

    def _arrived(self, at: At, step: int, hit: Hit) -> At:
        """The same place as a step that was found."""
        held: Held = ((), None)
        code = self._course.codes[at.node].term
        for part in code.walk() if code is not None else ():
            chain = values_of(part)
            if hit.term.key in {one.key for one in chain}:
                held = (tuple(one.kids[0] for one in chain[:-1]), chain[-1])
                break
        head = at.node if any(later.inside == step for later in self._steps[step + 1 :]) else at.head
        return replace(at, bound=hit.bound, step=step, term=hit.term, held=held, stale=frozenset(), head=head)

    def _reach(self, starts: list[At], step: int) -> tuple[list[At], bool]:
        """The places where the next step is found, and whether a path leaves the function without it."""
        seen: dict[tuple[object, ...], list[Facts]] = {}
        after = self._steps[step].after
        todo = deque(starts if after < 0 else (_past(at, after) for at in starts))
        found, escaped = list[At](), False
        while todo:
            here = todo.popleft()
            if here.step >= 0 and self._overwritten(here, step):
                escaped = True
                continue
            for edge in self._course.flow.nodes[here.node].edges:
                there = self._next(here, edge, step)
                there = news(seen, there) if there is not None else None
                if there is None:
                    continue
                self._left -= 1
                if self._left < 0:
                    raise _Spent
                mine, ends = self._hits(there, step)
                found += ends
                if mine and not self._any[step]:
                    continue
                passed = self._passed(there, step)
                if passed is not None:
                    todo.append(passed)
                elif not mine:
                    escaped |= not self._again(there, step)
        return found, escaped

    def _hits(self, at: At, step: int) -> tuple[bool, list[At]]:
        """Whether a step fits a place, and the place as that step."""
        if self._stands(self._instead[step], at):
            return True, []
        found = hits(self._course, self._compiled, self._steps[step], at.node, at.bound)
        mine = [hit for hit in found if self._keep(at.bound, hit.bound)]
        ends = [self._arrived(at, step, hit) for hit in mine if not self._ends_assumed(at, hit)]
        if self._is_test_of_next(step):
            ends = [end for end in ends if self._reach([end], step + 1)[0]]
            return bool(ends), ends
        return bool(mine), ends

    def _next(self, here: At, edge: Edge, step: int) -> At | None:
        """The place after an edge, if the steps before and to come allow to go there."""
        branch = self._steps[here.step].branch if here.step >= 0 else here.leave
        there = self._along(here, edge) if branch in ("", edge.label) else None
        return there if there is not None and self._is_inside(here, there, step) else None

    def _is_test_of_next(self, step: int) -> bool:
        """True for `if (c) a();`: where a() does not follow, the test is another one, and ends no gap."""
        after = self._steps[step + 1 : step + 2]
        return bool(self._steps[step].branch and after and not after[0].gap and after[0].inside == step)

    def _is_inside(self, here: At, there: At, step: int) -> bool:
        """True for a place in the block of the test that the step stands in, or where a block that leaves jumps to."""
        block = self._steps[step].inside
        if block < 0 or (there.label == "goto" and self._steps[block].leaves):
            return True
        head: At | None = here
        while head is not None and head.step != block:
            head = head.before
        first, last = self._course.block(head.node) if head is not None else (0, 0)
        inside = first <= self._course.flow.nodes[there.node].start < last
        before = self._course.flow.nodes[here.node].start
        return inside or not (here is head or first <= before < last)

    def _along(self, here: At, edge: Edge) -> At | None:
        """The place after an edge; None if no path takes it."""
        knowledge = self._course.knowledge
        known = knowledge.sure(here.facts) if self._every else here.facts
        gone = knowledge.along(here.node, edge, known)
        if gone is None:
            return None
        facts, said = gone
        if said and self._assumed and self._is_assumed_away(here, said):
            return None
        return At(edge.to, here.bound, facts, -1, None, here, edge.label, here.stale, here.held, head=here.head)

    def _is_assumed_away(self, here: At, said: tuple[Literal, ...]) -> bool:
        said += tuple(self._course.knowledge.literals(here.facts))
        return self._is_assumed(here, said, here.bound)

    def _is_assumed(self, at: At, said: tuple[Literal, ...], bound: Bindings) -> bool:
        """True if one of the assumptions follows, with the variables that hold the step's value as good as that.

        Of what a later step binds nothing is assumed yet.
        """
        unasked = at.stale | self._own - {name[1:] for name in bound}
        held = [(place.key, at.held[1]) for place in at.held[0]] if at.held[1] is not None else []
        same_said = [(put(term, held), truth) for term, truth in said] if held else []
        same = {name: put(term, held) for name, term in bound.items()}
        known = said_of((*said, *same_said))
        both = (bound, same) if held else (bound,)
        return any(self._assumed.follow(known, one, frozenset(unasked)) for one in both)

    def _ends_assumed(self, at: At, hit: Hit) -> bool:
        """True if what a step binds anew is known there to be what the rule assumes that it is not."""
        new = {name[1:] for name in hit.bound.keys() - at.bound.keys()}
        if not self._assumed.speak_of(frozenset(new)):
            return False
        return self._is_assumed(at, tuple(self._course.knowledge.literals(at.facts)), hit.bound)

    def _again(self, at: At, step: int) -> bool:
        """True where the step before is found again, with the same bindings; a block may hold its own test again."""
        before = self._steps[step - 1]
        if self._steps[step].inside == step - 1:
            return False
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
        if self._stands(self._excuses[step], at):
            return None
        changed = self._course.changed[at.node]
        if not changed:
            return at
        stale = at.stale | self._changed_names(at.bound, changed)
        if stale & self._needed[step] and not self._source.reassigned:
            return None
        places = tuple(place for place in at.held[0] if place.key not in changed)
        if stale == at.stale and places == at.held[0]:
            return at
        return replace(at, stale=stale, held=(places, at.held[1]))

    def _stands(self, excuses: tuple[Compiled, ...], at: At) -> bool:
        """True if one of these stands at a place."""
        key = id(excuses), key_of(at.bound)
        if key not in self._words:
            self._words[key] = tuple((excuse, words_of(excuse, at.bound)) for excuse in excuses)
        return any(excused(self._course, excuse, at.node, at.bound, words) for excuse, words in self._words[key])

    def _overwritten(self, at: At, step: int) -> bool:
        """True where the statement of a step itself goes on to change what it was found with, as `p = f(p)`."""
        changed = self._course.changed[at.node]
        if not changed or at.term is None or self._source.reassigned or self._steps[at.step].kind == "each":
            return False
        own = {place.key for place in changes(at.term)}
        return bool(self._changed_names(at.bound, changed - own) & self._needed[step])

    def _changed_names(self, bound: Bindings, changed: frozenset[str]) -> frozenset[str]:
        return frozenset(name[1:] for name, term in bound.items() if self._reads_of(term) & changed)

    def _reads_of(self, term: Term) -> frozenset[str]:
        if term.key not in self._reads:
            self._reads[term.key] = reads(term)
        return self._reads[term.key]


def _past(at: At, test: int) -> At:
    """The place of a test whose block leaves, with what was bound in there, to go on where it does not hold."""
    head = at
    while head.step != test and head.before is not None:
        head = head.before
    return replace(at, node=head.node, facts=head.facts, step=-1, before=at, label="", leave="false")


def _by_step(
    compiled: Compiled, when: When
) -> tuple[list[tuple[Compiled, ...]], list[tuple[Compiled, ...]], list[bool]]:
    """For each step, of the gap before it: the excuses, what ends it, and whether the steps may occur in it."""
    excuses, often, gap = [when.excuses] * len(compiled.path), [False] * len(compiled.path), -1
    instead: list[tuple[Compiled, ...]] = [()] * len(compiled.path)
    for at, step in enumerate(compiled.path):
        gap += step.gap
        if step.gap and compiled.between:
            excuses[at] += compiled.between[gap]
        if step.gap and compiled.instead:
            instead[at] = compiled.instead[gap]
        given = compiled.source.any
        often[at] = given[gap] if isinstance(given, tuple) and gap >= 0 else given is True
    return excuses, instead, often
