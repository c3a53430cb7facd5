# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the ledger keep what was shown and judged, and leave a file alone that it cannot read?"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from reviewbot.edges import ledger, ledgerfile
from reviewbot.edges.ledger import Present
from reviewbot.edges.ledgerfile import STEPS
from reviewbot.errors import LedgerError
from reviewbot.model import Held, Judgement, KeptDraft, Known, Shown, Tally

NOON, LATER = "2026-11-02T12:00:00.000000+00:00", "2026-11-03T12:00:00.000000+00:00"
FOLDER = Path("/drafts")
SHOWN = Shown("a" * 16, "a.c", "bad", "v1@x", 1, "1@x", "is it good?", ("b" * 16,), drafted=True)
DRAFT = KeptDraft("d" * 16, FOLDER / "1.eml", "v1@x", 1, "1@x", "Re: one", ("a" * 16,))
DISMISSED = Judgement(Held.DISMISSED, "bad", "a" * 16, "v1@x", 1, "the caller checks", "Rita <rita@example.org>", NOON)
ADOPTED = replace(DISMISSED, what=Held.ADOPTED, why="", at=LATER)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a ledger may be, in a folder that is not there."""
    return tmp_path / "state" / "ledger.sqlite"


def record(place: Path, *shown: Shown, drafts: tuple[KeptDraft, ...] = (), at: str = NOON) -> None:
    """Record what a check of the first finding's series showed."""
    present = Present(shown[0].series, FOLDER, frozenset(draft.path for draft in drafts))
    ledger.record(place, shown, drafts, present, at)


# ---- what is kept ----


def test_no_ledger(place: Path) -> None:
    """To read does not make a ledger."""
    assert ledger.known(place) == Known()
    assert (ledger.find(place, "a"), ledger.drafts(place), ledger.shown_in(place, ["v1@x"])) == ((), (), ())
    assert not ledger.unmute_no_more(place, "bad")
    assert not place.parent.exists()


def test_shown(place: Path) -> None:
    """What was shown is found by the beginning of its fingerprint, as the last series showed it."""
    newer = replace(SHOWN, series="v2@x", revision=2, place="b.c")
    other = replace(SHOWN, fingerprint="ab" + "0" * 14)
    record(place, newer, at=LATER)
    record(place, SHOWN, other)

    assert ledger.find(place, "a" * 16) == (newer,)
    assert set(ledger.find(place, "a")) == {newer, other}
    assert ledger.find(place, "c") == ()
    assert ledger.find(place, "*") == ()
    assert ledger.find(place, "") == ()
    assert ledger.shown_in(place, ["v1@x"]) == (SHOWN, other)


def test_two_files(place: Path) -> None:
    """The same code in two files of a series is found in both."""
    record(place, SHOWN, replace(SHOWN, place="b.c"))
    assert [one.place for one in ledger.find(place, "aaaa")] == ["a.c", "b.c"]


def test_judged(place: Path) -> None:
    """A judgement is known for the finding and its repeats, in its file alone, with all that was said."""
    record(place, SHOWN)
    assert ledger.judge(place, [SHOWN], DISMISSED) == ()

    known = ledger.known(place)
    assert known.judgements == {("a" * 16, "a.c"): DISMISSED, ("b" * 16, "a.c"): DISMISSED}
    assert known.tallies == {"bad": Tally("bad", found=1, drafted=1, dismissed=1)}


def test_judged_anew(place: Path) -> None:
    """A later judgement takes the place of the earlier one, which is told; it counts once."""
    record(place, SHOWN)
    ledger.judge(place, [SHOWN], DISMISSED)

    assert ledger.judge(place, [SHOWN], ADOPTED) == (DISMISSED,)
    assert ledger.known(place).tallies["bad"] == Tally("bad", found=1, drafted=1, adopted=1)


def test_judged_in_part(place: Path) -> None:
    """Where one place of a remark is judged anew, the word on the others stands."""
    ledger.judge(place, [SHOWN], DISMISSED)
    ledger.judge(place, [replace(SHOWN, repeats=())], ADOPTED)

    assert ledger.known(place).judgements == {("a" * 16, "a.c"): ADOPTED, ("b" * 16, "a.c"): DISMISSED}


def test_taken_back(place: Path) -> None:
    """A judgement can be taken back, if it was that one."""
    ledger.judge(place, [SHOWN], DISMISSED)

    assert ledger.take_back(place, [SHOWN], Held.ADOPTED) == ()
    assert ledger.take_back(place, [SHOWN], Held.DISMISSED) == (DISMISSED,)
    assert ledger.known(place) == Known()


def test_found_counts_findings(place: Path) -> None:
    """Two versions and two runs with the same finding found one; drafted once is drafted."""
    record(place, SHOWN)
    record(place, replace(SHOWN, drafted=False))
    record(place, replace(SHOWN, series="v2@x", drafted=False), replace(SHOWN, fingerprint="c" * 16, series="v2@x"))

    assert ledger.known(place).tallies["bad"] == Tally("bad", found=2, drafted=2)


