# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in a file does a pattern match?  Looks only around the pattern's anchor word, converts only what is there."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from reviewbot.match.boolean import formula, same_meaning
from reviewbot.match.compiled import Compiled
from reviewbot.match.course import Course
from reviewbot.match.normal import normal
from reviewbot.match.unify import Bindings, undecorated, unify, unify_all
from reviewbot.model import Match, Span
from reviewbot.rule import SourceFunction, SourceText
from reviewbot.syntax.parse import Function, Unit
from reviewbot.syntax.scope import symbols
from reviewbot.syntax.term import Term, head_term, to_term

_TRUTH_PARENTS = frozenset({"if_statement", "while_statement", "do_statement"})
_BLOCKS = frozenset({"block", "case", "label"})
_BRANCHING = frozenset({"if", "while", "for", "do", "switch"})
_LEAF_TYPES = frozenset({"comment", "string_literal", "string_content", "char_literal", "system_lib_string"})
_MAX_PARENTHESES = 50
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_NO_CODE = re.compile(
    rb"""/\*.*?(?:\*/|\Z)|//[^\n]*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?""",
    re.DOTALL,
)
"""Comments, strings and characters; each may lack its end, so that no text is read twice."""
_MAX_TRIES = 200_000
"""Steps taken for one pattern in one file before the rest of the file is given up (and said to be)."""
_MAX_CLIMB = 1000
"""Syntax nodes between a word and its statement; finding a parent is itself linear in the parser's depth."""


@dataclass(frozen=True, slots=True)
class _Text:
    """The texts of one file.  Implements reviewbot.rule.SourceText."""

    path: str
    text: str
    bare: str
    functions: tuple[SourceFunction, ...]


@dataclass(slots=True)
class Terms:
    """The terms of one file, made when first asked for and shared by all patterns.

    `exhausted` collects the texts of patterns that gave the file up before its end.
    """

    unit: Unit
    exhausted: list[str] = field(default_factory=list)
    unfollowed: dict[str, str] = field(default_factory=dict)
    """Functions whose control flow cannot be followed, and why; filled when a pattern wants to."""
    at: int = -1
    """The offset that is looked at, -1 for none: what a rule takes too long for."""
    _made: dict[tuple[int, int, frozenset[str]], Term] = field(default_factory=dict)
    _symbols: dict[int, dict[str, str]] = field(default_factory=dict)
    _courses: dict[int, Course] = field(default_factory=dict)
    _bare: bytes | None = None
    _source: SourceText | None = None

    def forget(self) -> None:
        """Drop the terms, after work that was stopped half-way."""
        self._made, self._symbols, self._courses = {}, {}, {}

    def bare(self) -> bytes:
        """The file's text with blanks for comments and strings, byte for byte."""
        if self._bare is None:
            self._bare = _NO_CODE.sub(lambda found: b" " * len(found.group()), self.unit.source.text)
        return self._bare

    def source(self) -> SourceText:
        """The file as a rule's own search sees it."""
        if self._source is None:
            functions = (SourceFunction(f.name, f.span.start, f.body, f.span.end) for f in self.unit.functions)
            text, bare = (raw.decode("latin-1") for raw in (self.unit.source.text, self.bare()))
            self._source = _Text(self.unit.source.path, text, bare, tuple(functions))
        return self._source

    def of(self, node: Node, on: frozenset[str]) -> Term:
        """The normal term of a node under the isomorphisms `on`."""
        key = (node.start_byte, node.end_byte, on)
        if key not in self._made:
            parent = node.parent
            truth = parent is not None and (
                parent.type in _TRUTH_PARENTS
                or (parent.type == "for_statement" and node == parent.child_by_field_name("condition"))
            )
            term = to_term(node, self.unit.text)
            if "cast" in on and _has_cast(term):
                term = self._uncast(term, self.types_at(node.start_byte))
            self._made[key] = normal(term, on, truth=truth)
        return self._made[key]

    def course(self, function: Function) -> Course:
        """The control flow of a function with its code."""
        at = function.span.start
        if at not in self._courses:
            self._courses[at] = Course(self.unit, function, self.of, frozenset(self.types_at(function.body)))
        return self._courses[at]

    def head(self, function: Function) -> Term | None:
        """The head of a function; None if the parser did not see one."""
        node = self.unit.tree.root_node.descendant_for_byte_range(function.span.start, function.body)
        while node is not None and node.type != "function_definition":
            node = node.parent
        return head_term(node, self.unit.text) if node is not None else None

    def types_at(self, offset: int) -> dict[str, str]:
        """The declared types of names in the function around an offset; none at file level."""
        function = self.unit.function_at(offset)
        if function is None:
            return {}
        if function.span.start not in self._symbols:
            self._symbols[function.span.start] = symbols(self.unit, function)
        return self._symbols[function.span.start]

    def _uncast(self, term: Term, types: dict[str, str]) -> Term:
        """Drop casts of a name to the type that it was declared with."""
        kids = tuple(self._uncast(kid, types) for kid in term.kids)
        if term.kind == "cast" and len(kids) == 2 and kids[1].value in types and kids[1].kind == "id":
            written = self.unit.text(kids[0].start, kids[0].end)
            if "".join(written.split()) == "".join(types[kids[1].value].split()):
                return kids[1]
        return Term(term.kind, term.value, kids, term.start, term.end)


