# SPDX-License-Identifier: GPL-2.0-or-later
"""Is old code that a patch edits, moves or stands beside told from code that it writes?"""

from __future__ import annotations

from reviewbot.model import Confidence, Verdict
from reviewbot.rule import Advice
from tests.review.made import judged, patch, rule
from tests.review.test_verdict import change, function, said, tree


def test_equal_code_in_an_earlier_file() -> None:
    """A file that the patch only touches is not blamed for the code that another file of it newly gets."""
    old, new = tree(function("bad(1)", "one()"), function()), tree(function("bad(1)", "two()"), function("bad(1)"))
    diff = change("a.c", 4, "-\tone();", "+\ttwo();") + change("b.c", 2, " {", "+\tbad(1);", " \treturn 0;")
    found, _coverage = judged(patch(diff, old, new))

    assert said(found) == [("a.c", 3, Verdict.PRE_EXISTING), ("b.c", 3, Verdict.INTRODUCED)]


def test_edited_argument() -> None:
    """Code that the patch edits was there before, though its text is another."""
    found, _coverage = judged(
        patch(change("a.c", 3, "-\tbad(x);", "+\tbad(y);"), tree(function("bad(x)")), tree(function("bad(y)")))
    )
    assert said(found) == [("a.c", 3, Verdict.PRE_EXISTING)]


def test_edited_and_added() -> None:
    """Beside code that is edited, one more place is new."""
    diff = change("a.c", 3, "-\tbad(x);", "+\tbad(y);", "+\tbad(z);")
    found, _coverage = judged(patch(diff, tree(function("bad(x)")), tree(function("bad(y)", "bad(z)"))))

    assert sorted(verdict.value for _path, _line, verdict in said(found)) == ["introduced", "pre-existing"]


def test_edit_in_another_function() -> None:
    """Code that goes from one function does not excuse other code in another."""
    old = function("bad(x)") + function("one()", name="g")
    new = function("one()") + function("bad(y)", name="g")
    second = change("a.c", 8, "-\tone();", "+\tbad(y);").split("\n", 2)[2]
    diff = change("a.c", 3, "-\tbad(x);", "+\tone();") + second
    found, _coverage = judged(patch(diff, tree(old), tree(new)))

    assert said(found) == [("a.c", 3, Verdict.REMOVED), ("a.c", 8, Verdict.INTRODUCED)]


def test_edited_in_a_renamed_function() -> None:
    """Code that is edited while its function gets another name is old, too."""
    diff = change("a.c", 1, "-int f(void)", "+int g(void)", " {", "-\tbad(x);", "+\tbad(y);", " \treturn 0;", " }")
    found, _coverage = judged(patch(diff, tree(function("bad(x)")), tree(function("bad(y)", name="g"))))

    assert said(found) == [("a.c", 3, Verdict.PRE_EXISTING)]


def _moved(left: str, helper: str = "good") -> list[tuple[str, int, Verdict]]:
    """The verdicts where bad(x) of f() goes, f() becomes `left`, and g() gets bad(y)."""
    old = function("bad(x)") + function("one()", name="g")
    new = left + function("bad(y)", name="g")
    first = "".join(f"-{line}\n" for line in function("bad(x)").splitlines())
    kept = "".join(f"+{line}\n" for line in left.splitlines())
    at = len(left.splitlines())
    second = change("a.c", 8, "-\tone();", "+\tbad(y);").split("\n", 2)[2].replace("+8,", f"+{at + 3},")
    diff = f"--- a/a.c\n+++ b/a.c\n@@ -1,5 +1,{at} @@\n{first}{kept}{second}"
    advice = lambda site: Advice(helper if site.text("x") == "y" else "good")  # noqa: E731
    found, _coverage = judged(patch(diff, tree(old), tree(new)), rules=(rule(advice=advice),))
    return said(found)


def test_moved_out_of_a_function_that_goes() -> None:
    """Code of a function that the patch takes away was moved, though it is edited on the way, where the advice is the
    same; a function that stays keeps its own."""
    removed = ("a.c", 3, Verdict.REMOVED)
    assert _moved("") == [("a.c", 3, Verdict.MOVED)]
    assert _moved("", helper="better") == [("a.c", 3, Verdict.INTRODUCED), removed]
    assert _moved(function("one()")) == [removed, ("a.c", 8, Verdict.INTRODUCED)]


def test_reworded_by_a_later_patch() -> None:
    """A later patch that only edits the code does not fix it, and is not blamed for it."""
    none, first, second = tree(function("one()")), tree(function("one()", "bad(x)")), tree(function("one()", "bad(y)"))
    found, _coverage = judged(
        patch(change("a.c", 3, " \tone();", "+\tbad(x);"), none, first),
        patch(change("a.c", 4, "-\tbad(x);", "+\tbad(y);"), first, second, index=2),
    )
    assert [(f.patch, f.verdict) for f in found] == [("1@x", Verdict.INTRODUCED), ("2@x", Verdict.PRE_EXISTING)]


def test_moved_between_patches() -> None:
    """Code of the base that one patch takes away and the next puts elsewhere is not new."""
    base, gone = tree(function("bad(x)"), function("one()")), tree(function("one()"), function("one()"))
    back = tree(function("one()"), function("one()", "bad(x)"))
    found, _coverage = judged(
        patch(change("a.c", 3, "-\tbad(x);", "+\tone();"), base, gone),
        patch(change("b.c", 3, " \tone();", "+\tbad(x);"), gone, back, index=2),
    )
    assert [(f.patch, f.verdict) for f in found] == [("2@x", Verdict.MOVED)]


def test_function_that_was_not_understood() -> None:
    """In a function that was not understood as a whole the confidence is lower, and the reason is said."""
    broken = "\t@@;\n"
    old, new = function("one()").replace("\treturn", f"{broken}\treturn"), function("one()", "bad(1)")
    new = new.replace("\treturn", f"{broken}\treturn")
    found, coverage = judged(patch(change("a.c", 3, " \tone();", "+\tbad(1);"), tree(old), tree(new)))

    assert [(f.confidence, f.note) for f in found] == [
        (Confidence.MODERATE, "its function was not understood as a whole")
    ]
    assert (coverage.functions, coverage.analysed) == (1, 0)
