# SPDX-License-Identifier: GPL-2.0-or-later
"""Are dismissals and adoptions remembered in the next version, and do they mute a rule that is wrong too often?"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from reviewbot.edges import ledger
from reviewbot.model import Held, Judgement, Shown
from tests.cli.tool import COMMAND, DIFF, FINDING, Done, git, patch_mail, pear_tree, refused, reviewbot
from tests.conftest import ROOT

SECOND = DIFF.replace("@@ -4,7 +4,9 @@", "@@ -7,7 +7,9 @@")


def place() -> Path:
    """Where the ledger is."""
    return Path(os.environ["XDG_STATE_HOME"]) / "reviewbot" / "ledger.sqlite"


def check(folder: Path, version: int = 1, *options: str | Path) -> Done:
    """Check a version of the patch; the second one stands three lines lower."""
    tree = pear_tree(folder / f"tree-{version}")
    source = tree / "drivers" / "pear.c"
    source.write_text("/* more */\n" * 3 * (version - 1) + source.read_text())
    subject = f"[PATCH v{version}] pear: say what failed"
    mail = folder / f"v{version}.eml"
    mail.write_bytes(
        patch_mail(DIFF if version == 1 else SECOND, subject=subject, msgid=f"pear-v{version}@example.org")
    )
    return reviewbot("check", mail, "--tree", tree, *options)


def finding_id(done: Done) -> str:
    """The id behind the finding."""
    (line,) = [line for line in done.out.splitlines() if line.startswith("  drivers/pear.c:")]
    return line.split()[-1]


@pytest.fixture
def number(tmp_path: Path) -> str:
    """The id of the finding of the first version, which was checked."""
    return finding_id(check(tmp_path))


def judged(count: int, what: Held, rule: str = "dev-err-probe") -> None:
    """Judgements on so many other findings of a rule."""
    for at in range(count):
        one = Shown(f"{at:015x}{what.value[0]}", f"{rule}.c", rule, "old@x", 1, "old@x", "m")
        ledger.judge(place(), [one], Judgement(what, rule, one.fingerprint, "old@x", 1, "no", "Rita", "2026"))


# ---- dismiss and adopt ----


def test_check_says_what_can_be_done(tmp_path: Path) -> None:
    """Findings have ids, the last line says what to do with them, and a second run says the same."""
    done = check(tmp_path)
    number = finding_id(done)

    assert len(number) == 7
    last = done.out.splitlines()[-1]
    assert f"reviewbot adopt {number}, reviewbot dismiss {number} --why TEXT" in last
    assert check(tmp_path) == done


def test_dismissed_in_the_next_version(number: str, tmp_path: Path) -> None:
    """A dismissed finding is shown with the reason in the next version, lines lower, and not drafted or counted."""
    git(ROOT, "config", "--global", "user.name", "Rita Reader")
    git(ROOT, "config", "--global", "user.email", "rita@example.org")
    done = reviewbot("dismiss", number, "--why", "pear_read() has said it")
    assert done.out.startswith(f"dismissed: {number} dev-err-probe in drivers/pear.c\ndraft ")
    assert "still has the remark: check again, or `reviewbot draft edit " in done.out

    second = check(tmp_path, 2, "--out", tmp_path / "out")
    assert second.status == 0
    assert "  drivers/pear.c:11: " in second.out
    assert f"[dev-err-probe, high, dismissed] {number}\n" in second.out
    assert "      (dismissed before: pear_read() has said it)\n" in second.out
    assert "0 findings (1 dismissed before)\n" in second.out
    assert "next: " not in second.out
    assert not (tmp_path / "out").exists()
    (known,) = set(ledger.known(place()).judgements.values())
    assert (known.series, known.revision, known.who) == ("pear-v1@example.org", 1, "Rita Reader <rita@example.org>")
    assert known.at.endswith("+00:00")


def test_dismissed_in_the_same_version(number: str, tmp_path: Path) -> None:
    """The same check again takes the remark out of its draft, which goes as nothing is left in it."""
    reviewbot("dismiss", number, "--why", "no")
    assert "\ndraft " not in check(tmp_path).out
    assert reviewbot("draft", "list").out.startswith("no drafts")


def test_adopted_in_the_next_version(number: str, tmp_path: Path) -> None:
    """An adopted finding is shown as adopted and not drafted again; it counts, as it is still there."""
    assert reviewbot("adopt", number).out == f"adopted: {number} dev-err-probe in drivers/pear.c\n"
    second = check(tmp_path, 2, "--format", "json")

    assert second.status == 1
    (finding,) = second.json()["findings"]
    assert (finding["held"], finding["note"]) == ("adopted", "adopted before")
    assert [draft["revision"] for draft in reviewbot("draft", "list", "--json").json()["drafts"]] == [1]


@pytest.mark.parametrize("command", ["dismiss", "adopt"])
def test_undo(number: str, tmp_path: Path, command: str) -> None:
    """What was taken back is drafted as before; it cannot be taken back twice, nor as the other."""
    why = ("--why", "no") if command == "dismiss" else ()
    other = "adopt" if command == "dismiss" else "dismiss"
    reviewbot(command, number, *why)
    refused(reviewbot(other, number, "--undo"), "was not ")
    assert reviewbot(command, number, "--undo").out.startswith(f"no longer {command}")
    refused(reviewbot(command, number, "--undo"), "was not ")
    assert "\ndraft " in check(tmp_path, 2).out


def test_changed_mind(number: str) -> None:
    """A later word takes the place of an earlier one, and the earlier one is said."""
    reviewbot("dismiss", number, "--why", "no")
    assert "it was dismissed before: no\n" in reviewbot("adopt", number).out
    assert "it was adopted before\n" in reviewbot("dismiss", number, "--why", "no, no").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dismiss", "abcdef0", "--why", "no"), "no finding abcdef0 was shown"),
        (("adopt", "*"), "no finding * was shown"),
        (("adopt", "x" * 5000), "was shown"),
        (("dismiss", "{}"), "needs a reason"),
        (("dismiss", "{}", "--why", " \n"), "needs a reason"),
    ],
)
def test_slips(number: str, words: tuple[str, ...], said: str) -> None:
    """A finding that nobody saw, or a dismissal without a reason, is one sentence."""
    refused(reviewbot(*(word.format(number) for word in words)), said)


def test_ambiguous(number: str) -> None:
    """A beginning that two findings have is refused, and both are named."""
    with closing(sqlite3.connect(place())) as connection, connection:
        connection.execute("UPDATE shown SET fingerprint = 'aaaaaaaaa0000000'")
        connection.execute("CREATE TABLE other AS SELECT * FROM shown")
        connection.execute("UPDATE other SET fingerprint = 'aaaaaaaaa1000000', place = 'b.c'")
        connection.execute("INSERT INTO shown SELECT * FROM other")
    done = reviewbot("adopt", "aaaaaaa")
    refused(done, "more than one finding")
    assert "aaaaaaaaa0, aaaaaaaaa1" in done.err
    assert reviewbot("adopt", "AAAAAAAAA1").status == 0


def test_hostile_reason(number: str, tmp_path: Path) -> None:
    """A reason is one line, and steers no terminal."""
    reviewbot("dismiss", number, "--why", "no\nreally \x1b[31m")
    assert "(dismissed before: no really \ufffd[31m)" in check(tmp_path, 2).out


# ---- figures and muting ----


def test_stats(number: str) -> None:
    """The figures of each rule, in text and JSON."""
    judged(3, Held.DISMISSED)
    judged(8, Held.ADOPTED)
    judged(1, Held.DISMISSED, "kcalloc")
    done = reviewbot("rules", "stats")

    assert [line.split() for line in done.out.splitlines()] == [
        ["rule", "found", "drafted", "adopted", "dismissed", "precision", "drafts"],
        ["dev-err-probe", "1", "1", "8", "3", "73%", "of", "11", "made"],
        ["kcalloc", "0", "0", "0", "1", "0%", "of", "1", "made"],
    ]
    made = reviewbot("rules", "stats", "--json").json()
    assert made["muting"] == {"below": 0.5, "judged": 10}
    assert made["rules"][0] == {
        "rule": "dev-err-probe", "found": 1, "drafted": 1, "adopted": 8, "dismissed": 3, "judged": 11,
        "precision": 8 / 11, "muted": False, "unmuted": False,
    }  # fmt: skip


def test_no_stats() -> None:
    """Where nothing was found yet there is one line, and no rules in the JSON."""
    assert reviewbot("rules", "stats").out == "nothing was found yet; `reviewbot check` keeps what it shows\n"
    assert reviewbot("rules", "stats", "--json").json()["rules"] == []
    assert not place().exists()


def test_muted(tmp_path: Path) -> None:
    """Findings of a rule that is wrong too often are shown and counted, not drafted, and check says why."""
    judged(9, Held.DISMISSED)
    judged(3, Held.ADOPTED)
    done = check(tmp_path, 1, "--out", tmp_path / "out")

    assert done.status == 1
    assert (
        "note: drafts of dev-err-probe are muted: 3 of 12 adopted; `reviewbot rules unmute dev-err-probe`\n" in done.out
    )
    assert "[dev-err-probe, high, muted] " in done.out
    assert "\n1 finding\n" in done.out
    assert not (tmp_path / "out").exists()
    assert reviewbot("rules", "stats").out.endswith("25% of 12  muted\n")
    assert check(tmp_path, 1, "--format", "json").json()["findings"][0]["held"] == "muted"


def test_unmute(tmp_path: Path) -> None:
    """An unmuted rule is drafted whatever its figures, until that is taken back."""
    judged(12, Held.DISMISSED)
    assert reviewbot("rules", "unmute", "dev-err-probe").status == 0
    assert "\ndraft " in check(tmp_path).out
    assert reviewbot("rules", "stats").out.endswith("0% of 12  unmuted\n")
    assert reviewbot("rules", "unmute", "dev-err-probe", "--undo").status == 0
    assert "are muted: 0 of 12 adopted" in check(tmp_path).out
    refused(reviewbot("rules", "unmute", "dev-err-probe", "--undo"), "was not unmuted")
    refused(reviewbot("rules", "unmute", "no-such-rule"), "there is no rule no-such-rule")


def test_the_word_that_mutes(number: str) -> None:
    """The dismissal that brings a rule below the mark says so."""
    judged(8, Held.DISMISSED)
    assert "are muted" not in reviewbot("dismiss", number, "--why", "no").out
    judged(9, Held.DISMISSED)
    assert "drafts of dev-err-probe are muted: 0 of 10 adopted" in reviewbot("dismiss", number, "--why", "no").out


# ---- a ledger that cannot be used ----


def test_damaged(number: str, tmp_path: Path) -> None:
    """With a damaged ledger the review is shown and says so in one sentence; no draft is made or replaced."""
    (draft,) = place().parent.rglob("*.eml")
    before = draft.read_bytes()
    for path in place().parent.glob("ledger.sqlite*"):
        path.unlink()
    place().write_bytes(b"garbage " * 999)
    done = check(tmp_path)

    assert (done.status, done.err) == (1, "")
    assert FINDING in done.out
    assert done.out.count("is damaged") == 1
    assert "nothing is drafted" in done.out
    assert "next: " not in done.out
    assert place().read_bytes() == b"garbage " * 999
    assert draft.read_bytes() == before
    for words in (
        ("dismiss", number, "--why", "no"),
        ("adopt", number),
        ("rules", "stats"),
        ("rules", "unmute", "kcalloc"),
    ):
        refused(reviewbot(*words), "ledger.sqlite is damaged")


def test_locked(number: str, tmp_path: Path) -> None:
    """While another process writes, check shows all, drafts, and says that it could not keep it; dismiss refuses."""
    hold = (
        "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('BEGIN EXCLUSIVE')\n"
        "print('held', flush=True)\nsys.stdin.read()"
    )
    argv = (sys.executable, "-c", hold, str(place()))
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        done = check(tmp_path)
        refused(reviewbot("dismiss", number, "--why", "no"), "is locked by another process")
        process.communicate()

    assert (done.status, done.err) == (1, "")
    assert done.out.count("is locked by another process") == 1
    assert "\ndraft: " in done.out
    assert ledger.known(place()).judgements == {}
    assert reviewbot("dismiss", number, "--why", "no").status == 0


def test_no_home(tmp_path: Path) -> None:
    """Where nothing can be kept the review is shown and says so; a folder that the user names is written to."""
    (tmp_path / "state").write_text("a file")
    git(ROOT, "config", "--global", "reviewbot.state", str(tmp_path / "state"))
    done = check(tmp_path)
    assert (done.status, done.err) == (1, "")
    assert done.out.count("  note: ") == 1

    named = check(tmp_path, 1, "--out", tmp_path / "out")
    assert named.out.count("  note: ") == 1
    assert (tmp_path / "out" / "0001-pear-say-what-failed.eml").is_file()


def test_two_checks_at_once(tmp_path: Path) -> None:
    """Two checks that begin without a ledger both keep what they show."""
    mails = []
    for name in ("one", "two"):
        mails.append(tmp_path / f"{name}.eml")
        mails[-1].write_bytes(patch_mail(msgid=f"{name}@example.org"))
    tree = pear_tree(tmp_path / "tree")
    runs = [
        subprocess.Popen((*COMMAND, "check", str(mail), "--tree", str(tree)), stdout=subprocess.PIPE) for mail in mails
    ]
    outs = [run.communicate(timeout=60)[0].decode() for run in runs]

    assert [run.returncode for run in runs] == [1, 1]
    assert not any("note: " in out for out in outs)
    assert {one.series for one in ledger.shown_in(place(), ["one@example.org", "two@example.org"])} == {
        "one@example.org", "two@example.org"
    }  # fmt: skip
    assert len(ledger.drafts(place())) == 2


def test_commit_messages_are_judged_by_subject(tmp_path: Path) -> None:
    """A word in a commit message that was dismissed is dismissed in that patch's next version, not in another patch."""
    tree = pear_tree(tmp_path / "tree")
    words = "Say it it now.\n\nSigned-off-by: Ann Author <ann@example.org>\n---\n"
    held = []
    for msgid, subject in (("1@x.org", "[PATCH] one"), ("2@x.org", "[PATCH v2] one"), ("3@x.org", "[PATCH] two")):
        mail = tmp_path / f"{msgid}.eml"
        mail.write_bytes(patch_mail(subject=subject, msgid=msgid, words=words))
        done = reviewbot("check", mail, "--tree", tree, "--rule", "doubled-word", "--format", "json")
        (finding,) = done.json()["findings"]
        held.append(finding["held"])
        if msgid == "1@x.org":
            assert reviewbot("dismiss", finding["fingerprint"], "--why", "a joke").status == 0
    assert held == [None, "dismissed", None]
