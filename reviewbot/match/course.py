# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands at each node of a function's flow?  Terms, what they change, and what is known there, made on demand."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from tree_sitter import Node

from reviewbot.match.conditions import Truth, truth_of
from reviewbot.match.effects import changes, iterated, listed
from reviewbot.match.known import Knowledge, NodeCode
from reviewbot.match.normal import ISOMORPHISMS, normal
from reviewbot.syntax.flow import CODE, Flow
from reviewbot.syntax.flow_build import flow_of
from reviewbot.syntax.parse import Function, Unit
from reviewbot.syntax.term import Term, to_term

_ALL = frozenset(ISOMORPHISMS)
_JUMPS = frozenset({"goto", "break", "continue"})
_WORD = re.compile(r"\w+")
_FREED = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)?__(?:free|cleanup)\s*\(\s*(\w+)\s*\)")
_DEFINED = re.compile(r"#\s*(?:el)?if(n?)def\s+(\w+)$|#\s*(?:el)?if\s+(!?)\s*defined\s*\(?\s*(\w+)\s*\)?$")
_IF = re.compile(r"#\s*(?:el)?if\b\s*(.*)$", re.DOTALL)


class Course:
    """The flow of one function with its code.  Lives as long as the terms of its file."""

    def __init__(
        self, unit: Unit, function: Function, term_of: Callable[[Node, frozenset[str]], Term], local: frozenset[str]
    ) -> None:
        self.flow: Flow = flow_of(unit, function)
        self.function = function
        self._unit, self._term_of, self._local = unit, term_of, local
        self._root = unit.tree.root_node.descendant_for_byte_range(function.span.start, function.span.end)

    def text(self, n: int) -> bytes:
        """The source of a node."""
        node = self.flow.nodes[n]
        return self._unit.source.text[node.start : node.end]

    def line(self, n: int) -> int:
        """The 1-based line on which a node starts."""
        return self._unit.line(self.flow.nodes[n].start)

    def term(self, n: int, on: frozenset[str] = _ALL) -> Term | None:
        """The normal term of what a node evaluates (or of the jump that it is); None if it does neither."""
        node = self.flow.nodes[n]
        if node.kind == "scoped":
            return normal(_guard(to_term(self._head(n), self._unit.text)), on)
        if node.kind == "each":
            return self._term_of(self._head(n), on)
        if node.kind not in CODE and node.kind not in _JUMPS:
            return None
        return self._term_of(self._syntax(n), on)

    def leaving(self, n: int) -> Term:
        """The return of a way out; a term without code for the end of the function."""
        node = self.flow.nodes[n]
        return self._term_of(self._syntax(n), _ALL) if node.end - node.start > 1 else Term("leave", "")

    def each(self, n: int) -> Term:
        """The head of an iterator macro as the call that it is written as."""
        node, arguments = self.flow.nodes[n], self._term_of(self._head(n), _ALL)
        name = _WORD.match(self.text(n).decode("utf-8", "replace"))
        word = Term("id", name.group() if name else "", (), node.start, node.start + (name.end() if name else 0))
        return Term("call", "", (word, *listed(arguments)), node.start, node.end)

    def if_(self, n: int, on: frozenset[str] = _ALL) -> Term | None:
        """The whole statement of which a node is the test; None if that is no `if`."""
        around = self._around(n)
        return self._term_of(around, on) if around is not None and around.type == "if_statement" else None

    def word(self, n: int) -> str:
        """ "if" for the test of one, "while" for that of a loop; "" for any other node."""
        around = self._around(n)
        return "" if around is None else "if" if around.type == "if_statement" else "while"

    def is_for(self, n: int) -> bool:
        """True for the test of a `for`, or where a `for (;;)` starts over."""
        around = self._around(n)
        return around is not None and around.type == "for_statement"

    def statement(self, n: int) -> Term:
        """The place of a node's statement; of a test that of its `if` or loop."""
        node = self.flow.nodes[n]
        around = self._around(n) if node.kind == "cond" else None
        start = around.start_byte if around is not None else node.start
        return Term("place", str(start), (), start, node.end)

    def block(self, n: int) -> tuple[int, int]:
        """The place of the branch that a test leads to where it holds, or of the body of a loop; (0, 0) for none."""
        around = self._around(n)
        names = ("consequence", "body")
        found = [around.child_by_field_name(name) for name in names] if around is not None else []
        return next(((node.start_byte, node.end_byte) for node in found if node is not None), (0, 0))

    def _around(self, n: int) -> Node | None:
        """The `if` or loop whose head a node is."""
        found: Node | None = self._syntax(n)
        while found is not None and not found.type.endswith("_statement"):
            found = found.parent
        return found

    def _syntax(self, n: int) -> Node:
        node = self.flow.nodes[n]
        found = self._root.descendant_for_byte_range(node.start, node.end) if self._root is not None else None
        assert found is not None  # noqa: S101  # the flow was made of this very tree
        return found

    def _head(self, n: int) -> Node:
        """The arguments of an iterator macro or scoped guard."""
        found: Node | None = self._syntax(n)
        while found is not None and found.type != "while_statement":
            found = found.parent
        head = found.child_by_field_name("condition") if found is not None else None
        assert head is not None  # noqa: S101  # as above
        return head

    def cleaned(self, n: int) -> tuple[Term, ...]:
        """The calls that a clean-up node stands for: `kfree(p)` for `T *p __free(kfree)`, `unguard(mutex, &l)`."""
        text = self.text(n).decode("utf-8", "replace")
        freed = _FREED.search(text)
        if freed is not None:
            return tuple(_call(name, (Term("id", freed.group(1)),)) for name in (freed.group(2), "__free"))
        around = self._syntax(n)
        while around.parent is not None and not around.type.endswith("_statement"):
            around = around.parent
        if text.startswith("scoped"):
            term = _guard(to_term(self._head(n), self._unit.text))
        else:
            term = to_term(around, self._unit.text)
        outer = term.kids[0] if term.kind == "expr" and term.kids else term
        inner = outer.kids[0] if outer.kind == "call" else outer
        arguments = inner.kids[1:] if inner.kind == "call" else (Term("id", inner.value),)
        return (normal(_call("unguard", (*arguments, *outer.kids[1:]))),)

    @cached_property
    def codes(self) -> tuple[NodeCode, ...]:
        """What each node is made of."""
        return tuple(self._code(n) for n in range(len(self.flow.nodes)))

    def _code(self, n: int) -> NodeCode:
        kind = self.flow.nodes[n].kind
        if kind == "preproc":
            return NodeCode(None, (), _directive(self.text(n).decode("utf-8", "replace")))
        term = self.term(n) if kind in CODE else None
        if term is None:
            return NodeCode(None)
        if kind == "each":
            macro = _WORD.match(self.text(n).decode("utf-8", "replace"))
            return NodeCode(None, (*iterated(macro.group() if macro else "", term), *changes(term)))
        return NodeCode(term, tuple(changes(term)), _asked(kind, term))

    @cached_property
    def changed(self) -> tuple[frozenset[str], ...]:
        """The keys of the places that each node changes."""
        return tuple(frozenset(place.key for place in code.changed) for code in self.codes)

    @cached_property
    def knowledge(self) -> Knowledge:
        """What is known where."""
        return Knowledge(self.flow, self.codes, self._local)


