# SPDX-License-Identifier: GPL-2.0-or-later
"""With which type was a name declared in this function?  Parameters and locals as written; unknown stays unknown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from reviewbot.syntax.parse import Function, Unit

Text = Callable[[int, int], str]
_ARRAY = re.compile(r"\[[^\]]*\]")
_SKIPPED = frozenset({"storage_class_specifier", "comment"})


def symbols(unit: Unit, function: Function) -> dict[str, str]:
    """Names and their declared types, as {"dev": "struct device *"}; a name that has two types is left out."""
    start = unit.tree.root_node.descendant_for_byte_range(function.span.start, function.body)
    while start is not None and start.type != "function_definition":
        start = start.parent
    out: dict[str, str] = {}
    twice: set[str] = set()
    for node in _declarations(start) if start is not None else ():
        for name, kind in declared(unit.text, node):
            if out.setdefault(name, kind) != kind:
                twice.add(name)
    return {name: kind for name, kind in out.items() if name not in twice}


def _declarations(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        at = stack.pop()
        if at.type in ("declaration", "parameter_declaration"):
            yield at
        if not at.type.endswith("expression"):
            stack.extend(at.named_children)


def declared(text: Text, node: Node) -> Iterator[tuple[str, str]]:
    """The names that a declaration, parameter or member declares, each with its type as written."""
    declarators = node.children_by_field_name("declarator")
    if not declarators:
        return
    base = " ".join(
        text(kid.start_byte, kid.end_byte)
        for kid in node.named_children
        if kid.end_byte <= declarators[0].start_byte and kid.type not in _SKIPPED
    )
    for declarator in declarators:
        found = _name_and_stars(text, declarator)
        if found is not None:
            name, suffix = found
            if node.type == "parameter_declaration" and "[" in suffix:
                suffix = _ARRAY.sub("*", suffix)  # which an array is as a parameter
            yield name, f"{base} {suffix}".strip()


def _name_and_stars(text: Text, node: Node) -> tuple[str, str] | None:
    suffix, at = "", node
    while at.type not in ("identifier", "field_identifier"):
        inner = at.child_by_field_name("declarator")
        if at.type == "pointer_declarator":
            if "[" in suffix:
                return None  # a pointer to an array
            suffix = "*" + suffix
        elif at.type == "array_declarator":
            size = at.child_by_field_name("size")
            suffix += f"[{text(size.start_byte, size.end_byte) if size is not None else ''}]"
        elif at.type not in ("init_declarator", "parenthesized_declarator"):
            return None
        if inner is None:
            return None
        at = inner
    return text(at.start_byte, at.end_byte), suffix
