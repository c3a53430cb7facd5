# SPDX-License-Identifier: GPL-2.0-or-later
"""Do two conditions have the same truth table?  Decided over atoms, or said to be not decided; never guessed.

A condition becomes a Boolean function whose atoms are single bits (`x & FLAG`) and opaque truth values.  `x & (A | B)`
is bit A or bit B, `(x & (A | B)) == B` is bit B and not bit A.  That is right for single-bit flags only, so the
caller says which names are single bits; of any other mask only `x & MASK` as a whole is an atom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reviewbot.match.unify import Bindings, operands, unify
from reviewbot.syntax.term import Term

MAX_ATOMS = 16
"""A truth table has at most 2**16 rows; beyond that nothing is decided."""
_MAX_STEPS = 20_000
IsBit = Callable[[Term], str | None]
"""Answers the identity of a single-bit flag (two spellings of one bit have one identity), None for any other term."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A truth value: bit `flag` of `base`, or (flag == "") the truth of `base` as it stands."""

    base: Term
    flag: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes two atoms the same one."""
        return (self.base.key, self.flag)


@dataclass(frozen=True, slots=True)
class Formula:
    """A Boolean function: `op` is "atom", "not", "and", "or", "true" or "false"; `term` is its place in the code."""

    op: str
    parts: tuple[Formula, ...] = ()
    atom: Atom | None = None
    term: Term | None = None

    def atoms(self) -> tuple[Atom, ...]:
        """The different atoms, in order of place."""
        found: dict[tuple[str, str], Atom] = {}
        stack = [self]
        while stack:
            at = stack.pop()
            if at.atom is not None:
                found.setdefault(at.atom.key, at.atom)
            stack.extend(reversed(at.parts))
        return tuple(found.values())


def formula(term: Term, is_bit: IsBit) -> Formula:
    """The Boolean function of a term that is asked for its truth."""
    if term.kind == "unary" and term.value == "!":
        return Formula("not", (formula(term.kids[0], is_bit),), term=term)
    if term.kind == "binary" and term.value in ("&&", "||"):
        parts = tuple(formula(kid, is_bit) for kid in operands(term, term.value))
        return Formula("and" if term.value == "&&" else "or", parts, term=term)
    if term.kind == "num" and term.value in ("0", "1"):
        return Formula("true" if term.value == "1" else "false", term=term)
    if term.kind == "binary" and len(term.kids) == 2:
        if term.value == "&":
            masked = _any_bit(term, is_bit)
            if masked is not None:
                return masked
        elif term.value in ("==", "!="):
            compared = _compared(term, is_bit)
            if compared is not None:
                return compared if term.value == "==" else Formula("not", (compared,), term=term)
    return Formula("atom", atom=Atom(term, ""), term=term)


def _flags(term: Term, is_bit: IsBit) -> tuple[str, ...] | None:
    names = [is_bit(part) for part in operands(term, "|")]
    return tuple(n for n in names if n is not None) if all(names) else None


def _mask(term: Term, is_bit: IsBit) -> tuple[Term, tuple[str, ...]] | None:
    """`x & (A | B)` as x and its flags."""
    if term.kind == "binary" and term.value == "&" and len(term.kids) == 2:
        for base, mask in (term.kids, term.kids[::-1]):
            flags = _flags(mask, is_bit)
            if flags is not None:
                return base, flags
    return None


def _bits(base: Term, flags: tuple[str, ...], term: Term) -> tuple[Formula, ...]:
    return tuple(Formula("atom", atom=Atom(base, flag), term=term) for flag in flags)


def _any_bit(term: Term, is_bit: IsBit) -> Formula | None:
    masked = _mask(term, is_bit)
    if masked is None:
        return None
    bits = _bits(*masked, term)
    return bits[0] if len(bits) == 1 else Formula("or", bits, term=term)


def _compared(term: Term, is_bit: IsBit) -> Formula | None:
    """`(x & M) == V`: the bits of V set, the other bits of M clear."""
    for left, right in (term.kids, term.kids[::-1]):
        masked = _mask(left, is_bit)
        wanted = () if right.key == "num:0" else _flags(right, is_bit)
        if masked is None or wanted is None:
            continue
        base, flags = masked
        if not set(wanted) <= set(flags):
            return Formula("false", term=term)
        parts = tuple(
            bit if bit.atom is not None and bit.atom.flag in wanted else Formula("not", (bit,), term=term)
            for bit in _bits(base, tuple(dict.fromkeys(flags)), term)
        )
        return parts[0] if len(parts) == 1 else Formula("and", parts, term=term)
    return None


def table(of: Formula, order: dict[tuple[str, str], int]) -> int:
    """The truth table as a bit set: bit r is the value in row r, where bit i of r is the value of atom i of `order`."""
    rows = 1 << (1 << len(order))
    everything = rows - 1
    if of.op in ("true", "false"):
        return everything if of.op == "true" else 0
    if of.atom is not None:
        return column(order[of.atom.key], len(order))
    values = [table(part, order) for part in of.parts]
    out = values[0]
    if of.op == "not":
        return everything ^ out
    for value in values[1:]:
        out = out & value if of.op == "and" else out | value
    return out


def column(index: int, count: int) -> int:
    """The rows of a truth table in which atom `index` of `count` is true, as a bit set."""
    block = ((1 << (1 << index)) - 1) << (1 << index)
    width = 2 << index
    while width < 1 << count:
        block |= block << width
        width *= 2
    return block


def equal(one: Formula, other: Formula) -> bool | None:
    """True or False when decided, None when there are too many atoms."""
    keys = {atom.key for atom in one.atoms()} | {atom.key for atom in other.atoms()}
    if len(keys) > MAX_ATOMS:
        return None
    order = {key: index for index, key in enumerate(sorted(keys))}
    return table(one, order) == table(other, order)


def same_meaning(pattern: Formula, code: Formula, bound: Bindings) -> Iterator[tuple[Bindings, tuple[Term, ...]]]:
    """Ways in which the pattern's function is that of `code`, or of some operands of its && or ||.

    Yields bindings and the operands of the code that took part (their places make the match's span).
    """
    wanted, given = pattern.atoms(), code.atoms()
    if not wanted or len(wanted) > len(given) or len(wanted) > MAX_ATOMS:
        return
    steps = [_MAX_STEPS]
    for now, chosen in _assignments(wanted, given, bound, (), steps):
        keys = {atom.key for atom in chosen}
        part = _only(code, keys)
        if part is None or {a.key for a in part.atoms()} != keys:
            continue
        order = {atom.key: index for index, atom in enumerate(chosen)}
        renamed = _renamed(pattern, {w.key: c for w, c in zip(wanted, chosen, strict=True)})
        if table(renamed, order) == table(part, order):
            yield now, _places(part)


def _assignments(
    wanted: tuple[Atom, ...], given: tuple[Atom, ...], bound: Bindings, chosen: tuple[Atom, ...], steps: list[int]
) -> Iterator[tuple[Bindings, tuple[Atom, ...]]]:
    if len(chosen) == len(wanted):
        yield bound, chosen
        return
    next_one = wanted[len(chosen)]
    for atom in given:
        steps[0] -= 1
        if steps[0] < 0:
            return
        if atom in chosen:
            continue
        if atom.flag != next_one.flag:
            continue
        for now in unify(next_one.base, atom.base, bound):
            yield from _assignments(wanted, given, now, (*chosen, atom), steps)


def _only(of: Formula, keys: set[tuple[str, str]]) -> Formula | None:
    """The formula restricted at its top to the operands that speak of these atoms alone; None if none does."""
    if of.op in ("and", "or") and of.term is not None and of.term.value in ("&&", "||"):
        parts = tuple(p for p in of.parts if {a.key for a in p.atoms()} <= keys)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else Formula(of.op, parts, term=of.term)
    return of


def _renamed(of: Formula, names: dict[tuple[str, str], Atom]) -> Formula:
    if of.atom is not None:
        return Formula("atom", atom=names[of.atom.key], term=of.term)
    return Formula(of.op, tuple(_renamed(part, names) for part in of.parts), term=of.term)


def _places(of: Formula) -> tuple[Term, ...]:
    if of.op in ("and", "or") and of.term is not None and of.term.value in ("&&", "||"):
        return tuple(part.term for part in of.parts if part.term is not None)
    return (of.term,) if of.term is not None else ()
