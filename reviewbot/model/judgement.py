# SPDX-License-Identifier: GPL-2.0-or-later
"""What did the reviewer make of findings?  Judgements, what they come to for a rule, and the drafts that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

Place = tuple[str, str]
"""A fingerprint, and the file (or the commit message) that it stands in."""


class Held(Enum):
    """Why a finding is not drafted: the reviewer's word on it, or on too many others of its rule."""

    DISMISSED = "dismissed"
    ADOPTED = "adopted"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The reviewer's word on a finding: `what` is DISMISSED (wrong, or not worth a mail) or ADOPTED (sent, so right).

    `series` is the message id of the series that showed it, `revision` its version; `who` is a name and address as git
    knows them; `at` is UTC in ISO 8601.
    """

    what: Held
    rule: str
    fingerprint: str
    series: str
    revision: int
    why: str
    who: str
    at: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How a rule has done: distinct findings that were shown, that were drafted, and the judgements on them."""

    rule: str
    found: int = 0
    drafted: int = 0
    adopted: int = 0
    dismissed: int = 0
    unmuted: bool = False
    """The reviewer wants its drafts, whatever the figures say."""

    @property
    def judged(self) -> int:
        """How many findings were judged."""
        return self.adopted + self.dismissed

    @property
    def precision(self) -> float | None:
        """The part of the judged findings that was adopted, 0 to 1; None where none was judged."""
        return self.adopted / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger says before a review: the judgements by place, and how each rule has done."""

    judgements: Mapping[Place, Judgement] = field(default_factory=dict)
    tallies: Mapping[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding as it was shown: `place` as in Place, `series` and `patch` message ids, `repeats` fingerprints."""

    fingerprint: str
    place: str
    rule: str
    series: str
    revision: int
    patch: str
    message: str
    repeats: tuple[str, ...] = ()
    drafted: bool = False


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft that was written: 16 hex digits, where it is, what it answers, the fingerprints of its remarks."""

    id: str
    path: Path
    series: str
    revision: int
    patch: str
    subject: str
    findings: tuple[str, ...]
