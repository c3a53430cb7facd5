# SPDX-License-Identifier: GPL-2.0-or-later
"""Where does the catalogue of a tree come from?  From the cache, as far as its headers are known there by their ids.

Facts of headers are kept by the id of their content, so that the next commit costs only its changed headers, and as
long as one of the catalogues made last has the header.  The tables of a tree are one SQLite file, named for the id of
its include/, written aside and renamed, so that concurrent runs never see half of one, and a file that cannot be read
is made anew.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from reviewbot.edges.frequency import Before, count_names, is_text
from reviewbot.edges.snapshot import Base, Source
from reviewbot.edges.workers import batches, spread, workers
from reviewbot.errors import TreeError
from reviewbot.helpers.catalogue import Catalogue
from reviewbot.helpers.deprecated import deprecated_names
from reviewbot.helpers.entry import HeaderFacts
from reviewbot.helpers.memory import Layer, Memory
from reviewbot.helpers.packed import pack, unpack
from reviewbot.helpers.scan import scan
from reviewbot.helpers.store import SCHEMA, Stored, write, write_frequency
from reviewbot.model import Progress
from reviewbot.syntax.facts import SyntaxFacts

FOLDER = "include"
PLACE = "helpers"
"""Where in the user's cache the catalogues are."""
_LEFT_OUT = ("include/dt-bindings/", "include/linux/decompress/")
_BATCH = 100
_TABLES = "?" * 40 + ".sqlite"
_FACTS = "headers.sqlite"
_KEPT = 6
_MAKING = "making-"
_SECONDS_OF_A_DAY = 86400.0
_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Made:
    """A catalogue and what it cost: headers in it, those scanned now, files counted now; all 0 where it was cached."""

    catalogue: Catalogue
    headers: int = 0
    scanned: int = 0
    counted: int = 0


@dataclass(slots=True)
class HeaderCache:
    """The cache below a folder of the user's.  `parallel` is how many processes may scan and count."""

    folder: Path
    parallel: int = field(default_factory=lambda: min(os.cpu_count() or 1, 8))

    def catalogue(self, base: Base, facts: SyntaxFacts, progress: Progress = lambda _step: None) -> Made:
        """The catalogue of a tree: cached, or made now."""
        mark = base.mark(FOLDER)
        hidden = deprecated_names(base.read)
        if not mark:
            return Made(_catalogue(Memory({}), base, facts, hidden))
        file = self.folder / f"{hashlib.sha1(f'{SCHEMA} {mark}'.encode(), usedforsecurity=False).hexdigest()}.sqlite"
        stored = _opened(file)
        if stored is not None:
            with suppress(OSError):  # a cache that others keep for us
                os.utime(file)
            return Made(_catalogue(stored, base, facts, hidden))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return self._make(base, facts, file, hidden, progress)
        except (OSError, sqlite3.DatabaseError):  # no place for a cache: a disk that is full, a folder of others
            return self._uncached(base, facts, hidden, progress)

    def _uncached(self, base: Base, facts: SyntaxFacts, hidden: frozenset[str], progress: Progress) -> Made:
        """The catalogue in memory; how often names are used is not known then."""
        progress("reading the headers of the tree, without a cache")
        texts = base.source().texts(_listed(base).items())
        known = {path: scan(path, text) for path, text in texts}
        return Made(_catalogue(Memory(known), base, facts, hidden), len(known), len(known))

    def _make(self, base: Base, facts: SyntaxFacts, file: Path, hidden: frozenset[str], progress: Progress) -> Made:
        listed = _listed(base)
        with workers(self.parallel) as pool:
            progress(f"reading {len(listed)} headers of the tree, once")
            known, scanned = self._facts(base, listed, pool)
            memory = Memory(known)
            progress("counting how often the tree uses each helper, once")
            counting = count_names(base, memory.countable(), self._before(), pool)
            with _aside(self.folder) as aside:
                with closing(sqlite3.connect(aside)) as connection:
                    write(connection, memory)  # while others count
                    counted = counting()
                    write_frequency(connection, counted.files, counted.sources)
                aside.replace(file)
        self._forget(file)
        stored = _opened(file)
        layer = stored if stored is not None else Memory(known)
        return Made(_catalogue(layer, base, facts, hidden), len(listed), scanned, counted.read)

    def _facts(
        self, base: Base, listed: Mapping[str, str], pool: Executor | None
    ) -> tuple[dict[str, HeaderFacts], int]:
        """The facts of all headers, and how many had to be scanned."""
        known = self._kept(listed)
        missing = [(path, at) for path, at in listed.items() if path not in known]
        fresh: list[tuple[str, str, int, bytes]] = []
        for path, data in spread(pool, partial(scan_packed, base.source()), batches(missing, _BATCH)):
            facts = unpack(data)
            if facts is not None:
                known[path] = facts
                fresh.append((listed[path], path, SCHEMA, data))
        # what another run holds for too long is not waited for: it keeps the same facts
        with suppress(sqlite3.DatabaseError), closing(_blobs(self.folder / _FACTS)) as blobs:
            _keep(blobs, listed, fresh)
        return {path: known[path] for path in listed if path in known}, len(missing)

    def _kept(self, listed: Mapping[str, str]) -> dict[str, HeaderFacts]:
        """The facts of these headers (path to id), as far as they were scanned before; a damaged file is deleted."""
        query = "SELECT facts FROM blob WHERE id = ? AND path = ? AND schema = ?"
        try:
            with closing(_blobs(self.folder / _FACTS)) as blobs:
                rows = ((path, blobs.execute(query, (at, path, SCHEMA)).fetchone()) for path, at in listed.items())
                return {path: facts for path, row in rows if row and (facts := unpack(row[0]))}
        except sqlite3.OperationalError:
            return {}
        except sqlite3.DatabaseError:
            _delete_database(self.folder / _FACTS)
            return {}

    def _before(self) -> Before:
        """What was counted in the tree that was used last; nothing where there is none."""
        files = _by_age(self.folder)
        stored = _opened(files[0]) if files else None
        if stored is None:
            return Before()
        with closing(stored.connection) as connection:
            counts = dict(connection.execute("SELECT name, files FROM frequency"))
            return Before(counts, dict(connection.execute("SELECT path, id FROM source")))

    def _forget(self, kept: Path) -> None:
        """Delete the tables that were used longest ago, and what killed runs left half made."""
        files = _by_age(self.folder)
        for file in files[_KEPT:]:
            if file != kept:
                file.unlink(missing_ok=True)
        for file in self.folder.glob(f"{_MAKING}*"):
            with suppress(FileNotFoundError):
                if time.time() - file.stat().st_mtime > _SECONDS_OF_A_DAY:  # of a run that was killed
                    file.unlink()


