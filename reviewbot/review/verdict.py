# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings may a patch be blamed for?  The same rules run before it, after it and at the end of the series.

Only code that was not there before the patch and is still there at the end is *introduced*.  Code is compared in its
normal form, over all files that the patch touches, so that moving it blames nobody.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from reviewbot.mail.clean import body_text, one_line
from reviewbot.match.run import Report
from reviewbot.model import AppliedPatch, AppliedSeries, Confidence, Coverage, FileDiff, Finding, Skipped, Verdict
from reviewbot.review.fragment import fragment
from reviewbot.review.reports import C_SUFFIXES, FileReports, Rules, overlaps
from reviewbot.syntax.parse import Function

Key = tuple[str, str]
_LOWER = {Confidence.HIGH: Confidence.MODERATE, Confidence.MODERATE: Confidence.LOW, Confidence.LOW: Confidence.LOW}


def judge(applied: AppliedSeries, rules: Rules) -> tuple[tuple[Finding, ...], Coverage]:
    """All findings of a series with their verdicts, and how much of what it touches was looked at."""
    findings: list[Finding] = []
    coverage = _Coverage()
    for index, patch in enumerate(applied.patches):
        if patch.after is None:
            findings.extend(_unproven(patch, rules, coverage))
        else:
            later = applied.patches[index + 1 :]
            findings.extend(_proven(patch, later, rules, coverage))
    return tuple(findings), coverage.total()


class _Coverage:
    """Collects what was touched, analysed and skipped; a function touched by two patches counts once."""

    def __init__(self) -> None:
        self._touched: dict[tuple[str, str], Function] = {}
        self._skipped: dict[Skipped, None] = {}

    def functions(self, path: str, touched: Iterable[Function]) -> None:
        for function in touched:
            self._touched[path, function.name] = function

    def skip(self, skipped: Iterable[Skipped]) -> None:
        self._skipped.update(dict.fromkeys(skipped))

    def total(self) -> Coverage:
        bad = {key: f for key, f in self._touched.items() if not f.analysed}
        unread = [
            Skipped(f"{name}()", path, f"line {f.error_line} was not understood") for (path, name), f in bad.items()
        ]
        return Coverage(len(self._touched), len(self._touched) - len(bad), tuple(unread + list(self._skipped)))


def _proven(
    patch: AppliedPatch, later: tuple[AppliedPatch, ...], rules: Rules, coverage: _Coverage
) -> Iterator[Finding]:
    assert patch.after is not None  # noqa: S101  # the caller's condition, for mypy
    before = Counter(_keys(rules.in_file(patch.before, d.old_path) for d in patch.files if d.old_path))
    after = [(d, rules.in_file(patch.after, d.new_path)) for d in patch.files if d.new_path]
    new = Counter(_keys(reports for _diff, reports in after)) - before
    for diff, reports in after:
        coverage.skip(_not_c(diff))
        coverage.skip(reports.skipped)
        changed = _changed_lines(diff)
        touched = tuple(f for f in reports.functions if overlaps(f.span, changed))
        coverage.functions(reports.path, touched)
        for report in _added_first(reports.reports, changed):
            inside = any(f.span.start <= report.match.span.start < f.span.end for f in touched)
            if not inside and not overlaps(report.match.span, changed):
                continue
            verdict = Verdict.INTRODUCED if new[_key(report)] > 0 else Verdict.PRE_EXISTING
            new[_key(report)] -= 1
            fixer = _fixed_by(report, diff, later, rules) if verdict is Verdict.INTRODUCED else None
            note = f'fixed by "{fixer.patch.subject}"' if fixer else ""
            yield _finding(report, patch, diff, Verdict.FIXED_LATER if fixer else verdict, note)


def _key(report: Report) -> Key:
    return (report.rule.id, report.key)


def _keys(files: Iterable[FileReports]) -> list[Key]:
    return [_key(report) for reports in files for report in reports.reports]


def _added_first(reports: Iterable[Report], changed: frozenset[int]) -> list[Report]:
    """Reports on changed lines first: of two equal places the one that the patch wrote is the new one."""
    return sorted(reports, key=lambda r: (not overlaps(r.match.span, changed), r.match.span))


def _changed_lines(diff: FileDiff) -> frozenset[int]:
    """The post-image lines that were added, or that stand where lines were taken away."""
    lines: set[int] = set()
    for hunk in diff.hunks:
        at = hunk.new_start
        for line in hunk.lines:
            if line.kind == "-":
                lines.add(max(at, 1))
                continue
            if line.kind == "+":
                lines.add(line.new_line or at)
            at = (line.new_line or at) + 1
    return frozenset(lines)


