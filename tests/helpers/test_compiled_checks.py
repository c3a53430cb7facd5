# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a check that the compiler makes count as its value where it passes, and nowhere else?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.types import KNOWN
from tests.helpers.world import found_in, truth, value, world

_HEADER = """
#define typecheck(type, x) ({ type __one; typeof(x) __two; (void)(&__one == &__two); 1; })
#define BUILD_BUG_ON_ZERO(e, ...) __BUILD_BUG_ON_ZERO_MSG(e, ##__VA_ARGS__, #e " is true")
#define __must_be_array(a) __BUILD_BUG_ON_ZERO_MSG(!__is_array(a), "must be array")
#define ARRAY_SIZE(arr) (sizeof(arr) / sizeof((arr)[0]) + __must_be_array(arr))
#define later(a, b) (typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((b) - (a)) < 0))
#define sooner(a, b) later(b, a)
#define later64(a, b) (typecheck(__u64, a) && typecheck(__u64, b) && ((__s64)((b) - (a)) < 0))
#define even(n) ((n) / 2 * 2 + BUILD_BUG_ON_ZERO((n) & 1))
struct box {
	u16 regs[8];
	u16 *more;
};
"""
_WORLD = world(_HEADER)
_Calls = list[tuple[str, bool]]


def _found(name: str, text: str, types: dict[str, str]) -> _Calls:
    return [(one.call, one.typed) for one in found_in(_WORLD, name, text, types)]


@pytest.mark.parametrize(
    ("name", "text", "call"),
    [
        ("later", "(long)(b - a) < 0", "later(a, b)"),
        ("later", "(long)(a - b) >= 0", "!later(b, a)"),
        ("sooner", "(long)(b - a) < 0", "sooner(b, a)"),
        ("later", "(long)(jiffies - a) < 0", "later(a, jiffies)"),
    ],
)
@pytest.mark.parametrize(("kind", "typed"), [("unsigned long", [True]), ("u32", []), ("long", []), ("", [False])])
def test_typecheck_passes_for_its_type_alone(name: str, text: str, call: str, kind: str, typed: list[bool]) -> None:
    """Of another type the call does not compile; of an unknown one it is a question."""
    types = {"a": kind, "b": kind} if kind else {}

    assert _found(name, text, KNOWN | types) == [(call, known) for known in typed]


@pytest.mark.parametrize("kind", ["size_t", "u64", "unsigned int"])
def test_types_that_are_as_wide_are_others(kind: str) -> None:
    """The address of a size_t is no address of an unsigned long, on some machines."""
    assert _found("later", "(long)(b - a) < 0", {"a": "unsigned long", "b": kind}) == []


def test_typedef_of_the_same_type() -> None:
    """__u64 is u64, and __s64 is s64."""
    assert _found("later64", "(s64)(b - a) < 0", {"a": "u64", "b": "unsigned long long"}) == [("later64(a, b)", True)]


def test_opposites_are_not_near() -> None:
    """With equal times neither is later."""
    types = dict.fromkeys("ab", "unsigned long")

    assert truth(_WORLD, "later(a, b)", **types) != truth(_WORLD, "!later(b, a)", **types)
    assert truth(_WORLD, "later(a, b)", **types) == truth(_WORLD, "sooner(b, a)", **types)
    assert truth(_WORLD, "later(a, b)") == truth(_WORLD, "sooner(b, a)")


@pytest.mark.parametrize("text", ["sizeof({}) / sizeof({}[0])", "sizeof({}) / sizeof(*{})"])
@pytest.mark.parametrize(
    ("name", "typed"), [("a", [True]), ("p", []), ("s->regs", [True]), ("s->more", []), ("unknown", [False])]
)
def test_size_of_an_array(text: str, name: str, typed: list[bool]) -> None:
    """Of a pointer the call does not compile; of what may be one it is a question."""
    types = {"a": "int [4]", "p": "int *", "s": "struct box *"}
    code = text.replace("{}", name)

    assert _found("ARRAY_SIZE", code, types) == [(f"ARRAY_SIZE({name})", known) for known in typed]


def test_check_of_a_condition() -> None:
    """It passes where the condition is known to be false."""
    assert value(_WORLD, "x + BUILD_BUG_ON_ZERO(0)") == value(_WORLD, "x")
    assert value(_WORLD, "x + BUILD_BUG_ON_ZERO(1)") != value(_WORLD, "x")
    assert value(_WORLD, "x + BUILD_BUG_ON_ZERO(y)") != value(_WORLD, "x")
    assert _found("even", "k / 2 * 2", {"k": "unsigned int"}) == [("even(k)", False)]
