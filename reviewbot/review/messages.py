# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the rules say of the commit message of a patch?  Nothing of diffs that stand in replies, which have none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.mail.series import commit_message
from reviewbot.match.budget import Limit, OverBudget, over, unlimited
from reviewbot.match.message import CommitText, reads_messages, run_message
from reviewbot.match.run import Report
from reviewbot.match.site import History
from reviewbot.model import COMMIT_MESSAGE, AppliedPatch, Skipped
from reviewbot.rule import Rule


def in_message(
    patch: AppliedPatch, rules: Iterable[Rule], history: History, late: list[Skipped], limit: Limit = unlimited
) -> Iterator[tuple[Report, int]]:
    """The reports in a patch's message, each with its 1-based line of the mail's body, 0 for the subject.

    `history` gives the subject of a commit of the tree by its id; rules that `limit` stops are added to `late`.
    """
    mail = patch.patch
    if mail.in_reply:
        return
    text, subject = commit_message(mail.message), f"{mail.subject}\n\n"
    message = CommitText(subject + text, tuple(diff.path for diff in mail.files), history)
    begin = mail.message.body.find(text)
    for rule in filter(reads_messages, rules):
        try:
            with limit(lambda: COMMIT_MESSAGE):
                reports = list(run_message(rule, message))
        except OverBudget:
            late.append(over(rule, COMMIT_MESSAGE))
            continue
        for report in reports:
            at = report.match.span.end - 1 - len(subject)
            line = mail.message.body.count("\n", 0, begin + at) + 1 if at >= 0 and begin >= 0 else 0
            yield report, line
