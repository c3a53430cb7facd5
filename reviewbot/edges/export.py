# SPDX-License-Identifier: GPL-2.0-or-later
"""How do drafts leave?  As copies in a folder or one mbox, for a program that sends; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from reviewbot.edges.outbox import as_mbox, replace_file
from reviewbot.errors import OutputError

Named = tuple[str, bytes]
"""A file name, and the mail in it."""


def to_folder(folder: Path, mails: Sequence[Named]) -> tuple[Path, ...]:
    """Write each mail to a file of its own; equal names get a number.  Raises OutputError before anything is written
    where a file of such a name holds something else."""
    names = _told_apart(name for name, _mail in mails)
    targets = [(folder / name, mail) for name, (_name, mail) in zip(names, mails, strict=True)]
    _refuse_other([target for target in targets if target[0].is_symlink() or target[0].exists()])
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _failed(folder, error) from error
    return tuple(_put(path, mail) for path, mail in targets)


def to_mbox(path: Path, mails: Sequence[Named]) -> Path:
    """Write all mails to one mbox; OutputError, also where a file of that name holds something else."""
    whole = as_mbox(mail for _name, mail in mails)
    _refuse_other([(path, whole)] if path.is_symlink() or path.exists() else [])
    return _put(path, whole)


def _told_apart(names: Iterable[str]) -> list[str]:
    out: list[str] = []
    for name in names:
        stem, dot, ending = name.rpartition(".")
        choices = (name, *(f"{stem}-{number}{dot}{ending}" for number in range(2, len(out) + 3)))
        out.append(next(choice for choice in choices if choice not in out))
    return out


def _refuse_other(targets: Sequence[tuple[Path, bytes]]) -> None:
    for path, mail in targets:
        if path.is_symlink() or not path.is_file() or path.read_bytes() != mail:
            raise OutputError(f"{path} is there already, and is something else", "name another place; it is as it was")


def _put(path: Path, data: bytes) -> Path:
    if path.is_file():
        return path
    try:
        replace_file(path, data)
    except OSError as error:
        raise _failed(path, error) from error
    return path


def _failed(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be written: {error.strerror or error}", "name another place")
