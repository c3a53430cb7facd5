# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a person see?  A review as text: wrapped, coloured and linked on a terminal, one fact a line when piped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from reviewbot.cli.keep import Kept, Names
from reviewbot.cli.row import Row as _Row
from reviewbot.cli.talk import history_rows, raised_rows
from reviewbot.mail.clean import body_text
from reviewbot.model import AppliedPatch, AppliedSeries, Confidence, Coverage, Finding, Held, Review, Skipped, Verdict
from reviewbot.pipeline import named, patch_problems
from reviewbot.review.render import link

_STYLE = {Confidence.HIGH: "bold yellow", Confidence.MODERATE: "yellow", Confidence.LOW: "dim yellow"}
_DIFF_STYLE = {"+": "green", "-": "red"}
_MAX_SKIPPED = 8
_MAX_RULES = 8
_MAX_PATHS = 3
_MAX_CODE = 200
_NARROWEST = 30
_FIXUP = "fix-up for "
_COUNTED = "hunk headers did not fit their lines"
_RECOUNTED = "hunk counts recounted"


def show_review(console: Console, review: Review, kept: Kept, archive: str, *, everything: bool) -> None:
    """Print a review with what was kept of it.

    The message id links to `archive`, unless that is "" as the mail did not come from there.
    """
    for row in _rows(review, kept, archive, everything=everything):
        for line in _lines(console, row):
            console.print(line, soft_wrap=True, highlight=False)


def _lines(console: Console, row: _Row) -> Iterator[Text]:
    """A row as lines that fit the terminal, without anything that could steer it."""
    row.text.plain = body_text(row.text.plain).replace("\n", " ")
    if row.hang is None or not console.is_terminal:
        yield row.text
        return
    for number, line in enumerate(row.text.wrap(console, max(console.width - row.hang, _NARROWEST))):
        line.rstrip()
        yield Text(" " * row.hang) + line if number else line


def _rows(review: Review, kept: Kept, archive: str, *, everything: bool) -> Iterator[_Row]:
    yield from _head(review, archive)
    shown = 0
    for patch in review.applied.patches:
        mine = [f for f in review.findings if f.patch == patch.patch.message.msgid]
        visible = [f for f in mine if everything or f.is_blamed]
        shown += sum(not _is_settled(f) for f in visible)
        problems = patch_problems(patch, review.applied)
        if visible or problems or patch.how:
            yield from _patch(patch, review.applied.series.expected, problems)
        for finding in visible:
            yield from _finding(finding, archive, kept.names.findings.get(finding.fingerprint, ""))
    yield from history_rows(review, archive, everything=everything)
    yield _Row(Text())
    yield from _tail(review, shown)
    yield from _files(kept)


def _files(kept: Kept) -> Iterator[_Row]:
    written, names = kept.written, kept.names
    for path in written.paths:
        edited = " (edited by you, kept as it is)" if path in written.kept else ""
        number = f" {names.drafts[path]}" if path in names.drafts else ""
        yield _Row(Text(f"draft{number}: {path}{edited}"))
    for path in kept.fixups:
        yield _Row(Text(f"fix-up: {path}"))
    yield from _next(names)


def _next(names: Names) -> Iterator[_Row]:
    """What can be done with the drafts and a finding, on one line."""
    said = [f"reviewbot draft show {number}" for number in [*names.drafts.values()][:1]]
    said += [f"reviewbot adopt {names.judge}", f"reviewbot dismiss {names.judge} --why TEXT"] if names.judge else []
    if said:
        yield _Row(Text(f"next: {', '.join(said)}", style="dim"))


def _is_settled(finding: Finding) -> bool:
    """True for what the reviewer said is wrong: it is shown, and not counted."""
    return finding.is_blamed and finding.held is Held.DISMISSED


def _head(review: Review, archive: str) -> Iterator[_Row]:
    applied, msgid = review.applied, review.applied.series.msgid
    yield _Row(Text(applied.series.subject, style="bold"))
    style = f"dim link {link(archive, msgid)}" if archive else "dim"
    yield _Row(Text.assemble("  ", (f"<{msgid}>", style)), None)
    yield _Row(Text(f"  {_kind(applied)}; {_base(applied)}"))
    below = {named(p, applied.series, words) for p in applied.patches for words in patch_problems(p, applied)}
    for problem in review.problems:
        if problem not in below:
            yield _note(problem)


def _kind(applied: AppliedSeries) -> str:
    series = applied.series
    if any(patch.in_reply for patch in series.patches):
        return "a diff in a reply"
    got = f"{len(series.patches)} of " if not series.complete else ""
    return f"v{series.revision}, {got}{_count(series.expected, 'patch', 'patches')}"


def _base(applied: AppliedSeries) -> str:
    base, count = applied.base, sum(patch.after is not None for patch in applied.patches)
    commit = f" {base.commit[:12]}" if base.commit and base.commit[:12] not in base.name else ""
    where = f"{_short(base.name)}{commit} ({base.why})"
    if applied.applied:
        return f"applied to {where}"
    if count == 0:
        return f"not applied to {where}"
    return f"only {count} of {len(applied.patches)} applied to {where}"


def _short(name: str) -> str:
    """A folder below the one we stand in by its relative name; all else as it is."""
    here = f"{Path.cwd()}/"
    return name.removeprefix(here) if name.startswith(here) else name


def _note(words: str) -> _Row:
    return _Row(Text.assemble("  ", ("note: ", "magenta"), words), 8)


