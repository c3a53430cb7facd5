# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a tree's catalogue made once, made anew only as far as the tree changed, and never trusted when it is broken?"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from reviewbot.edges import headercache
from reviewbot.edges.headercache import sound
from reviewbot.errors import TreeError
from tests.edges.catalogues import FILES, TABLES, A, B, Result, make, tables
from tests.edges.gittree import commit, fill, git, repository


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository of FILES."""
    return repository(tmp_path / "tree", FILES)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "deep" / "cache"


def test_cold_and_warm(tree: Path, cache: Path) -> None:
    """The first run scans all headers and counts all files, the second reads nothing and knows the same."""
    cold, warm = make(tree, cache), make(tree, cache)

    assert (cold.cost, warm.cost) == ((2, 2, 10), (0, 0, 0))
    assert cold.uses == {"one": 10, "two": 1}
    assert (warm.entries, warm.files) == (cold.entries, cold.files)
    assert cold.files == {"one": 10, "two": 1, "FIVE": 9, "SIX": 0}
    assert (len(cold.steps), warm.steps) == (2, ())


def test_the_next_commit(tree: Path, cache: Path) -> None:
    """A commit costs its changed headers and files; the totals are those of the whole tree."""
    make(tree, cache)
    git(tree, "rm", "-q", "mm/0.c")
    commit(
        tree, {B: b"#define two(x) ((x) * FIVE)\n", "mm/1.c": b"int x = two(1);\n", "mm/new.c": b"int y = two(2);\n"}
    )
    after = make(tree, cache)

    assert after.cost == (2, 1, 3)
    assert after.uses == {"one": 8, "two": 3}
    assert after.files["FIVE"] == 7
    assert make(tree, cache.parent / "other").uses == after.uses


def test_a_commit_that_leaves_the_headers(tree: Path, cache: Path) -> None:
    """As long as the headers are the same, so is the catalogue."""
    first = make(tree, cache)
    commit(tree, {"mm/1.c": b"int x;\n"})

    assert make(tree, cache).cost == (0, 0, 0)
    assert make(tree, cache).entries == first.entries


def test_a_commit_that_changes_most(tree: Path, cache: Path) -> None:
    """Where most files changed, all are counted again, and rightly."""
    make(tree, cache)
    commit(tree, {f"mm/{at}.c": b"int x = two(1);\n" for at in range(9)} | {A: FILES[A] + b"\n"})

    assert make(tree, cache).cost == (2, 1, 10)
    assert make(tree, cache).uses == {"one": 1, "two": 10}


def test_back_and_forth(tree: Path, cache: Path) -> None:
    """A tree that was seen before is still known after others."""
    first = make(tree, cache)
    commit(tree, {B: b"#define five(x) ((x) * FIVE)\n"})
    make(tree, cache)
    git(tree, "reset", "-q", "--hard", "HEAD^")

    assert make(tree, cache).cost == (0, 0, 0)
    assert make(tree, cache).uses == first.uses


def test_another_repository(tree: Path, cache: Path, tmp_path: Path) -> None:
    """What was counted in one repository is not taken for the count of another that lacks its files."""
    make(tree, cache)
    other = repository(tmp_path / "other", FILES | {B: b"#define two(x) ((x) + 2)\n", "mm/0.c": b"two(1)\n"})

    assert make(other, cache).uses == {"one": 9, "two": 2}


def test_plain_folder(tmp_path: Path, cache: Path) -> None:
    """A folder without git has its catalogue too, made anew when a header changes, with all files counted again."""
    tree = fill(tmp_path / "plain", FILES)
    assert (make(tree, cache).cost, make(tree, cache).cost) == ((2, 2, 10), (0, 0, 0))
    fill(tree, {A: b"static inline int six(int a)\n{\n\treturn a + SIX;\n}\n", "mm/0.c": b"six(1)\n"})
    after = make(tree, cache)

    assert after.cost == (2, 1, 10)
    assert after.uses == {"six": 1, "two": 1}
    time.sleep(0.01)
    fill(tree, {A: b"static inline int sex(int a)\n{\n\treturn a + SIX;\n}\n"})
    assert set(make(tree, cache).uses) == {"sex", "two"}


def test_git_and_plain_folder_know_the_same(tree: Path, tmp_path: Path, cache: Path) -> None:
    """The same files give the same catalogue with and without git."""
    plain = fill(tmp_path / "plain", FILES)

    assert make(plain, cache).entries == make(tree, cache.parent / "other").entries


@pytest.mark.parametrize("with_git", [True, False])
def test_no_headers(tmp_path: Path, cache: Path, *, with_git: bool) -> None:
    """A tree without include/ has an empty catalogue, and nothing is kept of it."""
    files = {"mm/one.c": b"int x;\n"}
    tree = repository(tmp_path / "tree", files) if with_git else fill(tmp_path / "tree", files)
    found = make(tree, cache)

    assert (found.cost, found.entries, cache.exists()) == ((0, 0, 0), (), False)


@pytest.mark.parametrize("data", [b"", b"garbage" * 1000, None], ids=["empty", "garbage", "cut"])
def test_broken_catalogue(tree: Path, cache: Path, data: bytes | None) -> None:
    """A catalogue that cannot be read is made anew from what is known of the headers."""
    first = make(tree, cache)
    (file,) = tables(cache)
    file.write_bytes(file.read_bytes()[:4096] if data is None else data)
    again = make(tree, cache)

    assert (again.cost, again.entries) == ((2, 0, 10), first.entries)
    assert make(tree, cache).cost == (0, 0, 0)


@pytest.mark.parametrize("data", [b"", b"garbage" * 1000])
def test_broken_facts(tree: Path, cache: Path, data: bytes) -> None:
    """Facts of headers that cannot be read are made anew."""
    first = make(tree, cache)
    (cache / "headers.sqlite").write_bytes(data)
    tables(cache)[0].unlink()
    again = make(tree, cache)

    assert (again.cost, again.entries) == ((2, 2, 10), first.entries)
    assert [make(tree, cache).cost, len(tables(cache))] == [(0, 0, 0), 1]


def test_broken_facts_of_one_header(tree: Path, cache: Path) -> None:
    """Of facts that are partly broken only those headers are scanned again."""
    first = make(tree, cache)
    with closing(sqlite3.connect(cache / "headers.sqlite")) as blobs:
        blobs.execute("UPDATE blob SET facts = x'00' WHERE path = ?", (A,))
        blobs.commit()
    tables(cache)[0].unlink()

    assert make(tree, cache) == Result((2, 1, 10), first.entries, first.steps, first.files, first.hidden)


def test_hidden_names(tmp_path: Path, cache: Path) -> None:
    """What checkpatch.pl lists is hidden, from the cache too, and what it lists now counts."""
    script = "scripts/checkpatch.pl"
    tree = repository(tmp_path / "tree", FILES | {script: b'our %deprecated_apis = (\n\t"one"\t=> "1",\n);\n'})
    assert [make(tree, cache).hidden for _ in range(2)] == [{"one"}] * 2
    commit(tree, {script: b'our %deprecated_apis = (\n\t"two"\t=> "2",\n);\n'})

    assert make(tree, cache).hidden == {"two"}
    assert make(tree, cache).cost == (0, 0, 0)


def test_two_at_once(tree: Path, cache: Path) -> None:
    """Runs that make the same catalogue at the same time do each other no harm."""
    done: list[Result] = []
    runs = [threading.Thread(target=lambda: done.append(make(tree, cache))) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert [one.uses for one in done] == [{"one": 10, "two": 1}] * 3
    assert len(tables(cache)) == 1
    assert make(tree, cache).entries == done[0].entries


def test_two_processes(tree: Path, cache: Path) -> None:
    """A pool of processes makes what one process makes."""
    assert make(tree, cache, 2) == make(tree, cache.parent / "other", 1)


def test_a_slow_run_keeps_its_facts(tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that writes for long is not robbed of its file by one that waits for it."""
    make(tree, cache)
    tables(cache)[0].unlink()
    monkeypatch.setattr(headercache, "_SECONDS", 0.1)
    before = (cache / "headers.sqlite").stat().st_ino
    with closing(sqlite3.connect(cache / "headers.sqlite")) as slow:
        slow.execute("DELETE FROM blob WHERE path = ''")  # what a run does before it scans
        assert make(tree, cache).uses == {"one": 10, "two": 1}

    assert (cache / "headers.sqlite").stat().st_ino == before


