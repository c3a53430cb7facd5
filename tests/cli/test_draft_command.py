# SPDX-License-Identifier: GPL-2.0-or-later
"""Does `reviewbot draft` list, show, edit, drop and export what `check` wrote, with nothing lost and nothing sent?"""

from __future__ import annotations

import hashlib
import json
import mailbox
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reviewbot.edges import ledger
from reviewbot.edges.outbox import write_drafts
from reviewbot.model import Draft, KeptDraft, Shown
from tests.cli.tool import COMMAND, DIFF, SECONDS, Done, git, patch_mail, refused, reviewbot
from tests.conftest import ROOT

NUMBER = "fc57c4e"
NAME = "0001-pear-say-what-failed.eml"
SUBJECT = "Re: [PATCH] pear: say what failed"
PRINT = "ab" * 8
MAIL = f"""\
From: Rita Reader <rita@example.org>
To: Ann Author <ann@example.org>
Cc: list@lists.example.org
Subject: {SUBJECT}
In-Reply-To: <pear@example.org>
References: <pear@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

On some day, Ann Author wrote:
> +\t\tdev_err(dev, "cannot read\\n");

Is it?
"""


@pytest.fixture
def checked() -> Path:
    """The draft of the patch, as a check writes it where the user named no folder."""
    return kept("pear@example.org")


def kept(msgid: str) -> Path:
    """What a check leaves behind of a patch with one finding."""
    state = Path(os.environ["XDG_STATE_HOME"]) / "reviewbot"
    number = hashlib.sha256(msgid.encode()).hexdigest()[:16]
    folder = state / "drafts" / number
    one = Draft(msgid, SUBJECT, MAIL.replace("pear@example.org", msgid).encode(), (PRINT,))
    path = write_drafts(folder, (one,), (msgid,), msgid).answers[msgid]
    shown = Shown(PRINT, "drivers/pear.c", "dev-err-probe", msgid, 1, msgid, "is it?", drafted=True)
    draft = KeptDraft(number, path, msgid, 1, msgid, SUBJECT, (PRINT,))
    present = ledger.Present(msgid, folder, frozenset({path}))
    ledger.record(state / "ledger.sqlite", [shown], [draft], present, "2026")
    return path


def editor(folder: Path, does: str, name: str = "fake editor.py") -> str:
    """A $VISUAL that changes the file it is given, as `does` says; its path has a blank."""
    script = folder / name
    script.write_text(
        f"import sys\nfrom pathlib import Path\npath = Path(sys.argv[-1])\ntext = path.read_text()\n{does}\n"
    )
    return f"'{sys.executable}' '{script}'"


def edit(folder: Path, does: str, **env: str) -> Done:
    """Edit the first draft."""
    return reviewbot("draft", "edit", "1", env={"VISUAL": editor(folder, does), **env})


def listed() -> list[dict[str, object]]:
    """The drafts as JSON."""
    return reviewbot("draft", "list", "--json").json()["drafts"]  # type: ignore[no-any-return]


# ---- list and show ----


def test_where_drafts_are_kept(tree: Path, mail: Path) -> None:
    """Without --out a draft is in the state folder, and its mbox beside it."""
    out = reviewbot("check", mail, "--tree", tree).out
    checked = Path(out.partition(f"\ndraft {NUMBER}: ")[2].partition("\n")[0])
    assert checked.is_relative_to(Path(os.environ["XDG_STATE_HOME"]) / "reviewbot" / "drafts")
    assert sorted(path.name for path in checked.parent.iterdir()) == [".reviewbot-drafts.json", NAME, "drafts.mbox"]


def test_state_setting(tree: Path, mail: Path, tmp_path: Path) -> None:
    """reviewbot.state names another folder."""
    git(ROOT, "config", "--global", "reviewbot.state", str(tmp_path / "mine"))
    reviewbot("check", mail, "--tree", tree)
    assert [path.name for path in (tmp_path / "mine" / "drafts").rglob("*.eml")] == [NAME]
    assert len(listed()) == 1


