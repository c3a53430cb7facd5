# SPDX-License-Identifier: GPL-2.0-or-later
"""A review as values: matches, findings, verdicts and drafts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from reviewbot.model.code import Coverage, Skipped, Span
from reviewbot.model.comment import Raised
from reviewbot.model.fixup import FixupPatch
from reviewbot.model.judgement import Held
from reviewbot.model.patch import AppliedSeries

COMMIT_MESSAGE = "commit message"
"""What findings in a commit message have where others have their path."""
Progress = Callable[[str], None]
"""Told what is being done now, for those who wait."""


class Category(Enum):
    """What kind of remark a rule makes."""

    CORRECTNESS = "correctness"
    API = "api"
    STYLE = "style"


class Confidence(Enum):
    """How often a rule is right, as measured: HIGH drafts a remark, MODERATE a question, LOW is shown only."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class Verdict(Enum):
    """What the patch has to do with a finding (design.md, "What a patch may be blamed for")."""

    INTRODUCED = "introduced"
    FIXED_LATER = "fixed-later"
    PRE_EXISTING = "pre-existing"
    MOVED = "moved"
    """The patch took the code as it was from another function or file."""
    REMOVED = "removed"
    """The patch took the code away; `line` is then of the state before it."""
    UNPROVEN = "unproven"
    """Only the hunk was seen: the series did not apply, so there is no tree to prove anything with."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a rule's own Python adds to a match: the proposed identifier, replacement code, words for the message.

    `fields` fill `{name}` in the message beside the metavariables.  `exact` is False for a near miss, which is put
    as a question and never with more than moderate confidence.
    """

    helper: str | None = None
    suggestion: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Something on a path through a function: `what` is "step" (of the pattern), "true", "false", "default" or "case 3"
    (a branch that was taken), "goto" or "label"; `text` is the code of the step, the condition, the label's name."""

    line: int
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A place where a pattern matched: spans and texts, never syntax nodes.

    `bindings` maps a metavariable's name (no `$`) to its source text.  `function` is the name of the function around
    it ("" at file level).  `alternative` is the index of the pattern that matched.  `way` is the path on which the
    steps of a path pattern lie, in its order; () for any other pattern.
    """

    path: str
    span: Span
    bindings: tuple[tuple[str, str], ...]
    function: str
    alternative: int = 0
    way: tuple[Waypoint, ...] = ()

    def text(self, name: str) -> str:
        """The source text bound to a metavariable ("" if it is unbound)."""
        return next((value for key, value in self.bindings if key == name), "")

    def starts_over(self) -> bool:
        """True for a path whose two steps are one line, or which comes back to a line above its first step."""
        first, second = (point.line for point in self.way if point.what == "step")
        after = self.way[[point.what for point in self.way].index("step") :]
        return first == second or any(point.line < first for point in after)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A further place of a finding, in the same file and of the same verdict, with what would be said of it alone."""

    line: int
    last_line: int
    function: str
    message: str
    suggestion: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark on one patch.  `line` and `last_line` are 1-based in that patch's result (as the hunk claims them
    when nothing applied); `mail_line` is the 1-based line of the patch mail's body under which a reply comments, 0 if
    the place is not in the diff.  `fingerprint` survives rebases: rule, function, normalised code.  `repeats` are the
    other places of the file that the same remark is about, by line.  `diff` is a verified change of that patch's result
    that mends it, None where there is none; `compiled` says that what it changes was built before and after.

    `raised` is the comment of somebody who has said it already.  `since` is the earlier revision of the series that has
    it too, None for what is new or where no earlier one was compared."""

    rule: str
    patch: str
    path: str
    line: int
    last_line: int
    mail_line: int
    function: str
    verdict: Verdict
    confidence: Confidence
    message: str
    why: str
    code: str
    fingerprint: str
    helper: str | None = None
    suggestion: str | None = None
    note: str = ""
    references: tuple[str, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    diff: str | None = None
    compiled: bool = False
    raised: Raised | None = None
    since: int | None = None
    held: Held | None = None
    """Why it is not drafted though it might be; None for most."""

    @property
    def is_blamed(self) -> bool:
        """True for what the patch introduced, or as its hunk alone says may have introduced."""
        return self.verdict in (Verdict.INTRODUCED, Verdict.UNPROVEN)


@dataclass(frozen=True, slots=True)
class History:
    """What became of an earlier revision: its number, and what it introduced that is gone; and of the earlier remarks
    those whose code is as it was.  `revision` is None where none was compared."""

    revision: int | None = None
    fixed: tuple[Finding, ...] = ()
    open: tuple[Raised, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply to one patch, ready to send: the mail's bytes, and the message id of the patch it answers.

    `findings` are the fingerprints of what it remarks on.
    """

    in_reply_to: str
    subject: str
    mail: bytes
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """All that one run found out; findings ordered by patch, path, line and rule."""

    applied: AppliedSeries
    findings: tuple[Finding, ...]
    coverage: Coverage
    drafts: tuple[Draft, ...]
    problems: tuple[str, ...]
    fixups: tuple[FixupPatch, ...] = ()
    history: History = History()
    refused: tuple[Skipped, ...] = ()
    """The user's rules that do not run, and why."""