@pytest.mark.parametrize("files", [{A: b"#define FIVE 5\n"}, {"include/Kbuild": b"# nothing\n"}])
def test_headers_without_helpers(tmp_path: Path, cache: Path, files: dict[str, bytes]) -> None:
    """A tree whose headers declare no helper, or that has none, is kept like any other."""
    tree = repository(tmp_path / "tree", files)

    assert make(tree, cache).entries == ()
    assert make(tree, cache).cost == (0, 0, 0)
    assert len(tables(cache)) == 1


def test_no_place_for_a_cache(tree: Path, tmp_path: Path) -> None:
    """Where nothing can be kept, the headers are read all the same, and nothing is counted."""
    (tmp_path / "file").write_text("no folder")
    found = make(tree, tmp_path / "file")

    assert found.cost == (2, 2, 0)
    assert found.uses == {"one": -1, "two": -1}


@pytest.mark.parametrize("name", [b"include/\xff.h", b"mm/\xff.c"])
def test_names_that_are_no_text(tmp_path: Path, cache: Path, name: bytes) -> None:
    """A file whose name is no UTF-8 does not keep the rest from being known."""
    tree = repository(tmp_path / "tree", FILES | {os.fsdecode(name): b"#define six(x) ((x) * SIX)\n"})

    assert {"one", "two"} <= set(make(tree, cache).uses)


