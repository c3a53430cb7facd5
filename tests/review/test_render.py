# SPDX-License-Identifier: GPL-2.0-or-later
"""Is the JSON of a review whole, in a fixed order, and safe to print?"""

from __future__ import annotations

import json
from pathlib import Path

from reviewbot.model import Coverage, Idle, Repeat, Review, Skipped
from reviewbot.review.render import to_json
from tests.review.made import finding, patch, series
from tests.rules.harness import MadeUpTree

DIFF = "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-x\n+y\n"


def review(text: str = "is it?", **changes: object) -> Review:
    """A review of one patch that applied, with one finding."""
    applied = series(patch(DIFF, MadeUpTree({}), MadeUpTree({})))
    coverage = Coverage(2, 1, (Skipped("f()", "a.c", "odd"),), 7, (Idle("pear", "is for plums"),))
    return Review(applied, (finding(5, text, **changes),), coverage, (), ("something is odd",))


def test_fields() -> None:
    """Every value stands where the schema says."""
    read = json.loads(to_json(review(helper="good"), ("out/1.eml",)))

    assert list(read) == ["version", "series", "coverage", "findings", "history", "drafts", "fixups", "problems"]
    assert read["version"] == 2
    assert read["coverage"] == {
        "functions": 2, "analysed": 1, "skipped": [{"what": "f()", "path": "a.c", "why": "odd"}],
        "rules": 7, "idle": [{"rule": "pear", "why": "is for plums"}],
    }  # fmt: skip
    assert read["findings"][0]["helper"] == "good"
    assert read["findings"][0]["suggestion"] is None
    assert (read["drafts"], read["problems"]) == (["out/1.eml"], ["something is odd"])


def test_repeats() -> None:
    """The further places of a finding have the fields that the schema names."""
    schema = json.loads((Path(__file__).parents[2] / "docs" / "check.schema.json").read_text())
    read = json.loads(to_json(review(repeats=(Repeat(7, 8, "g", "is it too?", "good(7)", "1" * 16),)), ()))
    (place,) = read["findings"][0]["repeats"]

    assert place == {
        "line": 7, "last_line": 8, "function": "g", "message": "is it too?", "suggestion": "good(7)",
        "fingerprint": "1" * 16,
    }  # fmt: skip
    assert list(place) == schema["$defs"]["repeat"]["required"]


def test_ascii() -> None:
    """The text is ASCII with no control character but line ends, and says the same when read."""
    evil = "\x9b2J \u202e \ud800 é"
    text = to_json(review(evil, code=evil), ())
    assert text.isascii()
    assert all(c == "\n" or c.isprintable() for c in text)
    assert json.loads(text)["findings"][0]["message"] == evil
