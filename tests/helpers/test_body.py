# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a helper's body read as one expression, and nothing else made of what is none?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.body import Body, read_body, read_expression, substitute
from reviewbot.helpers.spell import one_line, spell
from reviewbot.syntax.term import Term
from tests.helpers.world import canon_of, term_of, world
from tests.rules.harness import FACTS


def _body(header: str) -> Body | None:
    (entry,) = world(header).catalogue.named("f")
    return read_body(entry, FACTS)


def _inline(statements: str, result: str = "int") -> str:
    return f"static inline {result} f(int x, int *p)\n{{\n\t{statements}\n}}\n"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (_inline("return x + 1;"), "x + 1"),
        (_inline("int y = x + 1;\n\n\treturn y * y;"), "(x + 1) * (x + 1)"),
        (_inline("int y;\n\n\ty = x;\n\ty = y + 1;\n\treturn y;"), "x + 1"),
        (_inline("if (x)\n\t\treturn 1;\n\treturn *p;"), "x ? 1 : *p"),
        (_inline("if (x)\n\t\treturn 1;\n\telse\n\t\treturn *p;"), "x ? 1 : *p"),
        (_inline("WARN_ON(!p);\n\tlockdep_assert_held(p);\n\treturn x;"), "x"),
        (_inline("g(p);", "void"), "g(p)"),
        (_inline("*p = x;", "void"), "*p = x"),
        ("#define f(x) ((x) + 1)\n", "x + 1"),
        ("#define f(x) ({ typeof(x) _y = (x); _y + 1; })\n", "x + 1"),
        ("#define f(x) ({ VM_BUG_ON(x); x; })\n", "x"),
    ],
)
def test_body_is_one_expression(header: str, text: str) -> None:
    """Locals are put in, early returns become choices, checks are left out."""
    body = _body(header)

    assert body is not None
    assert body.term.key == term_of(text).key


@pytest.mark.parametrize(
    "header",
    [
        _inline("while (x)\n\t\tx--;\n\treturn x;"),
        _inline("*p = x;\n\treturn x;"),
        _inline("x = 1;\n\treturn x;"),
        _inline("g(p);\n\treturn x;"),
        _inline("if (x)\n\t\treturn 1;"),
        _inline("g(p);\n\th(p);", "void"),
        _inline("goto out;\nout:\n\treturn x;"),
        _inline("return;", "void"),
        "#define f(x) do { g(x); } while (0)\n",
        "#define f(x) g(x);\n",
        "#define f(x) #x\n",
        "#define f(x) pre_##x\n",
        "#define f(x...) g(x)\n",
        "#define f(x) for (;;) x\n",
        "#define f(x) (x\n",
    ],
)
def test_what_is_no_expression_is_refused(header: str) -> None:
    """Loops, jumps, effects beside a value, and macros that are more than an expression."""
    assert _body(header) is None


@pytest.mark.parametrize(
    ("header", "bare"),
    [
        ("#define f(a, b) ((a) + (b))\n", set()),
        ("#define f(a, b) (a + (b))\n", {"a"}),
        ("#define f(a, b) g(a, b)\n", set()),
        ("#define f(a, b) (!a && a->b)\n", {"a"}),
    ],
)
def test_bare_parameters_are_those_an_operator_touches(header: str, bare: set[str]) -> None:
    """A parameter between parentheses or commas takes any argument."""
    body = _body(header)

    assert body is not None
    assert body.bare == bare


def test_macro_replaces_the_names_of_members_a_function_does_not() -> None:
    """`#define get(s, m) ((s)->m)` names a member by its parameter."""
    names = {"m": Term("id", "list"), "s": Term("id", "t")}

    assert substitute(term_of("s->m"), names, members=True).key == term_of("t->list").key
    assert substitute(term_of("s->m"), names).key == term_of("t->m").key


def test_nothing_to_replace_is_the_same_object() -> None:
    """A term without the names is not built again."""
    term = term_of("a + g(b)")

    assert substitute(term, {"x": Term("id", "y")}) is term


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("x", "x"),
        ("p->a.b", "p->a.b"),
        ("(*p).a", "p->a"),
        ("*p", "*p"),
        ("*(p + q)", "*(p + q)"),
        ("x - y", "x - y"),
        ("y * 3 + x", "x + y * 3"),
        ("-x", None),
        ("f(x, y + z)", "f(x, y + z)"),
        ("a[i + j]", "a[i + j]"),
        ("(x | y) & z", "z & (x | y)"),
        ("(x + y) / z", "(x + y) / z"),
        ("x + 1", None),
        ("x && y", None),
        ("(u8)x", None),
        ("x & BIT(3) ? 1 : 0", None),
    ],
)
def test_canonical_term_is_spelt(text: str, spelt: str | None) -> None:
    """With the parentheses that it needs; what the code did not write is not guessed."""
    value = canon_of(world(), {}).value(term_of(text))

    assert spell(value, {}) == spelt


def test_what_the_code_wrote_is_spelt_as_it_stands() -> None:
    """Also a condition."""
    value = canon_of(world(), {}).value(term_of("x && y"))

    assert spell(value, {value.key: "x && y"}) == "x && y"


@pytest.mark.parametrize(
    ("text", "line"),
    [("a +\n\t  b", "a + b"), ("a + /* why */ b", None), ("f(a,\n  b)", "f(a, b)")],
)
def test_text_of_a_term_is_one_line(text: str, line: str | None) -> None:
    """Blanks are one blank, and a comment is no part of an argument."""
    source = f"x = {text};".encode()

    assert one_line(source, Term("binary", "+", (), 4, len(source) - 1)) == line


def test_expression_keeps_the_names_of_types() -> None:
    """sizeof(struct s) and a cast are expressions, a declaration is none."""
    assert read_expression("sizeof(struct s) + (u32)x", FACTS) is not None
    assert read_expression("struct s x", FACTS) is None
