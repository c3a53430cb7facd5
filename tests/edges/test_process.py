# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a child process stay inside its bounds, and is it dead when its time is over?"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import pytest

from reviewbot.edges.process import (
    BatchReader,
    MissingProgramError,
    OutputBoundError,
    TimeOutError,
    clean_env,
    run,
    user_env,
)
from tests.edges.gittree import FILE, git, repository

PYTHON = (sys.executable, "-I", "-c")
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-I", "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    """True if a process runs (a dead one that nobody waited for does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    except FileNotFoundError:
        return False
    return not state.startswith("Z")


def wait_for_death(pid: int) -> bool:
    """True if the process is dead within two seconds."""
    end = time.monotonic() + 2
    while time.monotonic() < end and is_alive(pid):
        time.sleep(0.01)
    return not is_alive(pid)


def test_status_and_outputs() -> None:
    """Exit status, stdout and stderr come back as they were."""
    done = run((*PYTHON, "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"), timeout=30)

    assert (done.returncode, done.stdout, done.stderr) == (3, b"out\n", b"err\n")


def test_much_input_and_output() -> None:
    """Ten megabytes go in and out at once without a deadlock."""
    data = bytes(range(256)) * 40_000
    done = run(("cat",), stdin=data, timeout=30)

    assert done.stdout == data


def test_input_that_nobody_reads() -> None:
    """A program that ends without reading its input is no error."""
    assert run(("true",), stdin=b"x" * 1_000_000, timeout=30).returncode == 0


def test_no_shell() -> None:
    """Words for a shell stay words."""
    assert run(("echo", "$HOME; `id` *"), timeout=30).stdout == b"$HOME; `id` *\n"


def test_time_out_kills_the_grandchild(tmp_path: Path) -> None:
    """When the time is over, the processes that the child started are dead too."""
    note = tmp_path / "pid"
    with pytest.raises(TimeOutError, match=r"did not end within 1.5 s"):
        run((*PYTHON, PARENT, str(note)), timeout=1.5)

    assert wait_for_death(int(note.read_text()))


def test_ctrl_c_kills_the_group(tmp_path: Path) -> None:
    """Ctrl-C while a child runs leaves no process behind."""
    note = tmp_path / "pid"

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 1.5)
    try:
        with pytest.raises(KeyboardInterrupt):
            run((*PYTHON, PARENT, str(note)), timeout=30)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert wait_for_death(int(note.read_text()))


def test_endless_output_is_cut() -> None:
    """A program that writes without end is stopped at the bound."""
    start = time.monotonic()
    with pytest.raises(OutputBoundError, match="yes wrote more than 100000 bytes"):
        run(("yes",), timeout=30, max_output=100_000)

    assert time.monotonic() - start < 10


def test_output_just_within_the_bound() -> None:
    """Output of exactly the bound is kept whole."""
    assert run(("head", "-c", "1000", "/dev/zero"), timeout=30, max_output=1000).stdout == bytes(1000)


def test_missing_program() -> None:
    """A program that is not there is named, and the hint says what to do."""
    with pytest.raises(MissingProgramError) as caught:
        run(("no-such-program-here",), timeout=30)

    assert caught.value.what == "no-such-program-here cannot be started (No such file or directory)"
    assert "install no-such-program-here" in caught.value.hint


def test_missing_folder(tmp_path: Path) -> None:
    """A folder that is not there is not blamed on the program."""
    with pytest.raises(MissingProgramError, match="nowhere is no folder"):
        run(("true",), cwd=tmp_path / "nowhere", timeout=30)


def test_nul_in_an_argument() -> None:
    """A NUL in an argument is a typed error."""
    with pytest.raises(MissingProgramError, match="null byte"):
        run(("echo", "a\0b"), timeout=30)


def test_memory_bound() -> None:
    """A child cannot take more memory than it is given."""
    code = "import sys; sys.stdin.read(); x = bytearray(1 << 30)"
    done = run((*PYTHON, code), stdin=b"go", timeout=30, memory=512 << 20)

    assert done.returncode == 1
    assert b"MemoryError" in done.stderr


def test_cpu_bound() -> None:
    """A child that computes for longer than its share is ended by a signal."""
    assert run((*PYTHON, "while True: pass"), timeout=30, cpu=1).returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def test_file_size_bound(tmp_path: Path) -> None:
    """A child cannot fill the disk with one file."""
    code = "import sys; sys.stdin.read(); open(sys.argv[1], 'wb').write(bytes(200_000))"
    done = run((*PYTHON, code, str(tmp_path / "big")), stdin=b"go", timeout=30, file_size=100_000)

    assert done.returncode != 0
    assert (tmp_path / "big").stat().st_size == 100_000


def test_clean_env_hides_the_users_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """No GIT_* variable, editor or proxy of the user's reaches git, and its configuration is no file of the user's."""
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "evil")
    monkeypatch.setenv("https_proxy", "http://evil")
    env = clean_env()

    assert not {"GIT_DIR", "GIT_EXTERNAL_DIFF", "https_proxy"} & env.keys()
    assert env["GIT_CONFIG_GLOBAL"] == "/dev/null"
    assert env["HOME"] != os.environ["HOME"]


def test_user_env_keeps_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's environment is whole but for GIT_*."""
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'a.b=c'")
    monkeypatch.setenv("REVIEWBOT_X", "1")

    assert user_env()["HOME"] == os.environ["HOME"]
    assert user_env()["REVIEWBOT_X"] == "1"
    assert "GIT_CONFIG_PARAMETERS" not in user_env()


def test_reader_gives_objects(tmp_path: Path) -> None:
    """Blobs, trees and what is missing are told apart, by one process."""
    tree = repository(tmp_path / "tree")
    blob = git(tree, "rev-parse", "HEAD:mm/one.c")
    with BatchReader(tree / ".git", clean_env(), bound=1000) as reader:
        first = reader.get(blob)
        folder = reader.get("HEAD:mm")
        nothing = [reader.get(name) for name in ("HEAD:mm/two.c", "f" * 40, "HEAD:a b c", "a\nb", "")]

    assert first is not None
    assert (first.oid, first.kind, first.data) == (blob, "blob", FILE)
    assert folder is not None
    assert folder.kind == "tree"
    assert nothing == [None] * 5


def test_reader_passes_over_large_objects(tmp_path: Path) -> None:
    """An object above the bound has no data, and the next answer is right again."""
    tree = repository(tmp_path / "tree", {"small": b"x" * 1000, "large": b"y\n" * 100_000})
    with BatchReader(tree / ".git", clean_env(), bound=1000) as reader:
        large, small = reader.get("HEAD:large"), reader.get("HEAD:small")

    assert large is not None
    assert large.data is None
    assert small is not None
    assert small.data == b"x" * 1000


def test_reader_leaves_no_process(tmp_path: Path) -> None:
    """The reader's git is dead when its block is left, by an exception too."""
    tree = repository(tmp_path / "tree")
    pids: list[int] = []

    def work() -> None:
        with BatchReader(tree / ".git", clean_env(), bound=1000) as reader:
            reader.get("HEAD")
            assert reader._process is not None
            pids.append(reader._process.pid)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert wait_for_death(pids[0])
