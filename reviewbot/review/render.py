# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a review look like to a program?  The versioned JSON of docs/check.schema.json; same input, same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from reviewbot.model import AppliedPatch, Finding, Review

VERSION = 1


def to_json(review: Review, drafts: tuple[str, ...], fixups: tuple[str, ...] = ()) -> str:
    """The review as JSON text that ends in a newline; `drafts` and `fixups` are the paths that were written.

    It is ASCII: the same bytes in any locale, and nothing in it that a terminal would obey.
    """
    return json.dumps(as_dict(review, drafts, fixups), indent=2) + "\n"


def as_dict(review: Review, drafts: tuple[str, ...], fixups: tuple[str, ...] = ()) -> dict[str, Any]:
    """The review as plain values."""
    series, applied = review.applied.series, review.applied
    return {
        "version": VERSION,
        "series": {
            "msgid": (series.cover or series.patches[0].message).msgid,
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
            "skipped": [{"what": s.what, "path": s.path, "why": s.why} for s in review.coverage.skipped],
        },
        "findings": [_finding(finding) for finding in review.findings],
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


def _finding(finding: Finding) -> dict[str, Any]:
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
        "repeats": [asdict(place) for place in finding.repeats],
    }