def _has_cast(term: Term) -> bool:
    stack = [term]
    while stack:
        at = stack.pop()
        if at.kind == "cast":
            return True
        stack += at.kids
    return False


Found = tuple[Match, Bindings, tuple[Term, ...]]
"""A match, its bindings as terms, and the terms that it covers."""


def find(
    terms: Terms, compiled: Compiled, within: Iterable[Span] | None = None, start: Bindings | None = None
) -> Iterator[Found]:
    """All ways in which the pattern matches inside the spans `within` (None: the whole file), by place of its anchor.

    Of one place the outermost term comes first.  `start` are the bindings to begin with.  Paths are match.paths' task.
    """
    text = terms.unit.source.text
    if not all(word in text for word in compiled.words):
        return
    budget = [_MAX_TRIES]
    search = _statements if compiled.statements else _expressions
    for at in occurrences(text, compiled.anchor, within):
        terms.at = at
        node = leaf_at(terms.unit, at, len(compiled.anchor))
        if node is None:
            continue
        for begin in starts(terms, compiled, terms.unit.function_at(at), {} if start is None else start):
            for bound, covered in search(terms, compiled, node, begin, budget):
                place = balanced(terms.bare(), min(t.start for t in covered), max(t.end for t in covered))
                place = place_of_mark(compiled, bound) or place
                yield match_at(terms.unit, bound, place), bound, covered
        if budget[0] < 0:
            terms.exhausted.append(compiled.source.text)
            return


def starts(terms: Terms, compiled: Compiled, function: Function | None, begin: Bindings) -> Iterator[Bindings]:
    """The bindings with which to begin in a function: with those of its head, where a pattern asks for one."""
    if compiled.head is None:
        yield begin
    elif function is not None:
        head = terms.head(function)
        wanted, given = compiled.head.kids, head.kids if head is not None else ()
        if wanted[0].value == "$_" and len(given) == 2:
            given = (given[0], undecorated(given[1]))
        yield from unify_all(wanted, given, begin)


def place_of_mark(compiled: Compiled, bound: Bindings) -> tuple[int, int] | None:
    """The place of the mark at which a pattern reports; None if it reports at none."""
    if not isinstance(compiled.source.report, str):
        return None
    term = bound["$" + compiled.source.report]
    return term.start, term.end


def balanced(text: bytes, start: int, end: int) -> tuple[int, int]:
    """The range with the parentheses that terms leave out: `!(a) && (b` becomes `!(a) && (b)`.  `text` is bare."""
    inside = text[start:end]
    lacking = inside.count(b"(") - inside.count(b")")
    after = re.compile(rb"(?:\s*\)){%d}" % lacking).match(text, end) if 0 < lacking < _MAX_PARENTHESES else None
    before = (
        re.compile(rb"(?:\(\s*){%d}$" % -lacking).search(text[:start][-200:])
        if -_MAX_PARENTHESES < lacking < 0
        else None
    )
    if before:
        start -= len(before.group())
    return start, after.end() if after else end


def occurrences(text: bytes, anchor: bytes, within: Iterable[Span] | None) -> Iterator[int]:
    """Where an anchor stands in a text, comments and strings included."""
    word = anchor.decode().isidentifier()
    for start, end in ((0, len(text)),) if within is None else ((span.start, span.end) for span in within):
        at = text.find(anchor, start, end)
        while at >= 0:
            after = at + len(anchor)
            if not word or not (_is_letter(text, at - 1) or _is_letter(text, after)):
                yield at
                at = text.find(anchor, after, end)
            else:
                at = text.find(anchor, at + 1, end)


def _is_letter(text: bytes, at: int) -> bool:
    return 0 <= at < len(text) and text[at] in _LETTERS


