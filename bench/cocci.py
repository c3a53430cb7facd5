# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of a kernel's own semantic patches is read, and do we find what spatch finds?  `cocci.py TREE [FOLDER...]`.

For each .cocci file below scripts/coccinelle: whether it is read, and of those read wholly the places (file and line)
that both report, only we, and only spatch.  A run of spatch that does not end in time is not counted.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reviewbot.cocci.make import Cocci
from reviewbot.registry import load_cocci
from reviewbot.scan import ScanRequest, scan

_PLACE = re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+):")
Places = set[tuple[str, int]]


def theirs(tree: Path, file: Path, folder: str, kept: Path, seconds: int) -> Places | None:
    """What spatch reports; None if it did not end.  Its output is kept, and not asked for again."""
    out = kept / f"{file.stem}@{folder.replace('/', '_')}.txt"
    if not out.exists():
        command = ["spatch", "-D", "report", "--no-includes", "--include-headers", "--very-quiet"]
        command += ["--cocci-file", str(file), "--dir", folder]
        try:
            done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=seconds, check=False)
            text = done.stdout if done.returncode == 0 else f"FAILED {done.returncode}\n"
        except subprocess.TimeoutExpired:
            text = "TIMEOUT\n"
        out.write_text(text, encoding="utf-8")
    text = out.read_text(encoding="utf-8")
    if text.startswith(("TIMEOUT", "FAILED")):
        return None
    found = (_PLACE.match(line.lstrip("* ")) for line in text.splitlines())
    return {(match["path"], int(match["line"])) for match in found if match}


def ours(tree: Path, file: Path, folder: str, cache: Path) -> Places:
    """What we report."""
    done = scan(ScanRequest(tree, cache, (folder,), cocci=(file,), kept=False, jobs=1))
    return {(hit.path, hit.line) for hit in done.found.hits}


def table(files: tuple[Cocci, ...]) -> None:
    """How many are read, and what of the rest is refused."""
    whole, part = sum(one.whole for one in files), sum(bool(one.rules and one.refused) for one in files)
    print(f"{len(files)} files: {whole} wholly read, {part} in part, {len(files) - whole - part} not")
    reasons = Counter(name for one in files for name in {refused.construct for refused in one.refused})
    for name, count in reasons.most_common():
        print(f"  {count:3}  {name}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("folders", nargs="*", default=["drivers/hwmon", "fs/ext4"])
    parser.add_argument("--spatch", type=Path, default=Path("spatch-out"), help="where its output is kept")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--places", action="store_true", help="name each place that differs")
    given = parser.parse_args()
    given.spatch.mkdir(parents=True, exist_ok=True)
    tree = given.tree.expanduser().resolve()
    files = load_cocci(tuple(sorted((tree / "scripts/coccinelle").rglob("*.cocci"))))
    table(files)
    total: Counter[str] = Counter()
    print(f"\n{'file':28} {'folder':16} {'both':>5} {'ours':>5} {'theirs':>6}")
    for one in files:
        for folder in given.folders if one.whole else ():
            file = Path(one.path)
            them, us = theirs(tree, file, folder, given.spatch, given.seconds), ours(tree, file, folder, given.spatch)
            if them is None:
                print(f"{file.stem:28} {folder:16} {'':5} {len(us):5} {'no end':>6}")
                continue
            row = {"both": us & them, "ours": us - them, "theirs": them - us}
            total.update({name: len(places) for name, places in row.items()})
            print(f"{file.stem:28} {folder:16} {len(row['both']):5} {len(row['ours']):5} {len(row['theirs']):6}")
            for name in ("ours", "theirs") if given.places else ():
                for path, line in sorted(row[name]):
                    print(f"    only {name}: {path}:{line}")
    print(f"{'all':28} {'':16} {total['both']:5} {total['ours']:5} {total['theirs']:6}")


if __name__ == "__main__":
    main()
