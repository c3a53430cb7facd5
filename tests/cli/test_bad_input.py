# SPDX-License-Identifier: GPL-2.0-or-later
"""Is bad input one clear sentence and status 2, or a problem of one patch; never a traceback, a hang or a loss?"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.tool import DIFF, FINDING, MBOX, Done, git_tree, patch_mail, refused, reviewbot
from tests.inbox import StandIn, make_mail, to_mboxrd


def of_mail(tmp_path: Path, tree: Path, *mails: bytes, options: tuple[str | Path, ...] = ()) -> Done:
    """Check a file of mails."""
    (tmp_path / "a.mbox").write_bytes(to_mboxrd(mails))
    return reviewbot("check", tmp_path / "a.mbox", "--tree", tree, *options)


# ---- the archive ----


@pytest.fixture
def archive() -> Iterator[StandIn]:
    """An archive with one patch."""
    with StandIn((patch_mail(),)) as stand_in:
        yield stand_in


def test_unknown_id(archive: StandIn, tree: Path) -> None:
    """An id that the archive does not have."""
    done = reviewbot("check", "nobody@example.org", "--archive", archive.url, "--tree", tree)
    refused(done, "nobody@example.org", "has no such mail")


def test_unknown_id_in_a_mailbox() -> None:
    """An id that the mailbox does not have."""
    refused(reviewbot("check", "nobody@example.org", *MBOX), "there is no mail <nobody@example.org> in ")


def test_archive_down(tree: Path) -> None:
    """An archive that nobody answers for."""
    done = reviewbot("check", "pear@example.org", "--archive", "http://127.0.0.1:9/all", "--tree", tree)
    refused(done, "pear@example.org", "http://127.0.0.1:9/all cannot be reached")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("missing", "has no such mail"),
        ("error", "HTTP status 500"),
        ("empty", "empty thread"),
        ("garbage", "no mbox"),
        ("truncated", "broke off"),
    ],
)
def test_archive_out_of_order(archive: StandIn, tree: Path, fault: str, words: str) -> None:
    """An archive that answers 404 or 500, with nothing, with a web page, or with half of an answer."""
    archive.fault = fault
    done = reviewbot("check", "pear@example.org", "--archive", archive.url, "--tree", tree)
    refused(done, "pear@example.org", words)


@pytest.mark.parametrize("what", ["no-id", "../../etc/passwd", "a b@c", "http://", "x" * 5000, "a@b/../c", "-1@x", ""])
def test_no_id(tree: Path, what: str) -> None:
    """What is neither a file nor an id nor an address."""
    refused(reviewbot("check", "--tree", tree, "--offline", "--", what))


@pytest.mark.parametrize("url", ["ftp://x", "file:///etc", "nonsense", "http://user@host/"])
def test_no_archive(tree: Path, url: str) -> None:
    """An --archive that is no archive."""
    refused(reviewbot("check", "pear@example.org", "--archive", url, "--tree", tree), url)


# ---- mails without a patch ----


def test_no_patch(tmp_path: Path, tree: Path) -> None:
    """A thread in which nobody sent a patch."""
    mails = (make_mail("q@x", "How do I?"), make_mail("a@x", "Re: How do I?", to="q@x"))
    refused(of_mail(tmp_path, tree, *mails), "q@x")


def test_cover_letter_alone(tmp_path: Path, tree: Path) -> None:
    """A cover letter whose patches are not there."""
    refused(of_mail(tmp_path, tree, make_mail("c@x", "[PATCH 0/3] three things")), "c@x")


def test_pull_request(tmp_path: Path, tree: Path) -> None:
    """A git pull request."""
    body = "The following changes since commit 1234567:\n\nare available in the Git repository at:\n\n  git://x\n"
    refused(of_mail(tmp_path, tree, make_mail("p@x", "[GIT PULL] things", body=body)), "p@x", "pull")


def test_empty_patch(tmp_path: Path, tree: Path) -> None:
    """A patch mail without a diff."""
    refused(of_mail(tmp_path, tree, make_mail("e@x", "[PATCH] nothing")), "e@x")


@pytest.mark.parametrize("content", [b"", b"\n\n\n"])
def test_empty_file(tmp_path: Path, tree: Path, content: bytes) -> None:
    """A file with nothing in it, and nothing on standard input."""
    (tmp_path / "empty").write_bytes(content)
    refused(reviewbot("check", tmp_path / "empty", "--tree", tree), "holds no mail")
    refused(reviewbot("check", "-", "--tree", tree, stdin=content), "standard input holds no mail")


def test_folder_without_mail(tmp_path: Path, tree: Path) -> None:
    """A folder that holds no mail."""
    (tmp_path / "box").mkdir()
    refused(reviewbot("check", tmp_path / "box", "--tree", tree), str(tmp_path / "box"))


def test_unreadable_file(tmp_path: Path, tree: Path) -> None:
    """A file that may not be read, or that the system cannot read."""
    path = Path("/proc/self/mem")
    if os.geteuid() != 0:
        path = tmp_path / "secret"
        path.write_text("x")
        path.chmod(0)
    refused(reviewbot("check", path, "--tree", tree), f"{path} cannot be read")
    refused(reviewbot("check", "a@x", "--mbox", tmp_path / "missing", "--tree", tree), "cannot be read")


def test_binary_file(tmp_path: Path, tree: Path) -> None:
    """A file that is no mail at all."""
    (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 1000)
    refused(reviewbot("check", tmp_path / "a.bin", "--tree", tree))


# ---- diffs that are no plain change of a file ----

NEW_FILE = (
    "diff --git a/{0} b/{0}\nnew file mode {1}\nindex 0000000..1234567\n--- /dev/null\n+++ b/{0}\n@@ -0,0 +1 @@\n+x\n"
)
ODD = {
    "rename": "diff --git a/drivers/pear.c b/drivers/apple.c\nsimilarity index 100%\n"
              "rename from drivers/pear.c\nrename to drivers/apple.c\n",
    "mode change": "diff --git a/drivers/pear.c b/drivers/pear.c\nold mode 100644\nnew mode 100755\n",
}  # fmt: skip
WRONG = {
    "binary": ("diff --git a/logo.png b/logo.png\nindex 1234567..89abcde 100644\n"
               "Binary files a/logo.png and b/logo.png differ\n", "logo.png"),
    "submodule": ("diff --git a/sub b/sub\nnew file mode 160000\nindex 0000000..1234567\n--- /dev/null\n+++ b/sub\n"
                  f"@@ -0,0 +1 @@\n+Subproject commit {'1' * 40}\n", "sub is a submodule"),
    "parent": (NEW_FILE.format("../evil.c", "100644"), "evil.c"),
    "git folder": (NEW_FILE.format(".git/hooks/post-checkout", "100755"), "lies in git's own folder"),
    "absolute": (NEW_FILE.format("/tmp/evil.c", "100644"), "evil.c"),
    "link in the tree": (NEW_FILE.format("link/evil.c", "100644"), "goes through the symbolic link link"),
    "link in the patch": (NEW_FILE.format("way", "120000").replace("+x", "+/tmp")
                          + NEW_FILE.format("way/evil.c", "100644"), "way"),
}  # fmt: skip


@pytest.fixture(params=["git", "folder"])
def linked(request: pytest.FixtureRequest, tree: Path, tmp_path: Path) -> Path:
    """A tree, as a repository and as a folder, in which a symbolic link leads out."""
    (tmp_path / "outside").mkdir()
    (tree / "link").symlink_to(tmp_path / "outside")
    if request.param == "git":
        git_tree(tree)
    return tree


@pytest.mark.parametrize("name", WRONG)
def test_refused_diff(tmp_path: Path, linked: Path, name: str) -> None:
    """A diff that cannot or must not be applied is that patch's problem; the patch beside it is reviewed as ever."""
    diff, words = WRONG[name]
    one = patch_mail(diff, subject="[PATCH 1/2] bad", msgid="bad@x")
    two = patch_mail(DIFF, subject="[PATCH 2/2] good", msgid="good@x", headers="In-Reply-To: <bad@x>\n")
    before = sorted(str(p) for p in tmp_path.rglob("*"))
    done = of_mail(tmp_path, linked, one, two)

    assert (done.status, done.err) == (1, "")
    assert FINDING in done.out
    assert "only 1 of 2 applied to" in done.out
    problem = [line for line in done.out.splitlines() if line.startswith("  does not apply to")]
    assert len(problem) == 1
    assert words in problem[0]
    assert sorted(str(p) for p in tmp_path.rglob("*")) == sorted([*before, str(tmp_path / "a.mbox")])
    assert not Path("/tmp/evil.c").exists()


