# SPDX-License-Identifier: GPL-2.0-or-later
"""Which suggestions are changes that a reviewer may send?  Each is tried on the patch's result, then all together.

A change is verified if its diff applies to the file as the patch leaves it, brings nothing that the parser does not
understand, silences the rule at that place, and makes no rule report that was silent.  Whether it compiles is not known
here; `reconsidered()` takes the word of somebody who has built it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from reviewbot.mail.clean import body_text
from reviewbot.mail.diff import parse_diff
from reviewbot.match.run import Report, asks_tree
from reviewbot.model import (
    AppliedPatch,
    AppliedSeries,
    Coverage,
    FileChange,
    Finding,
    Repeat,
    Skipped,
    Snapshot,
    SourceFile,
)
from reviewbot.review.draft import is_open
from reviewbot.review.fixup import Fixup, fixup
from reviewbot.review.includes import with_headers
from reviewbot.review.reports import FileReports, Rules, fingerprint

Objection = Callable[[AppliedPatch, Sequence[FileChange]], str]
"""Why a change of a patch's result is not to be offered, a clause; "" if it may be."""

_MOST_FINDINGS = 50
"""So many findings of a patch are tried; what has more is no patch that anybody would mend for its author."""
_MOST_PLACES = 20
"""A remark with more places has its first one changed alone."""
_PLAIN = re.compile(r"[\w.+,/-]+", re.ASCII)
"""A path that git does not quote."""


@dataclass(frozen=True, slots=True)
class Mend:
    """A finding, and the reports that its change takes the suggestions of: all its places, or the first alone."""

    finding: Finding
    reports: tuple[Report, ...]
    change: FileChange


@dataclass(frozen=True, slots=True)
class Mended:
    """The verified changes of one patch's findings: each alone, and `changes` with all of them, one for each file.

    `refused` says of the other findings whose rule knows a replacement why it is not offered.
    """

    patch: AppliedPatch
    mends: tuple[Mend, ...]
    changes: tuple[FileChange, ...]
    refused: tuple[Skipped, ...]
    compiled: bool = False


def mend(applied: AppliedSeries, findings: Iterable[Finding], rules: Rules) -> tuple[Mended, ...]:
    """The verified changes for what is open of each patch, by patch; patches without any are left out."""
    mendable = [finding for finding in findings if is_open(finding)]
    made = (
        _mended(patch, patch.after, [f for f in mendable if f.patch == patch.patch.message.msgid], rules)
        for patch in applied.patches
        if patch.after is not None
    )
    return tuple(one for one in made if one.mends or one.refused)


def reconsidered(mended: Mended, rules: Rules, objection: Objection) -> Mended:
    """What is left of a patch's changes when somebody else has looked at each alone, and at all together."""
    after = mended.patch.after
    if after is None or not mended.mends:
        return mended

    def why_not(mends: Sequence[Mend]) -> str:
        return objection(mended.patch, _changes(mends, after, rules)[0])

    return replace(_offered(mended.patch, mended.mends, after, rules, why_not, mended.refused), compiled=True)


def with_diffs(findings: Iterable[Finding], mended: Iterable[Mended]) -> tuple[Finding, ...]:
    """The findings, those that a verified change mends with its diff."""
    known = {one.finding: (one.change.diff, made.compiled) for made in mended for one in made.mends}
    pairs = ((finding, *known.get(finding, (None, False))) for finding in findings)
    return tuple(replace(finding, diff=diff, compiled=compiled) for finding, diff, compiled in pairs)


def with_refused(coverage: Coverage, mended: Iterable[Mended]) -> Coverage:
    """The coverage, with the changes that were not verified among what was skipped."""
    return replace(coverage, skipped=(*coverage.skipped, *(one for made in mended for one in made.refused)))


def _mended(patch: AppliedPatch, after: Snapshot, findings: list[Finding], rules: Rules) -> Mended:
    mends, refused = list[Mend](), list[Skipped]()
    for finding in findings:
        reports = _reports(finding, rules.in_file(after, finding.path))
        if not reports:
            continue
        made, why = None, f"of a patch {_MOST_FINDINGS} findings are tried"
        if len(mends) + len(refused) < _MOST_FINDINGS:
            made, why = _mend(finding, reports, after, rules)
        if made is not None:
            mends.append(made)
        else:
            refused.append(_refused(finding, why))

    def why_not(some: Sequence[Mend]) -> str:
        return _changes(some, after, rules)[1]

    return _offered(patch, mends, after, rules, why_not, refused)


def _offered(
    patch: AppliedPatch,
    mends: Sequence[Mend],
    after: Snapshot,
    rules: Rules,
    why_not: Callable[[Sequence[Mend]], str],
    refused: Iterable[Skipped],
) -> Mended:
    """The changes that nothing speaks against, each alone and all together; where two do not go together, the first."""
    kept, out = list[Mend](), list(refused)
    for one in mends:
        if why := why_not([one]):
            out.append(_refused(one.finding, why))
        else:
            kept.append(one)
    if len(kept) > 1 and why_not(kept):
        alone, kept = kept, []
        for one in alone:
            if kept and (why := why_not([*kept, one])):
                out.append(_refused(one.finding, f"together with the other fix-ups {why}"))
            else:
                kept.append(one)
    return Mended(patch, tuple(kept), _changes(kept, after, rules)[0], tuple(out))


