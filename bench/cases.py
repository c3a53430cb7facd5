# SPDX-License-Identifier: GPL-2.0-or-later
"""How many of the labelled review cases does `check` hit?  `python bench/cases.py [SHARED] [TREES] [--misses]`.

A hit is a finding on that patch and file, of which one place is within 3 lines of the case's lines, whose message,
helper or rule names one of the expected words.  Each rule's hits are counted, and how many findings it makes in all;
and of the hits whose reviewer's mail is in the thread, how many are marked as already raised.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

from reviewbot.edges.kernel import opened
from reviewbot.edges.sources import Found
from reviewbot.errors import ReviewbotError
from reviewbot.mail.decode import decode
from reviewbot.mail.mbox import split
from reviewbot.mail.thread import build_thread, related
from reviewbot.model import Finding, Repeat, Review, Thread
from reviewbot.pipeline import Request, review
from reviewbot.registry import load_rules

NEAR = 3


def names(finding: Finding, place: Finding | Repeat, expected: list[str]) -> bool:
    """True if what the finding says of one of its places speaks of one of the expected identifiers or phrases."""
    said = " ".join((place.message, finding.helper or "", finding.rule, place.suggestion or "")).lower()
    return any(word.lower().rstrip("()") in said or word.lower().replace("_", "-") in said for word in expected)


def places(finding: Finding) -> tuple[Finding | Repeat, ...]:
    """The place that a finding stands at, and the others that it names."""
    return (finding, *finding.repeats)


def hits(case: dict[str, Any], made: Review) -> list[Finding]:
    """The findings that hit a case."""
    first, last = case["lines"]
    return [
        f
        for f in made.findings
        if f.patch == case["patch_msgid"]
        and f.path == case["file"]
        and any(
            place.line <= last + NEAR and place.last_line >= first - NEAR and names(f, place, case["expected"])
            for place in places(f)
        )
    ]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("REVIEWBOT_SHARED", "../shared")))
    parser.add_argument("--trees", type=Path, default=Path(os.environ.get("REVIEWBOT_TREES", Path.home() / "trees")))
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--unraised", action="store_true", help="show the hits that are not marked as raised")
    parser.add_argument("--cache", type=Path, default=Path("build/bench-cache"))
    options = parser.parse_args()
    cases = [json.loads(line) for line in (options.shared / "bench" / "cases.jsonl").read_text().splitlines()]
    cases = [c for c in cases if c["decidable"] and c["applies_upto"]]
    raw = split(lzma.decompress((options.shared / "bench" / "threads.mbox.xz").read_bytes())).messages
    mails = [decode(mail) for mail in raw]
    rules = load_rules()
    hit, findings, seconds = Counter[str](), Counter[str](), 0.0
    total, crashed, answered, raised = 0, 0, 0, 0
    for tree_name in sorted({c["tree"] for c in cases}):
        with opened(options.trees / tree_name) as tree:
            request = Request("", options.trees / tree_name, "", options.cache, rule_names=tuple(r.id for r in rules))
            reviews: dict[str, Review] = {}
            thread_of: dict[str, Thread] = {}
            for case in (c for c in cases if c["tree"] == tree_name):
                msgid = case["patch_msgid"]
                start = time.process_time()
                try:
                    if msgid not in reviews:
                        thread_of[msgid] = build_thread(related(mails, msgid))
                        reviews[msgid] = review(Found(thread_of[msgid], msgid, ()), tree, rules, request)
                except ReviewbotError as error:
                    crashed += 1
                    print(f"{case['id']} could not be checked: {error}")
                    continue
                seconds += time.process_time() - start
                found = hits(case, reviews[msgid])
                total += bool(found)
                hit.update({f.rule for f in found})
                if found and thread_of[msgid].get(case["reply_msgid"]):
                    answered += 1
                    raised += any(f.raised for f in found)
                    if options.unraised and not any(f.raised for f in found):
                        print(f"{case['id']} not raised: {found[0].rule} {case['comment']!r} <{case['reply_msgid']}>")
                if options.misses and not found:
                    print(f"{case['id']} {case['category']} {case['expected']} {case['file']}:{case['lines']} {msgid}")
            for made in reviews.values():
                findings.update(f.rule for f in made.findings if f.verdict.value == "introduced")
    print(f"{total} of {len(cases)} cases hit, {crashed} could not be checked, {seconds:.1f} s CPU")
    print(f"{raised} of the {answered} hits whose reviewer's mail is in the thread are already raised")
    for rule in rules:
        print(f"{rule.id:24} {hit[rule.id]:3} cases hit, {findings[rule.id]:4} findings introduced in these series")


if __name__ == "__main__":
    main()
