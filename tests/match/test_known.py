# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a way that contradicts itself not taken, and what is forgotten in time not held against one that exists?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.errors import PatternError
from reviewbot.match import paths as paths_module
from reviewbot.match.compiled import compile_assumption, compile_excuse, compile_pattern
from reviewbot.match.hits import When
from reviewbot.match.paths import find_paths
from reviewbot.rule import Pattern
from tests.match.code import paths, terms_of

_HELD = "lock($l); ... $exit;"
_UNLOCK = "unlock($l)"


def _held(code: str) -> bool:
    """True if the lock is held at a way out."""
    return bool(paths(_HELD, code, _UNLOCK))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("n", "n"),
        ("n", "n != 0"),
        ("!n", "n == 0"),
        ("!p->on", "!p->on"),
        ("n && m", "n && m"),
        ("n && m", "n"),
        ("n || m", "m || n"),
        ("n < 0", "n"),
        ("n < 0", "n <= 0"),
        ("n == A", "n != B"),
        ("n == 3", "n != 4"),
        ("n == -1", "n < 0"),
        ("IS_ERR(p)", "p"),
        ("!p", "!IS_ERR(p)"),
        ("IS_ENABLED(CONFIG_A)", "IS_ENABLED(CONFIG_A)"),
        ("is_it(p)", "is_it(p)"),
        ("n > m", "m < n"),
    ],
)
def test_second_test_follows_from_the_first(first: str, second: str) -> None:
    """Taken under a condition and released under one that follows from it."""
    assert not _held(f"\nif ({first})\nlock(p);\ng();\nif ({second})\nunlock(p);")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("n", "m"),
        ("n", "!n"),
        ("n", "n < 0"),
        ("n == A", "n == B"),
        ("n == A", "n"),
        ("n == 3", "n != A"),
        ("n || m", "n"),
        ("next(n)", "next(n)"),
        ("n & 1", "n & 3"),
        ("(n & M) == A", "(n & M) == B"),
        ("p", "IS_ERR(p)"),
    ],
)
def test_second_test_does_not_follow(first: str, second: str) -> None:
    """What is not known to be decided is open."""
    assert _held(f"\nif ({first})\nlock(p);\ng();\nif ({second})\nunlock(p);")


@pytest.mark.parametrize(
    "between", ["n = g();", "n++;", "g(&n);", 'asm("" : "=r" (n));', "if (m)\nn = 0;", "int n;", "WRITE_ONCE(n, 0);"]
)
def test_truth_is_forgotten_when_its_variable_changes(between: str) -> None:
    """After an assignment the same test may come out otherwise."""
    assert _held(f"\nif (n)\nlock(p);\n{between}\nif (n)\nunlock(p);")


def test_truth_of_a_member_is_forgotten_when_one_of_that_name_is_written() -> None:
    """Two pointers may be the same."""
    assert _held("\nif (p->on)\nlock(p);\nq->on = 0;\nif (p->on)\nunlock(p);")
    assert not _held("\nif (p->on)\nlock(p);\nq->off = 0;\nif (p->on)\nunlock(p);")


def test_loop_that_waits_for_memory_ends() -> None:
    """What a loop asks for again and again changes in the end, though nobody is seen to change it."""
    assert _held("\nlock(p);\nwhile (!p->done)\nrelax();\nreturn 0;")
    assert _held("\nif (!p->done)\nlock(p);\nwhile (!p->done)\nrelax();\nif (!p->done)\nunlock(p);\nreturn 0;")
    assert not _held("\nif (p->on)\nlock(p);\ndo\nrelax();\nwhile (!p->done);\nif (p->on)\nunlock(p);\nreturn 0;")


def test_constant_conditions_have_one_branch() -> None:
    """`while (1)` ends by break alone, `if (0)` is not entered."""
    assert not _held("\nlock(p);\nwhile (1) {\nif (n)\nbreak;\n}\nunlock(p);")
    assert not _held("\nlock(p);\nfor (;;) {\nif (n) {\nunlock(p);\nreturn 1;\n}\n}")
    assert not _held("\nlock(p);\nif (0)\nreturn 1;\nunlock(p);")
    assert not _held("\nlock(p);\ndo {\nunlock(p);\n} while (0);")
    assert not _held("\nlock(p);\nif (true)\nunlock(p);")


def test_constant_in_a_variable_decides_a_test() -> None:
    """An error code set before a goto, a flag, a pointer set to NULL."""
    tail = "\nunlock(p);\nreturn 0;\nout:\nif (ret)\nunlock(p);\nreturn ret;"
    assert not _held("\nlock(p);\nif (n) {\nret = -EINVAL;\ngoto out;\n}" + tail)
    assert _held("\nlock(p);\nif (n) {\nret = 0;\ngoto out;\n}" + tail)
    assert _held("\nlock(p);\nif (n) {\nret = g();\ngoto out;\n}" + tail)
    assert not _held("\nbool on = false;\nif (n) {\nlock(p);\non = true;\n}\nif (on)\nunlock(p);")
    assert not _held("\nint a = 0, b;\nb = a = 1;\nlock(p);\nif (b)\nunlock(p);")


