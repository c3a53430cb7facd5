# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the rules that are read from semantic patches report what spatch reports, line by line?

The expected lines were compared with spatch 1.1.1 on the same code, but where a test says that we differ on purpose.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.cocci.make import read
from reviewbot.match.trial import run
from reviewbot.rule import Example
from tests.cocci.code import REPORT, lines_of, one_rule


@pytest.mark.parametrize(
    ("declared", "body", "code", "lines"),
    [
        pytest.param("expression E;", "kfree@p(E)", "kfree(a);\nfree(a);\nx = 1 +\n kfree(b);", [3, 6], id="a call"),
        pytest.param(
            "expression E;",
            "* if (E != NULL)\n*\t\\(kfree@p\\|vfree@p\\)(E, ...);",
            "if (a)\nkfree(a);\nif (a != NULL)\nvfree(a);\nif (a)\nkfree(b);",
            [4, 6],
            id="names in a choice",
        ),
        pytest.param(
            "expression x;",
            "(\n kfree@p(x)\n|\n vfree@p(x)\n)",
            "vfree(a);\nkfree(a);",
            [3, 4],
            id="a choice in the first column",
        ),
        pytest.param(
            "expression to, size; statement S;",
            "to = kmalloc@p(size);\nif (to == NULL || ...) S\nmemcpy(to, ..., size);",
            "a = kmalloc(1);\nif (!a || b) {\nx();\nreturn 1;\n}\nmemcpy(a, b, 1);\n"
            "c = kmalloc(2);\nif (!c)\nreturn 1;\ny();\nmemcpy(c, b, 2);",
            [3],
            id="any statement in between",
        ),
        pytest.param(
            "expression x, e;",
            "get(x)\n... when != put(x)\n    when != e = x\nuse@p(x)",
            "get(a);\nif (b)\nput(a);\nelse\nkeep = a;\nuse(a);\nget(c);\nif (b)\nput(c);\nuse(c);",
            [12],
            id="when",
        ),
        pytest.param(
            "expression x;",
            "get(x)\n...\nput@p(x)\n... when != check(x)\nfree(x)",
            "get(a);\ncheck(a);\nput(a);\nfree(a);\nget(c);\nput(c);\ncheck(c);\nfree(c);",
            [5],
            id="when of one gap alone",
        ),
        pytest.param(
            "expression x; constant c;",
            "x = c\n... when != true IS_ERR(x)\nPTR_ERR@p(x)",
            "b = 0;\nif (IS_ERR(b))\nreturn PTR_ERR(b);\nb = 1;\nreturn PTR_ERR(b);",
            [7],
            id="when != true",
        ),
        pytest.param(
            'identifier f =~ "free"; expression x; identifier g != {put, drop};',
            "take(x);\nf@p(x);\ng(x);",
            "take(a);\nmy_free_it(a);\nput(a);\ntake(a);\nmy_free_it(a);\nkeep(a);\ntake(a);\nkeep(a);\nkeep(a);",
            [7],
            id="constraints on names",
        ),
        pytest.param(
            "struct foo *x; expression *e;",
            "use@p(x, e)",
            "char d[3];\nuse(a, c);\nuse(c, c);\nuse(a, b);\nuse(a, d);",
            [4],
            id="types",
        ),
        pytest.param(
            "expression *x; type T;",
            "x = (T)kmalloc@p(<+... sizeof(x) ...+>)",
            "a = kmalloc(sizeof(a));\na = kmalloc(2 * sizeof(a));\na = kmalloc(sizeof(b));",
            [3, 4],
            id="an expression that holds another, and a cast",
        ),
        pytest.param(
            "expression x;",
            "get(x)\n...\n(\nput(x)\n|\nuse@p(x)\n)",
            "get(a);\nput(a);\nuse(a);\nget(c);\nuse(c);",
            [7],
            id="a branch that is not reported ends the path",
        ),
        pytest.param(
            "expression f, e;",
            "(\nf = FLAG | ...\n|\nf |= FLAG\n)\n... when != f = e\nstart@p(f)",
            "b = FLAG | 1;\nstart(b);\nb = FLAG;\nstart(b);\nb = FLAG;\nb = 0;\nstart(b);",
            [4, 6],
            id="dots of an expression before those of a path",
        ),
        pytest.param(
            "identifier f; expression x;",
            "x = f(...)\n...\nx@p == NULL",
            "a = g();\nif (a == NULL)\nreturn 1;",
            [4],
            id="a path without a word",
        ),
        pytest.param(
            "statement S;",
            "* if@p (...) S else S",
            "if (a)\nx();\nelse\nx();\nif (a)\nx();\nelse\ny();",
            [3],
            id="else",
        ),
        pytest.param(
            "expression *x; expression f; type T;",
            "f(...,(T)(x),...,sizeof@p(x),...)",
            "a = g(a, sizeof(a));\ng((void *)a, 1, sizeof(a));\ng(b, sizeof(a));",
            [3, 4],
            id="a cast of what stands in parentheses",
        ),
        pytest.param(
            "expression x;",
            "get(x)\n...\nuse@p(x)",
            "get(a);\nif (b && use(a))\nreturn 1;",
            [4],
            id="a step behind another condition",
        ),
        pytest.param("", "f@p(-1, ...)", "f(-1, 2);\nf(1);\nf(b - 1);", [3], id="a negative number"),
        pytest.param("expression e;", "e@p | ... | e", "x = b | a | b;\nx = b | a;", [3], id="operators alone"),
    ],
)
def test_what_is_reported(declared: str, body: str, code: str, lines: list[int]) -> None:
    """A rule reports the lines that it should."""
    header = "r exists" if "..." in body else "r"

    assert lines_of(one_rule(declared, body, header), code) == lines


