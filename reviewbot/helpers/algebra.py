# SPDX-License-Identifier: GPL-2.0-or-later
"""What is the one shape of a value, however it was computed?  Builders that keep every canonical term in that shape.

Sums are linear combinations, `x << n` is a product with a power of two, `~x` is `-x - 1`, members are reached through
`mem`, `deref` and `addr` alone, and what is a truth value is a truth table over sorted atoms (helpers.truth).
Arithmetic is that of unsigned words: right modulo 2**n.  What would need a type to be right says so by a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from reviewbot.syntax.term import Term

_NUMBER = re.compile(r"^(0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|0[0-7]{0,22}|[1-9]\d{0,19})[uUlL]{0,3}$")
ZERO, ONE = Term("num", "0"), Term("num", "1")


def number(term: Term) -> int | None:
    """The value of a canonical number, None for anything else."""
    if term.kind != "num":
        return None
    try:
        return int(term.value)
    except ValueError:
        return None


def literal(text: str) -> Term:
    """The canonical number of a C literal; a literal that is no integer (a character, a float) stays as it is."""
    found = _NUMBER.match(text.lstrip("-"))
    if found is None or text.startswith("--"):
        return Term("num", text)
    if text.startswith("-"):  # which the parser makes one literal
        return total((literal(text[1:]),), (-1,))
    digits = found.group(1)
    octal = digits.startswith("0") and digits.isdigit() and len(digits) > 1
    return Term("num", str(int(digits, 8) if octal else int(digits, 0)))


def constant(value: int) -> Term:
    """A canonical number."""
    return Term("num", str(value))


def _by_key(terms: Iterable[Term]) -> tuple[Term, ...]:
    return tuple(sorted(terms, key=lambda term: term.key))


def linear(term: Term) -> tuple[int, dict[str, tuple[Term, int]]]:
    """A term as constant and {key: (part, coefficient)}."""
    value = number(term)
    if value is not None:
        return value, {}
    if term.kind == "times":
        return 0, {term.kids[0].key: (term.kids[0], int(term.value))}
    if term.kind != "sum":
        return 0, {term.key: (term, 1)}
    parts: dict[str, tuple[Term, int]] = {}
    for kid in term.kids:
        part, factor = (kid.kids[0], int(kid.value)) if kid.kind == "times" else (kid, 1)
        parts[part.key] = (part, factor)
    return int(term.value), parts


def total(terms: Iterable[Term], factors: Iterable[int] = ()) -> Term:
    """The sum of terms, each times its factor (1 without)."""
    given = list(terms)
    weights = list(factors) or [1] * len(given)
    fixed, parts = 0, dict[str, tuple[Term, int]]()
    for term, weight in zip(given, weights, strict=True):
        more, found = linear(term)
        fixed += weight * more
        for key, (part, factor) in found.items():
            parts[key] = (part, parts.get(key, (part, 0))[1] + weight * factor)
    kids = _by_key(
        part if factor == 1 else Term("times", str(factor), (part,)) for part, factor in parts.values() if factor
    )
    if not kids:
        return constant(fixed)
    return kids[0] if fixed == 0 and len(kids) == 1 else Term("sum", str(fixed), kids)


def product(terms: Iterable[Term]) -> Term:
    """The product of terms; a number is spread over a sum."""
    factor, kids = 1, list[Term]()
    for term in terms:
        for part in term.kids if term.kind == "prod" else (term,):
            value = number(part)
            if value is not None:
                factor *= value
            elif part.kind == "times":
                factor *= int(part.value)
                kids.append(part.kids[0])
            else:
                kids.append(part)
    if not kids or factor == 0:
        return constant(factor if not kids else 0)
    body = kids[0] if len(kids) == 1 else Term("prod", "", _by_key(kids))
    return total((body,), (factor,))


def bit_index(term: Term) -> Term:
    """The number of a bit; of whatever integer type it is, it is small."""
    while term.kind == "cast":
        term = term.kids[0]
    return term


def power(exponent: Term) -> Term:
    """1 << exponent."""
    exponent = bit_index(exponent)
    value = number(exponent)
    return constant(1 << value) if value is not None and 0 <= value < 64 else Term("pow2", "", (exponent,))


def inverted(term: Term) -> Term:
    """~term, which is -term - 1."""
    return total((term, ONE), (-1, -1))


def quotient(term: Term, divisor: Term) -> Term:
    """term / divisor."""
    over, under = number(term), number(divisor)
    if under == 1:
        return term
    if over is not None and under is not None and under > 0 and over >= 0:
        return constant(over // under)
    return Term("div", "", (term, divisor))


def shifted_down(term: Term, by: Term, *, unsigned: bool) -> Term:
    """term >> by; of an unsigned value that is a division by a power of two."""
    if number(by) == 0:
        return term
    return quotient(term, power(by)) if unsigned else Term("shr", "", (term, by))


def shift_of(term: Term) -> tuple[Term, int]:
    """What a value was shifted down from, and by how many bits; itself and 0 where it was not."""
    by = (number(term.kids[1]) or 0) if term.kind in ("shr", "div") else 0
    if term.kind == "div":
        by = by.bit_length() - 1 if by > 0 and by & (by - 1) == 0 else 0
    return (term.kids[0], by) if by > 0 else (term, 0)


def remainder(term: Term, divisor: Term, *, unsigned: bool) -> Term:
    """term % divisor; of an unsigned value and a power of two that is a mask."""
    value = number(divisor)
    is_power = divisor.kind == "pow2" or (value is not None and value > 0 and value & (value - 1) == 0)
    if unsigned and is_power:
        return bits_and((term, total((divisor, ONE), (1, -1))))
    return Term("mod", "", (term, divisor))


def bits_and(terms: Iterable[Term]) -> Term:
    """The bitwise AND of terms."""
    kids, value = _flattened(terms, "and", -1, lambda one, other: one & other)
    if value == 0:
        return ZERO
    if value != -1:
        kids[f"={value}"] = constant(value)
    return _joined("and", kids, -1)


def bits_or(terms: Iterable[Term]) -> Term:
    """The bitwise OR of terms."""
    kids, value = _flattened(terms, "or", 0, lambda one, other: one | other)
    if value == -1:
        return constant(-1)
    if value:
        kids[f"={value}"] = constant(value)
    return _joined("or", kids, 0)


def bits_xor(terms: Iterable[Term]) -> Term:
    """The bitwise exclusive OR of terms; equal ones cancel."""
    kids: dict[str, Term] = {}
    value = 0
    for term in terms:
        for part in term.kids if term.kind == "xor" else (term,):
            known = number(part)
            if known is not None:
                value ^= known
            elif part.key in kids:
                del kids[part.key]
            else:
                kids[part.key] = part
    if value:
        kids[f"={value}"] = constant(value)
    return _joined("xor", kids, 0)


def _flattened(
    terms: Iterable[Term], kind: str, start: int, fold: Callable[[int, int], int]
) -> tuple[dict[str, Term], int]:
    kids: dict[str, Term] = {}
    value = start
    for term in terms:
        for part in term.kids if term.kind == kind else (term,):
            known = number(part)
            if known is not None:
                value = fold(value, known)
            else:
                kids.setdefault(part.key, part)
    return kids, value


def _joined(kind: str, kids: dict[str, Term], nothing: int) -> Term:
    parts = _by_key(kids.values())
    if not parts:
        return constant(nothing)
    return parts[0] if len(parts) == 1 else Term(kind, "", parts)


def pointed(term: Term) -> Term:
    """*term."""
    return term.kids[0] if term.kind == "addr" else Term("deref", "", (term,))


def address(term: Term) -> Term:
    """&term; the address of a structure's member is undone where the structure was found from it."""
    if term.kind == "deref":
        return term.kids[0]
    if term.kind == "mem" and term.kids[0].kind == "deref":
        outer = term.kids[0].kids[0]
        if outer.kind == "outer" and outer.value.rpartition(".")[2] == term.value:
            return outer.kids[0]
    return Term("addr", "", (term,))


def member(base: Term, name: str) -> Term:
    """base.name; the member that a structure was found from is where the search began."""
    outer = base.kids[0] if base.kind == "deref" else base
    if outer.kind == "outer" and outer.value.rpartition(".")[2] == name:
        return pointed(outer.kids[0])
    return Term("mem", name, (base,))


def container(pointer: Term, kind: str, name: str) -> Term:
    """container_of(pointer, kind, name)"""
    if pointer.kind == "addr" and pointer.kids[0].kind == "mem" and pointer.kids[0].value == name:
        return address(pointer.kids[0].kids[0])
    return Term("outer", f"{kind}.{name}", (pointer,))


def element(base: Term, index: Term) -> Term:
    """base[index]"""
    if base.kind == "addr" and base.kids[0].kind == "index":
        base, index = base.kids[0].kids[0], total((base.kids[0].kids[1], index))
    return pointed(base) if number(index) == 0 else Term("index", "", (base, index))
