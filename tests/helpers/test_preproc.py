# SPDX-License-Identifier: GPL-2.0-or-later
"""Are calls of macros replaced as the preprocessor would, within bounds, and left alone where it would not?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.helpers.preproc import arguments, expand, filled, tokens
from reviewbot.syntax.macros import Macro

MACROS = {
    "inc": Macro("inc", ("x",), "(x + 1)"),
    "flag": Macro("flag", ("a", "b"), "a ## _ ## b"),
    "both": Macro("both", ("a",), "inc(a) | flag(a, y)"),
    "ONE": Macro("ONE", None, "inc(0)"),
    "loop": Macro("loop", ("x",), "loop(x) pool"),
    "pool": Macro("pool", None, "loop(1)"),
    "none": Macro("none", (), "done()"),
    "text": Macro("text", ("x",), 'g("x ONE", x)'),
    "call": Macro("call", ("f",), "f(1)"),
    "many": Macro("many", ("a", "..."), "g(a, __VA_ARGS__)"),
}
NAMES = st.sampled_from(sorted(MACROS))
TEXTS = st.lists(
    st.one_of(NAMES, st.sampled_from(list("(),#\"' \n1x{}[]")), st.sampled_from(["##", "x", "a", "b", "inc("])),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inc(2) * inc (3)", "(2 + 1) * (3 + 1)"),
        ("inc\n(2)", "(2 + 1)"),
        ("flag(VM, READ)", "VM_READ"),
        ("both(z)", "(z + 1) | z_y"),
        ("ONE", "(0 + 1)"),
        ("none()", "done()"),
        ("text(2)", 'g("x ONE", 2)'),
        ("inc(g(a, b))", "(g(a, b) + 1)"),
        ("flag(a)", "flag(a)"),
        ("inc(1, 2)", "inc(1, 2)"),
        ("inc", "inc"),
        ("inc(1", "inc(1"),
        ("\"inc(1)\" 'i'", "\"inc(1)\" 'i'"),
        ("xinc(1) x.ONE_", "xinc(1) x.ONE_"),
        ("many(1, 2, 3)", "many(1, 2, 3)"),
        ("", ""),
    ],
)
def test_expanded(text: str, expected: str) -> None:
    """Calls with the right number of arguments are replaced, whatever stands around them."""
    assert expand(text, MACROS.get) == expected


def test_recursion_stops() -> None:
    """A macro within its own replacement stays, directly or through another."""
    assert expand("loop(2)", MACROS.get) == "loop(2) loop(1)"
    assert expand("pool", MACROS.get) == "loop(1) pool"


def test_hidden_names_stay() -> None:
    """A name that is hidden is no macro."""
    assert expand("both(z)", MACROS.get, frozenset(("inc",))) == "inc(z) | z_y"


def test_a_call_as_its_own_argument() -> None:
    """`inc(inc(1))` calls twice: an argument is no part of the body that hides the name."""
    assert expand("inc(inc(1))", MACROS.get) == "((1 + 1) + 1)"


def test_a_string_of_number_signs() -> None:
    """`##` in a string is text."""
    made = {"f": Macro("f", ("x",), '"a ## b" x')}

    assert expand("f(1)", made.get) == '"a ## b" 1'


def test_arguments() -> None:
    """Arguments are parted at commas outside of all brackets; without an end there are none."""
    assert arguments(tokens("f(a, (b, c), {d, e})x"), 1) == (("a", "(b, c)", "{d, e}"), 20)
    assert arguments(tokens("f()"), 1) == (("",), 3)
    assert arguments(tokens("f(a"), 1) is None


def test_filled() -> None:
    """A body is filled if the numbers fit; an object-like macro is its body."""
    assert filled(MACROS["flag"], ("a", "b")) == "a_b"
    assert filled(MACROS["flag"], ("a",)) is None
    assert filled(MACROS["none"], ("",)) == "done()"
    assert filled(MACROS["pool"], ()) == "loop(1)"


@given(st.text(max_size=200))
def test_tokens_are_the_text(text: str) -> None:
    """Nothing is lost between tokens."""
    assert "".join(tokens(text)) == text


@settings(max_examples=200, deadline=2000)
@given(TEXTS)
def test_any_text(text: str) -> None:
    """Any text is expanded without an error, and without macros it stays as it is."""
    assert len(expand(text, MACROS.get)) < 1_000_000
    assert expand(text, lambda _name: None) == text


@settings(max_examples=60, deadline=5000)
@given(st.lists(TEXTS, min_size=3, max_size=6), TEXTS)
def test_any_macros(bodies: list[str], text: str) -> None:
    """Macros that call each other in any way end, and give a bounded text."""
    names = sorted(MACROS)[: len(bodies)]
    made = {name: Macro(name, ("x",), body) for name, body in zip(names, bodies, strict=True)}

    assert len(expand(text, made.get)) < 5_000_000


@pytest.mark.parametrize("width", [2, 8])
def test_doubling_is_bounded(width: int) -> None:
    """Macros that multiply their argument level by level stop at the bound in tokens."""
    made = {f"m{at}": Macro(f"m{at}", ("x",), " ".join([f"m{at + 1}(x)"] * width)) for at in range(40)}
    start = time.process_time()

    assert len(tokens(expand("m0(a)", made.get))) < 200_000
    assert time.process_time() - start < 2
