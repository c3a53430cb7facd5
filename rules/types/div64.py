# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a 64-bit divisor that is handed to a division by 32 bits."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_WIDE = r"(?:u64|s64|__u64|u?int64_t|unsigned long long|long long)"
_TWIN = {"div_u64": "div64_u64", "div_s64": "div64_s64", "do_div": "div64_u64"}


def _advice(site: Site) -> Advice | None:
    text = site.text("b")
    wide = re.fullmatch(rf"(?:const )?{_WIDE}", site.type_of("b") or "") or re.match(rf"\(\s*{_WIDE}\s*\)", text)
    if not wide or site.is_constant("b"):
        return None
    name = _TWIN[("div_u64", "div_s64", "do_div")[site.match.alternative]]
    return Advice(name, fields=(("called", ("div_u64", "div_s64", "do_div")[site.match.alternative]),))


def _f(body: str, kind: str = "u64") -> str:
    return f"u64 f(u64 a, {kind} b)\n{{\n{body}\treturn a;\n}}\n"


RULE = Rule(
    id="div64",
    title="64-bit divisor cut to 32 bits",
    why="div_u64() and do_div() take a divisor of 32 bits: the upper half of a wider one is lost without a warning.",
    known_problems="A divisor that is known to be small is reported; a cast to u32 would say so.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bdo_div\b|div_?[us]?64",),
    patterns=("div_u64($a, $b)", "div_s64($a, $b)", "do_div($a, $b)"),
    advice=_advice,
    message="{called}() cuts `{b}` to 32 bits; is {helper}() needed, or a narrower type?",
    references=("include/linux/math64.h", "scripts/coccinelle/misc/do_div.cocci"),
    nursery=True,
    examples=(
        Example("variable", _f("\ta = div_u64(a, b); //~\n")),
        Example("signed", _f("\ta = div_s64(a, b); //~\n", "s64")),
        Example("in-place", _f("\tdo_div(a, b); //~\n")),
        Example("cast", _f("\ta = div_u64(a, (u64)b * 2); //~\n", "u32")),
        Example("narrow", _f("\ta = div_u64(a, b);\n", "u32")),
        Example("cut-on-purpose", _f("\ta = div_u64(a, (u32)b);\n")),
        Example("constant", _f("\ta = div_u64(a, (u64)1000);\n")),
    ),
)
