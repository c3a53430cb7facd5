# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a remark made once where it is about several places, and is none of them lost?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.model import Category, Confidence, Finding, Held, Verdict
from reviewbot.review.merge import merged
from tests.review.made import finding, judged, patch, rule
from tests.review.replies import line_of, text
from tests.review.test_verdict import change, function, tree


def at(line: int, words: str = "is it good here?", /, **changes: object) -> Finding:
    """A finding on a line, with a fingerprint of its own."""
    fields: dict[str, object] = {"line": line, "last_line": line, "fingerprint": f"{line:016}", "mail_line": line}
    return replace(finding(line, words), **(fields | changes))  # type: ignore[arg-type]


def places(findings: tuple[Finding, ...]) -> list[list[int]]:
    """The lines of each finding, the one that speaks first."""
    return [[one.line, *(place.line for place in one.repeats)] for one in findings]


def test_one_remark_a_function() -> None:
    """One helper for several places of a function is proposed once, at the first; the others keep their words."""
    found = merged(
        [at(9, "g(b)?", helper="g", suggestion="g(b)"), at(5, "g(a)?", helper="g", suggestion="g(a)")], frozenset()
    )

    assert places(found) == [[5, 9]]
    (other,) = found[0].repeats
    assert (other.message, other.suggestion, other.fingerprint) == ("g(b)?", "g(b)", f"{9:016}")
    assert found[0].suggestion == "g(a)"


@pytest.mark.parametrize(
    "other",
    [
        {"rule": "worse"},
        {"patch": "2@x"},
        {"path": "b.c"},
        {"helper": "h"},
        {"verdict": Verdict.PRE_EXISTING},
        {"confidence": Confidence.MODERATE},
        {"note": 'fixed by "two"'},
        {"held": Held.ADOPTED},
        {"mail_line": 0},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_matter(other: dict[str, object]) -> None:
    """What differs in any of these is a remark of its own."""
    fields: dict[str, object] = {"helper": "g"}

    assert len(merged([at(5, helper="g"), at(9, **(fields | other))], frozenset({"bad"}))) == 2


def test_words_decide_without_a_helper() -> None:
    """Two names that are spoken of are two remarks, where no helper makes them one."""
    assert places(merged([at(5, "`a` leaks"), at(7, "`b` leaks"), at(9, "`a` leaks")], frozenset())) == [[5, 9], [7]]


def test_advice_is_given_once_a_file() -> None:
    """Advice in the same words is not repeated from function to function; a defect is."""
    two = [at(5, function="f"), at(6, function="f"), at(9, function="g")]

    assert places(merged(two, frozenset({"bad"}))) == [[5, 6, 9]]
    assert [place.function for place in merged(two, frozenset({"bad"}))[0].repeats] == ["f", "g"]
    assert places(merged(two, frozenset())) == [[5, 6], [9]]


def test_other_words_in_another_function() -> None:
    """Advice that names other code is given in each function."""
    assert places(
        merged([at(5, "g(a)?", helper="g"), at(9, "g(b)?", helper="g", function="g")], frozenset({"bad"}))
    ) == [[5], [9]]


@pytest.mark.parametrize(("category", "count"), [(Category.API, 1), (Category.CORRECTNESS, 2)])
def test_the_rule_says_what_is_advice(category: Category, count: int) -> None:
    """A series is judged with its rules' categories."""
    diff = (
        change("a.c", 3, "+\tbad(1);", " \treturn 0;")
        + change("a.c", 8, "+\tbad(1);", " \treturn 0;").split("\n", 2)[2]
    )
    old, new = tree(function() + function(name="g")), tree(function("bad(1)") + function("bad(1)", name="g"))
    found, _coverage = judged(patch(diff, old, new), rules=(rule(category=category),))

    assert len(found) == count


def test_draft_names_the_other_places() -> None:
    """Under the first place stands how often the rest of the function, and which other functions, have the same."""
    here, there = at(line_of("bad(1)")), at(line_of("bad(2)"))
    others = [at(90 + n, function=f"f{n}") for n in range(3)]
    (once,) = merged([here, there], frozenset())
    (more,) = merged([here, there, at(60), *others], frozenset({"bad"}))

    assert "\nIs it good here?\n\nThe same once more in this function.\n" in text(once)
    assert "\nThe same in 2 more places of this function, and in f0(), f1() and f2().\n" in text(more)
    assert "bad(2)" not in text(once)


def test_draft_names_a_few_functions() -> None:
    """Of many functions some are named, and the number of the rest."""
    (found,) = merged([at(line_of("bad(1)")), *(at(90 + n, function=f"f{n}") for n in range(9))], frozenset({"bad"}))

    assert "The same in f0(), f1(), f2(), f3(), f4(), f5() and 3 more.\n" in text(found)


def test_draft_outside_of_functions() -> None:
    """Tables have no function; they are places of the file."""
    found = merged([at(line_of("bad(1)"), function=""), at(90, function=""), at(91, function="")], frozenset({"bad"}))

    assert "The same in 2 more places of this file.\n" in text(*found)
