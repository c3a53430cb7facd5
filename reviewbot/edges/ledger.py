# SPDX-License-Identifier: GPL-2.0-or-later
"""What was shown, judged and drafted so far?  The ledger of the user's state folder, in SQLite.

What follows from its figures is decided elsewhere (review.standing).  Every function raises LedgerError when the file
cannot be read or written, and then has changed nothing.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from reviewbot.edges.ledgerfile import is_there, opened, writing
from reviewbot.model import Held, Judgement, KeptDraft, Known, Place, Shown, Tally

_JUDGED = "what, rule, fingerprint, series, revision, why, who, at"
_SHOWN = "fingerprint, place, rule, series, revision, patch, message, repeats, drafted"
_DRAFT = "id, path, series, revision, patch, subject, findings"
_PREFIX = re.compile(r"[0-9a-f]{1,16}")


@dataclass(frozen=True, slots=True)
class Present:
    """Which drafts of a series (its message id) are in a folder after it was checked; all paths are absolute."""

    series: str
    folder: Path
    paths: frozenset[Path]


def known(ledger: Path) -> Known:
    """All that the ledger says; nothing where there is none yet."""
    if not is_there(ledger):
        return Known()
    with opened(ledger) as connection:
        rows = connection.execute(
            f"SELECT p.fingerprint, p.place, {_prefixed('j', _JUDGED)} "  # noqa: S608  # columns alone
            "FROM judged_place p JOIN judged j ON j.id = p.judged"
        )
        judgements = {(fingerprint, place): _judgement(row) for fingerprint, place, *row in rows}
        return Known(judgements, _tallies(connection))


def record(ledger: Path, shown: Iterable[Shown], drafts: Iterable[KeptDraft], present: Present, at: str) -> None:
    """Keep what a check showed, and the drafts that it wrote; earlier ones that it removed are forgotten."""
    with opened(ledger, create=True) as connection, writing(connection):
        connection.executemany(
            f"INSERT INTO shown({_SHOWN}, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608  # columns alone
            "ON CONFLICT DO UPDATE SET revision = excluded.revision, patch = excluded.patch, "
            "message = excluded.message, repeats = excluded.repeats, drafted = max(drafted, excluded.drafted), "
            "at = excluded.at",
            ((*_shown_row(one), at) for one in shown),
        )
        earlier = connection.execute("SELECT path FROM draft WHERE series = ?", (present.series,)).fetchall()
        here = [path for (path,) in earlier if Path(path).parent == present.folder]
        gone = [(path,) for path in here if Path(path) not in present.paths]
        connection.executemany("DELETE FROM draft WHERE path = ?", gone)
        connection.executemany(
            f"INSERT INTO draft({_DRAFT}) VALUES (?, ?, ?, ?, ?, ?, ?) "  # noqa: S608  # columns alone
            "ON CONFLICT DO UPDATE SET path = excluded.path, series = excluded.series, revision = excluded.revision, "
            "subject = excluded.subject, findings = excluded.findings",
            ((d.id, str(d.path), d.series, d.revision, d.patch, d.subject, " ".join(d.findings)) for d in drafts),
        )


def find(ledger: Path, prefix: str) -> tuple[Shown, ...]:
    """The findings whose fingerprints begin so, as the last series that had each showed them."""
    if not _PREFIX.fullmatch(prefix) or not is_there(ledger):
        return ()
    with opened(ledger) as connection:
        rows = connection.execute(
            f"SELECT {_SHOWN} FROM shown WHERE fingerprint GLOB ? ORDER BY at, rowid",  # noqa: S608  # columns alone
            (f"{prefix}*",),
        )
        found = [_shown(row) for row in rows]
    last = {one.fingerprint: one.series for one in found}
    return tuple(one for one in found if one.series == last[one.fingerprint])


def shown_in(ledger: Path, series: Iterable[str]) -> tuple[Shown, ...]:
    """The findings that these series showed."""
    if not is_there(ledger):
        return ()
    with opened(ledger) as connection:
        query = f"SELECT {_SHOWN} FROM shown WHERE series = ? ORDER BY rowid"  # noqa: S608  # columns alone
        return tuple(_shown(row) for one in sorted(set(series)) for row in connection.execute(query, (one,)))


def judge(ledger: Path, shown: Iterable[Shown], judgement: Judgement) -> tuple[Judgement, ...]:
    """Keep the reviewer's word on findings that are one remark; the earlier words that it takes the place of."""
    places = _places(shown)
    with opened(ledger, create=True) as connection, writing(connection):
        before = _judged(connection, places)
        connection.executemany("DELETE FROM judged_place WHERE fingerprint = ? AND place = ?", places)
        connection.execute("DELETE FROM judged WHERE id NOT IN (SELECT judged FROM judged_place)")
        made = connection.execute(
            f"INSERT INTO judged({_JUDGED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  # columns alone
            _judgement_row(judgement),
        )
        connection.executemany("INSERT INTO judged_place VALUES (?, ?, ?)", ((*p, made.lastrowid) for p in places))
    return tuple(before.values())


