# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be chosen on the command line?  Values alone, so that a command loads no more than it needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Format(Enum):
    """How the review is printed."""

    TEXT = "text"
    JSON = "json"


class ScanFormat(Enum):
    """How a scan is printed; `DIFF` is what takes the suggestions, for git apply."""

    TEXT = "text"
    JSON = "json"
    DIFF = "diff"


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """The options of the command line, None where the settings decide."""

    what: str
    tree: Path | None
    base: str | None
    mboxes: tuple[Path, ...]
    archive: str | None
    out: Path | None
    format: Format
    rule_names: tuple[str, ...]
    offline: bool
    everything: bool
    fixup: Path | None = None
    compile: str | None = None
