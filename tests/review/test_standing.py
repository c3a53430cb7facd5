# SPDX-License-Identifier: GPL-2.0-or-later
"""Does what the reviewer said before keep findings out of drafts, and when is a rule muted?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.model import Confidence, Finding, Held, Judgement, Known, Repeat, Tally, Verdict
from reviewbot.review.draft import worth_drafting
from reviewbot.review.standing import MUTE_FROM, is_muted, muted_notes, muted_words, place_of, short_ids, shown, weighed
from tests.review.made import finding, judged, patch, rule
from tests.rules.harness import MadeUpTree

FIRST, SECOND = "1" * 16, "2" * 16
SUBJECTS = {"1@x": "one"}
DISMISSED = Judgement(Held.DISMISSED, "bad", FIRST, "0@x", 1, "the caller checks", "Rita", "2026")
ADOPTED = replace(DISMISSED, what=Held.ADOPTED, why="")
POOR = Tally("bad", found=20, drafted=12, adopted=3, dismissed=9)


def one(made: Finding, known: Known) -> Finding:
    """A finding as it is weighed."""
    (weighed_one,) = weighed([made], known, SUBJECTS)
    return weighed_one


@pytest.mark.parametrize(
    ("adopted", "dismissed", "unmuted", "muted"),
    [
        (0, 0, False, False),
        (0, MUTE_FROM - 1, False, False),
        (0, MUTE_FROM, False, True),
        (0, MUTE_FROM, True, False),
        (4, 6, False, True),
        (5, 5, False, False),
        (49, 51, False, True),
        (10, 0, False, False),
    ],
)
def test_muted(adopted: int, dismissed: int, unmuted: bool, muted: bool) -> None:
    """A rule is muted below one half, from ten judgements on, unless it was unmuted."""
    assert is_muted(Tally("bad", 100, 100, adopted, dismissed, unmuted)) is muted


def test_precision() -> None:
    """Precision is the adopted part of what was judged, and nothing where nothing was."""
    assert POOR.precision == 0.25
    assert Tally("bad", found=9).precision is None


@pytest.mark.parametrize(
    ("judgement", "note"), [(DISMISSED, "dismissed before: the caller checks"), (ADOPTED, "adopted before")]
)
def test_judged_before(judgement: Judgement, note: str) -> None:
    """What was judged is shown with the words, and not drafted; its own note stays."""
    known = Known({(FIRST, "a.c"): judgement})
    weighed_one = one(finding(5, fingerprint=FIRST, note="odd"), known)

    assert weighed_one == finding(5, fingerprint=FIRST, note=f"odd; {note}", held=judgement.what)
    assert not worth_drafting(weighed_one)
    assert one(finding(5, fingerprint=FIRST), known).note == note


@pytest.mark.parametrize("changes", [{"fingerprint": SECOND}, {"fingerprint": FIRST, "path": "b.c"}])
def test_others_are_open(changes: dict[str, Any]) -> None:
    """Other code, or the same in another file, is not judged with it."""
    other = finding(5, **changes)
    assert one(other, Known({(FIRST, "a.c"): DISMISSED})) == other
    assert worth_drafting(other)


def test_commit_message() -> None:
    """Words in a commit message are judged in a patch of that subject alone."""
    said = finding(5, fingerprint=FIRST, path="commit message")
    known = Known({(FIRST, place_of(said, "one")): DISMISSED})

    assert one(said, known).held is Held.DISMISSED
    (other,) = weighed([said], known, {"1@x": "two"})
    assert other.held is None


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, Held.MUTED),
        ({"verdict": Verdict.PRE_EXISTING}, None),
        ({"confidence": Confidence.LOW}, None),
        ({"rule": "other"}, None),
    ],
)
def test_muted_findings(changes: dict[str, Any], held: Held | None) -> None:
    """Of a muted rule is held what would have been drafted, and the review says so once."""
    made = finding(5, **changes)
    known = Known(tallies={"bad": POOR})
    weighed_one = one(made, known)

    assert weighed_one.held is held
    assert not worth_drafting(weighed_one) or held is None
    assert muted_notes([weighed_one, weighed_one], known) == ((muted_words(POOR),) if held else ())
    assert muted_words(POOR) == "drafts of bad are muted: 3 of 12 adopted; `reviewbot rules unmute bad`"


def test_a_judgement_says_more_than_muting() -> None:
    """What was judged itself is called so, though its rule is muted."""
    known = Known({(FIRST, "a.c"): DISMISSED}, {"bad": POOR})
    assert one(finding(5, fingerprint=FIRST), known).held is Held.DISMISSED


BASE = "void f(void)\n{\n}\n"
FULL = "void f(void)\n{\n\tbad(1);\n\tbad(2);\n}\n"
DIFF = "--- a/a.c\n+++ b/a.c\n@@ -1,3 +1,5 @@\n void f(void)\n {\n+\tbad(1);\n+\tbad(2);\n }\n"
SAME_WORDS = rule(message="is it good?")


def test_not_one_remark_with_what_is_open() -> None:
    """Places that would be one remark are two where only one of them was judged."""
    change = patch(DIFF, MadeUpTree({"a.c": BASE}), MadeUpTree({"a.c": FULL}))
    (both,), _coverage = judged(change, rules=(SAME_WORDS,))
    (repeat,) = both.repeats
    known = Known({(both.fingerprint, "a.c"): DISMISSED})
    findings, _coverage = judged(change, rules=(SAME_WORDS,), known=known)

    assert {(f.fingerprint, f.held) for f in findings} == {
        (both.fingerprint, Held.DISMISSED), (repeat.fingerprint, None)
    }  # fmt: skip
    assert [f.repeats for f in findings] == [(), ()]


def test_shown() -> None:
    """What the ledger keeps of a finding has its repeats' fingerprints, each once and not its own."""
    places = tuple(
        Repeat(line, line, "f", "m", None, print_) for line, print_ in ((2, FIRST), (3, SECOND), (4, SECOND))
    )
    kept = shown(finding(5, fingerprint=FIRST, repeats=places), ("0@x", 3), "one", drafted=True)

    assert (kept.fingerprint, kept.repeats, kept.place) == (FIRST, (SECOND,), "a.c")
    assert (kept.series, kept.revision, kept.patch, kept.drafted) == ("0@x", 3, "1@x", True)


@given(st.sets(st.text("0123456789abcdef", min_size=16, max_size=16)))
def test_short_ids(ids: set[str]) -> None:
    """Short ids are beginnings of at least seven digits that tell all apart."""
    short = short_ids(ids)

    assert set(short) == ids
    assert all(one.startswith(begin) and len(begin) >= 7 for one, begin in short.items())
    assert len(set(short.values())) == len(ids)


def test_short_ids_that_are_close() -> None:
    """Ids that share nine digits are shown with ten."""
    assert set(short_ids(["a" * 9 + "b" * 7, "a" * 9 + "c" * 7]).values()) == {"a" * 9 + "b", "a" * 9 + "c"}
    assert short_ids(["a" * 16, "a" * 16]) == {"a" * 16: "a" * 7}