def _catalogue(layer: Layer, base: Base, facts: SyntaxFacts, hidden: frozenset[str]) -> Catalogue:
    return Catalogue((layer,), base.read, facts, hidden, listed=lambda folder: base.files(folder, ".c"))


@contextmanager
def sound(folder: Path) -> Iterator[None]:
    """Raise TreeError where the tables in a cache's folder turn out to be damaged while they are read."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise TreeError(
            f"the catalogue of helpers in {folder / PLACE} is damaged: {error}", "delete the folder; it is made anew"
        ) from error


def _by_age(folder: Path) -> list[Path]:
    """The tables in the cache, those used last first; another run may delete some meanwhile."""
    found = []
    for file in folder.glob(_TABLES):
        with suppress(FileNotFoundError):
            found.append((-file.stat().st_mtime, file))
    return [file for _age, file in sorted(found)]


def _listed(base: Base) -> dict[str, str]:
    """The headers of a tree that count, with their ids."""
    found = base.files(FOLDER, ".h").items()
    return {path: at for path, at in found if not path.startswith(_LEFT_OUT) and is_text(path)}


def scan_packed(source: Source, files: list[tuple[str, str]]) -> list[tuple[str, bytes]]:
    """The packed facts of each of these headers; what a worker process does."""
    return [(path, pack(scan(path, text))) for path, text in source.texts(files)]


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A file to make in a folder, for whom the user lets read it; it is gone at the end unless it was renamed."""
    path = folder / f"{_MAKING}{os.urandom(8).hex()}.tmp"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _opened(file: Path) -> Stored | None:
    """The tables in a file, None where there is no file that can be read."""
    if not file.is_file():
        return None
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True, timeout=_SECONDS)
        stored = Stored(connection)
        stored.check()
    except sqlite3.Error:
        return None
    return stored


def _blobs(file: Path) -> sqlite3.Connection:
    """The facts by content; a file that is no database is begun anew, one that another run holds is not touched."""
    try:
        return _blob_table(file)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        _delete_database(file)
        return _blob_table(file)


def _delete_database(file: Path) -> None:
    for broken in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        broken.unlink(missing_ok=True)


def _blob_table(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_SECONDS)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS blob(id TEXT, path TEXT, schema INTEGER, facts BLOB, PRIMARY KEY(id, path)) "
        "WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS used(id TEXT, path TEXT, run INTEGER, PRIMARY KEY(id, path)) WITHOUT ROWID"
    )
    return connection


def _keep(blobs: sqlite3.Connection, listed: Mapping[str, str], fresh: list[tuple[str, str, int, bytes]]) -> None:
    """Add the facts of fresh headers, and delete those that none of the catalogues made last lists."""
    (run,) = blobs.execute("SELECT coalesce(max(run), 0) + 1 FROM used").fetchone()
    used = ((at, path, run) for path, at in listed.items())
    blobs.executemany("INSERT OR REPLACE INTO used VALUES (?, ?, ?)", used)
    blobs.execute("DELETE FROM used WHERE run <= ?", (run - _KEPT,))
    blobs.executemany("INSERT OR REPLACE INTO blob VALUES (?, ?, ?, ?)", fresh)
    blobs.execute(
        "DELETE FROM blob WHERE schema <> ? OR NOT EXISTS "
        "(SELECT 1 FROM used WHERE used.id = blob.id AND used.path = blob.path)",
        (SCHEMA,),
    )
    blobs.commit()
