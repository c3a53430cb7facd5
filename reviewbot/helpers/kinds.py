# SPDX-License-Identifier: GPL-2.0-or-later
"""What do a number, a mask, a type's text say by themselves?  Small questions that need no tree to be answered."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reviewbot.helpers.algebra import container, number
from reviewbot.syntax.term import Term

_EXPORTED = re.compile(r"\b__([us](?:8|16|32|64))\b")
_POINTING = re.compile(r"^(.*?)\s*(?:\*|\[[^\]]*\])$")
INT, LONG, LONG_LONG = 32, 64, 66
"""Widths, in the numbers that helpers.types gives them."""
NEVER = 1000
"""A width that no type has."""


def is_promotion(of: tuple[bool, int] | None, to: tuple[bool, int]) -> bool:
    """True for a cast that C does anyway: of an unsigned type narrower than int to one that is no narrower."""
    return of is not None and of[0] and of[1] < INT and (of[1] <= to[1] < INT or to == (False, INT))


def is_small(term: Term) -> bool:
    """True for a number that is the same in every type of at least 32 bits."""
    value = number(term)
    return value is not None and 0 <= value < 1 << 31


def is_fixed(term: Term) -> bool:
    """True for a value that is made of constants alone."""
    return not any(part.kind == "id" and not part.value.isupper() for part in term.walk())


def is_fixed_everywhere(term: Term) -> bool:
    """True for a value made of constants that no integer type changes: a number below 128, or one by name."""
    value = number(term)
    return is_fixed(term) if value is None else 0 <= value < 1 << 7


def fits_in(value: int, kind: tuple[bool, int] | None) -> bool:
    """True for a number that an integer type holds."""
    if kind is None:
        return False
    width = min(kind[1], 64)
    return 0 <= value < 1 << width if kind[0] else -(1 << (width - 1)) <= value < 1 << (width - 1)


def is_path(name: Term) -> bool:
    """True for a member's name, or a path of names."""
    while name.kind in ("dot", "mem") and name.kids:
        name = name.kids[0]
    return name.kind == "id"


def plain(kind: str) -> str:
    """A type without const, its stars apart; what user space calls __u8 is u8."""
    return " ".join(_EXPORTED.sub(r"\1", kind.replace("const ", "").replace("*", " * ")).split())


def renamed(text: str, values: Mapping[str, Term]) -> str:
    """A member path with its holes filled by the names bound to them."""
    parts = [values[part].value if part in values else part for part in text.split(".")]
    return ".".join(parts)


def type_text(term: Term) -> str:
    """A type's term as people write it."""
    if term.kind == "type":
        return f"{' '.join(type_text(kid) for kid in term.kids)} {term.value}".strip()
    if term.kind in ("struct_specifier", "union_specifier", "enum_specifier"):
        return f"{term.kind.partition('_')[0]} {' '.join(type_text(kid) for kid in term.kids)}"
    if term.kids:
        return " ".join(type_text(kid) for kid in term.kids)
    return term.value


def pointed_type(kind: str) -> str:
    """The text of the type that a pointer's or an array's text points to; "" for any other."""
    found = _POINTING.match(kind)
    return found.group(1) if found else ""


def container_of(pointer: Term, kind: Term, name: Term) -> Term:
    """container_of() of a member's name, or of a path of names."""
    while name.kind in ("dot", "mem"):
        pointer, name = container(pointer, "?", name.value), name.kids[0]
    return container(pointer, type_text(kind).removeprefix("struct ").rstrip(" *"), name.value)


def low_width(mask: Term) -> int:
    """The bits that a cast must keep for a mask of low bits, (1 << n) - 1, not to see it; many for any other mask."""
    value = number(mask)
    if value is not None:
        return INT if 0 <= value < 1 << 31 else NEVER
    is_low = mask.kind == "sum" and mask.value == "-1" and len(mask.kids) == 1 and mask.kids[0].kind == "pow2"
    return LONG if is_low else NEVER
