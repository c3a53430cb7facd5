# SPDX-License-Identifier: GPL-2.0-or-later
"""Do expressions of words with equal keys have equal values?  Brute force: all small ones, and random large ones."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reviewbot.helpers.world import TreeWorld
from tests.helpers.fuzz import (
    Grammar,
    Node,
    Words,
    all_words,
    known,
    number,
    overflows,
    random_words,
    rewritten,
    variable,
)
from tests.helpers.world import canon_of, term_of, world

_HEADER = """
#define PAGE_SHIFT 12
#define PAGE_SIZE (_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define F_ALPHA 0x1
#define F_BETA_BIT 1
#define F_BETA BIT(F_BETA_BIT)
enum { F_GAMMA_BIT = 2 };
#define INIT_FLAG(name) BIT(F_ ## name ## _BIT)
#define F_GAMMA INIT_FLAG(GAMMA)
#define F_BOTH (F_ALPHA | F_BETA)
"""
_WORLD = world(_HEADER)
_TYPES = dict.fromkeys("xyfgn", "unsigned long")
_FLAGS = (known("F_ALPHA", 1), known("F_BETA", 2), known("F_GAMMA", 4), known("F_BOTH", 3))
_EIGHT = (known("BIT(3)", 8), Node("<<", (number(1), number(3))), number(8))
_BIT_OPERATORS = ("&", "|", "^", "&&", "||", "==", "!=")
_BITS = Grammar((variable("f"), variable("g"), *_FLAGS, *_EIGHT, number(0)), (*_BIT_OPERATORS, "&"))
_BIT_WORDS = (*all_words("fg", 4), *random_words("fg", 10))
_PAGE = known("PAGE_SIZE", 4096)
_SHIFTS = (number(0), number(3), known("PAGE_SHIFT", 12))
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_ARITHMETIC = Grammar(
    (
        variable("x"),
        variable("y"),
        number(0),
        number(1),
        number(2),
        number(8),
        _PAGE,
        known("PAGE_MASK", -4096 % 2**64),
    ),
    ("+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", *_COMPARISONS, "&&", "||"),
    ("~", "-", "!"),
    (number(1), number(8), _PAGE),
    (*_SHIFTS, variable("n")),
)
_WORDS = random_words("xyn", 60, small="n")
_Seen = dict[tuple[str, str], tuple[Node, list[int]]]


def _wrong(nodes: Iterable[Node], words: Sequence[Words], tree: TreeWorld = _WORLD) -> list[tuple[str, str]]:
    """Pairs of expressions that the strict algebra takes for equal and that are not."""
    seen: _Seen = {}
    out = []
    for node in nodes:
        canon = canon_of(tree, _TYPES)
        term, values = term_of(node.text), [node.value(one) for one in words]
        asked = [int(value != 0) for value in values]
        for sort, key, found in (("value", canon.value(term).key, values), ("truth", canon.truth(term).key, asked)):
            other, before = seen.setdefault((sort, key), (node, found))
            if before != found:
                out.append((node.text, other.text))
    return out


def _small(grammar: Grammar, leaves: Sequence[Node], rights: Sequence[Node]) -> list[Node]:
    """All expressions of at most two operators over these leaves, and of one over all leaves of the grammar."""
    one = list(grammar.grown(leaves, leaves))
    return [*grammar.leaves, *grammar.grown(grammar.leaves, grammar.leaves), *one, *grammar.grown(one, rights)]


def test_all_small_conditions_over_flags() -> None:
    """Seven thousand conditions of two operators over a word and flags, against all values of four bits."""
    leaves = (variable("f"), *_FLAGS[:3], number(0))

    assert _wrong(_small(_BITS, leaves, leaves), _BIT_WORDS[::3]) == []


def test_all_tests_of_masks() -> None:
    """(f & (A | B)) == C and != C for all A, B, C, against all conjunctions and disjunctions of two tests."""
    word, flags = variable("f"), (*_FLAGS, _EIGHT[0])
    masks = [Node("|", pair) for pair in itertools.product(flags, flags)]
    masked = [Node("&", (word, mask)) for mask in masks]
    compared = [Node(op, (one, flag)) for op in ("==", "!=") for one in masked for flag in (*flags, number(0))]
    tests = [Node("&", (word, flag)) for flag in flags]
    tests += [Node("!", (test,)) for test in tests]
    joined = [Node(op, pair) for op in ("&&", "||") for pair in itertools.product(tests, tests)]

    assert _wrong([*masked, *compared, *tests, *joined], _BIT_WORDS) == []


def test_all_small_sums_and_comparisons() -> None:
    """Fifteen thousand expressions of two arithmetic operators over a word, constants and pages."""
    leaves = (variable("x"), number(8), number(1), _PAGE)
    nodes = [node for node in _small(_ARITHMETIC, leaves, leaves) if not overflows(node, _WORDS[:20])]

    assert len(nodes) > 10_000
    assert _wrong(nodes, _WORDS[:40]) == []


def test_all_small_choices() -> None:
    """c ? a : b and its masks and opposites, for conditions and values of one operator."""
    word, other = variable("f"), variable("g")
    masked = [Node("&", pair) for pair in itertools.product((word, other), _FLAGS[:3])]
    asked = [word, *masked, Node("==", (word, other)), *(Node("!", (test,)) for test in masked), Node("!", (word,))]
    values = [word, other, number(0), number(1), number(8), masked[0], Node("!", (masked[1],))]
    choices = [Node("?", kids) for kids in itertools.product(asked, values, values)]
    flags = [Node("&", (choice, _FLAGS[0])) for choice in choices]

    assert _wrong([*asked, *values, *choices, *flags], _BIT_WORDS[::3]) == []


def _family(node: Node, seed: int, leaves: Sequence[Node]) -> list[Node]:
    """The expression, and what becomes of it by a few changes."""
    draw = random.Random(seed)  # noqa: S311
    out = [node]
    for _ in range(8):
        out.append(rewritten(draw.choice(out), draw, leaves))
    return out


@settings(max_examples=150, deadline=None)
@given(_BITS.strategy(), _BITS.strategy(), st.integers(0, 1 << 30))
def test_large_conditions_over_flags(one: Node, other: Node, seed: int) -> None:
    """Random conditions, and the same with small changes: whichever have equal keys have equal values."""
    nodes = [*_family(one, seed, _BITS.leaves), *_family(other, seed, _BITS.leaves)]

    assert _wrong(nodes, _BIT_WORDS[::3]) == []


@settings(max_examples=250, deadline=None)
@given(_ARITHMETIC.strategy(), _ARITHMETIC.strategy(), st.integers(0, 1 << 30))
def test_large_arithmetic(one: Node, other: Node, seed: int) -> None:
    """Random arithmetic, and the same with small changes: whichever have equal keys have equal values."""
    nodes = [*_family(one, seed, _ARITHMETIC.leaves), *_family(other, seed, _ARITHMETIC.leaves)]
    nodes = [node for node in nodes if not overflows(node, _WORDS)]
    assume(nodes)

    assert _wrong(nodes, _WORDS) == []


def _tests() -> st.SearchStrategy[Node]:
    """A test of one flag."""
    words, flags = st.sampled_from((variable("f"), variable("g"))), st.sampled_from((*_FLAGS[:3], _EIGHT[0]))
    return st.builds(lambda word, flag: Node("&", (word, flag)), words, flags)


def _conditions() -> st.SearchStrategy[Node]:
    return st.recursive(
        _tests(),
        lambda inner: st.one_of(
            st.builds(lambda kid: Node("!", (kid,)), inner),
            st.builds(lambda op, one, two: Node(op, (one, two)), st.sampled_from(("&&", "||")), inner, inner),
            st.builds(lambda *kids: Node("?", kids), inner, inner, inner),
        ),
        max_leaves=6,
    )


@settings(max_examples=200, deadline=None)
@given(_conditions(), _conditions())
def test_conditions_over_bits_are_decided_both_ways(one: Node, other: Node) -> None:
    """Where all atoms are single bits, keys are equal if and only if the truths are, for all values."""
    canon = canon_of(_WORLD, _TYPES)
    same = all(bool(one.value(words)) == bool(other.value(words)) for words in _BIT_WORDS)

    assert (canon.truth(term_of(one.text)).key == canon.truth(term_of(other.text)).key) == same


@settings(max_examples=150, deadline=None)
@given(_conditions(), _conditions())
def test_rewritten_conditions_have_equal_keys(one: Node, other: Node) -> None:
    """Commutation, De Morgan, double negation, absorption and a choice change nothing."""
    a, b = one.text, other.text
    forms = (
        f"{a} && {b}",
        f"{b} && {a}",
        f"!(!{a} || !{b})",
        f"!!({a} && {b})",
        f"{a} ? !!{b} : 0",
        f"{a} && ({b} || !{a})",
    )
    canon = canon_of(_WORLD, _TYPES)

    assert len({canon.truth(term_of(form)).key for form in forms}) == 1
