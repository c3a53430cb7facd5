# SPDX-License-Identifier: GPL-2.0-or-later
"""What is a tree to a bench?  A folder on disk, read only, as reviewbot's Snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FolderTree:
    """A snapshot of a folder on disk."""

    root: Path
    name: str = "bench"

    def read(self, path: str) -> bytes | None:
        """See Snapshot."""
        file = self.root / path
        return file.read_bytes() if file.is_file() else None

    def headers(self, folder: str) -> dict[str, str]:
        """See Snapshot."""
        return {path.relative_to(self.root).as_posix(): str(path) for path in (self.root / folder).rglob("*.h")}
