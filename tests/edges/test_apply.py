# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a patch give the file that it should, on the lines that are said, and is what was forgiven told?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reviewbot.edges.apply import apply_series
from reviewbot.edges.gitapply import failure_place
from reviewbot.edges.kernel import open_tree
from reviewbot.edges.snapshot import TreeSnapshot
from reviewbot.model import FileDiff
from tests.conftest import real_tree
from tests.edges.gittree import (
    AFTER_X,
    D_TO_X,
    FILE,
    added,
    applied,
    fill,
    git,
    one_applied,
    patch,
    refusal,
    repository,
    result,
    series,
)

TABBED = b"int f(void)\n{\n\tif (a)\n\t\treturn 1;\n\treturn 0;\n}\n"
BLANKS = """\
--- a/mm/one.c
+++ b/mm/one.c
@@ -2,4 +2,4 @@
 {
        if (a)
-               return 1;
+               return 2;
        return 0;
"""


def numbers(diff: FileDiff) -> list[tuple[str, int, int | None, int | None]]:
    """Kind, mail line, old and new line of each line."""
    return [(line.kind, line.mail_line, line.old_line, line.new_line) for hunk in diff.hunks for line in hunk.lines]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with the file mm/one.c."""
    return repository(tmp_path / "tree")


def test_exact(tree: Path) -> None:
    """A patch that fits is applied as it is; before and after can be read, and the numbers are the mail's."""
    with one_applied(tree, D_TO_X) as done:
        assert done.after is not None
        assert (done.how, done.error, done.failed_at) == ("", "", None)
        assert (done.before.read("mm/one.c"), done.after.read("mm/one.c")) == (FILE, AFTER_X)
        assert (done.before.name, done.after.name) == ("HEAD", "after patch 1/1")
        assert numbers(done.files[0])[2:4] == [("-", 6, 4, None), ("+", 7, None, 4)]


def test_offset(tmp_path: Path) -> None:
    """A patch that lands three lines lower says the true lines, with the mail's own line numbers."""
    tree = repository(tmp_path / "low", {"mm/one.c": b"//\n//\n//\n" + FILE})
    with one_applied(tree, D_TO_X) as done:
        assert done.files[0].hunks[0].old_start == 5
        assert numbers(done.files[0]) == [
            (" ", 4, 5, 5), (" ", 5, 6, 6), ("-", 6, 7, None), ("+", 7, None, 7), (" ", 8, 8, 8), (" ", 9, 9, 9),
        ]  # fmt: skip


def test_patches_build_on_each_other(tree: Path) -> None:
    """Each patch sees what the one before made; files that no patch touches come from the base."""
    second = D_TO_X.replace("-int d;\n+int x;", "-int x;\n+int y;")
    with applied(tree, series(D_TO_X, second, added("mm/new.c", "int n;"))) as done:
        assert done.applied
        texts = [p.after.read("mm/one.c") for p in done.patches if p.after]
        assert texts == [FILE.replace(b"int d;", b"int " + name + b";") for name in (b"x", b"y", b"y")]
        assert [p.after.read("mm/new.c") for p in done.patches if p.after] == [None, None, b"int n;\n"]
        assert done.snapshot.read("mm/one.c") == FILE


def test_a_plain_folder_gives_the_same(tmp_path: Path, tree: Path) -> None:
    """A folder without git gives the same texts, numbers and blob ids as a repository."""
    plain = fill(tmp_path / "plain", {"mm/one.c": FILE})
    outcome = []
    for place in (tree, plain):
        with one_applied(place, D_TO_X) as done:
            assert isinstance(done.after, TreeSnapshot)
            after = done.after
            outcome.append(
                (done.files, after.read("mm/one.c"), after.blob_id("mm/one.c"), done.before.read("mm/one.c"))
            )

    assert outcome[0] == outcome[1]
    assert outcome[0][2] == git(tmp_path, "hash-object", "--stdin", stdin=AFTER_X)


def test_failure_does_not_stop_the_series(tree: Path) -> None:
    """A patch that does not fit has git's words, file and hunk; the next is tried on the last good state."""
    wrong = D_TO_X + "@@ -7,2 +7,2 @@\n int g;\n-int never;\n+int k;\n"
    second = D_TO_X.replace("-int d;\n+int x;", "-int x;\n+int y;")
    with applied(tree, series(D_TO_X, wrong.replace("int d", "int x").replace("+int x", "+int z"), second)) as done:
        first, failed, last = done.patches
        assert not done.applied
        assert first.after is not None
        assert failed.after is None
        assert failed.before is first.after
        assert failed.error == "patch failed: mm/one.c:7; mm/one.c: patch does not apply"
        assert failed.failed_at == ("mm/one.c", 2)
        assert last.after is not None
        assert last.after.read("mm/one.c") == FILE.replace(b"int d;", b"int y;")


