# SPDX-License-Identifier: GPL-2.0-or-later
"""May a patch touch this path?  Nothing outside of the tree, nothing of git's own, nothing that a terminal would obey.

Git refuses most of this too; here it is refused before git sees it, in words for people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from reviewbot.edges.scratch import MAX_FILE, Entry
from reviewbot.model import FileDiff, Patch

MAX_DIFF = 20 << 20
MAX_HUNKS = 10_000
MAX_FILES = 5_000
MAX_PATH = 4096
_SUBMODULE = "160000"

# the names that git itself refuses (core.protectHFS, core.protectNTFS): any case, short name, trailing dots, streams
_IGNORABLE = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_GIT_NAME = re.compile(r"(?:\.git|git~\d+)(?:[ .]*|:.*)", re.IGNORECASE)
_BINARY_SIZE = re.compile(r"(?m)^(?:literal|delta) (\d{8,})\r?$")


def paths_of(diff: FileDiff) -> Iterator[str]:
    """The paths that a file's diff touches, old and new."""
    yield from dict.fromkeys(path for path in (diff.old_path, diff.new_path) if path is not None)


def refused(patch: Patch) -> str | None:
    """Why a patch is not given to git at all, in words that name the path or the bound; None if it is fine."""
    if len(patch.diff) > MAX_DIFF or len(patch.raw_diff or b"") > MAX_DIFF:
        return f"its diff is larger than {MAX_DIFF >> 20} MB"
    if len(patch.files) > MAX_FILES:
        return f"it changes more than {MAX_FILES} files"
    if sum(len(diff.hunks) for diff in patch.files) > MAX_HUNKS:
        return f"it has more than {MAX_HUNKS} hunks"
    for diff in patch.files:
        if diff.status == "submodule" or _SUBMODULE in (diff.old_mode, diff.new_mode):
            return f"{printable(diff.path)} is a submodule, not reviewed"
        for path in paths_of(diff):
            if why := wrong_path(path):
                return f"{printable(path)} {why}"
    if any(int(size) > MAX_FILE for size in _BINARY_SIZE.findall(patch.diff)):
        return f"it holds a binary file of more than {MAX_FILE >> 20} MB"
    return None


def wrong_path(path: str) -> str | None:
    """What is wrong with a path by its looks, as a clause to follow it; None if it is fine."""
    if not path or len(path) > MAX_PATH:
        return f"is no path of 1 to {MAX_PATH} characters"
    if any(unicodedata.category(c) in ("Cc", "Cf") for c in _IGNORABLE.sub("", path)):
        return "has a control character in its name"
    parts = path.split("/")
    if path.startswith("/") or "\\" in path:
        return "is no relative path of the tree"
    if ".." in parts:
        return "points outside of the tree"
    if "" in parts or "." in parts:
        return "is no plain path"
    if any(_GIT_NAME.fullmatch(_IGNORABLE.sub("", part)) for part in parts):
        return "lies in git's own folder"
    return "has a control character in its name" if _IGNORABLE.search(path) else None


def wrong_place(path: str, entry: Callable[[str], Entry | None]) -> str | None:
    """What is wrong with where a path leads in a tree, as a clause to follow it; `entry` says what stands at a path."""
    parts = path.split("/")
    for count in range(1, len(parts)):
        above = "/".join(parts[:count])
        found = entry(above)
        if found is None:
            return None
        if not found.is_folder:
            kinds = {"120000": "the symbolic link", _SUBMODULE: "the submodule"}
            return f"goes through {kinds.get(found.mode, 'the file')} {printable(above)}"
    found = entry(path)
    if found is not None and found.mode == _SUBMODULE:
        return "is a submodule, not reviewed"
    return "is a folder of the tree" if found is not None and found.is_folder else None


def printable(text: str) -> str:
    """Text that cannot steer a terminal: control, bidi and other characters that do not print become U+FFFD."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[: 2 * MAX_PATH])
