# SPDX-License-Identifier: GPL-2.0-or-later
"""Where does git write while patches are tried?  Into a scratch repository that borrows the user's objects.

It has no hooks, filters, attributes, remotes or gc, and a configuration of four lines, so that nothing that the user,
the tree or a patch says can make git run a program.  The user's repository is read through objects/info/alternates.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from reviewbot.edges.process import BatchReader, Completed, clean_env, run
from reviewbot.errors import TreeError

MAX_FILE = 20 << 20
"""Larger files are not read; they count as if they were not there."""
_KEEP = 256 << 20
_SECONDS = 60.0
_MEMORY = 4 << 30
_CPU = 120
_FOLDER = "040000"

# the pack limits keep git's address space below _MEMORY whatever the size of the user's packs
_CONFIG = """[core]
\tbare = true
\trepositoryFormatVersion = {version}
\thooksPath = /dev/null
\tattributesFile = /dev/null
\tprotectHFS = true
\tprotectNTFS = true
\tlooseCompression = 0
\tpackedGitWindowSize = 32m
\tpackedGitLimit = 512m
[gc]
\tauto = 0
[protocol]
\tallow = never
{extensions}"""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A name in a tree: git's octal mode and object id.  Mode 040000 is a folder, 120000 a link, 160000 a submodule."""

    mode: str
    oid: str

    @property
    def is_folder(self) -> bool:
        """True for a folder."""
        return self.mode == _FOLDER

    @property
    def is_file(self) -> bool:
        """True for a regular file, which a link is not."""
        return self.mode.startswith("100")


class _Kept:
    """What was read, by id, up to 256 MB; then it begins anew."""

    def __init__(self) -> None:
        self._found: dict[str, bytes] = {}
        self._size = 0

    def get(self, oid: str) -> bytes | None:
        return self._found.get(oid)

    def put(self, oid: str, data: bytes) -> None:
        if self._size + len(data) > _KEEP:
            self._found.clear()
            self._size = 0
        self._found[oid] = data
        self._size += len(data)


@dataclass(frozen=True, slots=True)
class Scratch:
    """The scratch repository, and what was read of it and of the user's objects."""

    place: Path
    env: Mapping[str, str]
    reader: BatchReader
    _blobs: _Kept = field(default_factory=_Kept)
    _trees: dict[str, dict[str, Entry]] = field(default_factory=dict)

    def git(self, *words: str, stdin: bytes = b"", timeout: float = _SECONDS, index: Path | None = None) -> Completed:
        """Run git here; `index` is the index file to use."""
        env = dict(self.env) | ({"GIT_INDEX_FILE": str(index)} if index else {})
        argv = ("git", f"--git-dir={self.place}", *words)
        bounds = {"memory": _MEMORY, "cpu": _CPU, "file_size": 4 * MAX_FILE}
        return run(argv, stdin=stdin, cwd=self.place, env=env, timeout=timeout, **bounds)

    def blob(self, name: str) -> tuple[str, bytes] | None:
        """Full id and content of a blob by its id, which may be abbreviated; None if it is not there or too large."""
        known = self._blobs.get(name)
        if known is not None:
            return name, known
        found = self.reader.get(name)
        if found is None or found.kind != "blob" or found.data is None:
            return None
        self._blobs.put(found.oid, found.data)
        return found.oid, found.data

    def folder(self, name: str) -> dict[str, Entry]:
        """The names in a tree object, given by its id or as "<commit>^{tree}".  TreeError if it is not there."""
        if name not in self._trees:
            found = self.reader.get(name)
            if found is None or found.kind != "tree" or found.data is None:
                raise TreeError(f"the repository has no object {name}", "is it a partial clone? fetch what is missing")
            self._trees[name] = dict(_names(found.data, len(found.oid) // 2))
        return self._trees[name]

    def write_blob(self, data: bytes) -> str:
        """Store a file's content (what `git hash-object -w --no-filters` does); its id."""
        whole = b"blob %d\0" % len(data) + data
        oid = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        file = self.place / "objects" / oid[:2] / oid[2:]
        file.parent.mkdir(exist_ok=True)
        if not file.exists():
            file.write_bytes(zlib.compress(whole, 1))
        return oid


def _names(data: bytes, width: int) -> Iterator[tuple[str, Entry]]:
    """The entries of a tree object with ids of `width` bytes."""
    at = 0
    while at < len(data):
        end = data.index(b"\0", at)
        mode, _blank, name = data[at:end].partition(b" ")
        at = end + 1 + width
        yield name.decode("utf-8", "surrogateescape"), Entry(mode.decode().zfill(6), data[end + 1 : at].hex())


@contextmanager
def open_scratch(place: Path, objects: Path | None, object_format: str = "sha1") -> Iterator[Scratch]:
    """Make a bare repository in the empty folder `place` that borrows from the object folder `objects`, if any."""
    home = place / "home"
    repository = place / "scratch.git"
    for folder in (home, repository / "objects" / "info", repository / "refs"):
        folder.mkdir(parents=True)
    (repository / "HEAD").write_text("ref: refs/heads/none\n")
    newer = object_format != "sha1"
    extensions = f"[extensions]\n\tobjectFormat = {object_format}\n" if newer else ""
    (repository / "config").write_text(_CONFIG.format(version=int(newer), extensions=extensions))
    if objects is not None:
        (repository / "objects" / "info" / "alternates").write_bytes(alternate_line(os.fsencode(objects)))
    env = clean_env(home)
    with BatchReader(repository, env, bound=MAX_FILE) as reader:
        yield Scratch(repository, env, reader)


def alternate_line(path: bytes) -> bytes:
    """A path as a line of objects/info/alternates, where `"` begins a C string and `#` a comment."""
    if path.startswith((b'"', b"#")) or b"\n" in path:
        path = b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    return path + b"\n"