def _not_c(diff: FileDiff) -> tuple[Skipped, ...]:
    if diff.path.endswith(C_SUFFIXES):
        return ()
    return (Skipped("file", diff.path, "not C"),)


def _fixed_by(report: Report, diff: FileDiff, later: tuple[AppliedPatch, ...], rules: Rules) -> AppliedPatch | None:
    """The later patch after which the code is gone for good (not merely moved), or None."""
    path, fixer, gone = diff.new_path, None, 0
    for patch in later:
        if patch.after is None or path is None:
            continue
        own = [d for d in patch.files if d.old_path == path]
        others = [d for d in patch.files if d.old_path != path]
        # code that turns up in another file was moved there; that another file loses it is another matter
        gone += _loss(report, patch, own, rules) + min(0, _loss(report, patch, others, rules))
        fixer = (fixer or patch) if gone > 0 else None
        path = next((d.new_path for d in own), path)
    return fixer


def _loss(report: Report, patch: AppliedPatch, files: Iterable[FileDiff], rules: Rules) -> int:
    """By how many a patch lowers the count of this report's code in these files."""
    assert patch.after is not None  # noqa: S101  # the caller's condition, for mypy
    old = [rules.in_file(patch.before, d.old_path) for d in files if d.old_path]
    new = [rules.in_file(patch.after, d.new_path) for d in files if d.new_path]
    return _keys(old).count(_key(report)) - _keys(new).count(_key(report))


def _unproven(patch: AppliedPatch, rules: Rules, coverage: _Coverage) -> Iterator[Finding]:
    for diff in patch.patch.files:
        coverage.skip(_not_c(diff))
        if diff.new_path is None or not diff.path.endswith(C_SUFFIXES):
            continue
        coverage.skip((Skipped("hunks alone", diff.path, "the patch did not apply"),))
        for hunk in diff.hunks:
            old = rules.in_text(diff.path, fragment(hunk, "-").text.encode())
            made = fragment(hunk, "+")
            new = rules.in_text(diff.path, made.text.encode())
            known = Counter(_keys([old]))
            lines = [line for line in hunk.lines if line.kind != "-"]
            added = frozenset(n + made.offset for n, line in enumerate(lines, 1) if line.kind == "+")
            for report in new.reports:
                known[_key(report)] -= 1
                if known[_key(report)] >= 0 or not overlaps(report.match.span, added):
                    continue
                place = [
                    lines[n - made.offset - 1]
                    for n in range(report.match.span.first_line, report.match.span.last_line + 1)
                    if 0 < n - made.offset <= len(lines)
                ]
                lined = [line.new_line or 0 for line in place] or [0]
                mail_line = max((line.mail_line for line in place), default=0)
                note = "only the hunk was seen: the patch did not apply"
                yield _made(report, patch, Verdict.UNPROVEN, note, (lined[0], lined[-1]), mail_line)


def _finding(report: Report, patch: AppliedPatch, diff: FileDiff, verdict: Verdict, note: str) -> Finding:
    span = report.match.span
    here = [
        line.mail_line
        for hunk in diff.hunks
        for line in hunk.lines
        if line.new_line is not None and span.first_line <= line.new_line <= span.last_line
    ]
    return _made(report, patch, verdict, note, (span.first_line, span.last_line), max(here, default=0))


def _made(
    report: Report, patch: AppliedPatch, verdict: Verdict, note: str, lines: tuple[int, int], mail_line: int
) -> Finding:
    rule = report.rule
    confidence = rule.confidence
    if not report.exact and confidence is Confidence.HIGH:
        confidence = Confidence.MODERATE
    if verdict is Verdict.UNPROVEN:
        confidence = _LOWER[confidence]
    if rule.nursery:
        confidence = Confidence.LOW
    identity = "\0".join((rule.id, report.match.function, report.key))
    return Finding(
        rule=rule.id,
        patch=patch.patch.message.msgid,
        path=report.match.path,
        line=lines[0],
        last_line=lines[1],
        mail_line=mail_line,
        function=report.match.function,
        verdict=verdict,
        confidence=confidence,
        message=one_line(report.message),
        why=rule.why,
        code=body_text(report.code),
        fingerprint=hashlib.sha256(identity.encode()).hexdigest()[:16],
        helper=report.helper,
        suggestion=body_text(report.suggestion) if report.suggestion is not None else None,
        note=note,
        references=rule.references,
    )
