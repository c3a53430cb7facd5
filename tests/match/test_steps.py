# SPDX-License-Identifier: GPL-2.0-or-later
"""Do blocks, loops, marked statements, heads of functions and gaps with an end of their own match what they say?"""

from __future__ import annotations

import pytest

from reviewbot.errors import PatternError
from reviewbot.match.compiled import compile_pattern
from reviewbot.rule import Pattern
from tests.match.code import paths, texts


def test_what_ends_a_gap_instead() -> None:
    """A gap ends without a match at an instead=, also where the next step fits the same statement."""
    pattern = Pattern("get($x); ... $x@p;", instead=(("put($x)",),))

    assert paths(pattern, "\nget(p);\nuse(p);") == [(2, 3)]
    assert paths(pattern, "\nget(p);\nput(p);\nuse(p);") == []
    assert paths(Pattern(pattern.text, between=pattern.instead), "\nget(p);\nput(p);\nuse(p);") == [(2, 3)]


def test_steps_of_a_block_are_in_it() -> None:
    """What follows a block, or where a jump out of it leads, is not in it."""
    pattern = "if ($c) { ... stop($x); }"

    assert paths(pattern, "\nif (n) {\ng();\nstop(p);\n}") == [(2, 4)]
    assert paths(pattern, "\nif (n)\ng();\nstop(p);") == []
    assert paths(pattern, "\nif (n) {\ng();\ngoto out;\n}\nreturn 0;\nout:\nstop(p);") == []


def test_a_block_that_leaves_goes_on_where_its_jump_leads() -> None:
    """Where the block of a pattern ends in a return, a goto in the code is followed."""
    pattern = "if ($c) { ... stop($x); ... return $_; }"
    code = "\nif (n) {\ng();\ngoto out;\n}\nreturn 0;\nout:\nstop(p);\nreturn 1;"

    assert paths(pattern, code) == [(2, 8, 9)]


def test_behind_a_block_that_leaves_the_test_does_not_hold() -> None:
    """The steps behind it are looked for where the test fails."""
    pattern = "if ($c) { ... return $_; } ... put($x);"

    assert paths(pattern, "\nif (n)\nreturn 1;\nput(p);") == [(2, 3, 4)]
    assert paths(pattern, "\nif (n) {\nput(p);\nreturn 1;\n}") == []


def test_a_block_may_hold_a_test_like_its_own() -> None:
    """The test of a block does not end the gap in it."""
    pattern = Pattern("get($x); ... if ($_) { ... return@p $_; } ... put($x);", any=(True, False, True), report="p")
    code = "\nget(p);\nif (n) {\nif (m) {\ng();\nreturn 1;\n}\nreturn 2;\n}\nput(p);"

    assert paths(pattern, code) == [(2, 3, 8, 10), (2, 3, 6, 10)]


def test_the_loop_of_an_iterator_macro() -> None:
    """`each (...)` is its head: the loop as a whole, or what is in its block."""
    code = "\n\tlist_for_each_entry(p, n, m) {\n\t\tuse(p);\n\t}\n\tuse(p);\n\tlist_for_each_entry(n, p, m)\n\t\tg();"

    assert paths("each ($i@p($x, ...)) ...", code) == [(2,), (6,)]
    assert paths("each (list_for_each_entry($x, ...)) ... use($x);", code) == [(2, 5)]
    assert paths("each (list_for_each_entry($x, ...)) { ... use($x); }", code) == [(2, 3)]


def test_any_for_loop() -> None:
    """`for ($_; $_; $_)` is one with whatever head."""
    pattern = "for ($_; $_; $_) { ... stop($x); }"

    assert paths(pattern, "\nfor (n = 0; n < 3; n++) {\ng();\nstop(p);\n}") == [(2, 4)]
    assert paths(pattern, "\nwhile (n) {\nstop(p);\n}\nstop(p);") == []


def test_the_mark_of_a_statement() -> None:
    """`return@p` and `if@p` are marks of the statements."""
    assert "p" in compile_pattern(Pattern("get($x); ... return@p $r;", report="p")).marks
    assert paths(Pattern("if@p ($c) ... return@q $r;", report="p"), "\nif (n)\nreturn 1;") == [(2, 3)]
    assert compile_pattern(Pattern("if@p ($c) ... return@q $r;")).marks == {"p", "q"}


def test_the_head_of_the_functions_to_look_in() -> None:
    """function= binds what the pattern then asks for; `static` and the like do not matter."""
    code = "static int f(struct a *p, int n)\n{\n\tuse(n);\n\tuse(p);\n}\nvoid g(int n)\n{\n\tuse(n);\n}\n"

    def found(head: str) -> list[str]:
        return texts(Pattern("use($x)", function=head), code)

    assert found("int $f(struct a *$x, ...)") == ["use(p)"]
    assert found("$f(..., int $x)") == ["use(n)", "use(n)"]
    assert found("void $f(...)") == ["use(n)"]
    assert found("long $f(...)") == []
    with pytest.raises(PatternError, match="no head of a function"):
        compile_pattern(Pattern("use($x)", function="int f(void"))


def test_code_that_two_patterns_fit() -> None:
    """`__both__(a, b)` binds what either binds."""
    code = "void f(void)\n{\n\th(g(a), a);\n\th(g(a), b);\n\th(a, a);\n}\n"

    assert texts("h(__both__($x, g($y)), $y)", code) == ["h(g(a), a)"]


def test_any_declarator_of_a_declaration() -> None:
    """`$t $x = $e;` is found among others, whatever stars it has."""
    code = "\nint i = 1;\nstruct a *q = p, *r;\nint k;"

    assert paths("... $t $x = $e;", code) == [(2,)]
    assert paths(Pattern("... struct a *$x = $e;"), code) == [(3,)]


def test_a_pattern_without_a_word() -> None:
    """smpl= looks at every call, assignment or sum; without it that is an error."""
    code = "void f(void)\n{\n\th(a + b);\n\ta = 1;\n\ta++;\n}\n"

    assert texts(Pattern("$x + $y", smpl=True), code) == ["a + b"]
    assert texts(Pattern("$x = $y", smpl=True), code) == ["a = 1"]
    assert texts(Pattern("$f($x)", smpl=True), code) == ["h(a + b)"]
    assert texts(Pattern("$x++", smpl=True), code) == ["a++"]
    with pytest.raises(PatternError, match="to look for"):
        compile_pattern(Pattern("$x + $y"))


def test_any_assignment_on_a_path() -> None:
    """`|=` needs no word where a function has to be found, and not a place in it."""
    assert paths("... $x |= $y;", "\ng();\nn |= m;") == [(3,)]


def test_a_branch_that_holds_a_statement() -> None:
    """`<... s; ...>` is a statement with s in it."""
    code = "void f(void)\n{\n\tif (a) {\n\t\tg();\n\t\treturn;\n\t}\n\tif (b)\n\t\tg();\n}\n"

    assert texts("if ($c) <... return; ...>", code) == ["if (a) {\n\t\tg();\n\t\treturn;\n\t}"]


def test_an_if_is_no_loop() -> None:
    """With smpl= the word of a test counts."""
    code = "\nget(p);\nwhile (n)\ng();\nif (n)\ng();"

    assert paths(Pattern("get($x); ... if ($c) ..."), code) == [(2, 3)]
    assert paths(Pattern("get($x); ... if ($c) ...", smpl=True), code) == [(2, 5)]
    assert paths(Pattern("get($x); ... while ($c) ...", smpl=True), code) == [(2, 3)]
