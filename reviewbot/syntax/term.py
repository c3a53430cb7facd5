# SPDX-License-Identifier: GPL-2.0-or-later
"""What does this piece of C say, apart from how it is spelt?  Syntax nodes become plain terms that can be compared.

A term keeps its place in the file and nothing of the parser.  Parentheses are dropped here and every other difference
of spelling is kept: what counts as the same is the business of match.normal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

MAX_DEPTH = 120
"""Nesting above which a term becomes opaque, small enough that no walk over terms exhausts Python's own stack."""


@dataclass(slots=True, eq=False)
class Term:
    """A node of meaning: `kind`, its `value` (a name, an operator, a literal's text), its parts and its byte range.

    Kinds of expressions: id num str call dot arrow index unary binary cond assign init update cast sizeof comma; of
    statements: expr return if while do for switch case goto label break continue block decl empty; anything else has
    the parser's own node type.  `key` is equal for terms that are spelt alike but for blanks and parentheses.
    """

    kind: str
    value: str
    kids: tuple[Term, ...] = ()
    start: int = 0
    end: int = 0
    _key: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """A text that identifies the term: same key, same code."""
        if not self._key:
            inner = ",".join(kid.key for kid in self.kids)
            self._key = f"{self.kind}:{self.value}({inner})" if inner else f"{self.kind}:{self.value}"
        return self._key

    def walk(self) -> Iterator[Term]:
        """This term and all below it, parents first."""
        stack = [self]
        while stack:
            at = stack.pop()
            yield at
            stack.extend(reversed(at.kids))

    def fits(self, parts: int, depth: int) -> bool:
        """True if the term has at most so many parts and levels."""
        stack = [(self, 1)]
        while stack:
            at, level = stack.pop()
            parts -= 1
            if parts < 0 or level > depth:
                return False
            stack.extend((kid, level + 1) for kid in at.kids)
        return True

    def rebuilt(self, kind: str, value: str, kids: tuple[Term, ...]) -> Term:
        """A term of another shape at this place."""
        return Term(kind, value, kids, self.start, self.end)


Text = Callable[[int, int], str]
_LEAVES = {
    "identifier": "id",
    "field_identifier": "id",
    "type_identifier": "id",
    "statement_identifier": "id",
    "primitive_type": "id",
    "sized_type_specifier": "id",
    "null": "id",
    "true": "id",
    "false": "id",
    "number_literal": "num",
    "char_literal": "num",
    "break_statement": "break",
    "continue_statement": "continue",
}
_KINDS = {
    "call_expression": "call",
    "conditional_expression": "cond",
    "subscript_expression": "index",
    "comma_expression": "comma",
    "cast_expression": "cast",
    "return_statement": "return",
    "goto_statement": "goto",
    "compound_statement": "block",
    "while_statement": "while",
    "do_statement": "do",
    "for_statement": "for",
    "switch_statement": "switch",
    "case_statement": "case",
    "labeled_statement": "label",
    "declaration": "decl",
}
_SKIPPED = frozenset({"comment", "preproc_call", "preproc_def", "preproc_function_def"})
_THROUGH = frozenset({"else_clause", "argument_list"})


def to_term(node: Node, text: Text, depth: int = 0) -> Term:
    """The term of a syntax node; names and literals are read through `text(start, end)` from the file itself."""
    kind = node.type
    if kind == "parenthesized_expression":
        node = _inside(node)
        kind = node.type
    leaf = _LEAVES.get(kind)
    if leaf is not None:
        start, end = node.start_byte, node.end_byte
        return Term(leaf, text(start, end), (), start, end)
    if depth > MAX_DEPTH:
        return Term("opaque", text(node.start_byte, node.end_byte), (), node.start_byte, node.end_byte)
    special = _SPECIAL.get(kind)
    if special:
        return special(node, text, depth)
    if node.child_count == 0:
        return Term(kind, text(node.start_byte, node.end_byte), (), node.start_byte, node.end_byte)
    return _term(node, _KINDS.get(kind, kind), "", _kids(node, text, depth))


def head_term(definition: Node, text: Text) -> Term:
    """The head of a function's definition: its type and its declarator, without `static` and the like."""
    kids = _field(definition, "type", text, 0) + _field(definition, "declarator", text, 0)
    return Term("head", "", kids, definition.start_byte, definition.end_byte)


