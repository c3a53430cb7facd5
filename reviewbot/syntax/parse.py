# SPDX-License-Identifier: GPL-2.0-or-later
"""What functions does a file hold, where, and which of them could not be understood?

A Unit keeps its syntax tree only while its file is being matched; what leaves this layer are spans and terms.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property

import tree_sitter_c
from tree_sitter import Language, Node, Parser, Tree

from reviewbot.model import SourceFile, Span
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.kconfig import is_kconfig
from reviewbot.syntax.macros import Macro, read_macros
from reviewbot.syntax.normalise import normalise

MAX_BYTES = 20 * 1024 * 1024
"""Files above this size (the kernel's largest register headers) are not parsed."""


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_c.language()))


@dataclass(frozen=True, slots=True)
class Function:
    """A function definition: its name, the span of the whole, and the offset where its body starts.

    `error_line` is the 1-based line of the first thing that the parser did not understand, 0 if there is none.
    """

    name: str
    span: Span
    body: int
    error_line: int

    @property
    def analysed(self) -> bool:
        """True when the whole function was understood."""
        return self.error_line == 0


@dataclass
class Unit:
    """A parsed file.  Offsets are bytes of `source.text`; lines are 1-based."""

    source: SourceFile
    tree: Tree = field(repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer(rb"\n", self.source.text))]

    def line(self, offset: int) -> int:
        """The 1-based line of a byte offset."""
        return bisect_right(self._line_starts, offset)

    def span(self, start: int, end: int) -> Span:
        """The span of the bytes [start, end)."""
        return Span(start, end, self.line(start), self.line(max(start, end - 1)))

    def text(self, start: int, end: int) -> str:
        """The file's own text of the bytes [start, end)."""
        return self.source.text[start:end].decode("utf-8", "replace")

    @cached_property
    def macros(self) -> dict[str, Macro]:
        """The macros that the file itself defines, by name."""
        return read_macros(self.source.text)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """All function definitions, in order of place."""
        return tuple(self._function(node) for node in _definitions(self.tree.root_node))

    @cached_property
    def _function_starts(self) -> list[int]:
        return [f.span.start for f in self.functions]

    def function_at(self, offset: int) -> Function | None:
        """The function around a byte offset, or None at file level."""
        index = bisect_right(self._function_starts, offset) - 1
        if index >= 0 and offset < self.functions[index].span.end:
            return self.functions[index]
        return None

    def _function(self, node: Node) -> Function:
        body = node.child_by_field_name("body")
        start = body.start_byte if body else node.end_byte
        error = _first_error(node) if node.has_error else None
        return Function(
            _name(self, node),
            self.span(node.start_byte, node.end_byte),
            start,
            self.line(error.start_byte) if error else 0,
        )


def parse(source: SourceFile, facts: SyntaxFacts) -> Unit:
    """Parse a file whatever it holds; trouble shows in `Function.error_line`, never as an exception.

    A Kconfig file is text without any C.
    """
    return Unit(source, _parser().parse(b"" if is_kconfig(source.path) else normalise(source.text, facts)))


def parse_text(text: str) -> Node:
    """The root node of plain C text, as patterns use it; the caller looks for errors."""
    return parse_bytes(text.encode())


def parse_bytes(text: bytes) -> Node:
    """The root node of a text that is plain C, or was made so by syntax.normalise; the caller looks for errors."""
    return _parser().parse(text).root_node


def first_error(node: Node) -> Node | None:
    """The first node below `node` that is an error or was made up by the parser, or None."""
    return _first_error(node) if node.has_error else None


def error_count(node: Node) -> int:
    """How many nodes at and below `node` are errors or were made up by the parser."""
    found, stack = 0, [node]
    while stack:
        at = stack.pop()
        found += at.is_error or at.is_missing
        stack.extend(child for child in at.children if child.has_error or child.is_missing)
    return found


def _definitions(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "function_definition":
            yield node
        elif node.type.startswith(("translation", "preproc", "linkage", "ERROR", "declaration_list")):
            stack.extend(reversed(node.named_children))


def _first_error(node: Node) -> Node | None:
    stack = [node]
    while stack:
        at = stack.pop()
        if at.is_error or at.is_missing:
            return at
        stack.extend(child for child in reversed(at.children) if child.has_error or child.is_missing)
    return None


_DEFINER = re.compile(rb"(?:static[ \t]+)?([A-Z_][A-Za-z0-9_]+)\(\s*(\w+)")


def _name(unit: Unit, node: Node) -> str:
    written = _DEFINER.match(unit.source.text, node.start_byte)
    if written:
        return f"{written.group(1).decode()}({written.group(2).decode()})"
    at = node.child_by_field_name("declarator")
    while at is not None and at.type not in ("identifier", "field_identifier"):
        at = at.child_by_field_name("declarator") or next(iter(at.named_children), None)
    return unit.text(at.start_byte, at.end_byte) if at is not None else "?"