def test_parentheses_braces_and_initialisations_do_not_matter() -> None:
    """Our isomorphisms are on, where spatch asks for `{`, `(` and `=` as they are written."""
    assert lines_of(one_rule("expression E;", "if (E)\n\tkfree@p(E);"), "if (a) {\nkfree(a);\n}") == [4]
    assert lines_of(one_rule("expression A;", "A == 1 ? yes@p : no"), "x = (b == 1) ? yes : no;") == [3]
    assert lines_of(one_rule("expression E;", "E = get@p();"), "int x = get();") == [3]


def test_spelling_of_conditions_matters() -> None:
    """Truth tables are not compared, since SmPL does not."""
    assert lines_of(
        one_rule("expression A, B;", "* !A || (A &&@p B)"), "if (!b || a)\nx();\nif (!b || (b && a))\ny();"
    ) == [5]


def test_forall_is_the_default_without_a_star() -> None:
    """A rule without `*` and `exists` asks for every path, with one of them for some path."""
    body = "{0}get(x)\n... when != stop(x)\n    when strict\n{0}put@p(x)"
    code = "get(a);\nif (b)\nreturn 1;\nput(a);"

    assert lines_of(one_rule("expression x;", body.format("")), code) == []
    assert lines_of(one_rule("expression x;", body.format("* ")), code) == [6]
    assert lines_of(one_rule("expression x;", body.format(""), "r exists"), code) == [6]
    assert lines_of(one_rule("expression x;", body.format("* "), "r forall"), code) == []


def test_positions_of_other_rules() -> None:
    """`position p != ok.p` leaves places out, `position ok.p` wants them."""
    ok = (
        "virtual report\n@ok@\nposition p;\nexpression x;\n@@\nget@p(x);\nput(x);\n\n"
        "@r@\n{}\nexpression y;\nposition q;\n@@\nget@p@q(y)\n"
    )
    code = "get(a);\nput(a);\nget(b);"

    assert lines_of(read(ok.format("position p != ok.p;") + REPORT, "a.cocci"), code) == [5]
    assert lines_of(read(ok.format("position p != {ok.p};") + REPORT, "a.cocci"), code) == [5]
    assert lines_of(read(ok.format("position ok.p;") + REPORT.replace("r.p", "r.q"), "a.cocci"), code) == [3]


def test_the_message() -> None:
    """A script's text, `%`, `+` and lines become our message; nothing of it is run."""
    script = (
        "\n@script:python depends on report@\np << r.p;\nq << r.q;\nx << r.x;\n@@\n\n"
        'msg = "ERROR: %s at 100%%, line %s" % (x, q[0].line)\n'
        'coccilib.report.print_report(p[0], msg + "!")\n// a comment\n'
    )
    cocci = one_rule("expression x; position q;", "get@q(x);\nput@p(x);", script=script)
    found = run(cocci.rules[0], Example("x", "void f(int a)\n{\n\tget(a);\n\tput(a);\n}\n"))

    assert [(report.match.span.first_line, report.message) for report in found] == [(4, "a at 100%, line 3!")]


