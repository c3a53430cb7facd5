# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a diff that mail mangled become one that git applies, with the file's own white space?"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.mail.decode import decode
from reviewbot.mail.diff import parse_diff
from reviewbot.mail.find import find_diff
from reviewbot.mail.mbox import from_page, split
from reviewbot.mail.repair import restore, to_text
from reviewbot.model import Message
from tests.conftest import real_tree
from tests.mail.mails import DIFF

ORIGINAL = (
    "int plum(void)\n{\n\treturn 1;\n}\n\n"
    "int pear(int by)\n{\n\tif (by) {\n\t\tcount++;\n\t\treturn 1;\n\t}\n\treturn 0;\n}\n"
)
FIXED = ORIGINAL.replace("\t\tcount++;\n", "\t\tcount += by;\n\t\tlog(by,\n\t\t    count);\n")


def mangled(width: int, *, with_mark: bool) -> str:
    """The diff from ORIGINAL to FIXED with its tabs expanded, at wrong lines."""
    lines = [
        "  \tif (by) {",
        "- \t\tcount++;",
        "+ \t\tcount += by;",
        "+ \t\tlog(by,",
        "+ \t\t    count);",
        "  \t\treturn 1;",
    ]
    out = ["--- a/lib/pear.c", "+++ b/lib/pear.c", "@@ -80,3 +80,5 @@ int pear(int by)"]
    for line in lines:
        mark, rest = line[0], line[2:]
        out.append((mark + rest).expandtabs(width) if with_mark else mark + rest.replace("\t", " " * width))
    return "\n".join(out) + "\n"


def git(folder: Path, *words: str, stdin: bytes | None = None) -> bytes:
    done = subprocess.run(["git", "-C", str(folder), *words], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def applied(folder: Path, path: str, original: bytes, diff: str) -> bytes:
    """The file after the real `git apply --cached` in a fresh repository."""
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_bytes(original)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "apply", "--cached", "--unidiff-zero", stdin=diff.encode("utf-8", "surrogateescape"))
    return git(folder, "show", f":{path}")


@pytest.mark.parametrize(("width", "with_mark"), [(8, True), (8, False), (4, False)])
def test_tabs_come_back(tmp_path: Path, width: int, *, with_mark: bool) -> None:
    """However tabs were expanded, the restored diff gives the file that its author had.

    Tabs that became four blanks swallow an alignment of four.
    """
    expected = FIXED if width == 8 else FIXED.replace("\t\t    count", "\t\t\tcount")
    (file,) = parse_diff(mangled(width, with_mark=with_mark))

    restored = restore(file, ORIGINAL.encode())

    assert restored.file is not None
    assert restored.how == "tabs restored from the file's own lines"
    assert (restored.file.hunks[0].old_start, restored.file.hunks[0].new_start) == (8, 8)
    assert applied(tmp_path, "lib/pear.c", ORIGINAL.encode(), to_text((restored.file,))).decode() == expected


def test_nothing_to_restore_changes_nothing() -> None:
    """A diff with its tabs in place keeps its lines."""
    (file,) = parse_diff(DIFF)

    restored = restore(file, b"\n\n{\n\treturn 1;\n}\n")

    assert restored.how == ""
    assert restored.file == file


def test_nearest_of_several_places() -> None:
    """Of two places where the lines stand, the one near the claimed line is taken."""
    (file,) = parse_diff("--- a/x\n+++ b/x\n@@ -9 +9 @@\n-a\n+b\n")

    restored = restore(file, b"a\n" + b"x\n" * 9 + b"a\n")

    assert restored.file is not None
    assert restored.file.hunks[0].old_start == 11


def test_wrapped_line_joined_with_a_blank_too_many() -> None:
    """White space inside a context line does not keep it from being found."""
    (file,) = parse_diff("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n f(a, b)\n-c\n+d\n")

    restored = restore(file, b"f(a,b)\nc\n")

    assert restored.file is not None
    assert restored.file.hunks[0].lines[0].text == "f(a,b)"


