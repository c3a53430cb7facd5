# SPDX-License-Identifier: GPL-2.0-or-later
"""Is each kind of diff read right, with true line numbers, and does a lying one do no harm?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.errors import MailError
from reviewbot.mail.diff import parse_diff
from tests.mail.mails import DIFF


def test_lines_know_where_they_stand() -> None:
    """Mail line, old line and new line of every diff line."""
    (file,) = parse_diff(DIFF, first_mail_line=10)

    assert (file.old_path, file.new_path, file.status) == ("lib/pear.c", "lib/pear.c", "modified")
    (hunk,) = file.hunks
    assert (hunk.section, hunk.lied, hunk.old_count, hunk.new_count) == ("int pear(void)", False, 3, 3)
    assert [(x.kind, x.text, x.mail_line, x.old_line, x.new_line) for x in hunk.lines] == [
        (" ", "{", 14, 3, 3),
        ("-", "\treturn 1;", 15, 4, None),
        ("+", "\treturn 2;", 16, None, 4),
        (" ", "}", 17, 5, 5),
    ]


@pytest.mark.parametrize(
    ("head", "paths", "status"),
    [
        ("new file mode 100644\nindex 0000000..abcdef1\n--- /dev/null\n+++ b/x y.c\n", (None, "x y.c"), "added"),
        ("deleted file mode 100755\n--- a/x y.c\n+++ /dev/null\n", ("x y.c", None), "deleted"),
        ("similarity index 90%\nrename from old.c\nrename to new.c\n", ("old.c", "new.c"), "renamed"),
        ("similarity index 90%\ncopy from old.c\ncopy to new.c\n", ("old.c", "new.c"), "copied"),
        ("old mode 100644\nnew mode 100755\n", ("x y.c", "x y.c"), "mode"),
        (
            "index 1234567..abcdef1 100644\nGIT binary patch\nliteral 3\nKcmZQzWMT#Y01f~L\n\n",
            ("x y.c", "x y.c"),
            "binary",
        ),
        ("index 1234567..abcdef1\nBinary files a/x y.c and b/x y.c differ\n", ("x y.c", "x y.c"), "binary"),
        ("index 1234567..abcdef1 160000\n--- a/x y.c\n+++ b/x y.c\n", ("x y.c", "x y.c"), "submodule"),
    ],
)
def test_extended_headers(head: str, paths: tuple[str | None, str | None], status: str) -> None:
    """What git's extended header lines say about a file; the file after it is found as well."""
    file, after = parse_diff("diff --git a/x y.c b/x y.c\n" + head + DIFF)

    assert ((file.old_path, file.new_path), file.status) == (paths, status)
    assert after.path == "lib/pear.c"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('"a/f\\303\\251\\".c"', '"b/f\\303\\251\\".c"', 'fé".c'),
        ("mm/x.c", "mm/x.c", "mm/x.c"),
        ("linux.orig/mm/x.c\t2026-05-01 10:00:00.0 +0200", "linux/mm/x.c\t2026-05-01 10:00:01.0 +0200", "mm/x.c"),
        ("mm/x.c.orig    2026-05-01 10:00:00", "mm/x.c    2026-05-01 10:00:01", "mm/x.c"),
        ("a/mm/x.c", "b/mm/x.c", "mm/x.c"),
    ],
)
def test_paths(old: str, new: str, path: str) -> None:
    """Prefixes, quotes and time stamps are taken off, whichever tool wrote them."""
    (file,) = parse_diff(f"--- {old}\n+++ {new}\n@@ -1 +1 @@\n-a\n+b\n")

    assert (file.old_path, file.new_path) == (path, path)


def test_blobs_and_modes() -> None:
    """The index line gives blob ids and the mode; a zero id is none."""
    text = "diff --git a/x b/x\nindex 0000000..abcdef1 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"

    (file,) = parse_diff(text)

    assert (file.old_blob, file.new_blob, file.old_mode, file.new_mode) == (None, "abcdef1", "100644", "100644")


def test_removed_line_that_looks_like_a_header() -> None:
    """Counts tell a removed "-- x" from a file header."""
    (file,) = parse_diff("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- y\n+++ z\n a\n-- \n2.47\n")

    assert [(x.kind, x.text) for x in file.hunks[0].lines] == [("-", "-- y"), ("+", "++ z"), (" ", "a")]
    assert not file.hunks[0].lied


def test_missing_newline_marks_and_blank_context() -> None:
    """The "no newline" mark is no line, and a blank line is context."""
    text = (
        "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    )

    (file,) = parse_diff(text)

    assert [(x.kind, x.text) for x in file.hunks[0].lines] == [(" ", "a"), (" ", ""), ("-", "b"), ("+", "c")]


@pytest.mark.parametrize(
    ("header", "tail"),
    [
        ("@@ -1,7 +1,7 @@", ""),
        ("@@ -1,7 +1,7 @@", "\n\n"),
        ("@@ -1,7 +1,7 @@", "\nBest regards\n- Ann\n"),
        ("@@ -1,2 +1,2 @@", "-- \n2.47.0\n"),
        ("@@ -1,9 +1,9 @@", "-- \n2.47.0\n"),
        ("@@ -1,9 +1,9 @@", "--\n2.47.0\n"),
        ("@@ -1,9 +1,9 @@", "diff --git a/y b/y\n"),
    ],
)
def test_lying_counts(header: str, tail: str) -> None:
    """Whatever the header claims, the hunk holds its lines and is marked."""
    hunk = parse_diff(f"--- a/x\n+++ b/x\n{header}\n a\n\n-b\n+c\n+d\n" + tail)[0].hunks[0]

    assert [x.kind + x.text for x in hunk.lines] == [" a", " ", "-b", "+c", "+d"]
    assert hunk.lied


def test_two_hunks_after_a_cut() -> None:
    """A hunk whose end was cut away leaves the next one alone."""
    text = "--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n-a\n+b\n[...]\n@@ -9 +9 @@ f()\n-c\n+d\n"

    first, second = parse_diff(text)[0].hunks

    assert (first.lied, len(first.lines)) == (True, 2)
    assert (second.lied, second.old_start, second.lines[1].new_line) == (False, 9, 9)


def test_a_million_hunks() -> None:
    """An absurd number of hunks is refused at once."""
    start = time.monotonic()

    with pytest.raises(MailError, match="20000 hunks"):
        parse_diff("--- a/x\n+++ b/x\n" + "@@ -1 +1 @@\n-a\n+b\n" * 1_000_000)

    assert time.monotonic() - start < 8


PIECES = st.sampled_from(
    ["diff --git a/x b/x", "--- a/x", "+++ b/x", "@@ -1,2 +1,2 @@", "@@ -1 +9999999 @@ f", " a", "+b", "-c", ""]
    + ["-- ", "GIT binary patch", "rename from x", '--- "a/\\0', "\\ No", "new mode 1", "words"]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=20), max_size=40))
def test_any_lines(lines: list[str]) -> None:
    """Any lines are read without an exception, and line numbers stay within them."""
    text = "\n".join(lines)

    for file in parse_diff(text):
        assert file.path
        assert all(1 <= x.mail_line <= text.count("\n") + 1 for hunk in file.hunks for x in hunk.lines)
