# SPDX-License-Identifier: GPL-2.0-or-later
"""Is the right series put together, and what is odd about it said?"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.errors import MailError
from reviewbot.mail.decode import decode
from reviewbot.mail.diff import parse_diff
from reviewbot.mail.mbox import from_page, split
from reviewbot.mail.series import build_series, commit_message, patch_id
from reviewbot.mail.thread import build_thread
from reviewbot.model import Message, Series
from tests.mail.mails import DIFF, patch, words

BOB = "Bob <bob@example.net>"


def series(mails: list[Message], msgid: str, revision: int | None = None) -> Series:
    return build_series(build_thread(mails), msgid, revision=revision)


def ids(found: Series) -> list[str]:
    return [p.message.msgid for p in found.patches]


def two(version: str = "", name: str = "v1", answers: str = "", day: int = 4) -> list[Message]:
    """A cover letter and two patches of one revision."""
    return [
        words(f"{name}-0", f"[PATCH{version} 0/2] pears", answers=answers, day=day),
        patch(f"{name}-1", f"[PATCH{version} 1/2] lib: pear: one", answers=f"{name}-0", day=day, change=f"{name}1"),
        patch(f"{name}-2", f"[PATCH{version} 2/2] lib: pear: two", answers=f"{name}-0", day=day, change=f"{name}2"),
    ]


@pytest.mark.parametrize("named", ["v1-0", "v1-1", "v1-2", "reply"])
def test_any_mail_of_a_series_gives_all_of_it(named: str) -> None:
    """Cover, patch, or a reply to one: the series is the same."""
    found = series([*two(), words("reply", "Re: [PATCH 2/2] lib: pear: two", answers="v1-2")], named)

    assert ids(found) == ["v1-1", "v1-2"]
    assert found.cover is not None
    assert (found.revision, found.expected, found.complete, found.subject) == (1, 2, True, "pears")
    assert [p.subject for p in found.patches] == ["lib: pear: one", "lib: pear: two"]
    assert found.problems == ()


def test_single_patch() -> None:
    """A patch without numbers is a series of one."""
    found = series([patch("p", "[PATCH] lib: pear: grow")], "p")

    assert (ids(found), found.expected, found.cover, found.patches[0].diff) == (["p"], 1, None, DIFF)
    assert not found.patches[0].in_reply


def test_chain_reply_without_cover() -> None:
    """Patches that answer each other are one series."""
    mails = [
        patch("a", "[PATCH 1/3] x"),
        patch("b", "[PATCH 2/3] y", answers="a"),
        patch("c", "[PATCH 3/3] z", answers="b"),
    ]

    assert ids(series(mails, "b")) == ["a", "b", "c"]


def test_missing_patches_are_named() -> None:
    """What the subjects promise and nobody sent is said by number."""
    found = series([*two()[:2]], "v1-0")

    assert (found.complete, found.missing) == (False, (2,))
    assert found.problems == ("patch 2/2 is missing",)


def test_absurd_numbers_stay_readable() -> None:
    """A patch 1 of 9999 does not name 9998 missing ones."""
    found = series([patch("p", "[PATCH 1/99999] x")], "p")

    assert found.problems == ("patches 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 9988 more of 9999 are missing",)


def test_revisions() -> None:
    """The named revision is taken, the others are kept beside it by number, and a later one is told of."""
    mails = [*two(), *two(" v3", "v3", "v1-0", 6), *two(" v2", "v2", "v1-0", 8)]  # a late v2, sent after v3

    first, third = series(mails, "v1-1"), series(mails, "v3-2")

    assert ids(first) == ["v1-1", "v1-2"]
    assert [s.revision for s in first.older] == [2, 3]
    assert first.problems == ("v2 of this series exists: v2-0", "v3 of this series exists: v3-0")
    assert ids(third) == ["v3-1", "v3-2"]
    assert third.problems == ()
    assert series(mails, "v1-0", revision=3) == third


def test_a_revision_that_is_not_there() -> None:
    """Asking for one names those that are."""
    with pytest.raises(MailError, match="found: v1"):
        series(two(), "v1-0", revision=7)


def test_resend_of_a_series() -> None:
    """The same patches sent again count once, the later copy stays."""
    mails = [*two(), *two(" RESEND", "again", "v1-0", 9)]
    same = [
        patch(m.msgid, m.subject, answers="again-0", day=9, change=f"v1{i}") if i else m
        for i, m in enumerate(mails[3:])
    ]

    found = series([*mails[:3], *same], "v1-1")

    assert ids(found) == ["again-1", "again-2"]
    assert found.problems == (
        "patch 1 was sent twice; again-1 is the later copy",
        "patch 2 was sent twice; again-2 is the later copy",
    )


def test_repost_with_other_content() -> None:
    """A changed repost without a new number does not replace the patch that was named."""
    found = series([*two(), patch("new", "[PATCH 2/2] lib: pear: two", answers="v1-2", day=9, change="7")], "v1-0")

    assert ids(found) == ["v1-1", "v1-2"]
    assert found.problems == ("patch 2 was sent again with other content: new",)


def test_partial_reroll() -> None:
    """A v2 of one patch takes the others from v1, and says so."""
    mails = [*two(), patch("r", "[PATCH v2 2/2] lib: pear: two", answers="v1-2", day=9, change="9")]

    found = series(mails, "r")

    assert (ids(found), found.revision) == (["v1-1", "r"], 2)
    assert found.problems == ("v2 was sent in part; from v1 come 1/2",)
    assert ids(series(mails, "v1-0")) == ["v1-1", "v1-2"]


@pytest.mark.parametrize("subject", ["[PATCH v2 1/1] lib: pear: one", "[PATCH v2] lib: pear: one"])
def test_a_cover_for_one_patch(subject: str) -> None:
    """A series of one may have a cover letter."""
    found = series([words("c", "[PATCH v2 0/1] pear"), patch("p", subject, answers="c")], "c")

    assert (ids(found), found.expected, found.problems) == (["p"], 1, ())


@pytest.mark.parametrize("answers", ["c", ""])
def test_a_cover_that_cannot_count(answers: str) -> None:
    """A cover letter that says 0/3 belongs to the two patches sent with it, and the odd count is told of."""
    mails = [words("c", "[PATCH 0/3] pear"), *(patch(f"p{i}", f"[PATCH {i}/2] x", answers=answers) for i in (1, 2))]

    found = series(mails, "c")

    assert (ids(found), found.expected, found.complete) == (["p1", "p2"], 2, True)
    assert found.problems == ("the cover letter promises 3 patches, the patches say 2",)


def test_somebody_elses_alternative_is_another_series() -> None:
    """A [PATCH] that somebody posts as a reply does not mix with the series it answers."""
    mails = [
        *two(),
        patch("alt", "[PATCH 2/2] lib: pear: mine", answers="v1-1", author=BOB, change="5"),
    ]
    alone = [
        *two(),
        patch("alt", "[PATCH] lib: pear: mine", answers="v1-1", author=BOB, change="5"),
    ]

    assert ids(series(mails, "v1-1")) == ["v1-1", "v1-2"]
    assert ids(series(mails, "alt")) == ["alt"]
    assert ids(series(alone, "alt")) == ["alt"]
    assert series(alone, "alt").expected == 1


def test_two_series_of_one_author_do_not_mix() -> None:
    """Unthreaded patches are grouped by what was sent together."""
    mails = [
        patch("a1", "[PATCH 1/2] x"),
        patch("a2", "[PATCH 2/2] y"),
        patch("b1", "[PATCH 1/2] q", day=9),
        patch("b2", "[PATCH 2/2] r", day=9),
    ]

    assert ids(series(mails, "a1")) == ["a1", "a2"]
    assert ids(series(mails, "b2")) == ["b1", "b2"]


def test_diff_in_a_reply() -> None:
    """A reply's own diff is a series of one; a reply that quotes it leads to the mail that has it."""
    own = words("own", "Re: [PATCH 1/2] lib: pear: one", "> words\n\nRather:\n\n" + DIFF, answers="v1-1")
    quote = "".join(f"> {line}\n" for line in own.body.split("\n"))
    answer = words("answer", "Re: [PATCH 1/2] lib: pear: one", "Ann wrote:\n" + quote + "\nNo.\n", answers="own")

    for named in ("own", "answer"):
        found = series([*two(), own, answer], named)
        assert (ids(found), found.expected, found.subject) == (["own"], 1, "lib: pear: one")
        assert (found.patches[0].in_reply, found.patches[0].quote_depth) == (True, 0)


