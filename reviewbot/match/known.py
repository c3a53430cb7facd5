# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known at a place of a function, by the way that led there?  Truths of its conditions, as bits of two numbers.

A truth is forgotten when something in it changes; one that reads memory also where a loop that asks for it starts over,
since it may be what the loop waits for.  What no condition ahead asks for is dropped, so that ways come together again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from reviewbot.match.conditions import Literal, Truth, atoms, equals, evaluate, learned
from reviewbot.match.effects import reads
from reviewbot.match.values import Form, Value, constant, decided, form, implied
from reviewbot.syntax.flow import ENTRY, Edge, Flow
from reviewbot.syntax.term import Term

Facts = tuple[int, int]
"""The truths known to hold and those known not to, a bit for each."""
NOTHING: Facts = (0, 0)

_PREDICATE = re.compile(r"(?:^|_)(?:is|has|can|supports?|enabled|test_bit|IS|HAS|ENABLED|BUILTIN|ERR)(?:_|$)")
_PURE = frozenset(
    ("id", "num", "str", "call", "dot", "arrow", "index", "unary", "binary", "cast", "type", "sizeof", "#if")
)
_CASE = re.compile(r"^case (-?)([A-Za-z_]\w*|0[xX][0-9a-fA-F]+|\d+)$")


@dataclass(frozen=True, slots=True)
class NodeCode:
    """What a node of the flow is made of: its normal term, the places that it changes, what it is asked for."""

    term: Term | None
    changed: tuple[Term, ...] = ()
    truth: Truth | None = None


@dataclass(slots=True)
class _Tables:
    """Which truths there are, by the key of their term, and by what they depend on."""

    index: dict[str, int] = field(default_factory=dict)
    terms: list[Term] = field(default_factory=list)
    by_place: dict[str, int] = field(default_factory=dict)
    by_member: dict[str, int] = field(default_factory=dict)
    by_base: dict[str, dict[int, Form]] = field(default_factory=dict)
    pointed: int = 0
    memory: int = 0