def _refused(finding: Finding, why: str) -> Skipped:
    return Skipped(f"fix-up for {finding.rule}", finding.path, why)


def _mend(finding: Finding, reports: tuple[Report, ...], after: Snapshot, rules: Rules) -> tuple[Mend | None, str]:
    """The change for a finding, at all of its places or else the first; or None and why there is none."""
    why = ""
    for places in (reports, reports[:1]) if 1 < len(reports) <= _MOST_PLACES else (reports[:1],):
        change, why = _change(finding.path, places, after, rules)
        if change is not None and not why:
            return Mend(finding, places, change), ""
    return None, why


def _reports(finding: Finding, known: FileReports) -> tuple[Report, ...]:
    """The reports of a finding's places whose suggestion replaces what matched; none if the first has no such."""
    all_places: tuple[Finding | Repeat, ...] = (finding, *finding.repeats)
    places = [(place.line, place.last_line, place.fingerprint) for place in all_places]
    found = []
    for report in known.reports:
        span = report.match.span
        place = (span.first_line, span.last_line, fingerprint(report))
        if report.rule.id == finding.rule and place in places:
            found.append((places.index(place), report))
    ordered = sorted(found, key=lambda pair: (pair[0], pair[1].match.span))
    mending = tuple(r for _place, r in ordered if r.rule.fixes and r.exact and r.suggestion is not None)
    return mending if mending and mending[0] is ordered[0][1] else ()


def _changes(mends: Sequence[Mend], after: Snapshot, rules: Rules) -> tuple[tuple[FileChange, ...], str]:
    """What all of these make of the files; and the first objection, "" for none."""
    by_path: dict[str, list[Report]] = {}
    for one in mends:
        by_path.setdefault(one.finding.path, []).extend(one.reports)
    made = [_change(path, reports, after, rules) for path, reports in sorted(by_path.items())]
    return tuple(change for change, _why in made if change), next((why for _change, why in made if why), "")


def _change(path: str, reports: Iterable[Report], after: Snapshot, rules: Rules) -> tuple[FileChange | None, str]:
    """What these suggestions make of a file, and what speaks against it; None where nothing can be made of them."""
    text = after.read(path)
    if text is None:
        return None, "the file cannot be read"
    made = fixup(SourceFile(path, text), reports, rules.view.facts)
    if made.refused or not made.taken:
        return None, "the changed code is not understood, or two changes overlap"
    helpers = [report.helper for report in made.taken if report.helper and asks_tree(report.rule)]
    if helpers:
        whole, why = with_headers(path, made.after, helpers, rules.view)
        if why:
            return None, why
        made = replace(made, after=whole)
    change = FileChange(path, made.before, made.after, made.diff())
    return change, why_unsound(made, change.diff, rules)


def why_unsound(made: Fixup, diff: str, rules: Rules) -> str:
    """What speaks against a changed file, a clause; "" if nothing does.  Its `taken` are what has to be silent."""
    if not _applies(made, diff):
        return "a mail cannot carry the lines around it"
    before, after = rules.in_text(made.path, made.before), rules.in_text(made.path, made.after)
    unseen = sorted({one.what for one in after.skipped} - {one.what for one in before.skipped})
    if unseen:
        return f"{unseen[0]} cannot be followed in the changed code"
    mended = Counter(map(_identity, made.taken))
    left = Counter(map(_identity, before.reports)) - mended
    found = Counter(map(_identity, after.reports))
    new, gone = found - left, left - found
    own = {rule for rule, _function, _code in mended}
    still = [rule for rule, _function, _code in new if rule in own]
    if still:
        return f"{still[0]} reports the changed code, too"
    # what another rule said before of code that is written in other words is said again, and not raised
    raised = Counter(key[:2] for key in new.elements()) - Counter(key[:2] for key in gone.elements())
    return f"{min(raised)[0]} reports the changed code" if raised else ""


def _identity(report: Report) -> tuple[str, str, str]:
    """What a fingerprint is made of."""
    return report.rule.id, report.match.function, report.key


def _applies(made: Fixup, diff: str) -> bool:
    """True if the diff, as it can stand in a mail, makes the one text of the other."""
    if body_text(diff) != diff or not _PLAIN.fullmatch(made.path):
        return False
    try:
        lines, wanted = (text.decode().split("\n") for text in (made.before, made.after))
    except UnicodeDecodeError:
        return False
    files = parse_diff(diff)
    if [file.new_path for file in files] != [made.path]:
        return False
    for hunk in reversed(files[0].hunks):
        at, end = hunk.old_start - 1, hunk.old_start - 1 + hunk.old_count
        if lines[at:end] != [line.text for line in hunk.lines if line.kind != "+"]:
            return False
        lines[at:end] = [line.text for line in hunk.lines if line.kind != "-"]
    return lines == wanted