@pytest.mark.parametrize(
    ("diff", "error", "place"),
    [
        (D_TO_X.replace("one.c", "gone.c"), "mm/gone.c: does not exist in index", ("mm/gone.c", 0)),
        (added("mm/one.c", "x"), "mm/one.c: already exists in index", ("mm/one.c", 0)),
        ("nothing at all\n", 'No valid patches in input (allow with "--allow-empty")', None),
    ],
)
def test_git_words(diff: str, error: str, place: tuple[str, int] | None, tree: Path) -> None:
    """What git says is passed on in one line, with the file that it names."""
    with one_applied(tree, diff) as done:
        assert (done.after, done.error, done.failed_at) == (None, error, place)


def test_words_are_bounded_and_clean() -> None:
    """Only git's first words count for the place, and a line that no hunk starts at is hunk 0."""
    assert failure_place("patch failed: mm/one.c:3; more", patch(D_TO_X)) == ("mm/one.c", 0)
    assert failure_place("patch failed: mm/one.c:2; more", patch(D_TO_X)) == ("mm/one.c", 1)
    assert failure_place("git said nothing", patch(D_TO_X)) is None


def test_white_space_in_context(tmp_path: Path) -> None:
    """Context that lost its tabs is forgiven, and it is said so; the file's own lines stay."""
    tree = repository(tmp_path / "tabs", {"mm/one.c": TABBED})
    diff = BLANKS.replace("-               return 1;\n+               return 2;", "-\t\treturn 1;\n+\t\treturn 2;")
    with one_applied(tree, diff) as done:
        assert done.how == "white space ignored"
        assert done.after is not None
        assert done.after.read("mm/one.c") == TABBED.replace(b"1;", b"2;")
        assert [line.mail_line for line in done.files[0].hunks[0].lines] == [4, 5, 6, 7, 8]


def test_tabs_come_back(tmp_path: Path) -> None:
    """A diff in a reply whose tabs are blanks and whose counts lie gives the file with tabs."""
    tree = repository(tmp_path / "tabs", {"mm/one.c": TABBED})
    diff = BLANKS.replace("-2,4 +2,4", "-2,9 +2,9")
    with one_applied(tree, patch(diff, in_reply=True)) as done:
        assert done.after is not None, done.error
        assert done.after.read("mm/one.c") == TABBED.replace(b"1;", b"2;")
        assert "tabs restored from the file's own lines" in done.how
        assert "hunk counts recounted" in done.how
        assert numbers(done.files[0])[2:4] == [("-", 6, 4, None), ("+", 7, None, 4)]
        assert done.files[0].hunks[0].lines[3].text == "\t\treturn 2;"


def test_cut_context(tree: Path) -> None:
    """A reply's hunk that ends in the middle of the file, without context below, goes where its lines stand."""
    diff = "--- a/mm/one.c\n+++ b/mm/one.c\n@@ -1,9 +1,9 @@\n int c;\n-int d;\n+int x;\n"

    assert result(tree, patch(diff, in_reply=True)) == AFTER_X


def test_crlf_file(tmp_path: Path) -> None:
    """A CRLF file gets the mail's raw bytes; an LF file does not keep their CRs."""
    crlf = FILE.replace(b"\n", b"\r\n")
    tree = repository(tmp_path / "crlf", {"mm/one.c": crlf})
    head, body = D_TO_X.split("@@ -2", 1)
    raw = (head + "@@ -2" + body.replace(";\n", ";\r\n")).encode()
    with one_applied(tree, patch(D_TO_X, raw=raw)) as done:
        assert done.after is not None
        assert done.how == ""
        assert done.after.read("mm/one.c") == crlf.replace(b"int d;", b"int x;")
        changes = [number for number in numbers(done.files[0]) if number[0] != " "]
        assert changes == [("-", 6, 4, None), ("+", 7, None, 4)]
    with one_applied(repository(tmp_path / "lf"), patch(D_TO_X, raw=raw)) as done:
        assert done.after is not None
        assert done.how == "line ends and encoding as the mail was decoded"
        assert done.after.read("mm/one.c") == AFTER_X


