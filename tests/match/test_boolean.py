# SPDX-License-Identifier: GPL-2.0-or-later
"""Is the equality of conditions decided as brute force decides it, and is a near miss never taken for a match?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.helpers.body import read_expression
from reviewbot.match.boolean import MAX_ATOMS, Formula, equal, formula, same_meaning
from reviewbot.match.normal import normal
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.term import Term

_FLAGS = {"A": 1, "B": 2, "C": 4}
_WORDS = ("x", "y")


@dataclass(frozen=True)
class Condition:
    """A condition as C text, as Python text of the same meaning, and the words whose bits it reads."""

    c: str
    python: str


def _masks() -> st.SearchStrategy[Condition]:
    def mask(word: str, flags: list[str]) -> Condition:
        joined = " | ".join(flags)
        return Condition(f"({word} & ({joined}))", f"({word} & ({joined})) != 0")

    def compared(word: str, flags: list[str], wanted: list[str], operator: str) -> Condition:
        left, right = " | ".join(flags), " | ".join(wanted) or "0"
        text = f"({word} & ({left})) {operator} ({right})"
        return Condition(f"({text})", f"({text})")

    words = st.sampled_from(_WORDS)
    flags = st.lists(st.sampled_from(sorted(_FLAGS)), min_size=1, max_size=3, unique=True)
    wanted = st.lists(st.sampled_from(sorted(_FLAGS)), max_size=3, unique=True)
    return st.one_of(
        st.builds(mask, words, flags), st.builds(compared, words, flags, wanted, st.sampled_from(["==", "!="]))
    )


def _both(left: Condition, right: Condition, operator: tuple[str, str]) -> Condition:
    return Condition(f"({left.c} {operator[0]} {right.c})", f"(({left.python}) {operator[1]} ({right.python}))")


def _not(one: Condition) -> Condition:
    return Condition(f"!({one.c})", f"(not ({one.python}))")


_CONDITIONS = st.recursive(
    _masks(),
    lambda inner: st.one_of(
        st.builds(_not, inner),
        st.builds(_both, inner, inner, st.sampled_from([("&&", "and"), ("||", "or")])),
    ),
    max_leaves=6,
)


def _rows(condition: Condition) -> tuple[bool, ...]:
    code = compile(condition.python, "condition", "eval")
    values = itertools.product(range(8), repeat=len(_WORDS))
    return tuple(bool(eval(code, {}, _FLAGS | dict(zip(_WORDS, v, strict=True)))) for v in values)  # noqa: S307


def _is_bit(term: Term) -> str | None:
    return term.value if term.value in _FLAGS else None


def _formula(text: str) -> Formula:
    term = read_expression(text, SyntaxFacts())
    assert term is not None
    return formula(normal(term, truth=True), _is_bit)


@given(_CONDITIONS, _CONDITIONS)
@settings(max_examples=150, deadline=None)
def test_equal_is_what_brute_force_says(one: Condition, other: Condition) -> None:
    """Two conditions are equal exactly when they agree for all values of all words."""
    decided = equal(_formula(one.c), _formula(other.c))

    assert decided == (_rows(one) == _rows(other))


@given(_CONDITIONS)
@settings(max_examples=100, deadline=None)
def test_condition_equals_its_double_negation_and_not_its_negation(one: Condition) -> None:
    """`!!c` is `c`, and `!c` never is."""
    here = _formula(one.c)

    assert equal(here, _formula(f"!(!({one.c}))")) is True
    assert equal(here, _formula(f"!({one.c})")) is False


@given(_CONDITIONS, _CONDITIONS)
@settings(max_examples=150, deadline=None)
def test_a_match_has_the_pattern_s_meaning(pattern: Condition, code: Condition) -> None:
    """What same_meaning() says to match has, with the bound words put in, the truth table of the pattern."""
    wanted = _formula(pattern.c.replace("x", "$p").replace("y", "$q"))
    text = code.c
    parsed = _formula(text)
    for bound, places in same_meaning(wanted, parsed, {}):
        names = {name: term.value for name, term in bound.items()}
        filled = pattern.c
        for letter, name in (("x", "$p"), ("y", "$q")):
            filled = filled.replace(letter, f"<{name}>")
        for name in ("$p", "$q"):  # a word that cannot matter may stay unbound
            filled = filled.replace(f"<{name}>", names.get(name, "x"))
        joined = _joined(parsed, places)

        assert equal(_formula(filled), joined) is True


def _joined(code: Formula, places: tuple[Term, ...]) -> Formula:
    """The part of the code that matched: the whole, or chosen operands under the operator that they stand under."""
    chosen = {id(term) for term in places}
    stack = [code]
    while stack:
        at = stack.pop()
        if id(at.term) in chosen:
            return at
        parts = tuple(part for part in at.parts if id(part.term) in chosen)
        if parts:
            return Formula(at.op, parts, term=at.term)
        stack.extend(at.parts)
    raise AssertionError("the places are not of this code")


def test_too_many_atoms_are_not_decided() -> None:
    """Beyond the bound the answer is "not decided", never a guess."""
    names = [f"v{n}" for n in range(MAX_ATOMS + 1)]
    one, other = " && ".join(names), " && ".join(reversed(names))

    assert equal(_formula(one), _formula(other)) is None
    assert equal(_formula(" && ".join(names[:-1])), _formula(" && ".join(reversed(names[:-1])))) is True


def test_mask_of_several_bits_is_one_atom() -> None:
    """Of a mask that is not known to be one bit, nothing is said about its bits."""
    assert equal(_formula("(x & MANY) == MANY"), _formula("x & MANY")) is False


def test_value_outside_of_the_mask_is_never_equal() -> None:
    """`(x & A) == B` cannot be true."""
    assert equal(_formula("(x & A) == B"), _formula("0")) is True
