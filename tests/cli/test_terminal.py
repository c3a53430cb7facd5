# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a person at a terminal of 80 columns see?"""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from reviewbot.cli.keep import Kept
from reviewbot.cli.show import show_review
from reviewbot.model import Confidence, Coverage, Finding, Idle, Repeat, Review, Skipped, Verdict
from tests.review.made import finding, patch, series
from tests.rules.harness import MadeUpTree

DIFF = "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-x\n+y\n"
LONG = "is it right that " + "this and " * 20 + "that are here?"
LINK = re.compile(r"\x1b]8;[^\x1b]*\x1b\\")
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def review(*findings: Finding, applied: bool = True, skipped: tuple[Skipped, ...] = ()) -> Review:
    """A review of one patch."""
    whole = series(patch(DIFF, MadeUpTree({}), MadeUpTree({}) if applied else None))
    seen = 1 if applied else 0
    coverage = Coverage(seen, seen, skipped, 1, (Idle("pear", "is off unless asked for"),))
    return Review(whole, findings, coverage, (), ())


def shown(
    made: Review,
    *,
    terminal: bool = True,
    width: int = 80,
    everything: bool = False,
    archive: str = "https://lore.kernel.org/all",
) -> str:
    """What is printed."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=width, color_system="standard" if terminal else None)
    show_review(console, made, Kept(), archive, everything=everything)
    return out.getvalue()


def test_further_places() -> None:
    """The other places of a remark are shown by line, with the functions where those are others."""
    places = tuple(Repeat(line, line, name, "is it?", None, "0" * 16) for line, name in ((7, "f"), (9, "f"), (20, "g")))
    made = shown(review(replace(finding(5), repeats=places)), terminal=False)

    assert "\n    also at 7, 9; in g() at 20\n" in made


@pytest.mark.parametrize("width", [80, 50])
def test_wrapped_with_a_hanging_indent(width: int) -> None:
    """A long finding is wrapped to the window, and its further lines stand below its words."""
    plain = COLOUR.sub("", LINK.sub("", shown(review(finding(5, LONG)), width=width)))
    lines = plain.split("\n")
    start = next(n for n, line in enumerate(lines) if line.startswith("  a.c:1: "))
    end = next(n for n, line in enumerate(lines) if line.endswith("[bad, high]"))

    assert end > start
    assert all(line.startswith("      ") for line in lines[start + 1 : end + 1])
    assert max(len(line) for line in lines) <= width
    assert " ".join("".join(lines[start : end + 1]).split()) != ""
    assert " ".join(" ".join(lines[start : end + 1]).split()) == f"a.c:1: {LONG} [bad, high]"


def test_one_line_when_piped() -> None:
    """In a pipe the same is one line, without colour or link."""
    text = shown(review(finding(5, LONG)), terminal=False)
    assert f"\n  a.c:1: {LONG} [bad, high]\n" in text
    assert "\x1b" not in text


def test_link() -> None:
    """The message id is a link on a terminal."""
    assert "\x1b]8;" in shown(review())
    assert "https://lore.kernel.org/all/1%40x/" in shown(review())


def test_no_link_for_a_local_mail() -> None:
    """What came from a file may be in no archive, and is no link."""
    assert "<1@x>" in shown(review(), archive="")
    assert "\x1b]8;" not in shown(review(), archive="")


def test_recounted_hunks_are_told_once() -> None:
    """The repair says that hunks were recounted; the note about it is not shown beside it."""
    made = review()
    (one,) = made.applied.patches
    note = "hunk headers did not fit their lines; the lines were counted anew"
    for how, shows in (("hunk counts recounted", False), ("white space ignored", True)):
        odd = replace(one, patch=replace(one.patch, problems=(note,)), how=how)
        text = shown(replace(made, applied=replace(made.applied, patches=(odd,))), terminal=False)
        assert f"applied with a repair: {how}" in text
        assert (note in text) is shows


def test_code_is_not_wrapped() -> None:
    """A proposal that is longer than the window can be copied in one piece."""
    code = "good(" + ", ".join(f"argument{n}" for n in range(20)) + ");"
    assert code in COLOUR.sub("", shown(review(finding(5, suggestion=code))))


def test_nothing_steers_the_terminal() -> None:
    """Whatever gets into a review, its own escapes are no escapes any more."""
    evil = "\x1b]0;owned\x07\x9b31m\u202e\r"
    made = review(finding(5, evil, code=evil, suggestion=evil, note=evil, path=f"{evil}.c"))
    for text in (shown(made, terminal=False), COLOUR.sub("", LINK.sub("", shown(made)))):
        assert "owned" in text
        for bad in "\x1b\x07\x9b\u202e\r":
            assert bad not in text


def test_verdicts() -> None:
    """What is hidden is counted, and shown with its verdict on request."""
    made = review(finding(5, verdict=Verdict.PRE_EXISTING), finding(5, verdict=Verdict.FIXED_LATER, note="fixed by b"))
    assert "\n0 findings (and 1 fixed-later, 1 pre-existing, see --all)\n" in shown(made, terminal=False)
    assert "a.c:1" not in shown(made, terminal=False)
    loud = shown(made, terminal=False, everything=True)
    assert "[bad, high, pre-existing]" in loud
    assert "[bad, high, fixed-later]\n      bad(1)\n      (fixed by b)\n" in loud
    assert "\n2 findings (1 fixed-later, 1 pre-existing)\n" in loud


def test_hunks_alone() -> None:
    """When only hunks were seen no count of functions is shown, and git's words stand under the patch, once."""
    text = shown(
        review(
            finding(5, verdict=Verdict.UNPROVEN, confidence=Confidence.MODERATE),
            applied=False,
            skipped=(Skipped("hunks alone", "a.c", "the patch did not apply"),),
        ),
        terminal=False,
    )
    assert "\n[1/1] number 1\n  does not apply to made-up: patch failed\n  its hunks were reviewed alone\n" in text
    assert "0 of 0" not in text
    assert (
        "\nno function was seen whole, hunks read by 1 of 2 rules (not pear)\n  only the hunks were seen of a.c\n"
        in text
    )


def test_skipped_files_share_a_line() -> None:
    """Files left out for the same reason are one line; a function has its own."""
    skipped = (
        *(Skipped("file", f"Documentation/{n}.rst", "not C") for n in range(5)),
        Skipped("f()", "a.c", "line 3 was not understood"),
    )
    text = shown(review(skipped=skipped), terminal=False)
    names = "Documentation/0.rst, Documentation/1.rst, Documentation/2.rst and 2 more"
    assert f"\n  not analysed: {names} (not C)\n  not analysed: f() in a.c (line 3 was not understood)\n" in text
