# SPDX-License-Identifier: GPL-2.0-or-later
"""What does an expression mean, whatever helpers, macros and operators it was written with?  Its canonical term.

Calls unfold to the bodies that the tree's headers give, constants to what they are made of, conditions to truth tables
over bits.  Equal keys mean equal values for unsigned words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from reviewbot.helpers import algebra, truth
from reviewbot.helpers.kinds import type_text
from reviewbot.helpers.types import KNOWN
from reviewbot.helpers.values import BOOL, MAX_LEVELS, Values, masking
from reviewbot.syntax.term import Term

_UNSIGNED = re.compile(r"[0-9a-fA-F][uU]$")
_UNSIGNED_LONG = re.compile(r"[0-9a-fA-F](?:[uU][lL]{1,2}|[lL]{1,2}[uU])$")
_SIGN = 31
_INT_MASK, _WORD_MASK = (1 << 32) - 1, (1 << 64) - 1
_CHOSEN = frozenset({"typeof", "__typeof__", "typeof_member"})


@dataclass(slots=True)
class Canon(Values):
    """Makes canonical terms of those that the syntax layer read."""

    _known: dict[int, tuple[Term, Term]] = field(default_factory=dict)

    def value(self, term: Term) -> Term:
        """The canonical value of an uncanonical term."""
        known = self._known.get(id(term))
        if known is None:
            known = self._known[id(term)] = (term, self._value(term))
        return known[1]

    def truth(self, term: Term) -> Term:
        """The canonical truth of an uncanonical term."""
        return self.as_truth(self.value(term))

    def _value(self, term: Term) -> Term:
        make = _MAKERS.get(term.kind)
        if make is not None:
            return make(self, term)
        return Term(term.kind, term.value, tuple(self.value(kid) for kid in term.kids))


def _identifier(canon: Canon, term: Term) -> Term:
    if term.value in ("NULL", "false"):
        return algebra.ZERO
    if term.value == "true":
        return algebra.ONE
    opaque = canon.level >= MAX_LEVELS or term.value in KNOWN
    body = canon.world.constant(term.value) if not opaque else None
    if body is None:
        name = Term("id", term.value)
        return truth.atom(name) if canon.type_of(name) in BOOL else name
    canon.level += 1
    try:
        return canon.value(body)
    finally:
        canon.level -= 1


def _unary(canon: Canon, term: Term) -> Term:
    inner = canon.value(term.kids[0])
    known = algebra.number(inner)
    if term.value == "~" and known is not None and (kind := _literal_type(term.kids[0])):
        # ~7U has 32 bits and ~7UL has 64; ~7 has as many as it needs
        return algebra.constant((_WORD_MASK if kind == "unsigned long" else _INT_MASK) ^ known)
    return _unary_of(canon, term, (inner,))


def _unary_of(canon: Canon, term: Term, kids: tuple[Term, ...]) -> Term:
    (inner,) = kids
    if term.value == "!":
        return truth.negated(canon.as_truth(inner))
    if term.value == "~":
        return algebra.inverted(inner)
    if term.value == "-":
        return algebra.total((inner,), (-1,))
    if term.value == "*":
        return canon.storage(inner)
    if term.value == "&":
        return algebra.address(inner)
    return inner if term.value == "+" else Term("unary", term.value, kids)


def _binary(canon: Canon, term: Term) -> Term:
    if len(term.kids) != 2:
        return Term(term.kind, term.value, tuple(canon.value(kid) for kid in term.kids))
    one, other = (canon.value(kid) for kid in term.kids)
    if not canon.lenient:
        if term.value == "<<" and one.key == "num:1" and algebra.number(other) == _SIGN and term.kids[0].value == "1":
            return Term("binary", "<<", (one, other))  # negative, as an int
        one, other = _joined(canon, term, one, other)
    return _binary_of(canon, term.value, one, other)


def _joined(canon: Canon, term: Term, one: Term, other: Term) -> tuple[Term, Term]:
    """The operands after C's conversions, as far as they change what an operation means."""
    if term.value in ("<<", ">>", "&&", "||"):
        return (_narrow(canon, one, None) if term.value == "<<" else one), other
    left, right = (_literal_type(kid) for kid in term.kids)
    if right and not left:
        one = _unsigned(canon, one, right)
    elif left and not right:
        other = _unsigned(canon, other, left)
    return _narrow(canon, one, other), _narrow(canon, other, one)


def _literal_type(term: Term) -> str:
    """The unsigned type of a literal, "" for what is none."""
    found = _UNSIGNED.search(term.value) or _UNSIGNED_LONG.search(term.value) if term.kind == "num" else None
    return "" if found is None else "unsigned long" if "l" in found.group().lower() else "unsigned int"


def _unsigned(canon: Canon, value: Term, kind: str) -> Term:
    """A value beside an unsigned literal: it becomes unsigned if it is not."""
    known = canon.type_of(value)
    integer = canon.world.integer(known) if known else None
    differs = integer is not None and (not integer[0] or (kind == "unsigned long" and integer[1] <= _SIGN + 1))
    return canon.cast(kind, value) if differs else value


def _narrow(canon: Canon, value: Term, beside: Term | None) -> Term:
    """A sum or product of 32 bits beside something wider keeps its 32 bits."""
    if value.kind not in ("sum", "times", "prod") or beside is None:
        return value
    mine, theirs = (canon.world.integer(kind) if (kind := canon.type_of(term)) else None for term in (value, beside))
    if mine is None or theirs is None or beside.kind == "num":
        return value
    return Term("narrow", str(mine[1]), (value,)) if mine[1] <= _SIGN + 1 < theirs[1] else value


