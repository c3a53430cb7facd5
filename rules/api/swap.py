# SPDX-License-Identifier: GPL-2.0-or-later
"""Report two values that change places through a third."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_HEADERS = ("include/linux/minmax.h", "include/linux/kernel.h")
_VALUE = r"[A-Za-z_*][\w.>-]*(?:\[[^\[\];\n]{1,40}\])?"
_SWAP = re.compile(rf"(?<![\w.>*])(\w+) = ({_VALUE});\s*\2 = ({_VALUE});\s*\3 = \1;")


def _swaps(source: SourceText) -> Iterator[Place]:
    """The third is not used afterwards."""
    if source.path.startswith(("tools/", "scripts/", "samples/")):
        return
    for found in _SWAP.finditer(source.bare):
        function = next((f for f in source.functions if f.start <= found.start() < f.end), None)
        rest = source.bare[found.end() : function.end] if function else ""
        again = re.search(rf"(?<![\w.>]){found.group(1)}\b(?!\s*=[^=])", rest)
        if function and not again and found.group(2) != found.group(3):
            yield Place(found.start(), found.end(), (("a", found.group(2)), ("b", found.group(3))))


def _code(body: str) -> str:
    return f"int f(int a, int b)\n{{\n\tint t;\n\n{body}\treturn a - b;\n}}\n"


_TREE = {"include/linux/minmax.h": "swap"}
_BODY = "\tt = a; //~\n\ta = b;\n\tb = t;\n"

RULE = Rule(
    id="swap",
    title="two values exchanged through a third",
    why="swap() says so in one line and needs no variable.",
    known_problems="Values of different types, or bit-fields, cannot be given to swap().",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=(Seek((" = ",), _swaps, ("a", "b")),),
    message="`{a}` and `{b}` change places; would swap() do?",
    helper="swap",
    suggestion="swap({a}, {b});",
    needs={"swap": _HEADERS},
    references=("include/linux/minmax.h", "scripts/coccinelle/misc/swap.cocci"),
    measured="2 of 2 right, drivers/platform, net/wireless and ten other folders of 7.2, 2026-11",
    examples=(
        Example("plain", _code(_BODY), headers=_TREE, suggestion="swap(a, b);"),
        Example("elements", _code("\tt = p[a]; //~\n\tp[a] = p[b];\n\tp[b] = t;\n"), headers=_TREE),
        Example("used-again", _code(_BODY.replace(" //~", "") + "\tuse(t);\n"), headers=_TREE),
        Example("handed-round", _code("\tt = a;\n\ta = b;\n\tb = c;\n"), headers=_TREE),
        Example("user-space", _code(_BODY.replace(" //~", "")), headers=_TREE, path="tools/example.c"),
        Example("not-in-the-tree", _code(_BODY.replace(" //~", ""))),
    ),
)
