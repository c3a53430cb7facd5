# SPDX-License-Identifier: GPL-2.0-or-later
"""Does each named isomorphism make two spellings one, and only while it is on?"""

from __future__ import annotations

import pytest

from reviewbot.match.normal import ISOMORPHISMS
from tests.match.code import expressions, texts

_IN_CONDITIONS = [
    ("null", "!h($p)", "h(a) == NULL"),
    ("zero", "!h($p)", "0 == h(a)"),
    ("not-not", "h($p) || $q", "!!h(a) || b"),
    ("commute", "a.x == h($p)", "h(1) == a.x"),
    ("relation", "h($p) < $q", "c > h(1)"),
    ("boolean", "!($x & FLAG) && $x & OTHER", "!(!(v & OTHER) || v & FLAG)"),
    ("likely", "h($p) && $q", "likely(h(a)) && b"),
    ("index-zero", "h(*$p)", "h(p[0])"),
    ("arrow", "h($p->f)", "h((*p).f)"),
]
_IN_STATEMENTS = [
    ("increment", "total += 1;", "total++;"),
    ("increment", "total += 1;", "total = total + 1;"),
    ("increment", "total -= 1;", "--total;"),
    ("braces", "if (h($p)) g();", "if (h(1)) { g(); }"),
]


@pytest.mark.parametrize(("name", "pattern", "code"), _IN_CONDITIONS)
def test_condition_matches_while_it_is_on(name: str, pattern: str, code: str) -> None:
    """The other spelling matches, and does not without the isomorphism."""
    assert expressions(pattern, code) == [code]
    assert expressions(pattern, code, name, "boolean") == []


@pytest.mark.parametrize(("name", "pattern", "code"), _IN_STATEMENTS)
def test_statement_matches_while_it_is_on(name: str, pattern: str, code: str) -> None:
    """The other spelling matches, and does not without the isomorphism."""
    around = f"void f(void)\n{{\n\t{code}\n}}\n"

    assert texts(pattern, around) == [code]
    assert texts(pattern, around, name) == []


def test_declaration_with_a_value_is_an_assignment() -> None:
    """`T *p = e;` is matched by `$p = e`, unless that is switched off."""
    code = "void f(void)\n{\n\tstruct a *p = get(1);\n}\n"

    assert texts("$p = get($x)", code) == ["*p = get(1)"]
    assert texts("$p = get($x)", code, "initialise") == []


def test_cast_to_the_declared_type_says_nothing() -> None:
    """A cast is dropped where it repeats the declaration, and nowhere else."""
    code = "void f(struct a *p, void *v)\n{\n\tg((struct a *)p);\n\tg((struct a *)v);\n\tg(p);\n}\n"

    assert texts("g(p)", code) == ["g((struct a *)p)", "g(p)"]
    assert texts("g(p)", code, "cast") == ["g(p)"]


def test_every_isomorphism_is_tried_here() -> None:
    """No isomorphism is without a test."""
    tried = {row[0] for row in (*_IN_CONDITIONS, *_IN_STATEMENTS)}

    assert tried | {"initialise", "cast"} == set(ISOMORPHISMS)


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("$p - $q == h(1)", "b - a == h(2)"),
        ("h($p, $p)", "h(a, b)"),
        ("h($p) - k($q)", "k(1) - h(1)"),
        ("h($p) < $q", "h(1) <= 3"),
        ("h($p->f)", "h(p.f)"),
        ("h($p)", "hh(a)"),
        ("h(1)", "h(2)"),
    ],
)
def test_what_is_not_the_same_does_not_match(pattern: str, code: str) -> None:
    """Order, repetition, relation, member access, names and numbers matter."""
    assert expressions(pattern, code) == []
