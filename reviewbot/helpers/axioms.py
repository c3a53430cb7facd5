# SPDX-License-Identifier: GPL-2.0-or-later
"""What do helpers mean whose definitions only a compiler can read?  A few, defined here, where the tree has the name.

The meaning of these is the C standard's or the documentation's (include/linux/minmax.h, Documentation/core-api/
unaligned-memory-access.rst); the name, the header and the types still come from the tree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewbot.helpers.entry import Entry, Kind


def _loads(count: int, *, big: bool, sign: str, cast: str, casts: int) -> str:
    """The bytes of a number, of which the highest so many are cast before they are shifted."""
    order = range(count) if big else range(count - 1, -1, -1)
    parts = ((cast if rank < casts else "", at, 8 * (count - 1 - rank)) for rank, at in enumerate(order))
    return f" {sign} ".join(f"({kind}(p[{at}]) << {by})" if kind else f"(p[{at}] << {by})" for kind, at, by in parts)


_CASTS = {2: ("", (0,)), 3: ("(u32)", (0, 3)), 4: ("(u32)", (0, 1, 4)), 8: ("(u64)", (7, 8))}
"""By the bytes of a number: the type that they are cast to, and how many of them in each of the ways that are right."""
COMPARING = frozenset({"min", "max"})
"""Those that compile only for values of one type."""
OF_BYTES = frozenset(f"get_unaligned_{order}{bits}" for order in ("be", "le") for bits in (16, 24, 32, 48, 64))
"""Those whose pointer, of no type, is one to unsigned bytes in the code that they mean."""
ROUNDING = frozenset({"ALIGN", "round_up"})
"""Those that say what adding and masking is for, however short that is."""
OF_POWERS = ROUNDING | {"ALIGN_DOWN", "round_down", "IS_ALIGNED", "PTR_ALIGN", "PTR_ALIGN_DOWN"}
"""Those whose second argument has to be a power of two (include/linux/math.h, include/vdso/align.h)."""
ONCE = frozenset({"READ_ONCE", "data_race"})
"""Macros that say how a value is read, and not which."""
MEANINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "round_up": (("x", "y"), ("(((x) + (__typeof__(x))((y) - 1)) & ~(__typeof__(x))((y) - 1))",)),
    "min": (("x", "y"), ("((x) < (y) ? (x) : (y))", "((x) <= (y) ? (x) : (y))")),
    "max": (("x", "y"), ("((x) > (y) ? (x) : (y))", "((x) >= (y) ? (x) : (y))")),
    **{
        f"get_unaligned_{'be' if big else 'le'}{8 * count}": (
            ("p",),
            tuple(_loads(count, big=big, sign=sign, cast=cast, casts=casts) for sign in "|+" for casts in ways),
        )
        for big in (True, False)
        for count, (cast, ways) in _CASTS.items()
    },
}
"""Parameters and bodies (all that mean the same) of each name."""


def defined(entry: Entry) -> Iterator[Entry]:
    """The entry as it is, or one for each of the bodies that are known here."""
    known = MEANINGS.get(entry.name)
    if known is None or entry.kind not in (Kind.INLINE, Kind.MACRO):
        yield entry
        return
    names, bodies = known
    kinds = [kind for kind, _name in entry.parameters] + [""] * len(names)
    parameters = tuple(zip(kinds, names, strict=False))
    for body in bodies:
        text = body if entry.kind is Kind.MACRO else f"{{ return {body}; }}"
        yield replace(entry, parameters=parameters, body=text)