def test_the_mode_is_report_then_context_then_patch() -> None:
    """Rules for another mode are named and left out; without scripts `*` lines report, without them `-` lines."""
    text = "virtual patch\nvirtual {}\n@a depends on patch@\nexpression x;\n@@\n- kfree(x);\n+ vfree(x);\n\n"
    star = "@b depends on !patch@\nexpression x;\n@@\n* kfree(x);\n"
    context = read(text.format("context") + star, "my_own.cocci")
    patch = read("@@\nexpression x;\n@@\n- kfree(x);\n+ vfree(x);\n", "my_own.cocci")

    assert [rule.id for rule in context.rules] == ["my-own-b"]
    assert context.others == ("a",)
    assert [rule.id for rule in patch.rules] == ["my-own-rule"]
    assert lines_of(patch, "kfree(a);\nvfree(a);") == [3]


_EVIL = "@script:python depends on report@\np << r.p;\n@@\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@r@\nexpression x;\nposition p;\n@@\nif (<... x ...>)\n f@p(x);\n", "line 5: `<... ...>` in an expression"),
        (
            "@r@\nposition p;\nexpression x;\n@@\nf@p(x)\n... when != while (x) { ... g(x); }\nh(x)\n",
            "`when != while (...)`",
        ),
        ("@r@\nposition p;\n@@\nint f@p(int a)\n{\n...\n}\n", "line 4: a function without code"),
        ("@r@\nposition p;\n@@\nint f(int a)\n{\ng@p();\n}\nint b;\n", "line 4: a function's definition"),
        ("@r@\nposition p;\n@@\nstruct a b@p = { 1, };\n", "line 4: an initialiser"),
        ("@r@\nposition p;\niterator i;\n@@\nf@p(i)\n", "line 5: `iterator`"),
        ("@r@\nfresh identifier g;\nposition p;\n@@\nf@p(g)\n", "line 2: `fresh identifier`"),
        ("@r@\nexpression q.x;\nposition p;\n@@\nf@p(x)\n", "line 1: the rule `q`, which is not there"),
        ("@r depends on q@\nposition p;\n@@\nf@p()\n", "line 1: `depends on` `q`, which is no rule"),
        ("@a@\n@@\na();\n@b@\n@@\nb();\n@r depends on a || b@\nposition p;\n@@\nf@p()\n", "one of several rules"),
        ("@r@\nposition p : script:python() { evil(p) };\n@@\nf@p()\n", "line 2: `script:`"),
        ("@r@\nposition p;\n@@\nf@p(" + r"\(a\|b\|c\|d\|e\), " * 4 + "0)\n", "more than 256 alternatives"),
        ("@r@\nposition p;\n@@\nf@p()\n&\ng()\n", "line 5: a conjunction"),
        ("@r@\nposition p;\n@@\n(\nf@p()\n", "line 4: a disjunction without its end"),
        ("@r@\nposition p;\n@@\nf@p(;\n", "line 4: `(` without `)`"),
    ],
)
def test_what_is_outside_is_refused_by_name(text: str, words: str) -> None:
    """What is not read names its construct and its line, and makes no rule."""
    cocci = read(text + REPORT, "a.cocci")

    assert cocci.rules == ()
    assert words in " / ".join(refused.why for refused in cocci.refused)


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ("import os\nos.system('touch /tmp/owned')\ncoccilib.report.print_report(p[0], 'x')", "Python: `import`"),
        ("coccilib.report.print_report(p[0], evil())", "Python: a text that is computed (evil())"),
        ("if p:\n    coccilib.report.print_report(p[0], 'x')", "Python: `if`"),
        ("coccilib.report.print_report(p[1], 'x')", "Python: a report at p[1]"),
        ("coccilib.report.print_report(p[0], '%d' % p)", "Python: a format other than %s"),
        ("coccilib.report.print_report(p[0], '{p}')", "Python: a text that is computed"),
        ("print_report(p[0], 'x'", "Python that does not parse"),
    ],
)
def test_python_is_refused_and_never_run(python: str, words: str) -> None:
    """A script that does more than report is refused by what it does."""
    cocci = read(f"@r@\nposition p;\n@@\nf@p()\n\n{_EVIL}{python}\n", "a.cocci")

    assert [words in refused.why for refused in cocci.refused] == [True]


