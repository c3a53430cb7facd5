# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the rules say of a whole tree, or of some of its files?  For janitors: no series, no verdicts, no drafts.

The files are spread over processes.  Each process opens the tree for itself, so that nothing but paths and findings
goes between them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from reviewbot.edges.cputime import limit_of, untimed
from reviewbot.edges.headercache import PLACE, HeaderCache, sound
from reviewbot.edges.kernel import Tree, opened
from reviewbot.edges.snapshot import Base, TreeSnapshot
from reviewbot.edges.workers import spread, workers
from reviewbot.errors import UsageError
from reviewbot.helpers.catalogue import Catalogue
from reviewbot.match.budget import SECONDS
from reviewbot.match.run import Report, asks_tree
from reviewbot.match.site import TreeView
from reviewbot.model import Confidence, Skipped, SourceFile
from reviewbot.registry import Loaded, load_all, load_cocci, load_rule, load_rules, select
from reviewbot.review.fixup import fixup
from reviewbot.review.reports import C_SUFFIXES, Rules, is_read
from reviewbot.rule import Rule
from reviewbot.syntax.facts import SyntaxFacts, read_facts

_LEAST_BATCH, _MOST_BATCH = 8, 400
_BATCHES_A_WORKER = 6
_NEVER = ("tools/testing/", "scripts/kconfig/")
Steps = Callable[[int, int], None]
"""Told how many of how many files are done."""


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to scan: files and folders of a tree, as paths from its top ("" for all of it).

    `base` is a revision; without one the files are read as they stand on the disk.  `cocci` are semantic patches to
    run; with them, only those rules run beside that are named.  `fix` makes diffs, too.  `budget` is the CPU time of a
    rule in one function, in seconds.  `own_rules` are the files of `user_rules` that can run; scan() finds them.
    """

    tree: Path
    cache: Path
    paths: tuple[str, ...]
    base: str | None = None
    rule_names: tuple[str, ...] = ()
    user_rules: Path | None = None
    own_rules: tuple[Path, ...] = ()
    cocci: tuple[Path, ...] = ()
    fix: bool = False
    budget: float = SECONDS
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's word on a place of the tree.  `line` is 1-based; `code` is what matched."""

    path: str
    line: int
    rule: str
    confidence: Confidence
    nursery: bool
    exact: bool
    message: str
    helper: str | None
    suggestion: str | None
    code: str


