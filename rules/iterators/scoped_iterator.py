# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a loop over child nodes that puts the child by hand before it is left."""

import re
from collections.abc import Iterable

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText, block_end

_HEADERS = ("include/linux/of.h", "include/linux/property.h")
_LOOP = re.compile(r"\b(\w*for_each_(?:\w+_)?child(?:_node|_of_node)\w*(?<!_scoped))\s*\(([^;{}]*?)\)\s*\{")


def _find(source: SourceText) -> Iterable[Place]:
    """The heads of loops in which the child is put, or that jump to a label where it is."""
    for function in source.functions:
        body = source.bare[function.body : function.end]
        for loop in _LOOP.finditer(body):
            child = loop.group(2).split(",")[-1].strip()
            inside = body[loop.end() : block_end(body, loop.end())]
            below = body[loop.end() + len(inside) :]
            put = re.compile(rf"\b(?:of_node_put|fwnode_handle_put)\s*\(\s*{re.escape(child)}\s*\)")
            leaves = put.search(inside) or (re.search(r"\bgoto\b", inside) and put.search(below))
            if leaves and re.fullmatch(r"\w+", child) and not _is_kept(inside, below, child):
                start = function.body + loop.start()
                yield Place(start, function.body + loop.end() - 1, (("f", loop.group(1)), ("child", child)))


def _is_kept(inside: str, below: str, child: str) -> bool:
    """True if the child is used below the loop, other than to be put at a label, or is kept in something."""
    rest = re.sub(
        rf"\b\w+_put\s*\(\s*{child}\s*\)|for_each\w+\s*\([^;{{}}]*{child}[^;{{}}]*\)\s*\{{[^}}]*\}}", "", below
    )
    kept = re.search(rf"[\w\]]\s*=\s*{child}\s*;|\breturn\s+{child}\s*;", inside)
    return kept is not None or re.search(rf"\b{child}\b", rest) is not None


def _advice(site: Site) -> Advice | None:
    helper = f"{site.text('f')}_scoped"
    return Advice(helper) if site.declares(helper, _HEADERS) else None


_TREE = {
    "include/linux/of.h": "for_each_child_of_node_scoped for_each_available_child_of_node_scoped",
    "include/linux/property.h": "device_for_each_child_node_scoped",
}


def _loop(body: str, after: str = "\treturn 0;\n", loop: str = "for_each_child_of_node(np, child) { //~") -> str:
    return (
        f"static int f(struct a *a, struct device_node *np)\n{{\n\tstruct device_node *child;\n\tint ret = 0;\n\n"
        f"\t{loop}\n{body}\t}}\n{after}}}\n"
    )


_PUT = "\t\tret = g(child);\n\t\tif (ret) {\n\t\t\tof_node_put(child);\n\t\t\treturn ret;\n\t\t}\n"
_QUIET = "for_each_child_of_node(np, child) {"

RULE = Rule(
    id="scoped-iterator",
    title="child node that is put by hand before a loop is left",
    why="The _scoped iterators put the child wherever the loop is left, so that error paths cannot forget it.",
    known_problems="A child that a called function keeps without a reference of its own is not known.",
    category=Category.API,
    confidence=Confidence.HIGH,
    raised_by=(r"\bscoped\b",),
    patterns=(Seek(("child_of_node", "child_node"), _find, ("f", "child")),),
    advice=_advice,
    message="`{child}` is put by hand when the loop is left; would {helper}() do here?",
    references=("include/linux/of.h", "include/linux/property.h"),
    measured="17 of 17 right, drivers/{hwmon,iio,leds,input,gpio,pinctrl} of 7.2, 2026-11",
    examples=(
        Example("put-and-return", _loop(_PUT), headers=_TREE),
        Example(
            "put-at-a-label",
            _loop(
                "\t\tret = g(child);\n\t\tif (ret)\n\t\t\tgoto out;\n",
                "\treturn 0;\nout:\n\tof_node_put(child);\n\treturn ret;\n",
            ),
            headers=_TREE,
        ),
        Example(
            "firmware-nodes",
            _loop(_PUT.replace("of_node", "fwnode_handle"), loop="device_for_each_child_node(a->dev, child) { //~"),
            headers=_TREE,
        ),
        Example("used-below", _loop(_PUT, "\treturn h(child);\n", _QUIET), headers=_TREE),
        Example("kept", _loop(_PUT + "\t\ta->np = child;\n", loop=_QUIET), headers=_TREE),
        Example("never-put", _loop("\t\tg(child);\n", loop=_QUIET), headers=_TREE),
        Example("scoped", _loop(_PUT, loop="for_each_child_of_node_scoped(np, child) {"), headers=_TREE),
        Example("not-in-the-tree", _loop(_PUT, loop=_QUIET)),
    ),
)
