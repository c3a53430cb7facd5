# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an unsigned value that is clamped at 0."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_UNSIGNED = re.compile(
    r"(?:const )?(?:(?:__)?u(?:8|16|32|64)|uint\d+_t|unsigned(?: (?:int|long|short|char|long long))?|size_t|bool)"
)


def _advice(site: Site) -> Advice | None:
    alternative = site.match.alternative
    kind = site.text("t") if alternative == 2 else site.type_of("x") or ""
    if not _UNSIGNED.fullmatch(kind):
        return None
    if alternative == 2:
        return Advice("min_t", f"min_t({kind}, {site.text('x')}, {site.text('h')})")
    return Advice("min")


def _f(call: str, kind: str = "u32") -> str:
    return f"void f(struct a *a, {kind} val)\n{{\n\ta->x = {call}\n}}\n"


RULE = Rule(
    id="clamp-zero",
    title="unsigned value clamped at 0",
    why="An unsigned value is never below 0, so that only the upper bound means something, or the type is wrong.",
    known_problems="A negative number may have been put into the variable before, where the clamp comes too late.",
    category=Category.STYLE,
    confidence=Confidence.HIGH,
    patterns=("clamp($x, 0, $h)", "clamp_val($x, 0, $h)", "clamp_t($t, $x, 0, $h)"),
    advice=_advice,
    message="`{x}` is unsigned here and never below 0; would {helper}() do, or should it be signed?",
    references=("include/linux/minmax.h",),
    measured="20 of 22 right, drivers/hwmon and drivers/iio of 7.2, 2026-11",
    examples=(
        Example("clamp", _f("clamp(val, 0, 7); //~")),
        Example("clamp-val", _f("clamp_val(val, 0, 7); //~", "u8")),
        Example("clamp-t", _f("clamp_t(u8, val, 0, 7); //~", "long"), suggestion="min_t(u8, val, 7)"),
        Example("signed", _f("clamp_val(val, 0, 7);", "long")),
        Example("clamp-t-signed", _f("clamp_t(int, val, 0, 7);")),
        Example("other-bound", _f("clamp_val(val, 1, 7);")),
        Example("unknown", _f("clamp_val(a->y, 0, 7);")),
    ),
)
