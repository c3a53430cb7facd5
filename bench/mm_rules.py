# SPDX-License-Identifier: GPL-2.0-or-later
"""How much CPU do all our rules need over mm/, against spatch with two of the kernel's own semantic patches?

    python bench/mm_rules.py TREE

TREE is an unpacked Linux (7.2 for figures that can be compared); spatch is taken from PATH.
"""

from __future__ import annotations

import resource
import subprocess  # a bench starts the peer itself
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.folder import FolderTree
from reviewbot.match.engine import Terms
from reviewbot.match.run import run_rule, wanted
from reviewbot.match.site import TreeView
from reviewbot.model import SourceFile
from reviewbot.registry import load_rules
from reviewbot.syntax.facts import read_facts
from reviewbot.syntax.parse import parse

_PEERS = ("scripts/coccinelle/misc/boolconv.cocci", "scripts/coccinelle/misc/minmax.cocci")
_FOLDER = "mm"


def ours(root: Path, paths: list[Path]) -> tuple[float, int, int]:
    """CPU seconds of one cold run of all rules over the files, the reports, and the files that were parsed."""
    before = time.process_time()
    tree = FolderTree(root)
    view = TreeView(tree, read_facts(tree))
    rules = load_rules()
    reports = parsed = 0
    for path in paths:
        text = path.read_bytes()
        chosen = [rule for rule in rules if wanted(rule, text)]
        if chosen:
            parsed += 1
            terms = Terms(parse(SourceFile(path.relative_to(root).as_posix(), text), view.facts))
            reports += sum(1 for rule in chosen for _report in run_rule(rule, terms, view))
    return time.process_time() - before, reports, parsed


def spatch(root: Path, script: str) -> float:
    """CPU seconds of one spatch process over the folder, in report mode."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["spatch", "-D", "report", "--no-includes", "--include-headers", "--very-quiet"]
    command += ["--cocci-file", str(root / script), "--dir", str(root / _FOLDER)]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print the figures and their ratio."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / _FOLDER).is_dir():
        print(__doc__)
        return 2
    root = Path(sys.argv[1]).resolve()
    paths = sorted(path for path in (root / _FOLDER).rglob("*.[ch]"))
    seconds, reports, parsed = ours(root, paths)
    print(f"{len(paths)} files of {_FOLDER}/, {sum(p.stat().st_size for p in paths) / 1e6:.1f} MB")
    print(f"reviewbot, {len(load_rules())} rules: {seconds:7.2f} s CPU ({parsed} files parsed, {reports} reports)")
    theirs = 0.0
    for script in _PEERS:
        one = spatch(root, script)
        theirs += one
        print(f"spatch {Path(script).name:<15}: {one:7.2f} s CPU")
    print(f"ratio: {theirs / seconds:.1f} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