def test_list(tree: Path, mail: Path) -> None:
    """The list has number, id, subject and remarks; the JSON has all of it."""
    out = reviewbot("check", mail, "--tree", tree).out
    checked = Path(out.partition(f"\ndraft {NUMBER}: ")[2].partition("\n")[0])
    lines = reviewbot("draft", "list").out.splitlines()
    assert lines[0] == f"  1  {NUMBER}  {SUBJECT}"
    assert lines[1].endswith("[dev-err-probe]")
    assert "  drivers/pear.c: " in lines[1]

    (draft,) = listed()
    findings = draft.pop("findings")
    assert draft == {
        "number": 1, "id": "fc57c4e29b4df9b8", "subject": SUBJECT, "patch": "pear@example.org",
        "series": "pear@example.org", "revision": 1, "path": str(checked), "state": "unedited",
    }  # fmt: skip
    assert isinstance(findings, list)
    assert [(one["rule"], one["place"]) for one in findings] == [("dev-err-probe", "drivers/pear.c")]
    assert lines[1].split()[0] == findings[0]["fingerprint"][:7]


def test_no_drafts() -> None:
    """An empty list says how to get drafts, and is no error."""
    done = reviewbot("draft", "list")
    assert (done.status, done.out) == (0, "no drafts; `reviewbot check` makes them\n")
    assert listed() == []


def test_drafts_elsewhere(tree: Path, mail: Path, tmp_path: Path) -> None:
    """Drafts in a folder of the user's are known too, from wherever one stands."""
    reviewbot("check", mail, "--tree", tree, "--out", "out", cwd=tmp_path)
    (draft,) = listed()
    assert draft["path"] == str(tmp_path / "out" / NAME)
    assert reviewbot("draft", "show", "1").out == (tmp_path / "out" / NAME).read_text()


@pytest.mark.parametrize("word", ["1", "FC57C4E29B4DF9B8", "fc57"])
def test_show(checked: Path, word: str) -> None:
    """A draft is shown as it is, by number or id."""
    assert reviewbot("draft", "show", word) == Done(0, checked.read_text(), "")


@pytest.mark.parametrize("word", ["2", "abc", "", "../x", "x" * 5000])
def test_no_such_draft(checked: Path, word: str) -> None:
    """A word that names no draft is one sentence."""
    refused(reviewbot("draft", "show", "--", word), "no draft is called")


def test_gone(checked: Path) -> None:
    """A draft whose file somebody removed is said to be gone, and can be dropped."""
    checked.unlink()
    assert reviewbot("draft", "list").out.startswith(f"  1  {NUMBER}  {SUBJECT} (gone)\n")
    refused(reviewbot("draft", "show", "1"), "cannot be read")
    assert reviewbot("draft", "drop", "1").status == 0
    assert listed() == []


def test_a_link_is_not_read(checked: Path, tmp_path: Path) -> None:
    """A link in a draft's place is neither shown nor sent."""
    (tmp_path / "secret").write_text("secret")
    checked.unlink()
    checked.symlink_to(tmp_path / "secret")
    refused(reviewbot("draft", "show", "1"), "is a link")
    refused(reviewbot("draft", "export", "--to", tmp_path / "out"), "is a link")


# ---- edit ----


def test_edit(checked: Path, tmp_path: Path, tree: Path, mail: Path) -> None:
    """An edit is kept, in the mbox too; the list says so, and a further check leaves it alone."""
    done = edit(tmp_path, "path.write_text(text + '\\nThanks,\\nRita\\n')")

    assert (done.status, done.out, done.err) == (0, f"edited: {NUMBER} {SUBJECT}\n", "")
    assert checked.read_text().endswith("\nThanks,\nRita\n")
    assert "Rita" in (checked.parent / "drafts.mbox").read_text()
    assert listed()[0]["state"] == "edited"
    assert "(edited by you, kept as it is)" in reviewbot("check", mail, "--tree", tree).out
    assert checked.read_text().endswith("\nThanks,\nRita\n")
    assert not checked.with_name(NAME + ".edit").exists()


