# SPDX-License-Identifier: GPL-2.0-or-later
"""What is the value of a made-up C expression?  Trees of operators, their C text, and an evaluator of 64-bit words.

All leaves are `unsigned long`; a truth value is an int in C, so that it is cast where an int could become negative or
overflow.  The evaluator knows nothing of the code under test.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

ALL = (1 << 64) - 1
Words = Mapping[str, int]
_TRUTHS = frozenset({"!", "&&", "||", "==", "!=", "<", "<=", ">", ">="})
_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b if b else 0,
    "%": lambda a, b: a % b if b else 0,
    "<<": lambda a, b: a << b if b < 64 else 0,
    ">>": lambda a, b: a >> b if b < 64 else 0,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "&&": lambda a, b: bool(a and b),
    "||": lambda a, b: bool(a or b),
}


@dataclass(frozen=True)
class Node:
    """An expression: an operator with its operands, or a leaf, which is a C text and, but for a variable, its value."""

    op: str
    kids: tuple[Node, ...] = ()
    known: int | None = None

    def __repr__(self) -> str:
        return self.text

    @property
    def is_int(self) -> bool:
        """True if the expression is an int in C: truth values, and what is made of them alone."""
        if not self.kids:
            return False
        values = self.kids[1:] if self.op == "?" else self.kids
        return self.op in _TRUTHS or all(kid.is_int for kid in values)

    @property
    def text(self) -> str:
        """The C text, with all the parentheses."""
        if not self.kids:
            return self.op
        words = [kid.text for kid in self.kids]
        if self.op not in _TRUTHS and all(kid.is_int for kid in self.kids[self.op == "?" :]):
            words = [f"(unsigned long){word}" for word in words]
        if self.op == "?":
            return f"({words[0]} ? {words[1]} : {words[2]})"
        return f"({self.op}{words[0]})" if len(words) == 1 else f"({words[0]} {self.op} {words[1]})"

    def value(self, words: Words) -> int:
        """The value where variables are these words."""
        if not self.kids:
            return words[self.op] if self.known is None else self.known
        if self.op == "?":
            return self.kids[1 if self.kids[0].value(words) else 2].value(words)
        values = [kid.value(words) for kid in self.kids]
        if len(values) == 2:
            return int(_ARITHMETIC[self.op](*values)) & ALL
        return {"!": int(not values[0]), "~": ALL ^ values[0], "-": -values[0] & ALL}[self.op]


def number(value: int) -> Node:
    """A literal."""
    return Node(f"{value}UL", (), value)


def variable(name: str) -> Node:
    """A variable."""
    return Node(name)


def known(text: str, value: int) -> Node:
    """A name or a call whose value is known to the evaluator."""
    return Node(text, (), value)


def random_words(names: Sequence[str], count: int, small: Sequence[str] = ()) -> list[Words]:
    """Values of variables that bring out differences: bits at both ends, few, many; `small` ones are below 64."""
    draw = random.Random(1)  # noqa: S311
    edges = [0, 1, 2, 7, 8, 4095, 4096, 1 << 31, 1 << 32, 1 << 63, ALL, ALL - 1, (1 << 63) - 1, ALL ^ 4095]

    def word(name: str) -> int:
        if name in small:
            return draw.choice((0, 1, 2, 3, 12, 31, 32, 63))
        return draw.choice((draw.getrandbits(64), draw.choice(edges), draw.choice(edges), draw.randrange(16)))

    return [{name: word(name) for name in names} for _ in range(count)]


def all_words(names: Sequence[str], bits: int) -> list[Words]:
    """All values of so many bits."""
    return [dict(zip(names, found, strict=True)) for found in itertools.product(range(1 << bits), repeat=len(names))]


@dataclass(frozen=True)
class Grammar:
    """What expressions are made of.  `divisors` and `shifts` are the only right operands of / % and of << >>."""

    leaves: tuple[Node, ...]
    operators: tuple[str, ...]
    unary: tuple[str, ...] = ("!", "~")
    divisors: tuple[Node, ...] = ()
    shifts: tuple[Node, ...] = ()
    choices: bool = True

    def rights(self, operator: str) -> tuple[Node, ...] | None:
        """The only right operands that an operator may have, None where it may have any."""
        return {"/": self.divisors, "%": self.divisors, "<<": self.shifts, ">>": self.shifts}.get(operator)

    def grown(self, lefts: Sequence[Node], rights: Sequence[Node]) -> Iterable[Node]:
        """All expressions of one more operator."""
        for operator, left in itertools.product(self.unary, lefts):
            yield Node(operator, (left,))
        for operator in self.operators:
            given = self.rights(operator)
            yield from (Node(operator, pair) for pair in itertools.product(lefts, rights if given is None else given))

    def strategy(self, size: int = 12) -> st.SearchStrategy[Node]:
        """Random expressions."""
        return st.recursive(st.sampled_from(self.leaves), self._larger, max_leaves=size)

    def _larger(self, inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        def pair(operator: str) -> st.SearchStrategy[Node]:
            given = self.rights(operator)
            right = inner if given is None else st.sampled_from(given)
            return st.builds(lambda one, other: Node(operator, (one, other)), inner, right)

        ways = [st.builds(lambda op, kid: Node(op, (kid,)), st.sampled_from(self.unary), inner)]
        ways += [st.sampled_from(self.operators).flatmap(pair)] * 3
        if self.choices:
            ways.append(st.builds(lambda *kids: Node("?", kids), inner, inner, inner))
        return st.one_of(ways)


def rewritten(node: Node, draw: random.Random, leaves: Sequence[Node]) -> Node:
    """The expression with one place of it changed, often so that it means the same, at times so that it does not."""
    if node.kids and draw.random() < 0.6:
        at = draw.randrange(len(node.kids))
        if node.op not in ("/", "%", "<<", ">>") or at == 0:
            kid = rewritten(node.kids[at], draw, leaves)
            return Node(node.op, (*node.kids[:at], kid, *node.kids[at + 1 :]))
    return draw.choice(_WAYS)(node, draw, leaves)


def _swapped(node: Node, _draw: random.Random, _leaves: Sequence[Node]) -> Node:
    return node if node.op in ("/", "%", "<<", ">>") else Node(node.op, node.kids[::-1], node.known)


def _de_morgan(node: Node, _draw: random.Random, _leaves: Sequence[Node]) -> Node:
    sign = {"&&": ("!", "||"), "||": ("!", "&&"), "&": ("~", "|"), "|": ("~", "&")}.get(node.op)
    if sign is None:
        return Node("~", (Node("~", (node,)),))
    return Node(sign[0], (Node(sign[1], tuple(Node(sign[0], (kid,)) for kid in node.kids)),))


def _opposite(node: Node, _draw: random.Random, _leaves: Sequence[Node]) -> Node:
    other = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}.get(node.op)
    return Node("!", (Node(other, node.kids) if other else Node("!", (node,)),))


def _moved(node: Node, _draw: random.Random, _leaves: Sequence[Node]) -> Node:
    """(a + b) + c as a + (b + c)"""
    if len(node.kids) == 2 and node.op in ("+", "*", "&", "|", "^", "&&", "||") and node.kids[0].op == node.op:
        (one, two), three = node.kids[0].kids, node.kids[1]
        return Node(node.op, (one, Node(node.op, (two, three))))
    return node


def _otherwise(node: Node, draw: random.Random, _leaves: Sequence[Node]) -> Node:
    """Another operator of the same kind."""
    families = (("&", "|", "^", "+", "-"), ("&&", "||"), ("<", "<=", ">", ">="), ("==", "!="), ("/", "%"), ("<<", ">>"))
    family = next((ops for ops in families if node.op in ops and len(node.kids) == 2), None)
    return Node(draw.choice(family), node.kids) if family else node


def _another_leaf(node: Node, draw: random.Random, leaves: Sequence[Node]) -> Node:
    return draw.choice(leaves) if not node.kids else node.kids[0] if node.op != "?" else node.kids[1]


_WAYS = (_swapped, _de_morgan, _opposite, _moved, _otherwise, _another_leaf)


_WRAPS = frozenset({"+", "-", "*", "<<"})
_ASKING = frozenset({"!", "&&", "||", "==", "!=", "<", "<=", ">", ">="})


def overflows(node: Node, words: Sequence[Words]) -> bool:
    """True for what test_wrong_equal has as wrong: the truth of an even multiple, huge constants compared."""
    if _is_multiple(node, words):
        return True
    if node.op in _ASKING and any(_is_multiple(kid, words) or _is_huge(kid, words) for kid in node.kids):
        return True
    if node.op == "?" and _is_multiple(node.kids[0], words):
        return True
    return any(overflows(kid, words) for kid in node.kids if kid.kids)


def _is_multiple(node: Node, words: Sequence[Words]) -> bool:
    return _has(node, _WRAPS) and not any(node.value(one) & 1 for one in words)


def _is_huge(node: Node, words: Sequence[Words]) -> bool:
    found = {node.value(one) for one in words}
    return bool(node.kids) and len(found) == 1 and min(found) >= 1 << 63


def _has(node: Node, operators: frozenset[str]) -> bool:
    return (node.op in operators and bool(node.kids)) or any(_has(kid, operators) for kid in node.kids)
