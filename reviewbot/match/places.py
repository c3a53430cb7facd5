# SPDX-License-Identifier: GPL-2.0-or-later
"""Where do patterns match, and which of these places may a rule report for the sake of what other patterns find?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewbot.match.compiled import Compiled, compile_assumption, compile_excuse, compile_pattern
from reviewbot.match.engine import Found, Terms, find
from reviewbot.match.hits import When
from reviewbot.match.meta import allows
from reviewbot.match.normal import normal
from reviewbot.match.paths import find_paths
from reviewbot.match.site import FileSite, TreeView
from reviewbot.match.unify import Bindings, Checked, unify
from reviewbot.model import Span
from reviewbot.rule import Assume, Rule, Spots
from reviewbot.syntax.term import Term

_Place = tuple[int, tuple[int, ...]]
"""Where a report starts, and where its marks stand."""


def begin_of(rule: Rule | Spots, terms: Terms, bound: Bindings | None = None) -> Bindings:
    """The bindings with which the search for a rule's patterns begins."""
    if not rule.metavariables:
        return bound or {}
    return Checked(bound or {}, allows(rule.metavariables, terms.types_at, terms.unit.text))


def when_of(rule: Rule | Spots) -> When:
    """The compiled excuses and assumptions of a rule; raises PatternError."""
    texts = [excuse for excuse in rule.unless if isinstance(excuse, str)]
    assumed = [excuse.text for excuse in rule.unless if isinstance(excuse, Assume)]
    return When(tuple(map(compile_excuse, texts)), tuple(map(compile_assumption, assumed)))


def find_places(
    terms: Terms, compiled: Compiled, placed: Placed, spans: tuple[Span, ...] | None, begin: Bindings
) -> Iterator[Found]:
    """Where a pattern matches and is not excused; a path is excused between its steps, all else within."""
    when = placed.when
    if compiled.path:
        yield from find_paths(terms, compiled, when, spans, begin, placed.may_stand)
        return
    for match, bound, covered in find(terms, compiled, spans, begin):
        if not any(_excused(excuse, covered, bound) for excuse in when.excuses):
            yield match, bound, covered


def _excused(excuse: Compiled, covered: Iterable[Term], bound: Bindings) -> bool:
    step = excuse.steps[0]
    wanted = step.kids[0] if step.kind == "expr" else step
    return any(
        next(unify(wanted, normal(part, excuse.on), bound), None) is not None
        for term in covered
        for part in term.walk()
    )


class Placed:
    """Where a rule may report for the sake of the places that other patterns report; they are found when asked."""

    def __init__(self, rule: Rule | Spots, terms: Terms, view: TreeView) -> None:
        self._rule, self._terms, self._view, self.when = rule, terms, view, when_of(rule)
        self._found: dict[tuple[object, ...], frozenset[_Place]] = {}
        self._inner: dict[int, Placed] = {}

    @property
    def hopeless(self) -> bool:
        """True where one of the places that a report has to be at is not in this file, whatever is bound."""
        text = self._terms.unit.source.text
        for spots in self._rule.only_at:
            compiled = [compile_pattern(pattern) for pattern in spots.patterns]
            if not any(all(word in text for word in (one.anchor, *one.words)) for one in compiled):
                return True
            if not spots.same and all(one.words for one in compiled) and not self._of(spots, {}):
                return True
        return False

    def may_stand(self, before: Bindings, bound: Bindings) -> bool:
        """False for a step of a path that binds a mark at a place where no report may be."""
        return not any(self._is_one(spots, -1, bound) is wanted for spots, wanted in self._asked(before, bound))

    def _asked(self, before: Bindings, bound: Bindings) -> Iterator[tuple[Spots, bool]]:
        """The places that are decided by what a step binds, and whether to be one of them is wrong."""
        for group, wrong in ((self._rule.only_at, False), (self._rule.not_at, True)):
            for spots in group:
                needed = ["$" + name for name in (spots.mark, *spots.same) if name]
                if spots.mark and all(name in bound for name in needed) and any(name not in before for name in needed):
                    yield spots, wrong

    def allows(self, start: int, bound: Bindings) -> bool:
        """True for a place that is one of only_at, each of them, and of not_at none."""
        if any(self._is_one(spots, start, bound) for spots in self._rule.not_at):
            return False
        return all(self._is_one(spots, start, bound) for spots in self._rule.only_at)

    def _is_one(self, spots: Spots, start: int, bound: Bindings) -> bool:
        marks = _marks(spots)
        names = [name for name in spots.same if name not in marks]
        if any("$" + name not in bound for name in spots.same):
            return False
        found = self._of(spots, {"$" + name: bound["$" + name] for name in names})
        others = tuple(bound["$" + name].start for name in spots.same if name in marks)
        if spots.mark is None:
            return any(others == at[1] for at in found)
        term = bound.get("$" + spots.mark) if spots.mark else None
        if spots.mark and term is None:
            return False
        return (start if term is None else term.start, others) in found

    def _of(self, spots: Spots, given: Bindings) -> frozenset[_Place]:
        key = (id(spots), *sorted((name, term.key) for name, term in given.items()))
        if key not in self._found:
            self._found[key] = frozenset(self._search(spots, given))
        return self._found[key]

    def _search(self, spots: Spots, given: Bindings) -> Iterator[_Place]:
        inner = self._inner.setdefault(id(spots), Placed(spots, self._terms, self._view))
        begin, marks = begin_of(spots, self._terms, given), _marks(spots)
        if inner.hopeless:
            return
        for number, pattern in enumerate(spots.patterns):
            for match, bound, _ in find_places(self._terms, compile_pattern(pattern), inner, None, begin):
                site = FileSite(replace(match, alternative=number), bound, self._terms, self._view)
                if inner.allows(match.span.start, bound) and (spots.where is None or spots.where(site)):
                    others = tuple(bound["$" + name].start for name in spots.same if name in marks)
                    yield match.span.start, others


def _marks(spots: Spots) -> frozenset[str]:
    compiled = [compile_pattern(pattern) for pattern in spots.patterns]
    return frozenset.intersection(*(one.marks for one in compiled)) if compiled else frozenset()