def test_not_changed(checked: Path, tmp_path: Path) -> None:
    """An editor that changes nothing leaves an unedited draft."""
    before = checked.read_bytes()
    assert edit(tmp_path, "").out == f"not changed: {NUMBER} {SUBJECT}\n"
    assert checked.read_bytes() == before
    assert listed()[0]["state"] == "unedited"


def test_broken_edit(checked: Path, tmp_path: Path) -> None:
    """A broken edit is kept beside the draft, which stays; the next edit goes on with it."""
    before = checked.read_bytes()
    beside = checked.with_name(NAME + ".edit")
    broken = "path.write_text(text.replace('In-Reply-To: <pear@', 'In-Reply-To: <apple@') + 'My words.\\n')"
    done = edit(tmp_path, broken)

    refused(done, "In-Reply-To is not what it was", str(beside))
    assert checked.read_bytes() == before
    assert "My words." in beside.read_text()
    assert edit(tmp_path, "path.write_text(text.replace('<apple@', '<pear@'))").status == 0
    assert checked.read_text().endswith("My words.\n")
    assert not beside.exists()


@pytest.mark.parametrize("lines", ["X-Spam: no", "Bcc: spy@example.org\\nBcc: spy@example.org", "\\r\\n\\r\\nBcc: me"])
def test_injected_headers(checked: Path, tmp_path: Path, lines: str) -> None:
    """Headers that do not belong into a draft do not get into it."""
    before = checked.read_bytes()
    done = edit(tmp_path, f"path.write_text(text.replace('MIME-Version', '{lines}\\nMIME-Version'), newline='')")
    refused(done, "the draft is as it was")
    assert checked.read_bytes() == before


@pytest.mark.parametrize("writes", [True, False])
def test_editor_that_fails(checked: Path, tmp_path: Path, writes: bool) -> None:
    """An editor that ends with an error changes nothing; what was written is kept beside."""
    before = checked.read_bytes()
    done = edit(tmp_path, f"{'path.write_text(text + chr(10))' if writes else ''}\nsys.exit(3)")
    refused(done, "the editor ended with status 3")
    assert checked.read_bytes() == before
    assert checked.with_name(NAME + ".edit").exists() == writes


def test_editor_that_removes(checked: Path, tmp_path: Path) -> None:
    """An editor that leaves no file changes nothing."""
    before = checked.read_bytes()
    refused(edit(tmp_path, "path.unlink()"), "left no file")
    assert checked.read_bytes() == before


def test_which_editor(checked: Path, tmp_path: Path) -> None:
    """$VISUAL comes before $EDITOR, and that before core.editor; blanks are no editor."""
    first, second, third = (
        editor(tmp_path, f"path.write_text(text + '{word}\\n')", f"{word}.py") for word in ("first", "second", "third")
    )
    git(ROOT, "config", "--global", "core.editor", third)
    for env in ({"VISUAL": first, "EDITOR": second}, {"VISUAL": " ", "EDITOR": second}, {"VISUAL": "", "EDITOR": ""}):
        assert reviewbot("draft", "edit", "1", env=env).status == 0
    assert checked.read_text().endswith("first\nsecond\nthird\n")


@pytest.mark.parametrize(
    ("command", "words"),
    [("", "no editor is set"), ("vi '", "$VISUAL cannot be read"), ("/nonexistent/vi -f", "vi cannot be started")],
)
def test_no_editor(checked: Path, command: str, words: str) -> None:
    """Without an editor that can be started it is one sentence, and the draft as it was."""
    before = checked.read_bytes()
    refused(reviewbot("draft", "edit", "1", env={"VISUAL": command, "EDITOR": ""}), words)
    assert checked.read_bytes() == before


