# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the rules say of a whole tree, or of some of its files?  For janitors: no series, no verdicts, no drafts.

The files are spread over processes.  Each process opens the tree for itself, so that nothing but paths and findings
goes between them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from reviewbot.edges.answers import Answers, Traced, id_of
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
from reviewbot.registry import Loaded, load_all, load_cocci, load_rule, load_rules, select, sources
from reviewbot.review.fixup import fixup
from reviewbot.review.reports import C_SUFFIXES, Rules, is_read
from reviewbot.rule import Rule
from reviewbot.syntax.facts import SyntaxFacts, read_facts

_LEAST_BATCH, _MOST_BATCH = 8, 400
_BATCHES_A_WORKER = 6
_ANSWERS = "scans.sqlite"
_VERSIONS = tuple(f"{name} {version(name)}" for name in ("tree-sitter", "tree-sitter-c"))
_NEVER = ("tools/testing/", "scripts/kconfig/")
Steps = Callable[[int, int], None]
"""Told how many of how many files are done."""


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to scan: files and folders of a tree, as paths from its top ("" for all of it).

    `base` is a revision; without one the files are read as they stand on the disk.  `cocci` are semantic patches to
    run; with them, only those rules run beside that are named.  `fix` makes diffs, too.  `budget` is the CPU time of a
    rule in one function, in seconds.  `kept` says that answers of earlier scans count.
    `own_rules` are the files of `user_rules` that can run; scan() finds them.
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
    kept: bool = True
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
class Batch:
    """What some files came to, by path, and what else of the tree was read for it."""

    parts: dict[str, Part]
    read: dict[str, str]


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
    answers = Answers(request.cache / _ANSWERS, _run_of(request))
    with _open(request) as (tree, base):
        files = _files(base, request)
        known = answers.known(files, base) if request.kept else {}
        parts = {path: unpacked(text) for path, text in known.items()}
        left = [path for path in files if path not in parts]
        if left and any(asks_tree(rule) for rule in rules):  # made once, before each process asks for it
            HeaderCache(request.cache / PLACE).catalogue(base, read_facts(_snapshot(tree, base)))
        name = f"{tree.name} ({request.base})" if request.base else tree.name
    jobs = max(1, min(request.jobs, len(left) // _LEAST_BATCH))
    steps(len(parts), len(files))
    with workers(jobs) as pool:
        for batch in spread(pool, partial(scan_files, request), _batches(left, jobs)):
            parts |= batch.parts
            sound_ones = ((path, part) for path, part in batch.parts.items() if not part.over_budget)
            answers.keep([(path, files[path], packed(part)) for path, part in sound_ones], batch.read)
            steps(len(parts), len(files))
    whole = _whole([parts[path] for path in files if path in parts])
    return Scan(name, tuple(rule.id for rule in rules), whole, chosen.refused + _refused(request))


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


def scan_files(request: ScanRequest, paths: list[str]) -> list[Batch]:
    """What the rules say of these files; what one process does at a time."""
    with _open(request) as (tree, base), sound(request.cache):
        traced = Traced(base)
        facts = read_facts(_snapshot(tree, traced))
        view = TreeView(_snapshot(tree, traced), facts, partial(_catalogue, request, traced, facts))
        rules = Rules(_rules(request), view, limit=limit_of(request.budget))
        texts = _texts(base, paths)
        parts = {path: _part(SourceFile(path, text), rules, fix=request.fix) for path, text in texts}
        return [Batch(parts, traced.read_so_far())]


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


def packed(part: Part) -> str:
    """A part as text, to be kept."""
    return json.dumps(asdict(part), default=lambda confidence: confidence.value)


def unpacked(text: str) -> Part:
    """The part that was kept."""
    read = json.loads(text)
    hits = tuple(Hit(**{**hit, "confidence": Confidence(hit["confidence"])}) for hit in read.pop("hits"))
    skipped = tuple(Skipped(**one) for one in read.pop("skipped"))
    diffs = tuple((path, diff) for path, diff in read.pop("diffs"))
    return Part(hits=hits, skipped=skipped, diffs=diffs, **read)


def _rules(request: ScanRequest) -> tuple[Rule, ...]:
    """The semantic patches, and the rules that scan() has chosen."""
    own = tuple(rule for one in load_cocci(request.cocci) for rule in one.rules)
    if not request.rule_names:
        return own
    return own + select((*load_rules(), *map(load_rule, request.own_rules)), request.rule_names, ())


def _run_of(request: ScanRequest) -> str:
    """An id of what asks: the rules, and the code that runs them."""
    words = (str(request.tree.absolute()), str(request.fix), *request.rule_names)
    return id_of((*words, *_VERSIONS), (*sources(), *request.own_rules, *request.cocci))


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


def _files(base: Base, request: ScanRequest) -> dict[str, str]:
    """The C files that are asked for, by path, with ids; generated and borrowed code is left out unless it is named."""
    out: dict[str, str] = {}
    for path in request.paths or ("",):
        listed = [pair for suffix in C_SUFFIXES for pair in base.files(path, suffix).items()]
        found = {name: at for name, at in listed if not name.startswith(_NEVER) or path.startswith(_NEVER)}
        if not found and is_read(path) and base.read(path) is not None:
            found = {path: base.blob_id(path) or ""}
        if not found:
            raise UsageError(
                f"there is no C file at {path or 'the top of the tree'}", "name a file or folder of the tree"
            )
        out |= dict(sorted(found.items()))
    return out


def _texts(base: Base, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for path in paths:
        text = base.read(path)
        if text is not None:
            yield path, text


def _batches(files: list[str], jobs: int) -> Iterator[list[str]]:
    """The files in batches that are large enough to pay for opening the tree, small enough to see progress."""
    size = max(_LEAST_BATCH, min(_MOST_BATCH, len(files) // (jobs * _BATCHES_A_WORKER) + 1))
    return (files[at : at + size] for at in range(0, len(files), size))
