# SPDX-License-Identifier: GPL-2.0-or-later
"""Where are a tree's helpers kept, so that a question costs no more than its answer?  In SQLite, by name and anchor.

`write` writes the tables of a layer; `Stored` reads them.  Nothing here knows of trees, caches or files.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reviewbot.helpers.entry import Constant, Entry, Kind
from reviewbot.helpers.memory import BITMAP_TYPE, Classes, Filed, Memory, by_call

SCHEMA = 6
"""Raised whenever what the tables or the scanner hold changes, so that older caches are made anew."""
_TABLES = """
CREATE TABLE entry(id INTEGER PRIMARY KEY, name TEXT, kind TEXT, path TEXT, line INTEGER, result TEXT, parameters TEXT,
                   body TEXT, guards TEXT, summary TEXT, deprecated INTEGER, uses INTEGER, filed TEXT, anchors TEXT);
CREATE TABLE anchor(token TEXT, entry INTEGER);
CREATE TABLE constant(name TEXT, path TEXT, body TEXT, guarded INTEGER);
CREATE TABLE struct(tag TEXT, path TEXT, offset INTEGER);
CREATE TABLE typedef(name TEXT, text TEXT);
CREATE TABLE include(path TEXT, name TEXT);
CREATE TABLE frequency(name TEXT PRIMARY KEY, files INTEGER) WITHOUT ROWID;
CREATE TABLE source(path TEXT PRIMARY KEY, id TEXT) WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT);
"""
_INDEXES = """
CREATE INDEX entry_name ON entry(name);
CREATE INDEX entry_filed ON entry(filed) WHERE filed IS NOT NULL;
CREATE INDEX entry_class ON entry(id) WHERE kind = 'class';
CREATE INDEX anchor_token ON anchor(token);
CREATE INDEX constant_name ON constant(name);
CREATE INDEX struct_tag ON struct(tag);
CREATE INDEX typedef_name ON typedef(name);
CREATE INDEX include_path ON include(path);
"""
_WIDTH = 14
_COLUMNS = "name, kind, path, line, result, parameters, body, guards, summary, deprecated, uses"
Row = tuple[object, ...]


def write(connection: sqlite3.Connection, memory: Memory) -> None:
    """Write the tables of a layer."""
    connection.executescript(_TABLES)
    rows, filed = list[Row](), list[tuple[str, int]]()
    for number, (entry, one) in enumerate(zip(memory.entries, memory.filings, strict=True), 1):
        names = one.anchors if one is not None else ()
        rows.append((number, *_row(entry), one.under if one is not None else None, json.dumps(sorted(names))))
        filed += [(token, number) for token in names]
    marks = ",".join("?" * _WIDTH)
    connection.executemany(f"INSERT INTO entry VALUES ({marks})", rows)  # noqa: S608  # marks alone
    connection.executemany("INSERT INTO anchor VALUES (?, ?)", filed)
    _write_facts(connection, memory)
    connection.execute("INSERT INTO meta VALUES ('weak', ?)", (" ".join(sorted(memory.weak())),))
    connection.executescript(_INDEXES)
    connection.commit()


def write_frequency(connection: sqlite3.Connection, files: Mapping[str, int], sources: Mapping[str, str]) -> None:
    """Write in how many files of the tree each name stands, and which files that were (path to id)."""
    connection.executemany("INSERT INTO source VALUES (?, ?)", sources.items())
    connection.executemany("INSERT OR REPLACE INTO frequency VALUES (?, ?)", files.items())
    counted = "SELECT files FROM frequency f WHERE f.name = entry.name"
    connection.execute(f"UPDATE entry SET uses = coalesce(({counted}), -1)")  # noqa: S608  # the line above
    connection.commit()


def _row(entry: Entry) -> Row:
    return (
        *(entry.name, entry.kind.value, entry.path, entry.line, entry.result),
        *(json.dumps(entry.parameters), entry.body, json.dumps(entry.guards), entry.summary),
        *(int(entry.deprecated), entry.uses),
    )


def _write_facts(connection: sqlite3.Connection, memory: Memory) -> None:
    known = memory.headers.items()
    connection.executemany(
        "INSERT INTO constant VALUES (?, ?, ?, ?)",
        ((c.name, c.path, c.body, int(c.guarded)) for _path, facts in known for c in facts.constants),
    )
    connection.executemany(
        "INSERT INTO struct VALUES (?, ?, ?)",
        ((tag, path, offset) for path, facts in known for tag, offset in facts.structs),
    )
    connection.executemany("INSERT INTO typedef VALUES (?, ?)", (t for _path, facts in known for t in facts.typedefs))
    connection.executemany(
        "INSERT INTO include VALUES (?, ?)", ((path, name) for path, facts in known for name in facts.includes)
    )


@dataclass(slots=True)
class Stored:
    """A Layer in tables; what was asked once is kept."""

    connection: sqlite3.Connection
    _named: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    _classes: Classes | None = None
    _constants: dict[str, tuple[Constant, ...]] = field(default_factory=dict)
    _filed: dict[str, tuple[Filed, ...]] = field(default_factory=dict)
    _includes: dict[str, tuple[str, ...]] | None = None
    _tokens: frozenset[str] | None = None
    _names: frozenset[str] | None = None

    def check(self) -> None:
        """Raise sqlite3.Error where a table is missing or cannot be read."""
        for table in ("entry", "anchor", "constant", "struct", "typedef", "include", "meta", "frequency", "source"):
            self.connection.execute(f"SELECT * FROM {table} LIMIT 1").fetchone()  # noqa: S608  # from the tuple above

    def preload(self) -> None:
        """See Layer."""
        if self._names is None:
            rows = self.connection.execute("SELECT name FROM entry UNION SELECT name FROM constant")
            self._names = frozenset(name for (name,) in rows)

    def names(self) -> frozenset[str]:
        """See Layer."""
        self.preload()
        return self._names or frozenset()

    def named(self, name: str) -> tuple[Entry, ...]:
        """See Layer."""
        if self._names is not None and name not in self._names:
            return ()
        if name not in self._named:
            rows = self.connection.execute(f"SELECT {_COLUMNS} FROM entry WHERE name = ?", (name,))  # noqa: S608
            self._named[name] = tuple(_entry(row) for row in rows)
        return self._named[name]

    def classes(self, function: str) -> tuple[Entry, ...]:
        """See Layer."""
        if self._classes is None:
            rows = self.connection.execute(f"SELECT {_COLUMNS} FROM entry WHERE kind = 'class' ORDER BY id")  # noqa: S608
            self._classes = by_call(_entry(row) for row in rows)
        return self._classes.get(function, ())

    def constants(self, name: str) -> tuple[Constant, ...]:
        """See Layer."""
        if self._names is not None and name not in self._names:
            return ()
        if name not in self._constants:
            rows = self.connection.execute("SELECT name, path, body, guarded FROM constant WHERE name = ?", (name,))
            self._constants[name] = tuple(Constant(n, path, body, bool(guarded)) for n, path, body, guarded in rows)
        return self._constants[name]

    def tokens(self) -> frozenset[str]:
        """See Layer."""
        if self._tokens is None:
            rows = self.connection.execute("SELECT DISTINCT filed FROM entry WHERE filed IS NOT NULL")
            self._tokens = frozenset(token for (token,) in rows)
        return self._tokens

    def filed(self, token: str) -> tuple[Filed, ...]:
        """See Layer."""
        if token not in self._filed:
            query = f"SELECT {_COLUMNS}, anchors, filed FROM entry WHERE filed = ?"  # noqa: S608  # columns alone
            self._filed[token] = tuple(_filed(row) for row in self.connection.execute(query, (token,)))
        return self._filed[token]

    def holding(self, tokens: Sequence[str], bound: int) -> Iterator[Filed]:
        """See Layer."""
        wanted = sorted(tokens)
        marks = ",".join("?" * len(wanted))
        query = (
            f"SELECT {_COLUMNS}, anchors, filed FROM "  # noqa: S608  # columns and marks alone
            f"(SELECT entry, count(*) AS many FROM anchor WHERE token IN ({marks}) "
            "GROUP BY entry ORDER BY many DESC, entry LIMIT ?) JOIN entry ON id = entry"
        )
        yield from (_filed(row) for row in self.connection.execute(query, (*wanted, bound)))

    def structs(self, tag: str) -> tuple[tuple[str, int], ...]:
        """See Layer."""
        return tuple(self.connection.execute("SELECT path, offset FROM struct WHERE tag = ? ORDER BY path", (tag,)))

    def typedef(self, name: str) -> str | None:
        """See Layer."""
        row = self.connection.execute("SELECT text FROM typedef WHERE name = ? LIMIT 1", (name,)).fetchone()
        return row[0] if row else None

    def weak(self) -> frozenset[str]:
        """See Layer."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = 'weak'").fetchone()
        return frozenset(row[0].split() if row else ())

    def bitmap_types(self) -> tuple[str, ...]:
        """The typedefs of structures around a bitmap."""
        rows = self.connection.execute("SELECT DISTINCT name, text FROM typedef WHERE text LIKE '%DECLARE_BITMAP%'")
        return tuple(name for name, text in rows if BITMAP_TYPE.search(text))

    def includes(self) -> Mapping[str, tuple[str, ...]]:
        """See Layer."""
        if self._includes is None:
            out: dict[str, list[str]] = {}
            for path, name in self.connection.execute("SELECT path, name FROM include"):
                out.setdefault(path, []).append(name)
            self._includes = {path: tuple(names) for path, names in out.items()}
        return self._includes

    def frequency(self, name: str) -> int:
        """See Layer."""
        row = self.connection.execute("SELECT files FROM frequency WHERE name = ?", (name,)).fetchone()
        return row[0] if row else -1

    def search(self, words: Sequence[str], bound: int) -> tuple[Entry, ...]:
        """See Layer."""
        clause = " AND ".join(["1"] + ["(name LIKE ? ESCAPE '\\' OR summary LIKE ? ESCAPE '\\')" for _word in words])
        patterns = [f"%{_escaped(word)}%" for word in words for _ in range(2)]
        query = f"SELECT {_COLUMNS} FROM entry WHERE {clause} ORDER BY uses DESC, name LIMIT ?"  # noqa: S608
        return tuple(_entry(row) for row in self.connection.execute(query, (*patterns, bound)))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _filed(row: tuple[object, ...]) -> Filed:
    return Filed(_entry(row[:-2]), frozenset(json.loads(str(row[-2]))), str(row[-1]))


def _entry(row: Sequence[object]) -> Entry:
    name, kind, path, line, result, parameters, body, guards, summary, deprecated, uses = row
    return Entry(
        *(Kind(kind), str(name), str(path), int(str(line)), str(result)),
        *(tuple((one, two) for one, two in json.loads(str(parameters))), str(body), tuple(json.loads(str(guards)))),
        *(str(summary), bool(deprecated), int(str(uses))),
    )
