# SPDX-License-Identifier: GPL-2.0-or-later
"""Is WHAT understood in every form: file, folder, page, pipe, id and address, with and without network?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.tool import DIFF, MBOX, Done, patch_mail, reviewbot
from tests.inbox import StandIn, to_mboxrd

PAGE = """\
[PATCH] pear: say what failed
Ann Author ann at example.org
Mon Nov  2 10:00:00 UTC 2026

Say so.

---
"""


def found_it(done: Done) -> bool:
    """True if the driver's finding was reported, and nothing was complained of."""
    return (done.status, done.err) == (1, "") and "  drivers/pear.c:8: " in done.out


def test_mbox(tree: Path, tmp_path: Path) -> None:
    """An mbox is about its first patch."""
    (tmp_path / "a.mbox").write_bytes(to_mboxrd([patch_mail()]))
    assert found_it(reviewbot("check", tmp_path / "a.mbox", "--tree", tree))


def test_eml(tree: Path, mail: Path) -> None:
    """A single mail without a From line."""
    assert found_it(reviewbot("check", mail, "--tree", tree))


@pytest.mark.parametrize("sub", ["cur", "new"])
def test_maildir(tree: Path, tmp_path: Path, sub: str) -> None:
    """A maildir, read mail and new mail."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    (tmp_path / "box" / sub / "1.a:2,S").write_bytes(patch_mail())
    assert found_it(reviewbot("check", tmp_path / "box", "--tree", tree))


@pytest.mark.parametrize("name", ["1.eml", "0001-pear.patch"])
def test_folder(tree: Path, tmp_path: Path, name: str) -> None:
    """A folder of .eml files, or what git format-patch wrote."""
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / name).write_bytes(patch_mail())
    assert found_it(reviewbot("check", tmp_path / "box", "--tree", tree))


def test_page(tree: Path, tmp_path: Path) -> None:
    """The text of an archive page."""
    (tmp_path / "page.txt").write_text(PAGE + DIFF)
    assert found_it(reviewbot("check", tmp_path / "page.txt", "--tree", tree))


def test_standard_input(tree: Path) -> None:
    """What another program pipes in, as a mail or an mbox."""
    assert found_it(reviewbot("check", "-", "--tree", tree, stdin=patch_mail()))
    assert found_it(reviewbot("check", "-", "--tree", tree, stdin=to_mboxrd([patch_mail()])))


def test_named_pipe(tree: Path, mail: Path) -> None:
    """A pipe that the shell passes by name, as <(...) does."""
    assert found_it(reviewbot("check", "/dev/stdin", "--tree", tree, stdin=mail.read_bytes()))


@pytest.mark.parametrize(
    "what",
    [
        "demo-hwmon-v1-2@example.org",
        "<demo-hwmon-v1-2@example.org>",
        "https://lore.kernel.org/all/demo-hwmon-v1-2@example.org/",
        "https://lore.kernel.org/linux-hwmon/demo-hwmon-v1-2%40example.org/T/#u",
    ],
)
def test_mail_of_a_mailbox(what: str) -> None:
    """An id or address with --mbox: the series at the revision that the mail belongs to."""
    series = reviewbot("check", what, *MBOX, "--format", "json").json()["series"]
    assert [patch["msgid"] for patch in series["patches"]] == [
        "demo-hwmon-v1-1@example.org",
        "demo-hwmon-v1-2@example.org",
    ]


def test_archive_and_offline(tree: Path, tmp_path: Path) -> None:
    """An id through the real b4 and an archive; then the same bytes without any archive."""
    with StandIn((patch_mail(),)) as archive:
        words = ("check", "pear@example.org", "--tree", tree, "--archive", archive.url)
        online = reviewbot(*words, cwd=tmp_path)
        asked = len(archive.asked)
        offline = reviewbot(*words, "--offline", cwd=tmp_path)
        assert len(archive.asked) == asked
    assert found_it(online)
    assert asked > 0
    assert offline == online


def test_offline_without_a_copy(tree: Path) -> None:
    """Offline, what was never fetched is one sentence."""
    done = reviewbot("check", "pear@example.org", "--tree", tree, "--archive", "http://127.0.0.1:9/all", "--offline")
    assert (done.status, done.out) == (2, "")
    assert "the thread of pear@example.org from http://127.0.0.1:9/all is not in the cache" in done.err
