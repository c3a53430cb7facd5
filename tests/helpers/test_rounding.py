# SPDX-License-Identifier: GPL-2.0-or-later
"""Is adding a mask and masking found as ALIGN() and round_up(), for all values of all types, and nothing else?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.headers import ask
from tests.helpers.world import calls_in, found_in, value, world

_HEADER = """
#define __ALIGN_KERNEL(x, a) __ALIGN_KERNEL_MASK(x, (__typeof__(x))(a) - 1)
#define __ALIGN_KERNEL_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define ALIGN(x, a) __ALIGN_KERNEL((x), (a))
#define __round_mask(x, y) ((__typeof__(x))((y)-1))
#define round_up(x, y) ((((x)-1) | __round_mask(x, y))+1)
#define ALL_ONES(x) ((x) == (typeof(x))-1)
"""
_WORLD = world(_HEADER)
_WIDTHS = {"u8": 8, "s8": 8, "u16": 16, "s16": 16, "u32": 32, "int": 32, "u64": 64, "s64": 64, "unsigned long": 64}
_KINDS = sorted(_WIDTHS)


@pytest.mark.parametrize("name", ["ALIGN", "round_up"])
@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("(x + 7) & ~7", "(x, 8)"),
        ("(x + 3) & ~3", "(x, 4)"),
        ("~0x3f & (0x3f + x)", "(x, 64)"),
        ("(x + 1) & ~1", "(x, 2)"),
    ],
)
def test_literal_mask(name: str, kind: str, text: str, call: str) -> None:
    """The alignment is one more than the mask."""
    assert [(one.call, one.typed) for one in found_in(_WORLD, name, text, {"x": kind})] == [(name + call, True)]


@pytest.mark.parametrize("name", ["ALIGN", "round_up"])
@pytest.mark.parametrize(
    "text", ["(x + 5) & ~5", "(x + 7) & ~3", "(x + 6) & ~7", "(x + 7) & ~8", "(x + 7) & 7", "(x + 0) & ~0"]
)
def test_no_rounding(name: str, text: str) -> None:
    """A mask that is none of low bits, or another than what was added."""
    assert [one for one in calls_in(_WORLD, name, text, {"x": "unsigned long"}) if one.startswith(f"{name}(x,")] == []


def test_type_that_is_not_known() -> None:
    """The alignment takes the type of what is aligned, in which it may be 0."""
    assert [one.typed for one in found_in(_WORLD, "ALIGN", "(x + 7) & ~7")] == [False]


def test_alignment_that_the_type_does_not_hold() -> None:
    """(u8)256 is 0, so that ALIGN(x, 256) is 0 for a u8, where the code gives 256."""
    assert calls_in(_WORLD, "ALIGN", "(x + 255) & ~255", {"x": "u8"}) == []
    assert calls_in(_WORLD, "ALIGN", "(x + 255) & ~255", {"x": "u16"}) == ["ALIGN(x, 256)"]


@pytest.mark.parametrize(("kind", "same"), [("u8", False), ("u32", False), ("int", True)])
def test_number_in_the_type_of_another(kind: str, same: bool) -> None:
    """(typeof(x))-1 is the largest number of an unsigned type."""
    assert (value(_WORLD, "x == (typeof(x))(-1)", x=kind) == value(_WORLD, "x == -1", x=kind)) == same


def test_alignment_of_no_known_power() -> None:
    """ALIGN(x, n) is the same for any n; round_up(x, n) only for a power of two."""
    types = {"x": "u32", "n": "u32"}
    code = "(x + n - 1) & ~(n - 1)"

    assert [one.typed for one in found_in(_WORLD, "ALIGN", code, types)] == [True]
    assert [one.typed for one in found_in(_WORLD, "round_up", code, types)] == [False]


def _in(kind: str, number: int) -> int:
    """A number as a type holds it."""
    width = _WIDTHS[kind]
    low = number & ((1 << width) - 1)
    return low - (1 << width) if kind[0] in "si" and low >> (width - 1) else low


@given(st.sampled_from(_KINDS), st.integers(0, 40), st.integers(0, 3), st.integers(), st.booleans())
def test_found_calls_have_the_values_of_the_code(kind: str, bits: int, off: int, start: int, up: bool) -> None:
    """What is found for an int literal is computed as the header does it, in the type that C gives it."""
    mask = (1 << bits) - 1 + off
    promoted = kind if _WIDTHS[kind] >= 32 else "int"
    name, x = "round_up" if up else "ALIGN", _in(kind, start)
    code = _in(promoted, _in(promoted, x + mask) & ~mask)
    for found in found_in(_WORLD, name, f"(x + {mask}) & ~{mask}", {"x": kind}) if mask < 1 << 31 else ():
        if found.typed and found.call.startswith(f"{name}(x, "):
            size = int(found.call.removeprefix(f"{name}(x, ").removesuffix(")"))
            low = _in(kind, size - 1) if up else _in(promoted, _in(kind, size) - 1)
            header = ((x - 1) | low) + 1 if up else _in(promoted, x + low) & ~low
            assert _in(promoted, header) == code, found.call


def test_proposed_in_a_file() -> None:
    """The alignment need not stand in the code."""
    code = "#include <linux/align.h>\nunsigned int f(unsigned int n)\n{\n\treturn (n + 7) & ~7;\n}\n"
    tree = {"include/linux/align.h": _HEADER, "mm/a.c": code}

    assert ask(tree, "mm/a.c", {"ALIGN": 1000, "round_up": 500}).calls == ["ALIGN(n, 8)"]
    wrapped = code.replace("(n + 7) & ~7", "__ALIGN_KERNEL_MASK(1, ~n)").replace("unsigned int n", "unsigned short n")
    assert ask({**tree, "mm/a.c": wrapped}, "mm/a.c", {"ALIGN": 1000, "round_up": 500}).calls == []
    assert ask({**tree, "mm/a.c": code.replace("(n + 7)", "n")}, "mm/a.c", {"ALIGN": 1000, "round_up": 500}).calls == []
