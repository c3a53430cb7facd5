# SPDX-License-Identifier: GPL-2.0-or-later
"""How does a message id become a review?  Fetch, apply, match, judge, draft: the one place to join pure and impure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from reviewbot.edges import sources
from reviewbot.edges.apply import apply_series
from reviewbot.edges.compile import Workshop
from reviewbot.edges.cputime import limit_of, untimed
from reviewbot.edges.gitconfig import NOBODY
from reviewbot.edges.headercache import PLACE, HeaderCache, sound
from reviewbot.edges.kernel import Tree, opened
from reviewbot.errors import ReviewbotError
from reviewbot.helpers.catalogue import Catalogue
from reviewbot.mail.comments import read_comments
from reviewbot.mail.series import build_series
from reviewbot.mail.versions import postings
from reviewbot.match.budget import SECONDS
from reviewbot.match.site import TreeView
from reviewbot.model import (
    Address,
    AppliedPatch,
    AppliedSeries,
    Draft,
    Finding,
    History,
    Known,
    Progress,
    Raised,
    Review,
    Series,
)
from reviewbot.registry import Loaded, load_all
from reviewbot.review.draft import DraftStyle, draft, style_rules
from reviewbot.review.fixmail import fixup_patches
from reviewbot.review.history import compared, still_open
from reviewbot.review.idle import idle_rules
from reviewbot.review.overlay import overlaid
from reviewbot.review.raised import Talk, with_raised
from reviewbot.review.reports import Rules
from reviewbot.review.standing import NOTHING_KNOWN, muted_notes
from reviewbot.review.verdict import judge, last_state
from reviewbot.review.verified import Mended, mend, reconsidered, with_diffs, with_refused
from reviewbot.rule import Rule
from reviewbot.syntax.facts import read_facts


@dataclass(frozen=True, slots=True)
class Request:
    """What to check, and how.  `what` is a message id, a URL, a path or "-"; `refs` are the settings' bases to try;
    `compile` is the command that builds `{objects}`, () for none; `known` is what was made of earlier findings."""

    what: str
    tree: Path
    archive: str
    cache: Path
    mboxes: tuple[Path, ...] = ()
    base: str | None = None
    refs: tuple[str, ...] = ()
    offline: bool = False
    rule_names: tuple[str, ...] = ()
    user_rules: Path | None = None
    sender: Address = NOBODY
    stdin: bytes = b""
    known: Known = NOTHING_KNOWN
    compile: tuple[str, ...] = ()
    budget: float = SECONDS
    """CPU seconds of a rule in one function."""


def check(request: Request, progress: Progress = lambda _step: None) -> Review:
    """Review one series.  Raises a ReviewbotError when there is nothing that could be reviewed."""
    rules = load_all(request.user_rules, limit_of(request.budget))
    rules.chosen(request.rule_names, ())  # an unknown name is said before anything is fetched
    progress("fetching the thread")
    found = sources.find(request.what, _where(request))
    with opened(request.tree) as tree:
        return review(found, tree, rules, request, progress)


def review(
    found: sources.Found, tree: Tree, rules: Loaded, request: Request, progress: Progress = lambda _step: None
) -> Review:
    """Review the series of a mail that was found, on an open tree; of `request` only the choices count."""
    series = build_series(found.thread, found.msgid)
    progress(f"applying {len(series.patches)} {'patch' if len(series.patches) == 1 else 'patches'} to {tree.name}")
    applied = apply_series(tree, series, base=request.base, refs=request.refs)
    workshop = Workshop(tree, applied, request.compile, progress) if request.compile else None
    progress("matching the rules")
    chosen = rules.chosen(request.rule_names, _addresses(series))
    view = _view(applied, tree, request.cache, progress)
    with sound(request.cache):
        running = Rules(chosen.rules, view, limit=limit_of(request.budget))
        findings, coverage = judge(applied, running, request.known)
        idle = idle_rules(rules.rules, chosen.rules, view, named=bool(request.rule_names))
        findings, open_remarks, said = _discussed(found, applied, findings, chosen.rules)
        mended = _mended(applied, findings, running, workshop)
    coverage = with_refused(replace(coverage, rules=len(rules.rules) - len(idle), idle=idle), mended)
    findings = with_diffs(findings, mended)
    findings, history, unread = _with_history(applied, findings, tree, chosen.rules, request, progress)
    style = DraftStyle(request.sender, style_rules((rule.id, rule.category) for rule in rules.rules))
    drafts = _drafts(applied, findings, style)
    order = {p.patch.message.msgid: number for number, p in enumerate(applied.patches)}
    ordered = tuple(sorted(findings, key=lambda f: (order[f.patch], f.path, f.line, f.rule)))
    fixups = fixup_patches(mended, tuple(order), request.sender)
    odd = (*found.problems, *found.thread.problems, *said, *unread)
    problems = _problems(applied, (*odd, *muted_notes(ordered, request.known)))
    history = replace(history, open=open_remarks)
    return Review(applied, ordered, coverage, drafts, problems, fixups, history, chosen.refused)


def _discussed(
    found: sources.Found, applied: AppliedSeries, findings: tuple[Finding, ...], rules: tuple[Rule, ...]
) -> tuple[tuple[Finding, ...], tuple[Raised, ...], tuple[str, ...]]:
    """The findings with who raised them, the earlier remarks that are open, and what of the thread is not read."""
    posted = postings(found.thread, applied.series)
    discussion = read_comments(found.thread, posted)
    talk = Talk(posted, discussion.comments)
    raised = tuple(with_raised(findings, applied.patches, talk, rules))
    return raised, still_open(applied.series, talk), discussion.problems


def _mended(
    applied: AppliedSeries, findings: tuple[Finding, ...], rules: Rules, workshop: Workshop | None
) -> tuple[Mended, ...]:
    """The changes that were verified, and were built where there is something to build with."""
    verified = mend(applied, findings, rules)
    return verified if workshop is None else tuple(reconsidered(one, rules, workshop.objection) for one in verified)


def _with_history(
    applied: AppliedSeries, findings: tuple[Finding, ...], tree: Tree, rules: tuple[Rule, ...], request: Request,
    progress: Progress,
) -> tuple[tuple[Finding, ...], History, tuple[str, ...]]:  # fmt: skip
    """The findings compared with those of the revision before, which is reviewed for it; and why it could not be."""
    earlier = [older for older in applied.series.older if older.revision < applied.series.revision]
    if not earlier:
        return findings, History(), ()
    before = earlier[-1]
    progress(f"comparing with v{before.revision}")
    try:
        old = apply_series(tree, before, base=request.base, refs=request.refs)
        view = _view(old, tree, request.cache, progress)
        with sound(request.cache):
            had, _coverage = judge(old, Rules(rules, view, limit=limit_of(request.budget)))
    except ReviewbotError as error:
        return findings, History(), (f"v{before.revision} could not be compared: {error.what}",)
    marked, fixed = compared(findings, had, before.revision)
    return marked, History(before.revision, fixed), ()


def _view(applied: AppliedSeries, tree: Tree, cache: Path, progress: Progress) -> TreeView:
    """The tree that is patched, with its catalogue as the series leaves it."""
    facts, base = read_facts(applied.snapshot), tree.at(applied.base.commit)

    def catalogue() -> Catalogue:
        with untimed():
            return overlaid(HeaderCache(cache / PLACE).catalogue(base, facts, progress).catalogue, applied)

    return TreeView(applied.snapshot, facts, catalogue, last_state(applied), tree.subject_of)


def _where(request: Request) -> sources.Where:
    return sources.Where(request.archive, request.cache, request.mboxes, request.offline, request.stdin)


def _addresses(series: Series) -> tuple[str, ...]:
    mails = [p.message for p in series.patches] + ([series.cover] if series.cover else [])
    found = {a.email.lower() for m in mails for a in (*m.to, *m.cc)} | {m.list_id.lower() for m in mails if m.list_id}
    return tuple(sorted(found))


def _drafts(applied: AppliedSeries, findings: tuple[Finding, ...], style: DraftStyle) -> tuple[Draft, ...]:
    made = (
        draft(patch, (f for f in findings if f.patch == patch.patch.message.msgid), style) for patch in applied.patches
    )
    return tuple(d for d in made if d is not None)


def _problems(applied: AppliedSeries, known: tuple[str, ...]) -> tuple[str, ...]:
    series = applied.series
    out = list(known) + list(series.problems)
    for base, words in applied.tried:
        out.append(f"base {base.name} ({base.why}) was tried: {words}")
    out += [named(patch, series, words) for patch in applied.patches for words in patch_problems(patch, applied)]
    return tuple(dict.fromkeys(out))


def patch_problems(patch: AppliedPatch, applied: AppliedSeries) -> tuple[str, ...]:
    """What is odd about one patch alone, a clause each; the last one says that it did not apply."""
    notes = dict.fromkeys((*patch.patch.message.problems, *patch.patch.problems))
    out = [note for note in notes if note not in applied.series.problems]
    if patch.after is None:
        path, hunk = patch.failed_at or ("", 0)
        place = f" (hunk {hunk} of {path})" if hunk else ""
        out.append(f"does not apply to {applied.base.name}: {patch.error}{place}")
    return tuple(out)


def named(patch: AppliedPatch, series: Series, problem: str) -> str:
    """A problem of one patch with the patch's name in front, as it stands in Review.problems."""
    place = f"patch {patch.patch.index}/{series.expected}"
    return (
        f'{place} "{patch.patch.subject}" {problem}' if problem.startswith("does not apply") else f"{place}: {problem}"
    )
