# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the catalogue and its answers cost?  `helpers.py TREE [--jobs N]`, figures beside spatch and git grep.

Cold and warm catalogue, `reviewbot helper` in fresh processes, and the search of all helpers over mm/, in processes.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.catalogue import made, search, suggester

_QUESTION = "!(vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_WRITE)"
_FOLDER = "mm"
_RUNS = 5


def catalogue(tree: Path, cache: Path, title: str) -> None:
    """Print what one opening of the catalogue costs, in a process of its own."""
    argv = [sys.executable, __file__, str(tree), "--only-open", "--cache", str(cache)]
    start = time.perf_counter()
    child = subprocess.Popen(argv)
    _pid, _status, usage = os.wait4(child.pid, 0)
    wall, memory = time.perf_counter() - start, usage.ru_maxrss >> 10
    print(f"{title:34} {wall:6.2f} s wall, {usage.ru_utime + usage.ru_stime:6.2f} s CPU, {memory} MB")


def asked(tree: Path, cache: Path) -> None:
    """Print what `reviewbot helper` costs, and one `git grep` for a name that one would have to know."""
    env = dict(os.environ) | {"XDG_CACHE_HOME": str(cache)}
    ours = [[sys.executable, "-m", "reviewbot", "helper", _QUESTION, "--tree", str(tree)]] * _RUNS
    peer = [["git", "-C", str(tree), "grep", "-l", "-w", "is_cow_mapping", "HEAD"]] * _RUNS
    walls = []
    for title, commands in (("reviewbot helper, warm", ours), ("git grep -w of the name", peer)):
        times = []
        for argv in commands:
            start = time.perf_counter()
            subprocess.run(argv, env=env, capture_output=True, check=False)
            times.append(time.perf_counter() - start)
        walls.append(min(times))
        print(f"{title:34} {min(times):6.2f} to {max(times):6.2f} s wall")
    print(f"{'ratio':34} {walls[0] / walls[1]:6.2f}")


def searched(tree: Path, cache: Path, jobs: int) -> None:
    """Print what searching all helpers over a folder costs."""
    files = sorted((tree / _FOLDER).rglob("*.c"), key=lambda file: -file.stat().st_size)
    size = sum(file.stat().st_size for file in files)
    start = time.perf_counter()
    parts = [files[at::jobs] for at in range(jobs)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(partial(found_in, tree, cache), parts))
    wall = time.perf_counter() - start
    cpu = sum(seconds for _count, seconds in found)
    title = f"all helpers over {_FOLDER}/, {jobs} processes"
    print(f"{title:34} {wall:6.2f} s wall, {cpu:6.2f} s CPU, {len(files)} files, {size / 1e6:.1f} MB, ", end="")
    print(f"{sum(count for count, _s in found)} proposals")


def found_in(tree: Path, cache: Path, files: list[Path]) -> tuple[int, float]:
    """Proposals in these files, and CPU seconds; what a worker does."""
    start = time.process_time()
    with suggester(tree, cache) as helpers:
        count = sum(len(search(helpers, file.relative_to(tree).as_posix(), file.read_bytes()).find()) for file in files)
    return count, time.process_time() - start


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--only-open", action="store_true")
    options = parser.parse_args()
    tree = options.tree.resolve()
    if options.only_open:
        with made(tree, options.cache) as done:
            print(f"  {done.headers} headers, {done.scanned} scanned, {done.counted} files counted, ", end="")
        print(f"largest worker {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10} MB")
        return 0
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name) / "reviewbot" / "helpers"
        catalogue(tree, cache, "catalogue, cold")
        catalogue(tree, cache, "catalogue, warm")
        asked(tree, Path(name))
        searched(tree, cache, options.jobs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