def test_quoted_diff_whose_mail_is_not_here() -> None:
    """With nothing above it in the thread, the quoted diff itself is reviewed."""
    body = "Bob wrote:\n> Ann wrote:\n" + "".join(f"> > {line}\n" for line in DIFF.split("\n")[:-1]) + "> Hm.\n\nYes.\n"

    found = series([words("q", "[PATCH 0/5] pears", body)], "q")

    assert (ids(found), found.patches[0].quote_depth, found.patches[0].in_reply) == (["q"], 2, True)
    assert found.patches[0].diff == DIFF
    assert found.problems == ("the diff is quoted from a mail that is not here; no reply to it is drafted",)


def test_two_diffs_of_one_file_are_alternatives() -> None:
    """Of two proposals for one file in a reply the first is taken, and it is said."""
    body = "Either:\n\n" + DIFF + "\nor rather\n\n" + DIFF.replace("return 2", "return 3")

    found = series([words("two", "Re: x", body)], "two")

    assert found.patches[0].diff == DIFF
    assert found.problems == ("two holds 2 diffs of the same files; the first is reviewed",)


def test_trailers() -> None:
    """base-commit, change-id and prerequisites come from the cover, else from the first patch."""
    cover = words("v1-0", "[PATCH 0/2] pears", "Hi\n\n---\nbase-commit: 0123456789abcdef\nchange-id: 2026-pears\n"
                  "prerequisite-patch-id: aaaaaaaaaa\nprerequisite-patch-id: bbbbbbbbbb\n")  # fmt: skip

    found = series([cover, *two()[1:]], "v1-1")

    assert (found.base_commit, found.change_id) == ("0123456789abcdef", "2026-pears")
    assert found.prerequisites == ("aaaaaaaaaa", "bbbbbbbbbb")


