# SPDX-License-Identifier: GPL-2.0-or-later
"""Is it said which hunk of which file does not apply?"""

from __future__ import annotations

from dataclasses import replace

from reviewbot.pipeline import patch_problems
from tests.review.made import patch, series
from tests.rules.harness import MadeUpTree

DIFF = "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-x\n+y\n"


def test_place_of_failure() -> None:
    """Git's words come first, then the file and the hunk where they are known."""
    failed = replace(patch(DIFF, MadeUpTree({}), None), error="patch failed: a.c:1")

    assert patch_problems(replace(failed, failed_at=("a.c", 1)), series(failed)) == (
        "does not apply to made-up: patch failed: a.c:1 (hunk 1 of a.c)",
    )
    assert patch_problems(replace(failed, failed_at=("a.c", 0)), series(failed)) == (
        "does not apply to made-up: patch failed: a.c:1",
    )
