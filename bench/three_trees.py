# SPDX-License-Identifier: GPL-2.0-or-later
"""What does the proof by three trees cost beside one tree?  `python bench/three_trees.py [--shared DIR] [--trees DIR]`.

Every series of the replay mailbox that applies to Linux 7.2 is judged, on base, each patch and end; beside it the same
rules read the end alone.  Each starts with nothing known.  Prints CPU seconds of both, and their ratio.
"""

from __future__ import annotations

import argparse
import lzma
import os
import time
from pathlib import Path

from reviewbot.edges.apply import apply_series
from reviewbot.edges.headercache import PLACE, HeaderCache
from reviewbot.edges.kernel import Tree, opened
from reviewbot.errors import ReviewbotError
from reviewbot.mail.decode import decode
from reviewbot.mail.mbox import split
from reviewbot.mail.series import build_series
from reviewbot.mail.subject import parse_subject
from reviewbot.mail.thread import build_thread
from reviewbot.match.site import TreeView
from reviewbot.model import AppliedSeries
from reviewbot.registry import load_rules
from reviewbot.review.reports import Rules
from reviewbot.review.verdict import judge, last_state
from reviewbot.syntax.facts import read_facts


def view_of(applied: AppliedSeries, tree: Tree, cache: Path) -> TreeView:
    """The tree with its helpers and options, which are read before anything is measured."""
    facts, base = read_facts(applied.snapshot), tree.at(applied.base.commit)
    catalogue = HeaderCache(cache / PLACE).catalogue(base, facts, lambda _step: None).catalogue
    view = TreeView(applied.snapshot, facts, lambda: catalogue)
    view.suggester, view.options  # noqa: B018  # read when asked for
    return view


def seconds_of_one(applied: AppliedSeries, rules: Rules) -> float:
    """CPU seconds for the files of a series as they are at its end."""
    end = last_state(applied)
    start = time.process_time()
    for path in sorted({d.new_path for p in applied.patches if p.after for d in p.files if d.new_path}):
        rules.in_file(end, path)
    return time.process_time() - start


def seconds_of_three(applied: AppliedSeries, rules: Rules) -> float:
    """CPU seconds for the verdicts."""
    start = time.process_time()
    judge(applied, rules)
    return time.process_time() - start


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("REVIEWBOT_SHARED", "../shared")))
    parser.add_argument("--trees", type=Path, default=Path(os.environ.get("REVIEWBOT_TREES", Path.home() / "trees")))
    parser.add_argument("--cache", type=Path, default=Path("build/bench-cache"))
    options = parser.parse_args()
    packed = (options.shared / "bench" / "replay-hwmon-W72.mbox.xz").read_bytes()
    mails = [decode(raw) for raw in split(lzma.decompress(packed)).messages]
    rules, month, done, applied_series = load_rules(), build_thread(mails), set[str](), list[AppliedSeries]()
    one = three = 0.0
    with opened(options.trees / "7.2") as tree:
        for mail in mails:
            subject = parse_subject(mail.subject)
            if not subject.is_patch or subject.is_reply or mail.msgid in done:
                continue
            try:
                series = build_series(month, mail.msgid)
                applied = apply_series(tree, series)
            except ReviewbotError:
                continue
            done |= {p.message.msgid for p in series.patches} | ({series.cover.msgid} if series.cover else set())
            if applied.applied:
                applied_series.append(applied)
        for applied in applied_series:
            one += seconds_of_one(applied, Rules(rules, view_of(applied, tree, options.cache)))
            three += seconds_of_three(applied, Rules(rules, view_of(applied, tree, options.cache)))
    print(f"{len(applied_series)} series: one tree {one:.1f} s CPU, three trees {three:.1f} s CPU")
    print(f"three trees cost {three / one:.2f} times one tree")


if __name__ == "__main__":
    main()
