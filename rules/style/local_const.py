# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a constant local array that is built on the stack at each call."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_LOCAL = re.compile(
    r"(?<=[;{}])\s*(const\s+(?:struct\s+\w+|(?:unsigned\s+)?\w+)\s+(\w+)\s*(?:\[[^\]]*\]\s*)+)=\s*(\{(?:[^{};]|\{[^{};]*\})*\})\s*;"
)
_KNOWN = re.compile(
    r"\.\w+\s*=|\[[^\]]*\]\s*=|\b(?:sizeof|BIT|BIT_ULL|GENMASK|ARRAY_SIZE|cpu_to_\w+)\s*\(|\b0[xX][0-9a-fA-F]+\w*|\b\d+\w*|\b[A-Z][A-Z0-9_]+\b"
)


def _find(source: SourceText) -> Iterator[Place]:
    for function in source.functions:
        for found in _LOCAL.finditer(source.bare, function.body, function.end):
            if not re.search(r"[a-z_]", _KNOWN.sub("", found.group(3))):
                yield Place(found.start(1), found.end(1), (("v", found.group(2)),))


def _f(declaration: str) -> str:
    return f"int f(int i)\n{{\n\t{declaration}\n\n\treturn g(a[i]);\n}}\n"


RULE = Rule(
    id="local-const",
    title="constant array on the stack",
    why="Without static the compiler may copy the array to the stack at each call.",
    known_problems="The compiler often sees by itself that no copy is needed.",
    category=Category.STYLE,
    confidence=Confidence.HIGH,
    raised_by=(r"\bconst\b",),
    patterns=(Seek(words=("const",), find=_find, fields=("v",)),),
    message="`{v}` is a constant array that each call may build anew; can it be static const?",
    references=("scripts/checkpatch.pl", "Documentation/process/coding-style.rst"),
    measured="15 of 16 right, drivers/hwmon and drivers/iio of 7.2, 2026-11",
    examples=(
        Example("numbers", _f("const int a[4] = { 1, 2, 3, 4 }; //~")),
        Example("names", _f("const struct b a[] = { { A_ONE, BIT(1) }, { A_TWO, 0x2f } }; //~")),
        Example("static", _f("static const int a[4] = { 1, 2, 3, 4 };")),
        Example("variable", _f("const int a[2] = { i, 2 };")),
        Example("not-const", _f("int a[2] = { 1, 2 };")),
    ),
)
