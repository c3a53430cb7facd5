# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a report stand at a mark, do places of other patterns allow or forbid it, and what is `...` in a condition?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.errors import PatternError
from reviewbot.match.compiled import compile_pattern
from reviewbot.match.trial import run
from reviewbot.rule import Category, Confidence, Example, Meta, Pattern, Rule, Spots

_RULE = Rule(
    id="marks",
    title="t",
    why="w",
    known_problems="k",
    category=Category.STYLE,
    confidence=Confidence.LOW,
    patterns=(),
    message="m",
    examples=(),
    references=(),
)


def _lines(rule: Rule, body: str) -> list[int]:
    code = f"void f(int a, int b)\n{{\n{body}\n}}\n"
    return [report.match.span.first_line for report in run(rule, Example("x", code))]


def _with(*patterns: str | Pattern) -> Rule:
    return replace(_RULE, patterns=patterns)


def test_the_report_stands_at_the_mark() -> None:
    """A marked name is where the report stands, be it a name, a metavariable or within a path."""
    code = "a = 1 +\n kfree(b,\n  x);\n put(b,\n x);"

    assert _lines(_with(Pattern("kfree@p($x, $y)", report="p")), code) == [4]
    assert _lines(_with(Pattern("kfree($x, $y@p)", report="p")), code) == [5]
    assert _lines(_with(Pattern("kfree@p($x, $y); ... put($x, $z@q);", report="q")), code) == [7]
    assert _lines(_with(Pattern("kfree@p($x, $y); ... put($x, $z@q);", report="p")), code) == [4]


def test_the_message_tells_the_line_of_a_mark() -> None:
    """{line_p} is the line of the mark."""
    rule = replace(_with(Pattern("kfree@p($x); ... put($x);")), message="freed in line {line_p}")
    found = run(rule, Example("x", "void f(int a)\n{\n\tkfree(a);\n\tput(a);\n}\n"))

    assert [report.message for report in found] == ["freed in line 3"]


def test_places_of_other_patterns_forbid_and_allow() -> None:
    """not_at and only_at compare the places of the reports, with constraints of their own."""
    spots = Spots(patterns=(Pattern("kfree@p($x); put($x);", report="p"),), metavariables={"x": Meta(matching="b")})
    rule = _with(Pattern("kfree@q($y)", report="q"))
    code = "kfree(a);\nput(a);\nkfree(b);\nput(b);"

    assert _lines(rule, code) == [3, 5]
    assert _lines(replace(rule, not_at=(spots,)), code) == [3]
    assert _lines(replace(rule, only_at=(spots,)), code) == [5]


def test_dots_in_a_condition_are_other_operands() -> None:
    """`!$x || ...` is one of the operands, or the condition itself, and no operand of another operator."""
    rule = _with("if (!get($x) || ...) stop($x);")
    code = "if (b || !get(a)) stop(a);\nif (!get(a)) stop(a);\nif (b && !get(a)) stop(a);\nif (b || get(a)) stop(a);"

    assert _lines(rule, code) == [3, 4]


def test_a_mark_that_is_not_there_is_an_error() -> None:
    """A pattern cannot report at a mark that it does not make; an `@` in a string is no mark."""
    with pytest.raises(PatternError, match="does not mark"):
        compile_pattern(Pattern("kfree($x)", report="p"))

    assert compile_pattern(Pattern('printk("a@b")')).metavariables == frozenset()


def test_places_are_compared_at_a_mark() -> None:
    """Spots(mark=...) compares the place of that mark, and not that of the report."""
    spots = Spots(mark="q", patterns=(Pattern("$v = take@p($x); ... keep($v);", report="p"),))
    rule = _with(Pattern("$v = take@q($x); ... put@r($v);", report="r"))
    code = "a = take(1);\nkeep(a);\nput(a);\nb = take(2);\nput(b);"

    assert _lines(rule, code) == [5, 7]
    assert _lines(replace(rule, not_at=(spots,)), code) == [7]


def test_any_statement() -> None:
    """`$$s;` is any statement, a block too, and the same code where it stands twice."""
    code = "g(a);\nif (a)\nreturn;\nput(a);\ng(b);\nif (b) { x(); y(); }\nput(b);\nif (a) put(b); else put(b);"

    assert _lines(_with("g($x); if ($x) $$s; put($x);"), code) == [3, 7]
    assert _lines(_with("if ($c) $$s; else $$s;"), code) == [10]


def test_an_expression_that_holds_another() -> None:
    """`<... e ...>` is an expression with e in it, or e itself."""
    code = "a = g(1 + take(b));\na = take(b);\na = g(b);"

    assert _lines(_with("$x = <... take($y) ...>"), code) == [3, 4]