def test_commit_message() -> None:
    """No in-body header, no notes, no diff."""
    message = patch("p", "[PATCH] x", body="From: Bob <bob@example.net>\n\nWhy.\n\nAnd how.\n")

    assert commit_message(message) == "Why.\n\nAnd how.\n\nSigned-off-by: Ann Author <ann@example.org>"
    assert message.author.name == "Bob"


def test_patch_id_ignores_place_and_white_space() -> None:
    """The same change elsewhere has the same id; another change has not."""
    moved = DIFF.replace("@@ -3,3 +3,3 @@", "@@ -30,3 +33,3 @@").replace("\t", "        ")

    assert patch_id(parse_diff(DIFF)) == patch_id(parse_diff(moved))
    assert patch_id(parse_diff(DIFF)) != patch_id(parse_diff(DIFF.replace("return 2", "return 3")))


@pytest.mark.parametrize(
    ("mails", "named", "told"),
    [
        ([], "x", "no mail was found for x"),
        ([words("a", "hello")], "x", "x is not among the 1 mails"),
        ([words("a", "hello")], "a", "a has no patch"),
        ([words("a", "[PATCH 0/3] x")], "a", "a is a cover letter, and none of its 3 patches"),
        ([words("a", "[GIT PULL] x")], "a", "a is a git pull request; reviewbot does not review pull requests"),
        ([words("a", "[GIT PULL] x"), words("b", "Re: [GIT PULL] x", answers="a")], "b", "a is a git pull request"),
        ([words("a", "please", "are available in the Git repository at:\n")], "a", "a is a git pull request"),
    ],
)  # fmt: skip
def test_what_cannot_be_reviewed(mails: list[Message], named: str, told: str) -> None:
    """Each hopeless case has its own clear sentence."""
    with pytest.raises(MailError, match=told):
        series(mails, named)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["[PATCH] x", "[PATCH 0/2] x", "[PATCH 1/2] x", "[PATCH v2 2/2] x", "Re: [PATCH 1/2] x", "hi"]
            ),
            st.sampled_from(["m0", "m1", "m2", "m3", ""]),
            st.sampled_from(["words\n", DIFF, "> " + DIFF.replace("\n", "\n> ")]),
            st.integers(1, 9),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_thread(shape: list[tuple[str, str, str, int]]) -> None:
    """Any thread gives a series with patches in order, or a MailError."""
    mails = [words(f"m{i}", s, b, answers=a, day=d) for i, (s, a, b, d) in enumerate(shape)]

    for message in mails:
        try:
            found = series(mails, message.msgid)
        except MailError:
            continue
        indices = [p.index for p in found.patches]
        assert indices == sorted(set(indices))
        assert indices


