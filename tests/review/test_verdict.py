# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a patch blamed for what it did, and for nothing else?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewbot.model import Category, Confidence, Finding, Skipped, Verdict
from reviewbot.rule import Advice, Place, Seek, SourceText
from tests.review.made import judged, patch, rule
from tests.rules.harness import MadeUpTree


def tree(*files: str) -> MadeUpTree:
    """Files a.c, b.c and so on."""
    return MadeUpTree({f"{'abcd'[n]}.c": text for n, text in enumerate(files)})


def function(*calls: str, name: str = "f") -> str:
    """A function of calls: its first line is 1, its first call stands on line 3."""
    return f"int {name}(void)\n{{\n" + "".join(f"\t{call};\n" for call in calls) + "\treturn 0;\n}\n"


def change(path: str, at: int, *lines: str) -> str:
    """A diff of one hunk that starts at a line of both sides."""
    old, new = (sum(line[0] in (" ", kind) for line in lines) for kind in "-+")
    return f"--- a/{path}\n+++ b/{path}\n@@ -{at},{old} +{at},{new} @@\n" + "".join(f"{line}\n" for line in lines)


def said(findings: tuple[Finding, ...]) -> list[tuple[str, int, Verdict]]:
    """Path, line and verdict of findings."""
    return [(f.path, f.line, f.verdict) for f in findings]


ADD = change("a.c", 3, " \tone();", "+\tbad(1);", " \treturn 0;")


def test_introduced() -> None:
    """What the patch adds is introduced, with its line in the result and in the mail."""
    found, coverage = judged(patch(ADD, tree(function("one()")), tree(function("one()", "bad(1)"))))

    assert said(found) == [("a.c", 4, Verdict.INTRODUCED)]
    assert found[0].mail_line == 5
    assert found[0].function == "f"
    assert found[0].patch == "1@x"
    assert (coverage.functions, coverage.analysed, coverage.skipped) == (1, 1, ())


def test_pre_existing() -> None:
    """What stood in the touched function before is not the patch's; another function is not looked at."""
    other = function("bad(9)", name="g")
    before, after = function("bad(1)", "one()") + other, function("bad(1)", "one()", "two()") + other
    found, _coverage = judged(
        patch(change("a.c", 4, " \tone();", "+\ttwo();", " \treturn 0;"), tree(before), tree(after))
    )
    assert said(found) == [("a.c", 3, Verdict.PRE_EXISTING)]


def test_two_equal_places() -> None:
    """Of two equal places, the one that the patch wrote is blamed, even where it stands second."""
    before, after = tree(function("bad(1)", "one()")), tree(function("bad(1)", "one()", "bad(1)"))
    found, _coverage = judged(patch(change("a.c", 4, " \tone();", "+\tbad(1);", " \treturn 0;"), before, after))
    assert sorted(said(found)) == [("a.c", 3, Verdict.PRE_EXISTING), ("a.c", 5, Verdict.INTRODUCED)]


def test_other_white_space() -> None:
    """The same code laid out anew is the same code."""
    before, after = tree(function("bad(1 + x)")), tree(function("bad(1+x)"))
    found, _coverage = judged(patch(change("a.c", 3, "-\tbad(1 + x);", "+\tbad(1+x);"), before, after))
    assert said(found) == [("a.c", 3, Verdict.PRE_EXISTING)]


def test_moved_in_a_file() -> None:
    """Moving code within a file blames nobody."""
    before = tree(function("bad(1)", "one()"))
    after = tree(function("one()", "bad(1)"))
    found, _coverage = judged(patch(change("a.c", 3, "-\tbad(1);", " \tone();", "+\tbad(1);"), before, after))
    assert said(found) == [("a.c", 4, Verdict.PRE_EXISTING)]


def test_moved_to_another_file() -> None:
    """So does moving it to another file of the same patch."""
    whole = function("bad(1)")
    diff = change("a.c", 1, *(f"-{line}" for line in whole.splitlines())) + change(
        "b.c", 1, *(f"+{line}" for line in whole.splitlines())
    )
    found, _coverage = judged(patch(diff, tree(whole, ""), tree("", whole)))
    assert said(found) == [("b.c", 3, Verdict.MOVED)]


