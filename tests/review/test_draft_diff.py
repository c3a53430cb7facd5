# SPDX-License-Identifier: GPL-2.0-or-later
"""How does a verified change stand in a draft?"""

from __future__ import annotations

from reviewbot.mail.diff import parse_diff
from reviewbot.model import Repeat
from tests.review.made import finding
from tests.review.replies import line_of, text

DIFF = "--- a/a.c\n+++ b/a.c\n@@ -15,3 +15,3 @@ int pear(void)\n \tsix();\n-\tbad(1);\n+\tgood(1);\n \tseven();\n"
OTHER = DIFF.replace("(1)", "(2)")


def test_one_change() -> None:
    """The diff stands below the remark, at the margin and as it is, said to be untested; the bare code is left out."""
    made = text(finding(line_of("bad(1)"), diff=DIFF, suggestion="good(1)"))
    assert f"\n\nIs it good here?\n\nSomething like this (untested)?\n\n{DIFF}\n> [ ... ]\n" in made
    assert "\tgood(1)\n" not in made
    assert parse_diff(made) == parse_diff(DIFF, made.split("\n").index("--- a/a.c") + 1)


def test_built_change() -> None:
    """What was built says so."""
    made = text(finding(line_of("bad(1)"), diff=DIFF, compiled=True))
    assert "Something like this (compile-tested)?\n" in made
    assert "untested" not in made


def test_second_change() -> None:
    """The next change is not asked for in the same words."""
    made = text(finding(line_of("bad(1)"), diff=DIFF), finding(line_of("bad(2)"), "is it, too?", diff=OTHER))
    assert made.count("Something like this") == 1
    assert f"Same here.\n\nAlso untested:\n\n{OTHER}" in made


def test_repeats_are_said_before() -> None:
    """Where else the same is, is said above the diff, which is the end of a remark."""
    again = Repeat(18, 18, "f", "is it?", "good(2)", "1" * 16)
    made = text(finding(line_of("bad(1)"), diff=DIFF, repeats=(again,)))
    assert "The same once more in this function.\n\nSomething like this (untested)?\n\n--- a/a.c\n" in made


def test_long_change() -> None:
    """A diff that nobody would read in a mail gives way to the code that the rule proposes."""
    long = DIFF + "".join(f"@@ -{n},1 +{n},1 @@\n-bad\n+good\n" for n in range(100, 120))
    made = text(finding(line_of("bad(1)"), diff=long, suggestion="good(1)"))
    assert "Something like this" not in made
    assert "Is it good here?\n\n\tgood(1)\n" in made
