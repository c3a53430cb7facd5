# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings may a patch be blamed for?  The same rules run before it, after it and at the end of the series.

Only code that was not there before the patch and is still there at the end is *introduced*; review.blame says which
that is.  Where a patch did not apply, its hunks are read alone, and nothing is proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewbot.mail.clean import body_text, one_line
from reviewbot.match.run import Report
from reviewbot.model import (
    AppliedPatch,
    AppliedSeries,
    Category,
    Confidence,
    Coverage,
    FileDiff,
    Finding,
    Hunk,
    Known,
    Skipped,
    Snapshot,
    SourceFile,
    Verdict,
)
from reviewbot.review.blame import Seen, changed_lines, fixed_by, new_in_hunk, sort_out
from reviewbot.review.fragment import fragment
from reviewbot.review.merge import merged
from reviewbot.review.messages import in_message
from reviewbot.review.reports import C_SUFFIXES, Rules, fingerprint, is_read, overlaps
from reviewbot.review.standing import NOTHING_KNOWN, weighed
from reviewbot.syntax.parse import Function

_HABIT = 3
"""So many places of a file make it the file's way."""
_LOWER = {Confidence.HIGH: Confidence.MODERATE, Confidence.MODERATE: Confidence.LOW, Confidence.LOW: Confidence.LOW}


def judge(applied: AppliedSeries, rules: Rules, known: Known = NOTHING_KNOWN) -> tuple[tuple[Finding, ...], Coverage]:
    """All findings of a series with their verdicts, and how much of what it touches was looked at.

    What the reviewer judged before, as `known` says, is never one remark with what he did not.
    """
    findings: list[Finding] = []
    coverage = _Coverage()
    rules.settle(_sources(applied, applied.snapshot), _sources(applied, last_state(applied)))
    for index, patch in enumerate(applied.patches):
        if patch.after is None:
            findings.extend(_unproven(patch, rules, coverage))
        else:
            findings.extend(_proven(applied, index, rules, coverage))
        late: list[Skipped] = []
        for report, mail_line in in_message(patch, rules.rules, rules.view.history, late, rules.limit):
            span = report.match.span
            lines = (span.first_line, span.last_line)
            findings.append(_made(report, patch, Verdict.INTRODUCED, "", lines, mail_line))
        coverage.skip(late)
    advice = frozenset(rule.id for rule in rules.rules if rule.category is not Category.CORRECTNESS)
    subjects = {patch.patch.message.msgid: patch.patch.subject for patch in applied.patches}
    return merged(weighed(findings, known, subjects), advice), coverage.total()


def last_state(applied: AppliedSeries) -> Snapshot:
    """The tree after the last patch that applied; the base where none did."""
    return next((patch.after for patch in reversed(applied.patches) if patch.after is not None), applied.snapshot)


def _sources(applied: AppliedSeries, snapshot: Snapshot) -> Iterator[SourceFile]:
    """The C files that a series touches, as they stand in a snapshot."""
    paths = {path for p in applied.patches for d in p.files for path in (d.old_path, d.new_path) if path}
    for path in sorted(paths):
        text = snapshot.read(path) if path.endswith(C_SUFFIXES) else None
        if text is not None:
            yield SourceFile(path, text)


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


def _proven(applied: AppliedSeries, index: int, rules: Rules, coverage: _Coverage) -> Iterator[Finding]:
    patch, later = applied.patches[index], applied.patches[index + 1 :]
    touched = {diff.path: _look(patch, diff, rules, coverage) for diff in patch.files if diff.new_path}
    for seen in sorted(sort_out(applied, patch, rules), key=lambda s: (s.report.match.path, s.report.match.span)):
        if seen.is_gone:
            yield _gone(seen, patch)
            continue
        span = seen.report.match.span
        around = next((f for f in touched[seen.diff.path] if f.span.start <= span.start < f.span.end), None)
        if around is None and not overlaps(span, changed_lines(seen.diff)):
            continue
        fixer = fixed_by(seen, later, rules) if seen.is_new else None
        old = Verdict.MOVED if seen.is_moved else Verdict.PRE_EXISTING
        verdict = Verdict.INTRODUCED if seen.is_new else old
        note = f'fixed by "{fixer.patch.subject}"' if fixer else ""
        unread = around is not None and not around.analysed
        found = _finding(seen, patch, Verdict.FIXED_LATER if fixer else verdict, note, unread=unread)
        yield _in_style(found, seen, applied.snapshot, rules) if verdict is Verdict.INTRODUCED else found


