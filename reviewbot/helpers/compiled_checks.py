# SPDX-License-Identifier: GPL-2.0-or-later
"""What is the value of a check that the compiler makes, such as typecheck()?  The one that it has where it compiles.

Whether it compiles is a question of types: True where it does for certain, False where it does not, None where a type
is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from reviewbot.helpers.algebra import ONE, ZERO, number
from reviewbot.helpers.kinds import type_text
from reviewbot.syntax.term import Term

VALUES = {"typecheck": ONE, "__must_be_array": ZERO, "BUILD_BUG_ON_ZERO": ZERO, "__BUILD_BUG_ON_ZERO_MSG": ZERO}
"""include/linux/typecheck.h, compiler.h and build_bug.h say so."""
_ARRAY = re.compile(r"\[[^\]]+\]$")
_UNDECIDED = frozenset({"size_t", "ssize_t", "uintptr_t", "bool", "_Bool", "char"})
"""Types that are no other, whatever their width and sign are."""
TypeOf = Callable[[Term], str | None]
Integer = Callable[[str], tuple[bool, int] | None]


def passes(name: str, arguments: tuple[Term, ...], type_of: TypeOf, integer: Integer) -> bool | None:
    """Whether a check compiles; `integer` gives sign and width of a type."""
    if name == "typecheck" and len(arguments) == 2:
        wanted, given = type_text(arguments[0]), type_of(arguments[1])
        return _same(wanted, given, integer) if given is not None else None
    if name == "__must_be_array" and len(arguments) == 1:
        given = type_of(arguments[0])
        return bool(_ARRAY.search(given)) if given is not None else None
    failed = number(arguments[0]) if arguments else None
    return failed == 0 if failed is not None else None


def _same(one: str, other: str, integer: Integer) -> bool | None:
    """Whether two types are one; None for those that are no integers, since typedefs may hide that they are."""
    if one == other:
        return True
    if {one, other} & _UNDECIDED:
        return False
    first, second = integer(one), integer(other)
    return first == second if first is not None and second is not None else None