def _inside(node: Node) -> Node:
    """What stands inside of parentheses, however many."""
    while node.type == "parenthesized_expression":
        inner = [child for child in node.named_children if child.type != "comment"]
        if len(inner) != 1:
            break
        node = inner[0]
    return node


def _term(node: Node, kind: str, value: str, kids: tuple[Term, ...]) -> Term:
    return Term(kind, value, kids, node.start_byte, node.end_byte)


def _kids(node: Node, text: Text, depth: int) -> tuple[Term, ...]:
    out: list[Term] = []
    for child in node.named_children:
        kind = child.type
        if kind in _THROUGH:
            out += _kids(child, text, depth + 1)
        elif kind not in _SKIPPED:
            out.append(to_term(child, text, depth + 1))
    return tuple(out)


def _field(node: Node, name: str, text: Text, depth: int) -> tuple[Term, ...]:
    child = node.child_by_field_name(name)
    return (to_term(child, text, depth + 1),) if child is not None else ()


def _operator(node: Node, text: Text) -> str:
    child = node.child_by_field_name("operator")
    return text(child.start_byte, child.end_byte) if child is not None else ""


def _binary(node: Node, text: Text, depth: int) -> Term:
    kids = _field(node, "left", text, depth) + _field(node, "right", text, depth)
    return _term(node, "binary", _operator(node, text), kids)


def _assign(node: Node, text: Text, depth: int) -> Term:
    kids = _field(node, "left", text, depth) + _field(node, "right", text, depth)
    return _term(node, "assign", _operator(node, text), kids)


def _unary(node: Node, text: Text, depth: int) -> Term:
    return _term(node, "unary", _operator(node, text), _field(node, "argument", text, depth))


def _update(node: Node, text: Text, depth: int) -> Term:
    return _term(node, "update", _operator(node, text), _field(node, "argument", text, depth))


def _member(node: Node, text: Text, depth: int) -> Term:
    name = node.child_by_field_name("field")
    value = text(name.start_byte, name.end_byte) if name is not None else ""
    kind = "arrow" if _operator(node, text) == "->" else "dot"
    return _term(node, kind, value, _field(node, "argument", text, depth))


def _sizeof(node: Node, text: Text, depth: int) -> Term:
    kids = _field(node, "type", text, depth) or _field(node, "value", text, depth)
    return _term(node, "sizeof", "", kids)


def _type(node: Node, text: Text, depth: int) -> Term:
    declarator = node.child_by_field_name("declarator")
    stars, rest = 0, declarator
    while rest is not None and rest.type == "abstract_pointer_declarator":
        rest, stars = rest.child_by_field_name("declarator"), stars + 1
    more = text(rest.start_byte, rest.end_byte) if rest is not None else ""  # an array, a pointer to a function
    return _term(node, "type", "*" * stars + more, _field(node, "type", text, depth))


def _if(node: Node, text: Text, depth: int) -> Term:
    kids = _field(node, "condition", text, depth) + _field(node, "consequence", text, depth)
    return _term(node, "if", "", kids + _field(node, "alternative", text, depth))


def _else(node: Node, text: Text, depth: int) -> Term:
    kids = _kids(node, text, depth)
    return kids[0] if kids else _term(node, "empty", "", ())


def _expression_statement(node: Node, text: Text, depth: int) -> Term:
    kids = _kids(node, text, depth)
    return _term(node, "expr", "", kids) if kids else _term(node, "empty", "", ())


def _init(node: Node, text: Text, depth: int) -> Term:
    """`T *p = e` is the initialisation of the name p by e, whatever its declarator looks like."""
    at = node.child_by_field_name("declarator")
    while at is not None and at.type == "pointer_declarator":
        at = at.child_by_field_name("declarator")
    left = to_term(at, text, depth + 1) if at is not None else _term(node, "id", "", ())
    return _term(node, "init", "=", (left, *_field(node, "value", text, depth)))


def _string(node: Node, text: Text, _depth: int) -> Term:
    return _term(node, "str", text(node.start_byte, node.end_byte), ())


_SPECIAL: dict[str, Callable[[Node, Text, int], Term]] = {
    "binary_expression": _binary,
    "assignment_expression": _assign,
    "unary_expression": _unary,
    "pointer_expression": _unary,
    "update_expression": _update,
    "field_expression": _member,
    "sizeof_expression": _sizeof,
    "type_descriptor": _type,
    "if_statement": _if,
    "else_clause": _else,
    "expression_statement": _expression_statement,
    "init_declarator": _init,
    "string_literal": _string,
    "concatenated_string": _string,
}
