# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a file hold before and after a patch?  A base (a commit, or a plain folder), and files laid over it.

Reads regular files only: a link, a submodule, or a path behind a link is no file.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from reviewbot.edges.process import BatchReader
from reviewbot.edges.scratch import MAX_FILE, Entry, Scratch
from reviewbot.errors import TreeError

_KEEP = 2000


class Base(Protocol):
    """The state of a tree that patches are applied to."""

    def entry(self, path: str) -> Entry | None:
        """What stands at a path, be it a file, link, folder or submodule; its blob can be had from the scratch."""

    def blob_id(self, path: str) -> str | None:
        """The id of a regular file's content; None if there is no such file."""

    def read(self, path: str) -> bytes | None:
        """The content of a regular file; None if there is no such file."""

    def files(self, folder: str, suffix: str) -> Mapping[str, str]:
        """The regular files below a folder whose names end so, by path, each with an id: equal ids, equal content."""

    @property
    def keeps(self) -> bool:
        """True if earlier states of its files can still be read by their ids."""

    def source(self) -> Source:
        """What reads many files by the ids that files() gave, in another process if need be."""

    def mark(self, folder: str) -> str:
        """An id of all that is below a folder: equal as long as nothing there changes; "" where there is no folder."""


class Source(Protocol):
    """Reads many files at once; it can be sent to another process."""

    def texts(self, files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """Path and content of each of the files (path, id) that is still there."""


@dataclass(frozen=True, slots=True)
class GitSource:
    """The objects that the scratch repository at `place` borrows."""

    place: Path
    env: Mapping[str, str]

    def texts(self, files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """See Source."""
        with BatchReader(self.place, self.env, bound=MAX_FILE) as reader:
            for path, name in files:
                found = reader.get(name)
                if found is not None and found.kind == "blob" and found.data is not None:
                    yield path, found.data


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A plain folder."""

    top: Path

    def texts(self, files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
        """See Source; ids are not looked at, as the folder is taken to stand still."""
        for path, _name in files:
            found = _look(self.top, path)
            if found is not None and found[0].startswith("100"):
                yield path, found[1]


@dataclass(frozen=True, slots=True)
class CommitBase:
    """A commit, read from the objects that the scratch repository borrows."""

    scratch: Scratch
    commit: str

    def entry(self, path: str) -> Entry | None:
        """See Base."""
        at = Entry("040000", f"{self.commit}^{{tree}}")
        for part in path.split("/"):
            found = self.scratch.folder(at.oid).get(part) if at.is_folder else None
            if found is None:
                return None
            at = found
        return at

    def blob_id(self, path: str) -> str | None:
        """See Base."""
        entry = self.entry(path)
        return entry.oid if entry is not None and entry.is_file else None

    def read(self, path: str) -> bytes | None:
        """See Base."""
        entry = self.entry(path)
        found = self.scratch.blob(entry.oid) if entry is not None and entry.is_file else None
        return found[1] if found else None

    def files(self, folder: str, suffix: str) -> Mapping[str, str]:
        """See Base."""
        done = self.scratch.git("ls-tree", "-r", "-z", self.commit, *(("--", f"{folder}/") if folder else ()))
        if done.returncode != 0:
            raise TreeError(f"git cannot list the files of {self.commit}", "check the repository with git fsck")
        out = {}
        for line in done.stdout.decode("utf-8", "surrogateescape").split("\0"):
            head, _tab, path = line.partition("\t")
            if path.endswith(suffix) and head.startswith("100"):
                out[path] = head.split(" ")[2]
        return out

    @property
    def keeps(self) -> bool:
        """See Base."""
        return True

    def source(self) -> Source:
        """See Base."""
        return GitSource(self.scratch.place, dict(self.scratch.env))

    def mark(self, folder: str) -> str:
        """See Base."""
        entry = self.entry(folder)
        return entry.oid if entry is not None and entry.is_folder else ""


@dataclass(frozen=True, slots=True)
class FolderBase:
    """A plain folder, such as an unpacked tarball; taken to stand still while we look, so each file is read once."""

    scratch: Scratch
    top: Path
    _known: dict[str, tuple[str, bytes] | None] = field(default_factory=dict)

    def entry(self, path: str) -> Entry | None:
        """See Base.  A file that is asked for here is copied to the scratch."""
        found = self._look(path)
        if found is None:
            return None
        mode, data = found
        return Entry(mode, "" if mode == "040000" else self.scratch.write_blob(data))

    def blob_id(self, path: str) -> str | None:
        """See Base."""
        data = self.read(path)
        if data is None:
            return None
        return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()

    def read(self, path: str) -> bytes | None:
        """See Base."""
        found = self._look(path)
        return found[1] if found is not None and found[0].startswith("100") else None

    def files(self, folder: str, suffix: str) -> Mapping[str, str]:
        """See Base.  The id is of size and time of change; links are not followed."""
        return dict(sorted(_walk(self.top, folder, suffix)))

    @property
    def keeps(self) -> bool:
        """See Base."""
        return False

    def source(self) -> Source:
        """See Base.  A folder has no other states than the present one."""
        return FolderSource(self.top)

    def mark(self, folder: str) -> str:
        """See Base."""
        listed = "\0".join(f"{path} {mark}" for path, mark in self.files(folder, ".h").items())
        whole = f"{self.top}\0{listed}".encode("utf-8", "surrogateescape")
        return hashlib.sha1(whole, usedforsecurity=False).hexdigest() if listed else ""

    def _look(self, path: str) -> tuple[str, bytes] | None:
        """Git's mode and the content of what stands at a path (nothing for a folder); None where there is nothing."""
        if path not in self._known:
            if len(self._known) > _KEEP:
                self._known.clear()
            self._known[path] = _look(self.top, path)
        return self._known[path]


def _walk(top: Path, folder: str, suffix: str) -> Iterator[tuple[str, str]]:
    """The regular files below a folder, by path from `top`, with size and time; what cannot be read is left out."""
    if any(
        part.is_symlink()
        for part in (top / folder, *(top / folder).parents)
        if part.is_relative_to(top) and part != top
    ):
        return
    for place, folders, names in os.walk(top / folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            if name.endswith(suffix):
                file = os.path.join(place, name)  # noqa: PTH118  # 63,000 of them
                info = os.lstat(file)
                if stat.S_ISREG(info.st_mode):
                    yield os.path.relpath(file, top), f"{info.st_size:x}-{info.st_mtime_ns:x}"


def _look(top: Path, path: str) -> tuple[str, bytes] | None:
    """As FolderBase._look; each folder on the way is opened from the one above, so no link is ever followed."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        return None
    try:
        with _opened(top, os.O_DIRECTORY | os.O_NOFOLLOW) as root:
            return _descend(root, parts)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None


def _descend(folder: int, parts: list[str]) -> tuple[str, bytes] | None:
    name, rest = parts[0], parts[1:]
    info = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISDIR(info.st_mode):
        if not rest:
            return "040000", b""
        with _opened(name, os.O_DIRECTORY | os.O_NOFOLLOW, folder) as below:
            return _descend(below, rest)
    if rest:
        return None
    if stat.S_ISLNK(info.st_mode):
        return "120000", os.fsencode(os.readlink(name, dir_fd=folder))
    if not stat.S_ISREG(info.st_mode) or info.st_size > MAX_FILE:
        return None
    with _opened(name, os.O_NOFOLLOW, folder) as number, os.fdopen(number, "rb", closefd=False) as file:
        return ("100755" if info.st_mode & 0o100 else "100644"), file.read(MAX_FILE)


@contextmanager
def _opened(name: str | Path, flags: int, folder: int | None = None) -> Iterator[int]:
    number = os.open(name, os.O_RDONLY | os.O_CLOEXEC | flags, dir_fd=folder)
    try:
        yield number
    finally:
        os.close(number)


@dataclass(frozen=True, slots=True)
class TreeSnapshot:
    """A base with files laid over it: `files` maps paths to what stands there now, None where there is nothing."""

    name: str
    base: Base
    scratch: Scratch
    files: Mapping[str, Entry | None] = field(default_factory=dict)

    def entry(self, path: str) -> Entry | None:
        """What stands at a path; None for nothing."""
        return self.files[path] if path in self.files else self.base.entry(path)

    def read(self, path: str) -> bytes | None:
        """See Snapshot."""
        if path not in self.files:
            return self.base.read(path)
        entry = self.files[path]
        found = self.scratch.blob(entry.oid) if entry is not None and entry.is_file else None
        return found[1] if found else None

    def headers(self, folder: str) -> Mapping[str, str]:
        """See Snapshot; what a series adds or changes counts."""
        found = dict(self.base.files(folder, ".h"))
        for path, entry in self.files.items():
            if path.startswith(f"{folder}/") and path.endswith(".h"):
                found.pop(path, None)
                if entry is not None and entry.is_file:
                    found[path] = entry.oid
        return found

    def blob_id(self, path: str) -> str | None:
        """The id of a regular file's content, a key for caches; None if there is no such file."""
        if path not in self.files:
            return self.base.blob_id(path)
        entry = self.files[path]
        return entry.oid if entry is not None and entry.is_file else None
