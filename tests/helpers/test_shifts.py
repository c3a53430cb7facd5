# SPDX-License-Identifier: GPL-2.0-or-later
"""Are shifts of shifts one shift where that is so for every value, and nowhere else?  Brute force over C's types."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.helpers.world import canon_of, found_in, term_of, world

_HEADER = """
typedef u64 dma_addr_t;
#define high_half(n) ((u32)(((n) >> 16) >> 16))
#define high_word(n) ((u32)((n) >> 32))
static inline u32 high(u64 n)
{
	return (n >> 16) >> 16;
}
"""
_WORLD = world(_HEADER)
_TYPES = {
    "u8": (8,), "s8": (8,), "u16": (16,), "s16": (16,), "u32": (32,), "int": (32,), "u64": (64,), "s64": (64,),
    "unsigned long": (32, 64), "long": (32, 64), "dma_addr_t": (32, 64),
}  # fmt: skip
"""The widths that a type has, on one machine or another."""
_AMOUNTS = (0, 1, 7, 8, 15, 16, 17, 24, 31, 32, 33, 40, 48, 63)
_Value = int | None
_Step = Callable[[_Value, int], _Value]


def _shift(by: int) -> _Step:
    """C's `>>` of a value of some width; None where it has no meaning."""
    return lambda value, width: value >> by if value is not None and by < max(width, 32) else None


def _quotient(by: int) -> _Step:
    """C's division by 2**by, which rounds to zero."""
    return lambda value, _width: None if value is None else abs(value) // (1 << by) * (-1 if value < 0 else 1)


def _forms() -> list[tuple[str, tuple[_Step, ...]]]:
    """Expressions of x, and how they are computed."""
    out: list[tuple[str, tuple[_Step, ...]]] = [(f"x >> {one}", (_shift(one),)) for one in _AMOUNTS]
    for one, other in itertools.product(_AMOUNTS, _AMOUNTS):
        out.append((f"(x >> {one}) >> {other}", (_shift(one), _shift(other))))
        if max(one, other) < 31:
            out.append((f"(x / {1 << one}) >> {other}", (_quotient(one), _shift(other))))
            out.append((f"(x >> {one}) / {1 << other}", (_shift(one), _quotient(other))))
    out += [(f"((x >> {a}) >> {b}) >> {a}", (_shift(a), _shift(b), _shift(a))) for a in (1, 16, 24) for b in (1, 8, 16)]
    return out


def _values(width: int, *, unsigned: bool) -> list[int]:
    low, high = (0, (1 << width) - 1) if unsigned else (-(1 << (width - 1)), (1 << (width - 1)) - 1)
    edges = [low, high, low + 1, high - 1, 0, 1, high // 3, high >> 1, (high >> 4) + 5]
    return edges if unsigned else [*edges, -1, -2, low // 3, -(high >> 5)]


def _results(steps: tuple[_Step, ...], kind: str) -> list[_Value]:
    out: list[_Value] = []
    for width in _TYPES[kind]:
        for start in _values(width, unsigned=kind[0] in "ud"):
            value: _Value = start
            for step in steps:
                value = step(value, width)
            out.append(value)
    return out


@pytest.mark.parametrize("kind", sorted(_TYPES))
def test_equal_shifts_have_equal_values(kind: str) -> None:
    """On all machines, and also in whether they have a meaning at all."""
    canon = canon_of(_WORLD, {"x": kind})
    seen: dict[str, tuple[str, list[_Value]]] = {}
    wrong = []
    for text, steps in _forms():
        found = _results(steps, kind)
        other, before = seen.setdefault(canon.value(term_of(text)).key, (text, found))
        if before != found:
            wrong.append((text, other))

    assert wrong == []


@pytest.mark.parametrize(
    ("kind", "amounts"), [("u64", (16, 16)), ("s64", (40, 23)), ("u32", (16, 15)), ("u8", (8, 8)), ("long", (1, 30))]
)
def test_shifts_that_are_one(kind: str, amounts: tuple[int, int]) -> None:
    """The type holds more bits than go."""
    canon = canon_of(_WORLD, {"x": kind})
    one, other = (term_of(f"(x >> {amounts[0]}) >> {amounts[1]}"), term_of(f"x >> {sum(amounts)}"))

    assert canon.value(one).key == canon.value(other).key


@pytest.mark.parametrize(
    ("kind", "half", "word"),
    [
        ("u64", {True}, {True}),
        ("s64", {True}, {True}),
        ("u32", set(), {True}),
        ("unsigned long", {True}, {True}),
        ("dma_addr_t", {True}, {True}),
        ("", {False}, {True}),
    ],
)
def test_high_half_of_a_word(kind: str, half: set[bool], word: set[bool]) -> None:
    """A shift by 32 has a meaning only where there are more bits, and there two shifts by 16 do the same."""
    types = {"x": kind} if kind else {}
    code = "(u32)(x >> 32)"

    assert {one.typed for one in found_in(_WORLD, "high_half", code, types)} == half
    assert {one.typed for one in found_in(_WORLD, "high_word", code, types)} == word


@pytest.mark.parametrize(
    ("kind", "half", "word"),
    [
        ("u64", {True}, {True}),
        ("u32", {True}, set()),
        ("unsigned long", {False}, set()),
        ("dma_addr_t", {False}, set()),
        ("", {True}, set()),
    ],
)
def test_high_half_of_what_may_be_a_half(kind: str, half: set[bool], word: set[bool]) -> None:
    """Two shifts by 16 are written where there may be no more than 32 bits, which one shift by 32 does not allow."""
    types = {"x": kind} if kind else {}
    code = "(u32)((x >> 16) >> 16)"

    assert {one.typed for one in found_in(_WORLD, "high_half", code, types)} == half
    assert {one.typed for one in found_in(_WORLD, "high_word", code, types)} == word


def test_high_half_of_a_parameter() -> None:
    """The parameter's type decides in a function."""
    assert [one.call for one in found_in(_WORLD, "high", "(u32)(x >> 32)", {"x": "u64"})] == ["high(x)"]
