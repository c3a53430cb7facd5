# SPDX-License-Identifier: GPL-2.0-or-later
"""How do the tests run a rule over a piece of C and a made-up tree, or over a real one?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reviewbot.match.trial import FACTS, MARK, MadeUpTree, marked_lines, passes, run, unit_of
from tests import conftest

__all__ = ["FACTS", "MARK", "FolderTree", "MadeUpTree", "marked_lines", "passes", "real_tree", "run", "unit_of"]


@dataclass(frozen=True)
class FolderTree:
    """A snapshot of a folder on disk."""

    root: Path
    name: str = "folder"

    def read(self, path: str) -> bytes | None:
        """See Snapshot."""
        file = self.root / path
        return file.read_bytes() if file.is_file() else None

    def headers(self, folder: str) -> dict[str, str]:
        """See Snapshot."""
        return {str(p.relative_to(self.root)): str(p) for p in (self.root / folder).rglob("*.h")}


def real_tree(version: str) -> FolderTree:
    """The real Linux of this version, or the test is skipped."""
    return FolderTree(conftest.real_tree(version), version)