def test_unmuted(place: Path) -> None:
    """Unmuting is kept, of a rule that found nothing too, and can be taken back once."""
    ledger.unmute(place, "bad", "Rita", NOON)
    assert ledger.known(place).tallies == {"bad": Tally("bad", unmuted=True)}
    assert ledger.unmute_no_more(place, "bad")
    assert not ledger.unmute_no_more(place, "bad")
    assert ledger.known(place).tallies == {}


def test_drafts(place: Path) -> None:
    """Drafts keep their order through further runs; what a run removed is forgotten, another folder's is not."""
    second = replace(DRAFT, id="e" * 16, path=FOLDER / "2.eml", patch="2@x")
    away = replace(DRAFT, id="f" * 16, path=Path("/other/1.eml"), patch="3@x")
    record(place, SHOWN, drafts=(away,))
    record(place, SHOWN, drafts=(DRAFT, second))
    record(place, SHOWN, drafts=(second, replace(DRAFT, subject="Re: two")))
    assert ledger.drafts(place) == (away, replace(DRAFT, subject="Re: two"), second)

    record(place, SHOWN, drafts=(second,))
    record(place, replace(SHOWN, series="v2@x"))
    assert ledger.drafts(place) == (away, second)
    ledger.forget(place, away)
    assert ledger.drafts(place) == (second,)


def test_an_edited_draft_stays_listed(place: Path) -> None:
    """A draft that is no longer wanted but still there, as it was edited, is not forgotten."""
    record(place, SHOWN, drafts=(DRAFT,))
    ledger.record(place, [SHOWN], [], Present("v1@x", FOLDER, frozenset({DRAFT.path})), LATER)
    assert ledger.drafts(place) == (DRAFT,)


def test_hostile_text(place: Path) -> None:
    """Text is text, whatever it looks like."""
    words = "'; DROP TABLE shown; -- \x00 \u202e"
    record(place, replace(SHOWN, message=words, place=words))
    ledger.judge(place, [replace(SHOWN, place=words)], replace(DISMISSED, why=words))

    assert ledger.find(place, "aa")[0].message == words
    assert ledger.known(place).judgements["a" * 16, words].why == words


# ---- what cannot be read ----

CALLS: dict[str, Callable[[Path], object]] = {
    "known": ledger.known,
    "find": lambda place: ledger.find(place, "a"),
    "drafts": ledger.drafts,
    "record": lambda place: record(place, SHOWN),
    "judge": lambda place: ledger.judge(place, [SHOWN], DISMISSED),
    "take back": lambda place: ledger.take_back(place, [SHOWN], Held.ADOPTED),
    "unmute": lambda place: ledger.unmute(place, "bad", "Rita", NOON),
}


MAGIC = b"SQLite format 3\0"
GARBAGE = (b"x", MAGIC, b"y" * 511, b"{}\n" * 3000, b"\0" * 5000, MAGIC + b"\x7f" * 9000)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage(place: Path, call: str, garbage: bytes) -> None:
    """A file that is no ledger is one sentence with its name, and is the same file afterwards."""
    place.parent.mkdir()
    place.write_bytes(garbage)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite is damaged") as caught:
        CALLS[call](place)

    assert "\n" not in caught.value.what
    assert place.read_bytes() == garbage
    assert [path.name for path in place.parent.iterdir()] == ["ledger.sqlite"]


def test_a_damaged_page(place: Path) -> None:
    """A ledger of which some page is damaged is not written to, wherever the page is."""
    record(place, *(replace(SHOWN, fingerprint=f"{number:016x}", message="m" * 500) for number in range(200)))
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    whole = bytearray(place.read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 4096] = b"\xff" * 4096
    place.write_bytes(whole)

    with pytest.raises(LedgerError, match="is damaged"):
        ledger.unmute(place, "bad", "Rita", NOON)
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("SELECT count(*) FROM unmuted").fetchone() == (0,)


@pytest.mark.parametrize("left", [700, 5000, 20000])
def test_cut_short(place: Path, left: int) -> None:
    """Of a ledger that lost its end nothing more is lost."""
    record(place, *(replace(SHOWN, fingerprint=f"{number:016x}", message="m" * 500) for number in range(200)))
    place.write_bytes(place.read_bytes()[:left])
    with pytest.raises(LedgerError, match="is damaged"):
        record(place, SHOWN)
    assert place.stat().st_size == left


def test_empty_file(place: Path) -> None:
    """A file with nothing in it is a ledger that nothing was written to."""
    place.parent.mkdir()
    place.touch()
    assert ledger.known(place) == Known()
    record(place, SHOWN)
    assert ledger.find(place, "a") == (SHOWN,)


def test_an_unknown_word(place: Path) -> None:
    """A judgement that means nothing is a damaged ledger, not a crash."""
    ledger.judge(place, [SHOWN], DISMISSED)
    with closing(sqlite3.connect(place)) as connection, connection:
        connection.execute("UPDATE judged SET what = 'perhaps'")
    with pytest.raises(LedgerError, match="is damaged"):
        ledger.known(place)


