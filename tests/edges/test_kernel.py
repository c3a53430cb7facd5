# SPDX-License-Identifier: GPL-2.0-or-later
"""Is any kind of tree opened, read rightly, and left as it was?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.edges.kernel import open_tree
from reviewbot.edges.scratch import MAX_FILE, alternate_line
from reviewbot.edges.snapshot import TreeSnapshot
from reviewbot.errors import TreeError
from reviewbot.model import Snapshot
from tests.edges.gittree import AFTER_X, D_TO_X, FILE, applied, commit, fill, fingerprint, git, repository, series


def read(tree: Path, path: str, scratch: Path) -> bytes | None:
    """A file of the tree's HEAD, or of the plain folder."""
    scratch.mkdir(exist_ok=True)
    with open_tree(tree, scratch) as opened:
        return opened.at(opened.resolve("HEAD")).read(path)


def test_kinds_of_repositories(tmp_path: Path) -> None:
    """A work tree, a folder in it, a bare clone and a linked work tree all show the same file."""
    tree = repository(tmp_path / "tree")
    git(tree, "clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    git(tree, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))

    for place in (tree, tree / "mm", tree / ".git", tmp_path / "bare.git", tmp_path / "linked", tmp_path / "linked/mm"):
        assert read(place, "mm/one.c", tmp_path / "scratch") == FILE, place


def test_packed_and_borrowed_objects(tmp_path: Path) -> None:
    """Objects in packs, and in the alternates (absolute and relative) of the user's repository, are found."""
    tree = repository(tmp_path / "tree")
    git(tree, "gc", "-q")
    git(tree, "clone", "-q", "--shared", ".", str(tmp_path / "borrower"))
    git(tree, "clone", "-q", "--shared", ".", str(tmp_path / "relative"))
    (tmp_path / "relative/.git/objects/info/alternates").write_text("../../../tree/.git/objects\n")

    for name in ("tree", "borrower", "relative"):
        assert read(tmp_path / name, "mm/one.c", tmp_path / "scratch") == FILE, name


@pytest.mark.parametrize("name", ["with space", '"quoted"', "#hash", "back\\slash", "new\nline", "tab\tand ünï"])
def test_strange_paths(name: str, tmp_path: Path) -> None:
    """The tree's path may hold what git quotes in its own files."""
    tree = repository(tmp_path / name / name)

    assert read(tree, "mm/one.c", tmp_path / "scratch") == FILE


def test_alternate_lines() -> None:
    """A path that begins like a C string or a comment is quoted, and so is one with a line end; others are not."""
    assert alternate_line(b"/a b") == b"/a b\n"
    assert alternate_line(b'"a\\b') == b'"\\"a\\\\b"\n'
    assert alternate_line(b"#a") == b'"#a"\n'
    assert alternate_line(b"/a\nb") == b'"/a\\nb"\n'


def test_sha256_repository(tmp_path: Path) -> None:
    """A repository with SHA-256 ids is read and patched as well."""
    tree = tmp_path / "tree"
    tree.mkdir()
    git(tree, "init", "-q", "--object-format=sha256")
    commit(tree, {"mm/one.c": FILE})
    with applied(tree, series(D_TO_X)) as done:
        assert done.base.commit is not None
        assert len(done.base.commit) == 64
        after = done.patches[0].after
        assert after is not None
        assert after.read("mm/one.c") == AFTER_X


def test_plain_folder(tmp_path: Path) -> None:
    """A folder without git is a tree too, and has no commit."""
    fill(tmp_path / "linux", {"mm/one.c": FILE})

    assert read(tmp_path / "linux", "mm/one.c", tmp_path / "scratch") == FILE
    with open_tree(tmp_path / "linux", tmp_path / "scratch") as opened:
        assert (opened.git_dir, opened.resolve("HEAD")) == (None, None)


def test_tarball_inside_a_repository(tmp_path: Path) -> None:
    """A folder that the repository around it does not know is a tree of its own."""
    home = repository(tmp_path / "home")
    fill(home / "linux-7.2", {"mm/one.c": b"unpacked\n"})

    assert read(home / "linux-7.2", "mm/one.c", tmp_path / "scratch") == b"unpacked\n"


def test_repository_without_commits(tmp_path: Path) -> None:
    """After a mere `git init` the files are all there is, so they are the tree."""
    tree = fill(tmp_path / "tree", {"mm/one.c": FILE})
    git(tree, "init", "-q")

    assert read(tree, "mm/one.c", tmp_path / "scratch") == FILE


@pytest.mark.parametrize(
    ("kind", "words"),
    [("missing", "does not exist"), ("file", "is no folder"), ("empty", "neither"), ("git", "neither")],
)
def test_nothing_to_read(kind: str, words: str, tmp_path: Path) -> None:
    """What is no tree is said in a sentence that names it, with a hint."""
    place = tmp_path / kind
    if kind == "file":
        place.write_text("x")
    elif kind != "missing":
        place.mkdir()
    if kind == "git":
        git(place, "init", "-q")
    with pytest.raises(TreeError, match=words) as caught, open_tree(place, tmp_path):
        pass

    assert str(place) in caught.value.what
    assert "--tree" in caught.value.hint


def make_strange_files(tree: Path) -> None:
    """Links, a folder, a large file and a name that looks like a Windows device."""
    fill(tree, {"mm/one.c": FILE, "i2c/aux.c": b"aux\n", "large": bytes(MAX_FILE + 1), "run.sh": b"#!/bin/sh\n"})
    (tree / "run.sh").chmod(0o755)
    (tree / "link.c").symlink_to("mm/one.c")
    (tree / "out").symlink_to("/etc")
    (tree / "folder").symlink_to("mm")


@pytest.mark.parametrize("with_git", [True, False])
def test_only_regular_files_are_read(tmp_path: Path, *, with_git: bool) -> None:
    """Links, folders, what lies behind a link or outside, and what is too large are no files, in git and on disk."""
    tree = tmp_path / "tree"
    make_strange_files(tree)
    if with_git:
        git(tree, "init", "-q")
        commit(tree, {})
    (tmp_path / "scratch").mkdir()
    with open_tree(tree, tmp_path / "scratch") as opened:
        base = opened.at(opened.resolve("HEAD"))
        strange = ("link.c", "out", "out/passwd", "folder/one.c", "mm", "large", "mm/one.c/x", "nothing", "a\0b")
        outside = ("../tree/mm/one.c", "mm/../mm/one.c", str(tree / "mm/one.c"), "", ".", "mm//one.c")

        assert {path: base.read(path) for path in (*strange, *outside)} == dict.fromkeys((*strange, *outside))
        assert base.read("mm/one.c") == FILE
        assert base.read("i2c/aux.c") == b"aux\n"
        assert base.blob_id("mm/one.c") == git(tmp_path, "hash-object", "--stdin", stdin=FILE)
        assert [base.blob_id(path) for path in ("link.c", "nothing", "mm")] == [None, None, None]
        modes = {path: entry.mode for path in ("run.sh", "link.c", "mm") if (entry := base.entry(path))}
        assert modes == {"run.sh": "100755", "link.c": "120000", "mm": "040000"}


def test_snapshot_is_a_snapshot(tmp_path: Path) -> None:
    """A TreeSnapshot is what the model calls one (mypy checks the assignment)."""
    tree = repository(tmp_path / "tree")
    with open_tree(tree, tmp_path) as opened:
        snapshot: Snapshot = TreeSnapshot("HEAD", opened.at(opened.resolve("HEAD")), opened.scratch)

        assert (snapshot.name, snapshot.read("mm/one.c")) == ("HEAD", FILE)


def test_names_that_look_like_options(tmp_path: Path) -> None:
    """A revision that git could take for an option, or that steers a terminal, is none."""
    tree = repository(tmp_path / "tree")
    head = git(tree, "rev-parse", "HEAD")
    with open_tree(tree, tmp_path) as opened:
        assert [opened.resolve(name) for name in ("HEAD", "master", head, head[:12])] == [head] * 4
        for name in ("--all", "-x", "", "HEAD\n", "a\0b", "no-such", "HEAD:mm", "0" * 40):
            assert opened.resolve(name) is None, name


@pytest.mark.parametrize("kind", ["loose", "packed", "linked", "bare", "plain"])
def test_the_users_files_do_not_change(kind: str, tmp_path: Path) -> None:
    """Mode, size, time and content of every file of the tree and of its .git are the same before and after a run."""
    main = repository(tmp_path / "main")
    git(main, "tag", "v1")
    tree = main
    if kind == "packed":
        git(main, "gc", "-q")
    elif kind == "linked":
        tree = tmp_path / "linked"
        git(main, "worktree", "add", "-q", "--detach", str(tree))
    elif kind == "bare":
        tree = tmp_path / "bare.git"
        git(main, "clone", "-q", "--bare", ".", str(tree))
    elif kind == "plain":
        tree = fill(tmp_path / "plain", {"mm/one.c": FILE})
    before = fingerprint(main), fingerprint(tree)
    second = D_TO_X.replace("-int d;\n+int x;", "-int x;\n+int y;")
    with applied(tree, series(D_TO_X, second, D_TO_X), refs=("v1", "no-such")) as done:
        states = [patch.after is not None for patch in done.patches]
        after = done.patches[1].after
        assert after is not None
        assert after.read("mm/one.c") == FILE.replace(b"int d;", b"int y;")

    assert states == [True, True, False]
    assert (fingerprint(main), fingerprint(tree)) == before


def test_hooks_and_configuration_do_not_run(tmp_path: Path) -> None:
    """Hooks, filters, textconv, fsmonitor and pagers that the user's repository configures are not run."""
    tree = repository(
        tmp_path / "tree", {"mm/one.c": FILE, ".gitattributes": b"*.c filter=evil diff=evil merge=evil\n"}
    )
    mark, evil = tmp_path / "ran", tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    evil.chmod(0o755)
    for key in ("filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv", "diff.evil.command",
                "merge.evil.driver", "core.fsmonitor", "diff.external", "gpg.program", "core.pager"):  # fmt: skip
        git(tree, "config", key, str(evil))
    git(tree, "config", "log.showSignature", "true")
    hooks = fill(tree / ".git" / "hooks", {})
    hooks.mkdir(exist_ok=True)
    for hook in ("pre-applypatch", "post-index-change", "reference-transaction", "post-checkout"):
        (hooks / hook).write_bytes(evil.read_bytes())
        (hooks / hook).chmod(0o755)
    with applied(tree, series(D_TO_X)) as done:
        assert done.applied

    assert not mark.exists()


def test_scratch_is_removed(tmp_path: Path) -> None:
    """Whatever ends the block, Ctrl-C too, the scratch folder is gone afterwards."""
    tree = repository(tmp_path / "tree")
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def work() -> None:
        with open_tree(tree, scratch):
            assert list(scratch.iterdir())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert list(scratch.iterdir()) == []