def test_a_catalogue_that_goes_away(tree: Path, cache: Path) -> None:
    """A file that another run deletes while this one looks for the youngest is passed over."""
    cache.mkdir(parents=True)
    (cache / TABLES.replace("?", "a")).symlink_to("nowhere")  # listed, and gone when it is asked for its age

    assert make(tree, cache).uses == {"one": 10, "two": 1}


def test_a_catalogue_without_a_table(tree: Path, cache: Path) -> None:
    """A catalogue that lacks what the next question needs is broken."""
    first = make(tree, cache)
    with closing(sqlite3.connect(tables(cache)[0])) as connection:
        connection.execute("DROP TABLE entry")
        connection.commit()

    assert make(tree, cache).entries == first.entries


def test_a_cache_of_others(tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables that may be read and not touched are used."""
    first = make(tree, cache)

    def refuse(_path: Path) -> None:
        raise PermissionError

    monkeypatch.setattr("reviewbot.edges.headercache.os.utime", refuse)
    second = make(tree, cache)

    assert (second.cost, second.entries) == ((0, 0, 0), first.entries)


def test_damaged_pages_of_facts(tree: Path, cache: Path) -> None:
    """Facts whose pages are damaged behind a good head are begun anew."""
    first = make(tree, cache)
    (facts,) = cache.glob("headers.sqlite")
    data = facts.read_bytes()
    facts.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))
    for file in tables(cache):
        file.unlink()
    second = make(tree, cache)

    assert second.entries == first.entries
    assert make(tree, cache).cost == (0, 0, 0)


def test_damaged_pages_of_a_catalogue(tree: Path, cache: Path) -> None:
    """A catalogue that is damaged behind a good head is one clear sentence, not a traceback."""
    make(tree, cache / "helpers")
    (file,) = tables(cache / "helpers")
    good = file.read_bytes()
    file.write_bytes(good[:4096] + b"\xff" * (len(good) - 4096))
    with pytest.raises(TreeError, match="is damaged"), sound(cache), closing(sqlite3.connect(file)) as connection:
        connection.execute("SELECT * FROM entry").fetchall()


def test_a_relative_folder(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache whose path is relative is one like others."""
    monkeypatch.chdir(tmp_path)

    assert make(tree, Path("near")).cost == (2, 2, 10)
    assert make(tree, Path("near")).cost == (0, 0, 0)