class Knowledge:
    """The truths of one function, and what each node and edge of its flow says of them."""

    def __init__(self, flow: Flow, codes: Sequence[NodeCode], local: frozenset[str]) -> None:
        self._flow, self._codes = flow, codes
        self._cases = {n: _cases(flow, n, code) for n, code in enumerate(codes) if flow.nodes[n].kind == "switch"}
        self._tables = _Tables()
        taken = {t.value for c in codes if c.term is not None for t in _addressed(c.term)}
        for truth in self._truths():
            for term in atoms(truth):
                self._track(term, local - taken)
        self._closure = self._implications()
        self._kills = [self._kill(code.changed) for code in codes]
        self._gains = [self._gain(code.term) for code in codes]
        self._copies = [tuple(self._copied(code.term)) for code in codes]
        self._used = [self._uses(n) for n in range(len(codes))]
        self._live = self._liveness()
        self._loops: dict[tuple[int, int], int] = {}
        self._at: list[Facts | None] | None = None

    # what there is to know

    def _truths(self) -> Iterator[Truth]:
        yield from (code.truth for code in self._codes if code.truth is not None)
        for cases in self._cases.values():
            yield from cases.values()

    def _track(self, term: Term, local: frozenset[str]) -> None:
        tables = self._tables
        if term.key in tables.index or not _pure(term):
            return
        bit = 1 << len(tables.terms)
        tables.index[term.key] = len(tables.terms)
        tables.terms.append(term)
        about = form(term)
        tables.by_base.setdefault(about.base, {})[tables.index[term.key]] = about
        for key in reads(term):
            tables.by_place[key] = tables.by_place.get(key, 0) | bit
        for part in term.walk():
            if part.kind in ("arrow", "dot"):
                tables.by_member[part.value] = tables.by_member.get(part.value, 0) | bit
            if part.kind == "index" or (part.kind, part.value) == ("unary", "*"):
                tables.pointed |= bit
        if any(_is_memory(part, local) for part in term.walk()):
            tables.memory |= bit

    def _implications(self) -> dict[tuple[int, bool], Facts]:
        out: dict[tuple[int, bool], Facts] = {}
        for forms in self._tables.by_base.values():
            for a, truth, b, follows in implied(forms):
                yes, no = out.get((a, truth), NOTHING)
                out[a, truth] = (yes | 1 << b, no) if follows else (yes, no | 1 << b)
        return out

    def _kill(self, changed: tuple[Term, ...]) -> int:
        tables, out = self._tables, 0
        for place in changed:
            out |= tables.by_place.get(place.key, 0)
            if place.kind in ("arrow", "dot"):
                out |= tables.by_member.get(place.value, 0)
            elif place.kind != "id":
                out |= tables.pointed
        return out

    def _gain(self, term: Term | None) -> Facts:
        """What assignments make known: truths about a constant, and that the place is equal to what it is set to."""
        yes = no = 0
        for place, source in _assigned(term):
            for same in atoms(equals(place, source)):
                at = self._tables.index.get(same.key)
                yes |= 1 << at if at is not None and same.kind == "binary" and _pure(source) else 0
            value = constant(source) or (Value(sign=1) if source.kind == "str" or _is_address(source) else None)
            for at, about in self._tables.by_base.get(place.key, {}).items():
                holds = decided(about, value) if value is not None else None
                yes |= (holds is True) << at
                no |= (holds is False) << at
        return yes, no

    def _copied(self, term: Term | None) -> Iterator[tuple[int, int]]:
        """The truths about a value and the same about the place that it is copied to: in `a = b`, of b and of a."""
        for place, source in _assigned(term):
            about = self._tables.by_base.get(source.key, {})
            for at, one in self._tables.by_base.get(place.key, {}).items():
                yield from ((other, at) for other, known in about.items() if replace(known, base=place.key) == one)

    def _liveness(self) -> list[int]:
        """For each node the truths that some condition ahead may ask for before they change."""
        nodes = self._flow.nodes
        live = list(self._used)
        changed = True
        while changed:
            changed = False
            for n in range(len(nodes) - 1, -1, -1):
                ahead = self._used[n]
                for edge in nodes[n].edges:
                    ahead |= live[edge.to]
                # a node that changes a truth and then asks for it does not need what was known before
                now = ahead & ~self._kills[n]
                for source, place in self._copies[n]:
                    now |= (ahead >> place & 1) << source
                if now != live[n]:
                    live[n], changed = now, True
        return live

    def _asked_within(self, first: int, last: int) -> int:
        """The truths that a loop, from one node to another in the order of the text, asks for."""
        if (first, last) not in self._loops:
            out = 0
            for used in self._used[first : last + 1]:
                out |= used
            self._loops[first, last] = out
        return self._loops[first, last]

    def _uses(self, n: int) -> int:
        code, out = self._codes[n], 0
        asked = [code.truth] if code.truth is not None else list(self._cases.get(n, {}).values())
        for term in (term for truth in asked for term in atoms(truth)):
            at = self._tables.index.get(term.key)
            if at is not None:
                out |= 1 << at
                for other in self._tables.by_base[form(term).base]:
                    out |= 1 << other
        return out

    # what the ways say

    def along(self, n: int, edge: Edge, facts: Facts) -> tuple[Facts, tuple[Literal, ...]] | None:
        """What is known after a node was left by an edge, and what the edge itself says; None if it cannot be taken."""
        kill, (yes, no) = self._kills[n], self._gains[n]
        for source, place in self._copies[n]:
            yes |= (facts[0] >> source & 1) << place
            no |= (facts[1] >> source & 1) << place
        facts = facts[0] & ~kill | yes, facts[1] & ~kill | no
        said: tuple[Literal, ...] = ()
        outcome = self._outcome(n, edge)
        if outcome is not None:
            known = self._asker(facts)
            if any(evaluate(truth, known) is (not wanted) for truth, wanted in outcome):
                return None
            said = tuple(one for truth, wanted in outcome for one in learned(truth, wanted, known))
            for term, truth in said:
                facts = self._with(facts, term, truth=truth)
            if facts[0] & facts[1]:
                return None
        keep = self._live[edge.to]
        if edge.to <= n:
            keep &= ~(self._tables.memory & self._asked_within(edge.to, n))
        return (facts[0] & keep, facts[1] & keep), said

    def _outcome(self, n: int, edge: Edge) -> list[tuple[Truth, bool]] | None:
        truth = self._codes[n].truth
        if truth is not None and edge.label in ("true", "false"):
            return [(truth, edge.label == "true")]
        cases = self._cases.get(n)
        if not cases:
            return None
        if edge.label == "default":
            return [(case, False) for case in cases.values()]
        return [(cases[edge.label], True)] if edge.label in cases else None

    def _asker(self, facts: Facts) -> _Asker:
        return _Asker(self._tables.index, facts)

    def _with(self, facts: Facts, term: Term, *, truth: bool) -> Facts:
        at = self._tables.index.get(term.key)
        if at is None:
            return facts
        yes, no = self._closure.get((at, truth), NOTHING)
        bit = 1 << at
        return facts[0] | yes | (bit if truth else 0), facts[1] | no | (0 if truth else bit)

    def literals(self, facts: Facts) -> Iterator[Literal]:
        """What is known, as terms."""
        for at, term in enumerate(self._tables.terms):
            if facts[0] >> at & 1 or facts[1] >> at & 1:
                yield term, bool(facts[0] >> at & 1)

    def sure(self, facts: Facts) -> Facts:
        """What is known for certain: without memory, which a called function may have changed."""
        keep = ~self._tables.memory
        return facts[0] & keep, facts[1] & keep

    def at(self, n: int) -> Facts | None:
        """What is known at a node whatever way led there; None if no way does."""
        if self._at is None:
            self._at = self._forward()
        return self._at[n]

    def _forward(self) -> list[Facts | None]:
        states: list[Facts | None] = [None] * len(self._flow.nodes)
        states[ENTRY] = NOTHING
        todo = [ENTRY]
        while todo:
            n = heappop(todo)  # in the order of the text, so that most nodes are looked at once
            here = states[n]
            for edge in self._flow.nodes[n].edges if here is not None else ():
                gone = self.along(n, edge, here or NOTHING)
                if gone is None:
                    continue
                old = states[edge.to]
                new = gone[0] if old is None else (old[0] & gone[0][0], old[1] & gone[0][1])
                if new != old:
                    states[edge.to] = new
                    heappush(todo, edge.to)
        return states


