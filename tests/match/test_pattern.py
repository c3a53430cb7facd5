# SPDX-License-Identifier: GPL-2.0-or-later
"""Are patterns compiled, matched at their true places, refused when senseless, and bounded in what they cost?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.errors import PatternError
from reviewbot.match import engine
from reviewbot.match.compiled import compile_pattern
from reviewbot.match.engine import find
from reviewbot.model import Span
from reviewbot.rule import Pattern
from tests.match.code import expressions, terms_of, texts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("g(($p", "not C"),
        ("", "neither"),
        ("g($p); h($p)", "neither"),
        ("$p + $q", "no identifier"),
        ("} g($p); {", "not C"),
        ("g($p) ... h($p);", "not C"),
        ("g($p" + ", 1" * 2000 + ")", "too long"),
        ("g(" + "!" * 150 + "$p)", "nested"),
    ],
)
def test_text_that_makes_no_sense_is_refused(text: str, words: str) -> None:
    """A bad pattern is a PatternError that says why."""
    with pytest.raises(PatternError, match=words):
        compile_pattern(Pattern(text))


def test_unknown_isomorphism_is_refused() -> None:
    """Only isomorphisms that exist can be switched off."""
    with pytest.raises(PatternError, match="which is no isomorphism"):
        compile_pattern(Pattern("g($p)", ("no-such",)))


@given(st.text(alphabet="abg$_(){}[];,.&|!=<>?:*+-/\"'\\ \n\x00é#", max_size=80))
@settings(max_examples=400, deadline=None)
def test_any_text_compiles_or_is_a_pattern_error(text: str) -> None:
    """The compiler has one way to say no."""
    try:
        compiled = compile_pattern(Pattern(text))
    except PatternError:
        return
    assert compiled.anchor


@pytest.mark.parametrize(
    ("pattern", "code", "found"),
    [
        ("g($p)", "g(a->b)", ["g(a->b)"]),
        ("g($p)", "x && y(g(1), g(2))", ["g(1)", "g(2)"]),
        ("g(...)", "g()", ["g()"]),
        ("g(..., $p)", "g(1, 2, 3)", ["g(1, 2, 3)"]),
        ("g($_, $_)", "g(1, 2)", ["g(1, 2)"]),
        ("$f($p) + 1", "z(q) + 1", []),
        ("sizeof($a) / sizeof($a[0])", "sizeof(t) / sizeof(t[0])", ["sizeof(t) / sizeof(t[0])"]),
        ("sizeof($t)", "sizeof(struct x *) > 1", ["sizeof(struct x *)"]),
        ("$x ? $a : $b", "(a ? b : c)", ["a ? b : c"]),
    ],
)
def test_expression_is_found_at_its_place(pattern: str, code: str, found: list[str]) -> None:
    """The text that matched is the text of the code."""
    if "$f" in pattern:
        with pytest.raises(PatternError, match="no identifier"):
            compile_pattern(Pattern(pattern))
        return
    assert expressions(pattern, code) == found


@pytest.mark.parametrize(
    "condition",
    [
        "!(f & A) && (f & B)",
        "!(f & A) && (f & B /* ( */)",
        "!(f & A) && (f & B // (\n)",
        "(f & B /* ) */) && !(f & A)",
        '(g("((") & B) && !(g("((") & A)',
        "(g('(') & B) && !(g('(') & A)",
    ],
)
def test_parentheses_in_comments_and_strings_do_not_count(condition: str) -> None:
    """The place that matched ends with the parentheses that the code opened, not with a comment's."""
    assert expressions("!($f & A) && ($f & B)", f"(k({condition}))") == [condition]


def test_words_in_strings_and_comments_do_not_match() -> None:
    """A name in a string, a comment or a macro's definition is no code."""
    code = '#define M g(1)\nvoid f(void)\n{\n\t/* g(2) */\n\th("g(3)");\n\tg(4);\n}\n'

    assert texts("g($p)", code) == ["g(4)"]