def test_variable_equals_what_it_was_set_to() -> None:
    """`q = fallback` decides `q != fallback`."""
    code = "\nq = get();\nif (!q) {\nlock(p);\nq = fallback;\n}\nif (q != fallback)\nkfree(q);\nelse\nunlock(p);"

    assert not _held(code)
    assert _held(code.replace("q = fallback;", "q = other;"))


def test_truth_goes_over_to_the_variable_that_the_value_is_copied_to() -> None:
    """`if (q) r = q;` says that r is not NULL, also when q is cleared then."""
    code = "\nif (q) {\nlock(p);\nr = q;\nq = NULL;\n}\nif (r)\nunlock(p);\nreturn 0;"

    assert not _held(code)
    assert _held(code.replace("if (q) {", "if (m) {"))
    assert not _held("\nret = g(p);\nif (ret < 0)\nlock(p);\nerr = ret;\nif (err < 0)\nunlock(p);\nreturn 0;")


def test_what_was_known_before_the_first_step_counts() -> None:
    """A return under a condition says the rest of the function what it is not."""
    assert not _held("\nif (!n)\nreturn 0;\nlock(p);\nif (n)\nunlock(p);")


def test_what_is_left_of_a_condition_is_decided_by_its_parts() -> None:
    """Of `n && m` that is false with a true n, m is false."""
    assert not _held("\nif (!n)\nreturn 0;\nif (n && m)\nreturn 0;\nif (m)\nlock(p);")
    assert not _held("\nif (n)\nreturn 0;\nif (!(n || m))\nreturn 0;\nlock(p);\nif (m)\nunlock(p);")
    assert _held("\nif (n && m)\nreturn 0;\nif (m)\nlock(p);")


def test_path_that_contradicts_itself_is_dropped_and_told() -> None:
    """Where so many ways meet that nothing is known any more, what is found is looked at as a whole."""
    flags = "abcdefgh"
    ways = "".join(f"if ({flag})\ng();\n" for flag in flags)
    code = f"int f(int n)\n{{\nif (n)\nlock(p);\n{ways}{ways}if (n)\nunlock(p);\n}}\n"
    terms = terms_of(code.replace("int n", ", ".join(f"int {flag}" for flag in "n" + flags)))

    assert list(find_paths(terms, compile_pattern(Pattern(_HELD)), When((compile_excuse(_UNLOCK),)))) == []
    assert terms.exhausted == [f"{_HELD} in f()"]


def test_switch_over_the_same_value() -> None:
    """The case that was taken is taken again; default is none of the others."""
    again = "\nswitch (n) {\ncase A:\nunlock(p);\nbreak;\ndefault:\nbreak;\n}"

    assert not _held("\nswitch (n) {\ncase A:\nlock(p);\n}" + again)
    assert _held("\nswitch (n) {\ncase B:\nlock(p);\n}" + again)
    assert not _held("\nif (n == A)\nlock(p);" + again)
    assert not _held("\nif (n == A)\nreturn 0;\nswitch (n) {\ncase A:\nlock(p);\n}")


def test_same_preprocessor_condition_has_the_same_outcome() -> None:
    """#ifdef A around both, or its opposite around the other way."""
    assert not _held("\n#ifdef A\nlock(p);\n#endif\ng();\n#ifdef A\nunlock(p);\n#endif")
    assert not _held("\n#if defined(A)\nlock(p);\n#endif\ng();\n#ifndef A\ng();\n#else\nunlock(p);\n#endif")
    assert _held("\n#ifdef A\nlock(p);\n#endif\ng();\n#ifdef B\nunlock(p);\n#endif")


def _large(branches: int) -> str:
    """A function in the manner of the kernel's largest: error labels, flags that are tested again, many calls."""
    out = ["int f(struct a *p, int x)\n{\n\tint ret = 0;\n\tlock(&p->l);\n"]
    for i in range(branches):
        out.append(
            f"\tret = step{i}(p);\n\tif (ret)\n\t\tgoto err{i % 7};\n\tif (p->flag{i % 40} && x > {i % 13}) {{\n"
            f"\t\tp->n{i} = {i};\n\t}} else {{\n\t\tx += {i};\n\t}}\n\tif (wide{i % 9}) {{\n\t\tother(p, {i});\n\t}}\n"
        )
        out += [f"\tmore{i}_{k}(p, x);\n" for k in range(6)]
    out.append("\tunlock(&p->l);\n\treturn 0;\n")
    out += [f"err{i}:\n\tundo{i}(p);\n" for i in range(7)]
    return "".join(out) + "\tif (ret)\n\t\tunlock(&p->l);\n\treturn ret;\n}\n"


