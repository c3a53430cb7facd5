# SPDX-License-Identifier: GPL-2.0-or-later
"""Do blocks, branches, loops, functions and conjunctions of semantic patches report what spatch reports?

The expected lines were compared with spatch 1.1.1 on the same code.
"""

from __future__ import annotations

import pytest

from tests.cocci.code import lines_of, one_rule


@pytest.mark.parametrize(
    ("declared", "body", "code", "lines"),
    [
        pytest.param(
            "expression x;",
            "get(x)\n... when != if (...) { ... put(x); ... }\nuse@p(x)",
            "get(a);\nif (b) {\nx();\nput(a);\n}\nuse(a);\nget(c);\nif (b) {\nput(a);\n}\nuse(c);",
            [13],
            id="an if with something in its branch excuses",
        ),
        pytest.param(
            "expression x; statement S1, S2;",
            "get(x)\n... when != if (...) S1 else S2\nuse@p(x)",
            "get(a);\nx();\nuse(a);\nget(c);\nif (b)\nx();\nuse(c);",
            [5],
            id="any if excuses, with an else or without",
        ),
        pytest.param(
            "expression x;",
            "get(x);\n... when != put(x)\nreturn@p ...;",
            "get(a);\nif (b)\nreturn 1;\nput(a);\nreturn 0;",
            [5],
            id="a position at a return",
        ),
        pytest.param(
            "expression x; statement S;",
            "x = get(...);\n... when != x\nif@p (x) S",
            "b = get(1);\nif (b)\nx();\nc = get(2);\nuse(c);\nif (c)\nx();",
            [4],
            id="a position at an if",
        ),
        pytest.param(
            "expression x;",
            "if (...) {\n... when != put(x)\nstop@p(x);\n... when any\n}\nuse(x);",
            "if (b) {\ny();\nstop(a);\n}\nuse(a);\nstop(c);\nuse(c);",
            [5],
            id="steps of a block are in it",
        ),
        pytest.param(
            "expression x;",
            "get(x);\n...\nif (...) {\n...\nreturn@p ...;\n}\n... when any\nput(x);",
            "get(a);\nif (b) {\nx();\nreturn 1;\n}\nput(a);\nget(c);\nif (b)\nreturn 2;\nreturn 0;",
            [6],
            id="a branch that leaves, and what comes where it is not taken",
        ),
        pytest.param(
            "identifier f, a; type T;",
            "T f(..., struct foo *a, ...)\n{\n<+...\nuse@p(a)\n...+>\n}",
            "int f(struct foo *a, int b)\n{\n\tuse(b);\n\tuse(a);\n\treturn 0;\n}\n"
            "int g(struct bar *a)\n{\n\tuse(a);\n\treturn 0;\n}\n",
            [4],
            id="a function with its parameters",
        ),
        pytest.param(
            "identifier f, x; iterator name list_for_each_entry; expression E; statement S;",
            "list_for_each_entry@p(x, E, ...) S\n...\nuse(x)",
            "struct foo *i;\nlist_for_each_entry(i, c, m)\nx(i);\nuse(i);\nlist_for_each_entry(i, c, m)\nx(i);",
            [4],
            id="a loop of an iterator macro",
        ),
        pytest.param(
            "iterator I; expression x, E; statement S;",
            "I@p(x, E, ...) S",
            "struct foo *i;\nlist_for_each_entry(i, c, m)\n\tx(i);",
            [4],
            id="an iterator metavariable, and no path",
        ),
        pytest.param(
            "iterator I; expression x, E;",
            "I(x, ...)\n{ ... when != x = E\n(\nx@p == NULL\n|\nx@p != NULL\n)\n ... when any\n}",
            "list_for_each_entry(i, c, m) {\nif (b)\nbreak;\nif (i == 0)\nx();\nif (!i)\nx();\ny(i ? 1 : 0);\n}\n"
            "if (!i)\nx();",
            [8],
            id="tests for NULL in a loop, and not where a break leads",
        ),
        pytest.param(
            "expression x;",
            "if (...) {\n...\nbad@p(x);\n... when any\nreturn ...;\n}",
            "if (b) {\nx();\ngoto out;\n}\nwhile (a) {\nif (c) {\ny();\nbreak;\n}\n}\nbad(1);\nreturn 0;\n"
            "out:\nbad(2);\nreturn 1;",
            [16],
            id="a block that leaves, and a goto in it",
        ),
        pytest.param(
            "expression x;",
            "if (...) {\n...\nbad@p(x);\n... when any\n}",
            "if (b) {\nx();\ngoto out;\n}\nif (c) {\ny();\nbad(1);\n}\nreturn 0;\nout:\nbad(2);\nreturn 1;",
            [9],
            id="a block that does not",
        ),
        pytest.param(
            "expression x;",
            "put(x);\n...\n(\nx = get()\n|\nx@p\n)",
            "while (b) {\nstruct foo *q;\nq = get();\nput(q);\n}",
            [],
            id="a name that is declared is no use",
        ),
        pytest.param(
            "expression x;",
            "get(x);\n... when any\nif (...) {\n...\nreturn@p ...;\n}\n... when any\nput(x);",
            "get(a);\nif (b) {\nif (c) {\ny();\nreturn 1;\n}\nreturn 2;\n}\nput(a);",
            [7, 9],
            id="a block may hold a test like its own",
        ),
        pytest.param(
            "expression x; iterator I; statement S;",
            "put(x);\n...\n(\nI(...,x,...) S\n|\nx@p\n)",
            "put(a);\nlist_for_each_entry(a, c, m)\n\tuse(a);\nput(c);\nuse(c);",
            [7],
            id="a loop that ends a gap",
        ),
        pytest.param(
            "expression x; iterator I; iterator name list_for_each_entry; statement S; expression E;",
            "(\nlist_for_each_entry(x, E, ...) S\n&\nI@p(...) {\n... when != put(x)\nuse(x);\n... when any\n}\n)",
            "list_for_each_entry(a, c, m) {\ny();\nuse(a);\n}\nlist_for_each_entry(a, c, m) {\ny();\nuse(b);\n}\n"
            "for_each_thing(a, c) {\nuse(a);\n}",
            [3],
            id="a conjunction of loops",
        ),
        pytest.param(
            "expression x; statement S;",
            "x = get(...);\n...\nif@p (x) S",
            "a = get(1);\nwhile (a)\nx();\nif (a)\ny();",
            [6],
            id="an if is no while",
        ),
        pytest.param(
            "iterator I; expression x;",
            "I(x, ...)\n{ ...\n(\nx@p == NULL\n|\nx@p != NULL\n)\n ... when any\n}",
            "list_for_each_entry(i, c, m) {\ny(i ? 1 : 0);\n}\nlist_for_each_entry(i, c, m) {\nwhile (b && i)\nx();\n}",
            [4, 7],
            id="x alone where only its truth counts",
        ),
        pytest.param(
            "local idexpression struct foo *x;", "f@p(x)", "f(a);\nf(b);\nf(g);", [3], id="a local name of a type"
        ),
        pytest.param(
            "expression x, y;",
            "f@p(\\(x\\&g(y)\\), y)",
            "f(g(a), a);\nf(a, a);\nf(g(a), b);",
            [3],
            id="a conjunction of expressions",
        ),
        pytest.param(
            "expression x, y; assignment operator aop;",
            "x aop@p y",
            "a = c;\nb |= 1;\nif (b == 1)\nb += 2;",
            [3, 4, 6],
            id="an operator metavariable",
        ),
        pytest.param(
            "expression x, y; binary operator bop = {+, -};",
            "f@p(x bop y)",
            "f(b + 1);\nf(b * 1);\nf(b - 2);",
            [3, 5],
            id="a choice of operators",
        ),
        pytest.param(
            "identifier lock = mutex_lock; expression x;",
            "lock@p(x)",
            "mutex_lock(a);\nspin_lock(a);",
            [3],
            id="an identifier with one name",
        ),
        pytest.param(
            "expression x;",
            "for(...;...;...) { <+... f@p(x) ...+> }",
            "for (b = 0; b < 3; b++) {\nif (c)\nf(a);\n}\nf(a);\nwhile (b) {\nf(a);\n}",
            [5],
            id="any for loop",
        ),
        pytest.param(
            "expression x, e;",
            "get(x)\n...\n(\nx = e\n|\nx++\n|\nuse@p(x)\n)",
            "get(a);\na++;\nuse(a);\nget(c);\nuse(c);\nget(b);\nb = 1;\nuse(b);",
            [7],
            id="what a choice lists without the position ends the path",
        ),
        pytest.param(
            "identifier x; type T; expression E;",
            "T x =@p E;",
            "int i = 1;\nstruct foo *q = a, *r;\nint k;",
            [3, 4],
            id="a declaration with a value",
        ),
        pytest.param(
            "expression x; constant char[] s;",
            "f@p(x, s)",
            'f(a, "x");\nf(a, 1);\nf(a, b);',
            [3],
            id="a constant string",
        ),
    ],
)
def test_what_is_reported(declared: str, body: str, code: str, lines: list[int]) -> None:
    """A rule reports the lines that it should."""
    header = "r exists" if "..." in body else "r"

    assert lines_of(one_rule(declared, body, header), code) == lines
