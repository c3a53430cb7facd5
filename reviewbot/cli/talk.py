# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a person see of the thread?  Who has said it already, what is not addressed, what earlier versions had."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from reviewbot.cli.row import Row
from reviewbot.model import Anchor, Comment, History, Raised, Review
from reviewbot.review.render import link

_MOST = 160


def raised_rows(raised: Raised, archive: str) -> Iterator[Row]:
    """By whom a finding was raised already, where, and what the author answered."""
    yield Row(_said("      already raised by ", raised.comment, raised.revision, archive), 8)
    yield from _answered(raised, archive)


def history_rows(review: Review, archive: str, *, everything: bool) -> Iterator[Row]:
    """What became of the revision before, and the earlier remarks whose code is as it was."""
    history = review.history
    if history.revision is None and not history.open:
        return
    yield Row(Text())
    if history.revision is not None:
        yield Row(Text(_counts(review, history), style="bold"))
        for finding in history.fixed if everything else ():
            yield Row(Text(f"  fixed: {finding.path}: {finding.message} [{finding.rule}]", style="dim"), 6)
    for raised in history.open:
        comment = raised.comment
        what = f"{comment.path}:{comment.new_line or comment.old_line}" if comment.path else "the commit message"
        place = what if comment.anchor is Anchor.CODE else "the commit message"
        yield Row(_said(f"  not addressed: {place}, ", comment, raised.revision, archive), 6)
        if comment.code:
            yield Row(Text(f"      {' '.join(comment.code[-1].split())[:_MOST]}", style="dim"), 8)
        yield Row(Text(f'      "{_short(comment.text)}"'), 8)
        yield from _answered(raised, archive)


def _counts(review: Review, history: History) -> str:
    blamed = [f for f in review.findings if f.is_blamed]
    there = sum(f.since is not None for f in blamed)
    return f"since v{history.revision}: {len(history.fixed)} fixed, {there} still there, {len(blamed) - there} new"


def _said(words: str, comment: Comment, revision: int, archive: str) -> Text:
    version = f" on v{revision}" if revision else ""
    where = link(archive, comment.msgid) if archive else f"<{comment.msgid}>"
    style = f"link {where}" if archive else ""
    return Text.assemble(f"{words}{comment.by}{version} (", (where, style), ")")


def _answered(raised: Raised, archive: str) -> Iterator[Row]:
    if raised.answer:
        text = _said("      the author answered: ", raised.answer, 0, archive)
        yield Row(text.append(f': "{_short(raised.answer.text)}"'), 8)


def _short(text: str) -> str:
    """Words on one line, cut where they are long."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST else f"{line[:_MOST].rstrip()} ..."
