# SPDX-License-Identifier: GPL-2.0-or-later
"""Do patterns with `...` between statements match the paths that exist, and no others?"""

from __future__ import annotations

import pytest

from reviewbot.match.compiled import compile_excuse, compile_pattern
from reviewbot.match.hits import When
from reviewbot.match.paths import find_paths
from reviewbot.rule import Assume, Pattern
from tests.match.code import paths, terms_of

_HELD = "lock($l); ... $exit;"
_UNLOCK = "unlock($l)"
_TWICE = "kfree($x); ... kfree($x);"


def test_lock_that_is_not_released_on_one_path() -> None:
    """The way out that lacks the release is found, the other is not."""
    assert paths(_HELD, "\nlock(p);\nif (n)\nreturn 1;\nunlock(p);\nreturn 0;", _UNLOCK) == [(2, 4)]


def test_lock_that_is_released_on_all_paths() -> None:
    """Every way out is behind a release."""
    assert paths(_HELD, "\nlock(p);\nif (n) {\nunlock(p);\nreturn 1;\n}\nunlock(p);\nreturn 0;", _UNLOCK) == []


def test_end_of_the_function_is_a_way_out() -> None:
    """Running off the end counts as a return does, and stands at the closing brace."""
    assert paths(_HELD, "\nlock(p);\ng();", _UNLOCK) == [(2, 4)]


def test_release_of_something_else_does_not_excuse() -> None:
    """An excuse has to hold the same bindings."""
    assert paths(_HELD, "\nlock(p);\nunlock(n);\nreturn 0;", _UNLOCK) == [(2, 4)]


def test_release_on_an_error_label() -> None:
    """Labels that fall into each other are followed; the goto that jumps too far is found."""
    code = (
        "\nlock(p);\nif (n)\ngoto err_unlock;\nif (m)\ngoto err_free;\nunlock(p);\nreturn 0;\n"
        "err_unlock:\nunlock(p);\nerr_free:\ng();\nreturn 1;"
    )

    assert paths(_HELD, code, _UNLOCK) == [(2, 13)]
    assert paths(_HELD, code.replace("goto err_free", "goto err_unlock"), _UNLOCK) == []


def test_freed_twice() -> None:
    """Both in a row, and by a branch that does not leave."""
    assert paths(_TWICE, "\nkfree(p);\nif (n)\ng();\nkfree(p);") == [(2, 5)]
    assert paths(_TWICE, "\nif (n)\nkfree(p);\nkfree(p);") == [(3, 4)]
    assert paths(_TWICE, "\nif (n)\nkfree(p);\nelse\nkfree(p);") == []


@pytest.mark.parametrize(
    "between",
    [
        "p = get();",
        "p++;",
        "fill(&p);",
        "p = NULL;",
        "swap(p, q);",
        "get_user(p, q);",
        "spin_lock_irqsave(&q, p);",
        "\tfor_each_child_of_node(q, p)\ng();",
        "\tlist_for_each_entry(p, &h, l)\ng();",
        'asm("" : "=r" (p));',
    ],
)
def test_other_value_is_not_the_same_thing(between: str) -> None:
    """Where the variable gets another value, the path ends; unless the pattern says otherwise."""
    code = f"\nkfree(p);\n{between}\nkfree(p);"

    assert paths(_TWICE, code) == []
    assert [steps[0] for steps in paths(Pattern(_TWICE, reassigned=True), code)] == [2]


@pytest.mark.parametrize(
    "between",
    [
        "q = get();",
        "use(p);",
        "\tfor_each_child_of_node(p, q)\ng();",
        "x->p = get();",
        "if (p == n) g();",
        "n = p + 1;",
    ],
)
def test_value_that_does_not_change(between: str) -> None:
    """Reading it, and writing elsewhere, are no assignment."""
    assert [steps[0] for steps in paths(_TWICE, f"\nkfree(p);\n{between}\nkfree(p);")] == [2]


def test_assignment_on_one_branch_only() -> None:
    """The path by the other branch remains."""
    assert paths(_TWICE, "\nkfree(p);\nif (n)\np = get();\nkfree(p);") == [(2, 5)]
    assert paths(_TWICE, "\nkfree(p->b);\np = get();\nkfree(p->b);") == []
    for change in ("p->b = get();", "*p = *n;", "reset(&p->b);"):
        assert paths(_TWICE, f"\nkfree(p->b);\n{change}\nkfree(p->b);") == [], change
    assert paths(_TWICE, "\nkfree(&p->b);\np->b = get();\nkfree(&p->b);") == [(2, 4)]