def _in_style(finding: Finding, seen: Seen, base: Snapshot, rules: Rules) -> Finding:
    """A finding as it is, or at low confidence where its file does all the same and a patch may want to be alike."""
    report, path = seen.report, seen.diff.old_path
    text = base.read(path) if path is not None and report.rule.category is not Category.CORRECTNESS else None
    if path is None or text is None:
        return finding
    alike = sum(r.rule.id == report.rule.id and r.helper == report.helper for r in rules.in_file(base, path).reports)
    followed = text.count(f"{report.helper}(".encode()) if report.helper else 0
    if alike < _HABIT or alike <= followed:
        return finding
    words = f"the file has {alike} such places from before: not drafted"
    return replace(finding, confidence=Confidence.LOW, note="; ".join(w for w in (finding.note, words) if w))


def _look(patch: AppliedPatch, diff: FileDiff, rules: Rules, coverage: _Coverage) -> tuple[Function, ...]:
    """The functions of a file that a patch touches, counted as looked at."""
    assert patch.after is not None  # noqa: S101  # the caller's condition, for mypy
    reports = rules.in_file(patch.after, diff.new_path or "")
    changed = changed_lines(diff)
    touched = tuple(f for f in reports.functions if overlaps(f.span, changed))
    coverage.skip(() if is_read(diff.path) else _not_c(diff))
    coverage.skip(reports.skipped)
    coverage.functions(reports.path, touched)
    return touched


def _not_c(diff: FileDiff) -> tuple[Skipped, ...]:
    if diff.path.endswith(C_SUFFIXES):
        return ()
    return (Skipped("file", diff.path, "not C"),)


def _unproven(patch: AppliedPatch, rules: Rules, coverage: _Coverage) -> Iterator[Finding]:
    for diff in patch.patch.files:
        coverage.skip(_not_c(diff))
        if diff.new_path is None or not diff.path.endswith(C_SUFFIXES):
            continue
        coverage.skip((Skipped("hunks alone", diff.path, "the patch did not apply"),))
        for hunk in diff.hunks:
            yield from _in_hunk(patch, diff, hunk, rules, coverage)


def _in_hunk(patch: AppliedPatch, diff: FileDiff, hunk: Hunk, rules: Rules, coverage: _Coverage) -> Iterator[Finding]:
    """What the rules report in a hunk's result that its other side does not hold."""
    made = fragment(hunk, "+")
    lines = [line for line in hunk.lines if line.kind != "-"]
    added = frozenset(n + made.offset for n, line in enumerate(lines, 1) if line.kind == "+")
    old, new = (rules.in_text(diff.path, fragment(hunk, side).text.encode()) for side in "-+")
    coverage.skip(one for one in new.skipped if one.rule)
    note = "only the hunk was seen, since the patch did not apply: not drafted"
    for report in new_in_hunk(old, new, added):
        first, last = (n - made.offset - 1 for n in (report.match.span.first_line, report.match.span.last_line))
        place = lines[max(0, first) : last + 1]
        lined = [line.new_line or 0 for line in place] or [0]
        mail_line = max((line.mail_line for line in place), default=0)
        yield _made(report, patch, Verdict.UNPROVEN, note, (lined[0], lined[-1]), mail_line)


def _gone(seen: Seen, patch: AppliedPatch) -> Finding:
    """A finding that the patch took away, at its place before the patch."""
    lines = (seen.report.match.span.first_line, seen.report.match.span.last_line)
    numbered = ((line.old_line, line.mail_line) for hunk in seen.diff.hunks for line in hunk.lines)
    return _made(seen.report, patch, Verdict.REMOVED, "", lines, _last_in(lines, numbered))


def _finding(seen: Seen, patch: AppliedPatch, verdict: Verdict, note: str, *, unread: bool) -> Finding:
    lines = (seen.report.match.span.first_line, seen.report.match.span.last_line)
    numbered = ((line.new_line, line.mail_line) for hunk in seen.diff.hunks for line in hunk.lines)
    found = _made(seen.report, patch, verdict, note, lines, _last_in(lines, numbered))
    if not unread:
        return found
    words = "its function was not understood as a whole"
    return replace(found, confidence=_LOWER[found.confidence], note="; ".join(w for w in (note, words) if w))


def _last_in(lines: tuple[int, int], numbered: Iterable[tuple[int | None, int]]) -> int:
    """The last mail line of those whose own line is between the first and the last of `lines`; 0 for none."""
    return max((mail for line, mail in numbered if line is not None and lines[0] <= line <= lines[1]), default=0)


def _made(
    report: Report, patch: AppliedPatch, verdict: Verdict, note: str, lines: tuple[int, int], mail_line: int
) -> Finding:
    rule = report.rule
    confidence = rule.confidence
    if not report.exact or verdict is Verdict.UNPROVEN:
        confidence = _LOWER[confidence]
    if rule.nursery:
        confidence = Confidence.LOW
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
        fingerprint=fingerprint(report),
        helper=report.helper,
        suggestion=body_text(report.suggestion) if report.suggestion is not None else None,
        note=note,
        references=rule.references,
    )
