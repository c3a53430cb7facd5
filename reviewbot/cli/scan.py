# SPDX-License-Identifier: GPL-2.0-or-later
"""What does `reviewbot scan` print?  A line a finding as a compiler's, then how much was looked at."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from reviewbot.cli.options import ScanFormat, ScanOptions
from reviewbot.cli.screen import Screen
from reviewbot.cli.settings import read_settings
from reviewbot.errors import UsageError
from reviewbot.model import Skipped
from reviewbot.scan import Hit, Scan, ScanRequest, Steps, scan

_VERSION = 1
_SHOWN = 5


def run_scan(options: ScanOptions) -> int:
    """Scan, and print; the exit status: 0 for nothing found, 1 for findings, 2 where a rule or semantic patch was
    refused, or took too long."""
    settings = read_settings(Path.cwd())
    top = (options.tree or settings.tree or Path()).expanduser()
    request = ScanRequest(
        tree=top,
        cache=settings.cache,
        paths=tuple(_inside(path, top) for path in options.paths),
        base=options.base,
        rule_names=options.rule_names or (() if options.cocci else settings.rule_names),
        cocci=tuple(path.expanduser().absolute() for path in options.cocci),
        user_rules=settings.user_rules,
        fix=options.format is ScanFormat.DIFF,
        budget=options.budget or settings.budget,
    )
    if options.jobs:
        request = replace(request, jobs=options.jobs)
    found = _watched(request)
    if options.format is ScanFormat.JSON:
        sys.stdout.write(json.dumps(_as_dict(found), indent=2) + "\n")
    elif options.format is ScanFormat.DIFF:
        sys.stdout.flush()
        sys.stdout.buffer.write("".join(diff for _path, diff in found.found.diffs).encode("utf-8", "surrogateescape"))
        failed = (*found.refused, *(one for one in found.found.skipped if one.rule))
        sys.stderr.write("".join(f"{line}\n" for line in (_mended(found), *map(_skipped, failed))))
    else:
        screen = Screen()
        for line in _lines(found):
            screen.print(line, soft_wrap=True, highlight=False)
    if found.refused or found.found.over_budget:
        return 2
    return 1 if found.found.hits else 0


def _inside(path: str, top: Path) -> str:
    """A path as it is named from the top of the tree; one that exists where the user stands is meant first."""
    here = Path(path)
    root = top.resolve()
    if here.exists() and here.resolve().is_relative_to(root):
        path = here.resolve().relative_to(root).as_posix()
    elif here.is_absolute():
        raise UsageError(f"{path} is not in the tree {top}", "name a file or folder of the tree")
    return "" if path == "." else path.rstrip("/")


def _watched(request: ScanRequest) -> Scan:
    """The scan, with a bar on a terminal."""
    errors = Console(stderr=True)
    if not errors.is_terminal:
        return scan(request)
    columns = (TextColumn("scanning"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task("scan", total=None)
        steps: Steps = lambda done, everything: bar.update(task, completed=done, total=everything)  # noqa: E731
        return scan(request, steps)


def _lines(done: Scan) -> Iterator[Text]:
    for hit in done.found.hits:
        yield Text.assemble((f"{hit.path}:{hit.line}:", "bold"), f" {hit.message} ", (f"[{_name(hit)}]", "dim"))
    yield from _coverage(done)


def _mended(done: Scan) -> str:
    """What a diff leaves out, for the reader of the terminal."""
    found = done.found
    left = len(found.hits) - found.taken
    refused = f", {found.refused} of them would not parse" if found.refused else ""
    return f"{found.taken} of {len(found.hits)} findings are mended by this; {left} are not{refused}"


def _name(hit: Hit) -> str:
    return f"{hit.rule}, nursery" if hit.nursery else hit.rule


def _coverage(done: Scan) -> Iterator[Text]:
    found = done.found
    counts = Counter(hit.rule for hit in found.hits)
    if counts:
        yield Text()
        yield Text(", ".join(f"{rule} {number}" for rule, number in counts.most_common()))
    looked = f"{found.analysed} of {found.functions} functions in {found.files} files of {done.tree} analysed"
    late = f", {found.over_budget} times over a rule's time budget" if found.over_budget else ""
    yield Text(f"{looked}, {len(done.rules)} rules{late}", style="dim")
    for refused in done.refused:
        yield Text(f"not run: {_skipped(refused)}", style="yellow")
    # what is no mere function is seldom, and said first
    for skipped in sorted(found.skipped, key=lambda one: (not one.rule, one.why.startswith("not understood")))[:_SHOWN]:
        yield Text(f"not analysed: {_skipped(skipped)}", style="dim")
    if len(found.skipped) > _SHOWN:
        yield Text(f"not analysed: {len(found.skipped)} in all (--format json lists them)", style="dim")


def _skipped(skipped: Skipped) -> str:
    return f"{skipped.what} in {skipped.path}: {skipped.why}"


def _as_dict(done: Scan) -> dict[str, Any]:
    found = done.found
    return {
        "version": _VERSION,
        "tree": done.tree,
        "rules": list(done.rules),
        "findings": [_hit(hit) for hit in found.hits],
        "coverage": {
            "files": found.files,
            "functions": found.functions,
            "analysed": found.analysed,
            "over_budget": found.over_budget,
            "skipped": [asdict(one) for one in found.skipped],
        },
        "refused": [asdict(one) for one in done.refused],
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "path": hit.path,
        "line": hit.line,
        "rule": hit.rule,
        "confidence": hit.confidence.value,
        "nursery": hit.nursery,
        "exact": hit.exact,
        "message": hit.message,
        "helper": hit.helper,
        "suggestion": hit.suggestion,
        "code": hit.code,
    }
