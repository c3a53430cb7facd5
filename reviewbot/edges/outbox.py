# SPDX-License-Identifier: GPL-2.0-or-later
"""Where do drafts go?  One .eml a patch and one mbox of them all; what somebody edited is never overwritten.

A small register beside them keeps the hash of each file as it was written: a file with another hash was edited.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reviewbot.errors import OutputError
from reviewbot.mail.subject import parse_subject
from reviewbot.model import Draft

REGISTER = ".reviewbot-drafts.json"
MBOX = "drafts.mbox"
# git format-patch's own constant date: the same drafts are the same bytes
_FROM_LINE = b"From reviewbot Mon Sep 17 00:00:00 2001\n"
_MAX_SLUG = 60


@dataclass(frozen=True, slots=True)
class Written:
    """What is in the folder now: the paths of the drafts, and of those the edited ones, kept as they were."""

    paths: tuple[Path, ...]
    kept: tuple[Path, ...]


def write_drafts(folder: Path, drafts: tuple[Draft, ...], order: tuple[str, ...], scope: str) -> Written:
    """Write the drafts; `order` lists the message ids of all patches (it numbers the files), `scope` the series' id.

    A draft of an earlier run of the same series that was not edited is replaced, or removed if it is no longer wanted.
    Raises OutputError; each file is replaced whole or not at all.
    """
    try:
        register = _read_register(folder / REGISTER)
        contents: dict[str, bytes] = {}
        for draft in drafts:
            contents[_name(draft, order, scope, register)] = draft.mail
        stale = [name for name, entry in register.items() if entry["series"] == scope and name not in contents]
        if not contents and not stale:
            return Written((), ())
        folder.mkdir(parents=True, exist_ok=True)
        kept = [name for name in (*contents, *stale) if _edited(folder / name, register, contents.get(name))]
        for name in stale:
            if name not in kept:
                (folder / name).unlink(missing_ok=True)
                del register[name]
        for name, mail in contents.items():
            if name not in kept:
                _replace(folder / name, mail)
                register[name] = {"sha256": _hash(mail), "series": scope}
        kept += _write_mbox(folder, register)
        _replace(folder / REGISTER, json.dumps(register, indent=1, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise OutputError(
            f"the drafts cannot be written to {folder}: {error.strerror or error}",
            "name another folder with --out; what was there before is untouched",
        ) from error
    written = sorted(contents) + [name for name in kept if name in stale]
    return Written(tuple(folder / n for n in written), tuple(folder / n for n in kept))


def _write_mbox(folder: Path, register: dict[str, dict[str, str]]) -> list[str]:
    """Write the mbox of all drafts, unless it was edited; its name if it was kept.

    Only what the register knows is a draft: another file may hold anything, and a link lead anywhere.
    """
    names = [name for name in register if name.endswith(".eml") and _is_own(folder / name)]
    whole = b"".join(_FROM_LINE + _escaped((folder / name).read_bytes()) + b"\n" for name in sorted(names))
    if _edited(folder / MBOX, register, whole):
        return [MBOX]
    _replace(folder / MBOX, whole)
    register[MBOX] = {"sha256": _hash(whole), "series": ""}
    return []


def _name(draft: Draft, order: tuple[str, ...], scope: str, register: dict[str, dict[str, str]]) -> str:
    """A file name as git format-patch gives it, which no other series' draft has."""
    revision = parse_subject(draft.subject).revision
    stem = f"v{revision}-" if revision > 1 else ""
    stem += f"{order.index(draft.in_reply_to) + 1:04d}-{_slug(draft.subject)}"
    names = (f"{stem}.eml", *(f"{stem}-{number}.eml" for number in range(2, len(register) + 3)))
    return next(name for name in names if register.get(name, {"series": scope})["series"] == scope)


def _read_register(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    try:
        register = json.loads(path.read_bytes())
        entries = {str(k): {"sha256": str(v["sha256"]), "series": str(v["series"])} for k, v in register.items()}
        return {name: entry for name, entry in entries.items() if name == Path(name).name}  # none outside of the folder
    except (ValueError, TypeError, KeyError, AttributeError):
        # without its register every draft counts as edited, so nothing is lost
        return {}


def _edited(path: Path, register: dict[str, dict[str, str]], wanted: bytes | None) -> bool:
    """True for a file that is neither what an earlier run wrote nor what this one is about to write."""
    if path.is_symlink():
        return True
    if not path.is_file():
        return False
    data = path.read_bytes()
    return data != wanted and (path.name not in register or _hash(data) != register[path.name]["sha256"])


def _is_own(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _escaped(mail: bytes) -> bytes:
    """mboxrd: a line that looks like a separator gets one more `>`."""
    return re.sub(rb"^(>*From )", rb">\1", mail, flags=re.MULTILINE)


def _slug(subject: str) -> str:
    plain = re.sub(r"^(?:re:\s*)+|\[[^\]]*\]", "", subject, flags=re.IGNORECASE).lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_SLUG].strip("-") or "patch"


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".reviewbot-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def paths_text(paths: Iterable[Path]) -> tuple[str, ...]:
    """Paths as text, for JSON."""
    return tuple(str(path) for path in paths)
