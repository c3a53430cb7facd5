# SPDX-License-Identifier: GPL-2.0-or-later
"""Where do the mails come from that WHAT names?  A file, a maildir, a page's text, standard input or the archive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reviewbot.edges.archive import fetch, parse_what
from reviewbot.errors import MailError
from reviewbot.mail.decode import decode
from reviewbot.mail.mbox import from_page, looks_like_page, split
from reviewbot.mail.subject import parse_subject
from reviewbot.mail.thread import build_thread, related
from reviewbot.model import Message, Thread

MAX_BYTES = 512 * 1024 * 1024
MAX_FILES = 20_000
MAX_WHOLE = 5_000
"""Mails that are threaded as one; of a larger mailbox only those near the named mail are."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where to look: the archive's URL, the folder of kept fetches, mbox files that stand in for the archive, whether
    to stay off the network, and what came on standard input."""

    archive: str
    cache: Path
    mboxes: tuple[Path, ...]
    offline: bool
    stdin: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """The thread, the id of the mail in it that is meant, and what could not be had."""

    thread: Thread
    msgid: str
    problems: tuple[str, ...]


def find(what: str, where: Where) -> Found:
    """The mails that `what` names.  Raises MailError, UsageError or ArchiveError, each naming what it looked at."""
    if what == "-":
        return _from_bytes(where.stdin, "standard input")
    path = Path(what)
    if _is_path(path):
        return _from_path(path)
    if where.mboxes:
        return _from_mboxes(parse_what(what), where.mboxes)
    fetched = fetch(what, archive=where.archive, cache=where.cache, offline=where.offline)
    messages = [decode(raw) for raw in fetched.mails]
    return Found(_thread_of(messages, fetched.msgid), fetched.msgid, fetched.problems)


def is_local(what: str, mboxes: tuple[Path, ...]) -> bool:
    """True where `what` is looked for in files, not in the archive."""
    return bool(mboxes) or what == "-" or _is_path(Path(what))


def _is_path(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long, or holds a NUL: no path
        return False


def _from_mboxes(msgid: str, mboxes: tuple[Path, ...]) -> Found:
    messages: list[Message] = []
    problems: list[str] = []
    for path in mboxes:
        found, said = _read(path)
        messages += found
        problems += said
    thread = _thread_of(messages, msgid)
    if thread.get(msgid) is None:
        names = ", ".join(str(path) for path in mboxes)
        why = f" ({problems[0]})" if problems else ""
        raise MailError(
            f"there is no mail <{msgid}> in {names}{why}", "check the id, or leave --mbox out to ask the archive"
        )
    return Found(thread, msgid, tuple(problems))


def _thread_of(messages: list[Message], msgid: str) -> Thread:
    """The mailbox as one forest, since patches need not hang from their cover; of a large one what is near the mail."""
    return build_thread(messages if len(messages) <= MAX_WHOLE else related(messages, msgid), keep=msgid)


def _from_path(path: Path) -> Found:
    messages, problems = _read(path)
    return _first_patch(messages, str(path), problems)


def _from_bytes(data: bytes, name: str) -> Found:
    messages, problems = _messages(data, name)
    return _first_patch(messages, name, problems)


def _first_patch(messages: list[Message], name: str, problems: list[str]) -> Found:
    """The mail that a file is about: its cover letter or first patch, else its first mail."""
    if not messages and problems:
        raise MailError(problems[0], "give a file that holds mail of the usual size")
    if not messages:
        raise MailError(f"{name} holds no mail", "give an mbox, a maildir, an .eml or the text of an archive page")
    marks = [(parse_subject(m.subject), m) for m in messages]
    patches = [m for mark, m in marks if mark.is_patch and not mark.is_reply]
    first = patches[0] if patches else messages[0]
    thread = build_thread(messages, keep=first.msgid)
    return Found(thread, first.msgid, tuple(problems))


def _read(path: Path) -> tuple[list[Message], list[str]]:
    if path.is_dir():
        return _maildir(path)
    try:
        with path.open("rb") as file:  # a pipe or a device says nothing of its size
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MailError(
            f"{path} cannot be read: {error.strerror or error}", "check its name and permissions"
        ) from error
    if len(data) > MAX_BYTES:
        raise MailError(f"{path} is larger than {MAX_BYTES >> 20} MB", "cut the mails in question out of it")
    return _messages(data, str(path))


def _maildir(path: Path) -> tuple[list[Message], list[str]]:
    """The mails of a maildir, or of a folder of .eml files or patches."""
    files = sorted(f for part in ("cur", "new") for f in (path / part).glob("*") if f.is_file())
    files = files or sorted(f for end in ("eml", "patch") for f in path.glob(f"*.{end}"))
    if not files:
        raise MailError(f"the folder {path} holds no mail", "give an mbox, a maildir, or a folder of .eml files")
    messages: list[Message] = []
    problems: list[str] = []
    left = MAX_BYTES
    for number, file in enumerate(files):
        left -= file.stat().st_size
        if left < 0 or number == MAX_FILES:
            problems.append(f"{path} is too large: only {number} of its {len(files)} files were read")
            break
        found, said = _read(file)
        messages += found
        problems += said
    return messages, problems


def _messages(data: bytes, name: str) -> tuple[list[Message], list[str]]:
    text = data[:20_000].decode("utf-8", "replace")
    if looks_like_page(text):
        return list(from_page(data.decode("utf-8", "replace"))), []
    mails = split(data)
    return [decode(raw) for raw in mails.messages], [f"{name}: {problem}" for problem in mails.problems]
