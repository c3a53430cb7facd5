# SPDX-License-Identifier: GPL-2.0-or-later
"""What is the one shape of a condition?  A truth table over at most 16 sorted atoms; beyond that it is not decided.

A truth value is `Term("truth", table, atoms)`: bit r of the table (hexadecimal) is the value in row r, where bit i of r
is atom i.  Atoms that do not matter are left out, so two conditions mean the same if and only if their keys are equal.
An atom is a bit (`Term("bit", "", (base, index))`), a comparison (`eq`, `lt`), or any other value asked for its truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reviewbot.helpers.algebra import ONE, ZERO, number
from reviewbot.match.boolean import MAX_ATOMS, column
from reviewbot.syntax.term import Term


def atom(term: Term) -> Term:
    """The truth of a value that is no truth value yet."""
    return Term("truth", "2", (term,))


def atoms(term: Term) -> tuple[Term, ...]:
    """The atoms of a canonical truth value; none of a constant."""
    return term.kids if term.kind == "truth" else ()


def is_truth(term: Term) -> bool:
    """True for a canonical truth value, the numbers 0 and 1 included."""
    return term.kind == "truth" or (term.kind == "num" and term.value in ("0", "1"))


def negated(term: Term) -> Term:
    """The opposite of a canonical truth value."""
    if term.kind == "num":
        return ONE if term.value == "0" else ZERO
    everything = (1 << (1 << len(term.kids))) - 1
    return Term("truth", f"{everything ^ int(term.value, 16):x}", term.kids)


def all_of(terms: Iterable[Term]) -> Term:
    """The conjunction of canonical truth values."""
    return _combined(list(terms), lambda one, other: one & other, ONE, ZERO)


def any_of(terms: Iterable[Term]) -> Term:
    """The disjunction of canonical truth values."""
    return _combined(list(terms), lambda one, other: one | other, ZERO, ONE)


def _combined(terms: list[Term], join: Callable[[int, int], int], nothing: Term, everything: Term) -> Term:
    kept = [term for term in terms if term.key != nothing.key]
    if any(term.key == everything.key for term in kept):
        return everything
    if len(kept) < 2:
        return kept[0] if kept else nothing
    names = {part.key: part for term in kept for part in term.kids}
    if len(names) > MAX_ATOMS:
        parts = tuple(sorted(kept, key=lambda term: term.key))
        return atom(Term("undecided", "&&" if nothing is ONE else "||", parts))
    order = sorted(names)
    out = table(kept[0], order)
    for term in kept[1:]:
        out = join(out, table(term, order))
    return _reduced(out, [names[key] for key in order])


def table(term: Term, order: list[str]) -> int:
    """The truth table of a truth value over the atoms whose keys are in `order`, all of its own among them."""
    width = len(order)
    everything = (1 << (1 << width)) - 1
    if term.kind == "num":
        return everything if term.value == "1" else 0
    columns = [column(order.index(kid.key), width) for kid in term.kids]
    return _compose(int(term.value, 16), columns, everything)


def _compose(rows: int, columns: list[int], everything: int) -> int:
    """The function `rows` of the columns, each itself a table."""
    if not columns:
        return everything if rows & 1 else 0
    half = 1 << (len(columns) - 1)
    low, high = rows & ((1 << half) - 1), rows >> half
    last = columns[-1]
    if low == high:
        return _compose(low, columns[:-1], everything)
    return (_compose(high, columns[:-1], everything) & last) | (
        _compose(low, columns[:-1], everything) & (everything ^ last)
    )


def _reduced(rows: int, names: list[Term]) -> Term:
    """The truth value without atoms that do not matter."""
    at = 0
    while at < len(names):
        where = column(at, len(names))
        high, low = rows & where, rows & ~where & ((1 << (1 << len(names))) - 1)
        if high >> (1 << at) == low:
            rows = _without(low, at, len(names))
            del names[at]
        else:
            at += 1
    if not names:
        return ONE if rows & 1 else ZERO
    return Term("truth", f"{rows:x}", tuple(names))


def _without(rows: int, index: int, count: int) -> int:
    """The table without atom `index`, which does not matter: the rows where it is false, moved together."""
    size = 1 << index
    mask, out = (1 << size) - 1, 0
    for block in range(1 << (count - index - 1)):
        out |= ((rows >> (2 * size * block)) & mask) << (size * block)
    return out


def replaced(term: Term, values: list[Term]) -> Term:
    """A truth value with each atom replaced by the truth value in its place."""
    names = {part.key: part for value in values for part in value.kids if value.kind == "truth"}
    if len(names) > MAX_ATOMS:
        return atom(Term("undecided", term.value, tuple(values)))
    order = sorted(names)
    columns = [table(value, order) for value in values]
    everything = (1 << (1 << len(order))) - 1
    return _reduced(_compose(int(term.value, 16), columns, everything), [names[key] for key in order])


def choice(condition: Term, yes: Term, no: Term) -> Term:
    """`condition ? yes : no` with a canonical condition: a truth value where both branches are."""
    known = number(condition)
    if known is not None:
        return yes if known else no
    if yes.key == no.key:
        return yes
    if is_truth(yes) and is_truth(no):
        return any_of((all_of((condition, yes)), all_of((negated(condition), no))))
    if int(condition.value, 16) & 1:  # of the two ways to write it the one that is false when no atom is true
        condition, yes, no = negated(condition), no, yes
    return Term("cond", "", (condition, yes, no))