def test_a_gap_has_excuses_and_repetitions_of_its_own() -> None:
    """between= and any= can be given for each gap."""
    path = "take($x); ... use($x); ... put($x);"
    code = "take(a);\nkeep(a);\nuse(a);\nput(a);"

    assert _lines(_with(Pattern(path, between=((), ("keep($x)",)))), code) == [6]
    assert _lines(_with(Pattern(path, between=(("keep($x)",), ()))), code) == []
    code = "take(a);\nuse(a);\nput(a);\nput(a);"
    assert _lines(_with(Pattern(path, any=(False, True))), code) == [5, 6]
    assert _lines(_with(Pattern(path, any=(True, False))), code) == [5]
    with pytest.raises(PatternError, match="of 1 gaps, and has 2"):
        compile_pattern(Pattern(path, any=(True,)))


def test_operators_are_looked_for_where_there_is_no_name() -> None:
    """A pattern of operators alone is found by them."""
    assert _lines(_with("$x@p | ... | $x"), "g(a | b | a);\ng(a | b);") == [3]
    assert _lines(_with("&$x == NULL"), "if (!&a) g();\nif (a == 0) g();") == [3]


def test_an_expression_is_a_step_within_a_statement() -> None:
    """A step that is an expression with an operator is found in a condition, unless && or || may pass it over."""
    rule = _with("get($x); ... $x->n;")
    code = "get(a);\nif (a->n) g();\nget(b);\nif (a && b->n) g();\nget(c);\nput(c->n);"

    assert _lines(rule, code) == [4, 8]


def test_the_type_of_a_cast_is_bound_as_a_whole() -> None:
    """`($t)$x` is any cast, one to a pointer too."""
    assert _lines(_with("use(($t)$x)"), "use((u8)a);\nuse((void *)a);\nuse(a);\nuse((struct foo **)a);") == [3, 4, 6]


def test_a_place_with_the_same_code_or_anywhere_in_the_file() -> None:
    """`same` compares what both bind; mark=None asks only whether there is such a place."""
    spots = Spots(mark=None, patterns=(Pattern("get($x)"),))
    rule = _with("put($x)")
    code = "put(a);\nget(b);\nput(b);"

    assert _lines(replace(rule, only_at=(spots,)), code) == [3, 5]
    assert _lines(replace(rule, only_at=(replace(spots, same=("x",)),)), code) == [5]
    assert _lines(replace(rule, not_at=(replace(spots, same=("x",)),)), code) == [3]
    assert _lines(replace(rule, only_at=(spots,)), "put(a);") == []
    assert _lines(replace(rule, not_at=(spots,)), "put(a);") == [3]


def test_a_mark_that_must_be_at_the_same_place() -> None:
    """A mark among `same` stands at one place in both."""
    spots = Spots(mark="p", same=("q",), patterns=(Pattern("f(get@q($x), use@p($y))", report="p"),))
    rule = _with(Pattern("f(get@q($x), use@p($z))", report="p"))
    other = _with(Pattern("f(use@p($z), get@q($x))", report="p"))

    assert _lines(replace(rule, only_at=(spots,)), "f(get(a), use(b));") == [3]
    assert _lines(replace(other, only_at=(spots,)), "f(use(b), get(a));") == []


def test_places_decide_by_places_and_predicates_of_their_own() -> None:
    """Spots have where=, not_at= and only_at= too."""
    keep = Spots(patterns=(Pattern("f@p($x); keep($x);", report="p"),))
    spots = Spots(patterns=(Pattern("f@p($x)", report="p"),))
    rule = _with(Pattern("f@p($x)", report="p"))
    code = "f(a);\nkeep(a);\nf(b);"

    assert _lines(replace(rule, only_at=(replace(spots, not_at=(keep,)),)), code) == [5]
    assert _lines(replace(rule, only_at=(replace(spots, only_at=(keep,)),)), code) == [3]
    assert _lines(replace(rule, only_at=(replace(spots, where=lambda site: site.text("x") == "b"),)), code) == [5]


def test_a_step_at_a_place_that_is_left_out_ends_no_gap() -> None:
    """The path goes on behind a step whose mark stands where it may not."""
    spots = Spots(mark="p", patterns=(Pattern("use@p($x, 0)", report="p"),))
    rule = replace(_with(Pattern("get($x); ... use@p($x, $e);", report="p")), not_at=(spots,))

    assert _lines(rule, "get(a);\nuse(a, 0);\nuse(a, 1);") == [5]
