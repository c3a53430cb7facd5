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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    """What is in the folder now: the paths of the drafts, and of those the edited ones, kept as they were.

    `answers` has the path of each draft that is wanted, by the message id of the patch.
    """

    paths: tuple[Path, ...]
    kept: tuple[Path, ...]
    answers: Mapping[str, Path] = field(default_factory=dict)


def write_drafts(folder: Path, drafts: tuple[Draft, ...], order: tuple[str, ...], scope: str) -> Written:
    """Write the drafts; `order` lists the message ids of all patches (it numbers the files), `scope` the series' id.

    A draft of an earlier run of the same series that was not edited is replaced, or removed if it is no longer wanted.
    Raises OutputError; each file is replaced whole or not at all.
    """
    try:
        register = _read_register(folder / REGISTER)
        names = {draft.in_reply_to: _name(draft, order, scope, register) for draft in drafts}
        contents = {names[draft.in_reply_to]: draft.mail for draft in drafts}
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
                replace_file(folder / name, mail)
                register[name] = {"sha256": _hash(mail), "series": scope}
        kept += _write_mbox(folder, register)
        replace_file(folder / REGISTER, _as_text(register))
    except OSError as error:
        raise OutputError(
            f"the drafts cannot be written to {folder}: {error.strerror or error}",
            "name another folder with --out; what was there before is untouched",
        ) from error
    written = sorted(contents) + [name for name in kept if name in stale]
    answers = {msgid: folder / name for msgid, name in names.items()}
    return Written(tuple(folder / n for n in written), tuple(folder / n for n in kept), answers)


def is_edited(path: Path) -> bool:
    """True for a draft that is no longer what was written."""
    return _edited(path, _read_register(path.parent / REGISTER), None)


def read_draft(path: Path) -> bytes:
    """The mail of a draft.  Raises OutputError where it is gone, or a link that leads who knows where."""
    try:
        if path.is_symlink():
            raise OutputError(f"the draft {path} is a link, and not read", "put the file itself there")
        return path.read_bytes()
    except OSError as error:
        raise OutputError(
            f"the draft {path} cannot be read: {error.strerror or error}",
            "`reviewbot draft drop` strikes it from the list, `reviewbot check` writes it anew",
        ) from error


def change_draft(path: Path, mail: bytes | None) -> None:
    """Put another mail in a draft's place, or remove it (None); the mbox beside it follows, unless it was edited.

    Raises OutputError; the draft is as before then.
    """
    try:
        register = _read_register(path.parent / REGISTER)
        if mail is not None:
            replace_file(path, mail)
        else:
            path.unlink(missing_ok=True)
            register.pop(path.name, None)
        if MBOX in register:
            _write_mbox(path.parent, register)
            replace_file(path.parent / REGISTER, _as_text(register))
    except OSError as error:
        words = error.strerror or error
        raise OutputError(f"the draft {path} cannot be changed: {words}", "check the folder's permissions") from error


def _write_mbox(folder: Path, register: dict[str, dict[str, str]]) -> list[str]:
    """Write the mbox of all drafts, unless it was edited; its name if it was kept.

    Only what the register knows is a draft: another file may hold anything, and a link lead anywhere.
    """
    names = [name for name in register if name.endswith(".eml") and _is_own(folder / name)]
    whole = as_mbox((folder / name).read_bytes() for name in sorted(names))
    if _edited(folder / MBOX, register, whole):
        return [MBOX]
    replace_file(folder / MBOX, whole)
    register[MBOX] = {"sha256": _hash(whole), "series": ""}
    return []


def _name(draft: Draft, order: tuple[str, ...], scope: str, register: dict[str, dict[str, str]]) -> str:
    """A file name as git format-patch gives it, which no other series' draft has."""
    revision = parse_subject(draft.subject).revision
    stem = f"v{revision}-" if revision > 1 else ""
    stem += f"{order.index(draft.in_reply_to) + 1:04d}-{slug(_plain(draft.subject))}"
    names = (f"{stem}.eml", *(f"{stem}-{number}.eml" for number in range(2, len(register) + 3)))
    return next(name for name in names if register.get(name, {"series": scope})["series"] == scope)


def as_mbox(mails: Iterable[bytes]) -> bytes:
    """Mails as one mbox (mboxrd)."""
    return b"".join(_FROM_LINE + _escaped(mail) + b"\n" for mail in mails)


def _as_text(register: dict[str, dict[str, str]]) -> bytes:
    return json.dumps(register, indent=1, sort_keys=True).encode() + b"\n"


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


def _plain(subject: str) -> str:
    """A subject without its reply marks and its tags in brackets."""
    return re.sub(r"^(?:re:\s*)+|\[[^\]]*\]", "", subject, flags=re.IGNORECASE)


def slug(subject: str) -> str:
    """The words of a subject as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-")[:_MAX_SLUG].strip("-") or "patch"


def replace_file(path: Path, data: bytes) -> None:
    """Put a whole file in the place of what was there, or leave that as it was."""
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