@pytest.mark.parametrize("name", ODD)
def test_odd_diff(tmp_path: Path, tree: Path, name: str) -> None:
    """A rename or a change of mode alone applies, and nothing is found in it."""
    done = of_mail(tmp_path, tree, patch_mail(ODD[name]))
    assert (done.status, done.err) == (0, "")
    assert "0 findings" in done.out


# ---- too much ----


def test_mail_of_100_megabytes(tmp_path: Path, tree: Path) -> None:
    """A mail of 100 MB is left out and said to be, in seconds; the mail beside it is reviewed."""
    large = make_mail("large@x", "Re: pear", to="pear@example.org") + b"x" * 79 + b"\n"
    with (tmp_path / "large.mbox").open("wb") as out:
        out.write(to_mboxrd([patch_mail()]) + to_mboxrd([large]).rstrip(b"\n"))
        for _ in range(100):
            out.write((b"y" * 79 + b"\n") * 13108)
    started = time.monotonic()
    done = reviewbot("check", tmp_path / "large.mbox", "--tree", tree)

    assert done.status == 1
    assert FINDING in done.out
    assert "large@x has 104" in done.out
    assert "was skipped" in done.out
    assert time.monotonic() - started < 30


def test_patch_of_100_megabytes(tmp_path: Path, tree: Path) -> None:
    """When the only mail is that large, there is nothing to review, and that is why."""
    with (tmp_path / "large.eml").open("wb") as out:
        out.write(patch_mail())
        for _ in range(100):
            out.write((b"+" * 79 + b"\n") * 13108)
    refused(
        reviewbot("check", tmp_path / "large.eml", "--tree", tree),
        "large.eml: pear@example.org has 104",
        "and was skipped",
    )