def test_renamed_file() -> None:
    """A renamed file brings nothing new but what was changed in it."""
    before = MadeUpTree({"old.c": function("bad(1)", "one()")})
    after = MadeUpTree({"new.c": function("bad(1)", "bad(2)")})
    diff = (
        "diff --git a/old.c b/new.c\nsimilarity index 80%\nrename from old.c\nrename to new.c\n"
        "--- a/old.c\n+++ b/new.c\n@@ -3,2 +3,2 @@\n \tbad(1);\n-\tone();\n+\tbad(2);\n"
    )
    found, _coverage = judged(patch(diff, before, after))
    assert sorted(said(found)) == [("new.c", 3, Verdict.MOVED), ("new.c", 4, Verdict.INTRODUCED)]


def test_deleted_file() -> None:
    """What goes with its file is removed, on its line of before."""
    diff = "--- a/a.c\n+++ /dev/null\n@@ -1,5 +0,0 @@\n" + "".join(f"-{x}\n" for x in function("bad(1)").splitlines())
    found, coverage = judged(patch(diff, tree(function("bad(1)")), MadeUpTree({})))
    assert said(found) == [("a.c", 3, Verdict.REMOVED)]
    assert found[0].mail_line == 6
    assert coverage.functions == 0


CLEAN, ONCE = function("one()"), function("one()", "bad(1)")
DROP = change("a.c", 3, " \tone();", "-\tbad(1);", " \treturn 0;")


def test_fixed_later() -> None:
    """What a later patch takes away is not blamed, and that patch is named."""
    found, _coverage = judged(
        patch(ADD, tree(CLEAN), tree(ONCE)),
        patch(change("b.c", 1, "+int x;"), tree(ONCE), tree(ONCE, "int x;\n"), 2),
        patch(DROP, tree(ONCE, "int x;\n"), tree(CLEAN, "int x;\n"), 3),
    )
    assert said(found) == [("a.c", 4, Verdict.FIXED_LATER)]
    assert found[0].note == 'fixed by "number 3"'


def test_fixed_and_broken_again() -> None:
    """What is there at the end is blamed on both patches that brought it, whatever was in between."""
    found, _coverage = judged(
        patch(ADD, tree(CLEAN), tree(ONCE)),
        patch(DROP, tree(ONCE), tree(CLEAN), 2),
        patch(ADD, tree(CLEAN), tree(ONCE), 3),
    )
    assert [(f.patch, f.verdict) for f in found] == [("1@x", Verdict.INTRODUCED), ("3@x", Verdict.INTRODUCED)]


def test_moved_away_later() -> None:
    """A later patch that only moves the code to another file has not fixed it."""
    other = function("bad(1)", name="g")
    diff = DROP + change("b.c", 1, *(f"+{line}" for line in other.splitlines()))
    found, _coverage = judged(patch(ADD, tree(CLEAN), tree(ONCE)), patch(diff, tree(ONCE), tree(CLEAN, other), 2))
    assert said(found) == [("a.c", 4, Verdict.INTRODUCED), ("b.c", 3, Verdict.MOVED)]


def test_equal_code_fixed_elsewhere() -> None:
    """A later patch that takes equal code out of another file has not fixed this one."""
    other = function("bad(1)", name="g")
    diff = change("b.c", 3, "-\tbad(1);", "+\tok();")
    found, _coverage = judged(
        patch(ADD, tree(CLEAN, other), tree(ONCE, other)),
        patch(diff, tree(ONCE, other), tree(ONCE, function("ok()", name="g")), 2),
    )
    assert said(found) == [("a.c", 4, Verdict.INTRODUCED)]


