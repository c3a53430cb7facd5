# SPDX-License-Identifier: GPL-2.0-or-later
"""Reviewers' comments as values: who said what, under which line of which patch, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from reviewbot.model.mail import Address


class Anchor(Enum):
    """What a comment stands under."""

    CODE = "code"
    """A line of the diff."""
    MESSAGE = "message"
    """A line of the commit message."""
    OTHER = "other"
    """A line of the mail that is neither: a trailer, the diffstat, a file's header."""
    NONE = "none"
    """It is not placed: it quotes nothing of a patch, or nothing that stands in one place alone."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A reviewer's own words, and what they are about.

    `msgid` is the mail they were read in, `first_line` their 1-based first line in its body.  `patch` is the message id
    of the patch mail ("" if unknown), `mail_lines` the 1-based first and last line of that mail's body that the words
    stand under, (0, 0) where they are not placed.  `path`, `old_line` and `new_line` are those of the last line, as the
    hunk header claims them.  `code` is the quoted code.  `answers` names the comment under whose words these stand, by
    its msgid and first line.
    """

    author: Address
    is_bot: bool
    date: datetime | None
    msgid: str
    first_line: int
    text: str
    patch: str = ""
    anchor: Anchor = Anchor.NONE
    mail_lines: tuple[int, int] = (0, 0)
    path: str = ""
    old_line: int | None = None
    new_line: int | None = None
    code: tuple[str, ...] = ()
    answers: tuple[str, int] | None = None

    @property
    def key(self) -> tuple[str, int]:
        """What `answers` names it by."""
        return self.msgid, self.first_line

    @property
    def by(self) -> str:
        """Who said it, for people to read; a bot is named as one."""
        return f"{self.author.label} (bot)" if self.is_bot else self.author.label


@dataclass(frozen=True, slots=True)
class Raised:
    """A comment that makes a remark, the revision of the series that it was made on, and what the author answered."""

    comment: Comment
    revision: int
    answer: Comment | None = None
