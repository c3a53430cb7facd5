# SPDX-License-Identifier: GPL-2.0-or-later
"""Code as values: places in a file, files, snapshots of a tree, and what was or was not analysed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Byte offsets [start, end) of a file, and the 1-based lines of its first and last byte."""

    start: int
    end: int
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file's path in the tree (POSIX, relative) and its bytes."""

    path: str
    text: bytes


class Snapshot(Protocol):
    """A tree at one moment, read only.  Reading is the only thing that it can do."""

    @property
    def name(self) -> str:
        """What people call it: "v7.2", "after patch 2/5", "/usr/src/linux"."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a regular file by its relative POSIX path; None if there is none (or a link, or a folder)."""

    def headers(self, folder: str) -> Mapping[str, str]:
        """The .h files below a folder: their paths, and an id that is equal for equal content."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not analysed, and why: `what` names it (a function, a file, a rule), `path` its file."""

    what: str
    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Idle:
    """A rule that did not run, by its id, and the reason in words that follow "it"."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what a series touches was looked at: functions touched, analysed, and all that was skipped.

    `rules` is how many rules ran; `idle` are the others.
    """

    functions: int = 0
    analysed: int = 0
    skipped: tuple[Skipped, ...] = ()
    rules: int = 0
    idle: tuple[Idle, ...] = ()
