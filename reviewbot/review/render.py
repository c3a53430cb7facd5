# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a review look like to a program?  The versioned JSON of docs/check.schema.json; same input, same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from reviewbot.model import AppliedPatch, Comment, Finding, History, Raised, Review

VERSION = 2


def to_json(review: Review, drafts: tuple[str, ...], archive: str = "", fixups: tuple[str, ...] = ()) -> str:
    """The review as JSON text that ends in a newline; `drafts` and `fixups` are the paths that were written.

    `archive` is the URL that message ids link to, "" where the mails did not come from one.  The text is ASCII: the
    same bytes in any locale, and nothing in it that a terminal would obey.
    """
    return json.dumps(as_dict(review, drafts, archive, fixups), indent=2) + "\n"


def as_dict(review: Review, drafts: tuple[str, ...], archive: str = "", fixups: tuple[str, ...] = ()) -> dict[str, Any]:
    """The review as plain values."""
    series, applied = review.applied.series, review.applied
    return {
        "version": VERSION,
        "series": {
            "msgid": series.msgid,
            "subject": series.subject,
            "revision": series.revision,
            "expected": series.expected,
            "complete": series.complete,
            "missing": list(series.missing),
            "base": {"name": applied.base.name, "commit": applied.base.commit, "why": applied.base.why},
            "applied": applied.applied,
            "patches": [_patch(patch) for patch in applied.patches],
        },
        "coverage": {
            "functions": review.coverage.functions,
            "analysed": review.coverage.analysed,
            "over_budget": review.coverage.over_budget,
            "skipped": [asdict(one) for one in review.coverage.skipped],
            "rules": review.coverage.rules,
            "idle": [{"rule": one.rule, "why": one.why} for one in review.coverage.idle],
        },
        "refused": [asdict(one) for one in review.refused],
        "findings": [_finding(finding, archive) for finding in review.findings],
        "history": _history(review.history, archive),
        "drafts": list(drafts),
        "fixups": list(fixups),
        "problems": list(review.problems),
    }


def _patch(patch: AppliedPatch) -> dict[str, Any]:
    return {
        "msgid": patch.patch.message.msgid,
        "index": patch.patch.index,
        "subject": patch.patch.subject,
        "applied": patch.after is not None,
        "how": patch.how,
        "error": patch.error,
    }


def link(archive: str, msgid: str) -> str:
    """Where a mail is found in an archive."""
    return f"{archive}/{quote(msgid)}/"


def _history(history: History, archive: str) -> dict[str, Any]:
    return {
        "revision": history.revision,
        "fixed": [_finding(finding, archive) for finding in history.fixed],
        "not_addressed": [_raised(raised, archive) for raised in history.open],
    }


def _raised(raised: Raised, archive: str) -> dict[str, Any]:
    comment = raised.comment
    return {
        **_said(comment, archive),
        "bot": comment.is_bot,
        "patch": comment.patch,
        "revision": raised.revision,
        "file": comment.path,
        "line": comment.new_line,
        "code": list(comment.code),
        "answer": _said(raised.answer, archive) if raised.answer else None,
    }


def _said(comment: Comment, archive: str) -> dict[str, Any]:
    return {
        "by": comment.by,
        "msgid": comment.msgid,
        "link": link(archive, comment.msgid) if archive else None,
        "text": comment.text,
    }


def _finding(finding: Finding, archive: str) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "patch": finding.patch,
        "file": finding.path,
        "line": finding.line,
        "last_line": finding.last_line,
        "function": finding.function,
        "verdict": finding.verdict.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "helper": finding.helper,
        "suggestion": finding.suggestion,
        "diff": finding.diff,
        "compiled": finding.compiled,
        "note": finding.note,
        "fingerprint": finding.fingerprint,
        "held": finding.held.value if finding.held else None,
        "repeats": [asdict(place) for place in finding.repeats],
        "since": finding.since,
        "raised": _raised(finding.raised, archive) if finding.raised else None,
    }