def test_statement_that_overwrites_what_it_was_found_with() -> None:
    """`p = resize(p)` leaves another p behind."""
    assert paths("resize($x); ... use($x);", "\np = resize(p);\nuse(p);") == []
    assert paths("resize($x); ... use($x);", "\nq = resize(p);\nuse(p);") == [(2, 3)]
    assert paths("$x = make(); ... use($x);", "\nstruct a *q = make();\nuse(q);") == [(2, 3)]


def test_loop_that_frees_the_same_again() -> None:
    """A step is found again by the way round, unless the loop goes to the next."""
    assert paths(_TWICE, "\nwhile (n--)\nkfree(p);") == [(3, 3)]
    assert paths(_TWICE, "\n\tlist_for_each_entry(p, &h, l)\nkfree(p);") == []


def test_continue_leaves_out_the_rest_of_the_body() -> None:
    """The way round by continue does not pass the release."""
    code = "\nwhile (next(n)) {\nlock(p);\nif (m)\ncontinue;\nunlock(p);\n}\nreturn 0;"

    assert paths(_HELD, code, _UNLOCK) == [(3, 8)]
    assert paths(_HELD, code.replace("continue;", "break;"), _UNLOCK) == [(3, 8)]
    assert paths(_HELD, code.replace("if (m)\ncontinue;", "if (m)\ng();\n"), _UNLOCK) == []


def test_switch_falls_through() -> None:
    """A case without break runs into the next."""
    code = "\nswitch (n) {\ncase 1:\nkfree(p);\ncase 2:\nkfree(p);\n}"

    assert paths(_TWICE, code) == [(4, 6)]
    assert paths(_TWICE, code.replace("case 2", "break;\ncase 2")) == []


def test_clean_up_of_a_variable_frees_it() -> None:
    """`__free(kfree)` is a call of kfree() where the scope is left; a pointer that was handed on is not freed."""
    code = "\nT *q __free(kfree) = get();\nkfree(q);\nreturn 0;"

    assert paths(_TWICE, code) == [(3, 2)]
    assert paths(_TWICE, code.replace("return 0;", "return_ptr(q);")) == []
    assert paths("$x = get(); ... $exit;", "\nT *q __free(kfree) = get();\nreturn 0;", "kfree($x)") == []
    assert paths("$x = get(); ... $exit;", "\nT *q __free(put_it) = get();\nreturn 0;", "kfree($x)") == [(2, 3)]
    assert paths("$x = get(); ... $exit;", "\nT *q __free(put_it) = get();\nreturn 0;", "__free($x)") == []


def test_guard_ends_with_its_scope() -> None:
    """Behind the block the guard is let go of: `unguard(class, arguments)`."""
    sleeps = "guard(spinlock)($l); ... sleep();"
    code = "\nif (n) {\nguard(spinlock)(&p->l);\ng();\n}\nsleep();"

    assert paths(sleeps, code, "unguard(spinlock, $l)") == []
    assert paths(sleeps, code.replace("g();", "sleep();"), "unguard(spinlock, $l)") == [(3, 4)]
    scoped = "\n\tscoped_guard(spinlock, &p->l) {\nif (n)\nbreak;\n}\nsleep();"
    assert paths(sleeps, scoped, "unguard(spinlock, $l)") == []
    assert paths(sleeps, scoped.replace("break;", "sleep();"), "unguard(spinlock, $l)") == [(2, 4)]


def test_branch_that_is_assumed_away() -> None:
    """Where the allocation has failed, nothing is to be freed."""
    leak = ("$x = make(); ... $exit;", "\nq = make();\nif ({})\nreturn 1;\nkfree(q);\nreturn 0;")
    for condition in ("!q", "q == NULL", "unlikely(!q)", "!q || n", "WARN_ON(!q)", "IS_ERR_OR_NULL(q)"):
        code = leak[1].format(condition)
        lost = [] if condition not in ("!q || n", "IS_ERR_OR_NULL(q)") else [(2, 4)]

        assert paths(leak[0], code, "kfree($x)", Assume("!$x")) == lost, condition
        assert paths(leak[0], code, "kfree($x)") == [(2, 4)], condition
    good = "\nq = make();\nif (q) {\nkfree(q);\n}\nreturn 0;"
    assert paths(leak[0], good, "kfree($x)", Assume("!$x")) == []
    assert paths(leak[0], good, "kfree($x)") == [(2, 6)]


def test_assumption_about_an_error_pointer() -> None:
    """IS_ERR_OR_NULL() is IS_ERR() or NULL; what is no error is the rest."""
    code = "\nq = make();\nif (IS_ERR_OR_NULL(q))\nreturn 1;\nkfree(q);\nreturn 0;"

    assert paths("$x = make(); ... $exit;", code, "kfree($x)", Assume("IS_ERR_OR_NULL($x)")) == []
    assert paths("$x = make(); ... $exit;", code, "kfree($x)", Assume("IS_ERR($x)")) == [(2, 4)]
    fine = code.replace("IS_ERR_OR_NULL(q)", "PTR_ERR_OR_ZERO(q)")
    assert paths("$x = make(); ... $exit;", fine, "kfree($x)", Assume("IS_ERR($x)")) == []