def _asked(kind: str, term: Term) -> Truth | None:
    """The condition of a node; that a returned variable is 0 or not is kept to the end, for steps that bind it."""
    if kind == "return" and len(term.kids) == 1 and term.kids[0].kind == "id":
        return truth_of(term.kids[0])
    return truth_of(term) if kind == "cond" else None


def _call(name: str, arguments: tuple[Term, ...]) -> Term:
    return Term("call", "", (Term("id", name), *arguments))


def _guard(arguments: Term) -> Term:
    """`(mutex, &l)` of a scoped_guard() as the statement `guard(mutex)(&l);`."""
    parts = listed(arguments)
    call = Term("call", "", (_call("guard", (parts[0],)), *parts[1:]), parts[0].start, parts[-1].end)
    return Term("expr", "", (call,), call.start, call.end)


def _directive(text: str) -> Truth:
    """#if and #ifdef as a condition: the same text has the same truth."""
    plain = " ".join(text.replace("\\\n", " ").split())
    defined = _DEFINED.match(plain)
    if defined is not None:
        atom = Truth("atom", (), Term("#if", defined.group(2) or defined.group(4)))
        return Truth("not", (atom,)) if defined.group(1) or defined.group(3) else atom
    found = _IF.match(plain)
    condition = found.group(1) if found else plain
    if condition in ("0", "1"):
        return Truth("true" if condition == "1" else "false")
    return Truth("atom", (), Term("#if", condition))