def _binary_of(canon: Canon, operator: str, left: Term, right: Term) -> Term:
    make = _OPERATORS.get(operator)
    return make(canon, left, right) if make else Term("binary", operator, (left, right))


_OPERATORS: dict[str, Callable[[Canon, Term, Term], Term]] = {
    "+": lambda _c, a, b: algebra.total((a, b)),
    "-": lambda _c, a, b: algebra.total((a, b), (1, -1)),
    "*": lambda _c, a, b: algebra.product((a, b)),
    "/": lambda _c, a, b: algebra.quotient(a, b),
    "%": lambda c, a, b: algebra.remainder(a, b, unsigned=c.is_unsigned(a)),
    "<<": lambda _c, a, b: algebra.product((a, algebra.power(b))),
    ">>": lambda c, a, b: c.shifted_down(a, b),
    "&": lambda c, a, b: masking(c, (a, b)),
    "|": lambda _c, a, b: algebra.bits_or((a, b)),
    "^": lambda _c, a, b: algebra.bits_xor((a, b)),
    "==": lambda c, a, b: c.equal(a, b),
    "!=": lambda c, a, b: truth.negated(c.equal(a, b)),
    "<": lambda c, a, b: c.less(a, b),
    ">": lambda c, a, b: c.less(b, a),
    "<=": lambda c, a, b: truth.negated(c.less(b, a)),
    ">=": lambda c, a, b: truth.negated(c.less(a, b)),
    "&&": lambda c, a, b: truth.all_of((c.as_truth(a), c.as_truth(b))),
    "||": lambda c, a, b: truth.any_of((c.as_truth(a), c.as_truth(b))),
}


def _member(canon: Canon, term: Term) -> Term:
    base = canon.value(term.kids[0])
    return algebra.member(algebra.pointed(base) if term.kind == "arrow" else base, term.value)


def _call(canon: Canon, term: Term) -> Term:
    if not term.kids:
        return term
    name, written = term.kids[0], term.kids[1:]
    if name.kind == "id" and name.value in _CHOSEN:
        return term
    if len(written) == 1 and name.kind == "call" and name.kids[0].value in _CHOSEN and len(name.kids) == 2:
        # (typeof(x))(a), which the parser takes for a call
        return canon.cast_like(canon.value(name.kids[1]), canon.value(written[0]))
    if len(written) == 1 and name.kind == "id" and canon.world.is_type(name.value):
        return canon.cast(name.value, canon.value(written[0]))
    function = Term("id", name.value) if name.kind == "id" else canon.value(name)
    return canon.call(function, tuple(canon.value(kid) for kid in written), written)


def _cast(canon: Canon, term: Term) -> Term:
    if len(term.kids) != 2:
        return Term(term.kind, term.value, tuple(canon.value(kid) for kid in term.kids))
    return canon.cast(type_text(term.kids[0]), canon.value(term.kids[1]))


def _choice(canon: Canon, term: Term) -> Term:
    if len(term.kids) != 3:
        return Term("elvis", "", tuple(canon.value(kid) for kid in term.kids))
    condition, yes, no = term.kids
    return truth.choice(canon.truth(condition), canon.value(yes), canon.value(no))


def _generic(canon: Canon, term: Term) -> Term:
    """_Generic(x, T1: a, T2: b), where all the choices are the same code."""
    values = {value.key: value for kid in term.kids[1:] if kid.kind != "type" for value in (canon.value(kid),)}
    return next(iter(values.values())) if len(values) == 1 else Term(term.kind, "", tuple(values.values()))


def _sizeof(canon: Canon, term: Term) -> Term:
    if term.kids and term.kids[0].kind in ("type", "struct_specifier", "opaque"):
        return Term("sizeof", type_text(term.kids[0]))
    if term.kids and (term.kids[0].kind == "num" or (term.kids[0].kind == "unary" and term.kids[0].value != "*")):
        return Term("sizeof", f"{term.kids[0].value} {canon.value(term.kids[0]).key}")
    return Term("sizeof", "", tuple(canon.value(kid) for kid in term.kids))


def _effect(canon: Canon, term: Term) -> Term:
    """What changes something is equal to nothing but itself, where it stands; a statement may be a helper's, too."""
    kids = tuple(canon.value(kid) for kid in term.kids)
    if term.kind == "assign":
        return Term(term.kind, term.value, kids)
    side = "before" if term.start < term.kids[0].start else "after"
    return Term(term.kind, f"{term.value} {side} {term.start}", kids)


_MAKERS: dict[str, Callable[[Canon, Term], Term]] = {
    "update": _effect,
    "assign": _effect,
    "id": _identifier,
    "num": lambda _c, t: algebra.literal(t.value),
    "str": lambda _c, t: Term("str", t.value),
    "unary": _unary,
    "binary": _binary,
    "arrow": _member,
    "dot": _member,
    "index": lambda c, t: algebra.element(c.value(t.kids[0]), c.value(t.kids[1])) if len(t.kids) == 2 else t,
    "call": _call,
    "cast": _cast,
    "cond": _choice,
    "sizeof": _sizeof,
    "generic_expression": _generic,
    "type": lambda _c, t: Term("type", type_text(t)),
}
