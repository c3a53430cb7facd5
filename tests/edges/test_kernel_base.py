# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a series put on the commit that it was made for, and is it said why?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.edges.kernel import open_tree
from reviewbot.errors import TreeError
from reviewbot.model import AppliedSeries
from tests.edges.gittree import AFTER_X, D_TO_X, FILE, applied, commit, fill, git, repository, series


def history(folder: Path) -> dict[str, str]:
    """A repository with three states of mm/one.c: the tag v1, then HEAD~1 without a name, then HEAD."""
    tree = repository(folder)
    git(tree, "tag", "-a", "-m", "One", "v1")
    commits = {"v1": git(tree, "rev-parse", "HEAD")}
    commits["middle"] = commit(tree, {"mm/one.c": b"// middle\n" + FILE})
    commits["head"] = commit(tree, {"mm/one.c": b"int other;\n"})
    return commits


def indexed(blob: str, diff: str = D_TO_X) -> str:
    """The diff with an index line that names its pre-image."""
    return f"diff --git a/mm/one.c b/mm/one.c\nindex {blob}..0123456789ab 100644\n{diff}"


def blob_of(tree: Path, revision: str) -> str:
    """The abbreviated blob of mm/one.c."""
    return git(tree, "rev-parse", f"{revision}:mm/one.c")[:12]


def base_of(done: AppliedSeries) -> tuple[str, str | None, str, bool]:
    """Name, commit, reason, and whether all applied."""
    return done.base.name, done.base.commit, done.base.why, done.applied


def test_the_users_own_word_is_the_only_one(tmp_path: Path) -> None:
    """With --base nothing else is tried, even if the series says better."""
    commits = history(tmp_path / "tree")
    with applied(tmp_path / "tree", series(D_TO_X, base_commit=commits["v1"]), base="master") as done:
        assert base_of(done) == ("master", commits["head"], "named with --base", False)
        assert done.tried == ()


@pytest.mark.parametrize("name", ["no-such", "--help", "HEAD:mm", ""])
def test_a_base_that_does_not_exist(name: str, tmp_path: Path) -> None:
    """A --base that names no commit is an error, not a reason to take another."""
    tree = repository(tmp_path / "tree")
    with pytest.raises(TreeError, match="has no revision"), applied(tree, series(D_TO_X), base=name):
        pass


def test_base_commit(tmp_path: Path) -> None:
    """The commit that the series names is the base."""
    commits = history(tmp_path / "tree")
    with applied(tmp_path / "tree", series(D_TO_X, base_commit=commits["v1"])) as done:
        assert base_of(done) == (commits["v1"][:12], commits["v1"], "base-commit of the patch", True)


def test_base_commit_that_is_not_here(tmp_path: Path) -> None:
    """An unknown base-commit is said, and the next base is tried."""
    tree = repository(tmp_path / "tree")
    with applied(tree, series(D_TO_X, base_commit="1" * 40)) as done:
        assert base_of(done) == ("HEAD", git(tree, "rev-parse", "HEAD"), "nothing better is known", True)
        assert [(choice.name, words) for choice, words in done.tried] == [
            ("1" * 12, "the tree does not have this commit")
        ]


def test_base_commit_that_is_no_id(tmp_path: Path) -> None:
    """The sender cannot make git resolve anything but an id."""
    tree = repository(tmp_path / "tree")
    with applied(tree, series(D_TO_X, base_commit="master")) as done:
        assert done.base.name == "HEAD"


def test_pre_images_name_a_tag(tmp_path: Path) -> None:
    """Of all tags and branches, the one with the very pre-images is taken."""
    commits = history(tmp_path / "tree")
    diff = indexed(blob_of(tmp_path / "tree", "v1"))
    with applied(tmp_path / "tree", series(diff)) as done:
        assert base_of(done) == ("v1", commits["v1"], "the blobs of its pre-images are those of v1", True)


def test_pre_images_in_history(tmp_path: Path) -> None:
    """A pre-image that no tag or branch has is found in the history."""
    commits = history(tmp_path / "tree")
    shifted = D_TO_X.replace("@@ -2,5 +2,5", "@@ -3,5 +3,5")
    diff = indexed(blob_of(tmp_path / "tree", commits["middle"]), shifted)
    with applied(tmp_path / "tree", series(diff)) as done:
        why = "the blobs of its pre-images are those of this commit"
        assert base_of(done) == (commits["middle"][:12], commits["middle"], why, True)


