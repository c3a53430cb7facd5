# SPDX-License-Identifier: GPL-2.0-or-later
"""Which number is a constant expression?  Literals, BIT(), GENMASK(), macros and operators, as 64 bits unsigned.

It refuses negative numbers, sizeof and everything that only a compiler knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from reviewbot.helpers.body import read_expression
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.term import Term

_NUMBER = re.compile(r"^(0[xX][0-9a-fA-F]{1,16}|0[0-7]{0,22}|[1-9]\d{0,19})[uUlL]*$")
_ALL = (1 << 64) - 1
_MAX_UNFOLD = 8
Expand = Callable[[str], str | None]
"""The body of an object-like macro by its name, None if it is unknown."""


def value_of(term: Term, expand: Expand, left: int = _MAX_UNFOLD) -> int | None:
    """The value of a constant term, None where it is not known."""
    if term.kind == "num":
        return _literal(term.value)
    if term.kind == "cast":
        return value_of(term.kids[-1], expand, left)
    if term.kind == "id":
        body = expand(term.value) if left > 0 else None
        inner = read_expression(body, SyntaxFacts()) if body is not None else None
        return value_of(inner, expand, left - 1) if inner is not None else None
    if term.kind == "unary" and term.value == "~":
        return None if (inner_value := value_of(term.kids[0], expand, left)) is None else _ALL ^ inner_value
    if term.kind not in ("binary", "call") or len(term.kids) > 3:
        return None
    operands = term.kids if term.kind == "binary" else term.kids[1:]
    numbers = [value_of(kid, expand, left) for kid in operands]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None
    return _call(term.kids[0].value, known) if term.kind == "call" else _binary(term.value, *known)


def _literal(text: str) -> int | None:
    found = _NUMBER.match(text)
    if found is None:
        return None
    digits = found.group(1)
    octal = digits.startswith("0") and digits.isdigit() and len(digits) > 1
    number = int(digits, 8) if octal else int(digits, 0)
    return number if number <= _ALL else None


def _call(name: str, numbers: list[int]) -> int | None:
    if name in ("BIT", "BIT_ULL", "BIT_U8", "BIT_U16", "BIT_U32", "BIT_U64") and len(numbers) == 1:
        return 1 << numbers[0] if numbers[0] < 64 else None
    if name.startswith("GENMASK") and len(numbers) == 2 and 64 > numbers[0] >= numbers[1]:
        return (1 << (numbers[0] + 1)) - (1 << numbers[1])
    return None


def _binary(operator: str, left: int, right: int) -> int | None:
    if operator in ("<<", ">>"):
        if right >= 64:
            return None
        return (left << right) & _ALL if operator == "<<" else left >> right
    if operator in ("/", "%"):
        return None if right == 0 else (left // right if operator == "/" else left % right)
    out = {"&": left & right, "|": left | right, "^": left ^ right, "+": left + right, "-": left - right}
    number = left * right if operator == "*" else out.get(operator)
    return number if number is not None and 0 <= number <= _ALL else None
