# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a diff found wherever it stands in a mail, and mended as far as the mail alone allows?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.mail.find import FoundDiff, find_diff
from reviewbot.mail.group import patch_mail
from reviewbot.mail.quote import words
from tests.mail.mails import DIFF, mail

WRAPPED = (
    "diff --git a/lib/a_rather_long_folder_name/pear.c\n"
    "b/lib/a_rather_long_folder_name/pear.c\n"
    "--- a/lib/a_rather_long_folder_name/pear.c\n"
    "+++ b/lib/a_rather_long_folder_name/pear.c\n"
    "@@ -10,9 +10,9 @@ static int __maybe_unused pear_grow_by_a_lot(struct pear\n"
    "*pear, int by)\n"
    " {\n"
    "\xa0\tint old;\n"
    "\n"
    "-\treturn pear_grow(pear, by, PEAR_GROW_SLOWLY | PEAR_GROW_STEADILY,\n"
    "GFP_KERNEL);\n"
    "+\treturn 0;\n"
)


def quoted(text: str, mark: str) -> str:
    return "".join(mark + line + "\n" for line in text.split("\n")[:-1])


def only(body: str | bytes, subject: str = "Re: [PATCH] x") -> FoundDiff:
    (found,) = find_diff(mail(body, Subject=subject))
    return found


def changed(found: FoundDiff) -> list[str]:
    return [x.kind + x.text for file in found.files for hunk in file.hunks for x in hunk.lines if x.kind != " "]


def test_patch_mail() -> None:
    """A patch's diff is taken as it stands, without message, notes and signature."""
    found = only("Why.\n---\n lib/pear.c | 2 +-\n\n" + DIFF + "-- \n2.47.0\n", "[PATCH] x")

    assert (found.text, found.first_line, found.quote_depth, found.problems, found.raw) == (DIFF, 5, 0, (), None)
    assert found.files[0].hunks[0].lines[1].mail_line == 10


@pytest.mark.parametrize(
    ("mark", "depth"), [("> ", 1), (">", 1), ("> > ", 2), (">> ", 2), ("> >> ", 3), ("> > > > > ", 5), ("| ", 1)]
)
def test_quoted_to_any_depth(mark: str, depth: int) -> None:
    """Quote marks of every style come off, and the diff is whole."""
    found = only("Bob wrote:\n" + quoted("Hello,\n\n" + DIFF + "\nBye\n", mark) + "\nI see.\n")

    assert (found.text, found.quote_depth, found.problems) == (DIFF, depth, ())


def test_remarks_between_quoted_lines_are_no_part_of_it() -> None:
    """A reviewer's own lines, even ones that look like diff lines, stay out of the quoted diff."""
    lines = quoted(DIFF, "> ").split("\n")
    body = "\n".join([*lines[:6], "", "- why not 3?", "+ or 4?", "", *lines[6:]])

    found = only(body)

    assert (found.text, changed(found)) == (DIFF, ["-\treturn 1;", "+\treturn 2;"])
    assert found.files[0].hunks[0].lines[2].mail_line == 11


def test_own_proposal_beside_a_quoted_diff() -> None:
    """What the author proposes has depth 0, what he answers depth 1."""
    body = quoted(DIFF, "> ") + "\nRather:\n\n" + DIFF.replace("return 2", "return 3") + "\nBob\n"

    first, second = find_diff(mail(body))

    assert (first.quote_depth, second.quote_depth) == (1, 0)
    assert changed(second) == ["-\treturn 1;", "+\treturn 3;"]