def test_thread_of_10000_mails(tmp_path: Path, tree: Path) -> None:
    """A thread of 10,000 mails is cut, which is said; its patch is reviewed."""
    date = "Date: Tue, 03 Nov 2026 10:00:00 +0000\n"
    replies = [make_mail(f"r{n}@x", "Re: pear", to="pear@example.org", headers=date) for n in range(9999)]
    started = time.monotonic()
    done = of_mail(tmp_path, tree, patch_mail(), *replies)

    assert done.status == 1
    assert FINDING in done.out
    assert "the thread has 10000 mails; only the first 5000 were read" in done.out
    assert time.monotonic() - started < 40


def test_endless_file(tree: Path) -> None:
    """A file without end is given up."""
    refused(reviewbot("check", "/dev/zero", "--tree", tree), "/dev/zero is larger than 512 MB")


# ---- hostile bytes ----


def test_nuls(tmp_path: Path, tree: Path) -> None:
    """NULs in head and body cost nothing but themselves."""
    mail = patch_mail(words="Say\0so.\n\n---\n", subject="[PATCH] pear:\0 say")
    done = of_mail(tmp_path, tree, mail)
    assert done.status == 1
    assert FINDING in done.out
    assert "\0" not in done.out


ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


def test_terminal_escapes(tmp_path: Path, tree: Path) -> None:
    """Escapes in a subject, a name, an id or the code reach neither the screen nor the drafts."""
    diff = DIFF.replace("cannot read", f"cannot {ESCAPES} read")
    mail = patch_mail(diff, subject=f"[PATCH] pear: {ESCAPES}", headers=f"Cc: {ESCAPES} <cc@example.org>\n")
    mail = mail.replace(b"From: Ann", f"From: {ESCAPES}Ann".encode())
    out = tmp_path / "out"
    text = of_mail(tmp_path, tree, mail, options=("--out", out))
    json = of_mail(tmp_path, tree, mail, options=("--format", "json"))

    assert text.status == 1
    assert FINDING in text.out
    drafts = b"".join(path.read_bytes() for path in out.iterdir()).decode()
    assert "In-Reply-To: <pear@example.org>" in drafts
    for bad in "\x1b\x07\x9b\u202e":
        assert bad not in text.out
        assert bad not in json.out
        assert bad not in drafts


def test_escapes_on_the_command_line(tree: Path) -> None:
    """An error does not repeat escapes that it was given."""
    done = reviewbot("check", f"{ESCAPES}a@b", "--tree", tree)
    refused(done)
    assert "\x1b" not in done.err