def test_three_way_merge(tmp_path: Path) -> None:
    """When context has changed but the pre-image is in the repository, git merges, and lines are still tied."""
    tree = repository(tmp_path / "merge")
    blob = git(tree, "rev-parse", "HEAD:mm/one.c")
    after = git(tree, "hash-object", "-w", "--stdin", stdin=AFTER_X)
    changed = FILE.replace(b"int b;", b"int bb;")
    fill(tree, {"mm/one.c": changed})
    git(tree, "commit", "-qam", "Another change")
    diff = f"diff --git a/mm/one.c b/mm/one.c\nindex {blob}..{after} 100644\n{D_TO_X}"
    with applied(tree, series(diff), base="HEAD") as found:
        done = found.patches[0]
        assert done.after is not None, done.error
        assert done.how == "merged three-way with the blobs that it names"
        assert done.after.read("mm/one.c") == changed.replace(b"int d;", b"int x;")
        by_kind = {line.kind: (line.mail_line, line.new_line) for line in done.files[0].hunks[0].lines}
        assert (by_kind["-"], by_kind["+"]) == ((8, None), (9, 4))
        strange = [line.mail_line for line in done.files[0].hunks[0].lines if line.text == "int bb;"]
        assert strange == [0]  # the mail does not have this line


def test_three_way_conflict(tmp_path: Path) -> None:
    """A merge with conflicts counts as not applied, and the next patch does not see its traces."""
    tree = repository(tmp_path / "merge")
    blob = git(tree, "rev-parse", "HEAD:mm/one.c")
    fill(tree, {"mm/one.c": FILE.replace(b"int d;", b"int q;")})
    git(tree, "commit", "-qam", "Another change")
    after = git(tree, "hash-object", "-w", "--stdin", stdin=AFTER_X)
    diff = f"diff --git a/mm/one.c b/mm/one.c\nindex {blob}..{after} 100644\n{D_TO_X}"
    good = D_TO_X.replace("-int d;\n+int x;", "-int q;\n+int y;")
    with applied(tree, series(diff, good), base="HEAD") as found:
        bad, last = found.patches
        assert (bad.after, bad.error) == (None, "patch failed: mm/one.c:2; mm/one.c: patch does not apply")
        assert last.after is not None
        assert last.after.read("mm/one.c") == FILE.replace(b"int d;", b"int y;")


RENAME = """\
diff --git a/mm/one.c b/mm/two.c
similarity index 87%
rename from mm/one.c
rename to mm/two.c
--- a/mm/one.c
+++ b/mm/two.c
@@ -3,3 +3,3 @@
 int c;
-int d;
+int x;
 int e;
"""


def test_rename(tree: Path) -> None:
    """A renamed file is gone from its old path, and its lines are counted from there."""
    with one_applied(tree, RENAME) as done:
        assert done.after is not None
        assert (done.after.read("mm/one.c"), done.after.read("mm/two.c")) == (None, AFTER_X)
        assert (done.files[0].status, done.files[0].old_path, done.files[0].new_path) == (
            "renamed",
            "mm/one.c",
            "mm/two.c",
        )
        assert numbers(done.files[0])[1:3] == [("-", 9, 4, None), ("+", 10, None, 4)]


def test_copy(tree: Path) -> None:
    """A copied file leaves the old one as it was."""
    with one_applied(tree, RENAME.replace("rename", "copy")) as done:
        assert done.after is not None
        assert (done.after.read("mm/one.c"), done.after.read("mm/two.c")) == (FILE, AFTER_X)


def test_mode_change(tree: Path) -> None:
    """A change of mode alone is applied, and changes no text."""
    with one_applied(tree, "diff --git a/mm/one.c b/mm/one.c\nold mode 100644\nnew mode 100755\n") as done:
        assert isinstance(done.after, TreeSnapshot)
        entry = done.after.entry("mm/one.c")
        assert entry is not None
        assert entry.mode == "100755"
        assert done.files[0].hunks == ()


