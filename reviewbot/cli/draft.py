# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be done with drafts before anybody sends them?  List, show, edit, drop and export; nothing here sends."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from reviewbot.cli.keep import ledger_in
from reviewbot.cli.screen import say
from reviewbot.cli.settings import read_settings
from reviewbot.edges import ledger
from reviewbot.edges.editor import edit_draft, editor_command
from reviewbot.edges.export import to_folder, to_mbox
from reviewbot.edges.outbox import change_draft, is_edited, read_draft
from reviewbot.errors import DraftError, UsageError
from reviewbot.mail.clean import body_text, one_line
from reviewbot.model import KeptDraft, Shown
from reviewbot.review.edited import checked
from reviewbot.review.standing import short_ids

VERSION = 1
_NUMBER = 4
"""Longer than so many digits is an id."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """A draft as it is listed: its number, id, and remarks."""

    number: int
    short: str
    draft: KeptDraft
    remarks: tuple[Shown, ...]

    @property
    def state(self) -> str:
        """What became of the file."""
        path = self.draft.path
        if not path.is_file() and not path.is_symlink():
            return "gone"
        return "edited" if is_edited(path) else "unedited"


def list_drafts(*, as_json: bool) -> None:
    """Print all drafts."""
    listed = _listed(_ledger())
    if as_json:
        rows = {"version": VERSION, "drafts": [_as_dict(one) for one in listed]}
        sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        return
    short = short_ids(shown.fingerprint for one in listed for shown in one.remarks)
    for one in listed:
        mark = "" if one.state == "unedited" else f" ({one.state})"
        say(f"{one.number:>3}  {one.short}  {one_line(one.draft.subject)}{mark}")
        for shown in one.remarks:
            say(f"       {short[shown.fingerprint]}  {shown.place}: {shown.message} [{shown.rule}]")
    if not listed:
        say("no drafts; `reviewbot check` makes them")


def show_draft(word: str) -> None:
    """Print the mail of one draft, as it would be sent."""
    (one,) = _chosen((word,), _listed(_ledger()))
    sys.stdout.write(body_text(read_draft(one.draft.path).decode("utf-8", "replace")))


def change(word: str) -> None:
    """Let the user edit one draft."""
    (one,) = _chosen((word,), _listed(_ledger()))
    changed = edit_draft(one.draft.path, editor_command(Path.cwd()), checked)
    say(f"{'edited' if changed else 'not changed'}: {one.short} {one_line(one.draft.subject)}")


def drop(words: tuple[str, ...]) -> None:
    """Remove drafts, edited ones too."""
    place = _ledger()
    for one in _chosen(words, _listed(place)):
        change_draft(one.draft.path, None)
        ledger.forget(place, one.draft)
        say(f"dropped: {one.short} {one_line(one.draft.subject)}")


def export(words: tuple[str, ...], folder: Path | None, mbox: Path | None) -> None:
    """Copy drafts (all, if none is named) to a folder or an mbox; raises DraftError for one that cannot be sent."""
    if (folder is None) == (mbox is None):
        raise UsageError("say where to export to, once", "--to DIR for git send-email, or --mbox FILE for mutt")
    listed = _listed(_ledger())
    chosen = _chosen(words, listed) if words else listed
    if not chosen:
        raise UsageError("there are no drafts", "`reviewbot check` makes them")
    mails = [(one.draft.path.name, _sendable(one)) for one in chosen]
    if folder is not None:
        for path in to_folder(folder.expanduser(), mails):
            say(str(path))
    elif mbox is not None:
        say(str(to_mbox(mbox.expanduser(), mails)))


def holding(place: Path, fingerprints: frozenset[str]) -> list[tuple[str, str]]:
    """The short ids and states of the drafts that remark on one of the findings, and still are there."""
    there = ((one, one.state) for one in _listed(place) if fingerprints & set(one.draft.findings))
    return [(one.short, state) for one, state in there if state != "gone"]


def _sendable(one: _Listed) -> bytes:
    mail = read_draft(one.draft.path)
    try:
        return checked(mail, mail)
    except DraftError as error:
        raise DraftError(f"draft {one.short} cannot be sent: {error.what}", "mend it, or drop it") from None


def _listed(place: Path) -> tuple[_Listed, ...]:
    drafts = ledger.drafts(place)
    short = short_ids(draft.id for draft in drafts)
    remarks = ledger.shown_in(place, (draft.series for draft in drafts))
    return tuple(
        _Listed(number, short[draft.id], draft, tuple(
            one for one in remarks if one.patch == draft.patch and one.fingerprint in draft.findings
        ))
        for number, draft in enumerate(drafts, 1)
    )  # fmt: skip


def _chosen(words: tuple[str, ...], listed: tuple[_Listed, ...]) -> tuple[_Listed, ...]:
    """The drafts that words name, each once; raises UsageError."""
    found = {one.number: one for word in words for one in (_named(word, listed),)}
    return tuple(found.values())


def _named(word: str, listed: tuple[_Listed, ...]) -> _Listed:
    """A draft by its number in the list, or by the beginning of its id."""
    if word.isdecimal() and len(word) <= _NUMBER:
        found = [one for one in listed if one.number == int(word)]
    else:
        found = [one for one in listed if word and one.draft.id.startswith(word.lower())]
    if len(found) == 1:
        return found[0]
    known = "more than one draft is" if found else "no draft is"
    raise UsageError(f"{known} called {word[:60]}", "`reviewbot draft list` shows their numbers and ids")


def _as_dict(one: _Listed) -> dict[str, object]:
    draft = one.draft
    return {
        "number": one.number,
        "id": draft.id,
        "subject": draft.subject,
        "patch": draft.patch,
        "series": draft.series,
        "revision": draft.revision,
        "path": str(draft.path),
        "state": one.state,
        "findings": [
            {"fingerprint": s.fingerprint, "rule": s.rule, "place": s.place, "message": s.message} for s in one.remarks
        ],
    }


def _ledger() -> Path:
    return ledger_in(read_settings(Path.cwd()).state)