def _patch(patch: AppliedPatch, expected: int, problems: tuple[str, ...]) -> Iterator[_Row]:
    yield _Row(Text())
    yield _Row(Text(f"[{patch.patch.index}/{expected}] {patch.patch.subject}", style="bold cyan"))
    notes = problems if patch.after is not None else problems[:-1]
    for note in notes:
        if not (note.startswith(_COUNTED) and _RECOUNTED in patch.how):  # the repair says it
            yield _note(note)
    if patch.how:
        yield _Row(Text(f"  applied with a repair: {patch.how}", style="dim"))
    if patch.after is None:
        yield _Row(Text(f"  {problems[-1]}", style="red"))
        yield _Row(Text("  its hunks were reviewed alone", style="red"))


def _finding(finding: Finding, archive: str, number: str) -> Iterator[_Row]:
    where = f"{finding.path}:{finding.line}:"
    verdict = "" if finding.verdict is Verdict.INTRODUCED else f", {finding.verdict.value}"
    held = f", {finding.held.value}" if finding.held else ""
    since = f", still there since v{finding.since}" if finding.since else ""
    tag = f"[{finding.rule}, {finding.confidence.value}{verdict}{held}{since}]"
    text = Text.assemble("  ", (where, "bold"), f" {finding.message} ", (tag, _STYLE[finding.confidence]))
    yield _Row(text.append(f" {number}", style="dim") if number else text, 6)
    code = " ".join(finding.code.split())
    yield _Row(Text(f"      {code if len(code) <= _MAX_CODE else code[:_MAX_CODE] + ' ...'}", style="dim"), 8)
    if finding.diff:
        yield _Row(Text(f"    verified{', compile-tested' if finding.compiled else ''}:", style="dim"), 6)
        for line in finding.diff.removesuffix("\n").split("\n"):
            yield _Row(Text(f"      {line.expandtabs()}".rstrip(), style=_DIFF_STYLE.get(line[:1], "dim")), None)
    elif finding.suggestion:
        first, *rest = finding.suggestion.split("\n")
        yield _Row(Text(f"    → {first}", style="green"), None)
        for line in rest:
            yield _Row(Text(f"      {line}", style="green"), None)
    if finding.repeats:
        yield _Row(Text(f"    also {_places(finding)}", style="dim"), 6)
    if finding.note:
        yield _Row(Text(f"      ({finding.note})", style="dim"), 6)
    if finding.raised:
        yield from raised_rows(finding.raised, archive)


def _places(finding: Finding) -> str:
    """The lines of the further places, with the functions where those are others."""
    functions: dict[str, list[str]] = {}
    for place in finding.repeats:
        functions.setdefault(place.function, []).append(str(place.line))
    return "; ".join(
        f"at {', '.join(lines)}" if name == finding.function or not name else f"in {name}() at {', '.join(lines)}"
        for name, lines in functions.items()
    )


def _tail(review: Review, shown: int) -> Iterator[_Row]:
    hidden = Counter(f.verdict.value for f in review.findings if not f.is_blamed)
    settled = sum(_is_settled(f) for f in review.findings)
    total = len(review.findings) - settled
    rest = ", ".join(f"{count} {verdict}" for verdict, count in sorted(hidden.items()))
    if shown < total:
        rest = f"and {rest}, see --all"
    rest = "; ".join(words for words in (f"{settled} dismissed before" if settled else "", rest) if words)
    rest = f" ({rest})" if rest else ""
    yield _Row(Text(f"{_count(shown, 'finding')}{rest}", style="bold"))
    yield _Row(Text(f"{_coverage(review.coverage, review.applied)} by {_ran(review.coverage)}"))
    for refused in review.refused:
        yield _Row(Text(f"  not run: {refused.what} in {refused.path}: {refused.why}", style="yellow"))
    lines = _skipped(review.coverage.skipped)
    for line in lines[:_MAX_SKIPPED]:
        yield _Row(Text(f"  {line}", style="dim"))
    if len(lines) > _MAX_SKIPPED:
        yield _Row(Text(f"  and {len(lines) - _MAX_SKIPPED} more, all in --format json", style="dim"))


def _coverage(coverage: Coverage, applied: AppliedSeries) -> str:
    if coverage.functions:
        late = f", {coverage.over_budget} times over a rule's time budget" if coverage.over_budget else ""
        return f"{coverage.analysed} of {_count(coverage.functions, 'touched function')} analysed{late}"
    if any(patch.after is None for patch in applied.patches):
        return "no function was seen whole, hunks read"
    return "no C function is touched, the rest read"


def _skipped(skipped: tuple[Skipped, ...]) -> list[str]:
    """What was not analysed, a line for each; files that were left out for the same reason share one."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in sorted(skipped, key=lambda one: not one.rule):
        groups.setdefault((one.what, one.why), []).append(one.path)
    out = []
    for (what, why), paths in groups.items():
        more = f" and {len(paths) - _MAX_PATHS} more" if len(paths) > _MAX_PATHS else ""
        names = ", ".join(paths[:_MAX_PATHS]) + more
        if what == "hunks alone":
            out.append(f"only the hunks were seen of {names}")
        elif what.startswith(_FIXUP):
            out.append(f"no {what} in {names}: {why}")
        else:
            out.append(f"not analysed: {names if what == 'file' else f'{what} in {names}'} ({why})")
    return out


def _ran(coverage: Coverage) -> str:
    """How many rules ran, and which did not where those are few."""
    names = [one.rule for one in coverage.idle]
    which = f" (not {', '.join(names)})" if 0 < len(names) <= _MAX_RULES else ""
    return f"{coverage.rules} of {_count(coverage.rules + len(names), 'rule')}{which}"


def _count(number: int, noun: str, plural: str = "") -> str:
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
