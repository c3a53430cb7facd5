# SPDX-License-Identifier: GPL-2.0-or-later
"""Is no more kept of catalogues and headers than the last runs need, for those whom the user lets read it?"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.edges.catalogues import FILES, A, B, make, tables
from tests.edges.gittree import commit, git, repository


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository of FILES."""
    return repository(tmp_path / "tree", FILES)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "deep" / "cache"


def test_at_most_six(tree: Path, cache: Path) -> None:
    """The catalogues used longest ago are deleted, and nothing half made is left."""
    for at in range(8):
        commit(tree, {B: b"#define two(x) ((x) * %d)\n" % at})
        make(tree, cache)
        for age, file in enumerate(sorted(tables(cache), key=lambda file: -file.stat().st_mtime)):
            os.utime(file, (1e9 - age, 1e9 - age))  # the clock may not tell them apart

    assert len(tables(cache)) == 6
    assert make(tree, cache).cost == (0, 0, 0)
    git(tree, "reset", "-q", "--hard", "HEAD~7")
    assert make(tree, cache).cost[0] == 2
    assert {file.name for file in cache.iterdir()} == {"headers.sqlite", *(file.name for file in tables(cache))}


def blobs(cache: Path) -> list[str]:
    """The paths of the headers whose facts are kept."""
    with closing(sqlite3.connect(cache / "headers.sqlite")) as connection:
        return [path for (path,) in connection.execute("SELECT path FROM blob ORDER BY path")]


def test_facts_are_those_of_the_last_catalogues(tree: Path, cache: Path) -> None:
    """The facts of headers that none of the six catalogues made last has are deleted, others stay."""
    for at in range(9):
        commit(tree, {B: b"#define two(x) ((x) * %d)\n" % at})
        make(tree, cache)

    assert blobs(cache) == [A] + [B] * 6
    for file in tables(cache):
        file.unlink()
    git(tree, "reset", "-q", "--hard", "HEAD~5")
    assert make(tree, cache).cost == (2, 0, 10)
    git(tree, "reset", "-q", "--hard", "HEAD~3")
    assert make(tree, cache).cost[1] == 1


def test_facts_of_trees_in_turn(tree: Path, tmp_path: Path, cache: Path) -> None:
    """Trees that are asked in turn do not take each other's facts away."""
    other = repository(tmp_path / "other", {A: b"#define six(x) ((x) * SIX)\n", "mm/0.c": b"six(1)\n"})
    for at in range(8):
        commit(tree, {B: b"#define two(x) ((x) * %d)\n" % at})
        commit(other, {"include/linux/c.h": b"#define six(x) ((x) * %d)\n" % at})

        assert [make(tree, cache).cost[1], make(other, cache).cost[1]] == ([1, 1] if at else [2, 2])


def test_a_catalogue_of_facts_kept_by_an_older_version(tree: Path, cache: Path) -> None:
    """Facts that were kept without being told who uses them are deleted with those of older scanners."""
    make(tree, cache)
    with closing(sqlite3.connect(cache / "headers.sqlite")) as connection:
        connection.execute("DROP TABLE IF EXISTS used")
        connection.execute("INSERT INTO blob VALUES ('x', 'include/old.h', 1, x'00')")
        connection.commit()
    tables(cache)[0].unlink()

    assert make(tree, cache).cost == (2, 0, 10)
    assert blobs(cache) == [A, B]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_who_may_read(tree: Path, cache: Path, mask: int, mode: int) -> None:
    """Catalogues and facts may be read by whom the user lets read files."""
    before = os.umask(mask)
    try:
        make(tree, cache)
    finally:
        os.umask(before)

    assert {file.stat().st_mode & 0o777 for file in cache.iterdir()} == {mode}


def test_leftovers_of_a_killed_run(tree: Path, cache: Path) -> None:
    """What a run left half made is deleted after a day, not before."""
    cache.mkdir(parents=True)
    old, fresh = cache / "making-old.tmp", cache / "making-fresh.tmp"
    for file in (old, fresh):
        file.write_bytes(b"")
    os.utime(old, (0, 0))
    make(tree, cache)

    assert (old.exists(), fresh.exists()) == (False, True)
