# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a patch that wants out of the tree refused in one sentence, and do the patches around it live on?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.edges import pathsafe
from reviewbot.edges.pathsafe import printable, wrong_path
from reviewbot.model import FileDiff
from tests.edges.gittree import (
    AFTER_X,
    D_TO_X,
    FILE,
    added,
    applied,
    commit,
    fill,
    fingerprint,
    git,
    patch,
    refusal,
    repository,
    result,
    series,
)

HOSTILE_PATHS = {
    "../outside.c": "points outside of the tree",
    "mm/../../outside.c": "points outside of the tree",
    "/etc/passwd": "is no relative path of the tree",
    "mm\\..\\one.c": "is no relative path of the tree",
    ".git/hooks/post-commit": "lies in git's own folder",
    "mm/.GIT/config": "lies in git's own folder",
    ".git ./config": "lies in git's own folder",
    ".git::$INDEX_ALLOCATION/config": "lies in git's own folder",
    "GIT~1/config": "lies in git's own folder",
    ".g\u200cit/config": "lies in git's own folder",
    "mm//one.c": "is no plain path",
    "./mm/one.c": "is no plain path",
    "mm/": "is no plain path",
    "mm/\u202ec.eno": "has a control character in its name",
    "mm/a\nb.c": "has a control character in its name",
    "mm/a\0b.c": "has a control character in its name",
    "mm/\x1b[2Jb.c": "has a control character in its name",
    "": "is no path of 1 to 4096 characters",
    "a" * 5000: "is no path of 1 to 4096 characters",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a file and a link to a folder outside."""
    repository(tmp_path / "tree", {"mm/one.c": FILE})
    (tmp_path / "tree" / "link").symlink_to("/etc")
    commit(tmp_path / "tree", {})
    return tmp_path / "tree"


@pytest.mark.parametrize("path", HOSTILE_PATHS, ids=lambda path: repr(path[:20]))
def test_hostile_paths(path: str) -> None:
    """Each kind of path that git must never see has its own sentence."""
    assert wrong_path(path) == HOSTILE_PATHS[path]


@pytest.mark.parametrize(
    "path",
    ["mm/mmap.c", "-x.c", "--help", "drivers/i2c/aux.c", ".gitignore", "a/.github/x", "ünï/c d.c", "git/x", "a..b"],
)
def test_honest_paths(path: str, tree: Path) -> None:
    """Odd names that are no danger are fine, even where they look like options."""
    assert wrong_path(path) is None
    assert result(tree, added(path, "int n;"), path) == b"int n;\n"


@given(st.text(max_size=40))
def test_any_path_is_judged(path: str) -> None:
    """No path raises, and what is let through is relative, printable and without a dotted part."""
    if wrong_path(path) is None:
        assert printable(path) == path or "\ufffd" not in path
        assert not path.startswith("/")
        assert not {"", ".", "..", ".git"} & {part.lower() for part in path.split("/")}


@pytest.mark.parametrize("path", ["../out.c", ".git/config", "mm/../../out.c", ".GIT/hooks/pre-commit"])
@pytest.mark.parametrize("kind", ["add", "change", "rename"])
def test_refused_patch_does_not_stop_the_others(path: str, kind: str, tree: Path) -> None:
    """A refused patch names itself and its path, writes nothing, and the next patch applies."""
    bad = {
        "add": added(path, "evil"),
        "change": D_TO_X.replace("mm/one.c", path),
        "rename": f"diff --git a/mm/one.c b/{path}\nsimilarity index 100%\nrename from mm/one.c\nrename to {path}\n",
    }[kind]
    before = fingerprint(tree.parent)
    with applied(tree, series(bad, D_TO_X)) as done:
        refused, good = done.patches
        assert refused.after is None
        assert refused.error.startswith(f"patch 1 is refused: {path} ")
        assert good.after is not None
        assert good.after.read("mm/one.c") == AFTER_X
    (tree.parent / "scratch-tree").rmdir()  # it is empty

    now = fingerprint(tree.parent)
    assert now == before


@pytest.mark.parametrize("mangled", ["a/mm/../../../x", "a/.git/config", '"a/.g\\151t/config"', "a/mm/a\\000b"])
def test_git_itself_refuses_as_well(mangled: str, tree: Path) -> None:
    """Even with a diff whose paths our own reader took for others, nothing is written outside."""
    diff = f"--- /dev/null\n+++ {mangled.replace('a/', 'b/', 1)}\n@@ -0,0 +1 @@\n+evil\n"
    lying = replace(patch(D_TO_X.replace("one.c", "gone.c")), diff=diff)
    before = fingerprint(tree)

    assert refusal(tree, lying)
    assert fingerprint(tree) == before


def test_a_file_that_the_diff_hides(tree: Path) -> None:
    """When git changes a file that our reader did not see, the patch is refused."""
    lying = replace(patch(D_TO_X), raw_diff=(D_TO_X + added("mm/hidden.c", "evil")).encode())

    assert refusal(tree, lying) == "patch 1 is refused: git would change mm/hidden.c, which its diff hides"


def test_through_a_link_of_the_tree(tree: Path) -> None:
    """A patch cannot write through a symbolic link of the tree."""
    assert refusal(tree, added("link/passwd", "evil")) == (
        "patch 1 is refused: link/passwd goes through the symbolic link link"
    )


def test_through_a_link_of_a_plain_folder(tmp_path: Path) -> None:
    """Nor through one of a plain folder."""
    plain = fill(tmp_path / "plain", {"mm/one.c": FILE})
    (tmp_path / "plain" / "link").symlink_to(tmp_path)

    assert "goes through the symbolic link link" in refusal(plain, added("link/passwd", "evil"))
    assert not (tmp_path / "passwd").exists()


def test_through_a_link_made_by_the_series(tree: Path) -> None:
    """Nor through one that an earlier patch of the series makes."""
    link = added("x", "/etc", mode="120000") + "\\ No newline at end of file\n"
    with applied(tree, series(link, added("x/passwd", "evil"), D_TO_X)) as done:
        assert [p.after is not None for p in done.patches] == [True, False, True]
        assert done.patches[1].error == "patch 2 is refused: x/passwd goes through the symbolic link x"


def test_through_a_link_of_the_same_patch(tree: Path) -> None:
    """Nor through one that the patch itself makes."""
    link = added("x", "/etc", mode="120000") + "\\ No newline at end of file\n"

    assert "beyond a symbolic link" in refusal(tree, link + added("x/passwd", "evil"))


def test_below_a_file_and_over_a_folder(tree: Path) -> None:
    """A file is no folder, and a folder no file."""
    assert "mm/one.c/x goes through the file mm/one.c" in refusal(tree, added("mm/one.c/x", "evil"))
    assert "mm is a folder of the tree" in refusal(tree, added("mm", "evil"))


def test_submodules(tmp_path: Path) -> None:
    """A submodule's patch is not reviewed, and nothing can be put into one."""
    diff = (
        "diff --git a/sub b/sub\nnew file mode 160000\nindex 000000000000..123456789012\n--- /dev/null\n+++ b/sub\n"
        "@@ -0,0 +1 @@\n+Subproject commit 1234567890123456789012345678901234567890\n"
    )
    tree = repository(tmp_path / "tree")
    assert refusal(tree, diff) == "patch 1 is refused: sub is a submodule, not reviewed"

    git(tree, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(tree, "commit", "-qm", "A submodule")
    assert refusal(tree, added("sub/x.c", "evil")) == "patch 1 is refused: sub/x.c goes through the submodule sub"
    assert refusal(tree, D_TO_X.replace("mm/one.c", "sub")) == "patch 1 is refused: sub is a submodule, not reviewed"


def test_bounds_are_named(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch above a bound is refused, and the bound is said."""
    large = patch("#" * (pathsafe.MAX_DIFF + 1) + "\n" + D_TO_X)
    assert refusal(tree, large) == "patch 1 is refused: its diff is larger than 20 MB"
    assert refusal(tree, replace(patch(D_TO_X), raw_diff=large.diff.encode())) == (
        "patch 1 is refused: its diff is larger than 20 MB"
    )
    monkeypatch.setattr(pathsafe, "MAX_HUNKS", 0)
    assert refusal(tree, D_TO_X) == "patch 1 is refused: it has more than 0 hunks"
    monkeypatch.setattr(pathsafe, "MAX_FILES", 0)
    assert refusal(tree, D_TO_X) == "patch 1 is refused: it changes more than 0 files"


def test_binary_bomb(tree: Path) -> None:
    """A binary patch that claims gigabytes is refused before git unpacks it."""
    diff = (
        "diff --git a/logo b/logo\nnew file mode 100644\nindex 0000000000000000000000000000000000000000.."
        "1234567890123456789012345678901234567890\nGIT binary patch\nliteral 4000000000\nzcmZQzfB+@\n\n"
    )

    assert refusal(tree, diff) == "patch 1 is refused: it holds a binary file of more than 20 MB"


def test_filters_of_the_tree_do_not_run(tree: Path, tmp_path: Path) -> None:
    """A patch that adds .gitattributes with a filter, and a file for it, runs nothing and changes no byte."""
    attributes = added(".gitattributes", "* filter=evil eol=crlf ident merge=evil working-tree-encoding=UTF-16")
    git(tree, "config", "filter.evil.clean", f"touch {tmp_path}/ran")
    git(tree, "config", "filter.evil.required", "true")
    with applied(tree, series(attributes, D_TO_X, added("mm/new.c", "$Id$"))) as done:
        assert done.applied, [p.error for p in done.patches]
        last = done.patches[2].after
        assert last is not None
        assert (last.read("mm/one.c"), last.read("mm/new.c")) == (AFTER_X, b"$Id$\n")

    assert not (tmp_path / "ran").exists()


def test_error_texts_cannot_steer_a_terminal(tree: Path) -> None:
    """A path with an escape sequence, even one that only git sees, is not passed on as it is."""
    hidden = replace(
        patch(D_TO_X.replace("one.c", "gone.c")),
        diff='--- "a/mm/\\033[2J.c"\n+++ "b/mm/\\033[2J.c"\n@@ -1 +1 @@\n-a\n+b\n',
    )
    for error in (refusal(tree, hidden), refusal(tree, added("mm/\x1b[2J.c", "x"))):
        assert error.isprintable()


def test_a_path_without_a_file(tree: Path) -> None:
    """A FileDiff with no path at all does not break anything."""
    empty = replace(patch(D_TO_X), files=(FileDiff(None, None, "modified", ()),))

    assert refusal(tree, empty) == "mm/one.c: does not exist in index"
