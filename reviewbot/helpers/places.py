# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in a file stands code that is the body of a helper?  Looks only where all anchors of some helper are.

The text between `;`, `{` and `}` is one place to look; only expressions around an anchor there are read and compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from tree_sitter import Node

from reviewbot.helpers.anchors import Anchors, Names
from reviewbot.helpers.axioms import COMPARING
from reviewbot.helpers.body import READ_AFTER
from reviewbot.helpers.declare import clean_type
from reviewbot.helpers.defines import Definition, bits, definitions, firsts
from reviewbot.helpers.entry import Entry
from reviewbot.helpers.header import blank_comments
from reviewbot.helpers.look import Look, look_for
from reviewbot.helpers.memory import Filed
from reviewbot.helpers.near import near
from reviewbot.helpers.scan import struct_offsets
from reviewbot.helpers.search import Expression, Found
from reviewbot.helpers.types import KNOWN, FileTypes, TypeOf
from reviewbot.helpers.world import TreeWorld
from reviewbot.match.engine import Terms, leaf_at, top_expression
from reviewbot.model import Span
from reviewbot.syntax.parse import Function, Unit
from reviewbot.syntax.scope import declared
from reviewbot.syntax.term import Term, to_term

_PIECE = re.compile(rb"[^;{}]+")
_WORD = re.compile(rb"[A-Za-z_]\w*")
_WORDS = re.compile(r"[A-Za-z_]\w*")
_MARKS = {f"op{word}": word.encode() for word in ("/", "%", ">>", "<<", "?", "^", "~")} | {"op&-1": b"&", "op-<": b"-"}
_CONSTANT = re.compile(rb"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
_BOOL = frozenset({"bool", "_Bool"})
_MAX_PIECE = 4000
_MAX_PARTS = (400, 60)
_MAX_CLIMB = 1000


@dataclass(slots=True)
class Places:
    """The search through one file.  `prior` says why a helper need not be looked for ("" if it may).

    `gave_up` counts the expressions that were too large to compare.
    """

    world: TreeWorld
    terms: Terms
    prior: Callable[[Entry], str]
    types: FileTypes = field(init=False)
    plain: bytes = field(init=False)
    gave_up: int = 0
    _globals: dict[str, str] = field(default_factory=dict)
    _looks: dict[int, Look | None] = field(default_factory=dict)
    _filed: dict[str, tuple[Filed, ...]] = field(default_factory=dict)
    _closed: set[str] = field(default_factory=set)
    _tokens: Names = frozenset()
    _names: dict[int, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tokens = self.world.catalogue.tokens()
        unit = self.terms.unit
        self.plain = blank_comments(unit.source.text)
        results = {function.name: _result(unit, function) for function in unit.functions}
        self.types = FileTypes(
            self.world.catalogue,
            tree=self.world.types,
            text=unit.source.text,
            structs=struct_offsets(unit.source.text),
            results={name: kind for name, kind in results.items() if kind},
        )
        self._globals = KNOWN | dict(_globals(unit))

    def find(self, within: Iterable[Span] | None = None) -> Iterator[Found]:
        """All helpers for the code of all functions and #defines, or of the spans `within`."""
        bare = self.terms.bare()
        within = tuple(within) if within is not None else None
        yield from self._in_definitions(within)
        for function in self.terms.unit.functions:
            for start, end in _parts(function, within):
                self.terms.at = start
                for piece in _PIECE.finditer(bare, start, end):
                    if piece.end() - piece.start() <= _MAX_PIECE:
                        yield from self._in_piece(function, piece)

    def _in_definitions(self, within: tuple[Span, ...] | None) -> Iterator[Found]:
        known = definitions(self.terms.unit.source.text)
        for one in known:
            if _is_within(one, within):
                yield from self._in_definition(one)
        for bit in firsts(bit for bit in bits(known) if _is_within(bit.definition, within)):
            entry = next(iter(self.world.catalogue.named(bit.macro)), None)
            if entry is not None and not self.prior(entry):
                term = Term("binary", "<<", (), bit.definition.start, bit.definition.end)
                call = f"{bit.macro}({bit.number})"
                yield Found(entry, call, (term,), 1, bit.usual, is_mask=True, macro=bit.definition.name)

    def _in_definition(self, one: Definition) -> Iterator[Found]:
        wanted = self._wanted(one.text) if _WORDS.search(one.text) else []
        term = one.term(self.world.catalogue.facts) if wanted else None
        if term is None or not term.fits(*_MAX_PARTS):
            return
        source = (READ_AFTER + one.text).encode()
        expression = Expression(self.world, TypeOf(self.types, KNOWN), term, source)
        back = one.start - len(READ_AFTER)
        # min() and max() are no constants, as a macro may have to be
        for look in filter(None, (self._look(filed) for filed in wanted if filed.entry.name not in COMPARING)):
            for found in expression.find(look):
                terms = tuple(Term(t.kind, t.value, t.kids, t.start + back, t.end + back) for t in found.terms)
                yield replace(found, terms=terms, macro=one.name)

    def _wanted(self, text: str) -> list[Filed]:
        """The helpers all of whose anchors a text has."""
        anchors = self.world.catalogue.anchors
        names = anchors.all_of(text)
        words = frozenset(_WORDS.findall(text))
        return [one for one in self._open(names) if one.anchors <= names and one.entry.name not in words]

    def _in_piece(self, function: Function, piece: re.Match[bytes]) -> Iterator[Found]:
        wanted = self._wanted(self.plain[piece.start() : piece.end()].decode("utf-8", "replace"))
        if not wanted:
            return
        found: dict[str, tuple[Expression, ...]] = {}
        made: dict[tuple[int, int], Expression | None] = {}
        for one in wanted:
            look = self._look(one)
            if look is None:
                continue
            token = min(one.anchors, key=lambda name: (name.startswith('"'), name))
            if token not in found:
                found[token] = tuple(self._around(function, token, piece, made))
            for expression in found[token]:
                yield from expression.find(look)

    def _open(self, names: Names) -> Iterator[Filed]:
        """The helpers filed under these anchors, but for those that were found not to be for this file."""
        for token in self._tokens.intersection(names):
            filed = self._filed.get(token)
            if filed is None:
                filed = self._filed[token] = tuple(self.world.catalogue.filed_under((token,)))
            elif token in self._closed:
                self._closed.discard(token)
                filed = self._filed[token] = tuple(o for o in filed if self._looks.get(id(o), o) is not None)
            yield from filed

    def find_near(self, within: Iterable[Span] | None = None) -> Iterator[Found]:
        """Helpers that differ in one constant from a condition over two constants of a set, of functions or spans."""
        bare = self.terms.bare()
        for function in self.terms.unit.functions:
            for start, end in _parts(function, within):
                self.terms.at = start
                for piece in _PIECE.finditer(bare, start, end):
                    if piece.end() - piece.start() <= _MAX_PIECE and _has_set(piece.group()):
                        yield from self._near_piece(function, piece)

    def _near_piece(self, function: Function, piece: re.Match[bytes]) -> Iterator[Found]:
        made: dict[tuple[int, int], Expression | None] = {}
        for word in _CONSTANT.finditer(piece.group()):
            leaf = leaf_at(self.terms.unit, piece.start() + word.start(), 1)
            node = top_expression(leaf, [_MAX_CLIMB]) if leaf is not None else None
            place = (node.start_byte, node.end_byte) if node is not None else (0, 0)
            if node is None or place in made:
                continue
            expression = made[place] = self._expression(function, node)
            if expression is not None:
                text = self.terms.unit.text(*place)
                yield from (f for f in near(self.world, expression, text) if not self.prior(f.entry))

    def _look(self, one: Filed) -> Look | None:
        """How to look for a helper; None for one that is not proposed in this file."""
        if id(one) not in self._looks:
            entry = one.entry
            closed = entry.name in self.world.catalogue.hidden or self.prior(entry)
            look = self._looks[id(one)] = None if closed else look_for(self.world, entry)
            if look is None:
                self._closed.add(one.under)
        return self._looks[id(one)]

    def _around(
        self,
        function: Function,
        token: str,
        piece: re.Match[bytes],
        made: dict[tuple[int, int], Expression | None],
    ) -> Iterator[Expression]:
        """The whole expressions around what makes an anchor here."""
        anchors = self.world.catalogue.anchors
        mark = b"?" if token.startswith('"') else _MARKS.get(token)
        if mark:
            starts = [found.start() for found in re.finditer(re.escape(mark), piece.group())]
        else:
            words = _WORD.finditer(piece.group())
            starts = [word.start() for word in words if _means(anchors, word.group().decode(), token)]
        done: set[tuple[int, int]] = set()
        for start in starts:
            leaf = leaf_at(self.terms.unit, piece.start() + start, 1)
            node = top_expression(leaf, [_MAX_CLIMB]) if leaf is not None else None
            if node is None or (node.start_byte, node.end_byte) in done:
                continue
            place = (node.start_byte, node.end_byte)
            done.add(place)
            if place not in made:
                made[place] = self._expression(function, node)
            expression = made[place]
            if expression is not None:
                yield expression

    def _expression(self, function: Function, node: Node) -> Expression | None:
        unit = self.terms.unit
        if function.span.start not in self._names:
            self._names = {function.span.start: self._globals | self.terms.types_at(node.start_byte)}
        names = self._names[function.span.start]
        parent = node.parent
        kind = parent.type if parent is not None else ""
        term = to_term(node, unit.text)
        truth = kind in ("if_statement", "while_statement", "do_statement")
        truth = truth or (kind == "return_statement" and self.types.results.get(function.name) in _BOOL)
        if not term.fits(*_MAX_PARTS):
            self.gave_up += 1
            return None
        return Expression(self.world, TypeOf(self.types, names), term, unit.source.text, truth)


def _means(anchors: Anchors, word: str, token: str) -> bool:
    """True if a word of the code unfolds to an anchor, or is the weak name that one stands for."""
    return word == token[1:] if token[0] == "~" else token in anchors.of_name(word)


def _is_within(one: Definition, within: tuple[Span, ...] | None) -> bool:
    return within is None or any(span.start <= one.start < span.end for span in within)


def _has_set(text: bytes) -> bool:
    """True for code with two constants of one set, a test, and nothing assigned: flags that are asked for together."""
    sets = [word.partition(b"_")[0] for word in set(_CONSTANT.findall(text))]
    return b"&" in text and len(sets) > len(set(sets))


def _parts(function: Function, within: Iterable[Span] | None) -> Iterator[tuple[int, int]]:
    if within is None:
        yield function.body, function.span.end
        return
    for span in within:
        start, end = max(span.start, function.body), min(span.end, function.span.end)
        if start < end:
            yield start, end


def _result(unit: Unit, function: Function) -> str:
    """The type that a function of this file returns, "" where it cannot be read."""
    head = unit.text(function.span.start, function.body)
    opening = head.find("(", max(head.find(function.name), 0))
    before = head[:opening].rstrip() if opening >= 0 else ""
    return clean_type(before.removesuffix(function.name)) if before.endswith(function.name) else ""


def _globals(unit: Unit) -> Iterator[tuple[str, str]]:
    """The names that are declared outside of functions, with their types."""
    for node in unit.tree.root_node.named_children:
        if node.type == "declaration":
            yield from declared(unit.text, node)