def test_deletion_and_addition(tree: Path) -> None:
    """A deleted file is None, and may come back as another; an added one counts from line 1."""
    minus = "".join(f"-{line}\n" for line in FILE.decode().splitlines())
    gone = "diff --git a/mm/one.c b/mm/one.c\ndeleted file mode 100644\n--- a/mm/one.c\n+++ /dev/null\n"
    with applied(tree, series(f"{gone}@@ -1,8 +0,0 @@\n{minus}", added("mm/one.c", "int z;"))) as done:
        first, second = done.patches
        assert first.after is not None
        assert second.after is not None
        assert (first.after.read("mm/one.c"), second.after.read("mm/one.c")) == (None, b"int z;\n")
        assert numbers(second.files[0]) == [("+", 6, None, 1)]
        assert numbers(first.files[0])[7] == ("-", 13, 8, None)


def test_new_link(tree: Path) -> None:
    """A link is added as one, and is no file to read."""
    with one_applied(
        tree, added("link", "/etc/passwd", mode="120000").rstrip("\n") + "\n\\ No newline at end of file\n"
    ) as done:
        assert isinstance(done.after, TreeSnapshot)
        entry = done.after.entry("link")
        assert entry is not None
        assert (entry.mode, done.after.read("link")) == ("120000", None)


def test_no_newline_at_the_end(tree: Path) -> None:
    """A file's last line may lose its line end."""
    diff = "--- a/mm/one.c\n+++ b/mm/one.c\n@@ -7,2 +7,2 @@\n int g;\n-int h;\n+int k;\n\\ No newline at end of file\n"
    with one_applied(tree, diff) as done:
        assert done.after is not None
        assert done.after.read("mm/one.c") == FILE.replace(b"int h;\n", b"int k;")
        assert numbers(done.files[0])[2] == ("+", 6, None, 8)


def test_binary_patch(tmp_path: Path, tree: Path) -> None:
    """A git binary patch is applied; "Binary files differ" cannot be, and git says so."""
    other = repository(tmp_path / "other", {"mm/one.c": FILE, "logo": b"\0old"})
    fill(other, {"logo": b"\0new"})
    diff = git(other, "diff", "--binary") + "\n\n"
    git(other, "checkout", "-q", "logo")
    with one_applied(other, diff) as done:
        assert done.after is not None, done.error
        assert done.after.read("logo") == b"\0new"
        assert done.files[0].status == "binary"
    words = "diff --git a/logo b/logo\nindex 123456789..abcdef012 100644\nBinary files a/logo and b/logo differ\n"

    assert "cannot apply binary patch to 'logo'" in refusal(other, words)


def test_the_same_file_twice(tree: Path) -> None:
    """A mail that holds two diffs of one file gives one file's diff, with both changes on their lines."""
    head = "diff --git a/mm/one.c b/mm/one.c\n"
    again = "--- a/mm/one.c\n+++ b/mm/one.c\n@@ -6,3 +6,3 @@\n int f;\n-int g;\n+int y;\n int h;\n"
    with one_applied(tree, head + D_TO_X + head + again) as done:
        assert done.after is not None
        assert done.after.read("mm/one.c") == AFTER_X.replace(b"int g;", b"int y;")
        assert len(done.files) == 1
        plus = [
            (line.text, line.mail_line, line.new_line)
            for h in done.files[0].hunks
            for line in h.lines
            if line.kind == "+"
        ]
        assert plus == [("int x;", 8, 4), ("int y;", 17, 7)]


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    """A Latin-1 file is patched without harm to its other bytes."""
    latin = FILE.replace(b"int h;", b"int h; /* \xe4 */")
    tree = repository(tmp_path / "latin", {"mm/one.c": latin})

    assert result(tree, D_TO_X) == latin.replace(b"int d;", b"int x;")


def test_empty_tree(tmp_path: Path) -> None:
    """A patch that adds a file applies where there was none at all."""
    tree = repository(tmp_path / "empty", {})

    assert result(tree, added("mm/new.c", "int n;"), "mm/new.c") == b"int n;\n"


def test_time_is_bounded(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a series has used up its time, what is left is said not to have been tried."""
    monkeypatch.setattr("reviewbot.edges.apply._SECONDS", -1.0)

    assert refusal(tree, D_TO_X) == "not tried: the series took more than -1 s"


@pytest.mark.tree
def test_speed_on_linux(tmp_path: Path) -> None:
    """Five patches on Linux 7.2 take well under half a second."""
    linux = real_tree("7.2")
    five = series(*(added(f"mm/reviewbot{i}.c", "int n;") for i in range(5)))
    times = []
    for _ in range(3):
        start = time.monotonic()
        with open_tree(linux, tmp_path) as opened:
            assert apply_series(opened, five).applied
        times.append(time.monotonic() - start)

    assert min(times) < 0.5
