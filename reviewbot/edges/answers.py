# SPDX-License-Identifier: GPL-2.0-or-later
"""What did earlier scans say of files that are as they were?  It holds while all that was read for it is the same.

An answer is text, kept by who asks (`run`: an id of the rules, and of the code that runs them), by path, and by the id
of the file.  `Traced` notes what else of the tree was read meanwhile; where some of that has changed, there is none.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from reviewbot.edges.scratch import Entry
from reviewbot.edges.snapshot import Base, Source

_SECONDS = 20.0
_KEPT = 6
_TABLES = """
CREATE TABLE IF NOT EXISTS run(id TEXT PRIMARY KEY, number INTEGER);
CREATE TABLE IF NOT EXISTS batch(number INTEGER PRIMARY KEY, run TEXT, read TEXT);
CREATE TABLE IF NOT EXISTS answer(run TEXT, path TEXT, id TEXT, batch INTEGER, text TEXT, PRIMARY KEY(run, path));
"""
Read = Mapping[str, str]
"""What was read of a tree, each with an id of what was there."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A base that notes what is read of it."""

    base: Base
    _read: dict[str, None] = field(default_factory=dict)

    def read_so_far(self) -> dict[str, str]:
        """All that was read, with ids."""
        return {what: _id(self.base, what) for what in self._read}

    def entry(self, path: str) -> Entry | None:
        """See Base."""
        self._read[f"file {path}"] = None
        return self.base.entry(path)

    def blob_id(self, path: str) -> str | None:
        """See Base."""
        self._read[f"file {path}"] = None
        return self.base.blob_id(path)

    def read(self, path: str) -> bytes | None:
        """See Base."""
        self._read[f"file {path}"] = None
        return self.base.read(path)

    def files(self, folder: str, suffix: str) -> Mapping[str, str]:
        """See Base."""
        self._read[f"list {suffix} {folder}"] = None
        return self.base.files(folder, suffix)

    @property
    def keeps(self) -> bool:
        """See Base."""
        return self.base.keeps

    def source(self) -> Source:
        """See Base; what it reads was listed before."""
        return self.base.source()

    def mark(self, folder: str) -> str:
        """See Base."""
        self._read[f"mark {folder}"] = None
        return self.base.mark(folder)


def _id(base: Base, what: str) -> str:
    kind, _blank, rest = what.partition(" ")
    if kind == "file":
        return base.blob_id(rest) or ""
    if kind == "mark":
        return base.mark(rest)
    suffix, _blank, folder = rest.partition(" ")
    listed = "\0".join(f"{path} {at}" for path, at in sorted(base.files(folder, suffix).items()))
    return hashlib.sha1(listed.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def id_of(words: Iterable[str], files: Iterable[Path]) -> str:
    """An id of words and of the content of files."""
    whole = hashlib.sha1("\0".join(words).encode("utf-8", "surrogateescape"), usedforsecurity=False)
    for file in files:
        whole.update(hashlib.sha1(file.read_bytes(), usedforsecurity=False).digest())
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers in a file, of one run and of the few that were asked last; a file that is damaged is begun anew."""

    file: Path
    run: str

    def known(self, files: Mapping[str, str], base: Base) -> dict[str, str]:
        """The answers that still hold, by path, for files given with their ids."""
        try:
            with closing(self._open()) as kept:
                rows = kept.execute("SELECT path, id, batch, text FROM answer WHERE run = ?", (self.run,)).fetchall()
                rows = [row for row in rows if files.get(row[0]) == row[1]]
                holds = dict(_holding(kept, {row[2] for row in rows}, base))
                return {path: text for path, _id, batch, text in rows if holds.get(batch)}
        except (OSError, sqlite3.OperationalError):
            return {}
        except (sqlite3.DatabaseError, ValueError):
            for broken in (self.file, Path(f"{self.file}-wal"), Path(f"{self.file}-shm")):
                broken.unlink(missing_ok=True)
            return {}

    def keep(self, answers: Iterable[tuple[str, str, str]], read: Read) -> None:
        """Keep the answers (path, id, text) for which all this was read; without a place to, do without."""
        with suppress(OSError, sqlite3.DatabaseError, UnicodeEncodeError), closing(self._open()) as kept, kept:
            others = "SELECT coalesce(max(number), 0) + 1 FROM run WHERE id <> ?"
            (number,) = kept.execute(others, (self.run,)).fetchone()
            kept.execute("INSERT OR REPLACE INTO run VALUES (?, ?)", (self.run, number))
            batch = kept.execute("INSERT INTO batch(run, read) VALUES (?, ?)", (self.run, json.dumps(read))).lastrowid
            rows = ((self.run, path, at, batch, text) for path, at, text in answers)
            kept.executemany("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?)", rows)
            kept.execute("DELETE FROM run WHERE number <= ?", (number - _KEPT,))
            kept.execute("DELETE FROM answer WHERE run NOT IN (SELECT id FROM run)")
            kept.execute("DELETE FROM batch WHERE number NOT IN (SELECT batch FROM answer)")

    def _open(self) -> sqlite3.Connection:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        kept = sqlite3.connect(self.file, timeout=_SECONDS)
        kept.execute("PRAGMA journal_mode = WAL")
        kept.executescript(_TABLES)
        return kept


def _holding(kept: sqlite3.Connection, batches: set[int], base: Base) -> Iterator[tuple[int, bool]]:
    """Whether what was read for each batch is still the same."""
    ids: dict[str, str] = {}
    for number in sorted(batches):
        (text,) = kept.execute("SELECT read FROM batch WHERE number = ?", (number,)).fetchone()
        read = json.loads(text)
        for what in read:
            if what not in ids:
                ids[what] = _id(base, what)
        yield number, all(ids[what] == was for what, was in read.items())
