# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a loop over nodes that is left without the put of the node that it stands at."""

import re
from collections.abc import Iterable, Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText, block_end

_LAST = (
    r"(?:for_each_(?:available_|reserved_)?child_of_node\w*|\w*for_each_(?:available_|named_)?child_node\w*"
    r"|for_each_endpoint_of_node)"
)
_FIRST = r"for_each_(?:compatible_node|matching_node|node_by_name|node_by_type|node_with_property)"
_LOOP = re.compile(rf"\b(?:(?P<last>{_LAST})|(?P<first>{_FIRST}))(?<!_scoped)\s*\((?P<args>[^;{{}}]*?)\)\s*\{{")
_LEAVE = re.compile(r"\b(return\b[^;]*|goto\s+\w+|break)\s*;")
_NESTED = re.compile(r"\b(?:while|for|do|switch|\w*for_each\w*)\b[^{}]*\{")


def _find(source: SourceText) -> Iterable[Place]:
    """The ways out of such loops on which nobody puts the node, and nobody keeps it."""
    for function in source.functions:
        body = source.bare[function.body : function.end]
        for loop in _LOOP.finditer(body):
            args = loop["args"].split(",")
            child = args[-1 if loop["last"] else 0].strip()
            end = block_end(body, loop.end())
            inside, below = body[loop.end() : end], body[end:]
            if not re.fullmatch(r"\w+", child) or _is_kept(body, child):
                continue
            for leave in _leaves(inside, below, child):
                at = function.body + loop.end() + leave.start()
                yield Place(at, at + len(leave.group()), (("f", loop["last"] or loop["first"]), ("child", child)))


def _is_kept(body: str, child: str) -> bool:
    """True if a variable or a structure gets the node, it is cleaned up by its scope, or taken once more."""
    given = rf"[^=!<>]=\s*(?:to_of_node\()?{child}\s*[;,)]|_ptr\({child}\)|set_node\([^;]*\b{child}\b"
    taken = rf"_get\s*\(\s*{child}\s*\)|\b{child}\s*(?:__free|=[^=])|&{child}\b|\breturn\s+{child}\s*;"
    return re.search(f"{given}|{taken}", body) is not None


def _leaves(inside: str, below: str, child: str) -> Iterator[re.Match[str]]:
    put = re.compile(rf"\b\w*put\w*\s*\([^;]*\b{child}\s*\)")
    for leave in _LEAVE.finditer(inside):
        word = leave.group(1)
        if put.search(_before(inside, leave.start())) or re.search(rf"\b{child}\b", word):
            continue
        if word.startswith("goto"):
            name = word.split()[1]
            label = re.search(rf"^\s*{name}\s*:", inside + below, re.MULTILINE)
            if label is None or label.start() < len(inside) or put.search((inside + below)[label.end() :]):
                continue
        if word == "break" and (_is_inner(inside, leave.start()) or re.search(rf"\b{child}\b", below)):
            continue
        yield leave


def _before(text: str, at: int) -> str:
    """What runs before a place: the text before it without the blocks that are closed by then."""
    out, depth = [], 0
    for part in reversed(re.split(r"([{}])", text[:at])):
        depth += (part == "}") - (part == "{" and depth > 0)
        if depth == 0:
            out.append(part)
    return "".join(reversed(out))


def _is_inner(text: str, at: int) -> bool:
    """True if a break at this place leaves a loop or switch within the text."""
    return any(block_end(text, one.end()) > at for one in _NESTED.finditer(text, 0, at))


_OF, _FW = "for_each_child_of_node(foo->np, child)", "device_for_each_child_node(foo->dev, child)"
_PUT = "of_node_put(child);"


def _in(body: str, below: str = "\treturn 0;\n", loop: str = _OF, head: str = "struct device_node *child;") -> str:
    return (
        f"static int foo_parse(struct foo *foo)\n{{\n\t{head}\n\tint ret = 0, i;\n\n\t{loop} {{\n"
        f"\t\tret = foo_add(foo, child);\n{body}\t}}\n{below}}}\n"
    )


_RETURN = "\t\tif (ret)\n\t\t\treturn ret;"
_GOTO = "\t\tif (ret)\n\t\t\tgoto err;"
_BREAK = "\t\tif (ret)\n\t\t\tbreak;"
_ERR = "\treturn 0;\nerr:\n\tfoo_drop(foo);\n\treturn ret;\n"

RULE = Rule(
    id="child-not-put",
    title="loop over nodes left without a put",
    why="The iterator holds a reference to the node that it stands at, and drops it only when it goes on.",
    known_problems="A function that takes the reference over, or that puts the node, is not known.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"_put\b",
        r"\bleak",
        r"\bscoped\b",
        r"\brefer?ence|\brefcount",
    ),
    patterns=(Seek(("for_each",), _find, ("f", "child")),),
    message="{f}() holds a reference to `{child}` here; is a put missing?",
    references=("include/linux/of.h", "include/linux/property.h", "scripts/coccinelle/iterators/for_each_child.cocci"),
    measured="6 of 6 right, arch, drivers and sound of 7.2, 2026-11",
    examples=(
        Example("return", _in(f"{_RETURN} //~\n")),
        Example("goto", _in(f"{_GOTO} //~\n", _ERR)),
        Example("break", _in(f"{_BREAK} //~\n")),
        Example("firmware-node", _in(f"{_RETURN} //~\n", loop=_FW)),
        Example("node-comes-first", _in(f"{_RETURN} //~\n", loop='for_each_compatible_node(child, NULL, "foo")')),
        Example(
            "put-on-another-way",
            _in(f"\t\tif (ret == 1) {{\n\t\t\t{_PUT}\n\t\t\treturn 0;\n\t\t}}\n{_RETURN} //~\n"),
        ),
        Example("put", _in(f"\t\tif (ret) {{\n\t\t\t{_PUT}\n\t\t\treturn ret;\n\t\t}}\n")),
        Example("put-at-the-label", _in(f"{_GOTO}\n", _ERR.replace("foo_drop(foo);", _PUT))),
        Example("put-below", _in(f"{_BREAK}\n", f"\t{_PUT}\n\treturn ret;\n")),
        Example("to-a-label-in-the-loop", _in(f"{_GOTO}\n\t\tfoo->n++;\nerr:\n\t\tfoo->m++;\n")),
        Example("scoped", _in(f"{_RETURN}\n", loop=_OF.replace("node(", "node_scoped("))),
        Example("cleaned-up", _in(f"{_RETURN}\n", head="struct device_node *child __free(device_node) = NULL;")),
        Example("kept", _in(f"\t\tfoo->np = child;\n{_RETURN}\n")),
        Example("kept-in-a-device", _in(f"\t\tdevice_set_node(foo->dev, of_fwnode_handle(child));\n{_RETURN}\n")),
        Example("returned", _in("\t\tif (ret)\n\t\t\treturn foo_take(child);\n")),
        Example("of-a-member", _in(f"{_RETURN}\n", loop="for_each_child_of_node(foo->np, foo->child)")),
        Example("inner-loop", _in("\t\tfor (i = 0; i < 3; i++) {\n\t\t\tif (ret)\n\t\t\t\tbreak;\n\t\t}\n")),
    ),
)
