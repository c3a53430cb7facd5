# SPDX-License-Identifier: GPL-2.0-or-later
"""Do git am and git rebase --autosquash take what `check --fixup` writes, and does the review show it?"""

from __future__ import annotations

import json
import shutil
import subprocess
from email import message_from_bytes
from pathlib import Path

import jsonschema
import pytest

from tests.cli.tool import DIFF, git, git_tree, patch_mail, refused, reviewbot
from tests.conftest import ROOT

CHANGED = """\
-	if (ret) {
-		dev_err(&pdev->dev, "cannot read\\n");
-		return ret;
-	}
+	if (ret)
+		return dev_err_probe(&pdev->dev, ret, "cannot read\\n");
"""
SECOND = (
    "diff --git a/drivers/pear.c b/drivers/pear.c\n--- a/drivers/pear.c\n+++ b/drivers/pear.c\n"
    "@@ -10,3 +10,4 @@ static int pear_probe(struct platform_device *pdev)\n \t}\n \treturn 0;\n }\n+/* ripe */\n"
)
FIRST = "[PATCH 1/2] pear: say what failed, {}"


@pytest.fixture(params=["plainly", "in gr\u00fcn", "[hidden] twice  over"])
def series(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A series of two patches for one driver in a mailbox; the first is worth a remark."""
    subject = FIRST.format(request.param)
    first = patch_mail(subject=subject, msgid="pear-1@example.org")
    link = "In-Reply-To: <pear-1@example.org>\n"
    later = patch_mail(SECOND, subject="[PATCH 2/2] pear: ripen", msgid="pear-2@example.org", headers=link)
    path = tmp_path / "series.mbox"
    path.write_bytes(b"".join(b"From x Mon Sep 17 00:00:00 2001\n" + mail + b"\n" for mail in (first, later)))
    return path


def _run(tree: Path, *words: str, stdin: bytes = b"") -> None:
    """Run git as somebody with a name, without an editor."""
    who = (
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.org",
        "-c",
        "sequence.editor=true",
        "-c",
        "core.editor=true",
    )
    subprocess.run(("git", *who, *words), cwd=tree, input=stdin, capture_output=True, check=True, timeout=60)


def test_autosquash(series: Path, tmp_path: Path) -> None:
    """git am takes the series and the fix-up, autosquash folds it into the patch, and the tree is as expected."""
    tree = git_tree(tmp_path / "repo")
    out = tmp_path / "fixups"
    done = reviewbot("check", series, "--tree", tree, "--fixup", out)
    (fixup,) = out.iterdir()
    assert done.status == 1
    assert f"fix-up: {fixup}" in done.out.splitlines()
    assert fixup.name.startswith("0001-fixup-pear-say-what-failed-")

    _run(tree, "am", str(series))
    subjects = git(tree, "log", "--format=%s", "-2")
    want = git(tree, "show", "HEAD:drivers/pear.c").replace(
        "".join(f"{line[1:]}\n" for line in CHANGED.splitlines() if line[0] == "-"),
        "".join(f"{line[1:]}\n" for line in CHANGED.splitlines() if line[0] == "+"),
    )
    _run(tree, "am", str(fixup))
    assert git(tree, "log", "-1", "--format=%s%n%an <%ae>").splitlines()[0].startswith("fixup! pear: ")
    _run(tree, "rebase", "-i", "--autosquash", "HEAD~3")

    assert git(tree, "show", "HEAD:drivers/pear.c") == want
    assert "dev_err_probe" in git(tree, "show", "HEAD~1:drivers/pear.c")
    assert git(tree, "log", "--format=%s", "-3").splitlines() == [*subjects.splitlines(), "start"]


def test_on_top_of_its_patch(series: Path, tmp_path: Path) -> None:
    """The fix-up applies to its own patch alone, and its index line names the blobs before and after."""
    tree = git_tree(tmp_path / "repo")
    reviewbot("check", series, "--tree", tree, "--fixup", tmp_path / "fixups")
    (fixup,) = (tmp_path / "fixups").iterdir()
    _run(tree, "am", str(series))
    _run(tree, "reset", "-q", "--hard", "HEAD~1")
    before = git(tree, "rev-parse", "HEAD:drivers/pear.c")
    _run(tree, "am", str(fixup))

    assert f"\nindex {before[:12]}..{git(tree, 'rev-parse', 'HEAD:drivers/pear.c')[:12]}\n" in fixup.read_text()


def test_mail(tree: Path, mail: Path, tmp_path: Path) -> None:
    """It comes from the user, at the patch's own date, so that the same review is the same file, in any time zone."""
    for name, zone in (("one", "UTC"), ("two", "Asia/Tokyo")):
        env = {"TZ": zone, "GIT_CONFIG_COUNT": "0"}
        _run(tmp_path, "config", "--global", "user.name", "Rita Reader")
        _run(tmp_path, "config", "--global", "user.email", "rita@example.org")
        reviewbot("check", mail, "--tree", tree, "--fixup", tmp_path / name, env=env)
    (one,), (two,) = (tmp_path / "one").iterdir(), (tmp_path / "two").iterdir()
    read = message_from_bytes(one.read_bytes().split(b"\n", 1)[1])

    assert one.read_bytes() == two.read_bytes()
    assert {name: read[name] for name in ("From", "Date", "Subject", "In-Reply-To")} == {
        "From": "Rita Reader <rita@example.org>",
        "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
        "Subject": "[PATCH] fixup! pear: say what failed",
        "In-Reply-To": "<pear@example.org>",
    }


def test_text_json_and_draft(tree: Path, mail: Path, tmp_path: Path) -> None:
    """The diff is in the text, in the JSON as the schema has it, and in the reply, said to be untested."""
    words = ("check", mail, "--tree", tree, "--out", tmp_path / "out", "--fixup", tmp_path / "fix")
    review = reviewbot(*words, "--format", "json").json()
    text = reviewbot(*words).out
    draft = (tmp_path / "out" / "0001-pear-say-what-failed.eml").read_text()
    schema = json.loads((ROOT / "docs" / "check.schema.json").read_text())

    jsonschema.Draft202012Validator(schema).validate(review)
    assert review["fixups"] == [str(tmp_path / "fix" / "0001-fixup-pear-say-what-failed.patch")]
    assert (review["findings"][0]["diff"].split("@@ ")[0], review["findings"][0]["compiled"]) == (
        "--- a/drivers/pear.c\n+++ b/drivers/pear.c\n", False
    )  # fmt: skip
    assert CHANGED in review["findings"][0]["diff"]
    assert "".join(f"      {line.expandtabs()}\n" for line in CHANGED.splitlines()) in text
    assert f"Something like this (untested)?\n\n{review['findings'][0]['diff']}" in draft


def test_what_is_not_ours(tree: Path, mail: Path, tmp_path: Path) -> None:
    """A file that is in the way is one sentence and status 2; the review is printed all the same."""
    path = tmp_path / "0001-fixup-pear-say-what-failed.patch"
    path.write_text("mine\n")
    done = reviewbot("check", mail, "--tree", tree, "--fixup", tmp_path)

    assert done.status == 2
    assert done.err.startswith(f"reviewbot: {path} was not written by reviewbot, or was edited")
    assert "1 finding\n" in done.out
    assert path.read_text() == "mine\n"


def test_no_fixup(tree: Path, tmp_path: Path) -> None:
    """Without anything to mend nothing is written, and the status is that of the review."""
    (tmp_path / "fine.eml").write_bytes(patch_mail(DIFF.replace('dev_err(&pdev->dev, "cannot read\\n")', "pear_off()")))
    done = reviewbot("check", tmp_path / "fine.eml", "--tree", tree, "--fixup", tmp_path / "fix")

    assert (done.status, done.err) == (0, "")
    assert not (tmp_path / "fix").exists()


@pytest.mark.parametrize(("command", "words"), [("", "it is empty"), ("make '{objects}", "no closing quotation")])
def test_command_that_cannot_be_read(tree: Path, mail: Path, command: str, words: str) -> None:
    """A command with an open quote, and none at all, is one sentence."""
    refused(reviewbot("check", mail, "--tree", tree, "--compile", command), "--compile", words)


def test_command_that_is_not_there(tree: Path, mail: Path) -> None:
    """A program that does not exist is said before anything is fetched."""
    refused(reviewbot("check", "no@such", "--tree", tree, "--compile", "no-such-make {objects}"), "no-such-make")


def test_compile_needs_a_repository(tree: Path, mail: Path) -> None:
    """A plain folder cannot be exported as it is at a commit."""
    refused(reviewbot("check", mail, "--tree", tree, "--compile", "true"), "plain folder")


HEADER = """\
struct device { int id; };
struct platform_device { struct device dev; };
int pear_read(struct platform_device *pdev);
void dev_err(struct device *dev, const char *fmt, ...);
"""
PROBE = "int dev_err_probe(struct device *dev, int err, const char *fmt, ...);\n"
NOTHING = "void dev_err_probe(struct device *dev, int err, const char *fmt, ...);\n"


@pytest.mark.skipif(not (shutil.which("cc") and shutil.which("make")), reason="cc and make are not installed here")
@pytest.mark.parametrize(("declared", "fits"), [(PROBE, True), (NOTHING, False)])
def test_compile(mail: Path, tmp_path: Path, declared: str, *, fits: bool) -> None:
    """What builds is called compile-tested; what does not is no fix-up, and the reason is said."""
    tree = git_tree(tmp_path / "repo")
    (tree / "include" / "linux" / "dev_printk.h").write_text(HEADER + declared)
    (tree / "Makefile").write_text("%.o: %.c\n\tcc -Iinclude -c -o $@ $<\n")
    git(tree, "add", ".")
    git(tree, "commit", "-q", "-m", "make")
    words = ("check", mail, "--tree", tree, "--compile", "make -s {objects}", "--out", tmp_path, "--fixup", tmp_path)
    review = reviewbot(*words, "--format", "json").json()
    text = reviewbot(*words).out
    draft = (tmp_path / "0001-pear-say-what-failed.eml").read_text()

    assert (review["findings"][0]["compiled"], bool(review["findings"][0]["diff"])) == (fits, fits)
    assert ("Something like this (compile-tested)?\n" in draft, bool(review["fixups"])) == (fits, fits)
    assert ("    verified, compile-tested:\n" in text) == fits
    assert [one["what"] for one in review["coverage"]["skipped"]] == ([] if fits else ["fix-up for dev-err-probe"])
    said = "  no fix-up for dev-err-probe in drivers/pear.c: it does not build: drivers/pear.c: error: "
    assert (said in text) != fits
    assert "\treturn dev_err_probe(&pdev->dev, ret," in draft