def test_another_programs_file(place: Path) -> None:
    """Another program's SQLite file gets no tables of ours."""
    place.parent.mkdir()
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("CREATE TABLE theirs(x)")
    with pytest.raises(LedgerError, match="is another program's file"):
        record(place, SHOWN)
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_no_place(tmp_path: Path) -> None:
    """Where the folder cannot be made it is one sentence."""
    (tmp_path / "state").write_text("a file")
    with pytest.raises(LedgerError, match="cannot be used"):
        record(tmp_path / "state" / "ledger.sqlite", SHOWN)


# ---- other processes ----

_HOLD = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    c.execute(statement).fetchall()
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(place: Path, *statements: str) -> Iterator[None]:
    """Another process holds the ledger."""
    argv = (sys.executable, "-c", _HOLD, str(place), *statements)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            process.communicate()


def test_locked_for_writing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process writes one can read, and to write is one sentence after a short while; nothing is lost."""
    monkeypatch.setattr(ledgerfile, "BUSY_SECONDS", 0.3)
    ledger.judge(place, [SHOWN], DISMISSED)
    with held(place, "BEGIN IMMEDIATE", "INSERT INTO unmuted VALUES ('other', '', '')", "COMMIT", "BEGIN EXCLUSIVE"):
        started = time.monotonic()
        with pytest.raises(LedgerError, match="is locked by another process"):
            ledger.judge(place, [SHOWN], ADOPTED)
        assert time.monotonic() - started < 5
        assert len(ledger.known(place).judgements) == 2

    assert set(ledger.known(place).judgements.values()) == {DISMISSED}
    assert "other" in ledger.known(place).tallies


@pytest.mark.parametrize("call", CALLS)
def test_locked_for_all(place: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that another process has for itself is one sentence, whatever is asked of it."""
    monkeypatch.setattr(ledgerfile, "BUSY_SECONDS", 0.2)
    ledger.judge(place, [SHOWN], DISMISSED)
    alone = ("PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE", "COMMIT")
    with held(place, *alone), pytest.raises(LedgerError, match="is locked by another process"):
        CALLS[call](place)


_RECORD = """
import sys
from pathlib import Path
from reviewbot.edges import ledger
from reviewbot.model import Shown
place, name = Path(sys.argv[1]), sys.argv[2]
present = ledger.Present(name, Path("/d"), frozenset())
for number in range(25):
    one = Shown(f"{number:016x}", "a.c", "bad", name, 1, "p@x", "m")
    ledger.record(place, [one], [], present, "2026")
"""


def test_two_at_once(place: Path) -> None:
    """Two checks that make the ledger and write at the same time both get all of theirs in."""
    runs = [subprocess.Popen((sys.executable, "-c", _RECORD, str(place), name)) for name in ("one@x", "two@x")]
    assert [run.wait(60) for run in runs] == [0, 0]

    assert len(ledger.shown_in(place, ["one@x"])) == len(ledger.shown_in(place, ["two@x"])) == 25
    assert ledger.known(place).tallies["bad"].found == 25


# ---- versions ----


def version(place: Path) -> int:
    """The version of a ledger's tables."""
    with closing(sqlite3.connect(place)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


@pytest.mark.parametrize("old", range(1, len(STEPS)))
def test_older_version(place: Path, old: int) -> None:
    """A ledger of an older version is brought up to date, and holds what it held."""
    place.parent.mkdir()
    with closing(sqlite3.connect(place)) as connection, connection:
        for step in STEPS[:old]:
            for statement in step:
                connection.execute(statement)
        connection.execute("INSERT INTO unmuted VALUES ('bad', 'Rita', '2026')")
        connection.execute(f"PRAGMA user_version = {old}")
    record(place, SHOWN, drafts=(DRAFT,))

    assert version(place) == len(STEPS)
    assert ledger.known(place).tallies["bad"].unmuted
    assert ledger.drafts(place) == (DRAFT,)


def test_newer_version(place: Path) -> None:
    """A ledger of a newer program is left as it is."""
    record(place, SHOWN)
    with closing(sqlite3.connect(place)) as connection:
        connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    with pytest.raises(LedgerError, match="newer reviewbot"):
        record(place, SHOWN)
    assert version(place) == len(STEPS) + 1


def test_write_ahead(place: Path) -> None:
    """The ledger is in WAL mode, so that who reads does not wait for who writes."""
    record(place, SHOWN)
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_step_that_fails(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that fails half way leaves the ledger as it was."""
    record(place, SHOWN)
    monkeypatch.setattr(ledgerfile, "STEPS", (*STEPS, ("CREATE TABLE more(x)", "CREATE TABLE shown(x)")))
    with pytest.raises(LedgerError):
        record(place, SHOWN)
    monkeypatch.setattr(ledgerfile, "STEPS", STEPS)

    assert version(place) == len(STEPS)
    assert ledger.find(place, "a") == (SHOWN,)