def test_large_function_is_searched_in_time() -> None:
    """5,000 lines and 900 conditions are within the bounds, and what is known of them is enough."""
    terms = terms_of(_large(300))
    before = time.process_time()

    found = list(find_paths(terms, compile_pattern(Pattern(_HELD)), When((compile_excuse(_UNLOCK),))))

    assert time.process_time() - before < 5  # a second here, and other work may share the machine
    assert found == []
    assert terms.exhausted == []


def test_function_that_is_too_large_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hit the bound has its name on the list."""
    monkeypatch.setattr(paths_module, "_MAX_STATES", 200)
    small = "int g(struct a *p)\n{\n\tlock(p);\n\treturn 0;\n}\n"
    terms = terms_of(_large(30) + small)

    found = list(find_paths(terms, compile_pattern(Pattern(_HELD)), When((compile_excuse(_UNLOCK),))))

    assert [match.function for match, _bound, _covered in found] == ["g"]
    assert terms.exhausted == [f"{_HELD} in f()"]


def test_function_that_cannot_be_followed_is_told() -> None:
    """No silence about a function that was not looked at."""
    terms = terms_of("int f(struct a *p)\n{\n\tlock(p);\n\tgoto nowhere;\n}\n")

    assert list(find_paths(terms, compile_pattern(Pattern(_HELD)), When())) == []
    assert terms.unfollowed == {"f": "there is no label nowhere"}


def test_file_without_the_words_is_not_followed() -> None:
    """No graph is made for a function that lacks a word of the pattern."""
    terms = terms_of("int f(struct a *p)\n{\n\tlock(p);\n\tgoto nowhere;\n}\nvoid g(void)\n{\n\tunlock(p);\n}\n")

    assert list(find_paths(terms, compile_pattern(Pattern("lock($l); ... unlock($l);")), When())) == []
    assert terms.unfollowed == {}


_STATEMENTS = (
    *("lock(p);", "unlock(p);", "n = g();", "if (n)", "else", "while (m)", "{", "}", "return n;", "goto x;", "x:"),
    *("switch (n) {", "case A:", "default:", "break;", "continue;", "p = q = NULL;", "do {", "} while (n < 0);"),
    *(
        "T *q __free(kfree) = get();",
        "guard(mutex)(&p->l);",
        "scoped_guard(m, &l) {",
        "#ifdef A\n",
        "#endif\n",
        "BUG();",
    ),
    *("if (n && (m || !p))", "if ((n = lock(p)) < 0)", "for (n = 0; n < 3; n++)", "list_for_each_entry(p, &h, l) {"),
)
_PATTERNS = (
    Pattern(_HELD),
    Pattern("lock($l); ... unlock($l);", path="every"),
    Pattern("... unlock($l); ..."),
    Pattern("lock($l); ... if ($c) ... $exit;", any=True, reassigned=True),
    Pattern("$n = g(); ... if ($n) return $n;", report=0),
    Pattern("lock($l); unlock($l); ... $r = g();", without=("commute",)),
)


@given(st.lists(st.sampled_from(_STATEMENTS), max_size=40), st.sampled_from(_PATTERNS))
@settings(max_examples=400, deadline=None)
def test_any_function_is_searched_without_a_crash(statements: list[str], pattern: Pattern) -> None:
    """Whatever the code, the report stands within it, and the way is in its lines."""
    terms = terms_of("int f(int n)\n{\n\t" + "\n\t".join(statements) + "\n}\n")
    when = When((compile_excuse("$l = $_"),), (compile_assumption("!$l"),))
    for match, _bound, covered in find_paths(terms, compile_pattern(pattern), when):
        assert covered
        assert match.way
        assert 0 <= match.span.start < match.span.end <= len(terms.unit.source.text)
        assert all(1 <= point.line <= len(statements) + 4 + 5 for point in match.way)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (Pattern("... g($p)"), "not C"),
        (Pattern("...; ..."), "`empty` among"),
        (Pattern("$exit;"), "no statement to look for"),
        (Pattern("g(); ... for (;;) h();"), "`for` among the steps"),
        (Pattern("g(); ... if ($c) h(); else k();"), "an else on a path"),
        (Pattern("g(); ... h();", report=2), "reports at step 2"),
        (Pattern("g(); ... h();", path="all"), "path='all'"),  # type: ignore[arg-type]  # what a rule file may hold
    ],
)
def test_path_pattern_that_makes_no_sense_is_refused(pattern: Pattern, words: str) -> None:
    """The error says why."""
    with pytest.raises(PatternError, match=words):
        compile_pattern(pattern)


@pytest.mark.parametrize("excuse", ["g(); h();", "g(); ... h();"])
def test_excuse_of_several_statements_is_refused(excuse: str) -> None:
    """An excuse is one thing; two are two excuses."""
    with pytest.raises(PatternError, match="more than one"):
        compile_excuse(excuse)
