# SPDX-License-Identifier: GPL-2.0-or-later
"""How is the ledger's file opened?  SQLite, brought up to date step by step; what cannot be read is left as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from reviewbot.errors import LedgerError

NAME = "ledger.sqlite"
BUSY_SECONDS = 2.0
"""How long another process is waited for."""
_SMALLEST = 512
"""The smallest page that SQLite has, in bytes."""
_LEFT = "it is left as it is; mend it, or move it away to begin a new one"
_CHECK = "check its permissions and the disk"
STEPS = (
    (
        """CREATE TABLE shown(fingerprint TEXT NOT NULL, place TEXT NOT NULL, rule TEXT NOT NULL, series TEXT NOT NULL,
                              revision INTEGER NOT NULL, patch TEXT NOT NULL, message TEXT NOT NULL,
                              repeats TEXT NOT NULL, drafted INTEGER NOT NULL, at TEXT NOT NULL,
                              PRIMARY KEY(fingerprint, place, series))""",
        """CREATE TABLE judged(id INTEGER PRIMARY KEY, what TEXT NOT NULL, rule TEXT NOT NULL,
                               fingerprint TEXT NOT NULL, series TEXT NOT NULL, revision INTEGER NOT NULL,
                               why TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL)""",
        """CREATE TABLE judged_place(fingerprint TEXT NOT NULL, place TEXT NOT NULL, judged INTEGER NOT NULL,
                                     PRIMARY KEY(fingerprint, place))""",
        "CREATE INDEX judged_place_judged ON judged_place(judged)",
        "CREATE TABLE unmuted(rule TEXT PRIMARY KEY, who TEXT NOT NULL, at TEXT NOT NULL)",
    ),
    (
        """CREATE TABLE draft(id TEXT PRIMARY KEY, path TEXT NOT NULL, series TEXT NOT NULL, revision INTEGER NOT NULL,
                              patch TEXT NOT NULL, subject TEXT NOT NULL, findings TEXT NOT NULL)""",
    ),
)
"""What makes a ledger of version N (SQLite's user_version) one of N + 1; a step that was released is never changed."""


def is_there(path: Path) -> bool:
    """True if there is a ledger at `path`; LedgerError where its folder cannot be looked into."""
    with _told(path):
        return path.exists()


@contextmanager
def opened(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """A connection to the ledger at `path`, in autocommit mode; LedgerError for all that goes wrong while it is open.

    The file and its folder are made if `create` says so.
    """
    with _told(path):
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_fragment(path)
        uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            _bring_up_to_date(connection, path)
            yield connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that writes: all of it or nothing.  A file that is damaged anywhere is not written to."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("a page of it is malformed")
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _refuse_fragment(path: Path) -> None:
    """Raise sqlite3.DatabaseError for a file that is shorter than any ledger: SQLite would write over it."""
    if path.exists() and 0 < path.stat().st_size < _SMALLEST:
        raise sqlite3.DatabaseError("it is too short")


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    if version > len(STEPS):
        raise LedgerError(
            f"the ledger {path} was written by a newer reviewbot (format {version}, this one knows {len(STEPS)})",
            "use the newer one; the file is left as it is",
        )
    if version < len(STEPS):
        with writing(connection):
            version = _version(connection)  # another process may have been faster
            if version == 0 and connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
                raise LedgerError(
                    f"{path} is another program's file, not a ledger", "it is left as it is; move it away"
                )
            for step in STEPS[version:]:
                for statement in step:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(STEPS)}")
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        with suppress(sqlite3.OperationalError):  # busy: the next one to open it will do it
            connection.execute("PRAGMA journal_mode = WAL")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What sqlite3 and the system say, as one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise LedgerError(f"the ledger {path} is locked by another process", "try again when it is done") from error
        if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or type(error) is sqlite3.DatabaseError:
            raise LedgerError(f"the ledger {path} is damaged ({error})", _LEFT) from error
        raise LedgerError(f"the ledger {path} cannot be used ({error})", _CHECK) from error
    except ValueError as error:
        raise LedgerError(f"the ledger {path} is damaged ({error})", _LEFT) from error
    except OSError as error:
        words = error.strerror or str(error)
        raise LedgerError(f"the ledger {path} cannot be used ({words})", _CHECK) from error
