# SPDX-License-Identifier: GPL-2.0-or-later
"""Fix-ups as values: what a file becomes, and the mail that changes a patch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileChange:
    """What one file becomes; `diff` is the unified diff between the two, as git takes it and as a mail carries it."""

    path: str
    before: bytes
    after: bytes
    diff: str


@dataclass(frozen=True, slots=True)
class FixupPatch:
    """A mail for `git am`, to be squashed into a patch: that patch's message id, its 1-based place in the series, its
    subject without [PATCH], and the mail's bytes."""

    patch: str
    number: int
    subject: str
    mail: bytes
