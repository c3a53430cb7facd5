# SPDX-License-Identifier: GPL-2.0-or-later
"""The nouns of a review: frozen values that every layer shares, and no behaviour but derived properties."""

from reviewbot.model.code import Coverage, Idle, Skipped, Snapshot, SourceFile, Span
from reviewbot.model.comment import Anchor, Comment, Raised
from reviewbot.model.fixup import FileChange, FixupPatch
from reviewbot.model.judgement import Held, Judgement, KeptDraft, Known, Place, Shown, Tally
from reviewbot.model.mail import Address, Message, Thread
from reviewbot.model.patch import (
    AppliedPatch,
    AppliedSeries,
    BaseChoice,
    DiffLine,
    FileDiff,
    Hunk,
    Patch,
    Series,
)
from reviewbot.model.review import (
    COMMIT_MESSAGE,
    Advice,
    Category,
    Confidence,
    Draft,
    Finding,
    History,
    Match,
    Progress,
    Repeat,
    Review,
    Verdict,
    Waypoint,
)

__all__ = [
    "COMMIT_MESSAGE",
    "Address",
    "Advice",
    "Anchor",
    "AppliedPatch",
    "AppliedSeries",
    "BaseChoice",
    "Category",
    "Comment",
    "Confidence",
    "Coverage",
    "DiffLine",
    "Draft",
    "FileChange",
    "FileDiff",
    "Finding",
    "FixupPatch",
    "Held",
    "History",
    "Hunk",
    "Idle",
    "Judgement",
    "KeptDraft",
    "Known",
    "Match",
    "Message",
    "Patch",
    "Place",
    "Progress",
    "Raised",
    "Repeat",
    "Review",
    "Series",
    "Shown",
    "Skipped",
    "Snapshot",
    "SourceFile",
    "Span",
    "Tally",
    "Thread",
    "Verdict",
    "Waypoint",
]