def test_one_of_two_fixed_later() -> None:
    """A later patch that takes the new one of two equal places away has fixed it."""
    old, both = function("bad(1)", "one()"), function("bad(1)", "one()", "bad(1)")
    found, _coverage = judged(
        patch(change("a.c", 4, " \tone();", "+\tbad(1);", " \treturn 0;"), tree(old), tree(both)),
        patch(change("a.c", 4, " \tone();", "-\tbad(1);", " \treturn 0;"), tree(both), tree(old), 2),
    )
    assert (Verdict.FIXED_LATER, "1@x") in [(f.verdict, f.patch) for f in found]
    assert Verdict.INTRODUCED not in [f.verdict for f in found]


# ---- hunks alone ----


def test_unproven() -> None:
    """A patch that did not apply is reviewed by its hunks: unproven, less sure, in the hunk's own numbering."""
    found, coverage = judged(patch(ADD, tree(CLEAN), None))

    assert said(found) == [("a.c", 4, Verdict.UNPROVEN)]
    assert found[0].confidence is Confidence.MODERATE
    assert found[0].mail_line == 5
    assert coverage.skipped == (Skipped("hunks alone", "a.c", "the patch did not apply"),)


def test_unproven_context() -> None:
    """What stands in a hunk's context, or was there on its other side, is nobody's."""
    context = change("a.c", 3, " \tbad(1);", "+\tok();", " \treturn 0;")
    moved = change("a.c", 3, "-\tbad(1);", " \tok();", "+\tbad(1);")
    assert judged(patch(context, tree(CLEAN), None))[0] == ()
    assert judged(patch(moved, tree(CLEAN), None))[0] == ()


def test_after_a_failure() -> None:
    """A patch behind one that failed is proven as ever."""
    found, _coverage = judged(
        patch(change("b.c", 1, "+int x;"), tree(CLEAN), None), patch(ADD, tree(CLEAN), tree(ONCE), 2)
    )
    assert said(found) == [("a.c", 4, Verdict.INTRODUCED)]


# ---- confidence ----


def test_near_miss_is_less_sure() -> None:
    """A near miss is never of high confidence, and a nursery rule always of low."""
    near = rule(advice=lambda _site: Advice(helper="good", exact=False), near_message="is good() meant?")
    one = patch(ADD, tree(CLEAN), tree(ONCE))
    assert judged(one, rules=(near,))[0][0].confidence is Confidence.MODERATE
    assert judged(one, rules=(near,))[0][0].message == "is good() meant?"
    assert judged(one, rules=(rule(nursery=True),))[0][0].confidence is Confidence.LOW


def test_fingerprint() -> None:
    """It is the same at another line and with other blanks, and another for other code, function or rule."""
    one = judged(patch(ADD, tree(CLEAN), tree(ONCE)))[0][0].fingerprint
    shifted = "int x;\n\n" + ONCE.replace("bad(1)", "bad( 1 )")
    diff = change("a.c", 5, " \tone();", "+\tbad( 1 );", " \treturn 0;")
    assert judged(patch(diff, tree("int x;\n\n" + CLEAN), tree(shifted)))[0][0].fingerprint == one

    other_code = judged(patch(ADD.replace("1)", "2)"), tree(CLEAN), tree(ONCE.replace("1", "2"))))[0][0]
    other_function = judged(patch(ADD, tree(CLEAN.replace("f(", "g(")), tree(ONCE.replace("f(", "g("))))[0][0]
    other_rule = judged(patch(ADD, tree(CLEAN), tree(ONCE)), rules=(rule(id="worse"),))[0][0]
    assert len({one, other_code.fingerprint, other_function.fingerprint, other_rule.fingerprint}) == 4


# ---- coverage ----


def test_coverage_counts_functions_once() -> None:
    """A function that two patches touch is one function; one that nobody touches is none."""
    far = function("ok()", name="far")
    found, coverage = judged(
        patch(ADD, tree(CLEAN + far), tree(ONCE + far)), patch(DROP, tree(ONCE + far), tree(CLEAN + far), 2)
    )
    assert (coverage.functions, coverage.analysed) == (1, 1)
    assert [f.verdict for f in found] == [Verdict.FIXED_LATER]


