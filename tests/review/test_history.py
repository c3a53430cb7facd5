# SPDX-License-Identifier: GPL-2.0-or-later
"""Are findings of two revisions told as fixed, still there and new, and code that is moved or removed as such?"""

from __future__ import annotations

import pytest

from reviewbot.model import Confidence, Verdict
from reviewbot.review.history import compared
from tests.review.made import finding, judged, patch
from tests.review.test_verdict import change, function, said, tree


@pytest.mark.parametrize(
    "changes",
    [
        {"line": 90, "path": "renamed.c"},
        {"fingerprint": "1" * 16, "function": "renamed", "code": "bad( 1 )"},
        {"fingerprint": "1" * 16, "code": "bad(pear)"},
    ],
    ids=["rebased", "function renamed", "variable renamed"],
)
def test_still_there(changes: dict[str, object]) -> None:
    """A finding is known again after a rebase, a rename of its file or function, and an edit in its place."""
    new, fixed = compared([finding(5, **changes)], [finding(3)], 2)  # type: ignore[arg-type]

    assert ([f.since for f in new], fixed) == ([2], ())


def test_fixed_and_new() -> None:
    """What is of another rule is another finding; one old finding stands for one new one."""
    other = finding(9, rule="worse", fingerprint="2" * 16, function="g", code="worse()")
    new, fixed = compared(
        [finding(5), finding(6), finding(7, rule="new", fingerprint="3" * 16)], [finding(3), other], 1
    )

    assert [f.since for f in new] == [1, None, None]
    assert fixed == (other,)


def test_only_what_is_blamed_is_compared() -> None:
    """What stood there before the series is in no revision its doing."""
    old = finding(3, verdict=Verdict.PRE_EXISTING, confidence=Confidence.HIGH)
    new, fixed = compared([finding(5)], [old], 1)

    assert ([f.since for f in new], fixed) == ([None], ())


def test_renamed_function() -> None:
    """Code in a function that gets another name is moved."""
    diff = change("a.c", 1, "-int f(void)", "+int g(void)", " {", " \tbad(1);")
    found, _coverage = judged(patch(diff, tree(function("bad(1)")), tree(function("bad(1)", name="g"))))

    assert said(found) == [("a.c", 3, Verdict.MOVED)]


def test_removed() -> None:
    """Code that a patch takes away for good is removed, and has its line and mail line of before."""
    diff = change("a.c", 3, "-\tbad(1);", " \treturn 0;")
    found, _coverage = judged(patch(diff, tree(function("bad(1)")), tree(function())))

    assert said(found) == [("a.c", 3, Verdict.REMOVED)]
    assert found[0].mail_line == diff.split("\n").index("-\tbad(1);") + 1


def test_taken_away_and_put_back() -> None:
    """What another patch puts back is not removed."""
    gone = change("a.c", 3, "-\tbad(1);", " \treturn 0;")
    back = change("a.c", 3, "+\tbad(1);", " \treturn 0;")
    with_it, without = tree(function("bad(1)")), tree(function())
    found, _coverage = judged(patch(gone, with_it, without), patch(back, without, with_it, index=2))

    assert [(f.patch, f.verdict) for f in found] == [("2@x", Verdict.MOVED)]
