# SPDX-License-Identifier: GPL-2.0-or-later
"""What does `check` say on a month of a list?  `python bench/replay.py [--shared DIR] [--trees DIR] [--show N]`.

Every series of the replay mailbox is reviewed on Linux 7.2 in one process.  Prints how many applied, what was found by
rule and verdict, CPU seconds a patch, and N findings drawn at random (always the same ones) to be read by hand.
"""

from __future__ import annotations

import argparse
import lzma
import os
import random
import time
from collections import Counter
from pathlib import Path

from reviewbot.edges.kernel import opened
from reviewbot.edges.sources import Found
from reviewbot.errors import ReviewbotError
from reviewbot.mail.decode import decode
from reviewbot.mail.mbox import split
from reviewbot.mail.subject import parse_subject
from reviewbot.mail.thread import build_thread, related
from reviewbot.model import Finding
from reviewbot.pipeline import Request, review
from reviewbot.registry import load_rules


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("REVIEWBOT_SHARED", "../shared")))
    parser.add_argument("--trees", type=Path, default=Path(os.environ.get("REVIEWBOT_TREES", Path.home() / "trees")))
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--cache", type=Path, default=Path("build/bench-cache"))
    options = parser.parse_args()
    packed = (options.shared / "bench" / "replay-hwmon-W72.mbox.xz").read_bytes()
    mails = [decode(raw) for raw in split(lzma.decompress(packed)).messages]
    rules = load_rules()
    counts, verdicts, findings = Counter[str](), Counter[tuple[str, str]](), list[Finding]()
    start = time.process_time()
    done: set[str] = set()
    with opened(options.trees / "7.2") as tree:
        request = Request("", options.trees / "7.2", "", options.cache)
        for mail in mails:
            subject = parse_subject(mail.subject)
            if not subject.is_patch or subject.is_reply or mail.msgid in done:
                continue
            try:
                made = review(Found(build_thread(related(mails, mail.msgid)), mail.msgid, ()), tree, rules, request)
            except ReviewbotError as error:
                counts["could not be checked"] += 1
                print(f"{mail.msgid}: {error}")
                continue
            done |= {p.message.msgid for p in made.applied.series.patches}
            done |= {made.applied.series.cover.msgid} if made.applied.series.cover else set()
            counts["series"] += 1
            counts["series applied"] += made.applied.applied
            counts["patches"] += len(made.applied.patches)
            counts["patches applied"] += sum(p.after is not None for p in made.applied.patches)
            counts["drafts"] += len(made.drafts)
            counts["functions touched"] += made.coverage.functions
            counts["functions analysed"] += made.coverage.analysed
            verdicts.update((f.rule, f.verdict.value) for f in made.findings)
            findings += [f for f in made.findings if f.verdict.value in ("introduced", "unproven")]
    seconds = time.process_time() - start
    print(", ".join(f"{number} {name}" for name, number in counts.items()))
    print(f"{seconds:.1f} s CPU, {seconds / max(1, counts['patches']):.3f} s a patch")
    for (rule, verdict), number in sorted(verdicts.items()):
        print(f"{rule:24} {verdict:14} {number:4}")
    for finding in random.Random(1).sample(findings, min(options.show, len(findings))):  # noqa: S311  # a sample to read
        code = " ".join(finding.code.split())[:160]
        print(f"\n{finding.rule} {finding.path}:{finding.line} {finding.function}() <{finding.patch}>\n  {code}")
        print(f"  {finding.message}\n  -> {finding.suggestion} [{finding.confidence.value}]")


if __name__ == "__main__":
    main()
