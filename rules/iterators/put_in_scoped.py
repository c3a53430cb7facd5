# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a child node that is put in a loop whose iterator puts it by itself."""

import re
from collections.abc import Iterable

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText, block_end

_LOOP = re.compile(r"\b(\w*for_each_\w+_scoped)\s*\(([^;{}]*?)\)\s*\{")


def _find(source: SourceText) -> Iterable[Place]:
    """The puts in such loops, where the child is not taken once more."""
    text = source.bare
    for loop in _LOOP.finditer(text):
        child = loop.group(2).split(",")[-1].strip()
        inside = text[loop.end() : block_end(text, loop.end())]
        if re.search(rf"\b(?:of_node_get|fwnode_handle_get|no_free_ptr|return_ptr)\s*\(\s*{child}\s*\)", inside):
            continue
        for put in re.finditer(rf"\b(of_node_put|fwnode_handle_put)\s*\(\s*{child}\s*\)", inside):
            start = loop.end() + put.start()
            yield Place(start, loop.end() + put.end(), (("f", loop.group(1)), ("put", put.group(1)), ("child", child)))


def _loop(body: str, loop: str = "for_each_child_of_node_scoped(np, child)") -> str:
    return f"static int f(struct device_node *np)\n{{\n\t{loop} {{\n{body}\t}}\n\treturn 0;\n}}\n"


_PUT = "\t\tif (g(child)) {\n\t\t\tof_node_put(child);%s\n\t\t\treturn -EINVAL;\n\t\t}\n"

RULE = Rule(
    id="put-in-scoped",
    title="child node put by hand in a scoped loop",
    why="The iterator drops its reference when the loop is left, so that a second put drops one of somebody else.",
    known_problems="A function that takes a reference to the child, and leaves it to be put here, is not known.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(
        r"_scoped\b",
        r"_put\b",
    ),
    patterns=(Seek(("_scoped(",), _find, ("f", "put", "child")),),
    message="{f}() puts `{child}` by itself; is this {put}() not one too many?",
    references=("include/linux/of.h", "include/linux/property.h"),
    measured="no hit, so no false one, in drivers/{clk,gpio,iio,leds,pinctrl} and more of 7.2, 2026-11",
    examples=(
        Example("put", _loop(_PUT % " //~")),
        Example(
            "firmware-node",
            _loop(
                "\t\tfwnode_handle_put(child); //~\n\t\tbreak;\n",
                "device_for_each_child_node_scoped(dev, child)",
            ),
        ),
        Example("not-scoped", _loop(_PUT % "", "for_each_child_of_node(np, child)")),
        Example("taken-again", _loop("\t\tlist(of_node_get(child));\n" + _PUT % "")),
        Example("another-node", _loop(_PUT % "").replace("put(child)", "put(up)")),
    ),
)