def test_a_rule_without_an_end_is_refused() -> None:
    """A file that breaks off is refused as a whole."""
    cocci = read("virtual report\n\n@r@\nposition p;\n", "a.cocci")

    assert [(one.line, one.construct) for one in cocci.refused] == [(3, "a rule without `@@`")]


@pytest.mark.parametrize(
    "text",
    [
        "@r@\nposition p;\n@@\nf@p(" + r"\( " * 3000 + r"a \) " * 3000 + ")\n" + REPORT,
        "@r@\nposition p;\n@@\nf@p" + "(" * 3000 + ")" * 3000 + "\n" + REPORT,
        "@r@\nposition p;\n@@\nf@p()\n" + REPORT.replace('"WARNING: found"', "+".join(['"a"'] * 9000)),
        "@r@\nposition p;\n@@\nf@p()\n" + REPORT.replace('"WARNING: found"', "(" * 3000 + ")" * 3000),
        "@r depends on " + "!" * 5000 + "report@\nposition p;\n@@\nf@p()\n" + REPORT,
        "@r@\nposition p;\n@@\n" + "if (a) { " * 400 + "f@p();" + " }" * 400 + "\n" + REPORT,
        "@\n@@\n" * 30000,
        "@r depends on r@\nposition p;\n@@\nf@p()\n" + REPORT,
        "".join(f"@r{n} depends on r{n + 1}@\n@@\nf()\n" for n in range(300)) + REPORT.replace("r.p", "r0.p"),
        "@r@\nposition p;\n@@\nf@p(a))) { g() }\n" + REPORT,
    ],
    ids=["choices", "parentheses", "sum", "python", "depends", "blocks", "rules", "itself", "in a row", "closed"],
)
def test_what_is_deep_or_long_is_refused_in_time(text: str) -> None:
    """Hostile text is refused within seconds."""
    begin = time.monotonic()

    assert read(text, "a.cocci").rules == ()
    assert time.monotonic() - begin < 10


def test_rules_that_take_from_many_others_are_read_in_time() -> None:
    """Each rule is read once for all that take the same from it."""
    text = "virtual report\n"
    for layer, number in ((layer, number) for layer in range(5) for number in range(12)):
        taken = [f"r{layer - 1}_{one}" for one in range(12)] if layer else []
        names = [f"x{name}" for name in (*taken, f"r{layer}_{number}")]
        text += f"@r{layer}_{number}@\nexpression {names[-1]};\n"
        text += "".join(f"expression {name}.x{name};\n" for name in taken)
        text += f"position p;\n@@\nf@p({', '.join(names)})\n\n"
    begin = time.monotonic()

    assert len(read(text + REPORT.replace("r.p", "r4_0.p"), "a.cocci").rules) == 1
    assert time.monotonic() - begin < 10


def test_rules_that_depend_on_all_before_are_read_in_time() -> None:
    """Whether a rule is on is asked once."""
    names = [f"r{number}" for number in range(30)]
    rules = (f"@{name} depends on {' && '.join(names[:at]) or 'report'}@\n@@\nf()\n" for at, name in enumerate(names))
    last = f"@r depends on {' && '.join(names)}@\nposition p;\n@@\nf@p()\n"
    begin = time.monotonic()

    read("virtual report\n" + "".join(rules) + last + REPORT, "a.cocci")
    assert time.monotonic() - begin < 10


def test_one_rule_that_is_refused_leaves_the_others() -> None:
    """A file may be read in part."""
    other = REPORT.replace("r.p", "s.p") + "\n@s@\nposition p;\n@@\nfor (;;) f@p();\n"
    cocci = one_rule("", "f@p()", script=REPORT + other)

    assert [rule.id for rule in cocci.rules] == ["mine-r"]
    assert [(refused.rule, refused.construct) for refused in cocci.refused] == [("s", "`for`")]


@given(st.text(alphabet="@rp; \n()|\\*-+?.<>{}if=!&\"'x,wheny:", max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(body: str) -> None:
    """No text is a crash."""
    read(f"@r@\nexpression x;\nposition p;\n@@\n{body}\n{REPORT}", "a.cocci")
    read(body, "a.cocci")
