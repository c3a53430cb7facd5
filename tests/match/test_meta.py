# SPDX-License-Identifier: GPL-2.0-or-later
"""Are metavariables bound only to what a rule allows, early enough that another binding is tried?"""

from __future__ import annotations

import dataclasses

import pytest

from reviewbot.rule import Category, Confidence, Example, Meta, Pattern, Rule
from tests.rules.harness import run

_RULE = Rule(
    id="made-up",
    title="t",
    why="w",
    known_problems="k",
    category=Category.STYLE,
    confidence=Confidence.LOW,
    patterns=("g($x)",),
    message="`{x}`",
    examples=(),
    references=(),
)
_CODE = (
    "int f(struct a *p, const struct a *c, struct a s, struct b *b, int n)\n{\n"
    "\tg(p); g(c); g(&s); g(b); g(n); g(p->next); g(other); g(A | 1); g(-5);\n}\n"
)


def _found(*patterns: str | Pattern, **metavariables: Meta) -> list[str]:
    rule = dataclasses.replace(_RULE, patterns=patterns, metavariables=metavariables)
    return [report.match.text("x") for report in run(rule, Example("e", _CODE))]


@pytest.mark.parametrize(
    ("meta", "found"),
    [
        (Meta(type="struct a *"), ["p", "c", "&s"]),
        (Meta(type="struct a*", or_unknown=True), ["p", "c", "&s", "p->next", "other", "A | 1", "-5"]),
        (Meta(type="int"), ["n"]),
        (Meta(kind="identifier"), ["p", "c", "b", "n", "other"]),
        (Meta(kind="local"), ["p", "c", "b", "n"]),
        (Meta(kind="constant"), ["A | 1", "-5"]),
        (Meta(matching=r"[pc]"), ["p", "c"]),
        (Meta(matching=r"p.*"), ["p", "p->next"]),
        (Meta(type="struct a *", kind="local", matching="[^p]"), ["c"]),
    ],
)
def test_metavariable_is_bound_to_what_it_may_be(meta: Meta, found: list[str]) -> None:
    """All that is given must hold; an unknown type is none, unless the rule says so."""
    assert _found("g($x)", x=meta) == found


def test_constraint_holds_for_every_pattern_and_prunes() -> None:
    """A binding that is not allowed leaves the place to another one."""
    code = "void f(int a)\n{\n\th(1 + a);\n\tk(a);\n\tk(1);\n}\n"
    rule = dataclasses.replace(_RULE, patterns=("h($x + $_)", "k($x)"), metavariables={"x": Meta(kind="local")})

    assert [report.match.text("x") for report in run(rule, Example("e", code))] == ["a", "a"]


def test_constraint_holds_in_conditions_and_on_paths() -> None:
    """Truth tables and paths ask as well."""
    code = "int f(int a, int b)\n{\n\tif (!(a & ONE) && (a & TWO))\n\t\tk(b);\n\tk(a);\n\treturn a;\n}\n"

    def found(pattern: str, allowed: str) -> int:
        rule = dataclasses.replace(_RULE, patterns=(pattern,), metavariables={"x": Meta(matching=allowed)})
        return len(run(rule, Example("e", code)))

    assert [found("($x & (ONE | TWO)) == TWO", name) for name in "ab"] == [1, 0]
    assert [found("k($x); ... return a;", name) for name in "abc"] == [1, 1, 0]


def test_a_metavariable_is_a_part_of_another() -> None:
    """part_of= asks for a piece of what is bound already, or all of it."""
    code = "void f(struct a *p, int b)\n{\n\th(p->n + 1, p);\n\th(p, p);\n\th(p, b);\n}\n"
    rule = dataclasses.replace(_RULE, patterns=("h($y, $x)",), metavariables={"x": Meta(part_of="y")})

    assert [report.match.span.first_line for report in run(rule, Example("e", code))] == [3, 4]


def test_an_array_is_declared_as_one() -> None:
    """array= asks the declaration; what is unknown is none."""
    code = "void f(int *p)\n{\n\tint a[3];\n\n\tg(a);\n\tg(p);\n\tg(other);\n}\n"
    rule = dataclasses.replace(_RULE, patterns=("g($x)",), metavariables={"x": Meta(array=True)})
    unknown = dataclasses.replace(rule, metavariables={"x": Meta(array=True, or_unknown=True)})

    assert [report.match.text("x") for report in run(rule, Example("e", code))] == ["a"]
    assert [report.match.text("x") for report in run(unknown, Example("e", code))] == ["a", "other"]
