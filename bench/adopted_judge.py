# SPDX-License-Identifier: GPL-2.0-or-later
"""Is an expression what the body of a helper is?  By the names, strings, numbers and kinds of operators of both.

It is, if every name in either is found in the other, directly or through the helpers and constants that are named,
and its strings, branches and numbers too.  It refuses to judge whether the two mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.adopted_bodies import DEPTH, NOISE, Body, Scope, Words, plain, replaced

_HARD = frozenset(["branch", "index", "less", "mod"])


@dataclass(frozen=True)
class Claim:
    """An expression of the older tree, what is left of it beside the arguments of the newer call, and these arguments.

    `callee` is the function that the expression as a whole calls, if it does.
    """

    code: Words
    rest: Words
    arguments: Words
    helper: str
    callee: str


@dataclass(frozen=True)
class Judge:
    """Decides whether an expression of the older tree is the body of a helper of the newer one."""

    old: Scope
    new: Scope

    def body(self, claim: Claim, count: int) -> Body | None:
        """The helper's body that the expression is, if it is one; any of a helper's variants will do."""
        for body in self.new.of(claim.helper):
            if body.value and len(body.parameters or ()) == count and self._is_body(body, claim):
                return body
        return None

    def _is_body(self, body: Body, claim: Claim) -> bool:
        """True if each names nothing but what the other names."""
        mine, code = body.words, claim.code
        if not (mine.ids or mine.strings or mine.operators):
            return False
        if not mine.strings <= code.strings:
            return False
        known = self.old.closed(claim.rest.ids) | self.new.closed(claim.rest.ids)
        if not all(self._covered(i, known, claim, DEPTH) for i in mine.ids):
            return False
        if not self._shaped(mine, claim) or not (mine.ids or _computes(mine, code)):
            return False
        made = self.new.closed(mine.ids) | self.old.closed(mine.ids)
        if not self._calls(mine, claim) or not self._counts(mine, made, claim):
            return False
        left = {name for name in code.ids if name.lstrip(".") not in claim.arguments.names}
        return all(self._reached(i, made | claim.arguments.ids, DEPTH) for i in left)

    def _shaped(self, mine: Words, claim: Claim) -> bool:
        """Has the code, with all that it names, the branches, subscripts and orders of a body?"""
        names = self.old.closed(claim.rest.ids - mine.ids, 1) - mine.ids
        parts = [claim.code, *(b.words for name in names for b in self.old.of(name)[:4])]
        operators = frozenset().union(*(part.operators for part in parts))
        operators |= {"index"} if "add" in operators else set()
        return mine.operators & _HARD <= operators and mine.branches <= sum(part.branches for part in parts)

    def _calls(self, mine: Words, claim: Claim) -> bool:
        """Does a body call, itself or through others, what the code calls?"""
        names, fresh = set(mine.called), set(mine.called)
        for _ in range(DEPTH):
            fresh = {i for name in fresh for b in self.new.of(name)[:4] if b.value for i in b.words.called} - names
            names |= fresh
        known = names | NOISE | claim.arguments.ids
        inner = (n for n in claim.rest.called - known if not any(b.value or b.macro for b in self.old.of(n)))
        return (not claim.callee or claim.callee in known) and not any(inner)

    def _counts(self, mine: Words, made: frozenset[str], claim: Claim) -> bool:
        """Has a body, with all that it names, the additions, orders, addresses, strings and numbers of the code?"""
        bodies = [b for name in made for scope in (self.new, self.old) for b in scope.of(name)[:4]]
        operators = mine.operators.union(*(b.words.operators for b in bodies))
        if not claim.rest.operators & {"add", "less", "address"} <= operators:
            return False
        if not claim.code.strings <= claim.arguments.strings.union(mine.strings, *(b.words.strings for b in bodies)):
            return False
        constants = (b.words.numbers for b in bodies if b.macro)
        near = _near(mine.numbers.union(claim.arguments.numbers, *constants)) | {0}
        if claim.rest.operators & {"mul", "bits"}:
            near |= {1}
        return claim.rest.numbers <= near

    def same_call(self, old: tuple[str, ...], new: tuple[str, ...]) -> Body | None:
        """The helper's body where two calls (name, arguments...) become the same text once both are inlined."""
        left = {text for scope in (self.old, self.new) for _body, text in _inlined(scope, old)}
        return next((body for body, text in _inlined(self.new, new) if text in left), None)

    def _covered(self, name: str, known: frozenset[str], claim: Claim, depth: int) -> bool:
        if name in known:
            return True
        if depth == 0 or name == claim.helper:
            return False
        for body in self.new.of(name)[:4]:
            mine = body.words
            if mine.ids:
                if all(self._covered(i, known, claim, depth - 1) for i in mine.ids - {name}):
                    return True
            elif body.parameters is None:
                if mine.numbers and mine.numbers <= claim.code.numbers:
                    return True
            elif _computes(mine, claim.code):
                return True
        return False

    def _reached(self, name: str, made: frozenset[str], depth: int) -> bool:
        if name in made:
            return True
        bodies = [b for scope in (self.old, self.new) for b in scope.of(name)[:4]] if depth else []
        return any(b.words.ids and all(self._reached(i, made, depth - 1) for i in b.words.ids - {name}) for b in bodies)


def _inlined(scope: Scope, call: tuple[str, ...]) -> Iterator[tuple[Body, str]]:
    for body in scope.of(call[0]):
        found = re.fullmatch(r"\s*return\b([^;]*);\s*", body.text)
        code = body.text if body.macro else found.group(1) if found else ""
        names = body.parameters or ()
        if body.value and len(names) == len(call) - 1 and set(names) <= set(re.findall(r"\w+", code)):
            made = replaced(code, dict(zip(names, call[1:], strict=True)))
            yield body, re.sub(r"[\s()]+", " ", plain(made)).replace(" ", "")


def _computes(mine: Words, code: Words) -> bool:
    """Does code hold the operators of a body?  Constants may have been folded: an addition need not be there."""
    missing = mine.operators - code.operators
    is_folded = missing <= ({"add"} if code.numbers else set())
    return bool(mine.operators or mine.strings) and mine.strings <= code.strings and is_folded


def _near(numbers: frozenset[int]) -> frozenset[int]:
    """The numbers with their neighbours, their logarithms and their powers of two."""
    near = {n for value in numbers for n in (value, value + 1, value - 1)}
    near |= {n for value in numbers if value < 64 for n in (1 << value, (2 << value) - 1)}
    return frozenset(near | {value.bit_length() - 1 for value in numbers if value > 0})


def numbers_fit(arguments: Words, code: Words) -> bool:
    """True if each number that is handed over stands in the code, or its logarithm or neighbour does."""
    return arguments.numbers <= _near(code.numbers)
