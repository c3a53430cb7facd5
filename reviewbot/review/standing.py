# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings are not drafted for what the reviewer said before: of them, or of too many others of their rule?

Pure decisions on what the ledger holds; nothing here reads it.  Muting is worked out anew each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from reviewbot.model import COMMIT_MESSAGE, Finding, Held, Judgement, Known, Shown, Tally
from reviewbot.review.draft import worth_drafting

MUTE_BELOW = 0.5
"""A rule of which less than this part was adopted is muted ..."""
MUTE_FROM = 10
"""... as soon as so many of its findings were judged."""
SHORT = 7
"""Hex digits of an id that people are shown, if they tell the ids apart."""
NOTHING_KNOWN = Known()


def is_muted(tally: Tally) -> bool:
    """True for a rule that was wrong too often, unless the reviewer wants its drafts all the same."""
    precision = tally.precision
    return precision is not None and precision < MUTE_BELOW and tally.judged >= MUTE_FROM and not tally.unmuted


def muted_words(tally: Tally) -> str:
    """One sentence that says why a rule is muted, and what undoes it."""
    count = f"{tally.adopted} of {tally.judged} adopted"
    return f"drafts of {tally.rule} are muted: {count}; `reviewbot rules unmute {tally.rule}`"


def place_of(finding: Finding, subject: str) -> str:
    """The file of a finding; for one in a commit message that and the patch's subject, as its words are anybody's."""
    return f"{COMMIT_MESSAGE}: {subject}" if finding.path == COMMIT_MESSAGE else finding.path


def weighed(findings: Iterable[Finding], known: Known, subjects: Mapping[str, str]) -> Iterator[Finding]:
    """Findings, those marked that are not to be drafted; `subjects` are the patches' subjects by message id."""
    for finding in findings:
        judgement = known.judgements.get((finding.fingerprint, place_of(finding, subjects[finding.patch])))
        tally = known.tallies.get(finding.rule)
        if judgement is not None:
            note = "; ".join(words for words in (finding.note, _words(judgement)) if words)
            yield replace(finding, held=judgement.what, note=note)
        elif tally is not None and is_muted(tally) and worth_drafting(finding):
            yield replace(finding, held=Held.MUTED)
        else:
            yield finding


def muted_notes(findings: Iterable[Finding], known: Known) -> tuple[str, ...]:
    """A sentence for each rule of which a finding was not drafted as the rule is muted."""
    muted = sorted({finding.rule for finding in findings if finding.held is Held.MUTED and not finding.raised})
    return tuple(muted_words(known.tallies[rule]) for rule in muted)


def shown(finding: Finding, series: tuple[str, int], subject: str, *, drafted: bool) -> Shown:
    """A finding as the ledger keeps it; `series` is its message id and version."""
    return Shown(
        fingerprint=finding.fingerprint,
        place=place_of(finding, subject),
        rule=finding.rule,
        series=series[0],
        revision=series[1],
        patch=finding.patch,
        message=finding.message,
        repeats=tuple(sorted({place.fingerprint for place in finding.repeats} - {finding.fingerprint})),
        drafted=drafted,
    )


def short_ids(ids: Iterable[str]) -> dict[str, str]:
    """Each id with its first digits, as many as tell all of them apart, SHORT at least."""
    known = sorted(set(ids))
    shared = max((_common(one, other) for one, other in pairwise(known)), default=0)
    return {one: one[: max(SHORT, shared + 1)] for one in known}


def _common(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _words(judgement: Judgement) -> str:
    return f"dismissed before: {judgement.why}" if judgement.what is Held.DISMISSED else "adopted before"