def test_wrapped_lines_are_joined() -> None:
    """A wrapped file header, hunk header and removed line are joined, blanks restored, counts made true."""
    found = only("Perhaps:\n\n" + WRAPPED + "\nWhat do you think?\n")

    assert found.text == (
        "diff --git a/lib/a_rather_long_folder_name/pear.c b/lib/a_rather_long_folder_name/pear.c\n"
        "--- a/lib/a_rather_long_folder_name/pear.c\n"
        "+++ b/lib/a_rather_long_folder_name/pear.c\n"
        "@@ -10,4 +10,4 @@ static int __maybe_unused pear_grow_by_a_lot(struct pear *pear, int by)\n"
        " {\n"
        " \tint old;\n"
        " \n"
        "-\treturn pear_grow(pear, by, PEAR_GROW_SLOWLY | PEAR_GROW_STEADILY, GFP_KERNEL);\n"
        "+\treturn 0;\n"
    )
    assert found.files[0].hunks[0].lied
    assert [x.mail_line for x in found.files[0].hunks[0].lines] == [9, 10, 11, 12, 14]
    assert len(found.problems) == 4


def test_prose_after_a_short_line_is_not_joined() -> None:
    """A line that was not long enough to wrap ends the diff when prose follows."""
    found = only(DIFF.replace("3,3", "3,9") + "what about this?\n")

    assert changed(found) == ["-\treturn 1;", "+\treturn 2;"]
    assert "what" not in found.text


def test_crs_of_the_file_are_kept_in_raw() -> None:
    """The diff of a file with CRLF lines has its exact bytes."""
    sent = DIFF.replace("return 1;\n", "return 1;\r\n").replace("return 2;\n", "return 2;\r\n").encode()

    found = only(b"Why.\n---\n" + sent, "[PATCH] x")

    assert found.text == DIFF
    assert found.raw == sent


def test_too_many_hunks_are_a_problem_of_that_mail() -> None:
    """A diff with a million hunks gives no files and says why."""
    found = only("--- a/x\n+++ b/x\n" + "@@ -1 +1 @@\n-a\n+b\n" * 500_000)

    assert found.files == ()
    assert "20000 hunks" in found.problems[0]


@pytest.mark.parametrize(
    "line", ["> " * 500 + "diff --git a/x b/x", "diff --git a/x b/x", "--- a/x\n+++ b/x", "@@ -1,9 +1,9 @@"]
)
def test_repeated_lines_take_no_time(line: str) -> None:
    """No line repeated many times makes the search quadratic."""
    start = time.monotonic()

    find_diff(mail((line + "\n") * (500_000 // len(line))))

    assert time.monotonic() - start < 10


PIECES = st.sampled_from([*DIFF.split("\n"), *WRAPPED.split("\n"), "words", "[...]", "-- ", "", "| --- a/x", "\0"])


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "> ", ">", "> > ", ">> "]), PIECES), max_size=40))
def test_any_mixture(lines: list[tuple[str, str]]) -> None:
    """Any mixture of quotes and diff lines is read, and text and files agree on the changed lines."""
    body = "\n".join(mark + text for mark, text in lines)

    for found in find_diff(mail(body)):
        text = [x for x in found.text.split("\n") if x[:1] in ("+", "-") and not x.startswith(("--- ", "+++ "))]
        assert text == [x for x in changed(found) if not x.startswith(("--- ", "+++ "))]


@pytest.mark.parametrize(
    "body",
    [
        "--- a/x\n+++ b/x\n@@ -1,999999999 +1,999999999 @@ " + "x" * 60 + "\n" + "+y\n" + "words\n" * 300_000,
        "--- \n+++ \nprose\n" * 100_000,
        "--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n-a\n" + "[" + "." * 500_000 + "\n",
        "--- a/x" + " " * 500_000 + "y\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
        "\n" * 1_000_000 + "diff --git a/x b/x\n",
    ],
    ids=["endless-wrap", "no-paths", "dots", "blanks", "blank-lines"],
)
def test_hostile_bodies_take_no_time(body: str) -> None:
    """Neither joining, nor searching, nor grouping is quadratic in a mail's size."""
    message = mail(body)
    start = time.monotonic()

    find_diff(message)
    patch_mail(message)
    words(message, inner=True)

    assert time.monotonic() - start < 10