def test_no_shell(checked: Path, tmp_path: Path) -> None:
    """Nothing of the editor's words is a shell's."""
    words = f"{editor(tmp_path, '')} ';' touch {tmp_path}/owned '$(touch {tmp_path}/owned)' '>' {tmp_path}/owned"
    assert reviewbot("draft", "edit", "1", env={"VISUAL": words}).status == 0
    assert not (tmp_path / "owned").exists()


def test_killed_while_editing(checked: Path, tmp_path: Path) -> None:
    """When reviewbot is ended while the editor runs, what was saved is kept beside."""
    does = f"path.write_text(text + 'half\\n')\nPath('{tmp_path}/busy').touch()\nimport time\ntime.sleep({SECONDS})"
    env = {**os.environ, "VISUAL": editor(tmp_path, does)}
    with subprocess.Popen((*COMMAND, "draft", "edit", "1"), env=env, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + SECONDS
        while not (tmp_path / "busy").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 2
    assert checked.with_name(NAME + ".edit").read_text().endswith("half\n")
    assert not checked.read_text().endswith("half\n")


# ---- drop and export ----


@pytest.fixture
def two() -> tuple[Path, Path]:
    """Two drafts, of two series whose files have one name."""
    first, second = kept("pear@example.org"), kept("pear-2@example.org")
    assert first.name == second.name
    return first, second


def test_drop(two: tuple[Path, Path], tree: Path, mail: Path, tmp_path: Path) -> None:
    """A dropped draft is gone, edited or not; a further check writes it anew."""
    edit(tmp_path, "path.write_text(text + 'mine\\n')")
    assert reviewbot("draft", "drop", "1", NUMBER).out == f"dropped: {NUMBER} {SUBJECT}\n"
    assert (two[0].exists(), two[1].exists()) == (False, True)
    assert [draft["patch"] for draft in listed()] == ["pear-2@example.org"]

    reviewbot("check", mail, "--tree", tree)
    assert "mine" not in two[0].read_text()
    assert [draft["patch"] for draft in listed()] == ["pear-2@example.org", "pear@example.org"]


def test_drop_asks_for_names(checked: Path) -> None:
    """To drop nothing in particular is a slip, and an unknown name drops none of the others."""
    assert reviewbot("draft", "drop").status == 2
    refused(reviewbot("draft", "drop", "1", "7"), "no draft is called 7")
    assert checked.is_file()


def test_export_to_a_folder(two: tuple[Path, Path], tmp_path: Path) -> None:
    """All drafts, or those that are named, are copied, under names that are told apart."""
    done = reviewbot("draft", "export", "--to", tmp_path / "a" / "b")
    files = [tmp_path / "a" / "b" / name for name in (NAME, NAME.replace(".eml", "-2.eml"))]

    assert (done.status, done.out) == (0, "".join(f"{path}\n" for path in files))
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in two]
    assert reviewbot("draft", "export", "2", "--to", tmp_path / "one").status == 0
    assert [path.read_bytes() for path in (tmp_path / "one").iterdir()] == [two[1].read_bytes()]


def test_export_to_an_mbox(two: tuple[Path, Path], tmp_path: Path) -> None:
    """An mbox has all mails, as Python's mailbox reads them, with the threads they belong to."""
    assert reviewbot("draft", "export", "--mbox", tmp_path / "x.mbox").status == 0
    box = mailbox.mbox(tmp_path / "x.mbox")
    try:
        assert [mail["In-Reply-To"] for mail in box] == ["<pear@example.org>", "<pear-2@example.org>"]
    finally:
        box.close()


