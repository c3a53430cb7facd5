# SPDX-License-Identifier: GPL-2.0-or-later
"""How is another program run without harm?  With bounds on time, memory, output and files, and never by a shell.

This is the only module that imports `subprocess` (a test reads the imports).  It knows nothing of what it runs, but for
`clean_env()`, which is what git gets to see of the user's environment.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import select
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from reviewbot.errors import ProcessError

CHUNK = 1 << 16
MAX_OUTPUT = 64 << 20
_WIDE = 1 << 20
EMPTY_HOME = "/nonexistent"


@dataclass(frozen=True, slots=True)
class Completed:
    """A process that ended by itself.  `returncode` is negative when a signal ended it (a limit, as a rule)."""

    returncode: int
    stdout: bytes
    stderr: bytes


class TimeOutError(ProcessError):
    """The process ran longer than it may; it and its children were killed."""


class OutputBoundError(ProcessError):
    """The process wrote more than it may; it and its children were killed."""


class MissingProgramError(ProcessError):
    """There is no such program, or it may not be run."""


def clean_env(home: Path | str = EMPTY_HOME) -> dict[str, str]:
    """The smallest environment that git works in: no GIT_* of the user's, no configuration but the repository's own.

    `home` should be an empty folder; the default does not exist, which does as well.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def user_env() -> dict[str, str]:
    """The user's environment without GIT_*, for the few questions that are about the user's own configuration."""
    return {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {"LC_ALL": "C.UTF-8"}


def run(
    argv: Sequence[str],
    *,
    timeout: float,
    stdin: bytes = b"",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    max_output: int = MAX_OUTPUT,
    memory: int | None = None,
    cpu: int | None = None,
    file_size: int | None = None,
) -> Completed:
    """Run a program to its end and return what it wrote; its exit status is for the caller to judge.

    `timeout` is in seconds, `max_output` bounds stdout and stderr together, `memory` (address space), `cpu` (seconds)
    and `file_size` are resource limits that its children inherit.  `env` is the whole environment, clean_env() if not
    given.  ProcessError when it cannot be started or hits `timeout` or `max_output`; then, and on Ctrl-C, the whole
    process group is dead before this returns.
    """
    process = _start(argv, cwd, env, subprocess.PIPE)
    try:
        _limit(process.pid, memory, cpu, file_size)
        deadline = time.monotonic() + timeout
        stdout, stderr = _converse(process, stdin, deadline, max_output)
        returncode = process.wait(max(0.0, deadline - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        raise TimeOutError(
            f"{_name(argv)} did not end within {timeout:g} s and was stopped", "try again on a machine less busy"
        ) from None
    except OverflowError:
        raise OutputBoundError(
            f"{_name(argv)} wrote more than {max_output} bytes and was stopped", "look at what it was given to read"
        ) from None
    finally:
        _end(process)
    return Completed(returncode, stdout, stderr)


def run_in_front(argv: Sequence[str]) -> int:
    """Run a program of the user's on our own terminal to its end, as an editor needs it; its exit status.

    It has the user's environment, and no bounds: the user watches it.  Ctrl-C is meant for it alone.
    """
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        return subprocess.call(list(argv))
    except (OSError, ValueError) as err:
        why = err.strerror if isinstance(err, OSError) else str(err)
        raise MissingProgramError(f"{_name(argv)} cannot be started ({why})", "install it, or name another") from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _name(argv: Sequence[str]) -> str:
    """Program and sub-command, for error texts."""
    words = [Path(argv[0]).name] + [word for word in argv[1:] if word[:1].isalpha() and "=" not in word][:1]
    return " ".join(word[:60] for word in words if word.isprintable())


def _start(
    argv: Sequence[str], cwd: Path | None, env: Mapping[str, str] | None, stderr: int
) -> subprocess.Popen[bytes]:
    """A started process in a session, and so a group, of its own: Ctrl-C reaches it only through us."""
    try:
        return subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=cwd,
            env=dict(clean_env() if env is None else env),
            start_new_session=True,
            bufsize=0,
        )
    except (OSError, ValueError) as err:  # ValueError: a NUL in an argument
        why = err.strerror if isinstance(err, OSError) else str(err)
        if cwd is not None and not cwd.is_dir():
            why, hint = f"{cwd} is no folder", "name a folder that exists"
        else:
            hint = f"install {Path(argv[0]).name}, or check PATH"
        raise MissingProgramError(f"{_name(argv)} cannot be started ({why})", hint) from None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group.  The leader was not waited for before, so its id cannot belong to anybody else by now."""
    if process.returncode is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        _close(pipe)


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except BrokenPipeError:  # unsent input to a program that has ended
        pass


def _limit(pid: int, memory: int | None, cpu: int | None, file_size: int | None) -> None:
    """Set resource limits on the running child.

    preexec_fn would set them before exec, but runs Python between fork and exec, which can deadlock where threads are
    (and forbids vfork).  Here the child runs without limits for the microseconds after exec; its standard input, where
    what is hostile comes from, is written later.
    """
    wanted = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: cpu, resource.RLIMIT_FSIZE: file_size}
    wanted[resource.RLIMIT_CORE] = 0
    for which, value in wanted.items():
        if value is None:
            continue
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.prlimit(pid, which, (value, value))
        except (ProcessLookupError, PermissionError):  # it has ended already
            return


def _converse(process: subprocess.Popen[bytes], data: bytes, deadline: float, bound: int) -> tuple[bytes, bytes]:
    """Write all of `data` and read both outputs to their ends; TimeoutError and OverflowError as the names say."""
    out: dict[int, bytearray] = {_number(process.stdout): bytearray(), _number(process.stderr): bytearray()}
    rest, stdin = memoryview(data), _number(process.stdin)
    with selectors.DefaultSelector() as selector:
        for fd in out:
            selector.register(fd, selectors.EVENT_READ)
        if data:
            os.set_blocking(stdin, False)
            selector.register(stdin, selectors.EVENT_WRITE)
        else:
            _close(process.stdin)
        while selector.get_map():
            left = deadline - time.monotonic()
            ready = selector.select(left) if left > 0 else []
            if not ready and left <= 0:
                raise TimeoutError
            for key, _events in ready:
                if key.fd not in out:
                    rest = _feed(stdin, rest)
                    if not rest:
                        selector.unregister(key.fd)
                        _close(process.stdin)
                elif piece := os.read(key.fd, CHUNK):
                    out[key.fd] += piece
                else:
                    selector.unregister(key.fd)
            if sum(map(len, out.values())) > bound:
                raise OverflowError
    stdout, stderr = out.values()
    return bytes(stdout), bytes(stderr)


def _feed(pipe: int, rest: memoryview) -> memoryview:
    """Write what fits; what is left to write (nothing, if nobody reads any more)."""
    try:
        return rest[os.write(pipe, rest[:CHUNK]) :]
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[:0]


# ---- a reader of git objects that stays ----


@dataclass(frozen=True, slots=True)
class GitObject:
    """An object of a git repository: full id, type ("blob", "tree", "commit", "tag"), its bytes (None: too large)."""

    oid: str
    kind: str
    data: bytes | None


def _widen(pipe: int) -> None:
    """Make a pipe hold more, so that a large answer is not read in 64 kB sips, where the system lets us."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _WIDE)


class BatchReader:
    """A long-lived `git cat-file --batch` on a repository; a context manager, for one thread at a time.

    An object of more than `bound` bytes is read past, not kept; an answer has to come within `timeout` seconds.
    """

    def __init__(self, git_dir: Path, env: Mapping[str, str], *, bound: int, timeout: float = 30.0) -> None:
        self._argv = ("git", f"--git-dir={git_dir}", "cat-file", "--batch")
        self._cwd = git_dir
        self._env = env
        self._bound = bound
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = bytearray()

    def __enter__(self) -> BatchReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def get(self, name: str) -> GitObject | None:
        """The object behind a name of git's (an id, "<commit>^{tree}"); None if there is none, or several."""
        if not name or "\n" in name or "\0" in name:
            return None
        try:
            self._ask(name)
            words = self._line().rsplit(b" ", 2)
            if words[-1] in (b"missing", b"ambiguous") or len(words) != 3:
                return None
            size = int(words[2])
            data = self._take(size + 1)
        except BaseException:  # the answer was not read to its end, so the next would be taken for this one
            self._stop()
            raise
        return GitObject(words[0].decode(), words[1].decode(), None if data is None else data[:size])

    def _stop(self) -> None:
        if self._process is not None:
            _end(self._process)
        self._process = None
        self._unread.clear()

    def _ask(self, name: str) -> None:
        if self._process is None:
            self._process = _start(self._argv, self._cwd, self._env, subprocess.DEVNULL)
            _widen(_number(self._process.stdout))
        try:
            os.write(_number(self._process.stdin), name.encode("utf-8", "surrogateescape") + b"\n")
        except BrokenPipeError:
            raise ProcessError("git cat-file has ended early", "check the repository with git fsck") from None

    def _more(self) -> bytes:
        """The next bytes that git writes."""
        pipe = _number(self._process.stdout if self._process else None)
        waiting = select.poll()
        waiting.register(pipe, select.POLLIN)
        if not waiting.poll(self._timeout * 1000):
            raise TimeOutError(f"git cat-file did not answer within {self._timeout:g} s", "look at the disk")
        piece = os.read(pipe, _WIDE)
        if not piece:
            raise ProcessError("git cat-file has ended early", "check the repository with git fsck")
        return piece

    def _line(self) -> bytes:
        while b"\n" not in self._unread:
            self._unread += self._more()
        line, _newline, rest = bytes(self._unread).partition(b"\n")
        self._unread[:] = rest
        return line

    def _take(self, size: int) -> bytes | None:
        """So many bytes, or None if they are too many to keep; the next answer begins behind them."""
        if size > self._bound + 1:
            while size > len(self._unread):
                size -= len(self._unread)
                self._unread[:] = self._more()
            del self._unread[:size]
            return None
        while len(self._unread) < size:
            self._unread += self._more()
        data = bytes(self._unread[:size])
        del self._unread[:size]
        return data


def _number(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise ProcessError("a child process has no pipes")
    return pipe.fileno()
