# SPDX-License-Identifier: GPL-2.0-or-later
"""When are two spellings the same code?  The named isomorphisms that rewrite a term to its normal shape.

Each isomorphism rewrites pattern and code alike, so that what remains can be compared part by part.  Operators that
commute are not sorted here: match.unify tries their orders, since a metavariable has no place in an order.
"""

from __future__ import annotations

from collections.abc import Callable

from reviewbot.syntax.term import Term

ISOMORPHISMS: dict[str, str] = {
    "null": "`x == NULL` is `!x`, `x != NULL` is `x` where a truth value is asked for",
    "zero": "`x == 0` is `!x`, `x != 0` is `x` where a truth value is asked for",
    "not-not": "`!!x` is `x` where a truth value is asked for",
    "commute": "operands of & | ^ && || + * == != in any order, and chains of them in any grouping",
    "relation": "`a > b` is `b < a`, `a >= b` is `b <= a`",
    "boolean": "conditions of the same truth table, bit tests included (De Morgan is a case of it)",
    "cast": "a cast to the type that the name was declared with says nothing",
    "likely": "`likely(x)`, `unlikely(x)` are `x`",
    "index-zero": "`p[0]` is `*p`",
    "arrow": "`(*p).f` is `p->f`",
    "increment": "`i++`, `++i`, `i += 1`, `i = i + 1` are one statement",
    "braces": "a block of one statement is that statement",
    "initialise": "`T x = e;` is `x = e;`",
}
"""Each isomorphism's name and what it holds for the same; all are on unless a pattern switches one off."""

_ALL = frozenset(ISOMORPHISMS)
_SWAPPED = {">": "<", ">=": "<="}
_ZEROES = frozenset({"0", "0x0", "0U", "0L", "0UL", "0ULL"})


def normal(term: Term, on: frozenset[str] = _ALL, *, truth: bool = False) -> Term:
    """The normal shape of a term under the isomorphisms in `on`; `truth` says that only its truth is asked for."""
    kids = _normal_kids(term, on)
    changed = any(a is not b for a, b in zip(kids, term.kids, strict=True))
    here = Term(term.kind, term.value, kids, term.start, term.end) if changed else term
    for name, rewrite in _REWRITES:
        if name in on:
            here = rewrite(here)
    return _as_truth(here, on) if truth else here


def _normal_kids(term: Term, on: frozenset[str]) -> tuple[Term, ...]:
    return tuple(normal(kid, on, truth=_asks_truth(term, index)) for index, kid in enumerate(term.kids))


def _asks_truth(parent: Term, index: int) -> bool:
    if parent.kind in ("if", "while", "cond"):
        return index == 0
    return (parent.kind == "binary" and parent.value in ("&&", "||")) or (parent.kind, parent.value) == ("unary", "!")


def _as_truth(term: Term, on: frozenset[str]) -> Term:
    """Drop what a truth test makes superfluous: `!!x`, `x != 0`, `x != NULL`."""
    if term.kind == "unary" and term.value == "!" and "not-not" in on:
        inner = term.kids[0]
        if inner.kind == "unary" and inner.value == "!":
            return inner.kids[0]
    if term.kind == "binary" and term.value == "!=" and len(term.kids) == 2:
        left, right = term.kids
        if _is_nothing(right, on):
            return left
        if _is_nothing(left, on):
            return right
    return term


def _is_nothing(term: Term, on: frozenset[str]) -> bool:
    return ("null" in on and term.kind == "id" and term.value == "NULL") or (
        "zero" in on and term.kind == "num" and term.value in _ZEROES
    )


def _null(term: Term) -> Term:
    return _equals_nothing(term, frozenset({"null"}))


def _zero(term: Term) -> Term:
    return _equals_nothing(term, frozenset({"zero"}))


def _equals_nothing(term: Term, on: frozenset[str]) -> Term:
    if term.kind == "binary" and term.value == "==" and len(term.kids) == 2:
        left, right = term.kids
        for one, other in ((left, right), (right, left)):
            if _is_nothing(other, on):
                return term.rebuilt("unary", "!", (one,))
    return term


def _relation(term: Term) -> Term:
    if term.kind == "binary" and term.value in _SWAPPED and len(term.kids) == 2:
        return term.rebuilt("binary", _SWAPPED[term.value], (term.kids[1], term.kids[0]))
    return term


def _likely(term: Term) -> Term:
    if term.kind == "call" and len(term.kids) == 2 and term.kids[0].value in ("likely", "unlikely"):
        return term.kids[1]
    return term


def _index_zero(term: Term) -> Term:
    if term.kind == "index" and len(term.kids) == 2 and term.kids[1].key == "num:0":
        return term.rebuilt("unary", "*", (term.kids[0],))
    return term


def _arrow(term: Term) -> Term:
    if term.kind == "dot" and term.kids and term.kids[0].kind == "unary" and term.kids[0].value == "*":
        return term.rebuilt("arrow", term.value, term.kids[0].kids)
    return term


def _increment(term: Term) -> Term:
    one = Term("num", "1")
    if term.kind == "update":
        return term.rebuilt("assign", "+=" if term.value == "++" else "-=", (*term.kids, one))
    if term.kind == "assign" and term.value == "=" and len(term.kids) == 2:
        left, right = term.kids
        if right.kind == "binary" and right.value in ("+", "-") and right.kids[0].key == left.key:
            return term.rebuilt("assign", right.value + "=", (left, right.kids[1]))
    return term


def _braces(term: Term) -> Term:
    if term.kind in ("if", "while", "for", "do"):
        kids = tuple(k.kids[0] if k.kind == "block" and len(k.kids) == 1 else k for k in term.kids)
        return term.rebuilt(term.kind, term.value, kids)
    return term


def _initialise(term: Term) -> Term:
    return term.rebuilt("assign", "=", term.kids) if term.kind == "init" else term


_REWRITES: tuple[tuple[str, Callable[[Term], Term]], ...] = (
    ("null", _null),
    ("zero", _zero),
    ("relation", _relation),
    ("likely", _likely),
    ("index-zero", _index_zero),
    ("arrow", _arrow),
    ("increment", _increment),
    ("braces", _braces),
    ("initialise", _initialise),
)
