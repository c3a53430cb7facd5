# SPDX-License-Identifier: GPL-2.0-or-later
"""How do these tests make applied patches, rules and findings without git and without files?"""

from __future__ import annotations

from reviewbot.mail.decode import decode
from reviewbot.mail.diff import parse_diff
from reviewbot.match.site import TreeView
from reviewbot.model import (
    AppliedPatch,
    AppliedSeries,
    BaseChoice,
    Category,
    Confidence,
    Coverage,
    FileDiff,
    Finding,
    Known,
    Message,
    Patch,
    Series,
    Verdict,
)
from reviewbot.review.reports import Rules
from reviewbot.review.standing import NOTHING_KNOWN
from reviewbot.review.verdict import judge
from reviewbot.rule import Example, Rule
from reviewbot.syntax.facts import SyntaxFacts
from tests.rules.harness import MadeUpTree


def rule(**changes: object) -> Rule:
    """A rule that reports calls of bad()."""
    fields: dict[str, object] = {
        "id": "bad", "title": "bad() is bad", "why": "It is.", "known_problems": "", "category": Category.API,
        "confidence": Confidence.HIGH, "patterns": ("bad($x)",), "message": "is `{x}` good here?",
        "examples": (Example("x", "x"),), "references": (),
    }  # fmt: skip
    return Rule(**{**fields, **changes})  # type: ignore[arg-type]


def message(body: str = "", msgid: str = "1@x", subject: str = "[PATCH] one", headers: str = "") -> Message:
    """A mail by Ann Author to a list."""
    usual = {
        "From": "Ann Author <ann@example.org>",
        "To": "list@example.org",
        "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
    }
    own = {line.partition(":")[0] for line in headers.splitlines()}
    head = "".join(f"{name}: {value}\n" for name, value in usual.items() if name not in own)
    return decode(f"{head}Subject: {subject}\nMessage-ID: <{msgid}>\n{headers}\n{body}".encode())


def files_of(diff: str) -> tuple[FileDiff, ...]:
    """A diff's files; the body of the mail is the diff alone."""
    return parse_diff(diff)


def patch(diff: str, before: MadeUpTree, after: MadeUpTree | None, index: int = 1, **fields: str) -> AppliedPatch:
    """A patch that made one tree of another, or that did not apply (None)."""
    mail = message(diff, msgid=f"{index}@x", subject=f"[PATCH {index}/9] number {index}", **fields)
    made = Patch(mail, index, f"number {index}", files_of(diff), diff)
    return AppliedPatch(made, before, after, made.files, error="" if after else "patch failed")


def series(*patches: AppliedPatch) -> AppliedSeries:
    """Patches as a series on the first one's tree."""
    whole = Series(1, len(patches), None, tuple(p.patch for p in patches), "a series")
    return AppliedSeries(whole, BaseChoice("made-up", None, "made up"), patches[0].before, patches)


def judged(
    *patches: AppliedPatch, rules: tuple[Rule, ...] = (rule(),), known: Known = NOTHING_KNOWN
) -> tuple[tuple[Finding, ...], Coverage]:
    """The findings and the coverage of a series."""
    whole = series(*patches)
    return judge(whole, Rules(rules, TreeView(whole.snapshot, SyntaxFacts())), known)


def finding(mail_line: int, text: str = "is it good here?", **changes: object) -> Finding:
    """A finding under a line of the mail."""
    fields: dict[str, object] = {
        "rule": "bad", "patch": "1@x", "path": "a.c", "line": 1, "last_line": 1, "mail_line": mail_line,
        "function": "f", "verdict": Verdict.INTRODUCED, "confidence": Confidence.HIGH, "message": text, "why": "",
        "code": "bad(1)",
        "fingerprint": "0" * 16,
    }  # fmt: skip
    return Finding(**{**fields, **changes})  # type: ignore[arg-type]