def leaf_at(unit: Unit, start: int, length: int) -> Node | None:
    """The syntax node of the token at a byte offset; None inside of comments and strings."""
    node = unit.tree.root_node.descendant_for_byte_range(start, start + length)
    if node is None or node.type in _LEAF_TYPES or node.start_byte != start:
        return None
    return node


def _expressions(
    terms: Terms, compiled: Compiled, leaf: Node, begin: Bindings, budget: list[int]
) -> Iterator[tuple[Bindings, tuple[Term, ...]]]:
    top = top_expression(leaf, budget)
    if top is None:
        return
    step = compiled.steps[0]
    whole = terms.of(top, compiled.on)
    for term in _around(whole, leaf.start_byte, budget):
        for bound in unify(step, term, begin, commute="commute" in compiled.on):
            yield bound, (term,)
        if compiled.truth is not None and _condition(term):
            yield from same_meaning(compiled.truth, formula(term, compiled.is_bit), begin)


def _condition(term: Term) -> bool:
    return term.kind in ("binary", "unary") and term.value in ("&&", "||", "!", "==", "!=")


def _around(whole: Term, offset: int, budget: list[int]) -> Iterator[Term]:
    """The terms on the way down to an offset, outermost first; a rewriting may hide a step, so all kids are asked."""
    stack = [whole]
    while stack and budget[0] >= 0:
        at = stack.pop()
        budget[0] -= 1
        if at.start <= offset < at.end:
            yield at
            if at.kind == "block":  # long, and never reordered
                index = bisect_right(at.kids, offset, key=lambda kid: kid.start) - 1
                stack.extend(at.kids[max(index, 0) : index + 1])
            else:
                stack.extend(reversed(at.kids))


_TOPS = frozenset(
    {"compound_statement", "field_declaration", "initializer_list", "initializer_pair", "init_declarator"}
)
_OUTSIDE = frozenset(
    {"declaration", "function_definition", "translation_unit", "preproc_def", "preproc_function_def", "ERROR"}
)


def top_expression(leaf: Node, budget: list[int]) -> Node | None:
    """The whole expression (or initialisation, or element of an initialiser's list) around a leaf."""
    node = leaf
    for _ in range(_MAX_CLIMB):
        parent = node.parent
        budget[0] -= 1
        if parent is None or parent.type in _OUTSIDE:
            return None
        if parent.type in _TOPS or parent.type.endswith("_statement"):
            return parent if parent.type == "init_declarator" else node
        node = parent
    budget[0] = -1
    return None


def _statements(
    terms: Terms, compiled: Compiled, leaf: Node, begin: Bindings, budget: list[int]
) -> Iterator[tuple[Bindings, tuple[Term, ...]]]:
    body = _body(leaf, budget)
    if body is None:
        return
    for block in _around(terms.of(body, compiled.on), leaf.start_byte, budget):
        if block.kind in _BLOCKS:
            yield from _windows(block.kids, compiled, leaf.start_byte, begin)
        elif block.kind in _BRANCHING and len(compiled.steps) == 1:
            # a branch without braces is a list of one statement
            branches = tuple(k for k in block.kids if k.kind not in _BLOCKS)
            yield from _windows(branches, compiled, leaf.start_byte, begin)


def _windows(
    kids: tuple[Term, ...], compiled: Compiled, offset: int, begin: Bindings
) -> Iterator[tuple[Bindings, tuple[Term, ...]]]:
    size = len(compiled.steps)
    at = bisect_right(kids, offset, key=lambda kid: kid.start) - 1
    if at < 0 or offset >= kids[at].end:
        return
    for first in range(max(0, at - size + 1), min(at, len(kids) - size) + 1):
        window = kids[first : first + size]
        for bound in unify_all(compiled.steps, window, begin, commute="commute" in compiled.on):
            yield bound, window


def _body(leaf: Node, budget: list[int]) -> Node | None:
    node: Node | None = leaf
    for _ in range(_MAX_CLIMB):
        if node is None or node.type == "function_definition":
            return node.child_by_field_name("body") if node is not None else None
        node = node.parent
        budget[0] -= 1
    budget[0] = -1
    return None


def match_at(unit: Unit, bound: Bindings, place: tuple[int, int]) -> Match:
    """The match of these bindings at a place."""
    function: Function | None = unit.function_at(place[0])
    texts = tuple(sorted((name[1:], unit.text(term.start, term.end) or term.value) for name, term in bound.items()))
    return Match(unit.source.path, unit.span(*place), texts, function.name if function else "")