def test_coverage_names_what_was_skipped() -> None:
    """A file that is not C, and a function that cannot be read, are named."""
    broken = "int f(void)\n{\n\tone(;\n\tint = = 3;\n\treturn 0;\n}\n"
    diff = change("a.c", 3, "-\tone();", "+\tone(;", "+\tint = = 3;") + change("Makefile", 1, "+obj-y += pear.o")
    found, coverage = judged(
        patch(diff, MadeUpTree({"a.c": CLEAN}), MadeUpTree({"a.c": broken, "Makefile": "obj-y += pear.o\n"}))
    )
    assert found == ()
    assert (coverage.functions, coverage.analysed) == (1, 0)
    assert [(s.what, s.path) for s in coverage.skipped] == [("f()", "a.c"), ("file", "Makefile")]


def _options(source: SourceText) -> Iterator[Place]:
    for found in re.finditer(r"select (\w+)", source.text):
        yield Place(found.start(1), found.end(1), (("option", found[1]),))


def test_kconfig_file_is_read_by_the_rules_for_it() -> None:
    """The lines that a patch adds are its own; rules for C, and Kconfig rules in C, find nothing."""
    diff = change("Kconfig", 1, " config PEAR", " \tselect ONE", "+\tselect TWO", "+bad(1);")
    diff += change("a.c", 3, "-\tone();", '+\tone("select THREE");')
    rules = (
        rule(),
        rule(id="option", patterns=(Seek(("select",), _options, ("option",), kconfig=True),), message="{option}"),
    )
    old, new = "config PEAR\n\tselect ONE\n", "config PEAR\n\tselect ONE\n\tselect TWO\nbad(1);\n"
    one = function('one("select THREE")')
    found, coverage = judged(
        patch(diff, MadeUpTree({"Kconfig": old, "a.c": CLEAN}), MadeUpTree({"Kconfig": new, "a.c": one})), rules=rules
    )

    assert [(f.message, f.line, f.verdict) for f in found] == [("TWO", 3, Verdict.INTRODUCED)]
    assert coverage.skipped == ()


def test_harmful_characters() -> None:
    """What a patch's code carries of control characters does not reach a finding's words."""
    evil = 'bad("\x1b[2J\u202e")'
    diff = ADD.replace("bad(1)", evil)
    found, _coverage = judged(
        patch(diff, tree(CLEAN), tree(function("one()", evil))), rules=(rule(suggestion="good({x})"),)
    )
    words = found[0].message + found[0].code + (found[0].suggestion or "")
    assert "good(" in words
    assert "\x1b" not in words
    assert "\u202e" not in words


def _in_a_file_of(*calls: str, category: Category = Category.API, helper: str | None = None) -> Finding:
    """What is found where g() gets bad(9), in a file whose f() makes some calls."""
    old, new = function(*calls) + function(name="g"), function(*calls) + function("bad(9)", name="g")
    diff = change("a.c", len(calls) + 6, " {", "+\tbad(9);", " \treturn 0;")
    found, _coverage = judged(patch(diff, tree(old), tree(new)), rules=(rule(category=category, helper=helper),))
    return next(f for f in found if f.verdict is Verdict.INTRODUCED)


def test_as_the_file_does() -> None:
    """Advice that the file follows nowhere, in three places or more, is shown and not drafted."""
    three = ("bad(1)", "bad(2)", "bad(3)")

    assert _in_a_file_of(*three).confidence is Confidence.LOW
    assert _in_a_file_of(*three).note == "the file has 3 such places from before: not drafted"
    assert _in_a_file_of("bad(1)", "bad(2)").confidence is Confidence.HIGH
    assert _in_a_file_of(*three, category=Category.CORRECTNESS).confidence is Confidence.HIGH
    assert _in_a_file_of(*three, "good(1)", "good(2)", helper="good").confidence is Confidence.LOW
    assert _in_a_file_of(*three, "good(1)", "good(2)", "good(3)", helper="good").confidence is Confidence.HIGH
