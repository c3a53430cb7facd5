# SPDX-License-Identifier: GPL-2.0-or-later
"""How much of a kernel's own semantic patches is read, and do we find what spatch finds?  `cocci.py TREE [FOLDER...]`.

For each .cocci file below scripts/coccinelle: whether it is read, and of those read wholly, over all folders, the
places (file and line) that we report, that spatch does, those of both and of each alone.  A run of spatch that does not
end in time is said, and neither side of it is counted.  Our files run together, as they would; spatch takes one a time.
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


def ours(tree: Path, files: tuple[Cocci, ...], folders: list[str], cache: Path) -> tuple[dict[str, Places], float]:
    """What we report, by the file that says it, and the seconds of CPU that all of them took together."""
    before = _used(resource.RUSAGE_SELF)
    paths = tuple(Path(one.path) for one in files)
    done = scan(ScanRequest(tree, cache, tuple(folders), cocci=paths, kept=False, jobs=1))
    of = {rule.id: one.path for one in load_cocci(paths) for rule in one.rules}
    found: dict[str, Places] = {one.path: set() for one in files}
    for hit in done.found.hits:
        found[of[hit.rule]].add((hit.path, hit.line))
    return found, _used(resource.RUSAGE_SELF) - before


def table(files: tuple[Cocci, ...]) -> None:
    """How many are read, and what of the rest is refused."""
    whole, part = sum(one.whole for one in files), sum(bool(one.rules and one.refused) for one in files)
    print(f"{len(files)} files: {whole} wholly read, {part} in part, {len(files) - whole - part} not")
    reasons = Counter(name for one in files for name in {refused.construct for refused in one.refused})
    for name, count in reasons.most_common():
        print(f"  {count:3}  {name}")


def row(name: str, mine: Places, other: Places) -> str:
    """A line of the table."""
    counts = (len(mine), len(other), len(mine & other), len(mine - other), len(other - mine))
    return f"{name:28} {' '.join(f'{count:6}' for count in counts)}"


def compared(name: str, mine: Places, runs: dict[str, Run], *, places: bool) -> tuple[Places, Places]:
    """Print the line of a file; the places of both sides in the folders in which spatch ended."""
    failed = [folder for folder, run in runs.items() if run.places is None]
    other = {place for run in runs.values() for place in run.places or set()}
    mine = {place for place in mine if not any(place[0].startswith(f"{folder}/") for folder in failed)}
    print(row(name, mine, other), f"  not: {', '.join(failed)}" if failed else "", flush=True)
    for side, only in (("ours", mine - other), ("spatch", other - mine)) if places else ():
        for path, line in sorted(only):
            print(f"    only {side}: {path}:{line}")
    return {(f"{name} {path}", line) for path, line in mine}, {(f"{name} {path}", line) for path, line in other}


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
    whole = tuple(one for one in files if one.whole and given.only in one.path)
    found, cpu = ours(tree, whole, given.folders, given.spatch)
    print(f"\n{'file':28} {' '.join(f'{name:>6}' for name in ('ours', 'spatch', 'same', '+ours', '+sp'))}")
    us, them, seconds = set[tuple[str, int]](), set[tuple[str, int]](), 0.0
    for one in whole:
        runs = {folder: theirs(tree, Path(one.path), folder, given.spatch, given.seconds) for folder in given.folders}
        mine, other = compared(Path(one.path).stem, found[one.path], runs, places=given.places)
        us, them, seconds = us | mine, them | other, seconds + sum(run.seconds for run in runs.values())
    print(row("all", us, them))
    print(f"seconds of CPU: ours {cpu:.0f}, spatch {seconds:.0f}")


if __name__ == "__main__":
    main()