@dataclass(frozen=True, slots=True)
class _Asker:
    """Answers the truth of a term out of facts."""

    index: dict[str, int]
    facts: Facts

    def __call__(self, term: Term) -> bool | None:
        at = self.index.get(term.key)
        if at is None:
            return None
        return True if self.facts[0] >> at & 1 else False if self.facts[1] >> at & 1 else None


def _pure(term: Term) -> bool:
    """True for code that says the same when it is evaluated again, unless something that it reads has changed."""
    return all(
        part.kind in _PURE and (part.kind != "call" or bool(_PREDICATE.search(part.kids[0].value)))
        for part in term.walk()
    )


def _is_memory(part: Term, local: frozenset[str]) -> bool:
    """True for what others can change: members, elements, results of calls but IS_ERR(), names that are not local."""
    if part.kind == "call":
        return part.kids[0].value != "IS_ERR"
    if part.kind == "id":
        return part.value not in local and part.value != "IS_ERR" and constant(part) is None
    return part.kind in ("arrow", "index")


def _addressed(term: Term) -> Iterator[Term]:
    for part in term.walk():
        if part.kind == "unary" and part.value == "&" and part.kids[0].kind == "id":
            yield part.kids[0]


def _assigned(term: Term | None) -> Iterator[tuple[Term, Term]]:
    """The places that a statement sets, and to what."""
    for part in term.kids if term is not None and term.kind in ("expr", "decl") else ():
        places = []
        while part.kind == "assign" and part.value == "=":
            places.append(part.kids[0])
            part = part.kids[1]  # `a = b = 0`
        yield from ((place, part) for place in places)


def _is_address(term: Term) -> bool:
    return term.kind == "unary" and term.value == "&"


def _cases(flow: Flow, n: int, code: NodeCode) -> dict[str, Truth]:
    """What the case labels of a switch say, of those that are plain constants."""
    out = {}
    for edge in flow.nodes[n].edges:
        found = _CASE.match(edge.label)
        if found is not None and code.term is not None:
            name = Term("num" if found.group(2)[0].isdigit() else "id", found.group(2))
            out[edge.label] = equals(code.term, Term("unary", "-", (name,)) if found.group(1) else name)
    return out
