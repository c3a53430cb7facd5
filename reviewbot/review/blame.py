# SPDX-License-Identifier: GPL-2.0-or-later
"""Which reports are new with a patch, and which later patch takes one away again?  Counting, over all files touched.

Code is the same when its normal form is.  What a patch merely edits (the message of a dev_err(), a parameter's name)
has another form but stands in the same function or hunk under the same rule: it is paired with what it replaces.
Where that pairing hides a truly new place beside a removed one, silence is the better mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reviewbot.match.run import Report
from reviewbot.model import AppliedPatch, AppliedSeries, FileDiff, Snapshot
from reviewbot.review.reports import FileReports, Rules, overlaps

Key = tuple[str, str]
Placed = tuple[FileDiff, Report]


@dataclass(frozen=True, slots=True)
class Seen:
    """A report after a patch: its file's diff, and whether the patch may be blamed for it, or took it from elsewhere.

    `is_gone` is a report before the patch that the patch took away.
    """

    diff: FileDiff
    report: Report
    is_new: bool
    is_moved: bool = False
    is_gone: bool = False


def key_of(report: Report) -> Key:
    """What makes two reports the same code: the rule and the normal form."""
    return report.rule.id, report.key


def keys_of(files: Iterable[FileReports]) -> Counter[Key]:
    """How often each report's code stands in these files."""
    return Counter(key_of(report) for reports in files for report in reports.reports)


def sort_out(applied: AppliedSeries, patch: AppliedPatch, rules: Rules) -> tuple[Seen, ...]:
    """All reports in the files of a patch after it, the new ones marked, then those that it took away.

    A report that the patch moved is not new.
    """
    if patch.after is None:
        return ()
    before = [(d, r) for d in patch.files if d.old_path for r in _reports(rules, patch.before, d.old_path)]
    after = [(d, r) for d in patch.files if d.new_path for r in _reports(rules, patch.after, d.new_path)]
    # of equal places those that the patch did not write are the old ones
    after.sort(key=lambda pair: overlaps(pair[1].match.span, changed_lines(pair[0])))
    old = Counter(key_of(report) for _diff, report in before)
    candidates = []
    out = []
    for diff, report in after:
        if old[key_of(report)] > 0:
            old[key_of(report)] -= 1
            out.append(Seen(diff, report, is_new=False, is_moved=_is_moved(diff, report, before)))
        else:
            candidates.append((diff, report))
    gone = _gone(before, old)
    surplus = _surplus(applied, patch.after, rules) if candidates else Counter()
    functions = {diff.path: _functions(rules, patch.after, diff) for diff, _report in candidates}
    for diff, report in candidates:
        edited = _replaced_by(diff, report, gone, functions[diff.path])
        if edited is not None:
            gone.remove(edited)
        is_new = edited is None and surplus[key_of(report)] > 0
        surplus[key_of(report)] -= is_new
        is_moved = not is_new and (edited is None or not _is_edit(diff, report, edited[1]))
        out.append(Seen(diff, report, is_new, is_moved))
    return (*out, *_taken_away(applied, gone, rules))


def _is_moved(diff: FileDiff, report: Report, before: Iterable[Placed]) -> bool:
    """True if the same code stood in other functions or files alone."""
    if diff.old_path != diff.new_path:
        return True
    function = report.match.function
    return not any(d is diff and r.match.function == function for d, r in before if key_of(r) == key_of(report))


def _taken_away(applied: AppliedSeries, gone: list[Placed], rules: Rules) -> Iterator[Seen]:
    """What stood on lines that the patch removes, and is less frequent at the end of the series than at the base."""
    last = next((p.after for p in reversed(applied.patches) if p.after is not None), None)
    lost = [(d, r) for d, r in gone if any(_removed(d) & {*range(r.match.span.first_line, r.match.span.last_line + 1)})]
    if last is None or not lost:
        return
    left = -_surplus(applied, last, rules, signed=True)
    for diff, report in lost:
        if left[key_of(report)] > 0:
            left[key_of(report)] -= 1
            yield Seen(diff, report, is_new=False, is_gone=True)


def _removed(diff: FileDiff) -> frozenset[int]:
    return frozenset(line.old_line or 0 for hunk in diff.hunks for line in hunk.lines if line.kind == "-")


def _reports(rules: Rules, snapshot: Snapshot, path: str) -> tuple[Report, ...]:
    return rules.in_file(snapshot, path).reports


def _gone(before: list[Placed], left: Counter[Key]) -> list[Placed]:
    """The reports that stood before and have no equal after."""
    left = left.copy()
    out = []
    for diff, report in before:
        if left[key_of(report)] > 0:
            left[key_of(report)] -= 1
            out.append((diff, report))
    return out


def _functions(rules: Rules, after: Snapshot, diff: FileDiff) -> frozenset[str]:
    return frozenset(f.name for f in rules.in_file(after, diff.new_path or "").functions)


