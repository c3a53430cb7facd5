# SPDX-License-Identifier: GPL-2.0-or-later
"""What is a line of the text output?  Its text, and how it may be wrapped on a terminal."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text


@dataclass(frozen=True, slots=True)
class Row:
    """One line of output.  On a terminal it is wrapped, its further lines indented by `hang`; code (None) never is."""

    text: Text
    hang: int | None = 4
