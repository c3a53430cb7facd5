# SPDX-License-Identifier: GPL-2.0-or-later
"""Where do fix-up patches go?  One file a patch, for `git am`; a file that is not ours, or was edited, stays as it is.

Each file holds a checksum of its other lines: what matches it was written here, and by nobody since.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from reviewbot.edges.outbox import replace_file, slug
from reviewbot.errors import OutputError
from reviewbot.model import FixupPatch

_MARK = b"X-Reviewbot-Fixup: "
_MOST_BYTES = 64 << 20


def write_fixups(folder: Path, fixups: tuple[FixupPatch, ...], series: tuple[str, ...]) -> tuple[Path, ...]:
    """Write the patches as NNNN-fixup-SUBJECT.patch; their paths.  `series` are the message ids of all its patches.

    What an earlier run wrote for these mails and is not wanted any more is removed.  OutputError if a file of that
    name is somebody else's, or cannot be written; then nothing is written, and each file is whole or as it was.
    """
    wanted = {folder / _name(fixup): _marked(fixup.mail) for fixup in fixups}
    try:
        for path, data in wanted.items():
            if os.path.lexists(path) and not _is_ours(path, data):
                raise OutputError(
                    f"{path} was not written by reviewbot, or was edited, and is not overwritten",
                    "move it away, or name another folder with --fixup",
                )
        stale = [path for path in sorted(folder.glob("*-fixup-*.patch")) if path not in wanted and _is_of(path, series)]
        if wanted:
            folder.mkdir(parents=True, exist_ok=True)
        for path in stale:
            path.unlink()
        for path, data in wanted.items():
            replace_file(path, data)
    except OSError as error:
        raise OutputError(
            f"the fix-ups cannot be written to {folder}: {error.strerror or error}",
            "name another folder with --fixup; what was there before is untouched",
        ) from error
    return tuple(wanted)


def _name(fixup: FixupPatch) -> str:
    return f"{fixup.number:04d}-fixup-{slug(fixup.subject)}.patch"


def _marked(mail: bytes) -> bytes:
    """A mail with the checksum of itself as the last field of its header."""
    head, blank, body = mail.partition(b"\n\n")
    return head + b"\n" + _MARK + hashlib.sha256(mail).hexdigest().encode() + blank + body


def _unmarked(data: bytes) -> bytes | None:
    """The mail without its checksum; None if it has none, or another one."""
    head, _blank, _body = data.partition(b"\n\n")
    at = head.rfind(b"\n" + _MARK)
    if at < 0:
        return None
    mail = data[:at] + data[len(head) :]
    return mail if _marked(mail) == data else None


def _read(path: Path) -> bytes:
    """What a regular file holds; nothing for a link or whatever else stands there."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return b""
    return path.read_bytes()


def _is_ours(path: Path, wanted: bytes) -> bool:
    data = _read(path)
    return data == wanted or _unmarked(data) is not None


def _is_of(path: Path, series: tuple[str, ...]) -> bool:
    """True for an unedited file of ours that is about one of these mails."""
    head = (_unmarked(_read(path)) or b"").partition(b"\n\n")[0].split(b"\n")
    return any(f"In-Reply-To: <{msgid}>".encode("utf-8", "replace") in head for msgid in series)
