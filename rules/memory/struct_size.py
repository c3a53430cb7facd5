# SPDX-License-Identifier: GPL-2.0-or-later
"""Report the size of a structure with its flexible array, added up by hand."""

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/overflow.h",)


def _advice(site: Site) -> Advice | None:
    """A number that is constant cannot overflow."""
    return None if site.is_constant("n") or not site.in_kernel() else Advice("struct_size")


def _code(size: str, mark: str = " //~", call: str = "kzalloc") -> str:
    return f"void *f(struct foo *p, int n)\n{{\n\tp = {call}({size}, GFP_KERNEL);{mark}\n\treturn p;\n}}\n"


_TREE = {"include/linux/overflow.h": "struct_size"}
_CALLS = ("kzalloc", "kmalloc", "kvzalloc")

RULE = Rule(
    id="struct-size",
    title="size of a flexible structure by hand",
    why="struct_size() cannot overflow, where the sum can give a buffer that is too small.",
    known_problems="A structure that is followed by an array and has no member for it cannot use struct_size().",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=tuple(f"{call}(sizeof($s) + $n * sizeof($e), $g)" for call in _CALLS),
    advice=_advice,
    message="{n} elements are added to the size of {s} by hand; would struct_size() do?",
    needs={"struct_size": _HEADERS},
    references=("include/linux/overflow.h", "Documentation/process/deprecated.rst"),
    nursery=True,
    examples=(
        *(Example(call, _code("sizeof(*p) + n * sizeof(u32)", call=call), headers=_TREE) for call in _CALLS),
        Example("product-first", _code("n * sizeof(p->a[0]) + sizeof(struct foo)"), headers=_TREE),
        Example("constant", _code("sizeof(*p) + 4 * sizeof(u32)", ""), headers=_TREE),
        Example("helper", _code("struct_size(p, a, n)", ""), headers=_TREE),
        Example("user-space", _code("sizeof(*p) + n * sizeof(u32)", ""), headers=_TREE, path="tools/example.c"),
        Example("not-in-the-tree", _code("sizeof(*p) + n * sizeof(u32)", "")),
    ),
)
