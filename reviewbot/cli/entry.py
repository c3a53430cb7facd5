# SPDX-License-Identifier: GPL-2.0-or-later
"""Where does the program start?  Here, with as few imports as an answer needs; all errors end here as exit status 2."""

from __future__ import annotations

import io
import os
import signal
import sys

from reviewbot import __version__
from reviewbot.errors import ReviewbotError

_DONE = {"check": "review", "helper": "answer"}
"""What a command makes."""


def main() -> None:
    """Run the command line and exit: 0 clean, 1 findings, 2 could not check."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"reviewbot {__version__}")  # noqa: T201  # this layer prints
        sys.exit(0)
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(stop) is not signal.SIG_IGN:  # nohup's wish is kept
            signal.signal(stop, _interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character gets a question mark
    sys.exit(_status())


def _interrupt(_number: int, _frame: object) -> None:
    """End the program, once: what is cleaned up on the way out is not to be interrupted."""
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


def _status() -> int:
    """Run, and turn whatever goes wrong into one sentence and exit status 2."""
    try:
        code = _run()
        sys.stdout.flush()
        return code
    except ReviewbotError as error:
        _complain(error.what, error.hint)
    except BrokenPipeError:
        # what stands in the buffer has no reader any more; python would complain again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        _complain(f"the system refused to go on: {error.strerror or error}{where}", "check disk space and permissions")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        _complain(f"interrupted before the {_DONE.get(' '.join(sys.argv[1:2]), 'output')} was complete", "")
    except RecursionError:
        _complain("something in this mail or file is nested too deeply to be read", "report the message id, please")
    except MemoryError:
        _complain("there is not enough memory to read this", "check a smaller piece of it")
    return 2


def _run() -> int:
    import typer

    from reviewbot.cli.app import app

    if "_REVIEWBOT_COMPLETE" in os.environ:  # a shell asks for completions
        app(prog_name="reviewbot")
    command = typer.main.get_command(app)
    try:
        # not app(): it would make 1 of a broken pipe and 130 of Ctrl-C
        with command.make_context("reviewbot", sys.argv[1:]) as context:
            command.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.TyperException as error:
        if words := error.format_message():
            _complain(words.replace("\n", " "), "`reviewbot --help` shows the commands and options")
        return 2
    return 0


def _complain(what: str, hint: str) -> None:
    print(f"reviewbot: {_printable(what)}", file=sys.stderr)  # noqa: T201  # this layer prints
    if hint:
        print(f"           {_printable(hint)}", file=sys.stderr)  # noqa: T201  # this layer prints


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