def test_pre_images_made_by_the_series_do_not_count(tmp_path: Path) -> None:
    """The pre-image of a second patch to a file is the first one's result, which no commit has."""
    commits = history(tmp_path / "tree")
    second = D_TO_X.replace("-int d;\n+int x;", "-int x;\n+int y;")
    diffs = indexed(blob_of(tmp_path / "tree", "v1")), indexed("abcdef012345", second)
    with applied(tmp_path / "tree", series(*diffs)) as done:
        assert base_of(done)[1:] == (commits["v1"], "the blobs of its pre-images are those of v1", True)


def test_settings_come_before_head(tmp_path: Path) -> None:
    """A base of the settings is tried before HEAD, and what failed before it is told with git's words."""
    commits = history(tmp_path / "tree")
    with applied(tmp_path / "tree", series(D_TO_X), refs=("no-such", "master", "v1")) as done:
        assert base_of(done) == ("v1", commits["v1"], "named in the setting reviewbot.base", True)
        assert [(choice.name, words) for choice, words in done.tried] == [
            ("no-such", "the tree has no such revision"),
            ("master", "patch failed: mm/one.c:2; mm/one.c: patch does not apply"),
        ]


def test_the_base_that_takes_most(tmp_path: Path) -> None:
    """When no base takes all, the one with the most patches applied is used, and the others are told."""
    commits = history(tmp_path / "tree")
    never = D_TO_X.replace("int d;", "int never;")
    with applied(tmp_path / "tree", series(D_TO_X, never), refs=("master", "v1")) as done:
        assert base_of(done)[1:] == (commits["v1"], "named in the setting reviewbot.base", False)
        assert [patch.after is not None for patch in done.patches] == [True, False]
        assert [choice.name for choice, _words in done.tried] == ["master"]


def test_a_series_that_is_in_the_tree_already(tmp_path: Path) -> None:
    """What HEAD already holds does not count as applied there; its pre-images lead to the state before."""
    tree = repository(tmp_path / "tree")
    first = git(tree, "rev-parse", "HEAD")
    commit(tree, {"mm/one.c": AFTER_X})
    with applied(tree, series(indexed(git(tree, "rev-parse", f"{first}:mm/one.c")[:12]))) as done:
        assert base_of(done)[1:] == (first, "the blobs of its pre-images are those of this commit", True)
    with applied(tree, series(indexed(git(tree, "rev-parse", f"{first}:mm/one.c")[:12])), base="HEAD") as done:
        assert done.patches[0].error == "the tree already holds what the patch does"


def test_plain_folder_is_its_own_base(tmp_path: Path) -> None:
    """A plain folder has one state; a --base for it is an error."""
    tree = fill(tmp_path / "linux", {"mm/one.c": FILE})
    with applied(tree, series(D_TO_X, base_commit="1" * 40)) as done:
        assert base_of(done) == (str(tree), None, "a plain folder has no other state", True)
    with pytest.raises(TreeError, match="is no git repository"), applied(tree, series(D_TO_X), base="v1"):
        pass


def test_unborn_head(tmp_path: Path) -> None:
    """A branch of settings serves where HEAD has no commit; without one it is an error."""
    tree = repository(tmp_path / "tree")
    git(tree, "checkout", "-q", "--orphan", "new")
    with applied(tree, series(D_TO_X), refs=("master",)) as done:
        assert done.applied
    with pytest.raises(TreeError, match="no commit to apply"), applied(tree, series(D_TO_X)):
        pass


def test_missing_objects_are_an_error(tmp_path: Path) -> None:
    """A repository that lacks a tree says so, and does not look like an empty one."""
    tree = repository(tmp_path / "tree")
    folder = git(tree, "rev-parse", "HEAD:mm")
    (tree / ".git/objects" / folder[:2] / folder[2:]).unlink()
    with open_tree(tree, tmp_path) as opened, pytest.raises(TreeError, match=f"has no object {folder}"):
        opened.at(opened.resolve("HEAD")).read("mm/one.c")


def test_subject_of_a_commit(tmp_path: Path) -> None:
    """By a full or an abbreviated id; anything else names no commit, nor does a plain folder hold one."""
    commits = history(tmp_path / "tree")
    blob = blob_of(tmp_path / "tree", "HEAD")
    with open_tree(tmp_path / "tree", tmp_path) as opened:
        asked = [commits["head"], commits["middle"][:12], "0" * 40, "0" * 12, blob, "master", "HEAD~1", "--help"]
        found = [opened.subject_of(name) for name in asked]
    with open_tree(fill(tmp_path / "folder", {"a.c": b"int a;\n"}), tmp_path) as plain:
        nothing = plain.subject_of(commits["head"])

    assert found == ["A commit", "A commit", *[None] * 6]
    assert nothing is None