def test_statements_match_in_sequence() -> None:
    """Statements match where they follow each other, in blocks, cases and after labels."""
    code = (
        "void f(int n)\n{\n\tg(1);\n\th(1);\n\tswitch (n) {\n\tcase 1:\n\t\tg(2);\n\t\th(2);\n\t\tbreak;\n\t}\n"
        "\tif (n) {\n\t\tg(3);\n\t\tk();\n\t\th(3);\n\t}\n\tg(4);\n\th(5);\n}\n"
    )

    assert texts("g($p); h($p);", code) == ["g(1);\n\th(1);", "g(2);\n\t\th(2);"]


def test_branch_without_braces_is_a_statement() -> None:
    """`if (x) g();` holds the statement `g();`."""
    assert texts("g($p);", "void f(int n)\n{\n\tif (n)\n\t\tg(1);\n\telse\n\t\tg(2);\n}\n") == ["g(1);", "g(2);"]


@pytest.mark.parametrize(
    "head", ["for (n = 0; n < 3; n++)\n\t\t{};", "do\n\t\t{};\n\twhile (n);", "while (n)\n\t\t{};"]
)
def test_body_of_a_loop_without_braces_is_a_statement(head: str) -> None:
    """`for (...) g();` and `do g(); while (n);` hold the statement `g();`."""
    assert texts("g($p);", f"void f(int n)\n{{\n\t{head.format('g(1)')}\n}}\n") == ["g(1);"]


def test_only_places_within_the_spans_are_looked_at() -> None:
    """`within` leaves out what a patch did not touch."""
    terms = terms_of("void f(void)\n{\n\tg(1);\n\tg(2);\n}\n")
    start = terms.unit.source.text.index(b"g(2)")

    found = [
        m.text("p") for m, _b, _c in find(terms, compile_pattern(Pattern("g($p)")), [Span(start, start + 4, 4, 4)])
    ]

    assert found == ["2"]


def test_budget_is_kept_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern that has used up its steps gives the file up, and the file's terms say so."""
    monkeypatch.setattr(engine, "_MAX_TRIES", 200)
    terms = terms_of("void f(void)\n{\n" + "\tg(1);\n" * 100 + "}\n")

    found = list(find(terms, compile_pattern(Pattern("g($p)"))))

    assert 0 < len(found) < 100
    assert terms.exhausted == ["g($p)"]


@pytest.mark.parametrize(
    "nested",
    [
        "(" * 10_000 + "g(1)" + ")" * 10_000,
        "!" * 10_000 + "g(1)",
        "-" * 3 + "(a + " * 3_000 + "g(1)" + ")" * 3_000,
        "g(" * 3_000 + "1" + ")" * 3_000,
        "a ? b : " * 3_000 + "g(1)",
        "g(1)" + "[0]" * 3_000,
    ],
    ids=["parentheses", "negations", "sums", "calls", "choices", "indices"],
)
@pytest.mark.parametrize("pattern", ["g($p)", "!g($p) && $x & FLAG", "$x ? $a : $b", "if ($c) g($p);"])
def test_deep_nesting_neither_crashes_nor_takes_long(nested: str, pattern: str) -> None:
    """Hostile depth costs bounded time and no stack."""
    before = time.process_time()

    texts(pattern, f"void f(int a, int b, int FLAG)\n{{\n\tx = {nested};\n}}\n")

    assert time.process_time() - before < 10


def test_deep_blocks_neither_crash_nor_take_long() -> None:
    """Blocks within blocks are bounded as expressions are."""
    before = time.process_time()

    texts("g($p); h($p);", "void f(int a)\n{\n" + "if (a) {\n" * 3_000 + "g(1); h(1);" + "}\n" * 3_000 + "}\n")

    assert time.process_time() - before < 10


def test_long_function_is_matched_in_full() -> None:
    """A function of 5,000 lines is no trouble, and its last line is found."""
    code = "void f(void)\n{\n" + "\tg(1);\n" * 5_000 + "\tg(2);\n\th(2);\n}\n"
    before = time.process_time()

    assert texts("g($p); h($p);", code) == ["g(2);\n\th(2);"]
    assert len(texts("g($p)", code)) == 5_001
    assert time.process_time() - before < 10