def _replaced_by(diff: FileDiff, new: Report, gone: list[Placed], left: frozenset[str]) -> Placed | None:
    """What a report is an edit of: the same rule in the same function, or (it may be renamed) in the same hunk, or the
    same advice in a function that is gone, whose code was moved into another one; `left` are the functions still there.
    """
    alike = [placed for placed in gone if placed[0] is diff and placed[1].rule.id == new.rule.id]
    same_function = [p for p in alike if p[1].match.function == new.match.function]
    edits = [p for p in alike if _is_edit(diff, new, p[1])]
    moved = [p for p in alike if p[1].helper == new.helper and p[1].match.function not in {"", *left}]
    return next(iter(same_function + edits + moved), None)


def _is_edit(diff: FileDiff, new: Report, old: Report) -> bool:
    """True for two reports of one function, or of one hunk."""
    return old.match.function == new.match.function or bool(_hunks(diff, new, "+") & _hunks(diff, old, "-"))


def _hunks(diff: FileDiff, report: Report, side: str) -> set[int]:
    """The numbers of the hunks whose post-image ("+") or pre-image ("-") holds lines of a report."""
    out = set()
    for number, hunk in enumerate(diff.hunks):
        start, count = (hunk.new_start, hunk.new_count) if side == "+" else (hunk.old_start, hunk.old_count)
        if start <= report.match.span.last_line and report.match.span.first_line < start + count:
            out.add(number)
    return out


def _surplus(applied: AppliedSeries, after: Snapshot, rules: Rules, *, signed: bool = False) -> Counter[Key]:
    """By how much each report's code is more frequent than at the base, in all files that the series touches.

    With `signed` what is less frequent counts below zero.
    """
    paths = {path for p in applied.patches for d in p.files for path in (d.old_path, d.new_path) if path}
    base = keys_of(rules.in_file(applied.snapshot, path) for path in sorted(paths))
    now = keys_of(rules.in_file(after, path) for path in sorted(paths))
    if not signed:
        return now - base
    now.subtract(base)
    return now


def fixed_by(seen: Seen, later: tuple[AppliedPatch, ...], rules: Rules) -> AppliedPatch | None:
    """The later patch after which the code is gone for good (not moved, not merely edited), or None."""
    path, fixer, gone = seen.diff.new_path, None, 0
    for patch in later:
        if patch.after is None or path is None:
            continue
        own = [d for d in patch.files if d.old_path == path]
        others = [d for d in patch.files if d.old_path != path]
        # code that turns up in another file was moved there; that another file loses it is another matter
        gone += _loss(seen.report, patch, own, rules) + min(0, _loss(seen.report, patch, others, rules))
        fixer = (fixer or patch) if gone > 0 else None
        path = next((d.new_path for d in own), path)
    return fixer


def _loss(report: Report, patch: AppliedPatch, files: list[FileDiff], rules: Rules) -> int:
    """By how many a patch lowers the count of a report's code in these files; code that was edited is not lost."""
    if patch.after is None:
        return 0
    old = [r for d in files if d.old_path for r in _reports(rules, patch.before, d.old_path)]
    new = [r for d in files if d.new_path for r in _reports(rules, patch.after, d.new_path)]
    same = [sum(key_of(r) == key_of(report) for r in side) for side in (old, new)]
    names = {f.name for d in files if d.new_path for f in rules.in_file(patch.after, d.new_path).functions}
    renamed = report.match.function not in names
    alike = [sum(_alike(r, report, anywhere=renamed) for r in side) for side in (old, new)]
    exact, loose = same[0] - same[1], alike[0] - alike[1]
    return min(exact, loose) if exact > 0 else exact


def _alike(one: Report, other: Report, *, anywhere: bool) -> bool:
    return one.rule.id == other.rule.id and (anywhere or one.match.function == other.match.function)


def new_in_hunk(old: FileReports, new: FileReports, added: frozenset[int]) -> Iterator[Report]:
    """The reports on added lines of a hunk's result that are neither on its other side nor an edit of what it had."""
    left = keys_of([old])
    lost = Counter(rule for rule, _code in (left - keys_of([new])).elements())
    for report in new.reports:
        left[key_of(report)] -= 1
        if left[key_of(report)] >= 0 or not overlaps(report.match.span, added):
            continue
        lost[report.rule.id] -= 1
        if lost[report.rule.id] < 0:
            yield report


def changed_lines(diff: FileDiff) -> frozenset[int]:
    """The post-image lines that were added, or that stand where lines were taken away."""
    return frozenset(_changed(diff))


def _changed(diff: FileDiff) -> Iterator[int]:
    for hunk in diff.hunks:
        at = hunk.new_start
        for line in hunk.lines:
            if line.kind == "-":
                yield max(at, 1)
                continue
            if line.kind == "+":
                yield line.new_line or at
            at = (line.new_line or at) + 1
