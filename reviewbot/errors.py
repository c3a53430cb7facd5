# SPDX-License-Identifier: GPL-2.0-or-later
"""What can go wrong, as one tree of exceptions; each says what happened and what to do next.

The text of an error is one sentence for the user, and its `hint` one more.  Nothing here prints or exits: the cli
turns a ReviewbotError into exit status 2.
"""

from __future__ import annotations


class ReviewbotError(Exception):
    """Base of all errors that a user may see.

    `what` is one clear sentence that names the message id, path or rule; `hint` says what to do next ("" if nothing
    can be done).
    """

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}; {self.hint}" if self.hint else self.what


class UsageError(ReviewbotError):
    """The words of the command line or a setting make no sense together."""


class MailError(ReviewbotError):
    """Mail cannot be read at all, or holds no patch."""


class ArchiveError(ReviewbotError):
    """The archive did not give the thread: unknown id, outage, time-out, or an answer that is no mail."""


class TreeError(ReviewbotError):
    """The kernel tree, or a revision of it, cannot be read."""


class PatternError(ReviewbotError):
    """A pattern's text cannot be compiled."""


class RuleLoadError(ReviewbotError):
    """A rule file cannot be loaded or breaks a convention; names the file."""


class ProcessError(ReviewbotError):
    """A child process could not be started, hit a limit, or failed where it must not."""


class OutputError(ReviewbotError):
    """A draft or report could not be written; what was there before is untouched."""


class LedgerError(ReviewbotError):
    """The ledger is corrupt, locked, or of a newer program; it is left as it is."""


class DraftError(ReviewbotError):
    """An edited draft is no reply that could be sent."""


class CocciError(ReviewbotError):
    """A construct of a semantic patch that is not read: where it stands, its name, and what was met."""

    def __init__(self, line: int, construct: str, detail: str = "") -> None:
        super().__init__(f"line {line}: {construct}{f' ({detail})' if detail else ''} is not read")
        self.line = line
        self.construct = construct