def test_lines_that_are_not_there() -> None:
    """A hunk that belongs nowhere gives no diff, and the reason."""
    (file,) = parse_diff(DIFF)

    restored = restore(file, b"int main(void);\n")

    assert restored.file is None
    assert restored.problem == "the lines of hunk 1 are not in lib/pear.c"


def test_second_hunk_moves_with_the_first() -> None:
    """New line numbers count what earlier hunks added, and hunks never overlap."""
    (file,) = parse_diff("--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n a\n+b\n@@ -1 +2 @@\n-a\n+c\n")

    restored = restore(file, b"a\nx\na\n")

    assert restored.file is not None
    assert [(h.old_start, h.new_start) for h in restored.file.hunks] == [(1, 1), (3, 4)]


@pytest.mark.parametrize(
    "text",
    [
        DIFF,
        "diff --git a/x b/x\nnew file mode 100755\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,1 @@\n+a\n",
        "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n",
        "diff --git a/x b/y\nrename from x\nrename to y\n",
        "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n",
        "diff --git a/x b/x\nindex 1234567..abcdef1 100644\n--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n-a\n+b\n",
        'diff --git "a/f\\303\\251" "b/f\\303\\251"\n'
        '--- "a/f\\303\\251"\n+++ "b/f\\303\\251"\n@@ -1,1 +1,1 @@\n-a\n+b\n',
    ],
)
def test_to_text_gives_back_what_was_read(text: str) -> None:
    """Reading and writing a diff changes nothing, but a path that needs no quotes gets none."""
    assert to_text(parse_diff(text)) == text.replace('"a/f\\303\\251"', "a/fé").replace('"b/f\\303\\251"', "b/fé")


@settings(deadline=None)
@given(
    st.binary(max_size=80),
    st.lists(st.sampled_from([" a", "-b", "+c", " ", "+\td", "-        e"]), min_size=1, max_size=8),
)
def test_any_file(original: bytes, lines: list[str]) -> None:
    """Any file and any hunk give a result: a diff whose pre-image stands in the file, or a reason."""
    (file,) = parse_diff("--- a/x\n+++ b/x\n@@ -1,99 +1,99 @@\n" + "\n".join(lines) + "\n")

    restored = restore(file, original)

    assert (restored.file is None) == bool(restored.problem)
    if restored.file:
        (hunk,) = restored.file.hunks
        own = original.decode("utf-8", "surrogateescape").split("\n")
        old = [x.text for x in hunk.lines if x.kind != "+"]
        assert not old or own[hunk.old_start - 1 :][: len(old)] == old


def _seed(shared: Path) -> list[Message]:
    mails = [decode(raw) for raw in split((shared / "seed" / "thread.mbox").read_bytes()).messages]
    return [mails[0], mails[2], *from_page((shared / "seed" / "page.txt").read_text())]


@pytest.mark.shared
@pytest.mark.tree
@pytest.mark.parametrize("tree", ["7.2", "7.3"])
@pytest.mark.parametrize("which", [0, 1, 2], ids=["mail", "quoted twice", "page"])
def test_the_founding_diff_applies(tmp_path: Path, shared: Path, tree: str, which: int) -> None:
    """The seed's diff, from its mail, a reply that quotes it twice, and the page, applies with tabs."""
    original = git(real_tree(tree), "show", "HEAD:mm/mmap.c")
    (found,) = find_diff(_seed(shared)[which])

    restored = restore(found.files[0], original)

    assert restored.file is not None, restored.problem
    after = applied(tmp_path, "mm/mmap.c", original, to_text((restored.file,))).decode().split("\n")
    added = [line for line in after if line not in original.decode().split("\n")]
    assert added == [
        "\t\t * For anonymous or writable private VMAs, prevent",
        "\t\t * concurrent CoW faults.",
        "\t\tif (!mpnt->vm_file || (!(mpnt->vm_flags & VM_SHARED) &&",
        "\t\t\t\t\t(mpnt->vm_flags & VM_WRITE)))",
        "\t\t\tretval = vma_start_write_killable(mpnt);",
    ]