def test_a_large_thread_takes_no_time() -> None:
    """5,000 patches that answer each other are grouped in seconds."""
    mails = [patch("p1", "[PATCH 1/5000] x")]
    mails += [patch(f"p{i}", f"[PATCH {i}/5000] x", answers=f"p{i - 1}") for i in range(2, 5001)]
    start = time.monotonic()

    assert len(series(mails, "p1").patches) == 5000
    assert time.monotonic() - start < 20


@pytest.mark.shared
def test_the_founding_thread(shared: Path) -> None:
    """Each mail of the seed, and the page, lead to the same proposal."""
    mails = [decode(raw) for raw in split((shared / "seed" / "thread.mbox").read_bytes()).messages]
    page = from_page((shared / "seed" / "page.txt").read_text())

    found = [series(mails, m.msgid) for m in mails] + [series(list(page), page[0].msgid)]

    assert [ids(s)[0] for s in found[:3]] == ["seed-barry-rfc@reconstructed.invalid"] * 3
    assert len({patch_id(s.patches[0].files) for s in found}) == 1
    assert [s.patches[0].quote_depth for s in found] == [0, 0, 0, 2]


def test_patches_that_are_missing_share_a_sentence() -> None:
    """One missing patch has its name, several are listed in one clause."""
    found = series([patch("a3", "[PATCH 3/5] x"), patch("a5", "[PATCH 5/5] y", answers="a3")], "a3")

    assert found.problems == ("patches 1, 2 and 4 of 5 are missing",)


def test_a_patch_mail_s_problems_are_not_the_series() -> None:
    """What is odd about a patch's mail is told with the patch, not twice."""
    odd = replace(patch("a1", "[PATCH] x"), problems=("a munged From",))

    assert series([odd], "a1").problems == ()


def test_cover_letter_that_was_sent_again() -> None:
    """Asked for a cover letter whose patches hang from a later copy of it, the copy is named."""
    lone = words("c1", "[PATCH 0/1] pears")
    again = words("c2", "[PATCH 0/1] pears", day=5)
    found = series([lone, again, patch("p2", "[PATCH 1/1] x", answers="c2", day=5)], "c1")

    assert ids(found) == ["p2"]
    assert found.problems == ("c1 was sent again; the copy that is reviewed is c2",)
    assert series([lone, again, patch("p2", "[PATCH 1/1] x", answers="c2", day=5)], "c2").problems == ()
