# SPDX-License-Identifier: GPL-2.0-or-later
"""Are interruptions, full disks and wrong folders one clear sentence and status 2, with nothing lost or left behind?"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.tool import COMMAND, FINDING, SECONDS, TREE, Done, git, git_tree, patch_mail, refused, reviewbot
from tests.inbox import StandIn


@pytest.fixture
def archive() -> Iterator[StandIn]:
    """An archive with one patch."""
    with StandIn((patch_mail(),)) as stand_in:
        yield stand_in


# ---- interruptions ----


def stopped(
    number: signal.Signals,
    words: tuple[str, ...],
    tmp_path: Path,
    is_busy: Callable[[], bool],
    path: str = os.environ["PATH"],
) -> Done:
    """Run, wait until it is busy, send a signal."""
    (tmp_path / "tmp").mkdir()
    env = {**os.environ, "TMPDIR": str(tmp_path / "tmp"), "PATH": path}
    process = subprocess.Popen(
        (*COMMAND, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=tmp_path,
        preexec_fn=_no_signal_ignored,
    )  # fmt: skip
    deadline = time.monotonic() + SECONDS
    while not is_busy() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert any((tmp_path / "tmp").iterdir())
    process.send_signal(number)
    out, err = process.communicate(timeout=15)
    return Done(process.returncode, out.decode(), err.decode())


def _no_signal_ignored() -> None:
    """A shell's background jobs ignore Ctrl-C, and so would what they start."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupt(archive: StandIn, tree: Path, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C while the archive hangs: one sentence, status 2, and no temporary folder is left."""
    archive.fault = "hang"
    words = ("check", "pear@example.org", "--archive", archive.url, "--tree", str(tree))
    done = stopped(number, words, tmp_path, lambda: bool(archive.asked))

    refused(done, "interrupted before the review was complete")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_interrupted_question(tree: Path, tmp_path: Path) -> None:
    """Ctrl-C in `reviewbot helper`, here while git hangs, speaks of an answer, as nothing is reviewed."""
    (tmp_path / "bin").mkdir()
    # git is first asked for its settings, before there is anything to clean up
    settings = f'[ -n "$(ls -A {tmp_path}/tmp)" ] || exit 1'
    (tmp_path / "bin" / "git").write_text(f"#!/bin/sh\n{settings}\ntouch {tmp_path}/asked\nexec sleep {SECONDS}\n")
    (tmp_path / "bin" / "git").chmod(0o755)
    done = stopped(
        signal.SIGINT,
        ("helper", "a & b", "--tree", str(tree)),
        tmp_path,
        (tmp_path / "asked").exists,
        f"{tmp_path}/bin:{os.environ['PATH']}",
    )

    refused(done, "interrupted before the answer was complete")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_broken_pipe() -> None:
    """A reader that has seen enough (`| head -1`) gets no traceback, and its output is not called clean."""
    process = subprocess.Popen(
        (*COMMAND, "rules", "show", "is-cow-mapping"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(SECONDS) == 2
    process.stderr.close()


def test_full_disk(tree: Path, mail: Path) -> None:
    """Output that cannot be written is one sentence."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            (*COMMAND, "check", str(mail), "--tree", str(tree)), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[0] == "reviewbot: the system refused to go on: No space left on device"


# ---- trees and folders ----


def test_tree_that_is_not_there(tmp_path: Path, mail: Path) -> None:
    """A --tree that does not exist, is a file, or is empty."""
    (tmp_path / "empty").mkdir()
    for tree in (tmp_path / "nowhere", mail, tmp_path / "empty"):
        refused(reviewbot("check", mail, "--tree", tree), str(tree))


def test_no_kernel_tree(tmp_path: Path, mail: Path) -> None:
    """A plain folder that is no kernel tree: the patch does not apply, which is said, and nothing is called clean."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "README").write_text("holiday\n")
    done = reviewbot("check", mail, "--tree", tmp_path / "photos")
    assert done.status == 2
    assert f"not applied to {tmp_path / 'photos'}" in done.out
    assert "drivers/pear.c" in done.out
    assert "0 findings" in done.out


def test_out_is_a_file(tree: Path, mail: Path, tmp_path: Path) -> None:
    """Drafts that cannot be written: the review is printed all the same, then the reason, and the file is untouched."""
    (tmp_path / "out").write_text("mine")
    done = reviewbot("check", mail, "--tree", tree, "--out", tmp_path / "out")
    assert done.status == 2
    assert FINDING in done.out
    assert f"reviewbot: the drafts cannot be written to {tmp_path / 'out'}: " in done.err
    assert (tmp_path / "out").read_text() == "mine"


def test_out_was_deleted(tree: Path, mail: Path, tmp_path: Path) -> None:
    """An output folder that somebody removed is made again."""
    run = ("check", mail, "--tree", tree, "--out", tmp_path / "a" / "out")
    assert reviewbot(*run).status == 1
    for path in (tmp_path / "a" / "out").iterdir():
        path.unlink()
    (tmp_path / "a" / "out").rmdir()
    assert reviewbot(*run).status == 1
    assert (tmp_path / "a" / "out" / "drafts.mbox").is_file()


def test_current_folder_was_deleted(tmp_path: Path, mail: Path) -> None:
    """To stand in a folder that is gone is one sentence."""
    script = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"'
    done = subprocess.run(
        ("sh", "-c", script, "sh", *COMMAND, "check", str(mail), "--tree", str(TREE)),
        cwd=tmp_path, env={**os.environ, "PYTHONSAFEPATH": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_git_tree_is_not_written(tmp_path: Path, mail: Path) -> None:
    """The user's repository is the same after as before."""
    tree = git_tree(tmp_path / "repo")
    before = {p: p.read_bytes() for p in sorted((tree / ".git").rglob("*")) if p.is_file()}
    assert reviewbot("check", mail, "--tree", tree).status == 1
    assert {p: p.read_bytes() for p in sorted((tree / ".git").rglob("*")) if p.is_file()} == before
    assert git(tree, "status", "--porcelain") == ""
