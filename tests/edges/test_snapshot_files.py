# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the files of a tree listed, marked and read in number as they are one by one?"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reviewbot.edges.frequency import Before, Counted, count_names, names_in
from reviewbot.edges.kernel import open_tree
from reviewbot.edges.snapshot import Base
from reviewbot.edges.workers import batches, spread, workers
from tests.edges.gittree import added, applied, commit, fill, repository, series

FILES = {
    "include/linux/a.h": b"int a;\n",
    "include/b.h": b"int b;\n",
    "include/b.hpp": b"int c;\n",
    "includes/d.h": b"int d;\n",
    "mm/one.c": b"a b_c a\n",
}


@contextmanager
def opened(tree: Path) -> Iterator[Base]:
    """The state of a tree."""
    (tree.parent / "scratch").mkdir(exist_ok=True)
    with open_tree(tree, tree.parent / "scratch") as made:
        yield made.at(made.resolve("HEAD"))


@pytest.fixture(params=["git", "plain"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """FILES and a link, in a repository and in a plain folder."""
    made = fill(tmp_path / "tree", FILES)
    (made / "include/link.h").symlink_to("b.h")
    if request.param == "plain":
        return made
    made = repository(tmp_path / "git", FILES)
    (made / "include/link.h").symlink_to("b.h")
    commit(made, {})
    return made


def test_files(tree: Path) -> None:
    """Regular files below a folder are listed by how their names end; a link is none, nor is a folder like it."""
    with opened(tree) as base:
        assert sorted(base.files("include", ".h")) == ["include/b.h", "include/linux/a.h"]
        assert sorted(base.files("", ".h")) == ["include/b.h", "include/linux/a.h", "includes/d.h"]
        assert list(base.files("", ".c")) == ["mm/one.c"]
        assert dict(base.files("none", ".h")) == {}
        assert all(base.files("", "").values())


def test_source(tree: Path) -> None:
    """What was listed is read with the same contents, by a source that another process can have."""
    with opened(tree) as base:
        source = pickle.loads(pickle.dumps(base.source()))  # noqa: S301  # our own
        listed = sorted(base.files("", ".h").items())

        assert dict(source.texts(listed)) == {path: data for path, data in FILES.items() if path.endswith(".h")}
        assert list(source.texts([("gone.h", "0" * 40)])) == []
        assert list(source.texts([])) == []


def test_mark(tree: Path) -> None:
    """The mark of a folder is the same as long as it is, and "" where there is none."""
    with opened(tree) as base:
        before = base.mark("include")
        assert [base.mark("include"), base.mark("none"), base.mark("mm/one.c")] == [before, "", ""]
        keeps = base.keeps
    fill(tree, {"mm/one.c": b"other\n"})
    if keeps:
        commit(tree, {})
    with opened(tree) as base:
        assert base.mark("include") == before
    fill(tree, {"include/linux/a.h": b"int other;\n"})
    if keeps:
        commit(tree, {})
    with opened(tree) as base:
        assert base.mark("include") not in (before, "")


def test_earlier_states(tmp_path: Path) -> None:
    """A repository keeps what was there before, a folder does not."""
    tree = repository(tmp_path / "tree", FILES)
    with opened(tree) as base:
        old = list(base.files("mm", ".c").items())
    commit(tree, {"mm/one.c": b"new\n"})
    with opened(tree) as base:
        assert base.keeps
        assert list(base.source().texts(old)) == [("mm/one.c", FILES["mm/one.c"])]
    with opened(fill(tmp_path / "plain", FILES)) as base:
        assert not base.keeps


def test_headers_of_a_series(tree: Path) -> None:
    """A snapshot lists the headers of its tree, with what the series adds, changes and deletes."""
    gone = "diff --git a/include/b.h b/include/b.h\ndeleted file mode 100644\n--- a/include/b.h\n+++ /dev/null\n"
    gone += "@@ -1 +0,0 @@\n-int b;\n"
    changed = "--- a/include/linux/a.h\n+++ b/include/linux/a.h\n@@ -1 +1 @@\n-int a;\n+int x;\n"
    with applied(tree, series(added("include/new.h", "int n;"), added("x/new.h", "int n;"), changed, gone)) as done:
        states = [patch.after.headers("include") for patch in done.patches if patch.after is not None]
        assert [sorted(state) for state in states] == [
            ["include/b.h", "include/linux/a.h", "include/new.h"],
            ["include/b.h", "include/linux/a.h", "include/new.h"],
            ["include/b.h", "include/linux/a.h", "include/new.h"],
            ["include/linux/a.h", "include/new.h"],
        ]
        assert states[1]["include/linux/a.h"] != states[2]["include/linux/a.h"]
        assert states[1]["include/b.h"] == states[2]["include/b.h"]
        assert sorted(done.snapshot.headers("x")) == []


def test_a_linked_include_folder(tmp_path: Path) -> None:
    """A folder that is a link is not followed out of a plain tree."""
    tree = fill(tmp_path / "tree", {"mm/one.c": b"a\n"})
    (tree / "include").symlink_to(fill(tmp_path / "outside", {"a.h": b"int a;\n"}))
    with opened(tree) as base:
        assert dict(base.files("include", ".h")) == {}


def test_counting(tree: Path) -> None:
    """A file counts once for each name that stands in it as a word."""
    with opened(tree) as base:
        counted = count_names(base, frozenset(("a", "b", "b_c", "none")), Before(), None)()

        assert (counted.files, counted.read) == ({"a": 1, "b_c": 1, "b": 0, "none": 0}, 1)
        assert names_in(base.source(), frozenset((b"b",)), list(base.files("mm", ".c").items())) == []


def test_counting_from_before(tmp_path: Path) -> None:
    """What is gone from a file is taken off, what came is added, and no count is less than none."""
    many = {f"mm/{at}.c": b"a b\n" for at in range(10)}
    tree, names = repository(tmp_path / "tree", many), frozenset(("a", "b", "c"))
    with opened(tree) as base:
        first = count_names(base, names, Before(), None)()
    commit(tree, {"mm/0.c": b"b c\n", "mm/1.c": b"", "mm/new.c": b"a c\n"})
    with opened(tree) as base:
        second = count_names(base, names, Before(first.files, first.sources), None)()
        lost = count_names(base, names, Before({}, first.sources), None)()

    assert (first.files, first.read) == ({"a": 10, "b": 10, "c": 0}, 10)
    assert (second.files, second.read) == ({"a": 9, "b": 9, "c": 2}, 3)
    assert lost.files == {"a": 0, "b": 0, "c": 2}
    assert second == Counted(second.files, second.sources, 3)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_batches(size: int) -> None:
    """Batches hold all items in order, so many each but the last."""
    made = list(batches(range(7), size))

    assert [item for batch in made for item in batch] == list(range(7))
    assert {len(batch) for batch in made[:-1]} <= {size}


def test_work_without_a_pool() -> None:
    """Fewer than two processes are none, and the answers are in order."""
    with workers(1) as pool:
        assert pool is None
        assert list(spread(pool, lambda task: range(task), [2, 0, 3])) == [0, 1, 0, 1, 2]
