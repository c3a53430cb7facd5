# SPDX-License-Identifier: GPL-2.0-or-later
"""Patches as values: diff lines that know their line in the mail, hunks, files, patches, series, and what applied."""

from __future__ import annotations

from dataclasses import dataclass

from reviewbot.model.code import Snapshot
from reviewbot.model.mail import Message


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a hunk.  `kind` is " ", "+" or "-"; `text` has neither the kind nor the line end.

    `mail_line` is the 1-based line of the message body it stands on (its first line, if the mail wrapped it).
    `old_line` and `new_line` are 1-based lines of pre- and post-image as the hunk header claims them, None on the side
    where the line does not exist.
    """

    kind: str
    text: str
    mail_line: int
    old_line: int | None
    new_line: int | None


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk; counts are those of its lines, not of the header (`lied` is True where the header said otherwise)."""

    old_start: int
    new_start: int
    section: str
    lines: tuple[DiffLine, ...]
    lied: bool = False

    @property
    def old_count(self) -> int:
        """Number of pre-image lines."""
        return sum(line.kind != "+" for line in self.lines)

    @property
    def new_count(self) -> int:
        """Number of post-image lines."""
        return sum(line.kind != "-" for line in self.lines)


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What a patch does to one file.  A path is None on the side where there is no file (/dev/null).

    `old_blob`, `new_blob`: ids of the index line, often abbreviated, or None.  Modes are octal text such as "100644".
    `status` is one of "modified", "added", "deleted", "renamed", "copied", "mode", "binary", "submodule".
    """

    old_path: str | None
    new_path: str | None
    status: str
    hunks: tuple[Hunk, ...]
    old_blob: str | None = None
    new_blob: str | None = None
    old_mode: str | None = None
    new_mode: str | None = None

    @property
    def path(self) -> str:
        """The path people know it by: the new one, or the old one of a deleted file."""
        return self.new_path or self.old_path or ""


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch: a [PATCH] mail, or a diff found inside a reply (`in_reply`).

    `index` is its 1-based place in the series.  `subject` has no [PATCH] prefix.  `diff` is the unified diff as text
    for git (the mail's own lines, unquoted and unflowed, header lines rejoined); `raw_diff` the exact bytes where
    white space or CRs would be lost in `diff`, else None.  `quote_depth` counts the quote marks in front of it.
    """

    message: Message
    index: int
    subject: str
    files: tuple[FileDiff, ...]
    diff: str
    raw_diff: bytes | None = None
    in_reply: bool = False
    quote_depth: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """A series at one revision.  `expected` is the number of patches its subjects promise.

    `problems` names what is odd: a missing patch, a resend that was dropped, a partial reroll that was rebuilt.
    `older` are the other revisions found, by rising number.
    """

    revision: int
    expected: int
    cover: Message | None
    patches: tuple[Patch, ...]
    subject: str
    base_commit: str | None = None
    change_id: str | None = None
    prerequisites: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    older: tuple[Series, ...] = ()

    @property
    def msgid(self) -> str:
        """The message id that stands for the series: its cover letter's, else its first patch's."""
        return (self.cover or self.patches[0].message).msgid

    @property
    def complete(self) -> bool:
        """True when every patch that the subjects promise is here."""
        return len({p.index for p in self.patches}) >= self.expected

    @property
    def missing(self) -> tuple[int, ...]:
        """The 1-based indices that are not here."""
        have = {p.index for p in self.patches}
        return tuple(i for i in range(1, self.expected + 1) if i not in have)


@dataclass(frozen=True, slots=True)
class BaseChoice:
    """The base a series was applied to.  `name` is what people call it (a ref, a commit, a folder), `commit` its id
    (None for a plain directory), `why` the reason in words: "base-commit of the cover letter"."""

    name: str
    commit: str | None
    why: str


@dataclass(frozen=True, slots=True)
class AppliedPatch:
    """One patch after the attempt to apply it.

    `before` and `after` are snapshots (equal in content when nothing changed); `after` is None when the patch did not
    apply, and then `error` has git's own words, and `failed_at` (path, 1-based hunk number or 0) where known.
    `files` are the patch's file diffs with their line numbers as they landed (tabs restored, counts true);
    `how` is "", or says what was forgiven ("white space ignored, 2 lines of context").
    """

    patch: Patch
    before: Snapshot
    after: Snapshot | None
    files: tuple[FileDiff, ...]
    how: str = ""
    error: str = ""
    failed_at: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class AppliedSeries:
    """A series on its base.  `tried` lists each base that was tried and git's words for why it failed."""

    series: Series
    base: BaseChoice
    snapshot: Snapshot
    patches: tuple[AppliedPatch, ...]
    tried: tuple[tuple[BaseChoice, str], ...] = ()

    @property
    def applied(self) -> bool:
        """True when every patch applied."""
        return bool(self.patches) and all(p.after is not None for p in self.patches)
