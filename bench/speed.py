# SPDX-License-Identifier: GPL-2.0-or-later
"""How long do the start and a five-patch series take?  `python bench/speed.py [--shared DIR] [--trees DIR]`.

Each figure is the best and worst of five fresh processes; checkpatch.pl on the same patches is the peer.
"""

from __future__ import annotations

import argparse
import lzma
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reviewbot.mail.decode import decode
from reviewbot.mail.mbox import split
from reviewbot.mail.series import build_series
from reviewbot.mail.thread import build_thread, related

SERIES = (
    "ac5a118394e96f707823463fedd32b6a484c1ceb.1781861409.git.tze.yee.ng@altera.com",
    "20260706-dev-max20830c-v2-1-37761e89bb5f@analog.com",
)
RUNS = 5


def measure(argv: list[str], cwd: Path) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds and peak memory (MB) of one process and its children."""
    start = time.perf_counter()
    child = subprocess.Popen(argv, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _pid, _status, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10


def report(name: str, argv: list[str], cwd: Path) -> float:
    """Print the figures of one command; its best wall time."""
    runs = [measure(argv, cwd) for _ in range(RUNS)]
    wall = [run[0] for run in runs]
    memory = max(run[2] for run in runs)
    print(f"{name:44} {min(wall):6.3f} to {max(wall):6.3f} s wall, {min(r[1] for r in runs):6.3f} s CPU, {memory:4} MB")
    return min(wall)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("REVIEWBOT_SHARED", "../shared")))
    parser.add_argument("--trees", type=Path, default=Path(os.environ.get("REVIEWBOT_TREES", Path.home() / "trees")))
    options = parser.parse_args()
    data = lzma.decompress((options.shared / "bench" / "replay-hwmon-W72.mbox.xz").read_bytes())
    mails = [decode(raw) for raw in split(data).messages]
    tree = options.trees / "7.2"
    me = [sys.executable, "-m", "reviewbot"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report("reviewbot --version", [*me, "--version"], folder)
        for msgid in SERIES:
            thread = build_thread(related(mails, msgid))
            series = build_series(thread, msgid)
            mbox = folder / "thread.mbox"
            mbox.write_bytes(b"".join(b"From x Thu Jan  1 00:00:00 1970\n" + m.raw + b"\n" for m in thread.messages))
            for number, patch in enumerate(series.patches, 1):
                (folder / f"{number:04d}.patch").write_bytes(patch.message.raw)
            title = f"check, {len(series.patches)} patches, {len(thread.messages)} mails"
            ours = report(title, [*me, "check", msgid, "--mbox", str(mbox), "--tree", str(tree)], folder)
            patches = [str(p) for p in sorted(folder.glob("*.patch"))]
            peer = report("checkpatch.pl, the same patches", [str(tree / "scripts/checkpatch.pl"), *patches], tree)
            print(f"  ratio to checkpatch.pl: {ours / peer:.1f}")


if __name__ == "__main__":
    main()
