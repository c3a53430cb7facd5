# SPDX-License-Identifier: GPL-2.0-or-later
"""Does an answer hold exactly as long as its file, what was read for it, and who asks are the same?"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewbot.edges.answers import Answers, Traced, id_of
from reviewbot.edges.kernel import opened
from reviewbot.edges.snapshot import Base
from tests.edges.gittree import commit, fill, repository

_FILES = {"mm/a.c": b"int a;\n", "mm/own.h": b"int own;\n", "include/linux/b.h": b"int b;\n", "README": b"words\n"}


@pytest.fixture(params=["folder", "git"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A plain folder, or a repository."""
    make = fill if request.param == "folder" else repository
    return make(tmp_path / "tree", _FILES)


def _change(tree: Path, files: dict[str, bytes]) -> None:
    if (tree / ".git").is_dir():
        commit(tree, files)
    else:
        fill(tree, files)


def _ask(tree: Path, ask: Callable[[Base], None]) -> None:
    with opened(tree) as open_tree:
        ask(open_tree.named("HEAD" if open_tree.git_dir else None))


def _keep(tree: Path, cache: Path, run: str = "run", path: str = "mm/a.c") -> None:
    """Keep an answer for which a header, a list of files, a folder, and what is not there were looked at."""

    def ask(base: Base) -> None:
        traced = Traced(base)
        traced.read("mm/own.h")
        traced.read("mm/none.h")
        traced.entry("mm/entry.h")
        traced.blob_id("mm/blob.h")
        traced.files("mm", ".c")
        traced.mark("include")
        Answers(cache, run).keep([(path, base.files("mm", ".c")[path], "said")], traced.read_so_far())

    _ask(tree, ask)


def _known(tree: Path, cache: Path, run: str = "run") -> dict[str, str]:
    found: dict[str, str] = {}
    _ask(tree, lambda base: found.update(Answers(cache, run).known(base.files("mm", ".c"), base)))
    return found


def test_nothing_has_changed(tree: Path, tmp_path: Path) -> None:
    """The answer holds, whatever happens to files that nobody looked at."""
    _keep(tree, tmp_path / "kept")
    _change(tree, {"README": b"other words\n", "drivers/c.c": b"int c;\n", "mm/other.h": b"int x;\n"})

    assert _known(tree, tmp_path / "kept") == {"mm/a.c": "said"}


@pytest.mark.parametrize(
    "path", ["mm/a.c", "mm/own.h", "mm/none.h", "mm/entry.h", "mm/blob.h", "mm/new.c", "include/linux/b.h"]
)
def test_something_has_changed(tree: Path, tmp_path: Path, path: str) -> None:
    """The file itself, what was read, what was not there, a list and a folder: each ends the answer."""
    _keep(tree, tmp_path / "kept")
    _change(tree, {path: b"int changed;\n"})

    assert _known(tree, tmp_path / "kept") == {}


def test_others_ask(tree: Path, tmp_path: Path) -> None:
    """Answers to others are none; those of the runs that asked last are kept."""
    for number in range(9):
        _keep(tree, tmp_path / "kept", f"run {number}")

    known = [number for number in range(9) if _known(tree, tmp_path / "kept", f"run {number}")]
    assert known == [3, 4, 5, 6, 7, 8]


def test_id() -> None:
    """Words and files make the id, and the words are told apart."""
    assert id_of(("a", "b"), ()) == id_of(("a", "b"), ())
    assert id_of(("a", "b"), ()) != id_of(("ab",), ())
    assert id_of(("a",), (Path(__file__),)) != id_of(("a",), ())


def test_no_place(tree: Path, tmp_path: Path) -> None:
    """Without a place to keep answers there are none, and nothing fails."""
    (tmp_path / "file").write_text("")
    _keep(tree, tmp_path / "file" / "kept")

    assert _known(tree, tmp_path / "file" / "kept") == {}


def test_damaged(tree: Path, tmp_path: Path) -> None:
    """A damaged file is begun anew."""
    kept = tmp_path / "kept"
    kept.write_bytes(os.urandom(5000))

    assert _known(tree, kept) == {}
    _keep(tree, kept)
    assert _known(tree, kept) == {"mm/a.c": "said"}
