# SPDX-License-Identifier: GPL-2.0-or-later
"""Where does text for people go?  To standard output, as rich knows it."""

from __future__ import annotations

from rich.console import Console


class Screen(Console):
    """Standard output; a reader that goes away is an error for entry.py, where rich would exit with 1, "findings"."""

    def on_broken_pipe(self) -> None:
        """Called by rich instead of raising."""
        raise BrokenPipeError
