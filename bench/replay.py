# SPDX-License-Identifier: GPL-2.0-or-later
"""What does `check` say on a month of a list?  `python bench/replay.py [--shared DIR] [--trees DIR] [--show N]`.

Every series of the replay mailbox is reviewed on Linux 7.2 in one process.  Prints how many applied, what was found by
rule and verdict, how many findings of promoted rules were introduced a patch, CPU seconds a patch, and N of these
findings drawn at random (`--seed` draws others) with the patched code around them, to be read by hand.
"""

from __future__ import annotations

import argparse
import lzma
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reviewbot.edges.kernel import opened
from reviewbot.edges.sources import Found
from reviewbot.errors import ReviewbotError
from reviewbot.mail.decode import decode
from reviewbot.mail.mbox import split
from reviewbot.mail.subject import parse_subject
from reviewbot.mail.thread import build_thread
from reviewbot.model import Finding, Message, Review
from reviewbot.pipeline import Request, review
from reviewbot.registry import load_rules

ABOVE, BELOW = 12, 8


@dataclass(slots=True)
class Tally:
    """What the series came to; `drawn` are the findings to draw from, each with its patch's subject and code."""

    counts: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    drawn: list[tuple[Finding, str, str]] = field(default_factory=list)
    raised: list[tuple[Finding, str, str]] = field(default_factory=list)

    def add(self, made: Review, promoted: frozenset[str]) -> None:
        """Count one review; what promoted rules found introduced can be drawn."""
        patches = {p.patch.message.msgid: p for p in made.applied.patches}
        self.counts["series"] += 1
        self.counts["series applied"] += made.applied.applied
        self.counts["patches"] += len(patches)
        self.counts["patches applied"] += sum(p.after is not None for p in patches.values())
        self.counts["drafts"] += len(made.drafts)
        self.counts["findings with a verified change"] += sum(f.diff is not None for f in made.findings)
        self.counts["functions touched"] += made.coverage.functions
        self.counts["functions analysed"] += made.coverage.analysed
        self.verdicts.update((f.rule, f.verdict.value) for f in made.findings)
        self.counts["earlier remarks not addressed"] += len(made.history.open)
        for finding in made.findings:
            after = patches[finding.patch].after
            if finding.verdict.value != "introduced" or after is None:
                continue
            shown = finding, patches[finding.patch].patch.subject, around(finding, after.read(finding.path) or b"")
            if finding.rule in promoted:
                self.drawn.append(shown)
            if finding.raised:
                self.raised.append(shown)


def around(finding: Finding, text: bytes) -> str:
    """The lines of a file around a finding, numbered, those that it is about marked."""
    lines = text.decode("utf-8", "replace").split("\n")
    span = range(max(1, finding.line - ABOVE), min(len(lines), finding.last_line + BELOW) + 1)
    marks = dict.fromkeys(range(finding.line, finding.last_line + 1), ">")
    return "\n".join(f"  {n:5}{marks.get(n, ' ')} {lines[n - 1]}" for n in span)


def reviews(mails: list[Message], options: argparse.Namespace, tally: Tally) -> Iterator[Review]:
    """The review of each series of the mailbox; those that cannot be checked are counted."""
    rules = load_rules()
    done: set[str] = set()
    month = build_thread(mails)  # as `check --mbox` does: earlier revisions hang from their own covers
    with opened(options.trees / "7.2") as tree:
        request = Request("", options.trees / "7.2", "", options.cache)
        for mail in mails:
            subject = parse_subject(mail.subject)
            if not subject.is_patch or subject.is_reply or mail.msgid in done:
                continue
            try:
                made = review(Found(month, mail.msgid, ()), tree, rules, request)
            except ReviewbotError as error:
                tally.counts["could not be checked"] += 1
                print(f"{mail.msgid}: {error}")
                continue
            done |= {p.message.msgid for p in made.applied.series.patches}
            done |= {made.applied.series.cover.msgid} if made.applied.series.cover else set()
            yield made


def show(drawn: list[tuple[Finding, str, str]]) -> None:
    """Print findings to be read."""
    for finding, subject, code in drawn:
        also = "".join(f" {place.function}():{place.line}" for place in finding.repeats)
        print(f"\n{finding.rule} {finding.path}:{finding.line} {finding.function}() [{finding.confidence.value}]{also}")
        print(f'  "{subject}" <{finding.patch}>')
        print(f"  {finding.message}\n  -> {finding.suggestion}\n{code}")
        if finding.raised:
            said = finding.raised.comment
            print(f"  raised by {said.by} <{said.msgid}>: {' '.join(said.text.split())[:400]}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("REVIEWBOT_SHARED", "../shared")))
    parser.add_argument("--trees", type=Path, default=Path(os.environ.get("REVIEWBOT_TREES", Path.home() / "trees")))
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--raised", action="store_true", help="show what was raised already, to be read by hand")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path("build/bench-cache"))
    options = parser.parse_args()
    packed = (options.shared / "bench" / "replay-hwmon-W72.mbox.xz").read_bytes()
    mails = [decode(raw) for raw in split(lzma.decompress(packed)).messages]
    promoted = frozenset(rule.id for rule in load_rules() if not rule.nursery)
    tally = Tally()
    start = time.process_time()
    for made in reviews(mails, options, tally):
        tally.add(made, promoted)
    seconds = time.process_time() - start
    counts, drawn = tally.counts, tally.drawn
    print(", ".join(f"{number} {name}" for name, number in counts.items()))
    print(f"{seconds:.1f} s CPU, {seconds / max(1, counts['patches']):.3f} s a patch")
    for (rule, verdict), number in sorted(tally.verdicts.items()):
        print(f"{rule:24} {verdict:14} {number:4}{'' if rule in promoted else '  (nursery)'}")
    a_patch = len(drawn) / max(1, counts["patches applied"])
    print(f"{len(drawn)} findings of promoted rules introduced, {a_patch:.2f} an applied patch")
    print(f"{len(tally.raised)} findings were raised already")
    show(tally.raised if options.raised else [])
    show(random.Random(options.seed).sample(drawn, min(options.show, len(drawn))))  # noqa: S311  # a sample to read


if __name__ == "__main__":
    main()