def test_export_overwrites_nothing(two: tuple[Path, Path], tmp_path: Path) -> None:
    """A file that is there stays; then nothing is written beside it either. The same again is no harm."""
    out = tmp_path / "out"
    out.mkdir()
    (out / NAME.replace(".eml", "-2.eml")).write_text("mine")
    (tmp_path / "x.mbox").write_text("mine")

    refused(reviewbot("draft", "export", "--to", out), "is there already")
    refused(reviewbot("draft", "export", "--mbox", tmp_path / "x.mbox"), "is there already")
    assert [path.read_text() for path in (*out.iterdir(), tmp_path / "x.mbox")] == ["mine", "mine"]
    for _ in range(2):
        assert reviewbot("draft", "export", "1", "--to", out).status == 0


def test_export_is_checked(checked: Path, tmp_path: Path) -> None:
    """A draft that was broken by hand is not exported, and neither are those beside it."""
    checked.write_text(checked.read_text().replace("MIME-Version", "X-Evil: 1\nMIME-Version"))
    refused(reviewbot("draft", "export", "--to", tmp_path / "out"), f"draft {NUMBER} cannot be sent", "X-Evil")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [(), ("--to", "a", "--mbox", "b")])
def test_export_asks_where_to(checked: Path, words: tuple[str, ...], tmp_path: Path) -> None:
    """One place has to be named, and one alone."""
    refused(reviewbot("draft", "export", *words, cwd=tmp_path), "say where to export to, once")


def test_nothing_to_export(tmp_path: Path) -> None:
    """Without drafts there is nothing to export."""
    refused(reviewbot("draft", "export", "--to", tmp_path / "out"), "there are no drafts")


def test_git_send_email(two: tuple[Path, Path], tmp_path: Path) -> None:
    """git send-email takes what was exported, and would send it into the thread."""
    if shutil.which("git-send-email", path=f"{git(ROOT, '--exec-path')}:{os.environ['PATH']}") is None:
        pytest.skip("git send-email is not installed")
    reviewbot("draft", "export", "--to", tmp_path / "out")
    git(tmp_path, "init", "-q", "repo")
    git(ROOT, "config", "--global", "user.name", "Rita")
    git(ROOT, "config", "--global", "user.email", "rita@example.org")
    files = sorted(str(path) for path in (tmp_path / "out").iterdir())
    argv = ("git", "send-email", "--dry-run", "--confirm=never", "--smtp-server=/bin/false", "--suppress-cc=all",
            "--no-validate", "--from=Rita <rita@example.org>", "--to=ann@example.org", *files)  # fmt: skip
    done = subprocess.run(argv, cwd=tmp_path / "repo", capture_output=True, text=True, timeout=SECONDS, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"Subject: {SUBJECT}") == 2
    assert "In-Reply-To: <pear-2@example.org>" in done.stdout


def test_damaged_ledger(checked: Path) -> None:
    """With a ledger that cannot be read every command says so, and the drafts are where they were."""
    place = Path(os.environ["XDG_STATE_HOME"]) / "reviewbot" / "ledger.sqlite"
    place.write_bytes(b"garbage " * 1000)
    for words in (("list",), ("show", "1"), ("edit", "1"), ("drop", "1"), ("export", "--to", "out")):
        refused(reviewbot("draft", *words), "ledger.sqlite is damaged")
    assert place.read_bytes() == b"garbage " * 1000
    assert checked.is_file()


def test_hostile_subject(tree: Path, tmp_path: Path) -> None:
    """What a sender writes into a subject does not reach the terminal, nor leads out of a folder."""
    evil = "[PATCH] \x1b[2J../../\u202eevil"
    (tmp_path / "evil.eml").write_bytes(patch_mail(DIFF, subject=evil))
    reviewbot("check", tmp_path / "evil.eml", "--tree", tree)
    for words in (("list",), ("show", "1"), ("export", "--to", str(tmp_path / "out"))):
        done = reviewbot("draft", *words)
        assert done.status == 0
        assert not {"\x1b", "\u202e"} & set(done.out)
    assert "\\u001b" not in json.dumps(listed())
    assert [path.parent for path in (tmp_path / "out").rglob("*.eml")] == [tmp_path / "out"]