def take_back(ledger: Path, shown: Iterable[Shown], what: Held) -> tuple[Judgement, ...]:
    """Forget the judgements of this kind on findings; those that were forgotten."""
    with opened(ledger) as connection, writing(connection):
        before = {number: one for number, one in _judged(connection, _places(shown)).items() if one.what is what}
        numbers = [(number,) for number in before]
        connection.executemany("DELETE FROM judged_place WHERE judged = ?", numbers)
        connection.executemany("DELETE FROM judged WHERE id = ?", numbers)
    return tuple(before.values())


def unmute(ledger: Path, rule: str, who: str, at: str) -> None:
    """Keep that the reviewer wants the drafts of a rule."""
    with opened(ledger, create=True) as connection, writing(connection):
        connection.execute("INSERT OR REPLACE INTO unmuted VALUES (?, ?, ?)", (rule, who, at))


def unmute_no_more(ledger: Path, rule: str) -> bool:
    """Let the figures decide again on a rule; False if they did."""
    if not is_there(ledger):
        return False
    with opened(ledger) as connection, writing(connection):
        return connection.execute("DELETE FROM unmuted WHERE rule = ?", (rule,)).rowcount > 0


def drafts(ledger: Path) -> tuple[KeptDraft, ...]:
    """The drafts that were written, in the order in which their patches were first drafted."""
    if not is_there(ledger):
        return ()
    with opened(ledger) as connection:
        rows = connection.execute(f"SELECT {_DRAFT} FROM draft ORDER BY rowid")  # noqa: S608  # columns alone
        return tuple(
            KeptDraft(number, Path(path), series, revision, patch, subject, tuple(findings.split()))
            for number, path, series, revision, patch, subject, findings in rows
        )


def forget(ledger: Path, draft: KeptDraft) -> None:
    """Strike a draft from the list."""
    with opened(ledger) as connection, writing(connection):
        connection.execute("DELETE FROM draft WHERE id = ?", (draft.id,))


def _tallies(connection: sqlite3.Connection) -> dict[str, Tally]:
    one = "fingerprint || ' ' || place"
    rows = connection.execute(
        f"SELECT rule, count(DISTINCT {one}), count(DISTINCT CASE WHEN drafted THEN {one} END) "  # noqa: S608
        "FROM shown GROUP BY rule"
    )
    out = {rule: Tally(rule, found, drafted) for rule, found, drafted in rows}
    for rule, what, count in connection.execute("SELECT rule, what, count(*) FROM judged GROUP BY rule, what"):
        tally = out.get(rule, Tally(rule))
        adopted = Held(what) is Held.ADOPTED
        out[rule] = replace(tally, adopted=count) if adopted else replace(tally, dismissed=count)
    for (rule,) in connection.execute("SELECT rule FROM unmuted"):
        out[rule] = replace(out.get(rule, Tally(rule)), unmuted=True)
    return out


def _places(shown: Iterable[Shown]) -> list[Place]:
    return sorted({(print_, one.place) for one in shown for print_ in (one.fingerprint, *one.repeats)})


def _judged(connection: sqlite3.Connection, places: Iterable[Place]) -> dict[int, Judgement]:
    """The judgements on places, by number."""
    out: dict[int, Judgement] = {}
    for place in places:
        rows = connection.execute(
            f"SELECT id, {_prefixed('j', _JUDGED)} FROM judged j JOIN judged_place p "  # noqa: S608  # columns alone
            "ON j.id = p.judged WHERE p.fingerprint = ? AND p.place = ?",
            place,
        )
        out |= {number: _judgement(row) for number, *row in rows}
    return out


def _prefixed(table: str, columns: str) -> str:
    return ", ".join(f"{table}.{column}" for column in columns.split(", "))


def _judgement(row: list[str | int]) -> Judgement:
    what, rule, fingerprint, series, revision, why, who, at = map(str, row)
    return Judgement(Held(what), rule, fingerprint, series, int(revision), why, who, at)


def _judgement_row(judgement: Judgement) -> tuple[str | int, ...]:
    j = judgement
    return (j.what.value, j.rule, j.fingerprint, j.series, j.revision, j.why, j.who, j.at)


def _shown_row(one: Shown) -> tuple[str | int, ...]:
    head = (one.fingerprint, one.place, one.rule, one.series, one.revision, one.patch, one.message)
    return (*head, " ".join(one.repeats), int(one.drafted))


def _shown(row: tuple[str | int, ...]) -> Shown:
    fingerprint, place, rule, series, revision, patch, message, repeats, drafted = map(str, row)
    parts = tuple(repeats.split())
    return Shown(fingerprint, place, rule, series, int(revision), patch, message, parts, drafted != "0")
