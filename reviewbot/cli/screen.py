# SPDX-License-Identifier: GPL-2.0-or-later
"""Where does text for people go?  Answers to standard output, what is being done to standard error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from reviewbot.mail.clean import body_text
from reviewbot.model import Progress

Done = TypeVar("Done")


class Screen(Console):
    """Standard output; a reader that goes away is an error for entry.py, where rich would exit with 1, "findings"."""

    def on_broken_pipe(self) -> None:
        """Called by rich instead of raising."""
        raise BrokenPipeError


def say(line: str) -> None:
    """Print a line as it is, without what could steer a terminal."""
    Screen().print(Text(body_text(line)), soft_wrap=True, highlight=False)


def watched(work: Callable[[Progress], Done]) -> Done:
    """What some work comes to; on a terminal its steps are shown while it lasts."""
    errors = Console(stderr=True)
    if not errors.is_terminal:
        return work(lambda _step: None)
    with errors.status("reviewbot") as status:
        return work(lambda step: status.update(step))
