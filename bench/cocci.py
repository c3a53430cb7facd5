# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of a kernel's own semantic patches is read, and do we find what spatch finds?  `cocci.py TREE [FOLDER...]`.

For each .cocci file below scripts/coccinelle: whether it is read, and of those read wholly, over all folders, the
places (file and line) that we report, that spatch does, those of both, of each alone, and the seconds of CPU of each.
A run of spatch that does not end in time is said, and neither side of it is counted.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reviewbot.cocci.make import Cocci
from reviewbot.registry import load_cocci
from reviewbot.scan import ScanRequest, scan

_PLACE = re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+):")
Places = set[tuple[str, int]]


@dataclass(slots=True)
class Run:
    """What one side reports in one folder, and the seconds of CPU that it took; None for a run that did not end."""

    places: Places | None
    seconds: float


def _used(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def theirs(tree: Path, file: Path, folder: str, kept: Path, seconds: int) -> Run:
    """What spatch reports.  Its output is kept, and not asked for again."""
    out = kept / f"{file.stem}@{folder.replace('/', '_')}.txt"
    if not out.exists():
        command = ["timeout", str(seconds), "spatch", "-D", "report", "--no-includes", "--include-headers"]
        command += ["--very-quiet", "--cocci-file", str(file), "--dir", folder]
        before = _used(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
        cpu = _used(resource.RUSAGE_CHILDREN) - before
        out.write_text(f"exit {done.returncode} cpu {cpu:.2f}\n{done.stdout}", encoding="utf-8")
    head, _, text = out.read_text(encoding="utf-8").partition("\n")
    _, status, _, cpu_said = head.split()
    if status != "0":
        return Run(None, float(cpu_said))
    found = (_PLACE.match(line.lstrip("* ")) for line in text.splitlines())
    return Run({(match["path"], int(match["line"])) for match in found if match}, float(cpu_said))


def ours(tree: Path, file: Path, folder: str, cache: Path) -> Run:
    """What we report."""
    before = _used(resource.RUSAGE_SELF)
    done = scan(ScanRequest(tree, cache, (folder,), cocci=(file,), jobs=1))
    return Run({(hit.path, hit.line) for hit in done.found.hits}, _used(resource.RUSAGE_SELF) - before)


def table(files: tuple[Cocci, ...]) -> None:
    """How many are read, and what of the rest is refused."""
    whole, part = sum(one.whole for one in files), sum(bool(one.rules and one.refused) for one in files)
    print(f"{len(files)} files: {whole} wholly read, {part} in part, {len(files) - whole - part} not")
    reasons = Counter(name for one in files for name in {refused.construct for refused in one.refused})
    for name, count in reasons.most_common():
        print(f"  {count:3}  {name}")


def compared(tree: Path, file: Path, folders: list[str], kept: Path, seconds: int) -> tuple[Run, Run, list[str]]:
    """Both sides over all folders, and the folders in which spatch did not end."""
    us, them, failed = Run(set(), 0.0), Run(set(), 0.0), []
    for folder in folders:
        other = theirs(tree, file, folder, kept, seconds)
        if other.places is None:
            failed.append(folder)
            continue
        mine = ours(tree, file, folder, kept)
        for total, one in ((us, mine), (them, other)):
            total.places = (total.places or set()) | (one.places or set())
            total.seconds += one.seconds
    return us, them, failed


def row(name: str, us: Run, them: Run) -> str:
    """A line of the table."""
    mine, other = us.places or set(), them.places or set()
    counts = (len(mine), len(other), len(mine & other), len(mine - other), len(other - mine))
    numbers = " ".join(f"{count:6}" for count in counts)
    ratio = them.seconds / us.seconds if us.seconds else 0.0
    return f"{name:28} {numbers} {us.seconds:8.1f} {them.seconds:8.1f} {ratio:6.1f}"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("folders", nargs="*", default=["mm", "drivers/hwmon", "drivers/iio", "fs/ext4"])
    parser.add_argument("--spatch", type=Path, default=Path("spatch-out"), help="where its output is kept")
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--only", default="", help="a part of the names of the .cocci files to compare")
    parser.add_argument("--places", action="store_true", help="name each place that differs")
    given = parser.parse_args()
    given.spatch.mkdir(parents=True, exist_ok=True)
    tree = given.tree.expanduser().resolve()
    files = load_cocci(tuple(sorted((tree / "scripts/coccinelle").rglob("*.cocci"))))
    table(files)
    all_us, all_them = Run(set(), 0.0), Run(set(), 0.0)
    names = ("ours", "spatch", "same", "+ours", "+sp")
    print(f"\n{'file':28} {' '.join(f'{name:>6}' for name in names)} {'CPU ours':>8} {'spatch':>8} {'ratio':>6}")
    for one in (one for one in files if one.whole and given.only in one.path):
        us, them, failed = compared(tree, Path(one.path), given.folders, given.spatch, given.seconds)
        print(row(Path(one.path).stem, us, them), f"  not: {', '.join(failed)}" if failed else "", flush=True)
        differ = {
            "ours": (us.places or set()) - (them.places or set()),
            "spatch": (them.places or set()) - (us.places or set()),
        }
        for name, only in differ.items() if given.places else ():
            for path, line in sorted(only)[:12]:
                print(f"    only {name}: {path}:{line}")
        for total, run in ((all_us, us), (all_them, them)):
            total.places = (total.places or set()) | {
                (f"{one.path} {path}", line) for path, line in run.places or set()
            }
            total.seconds += run.seconds
    print(row("all", all_us, all_them))


if __name__ == "__main__":
    main()
