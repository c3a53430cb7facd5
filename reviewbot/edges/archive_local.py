# SPDX-License-Identifier: GPL-2.0-or-later
"""Which threads have been fetched before?  One file a thread in the cache folder, the mails byte for byte.

A file is one line of JSON (what was asked, when, the mails' sizes) and then the mails, one after the other.  It is
written beside its place and moved there, so a reader sees the old copy or the new one.  Nothing here asks the network.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

from reviewbot.errors import ArchiveError

VERSION = 1


@dataclass(frozen=True, slots=True)
class Copy:
    """A thread as it was fetched, `age` seconds ago."""

    mails: tuple[bytes, ...]
    problems: tuple[str, ...]
    age: float


def place(cache: Path, archive: str, msgid: str) -> Path:
    """The file that holds, or would hold, the thread of a message id from an archive."""
    key = hashlib.sha256(f"{archive}\n{msgid}".encode()).hexdigest()[:40]
    return cache / "threads" / key[:2] / f"{key[2:]}.thread"


def save(cache: Path, archive: str, msgid: str, mails: tuple[bytes, ...], problems: tuple[str, ...]) -> None:
    """Keep a thread; OSError if the folder cannot be written."""
    path = place(cache, archive, msgid)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    head = {"version": VERSION, "archive": archive, "msgid": msgid, "fetched": time.time()}
    head |= {"problems": problems, "sizes": [len(m) for m in mails]}
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix="new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps(head).encode() + b"\n")
            file.writelines(mails)
        Path(scratch).replace(path)
    except BaseException:  # Ctrl-C too leaves no half a file
        Path(scratch).unlink(missing_ok=True)
        raise


def load(cache: Path, archive: str, msgid: str) -> Copy | None:
    """The thread that was kept, or None; ArchiveError if its file is damaged."""
    path = place(cache, archive, msgid)
    try:
        line, _, rest = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    except OSError as err:
        raise ArchiveError(f"the kept copy {path} of {msgid} cannot be read: {err.strerror}") from err
    try:
        head = json.loads(line)
        ends = [0, *accumulate(head["sizes"])]
        if (head["version"], head["archive"], head["msgid"], ends[-1]) == (VERSION, archive, msgid, len(rest)):
            mails = tuple(rest[a:b] for a, b in pairwise(ends))
            return Copy(mails, tuple(head["problems"]), max(0.0, time.time() - head["fetched"]))
    except (ValueError, LookupError, TypeError):
        pass
    raise ArchiveError(f"the kept copy {path} of {msgid} is damaged", "remove the file and fetch the thread again")