def test_test_of_the_result_is_a_test_of_the_call() -> None:
    """`ret = try(); if (ret)` says of try() what `if (try())` says."""
    held = ("try($l); ... $exit;", _UNLOCK, Assume("try($l)"))

    assert paths(held[0], "\nif (try(p))\nreturn 1;\nunlock(p);\nreturn 0;", *held[1:]) == []
    assert paths(held[0], "\nint ret = try(p);\nif (ret)\nreturn ret;\nunlock(p);\nreturn 0;", *held[1:]) == []
    assert paths(held[0], "\nret = try(p);\nif (ret < 0)\nreturn ret;\nunlock(p);\nreturn 0;", *held[1:]) == []
    assert paths(held[0], "\nret = try(p);\nret = g();\nif (ret)\nreturn 1;\nunlock(p);", *held[1:]) == [(2, 5)]
    assert paths(held[0], "\nret = try(p);\nif (!ret)\nreturn 1;\nunlock(p);", *held[1:]) == [(2, 4)]


def test_test_of_one_variable_is_a_test_of_its_twin() -> None:
    """`a = b = make()` makes both one value, until one of them changes."""
    leak = ("$x = make(); ... $exit;", "kfree($x)", Assume("!$x"))
    code = "\nn = q = make();\nif (!n)\nreturn 1;\nkfree(q);\nkfree(n);"

    assert {steps[-1] for steps in paths(leak[0], code, *leak[1:])} == set()
    assert {steps[-1] for steps in paths(leak[0], code.replace("if (!n)", "n = g();\nif (!n)"), *leak[1:])} == {5}


def test_step_that_binds_what_is_assumed_away() -> None:
    """`return ret` with a ret that is known to be 0 is no return of an error."""
    error = ("start($c); ... return $r;", "stop($c)", Assume("!$r"))

    assert paths(error[0], "\nstart(p);\nret = 0;\nreturn ret;", *error[1:]) == []
    assert paths(error[0], "\nstart(p);\nret = -EIO;\nreturn ret;", *error[1:]) == [(2, 4)]
    assert paths(error[0], "\nstart(p);\nret = g();\nreturn ret;", *error[1:]) == [(2, 4)]
    assert paths(error[0], "\nstart(p);\nif (ret)\ng();\nreturn ret;", *error[1:]) == [(2, 5)]
    assert paths(error[0], "\nstart(p);\nif (!ret)\nreturn ret;\nstop(p);", *error[1:]) == []
    assert paths(error[0], "\nstart(p);\nif (ret < 0)\nreturn ret;\nstop(p);", *error[1:]) == [(2, 4)]


def test_assumption_waits_for_the_step_that_binds_it() -> None:
    """That another variable is 0 says nothing of the one which is returned."""
    error = ("start($c); ... return $r;", "stop($c)", Assume("!$r"))

    assert paths(error[0], "\nstart(p);\nif (!n)\nreturn ret;\nstop(p);", *error[1:]) == [(2, 4)]
    assert paths(error[0], "\nn = start(p);\nif (!n)\nreturn -EIO;\nstop(p);", *error[1:]) == [(2, 4)]


def test_assumption_dies_with_its_variable() -> None:
    """The result in another variable's place says nothing of the first."""
    code = "\nret = enable(p);\nret = g();\nif (ret)\nreturn ret;\ndisable(p);\nreturn 0;"

    assert paths("$r = enable($c); ... $exit;", code, "disable($c)", Assume("$r")) == [(2, 5)]


def test_every_path_has_to_bring_the_next_step() -> None:
    """One way out without it is enough to match nothing."""
    every = Pattern("take(); ... give();", path="every")

    assert paths(every, "\ntake();\nif (n)\ngive();\nelse\ngive();") in ([(2, 4)], [(2, 6)])
    assert paths(every, "\ntake();\nif (n)\ngive();") == []
    assert paths(every, "\ntake();\nif (n)\nreturn 1;\ngive();") == []
    assert paths(every, "\ntake();\nif (n)\nBUG();\ngive();") == [(2, 5)]
    assert paths(every, "\ntake();\ng();\ngive();", "g()") == []
    assert paths(every, "\ntake();\nwhile (n)\ng();\ngive();") == [(2, 5)]
    assert paths(every, "\ntake();") == []


