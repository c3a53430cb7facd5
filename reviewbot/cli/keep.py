# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a check know from before, and what does it keep?  The ledger and the drafts in the user's state folder.

A ledger that cannot be read never keeps a review from being shown; that it was not read is said with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reviewbot.edges import ledger
from reviewbot.edges.ledgerfile import NAME, is_there
from reviewbot.edges.outbox import Written, write_drafts
from reviewbot.errors import LedgerError, OutputError
from reviewbot.model import AppliedSeries, Finding, Held, KeptDraft, Known, Review
from reviewbot.review.standing import short_ids, shown


@dataclass(frozen=True, slots=True)
class Names:
    """The short ids by which findings (by fingerprint) and drafts (by path) are known to the other commands."""

    findings: Mapping[str, str] = field(default_factory=dict)
    drafts: Mapping[Path, str] = field(default_factory=dict)
    judge: str = ""
    """The id of a finding that waits for a judgement."""


NO_NAMES = Names()
NOTHING_WRITTEN = Written((), ())


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a review: drafts and fix-ups as they were written, names for what is shown, and what went wrong.

    `failed` is set where the folder that the user named could not be written to.
    """

    written: Written = NOTHING_WRITTEN
    fixups: tuple[Path, ...] = ()
    names: Names = NO_NAMES
    problems: tuple[str, ...] = ()
    failed: OutputError | None = None


def ledger_in(state: Path) -> Path:
    """Where the ledger is."""
    return state / NAME


def now() -> str:
    """The time, for the ledger."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def drafts_in(state: Path, applied: AppliedSeries) -> Path:
    """The folder of a series' drafts where the user named none; its name is no sender's choice."""
    return state / "drafts" / _short_hash(applied.series.msgid)


def recall(state: Path) -> tuple[Known, str]:
    """What the ledger says, and a sentence on why it says nothing ("" if it was read)."""
    try:
        return ledger.known(ledger_in(state)), ""
    except LedgerError as error:
        return Known(), f"{error.what}, so what was judged before is not known and nothing is drafted: {error.hint}"


def keep(state: Path, review: Review, out: Path | None, *, everything: bool) -> Kept:
    """Write the drafts, to the user's folder `out` or our own, and into the ledger what is shown and drafted."""
    folder = out.expanduser() if out else drafts_in(state, review.applied)
    order = tuple(patch.patch.message.msgid for patch in review.applied.patches)
    try:
        written = write_drafts(folder, review.drafts, order, review.applied.series.msgid)
    except OutputError as error:
        if out:
            return Kept(failed=error)
        return Kept(problems=(f"{error.what}, so nothing is kept of this review",))
    drafts = _drafts(review, written)
    drafted = frozenset(print_ for draft in drafts for print_ in draft.findings)
    there = frozenset(path.absolute() for path in written.paths)
    present = ledger.Present(review.applied.series.msgid, folder.absolute(), there)
    found = [f for f in review.findings if everything or f.is_blamed]
    try:
        _record(state, review, [(f, f.fingerprint in drafted) for f in found], drafts, present)
    except LedgerError as error:
        words = f"{error.what}: what is shown here was not kept, and cannot be judged; {error.hint}"
        return Kept(written, problems=(words,))
    names, short = short_ids(f.fingerprint for f in found), short_ids(draft.id for draft in drafts)
    waiting = (names[f.fingerprint] for f in found if f.held in (None, Held.MUTED))
    by_path = {written.answers[draft.patch]: short[draft.id] for draft in drafts}
    return Kept(written, names=Names(names, by_path, next(waiting, "")))


def _drafts(review: Review, written: Written) -> list[KeptDraft]:
    return [
        KeptDraft(
            id=_short_hash(draft.in_reply_to),
            path=written.answers[draft.in_reply_to].absolute(),
            series=review.applied.series.msgid,
            revision=review.applied.series.revision,
            patch=draft.in_reply_to,
            subject=draft.subject,
            findings=draft.findings,
        )
        for draft in review.drafts
    ]


def _record(
    state: Path, review: Review, found: list[tuple[Finding, bool]], drafts: list[KeptDraft], present: ledger.Present
) -> None:
    """Into the ledger, which is not made for a review without findings."""
    subjects = {patch.patch.message.msgid: patch.patch.subject for patch in review.applied.patches}
    series = review.applied.series.msgid, review.applied.series.revision
    rows = [shown(finding, series, subjects[finding.patch], drafted=drafted) for finding, drafted in found]
    if rows or is_there(ledger_in(state)):
        ledger.record(ledger_in(state), rows, drafts, present, now())


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
