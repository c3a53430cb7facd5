# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a thread in order, without doubles and cycles, whatever order its mails come in?"""

from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.mail.thread import build_thread, descendants, related, root_of
from reviewbot.model import Message
from tests.mail.mails import words

NAMES = "abcdefg"


def note(msgid: str, answers: str = "", day: int = 1) -> Message:
    return words(msgid, "hello", answers=answers, day=day)


def test_parents_before_replies_and_siblings_by_date() -> None:
    """Depth first, siblings by date and then id."""
    mails = [note("c2", "root", 3), note("g", "c1", 9), note("c1", "root", 2), note("c0", "root", 3), note("root")]

    thread = build_thread(mails)

    assert [m.msgid for m in thread.messages] == ["root", "c1", "g", "c0", "c2"]
    assert dict(thread.parents) == {"c2": "root", "g": "c1", "c1": "root", "c0": "root"}
    assert descendants(thread, "root") == ("c1", "g", "c0", "c2")
    assert descendants(thread, "c1") == ("g",)
    assert root_of(thread, "g") == "root"


def test_last_known_reference_stands_in_for_a_missing_parent() -> None:
    """A reply to a mail that is not here hangs below the nearest one that is."""
    lost = replace(note("x", "gone"), references=("root", "mid", "gone"))

    assert dict(build_thread([note("root"), note("mid", "root"), lost]).parents)["x"] == "mid"


def test_doubles_prefer_the_copy_with_fewer_problems() -> None:
    """Of two copies of a mail the better one stays."""
    bad = replace(note("a"), problems=("charset",))

    assert build_thread([bad, note("a")]).messages == (note("a"),)


def test_a_cycle_is_cut_at_its_earliest_mail() -> None:
    """Two mails that answer each other are put in order, and it is said."""
    thread = build_thread([note("b", "a", 2), note("a", "b", 1), note("self", "self", 3)])

    assert dict(thread.parents) == {"b": "a"}
    assert len(thread.problems) == 1
    assert "circle" in thread.problems[0]


def test_limit() -> None:
    """Of a thread that is too long the earliest mails stay."""
    thread = build_thread([note(f"m{i}", day=i) for i in range(1, 21)], limit=5)

    assert [m.msgid for m in thread.messages] == ["m1", "m2", "m3", "m4", "m5"]
    assert thread.problems == ("the thread has 20 mails; only the first 5 were read",)


def test_limit_keeps_what_was_asked_for() -> None:
    """The named mail, patches and what the mail answers stay; it hangs below the nearest that stayed."""
    fix = replace(note("fix", day=25), subject="[PATCH] x")
    chain = [note("m1", day=1)] + [note(f"m{i}", f"m{i - 1}", day=i) for i in range(2, 21)]
    others = [note(f"o{i}", day=1) for i in range(9)]
    thread = build_thread([*others, *chain, fix], limit=4, keep="m20")

    assert {m.msgid for m in thread.messages} == {"m20", "m19", "m18", "fix"}
    assert thread.problems == ("the thread has 30 mails; only the first 4 were read",)
    assert dict(thread.parents) == {"m20": "m19", "m19": "m18"}


def test_limit_bridges_what_was_left_out() -> None:
    """A mail hangs below the nearest mail above it that was kept, here a patch."""
    root = replace(note("root"), subject="[PATCH] x")
    thread = build_thread([root, note("a", "root", 2), note("b", "a", 3)], limit=2, keep="b")

    assert dict(thread.parents) == {"b": "root"}


def test_ten_thousand_mails_deep() -> None:
    """A chain of 10,000 replies needs no recursion and little time."""
    first = note("m0")
    mails = [first] + [replace(first, msgid=f"m{i}", in_reply_to=f"m{i - 1}") for i in range(1, 10_000)]
    start = time.monotonic()

    assert len(build_thread(reversed(mails), limit=20_000).messages) == 10_000
    assert len(build_thread(mails).messages) == 5000
    assert time.monotonic() - start < 5


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES + "z"), min_size=1), st.randoms())
def test_order_of_input_does_not_matter(answers: dict[str, str], random: object) -> None:
    """Any web of replies gives one thread, whatever order its mails come in, with parents first."""
    mails = [note(msgid, parent) for msgid, parent in answers.items()]
    shuffled = list(mails)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    thread = build_thread(mails)

    assert thread == build_thread(shuffled)
    assert sorted(m.msgid for m in thread.messages) == sorted(answers)
    seen: set[str] = set()
    for message in thread.messages:
        assert dict(thread.parents).get(message.msgid) in {None, *seen}
        seen.add(message.msgid)


def test_related_picks_one_thread_out_of_a_mailbox() -> None:
    """Mails that share a reference to a mail that is not here belong together; others do not."""
    mails = [note("a", "gone"), note("other"), note("b", "gone"), note("c", "b")]

    assert [m.msgid for m in related(mails, "c")] == ["a", "b", "c"]
    assert [m.msgid for m in related(mails, "other")] == ["other"]