def test_every_path_counts_those_that_a_called_function_may_open() -> None:
    """A member may have changed behind our back, a local variable not."""
    every = Pattern("take(); ... give();", path="every")

    assert paths(every, "\nif (p->on) {\ntake();\ng();\nif (p->on)\ngive();\n}") == []
    assert paths(every, "\nif (n) {\ntake();\ng();\nif (n)\ngive();\n}") == [(3, 6)]


def test_steps_without_a_gap_follow_directly() -> None:
    """Labels and jumps may stand in between, statements not."""
    pattern = "a(); b(); ... c();"

    assert paths(pattern, "\na();\nb();\ng();\nc();") == [(2, 3, 5)]
    assert paths(pattern, "\na();\ngoto x;\nx:\nb();\nc();") == [(2, 5, 6)]
    assert paths(pattern, "\na();\ng();\nb();\nc();") == []


def test_gap_ends_at_the_first_place_that_fits() -> None:
    """As in SmPL neither neighbour of a gap occurs in it, unless the pattern allows any."""
    code = "\na(1);\na(2);\nb();\nb();"

    assert paths("a($n); ... b();", code) == [(2, 4), (3, 4)]
    assert paths("a($_); ... b();", code) == [(3, 4)]
    assert paths(Pattern("a($_); ... b();", any=True), code) == [(2, 4), (2, 5), (3, 4), (3, 5)]


def test_gap_at_the_beginning_and_at_the_end() -> None:
    """From the entry, and to a way out."""
    code = "\ninit();\nif (n)\nuse();\nreturn 0;"

    assert paths("... use();", code, "init()") == []
    assert paths("... use();", code) == [(4,)]
    assert paths("init(); ...", code, "use()") == [(2,)]
    assert paths("use(); ...", code, "init()") == [(4,)]
    assert paths(Pattern("init(); ...", path="every"), code, "use()") == []


def test_return_and_condition_are_steps() -> None:
    """A return with its value; a condition by itself, or with what its branch holds."""
    code = "\nlock(p);\nif (bad(p))\nreturn 5;\nunlock(p);\nreturn 6;"

    assert paths("lock($l); ... return $r;", code, _UNLOCK) == [(2, 4)]
    assert paths("lock($l); ... return 6;", code) == [(2, 6)]
    assert paths("lock($l); ... if (bad($l)) ... return 6;", code) == [(2, 3, 6)]
    assert paths("lock($l); ... if (bad($l)) return $r;", code) == [(2, 3, 4)]
    assert paths("lock($l); ... if (bad($l)) { ... unlock($l); }", code) == []


def test_call_is_found_within_a_larger_statement() -> None:
    """In a condition, a value, a return, an initialisation; not where it may be passed over."""
    for statement in ("if (b(1))\ng();", "n = b(1) + 1;", "return b(1);", "int k = b(1);", "if (b(1) && n)\ng();"):
        assert [steps[:2] for steps in paths("a(); ... b($_);", f"\na();\n{statement}")] == [(2, 3)], statement
    for statement in ("if (n && b(1))\ng();", "n = m ? b(1) : 2;", "n = sizeof(b(1));"):
        assert paths("a(); ... b($_);", f"\na();\n{statement}") == [], statement


def test_statement_that_is_no_call_is_a_whole_one() -> None:
    """`n + 1;` is no part of `g(n + 1)`; an assignment may be a part of a condition."""
    assert paths("a(); ... $v = b();", "\na();\nif ((n = b()))\ng();") == [(2, 3)]
    assert paths("a(); ... n += $v;", "\na();\ng(n += 2);\nn += 3;") == [(2, 3)]


def test_report_stands_where_the_rule_says() -> None:
    """The first step, the last, or one by its number."""
    code = "int f(void) {\na();\nb();\nreturn 0;\n}\n"

    def line(report: int | None) -> list[int]:
        pattern = compile_pattern(Pattern("a(); ... b(); ... $exit;", report=report))
        return [match.span.first_line for match, _b, _c in find_paths(terms_of(code), pattern, When())]

    assert [line(number) for number in (None, 0, 1, 2, -1)] == [[4], [2], [3], [4], [4]]


def test_way_names_branches_and_labels() -> None:
    """What was passed, in order, with its line."""
    code = "int f(int n) {\nlock(p);\nif (n < 0)\ngoto out;\nunlock(p);\nout:\nreturn 0;\n}\n"
    pattern, when = compile_pattern(Pattern(_HELD)), When((compile_excuse(_UNLOCK),))
    ((match, _bound, covered),) = find_paths(terms_of(code), pattern, when)

    assert [(point.line, point.what, point.text) for point in match.way] == [
        (2, "step", "lock(p);"),
        (3, "true", "n < 0"),
        (4, "goto", "out"),
        (6, "label", "out"),
        (7, "step", "return 0;"),
    ]
    assert [term.key for term in covered] == ["call:(id:lock,id:p)", "return:(num:0)"]
