# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a condition say when it came out true, or false?  Conditions become functions of truths that are looked at
one by one; what is known of some of them decides or narrows the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewbot.match.boolean import Formula, formula
from reviewbot.match.values import constant
from reviewbot.syntax.term import Term

Known = Callable[[Term], bool | None]
"""What is known of the truth of a term."""
Literal = tuple[Term, bool]

_SAME_TRUTH = frozenset({"WARN_ON", "WARN_ON_ONCE", "WARN", "WARN_ONCE", "PTR_ERR_OR_ZERO"})
_ZERO, _ONE = Term("num", "0"), Term("num", "1")


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition over truths: `op` is "atom", "not", "and", "or", "true" or "false".

    `term` is what an atom asks the truth of; for "and" and "or" it is the whole, so that the same code tested twice is
    seen to be the same although its parts are unknown.
    """

    op: str
    parts: tuple[Truth, ...] = ()
    term: Term = _ZERO


def truth_of(term: Term) -> Truth:
    """The condition of a normal term that is asked for its truth."""
    return _from(formula(simplified(term), lambda _term: None))


def equals(value: Term, other: Term) -> Truth:
    """`value == other`, as a case label says it."""
    return truth_of(Term("binary", "==", (value, other)))


def _from(of: Formula) -> Truth:
    parts = tuple(_from(part) for part in of.parts)
    if of.atom is not None:
        return Truth("atom", (), of.atom.base)
    # in whatever order and grouping the parts stand, the whole is the same
    whole = Term("binary", of.op, tuple(sorted((part.term for part in parts), key=lambda term: term.key)))
    return Truth(of.op, parts, whole if of.op in ("and", "or") else of.term or _ZERO)


def simplified(term: Term) -> Term:
    """A condition with the kernel's own ways to say the same taken out: WARN_ON(x) is x, `a <= b` is !(b < a)."""
    if term.kind == "call":
        return _call(term)
    if term.kind == "assign" and term.value == "=":
        return simplified(term.kids[0])
    if term.kind == "unary" and term.value == "!":
        return term.rebuilt("unary", "!", (simplified(term.kids[0]),))
    if term.kind == "binary" and len(term.kids) == 2:
        return _binary(term)
    value = constant(term)
    return term if value is None or value.truth is None else _ONE if value.truth else _ZERO


def _call(term: Term) -> Term:
    name, arguments = term.kids[0].value, term.kids[1:]
    if len(arguments) == 1 and name == "IS_ERR_OR_NULL":
        error = term.rebuilt("call", "", (Term("id", "IS_ERR"), *arguments))
        return term.rebuilt("binary", "||", (error, term.rebuilt("unary", "!", arguments)))
    if arguments and name == "PTR_ERR_OR_ZERO":
        return term.rebuilt("call", "", (Term("id", "IS_ERR"), *arguments))
    return simplified(arguments[0]) if arguments and name in _SAME_TRUTH else term


def _binary(term: Term) -> Term:
    left, right = term.kids
    if term.value in ("&&", "||"):
        return term.rebuilt("binary", term.value, (simplified(left), simplified(right)))
    left, right = _assigned(left), _assigned(right)
    if term.value == "!=":
        return term.rebuilt("unary", "!", (_equal(term, left, right),))
    if term.value == "==":
        return _equal(term, left, right)
    if term.value == "<=":
        return term.rebuilt("unary", "!", (term.rebuilt("binary", "<", (right, left)),))
    return term.rebuilt("binary", term.value, (left, right))


def _equal(term: Term, left: Term, right: Term) -> Term:
    """`==` with its operands in a fixed order, and without it where the other side is a truth value."""
    for one, other in ((left, right), (right, left)):
        value = constant(other)
        if value is not None and value.number == 0:
            return term.rebuilt("unary", "!", (simplified(one),))
        if other.kind == "id" and other.value == "true":
            return simplified(one)
    return term.rebuilt("binary", "==", (left, right) if left.key <= right.key else (right, left))


def _assigned(term: Term) -> Term:
    return term.kids[0] if term.kind == "assign" and term.value == "=" else term


def evaluate(truth: Truth, known: Known) -> bool | None:
    """Whether a condition is true, as far as what is known says."""
    if truth.op in ("true", "false"):
        return truth.op == "true"
    if truth.op == "atom":
        return known(truth.term)
    values = [evaluate(part, known) for part in truth.parts]
    if truth.op == "not":
        return None if values[0] is None else not values[0]
    short = truth.op == "or"
    if short in values:
        return short
    return not short if None not in values else known(truth.term)


def learned(truth: Truth, outcome: bool, known: Known) -> Iterator[Literal]:  # noqa: FBT001  # a truth value by nature
    """The truths that follow from a condition's outcome."""
    if truth.op == "atom":
        yield truth.term, outcome
    elif truth.op == "not":
        yield from learned(truth.parts[0], not outcome, known)
    elif truth.op in ("and", "or"):
        yield truth.term, outcome
        # all parts are known where && came out true and || false; else the last open one, where the others say no
        all_alike = outcome == (truth.op == "and")
        opened = [part for part in truth.parts if all_alike or evaluate(part, known) is not (not outcome)]
        if all_alike or len(opened) == 1:
            for part in opened:
                yield from learned(part, outcome, known)


def atoms(truth: Truth) -> Iterator[Term]:
    """All terms that a condition asks the truth of, parts and wholes."""
    stack = [truth]
    while stack:
        at = stack.pop()
        if at.op in ("atom", "and", "or"):
            yield at.term
        stack.extend(at.parts)
