# SPDX-License-Identifier: GPL-2.0-or-later
"""When are two spellings the same code?  The named isomorphisms that rewrite a term to its normal shape.

Each isomorphism rewrites pattern and code alike, so that what remains can be compared part by part.  Operators that
commute are not sorted here: match.unify tries their orders, since a metavariable has no place in an order.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import is_not

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
    old = term.kids
    if not old:
        return term
    kind, value = term.kind, term.value
    whole = (kind == "binary" and value in ("&&", "||")) or (kind == "unary" and value == "!")
    asked = 0 if kind in ("if", "while", "cond") else -1
    kids = tuple([normal(kid, on, truth=whole or at == asked) for at, kid in enumerate(old)])
    changed = any(map(is_not, kids, old))
    here = Term(kind, value, kids, term.start, term.end) if changed else term
    for name, rewrite in _REWRITES.get(kind, ()):
        if name in on:
            here = rewrite(here)
    return _as_truth(here, on) if truth else here


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


_REWRITES: dict[str, tuple[tuple[str, Callable[[Term], Term]], ...]] = {
    "binary": (("null", _null), ("zero", _zero), ("relation", _relation)),
    "call": (("likely", _likely),),
    "index": (("index-zero", _index_zero),),
    "dot": (("arrow", _arrow),),
    "update": (("increment", _increment),),
    "assign": (("increment", _increment),),
    "init": (("initialise", _initialise),),
    **dict.fromkeys(("if", "while", "for", "do"), (("braces", _braces),)),
}
"""What may rewrite a term of a kind, in order."""
