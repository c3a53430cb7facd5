# SPDX-License-Identifier: GPL-2.0-or-later
"""Report the number of an array's elements computed by hand."""

import re

from reviewbot.rule import Category, Confidence, Example, Rule, Site


def _is_array(site: Site) -> bool:
    """Not a pointer as far as its declaration is seen, and the divisor is the element of that array."""
    if not site.in_kernel():
        return False
    kind = site.type_of("a")
    if kind is not None and "[" not in kind:
        return False
    if site.match.alternative == 0:
        return True
    element = re.sub(r"\[[^\]]*\]$", "", kind or "").strip()
    return kind is not None and kind.count("[") == 1 and element == site.text("t")


def _array(expression: str, declaration: str = "u16 a[4];") -> str:
    return f"int f(struct b *b)\n{{\n\t{declaration}\n\n\treturn {expression}\n}}\n"


_TREE = {"include/linux/array_size.h": "#define ARRAY_SIZE(arr) 1\n"}

RULE = Rule(
    id="array-size",
    title="number of elements by a division of sizes",
    why="ARRAY_SIZE() says what is meant, and does not compile when it is given a pointer.",
    known_problems="A pointer in a structure or at file level is not told from an array; there the division is a bug.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=("sizeof($a) / sizeof($a[0])", "sizeof($a) / sizeof($t)"),
    where=_is_array,
    message="this is the number of elements of {a}; would ARRAY_SIZE({a}) do?",
    helper="ARRAY_SIZE",
    suggestion="ARRAY_SIZE({a})",
    needs={"ARRAY_SIZE": ("include/linux/array_size.h", "include/linux/kernel.h")},
    references=("include/linux/array_size.h", "Documentation/process/coding-style.rst"),
    examples=(
        Example("first-element", _array("sizeof(a) / sizeof(a[0]); //~"), headers=_TREE, suggestion="ARRAY_SIZE(a)"),
        Example(
            "star", _array("sizeof(b->regs) / sizeof(*b->regs); //~"), headers=_TREE, suggestion="ARRAY_SIZE(b->regs)"
        ),
        Example("type", _array("sizeof(a) / sizeof(u16); //~"), headers=_TREE, suggestion="ARRAY_SIZE(a)"),
        Example("other-type", _array("sizeof(a) / sizeof(u32);"), headers=_TREE),
        Example("unknown-type", _array("sizeof(b->regs) / sizeof(u32);"), headers=_TREE),
        Example("pointer", _array("sizeof(a) / sizeof(a[0]);", "u16 *a = b->a;"), headers=_TREE),
        Example("other-array", _array("sizeof(a) / sizeof(c[0]);"), headers=_TREE),
        Example("user-space", _array("sizeof(a) / sizeof(a[0]);"), headers=_TREE, path="tools/lib/x.c"),
        Example("not-in-the-tree", _array("sizeof(a) / sizeof(a[0]);")),
    ),
)