@dataclass(frozen=True, slots=True)
class Part:
    """What some files came to: counts of files, of functions, and of those that were understood; hits by place; the
    diffs that take suggestions, how many were taken, and how many would not have parsed."""

    files: int = 0
    functions: int = 0
    analysed: int = 0
    hits: tuple[Hit, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    diffs: tuple[tuple[str, str], ...] = ()
    taken: int = 0
    refused: int = 0

    @property
    def over_budget(self) -> int:
        """How often a rule took too long for a function or a file."""
        return sum(bool(one.rule) for one in self.skipped)


@dataclass(frozen=True, slots=True)
class Scan:
    """The whole: the tree's name, the rules that ran, and what they came to; `refused` are the user's rules that did
    not run, and what of .cocci files is not read."""

    tree: str
    rules: tuple[str, ...]
    found: Part
    refused: tuple[Skipped, ...] = ()


def scan(request: ScanRequest, steps: Steps = lambda _done, _all: None) -> Scan:
    """Run the rules over the files.  Raises UsageError where nothing of the kind is there."""
    chosen = _chosen(request)
    request = replace(request, rule_names=tuple(rule.id for rule in chosen.rules), own_rules=chosen.files)
    rules = _rules(request)
    with _open(request) as (tree, base):
        files = _files(base, request)
        if any(asks_tree(rule) for rule in rules):  # made once, before each process asks for it
            HeaderCache(request.cache / PLACE).catalogue(base, read_facts(_snapshot(tree, base)))
        name = f"{tree.name} ({request.base})" if request.base else tree.name
    jobs = max(1, min(request.jobs, len(files) // _LEAST_BATCH))
    parts, done = [], 0
    with workers(jobs) as pool:
        for part in spread(pool, partial(scan_files, request), _batches(files, jobs)):
            parts.append(part)
            done += part.files
            steps(done, len(files))
    return Scan(name, tuple(rule.id for rule in rules), _whole(parts), chosen.refused + _refused(request))


def _whole(parts: list[Part]) -> Part:
    """All parts as one, hits and diffs by place."""
    hits = sorted((hit for part in parts for hit in part.hits), key=lambda hit: (hit.path, hit.line, hit.rule))
    return Part(
        sum(part.files for part in parts),
        sum(part.functions for part in parts),
        sum(part.analysed for part in parts),
        tuple(hits),
        tuple(skipped for part in parts for skipped in part.skipped),
        tuple(sorted(diff for part in parts for diff in part.diffs)),
        sum(part.taken for part in parts),
        sum(part.refused for part in parts),
    )


def scan_files(request: ScanRequest, paths: list[str]) -> list[Part]:
    """What the rules say of these files; what one process does at a time."""
    with _open(request) as (tree, base), sound(request.cache):
        facts = read_facts(_snapshot(tree, base))
        view = TreeView(_snapshot(tree, base), facts, partial(_catalogue, request, base, facts))
        rules = Rules(_rules(request), view, limit=limit_of(request.budget))
        return [_part(SourceFile(path, text), rules, fix=request.fix) for path, text in _texts(base, paths)]


def _catalogue(request: ScanRequest, base: Base, facts: SyntaxFacts) -> Catalogue:
    with untimed():
        return HeaderCache(request.cache / PLACE).catalogue(base, facts).catalogue


def _part(source: SourceFile, rules: Rules, *, fix: bool) -> Part:
    found = rules.in_text(source.path, source.text)
    bad = tuple(
        Skipped(function.name, found.path, f"not understood (line {function.error_line})")
        for function in found.functions
        if not function.analysed
    )
    hits = tuple(_hit(report) for report in found.reports)
    part = Part(1, len(found.functions), len(found.functions) - len(bad), hits, bad + found.skipped)
    if not fix or not hits:
        return part
    mended = fixup(source, found.reports, rules.view.facts)
    diffs = ((source.path, mended.diff()),) if mended.taken else ()
    return replace(part, diffs=diffs, taken=len(mended.taken), refused=len(mended.refused))


def _hit(report: Report) -> Hit:
    rule, match = report.rule, report.match
    return Hit(
        *(match.path, match.span.first_line, rule.id, rule.confidence, rule.nursery, report.exact, report.message),
        *(report.helper, report.suggestion, report.code),
    )


def _chosen(request: ScanRequest) -> Loaded:
    """The rules that were asked for, beside semantic patches only those that were named."""
    if request.cocci and not request.rule_names:
        return Loaded(())
    return load_all(request.user_rules, limit_of(request.budget)).chosen(request.rule_names, ())


def _rules(request: ScanRequest) -> tuple[Rule, ...]:
    """The semantic patches, and the rules that scan() has chosen."""
    own = tuple(rule for one in load_cocci(request.cocci) for rule in one.rules)
    if not request.rule_names:
        return own
    return own + select((*load_rules(), *map(load_rule, request.own_rules)), request.rule_names, ())


def _refused(request: ScanRequest) -> tuple[Skipped, ...]:
    return tuple(
        Skipped(refused.rule or "the file", one.path, refused.why)
        for one in load_cocci(request.cocci)
        for refused in one.refused
    )


def _snapshot(tree: Tree, base: Base) -> TreeSnapshot:
    return TreeSnapshot(tree.name, base, tree.scratch)


@contextmanager
def _open(request: ScanRequest) -> Iterator[tuple[Tree, Base]]:
    with opened(request.tree) as tree:
        is_bare = tree.git_dir is not None and tree.git_dir == tree.folder
        yield tree, tree.named(request.base or ("HEAD" if is_bare else None))


def _files(base: Base, request: ScanRequest) -> list[str]:
    """The C files that are asked for, by path; generated and borrowed code is left out unless it is named."""
    out: dict[str, None] = {}
    for path in request.paths or ("",):
        found = {name for suffix in C_SUFFIXES for name in base.files(path, suffix)}
        found = {name for name in found if not name.startswith(_NEVER) or path.startswith(_NEVER)}
        if not found and is_read(path) and base.read(path) is not None:
            found = {path}
        if not found:
            raise UsageError(
                f"there is no C file at {path or 'the top of the tree'}", "name a file or folder of the tree"
            )
        out |= dict.fromkeys(sorted(found))
    return list(out)


def _texts(base: Base, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        text = base.read(path)
        if text is not None:
            yield path, text


def _batches(files: list[str], jobs: int) -> Iterator[list[str]]:
    """The files in batches that are large enough to pay for opening the tree, small enough to see progress."""
    size = max(_LEAST_BATCH, min(_MOST_BATCH, len(files) // (jobs * _BATCHES_A_WORKER) + 1))
    return (files[at : at + size] for at in range(0, len(files), size))
