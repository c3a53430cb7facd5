# SPDX-License-Identifier: GPL-2.0-or-later
"""Report min(), max() and clamp() written with a ternary."""

from reviewbot.rule import Advice, Category, Confidence, Example, Pattern, Rule, Site

_HEADERS = ("include/linux/minmax.h", "include/linux/kernel.h")
_FACTS = {
    "min": "this is the smaller of two values",
    "max": "this is the larger of two values",
    "clamp": "this keeps a value within two bounds",
}
_AS_WRITTEN = ("likely",)
_PATTERNS = {
    "$v < $l ? $l : $v > $h ? $h : $v": "clamp",
    "$v > $h ? $h : $v < $l ? $l : $v": "clamp",
    "$a < $b ? $a : $b": "min",
    "$a <= $b ? $a : $b": "min",
    "$a < $b ? $b : $a": "max",
    "$a <= $b ? $b : $a": "max",
    "min(max($v, $l), $h)": "clamp",
    "max(min($v, $h), $l)": "clamp",
}


def _advice(site: Site) -> Advice | None:
    """The call, where no operand has an effect or is the 0 of an error-or-count idiom."""
    name = tuple(_PATTERNS.values())[site.match.alternative]
    operands = ("v", "l", "h") if name == "clamp" else ("a", "b")
    if not site.in_kernel() or any(site.has_effects(n) for n in operands):
        return None
    if name == "clamp":
        known = site.is_constant("l") and site.is_constant("h")
    else:
        known = "0" not in (site.text("a"), site.text("b")) and not (site.is_constant("a") and site.is_constant("b"))
        operands = operands[::-1] if site.is_constant("a") or _stands_first(site, "b") else operands
    call = f"{name}({', '.join(site.text(n) for n in operands)})"
    return Advice(name, call, (("fact", _FACTS[name]),)) if known else None


def _stands_first(site: Site, name: str) -> bool:
    return not site.is_constant(name) and site.code().lstrip("(").startswith(site.text(name))


def _return(expression: str) -> str:
    return f"int f(int a, int b, int c)\n{{\n\treturn {expression}\n}}\n"


_TREE = {"include/linux/minmax.h": "#define min(x, y)\n#define max(x, y)\n#define clamp(val, lo, hi)\n"}

RULE = Rule(
    id="minmax",
    title="min(), max() or clamp() written by hand",
    why="The macros say what is meant, evaluate each operand once, and reject operands of different signedness.",
    known_problems="The types are not compared: where they differ in signedness, the macros do not compile.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=tuple(Pattern(text, _AS_WRITTEN) for text in _PATTERNS),
    advice=_advice,
    message="{fact}; would {suggestion} do?",
    needs={"clamp": _HEADERS},
    references=("include/linux/minmax.h", "scripts/coccinelle/misc/minmax.cocci"),
    examples=(
        Example("min", _return("a < b ? a : b; //~"), headers=_TREE, suggestion="min(a, b)"),
        Example("max-swapped", _return("b > a ? b : a; //~"), headers=_TREE, suggestion="max(b, a)"),
        Example("min-or-equal", _return("a <= b ? a : b; //~"), headers=_TREE, suggestion="min(a, b)"),
        Example("max-or-equal", _return("(a >= b) ? a : b; //~"), headers=_TREE, suggestion="max(a, b)"),
        Example("clamp", _return("a < 1 ? 1 : a > 9 ? 9 : a; //~"), headers=_TREE, suggestion="clamp(a, 1, 9)"),
        Example(
            "clamp-from-above", _return("a > 9 ? 9 : (a < 1 ? 1 : a); //~"), headers=_TREE, suggestion="clamp(a, 1, 9)"
        ),
        Example("clamp-by-calls", _return("min(max(a, 1), 9); //~"), headers=_TREE, suggestion="clamp(a, 1, 9)"),
        Example(
            "clamp-by-calls-from-above", _return("max(min(a, 9), 1); //~"), headers=_TREE, suggestion="clamp(a, 1, 9)"
        ),
        Example("error-or-count", _return("a < 0 ? a : 0;"), headers=_TREE),
        Example("limit-first", _return("a > 255 ? 255 : a; //~"), headers=_TREE, suggestion="min(a, 255)"),
        Example("unlikely", _return("unlikely(a > b) ? b : a;"), headers=_TREE),
        Example("two-constants", _return("MAX_A > MAX_B ? MAX_A : MAX_B;"), headers=_TREE),
        Example("which-one-is-bounded", _return("min(max(a, b), 9);"), headers=_TREE),
        Example("effect", _return("g(a) < b ? g(a) : b;"), headers=_TREE),
        Example("other-operand", _return("a < b ? a : c;"), headers=_TREE),
        Example("user-space", _return("a < b ? a : b;"), headers=_TREE, path="tools/lib/x.c"),
        Example("not-in-the-tree", _return("a < b ? a : b;")),
    ),
)
