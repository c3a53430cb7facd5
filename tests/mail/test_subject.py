# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a subject tell what it is, however it is written?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.mail.subject import parse_subject


@pytest.mark.parametrize(
    ("text", "revision", "index", "expected", "plain"),
    [
        ("[RFC PATCH net-next v3 02/11] foo: bar", 3, 2, 11, "foo: bar"),
        ("[PATCH v2 0/5] mm: x", 2, 0, 5, "mm: x"),
        ("[PATCH]foo: no blank", 1, None, None, "foo: no blank"),
        ("[PATCH 1/2 v3] x", 3, 1, 2, "x"),
        ("[v3,2/5] x", 3, 2, 5, "x"),
        ("[PATCHv4 1/1] x", 4, 1, 1, "x"),
        ("[PATCH-v2] x", 2, None, None, "x"),
        ("[RFC][PATCH v3 17/33] timers: x", 3, 17, 33, "timers: x"),
        ("[PATCH AUTOSEL 6.1 3/9] x: [y] z", 1, 3, 9, "x: [y] z"),
        ("[linux-foo] [PATCH V2 1/3] x", 2, 1, 3, "x"),
        ("[PATCH 99999999/100000] x", 1, 9999, 9999, "x"),
        ("[PATCH v184467440737] x", 9999, None, None, "x"),
        ("[PATCH 6.1/6.6] x", 1, None, None, "x"),
    ],
)
def test_patch_subjects(text: str, revision: int, index: int | None, expected: int | None, plain: str) -> None:
    """Numbers and plain subject of patches as people write them."""
    subject = parse_subject(text)

    assert (subject.revision, subject.index, subject.expected, subject.plain) == (revision, index, expected, plain)
    assert subject.is_patch
    assert not subject.is_reply


@pytest.mark.parametrize("mark", ["Re: ", "RE:", "Re: Re: Fwd: ", "AW: ", "[list] Re: "])
def test_replies(mark: str) -> None:
    """A reply says so and keeps the patch's numbers."""
    subject = parse_subject(mark + "[PATCH v2 1/2] x")

    assert (subject.is_reply, subject.revision, subject.index, subject.plain) == (True, 2, 1, "x")


def test_forward_is_no_reply() -> None:
    """A forwarded patch is a patch."""
    assert not parse_subject("Fwd: [PATCH] x").is_reply


def test_pulls_and_resends() -> None:
    """Pull requests and resends are told from patches; a question is neither."""
    assert parse_subject("[GIT PULL] fixes").is_pull
    assert parse_subject("[PULL 0/3] fixes").is_pull
    assert parse_subject("[PATCH RESEND v2] x").is_resend
    assert not parse_subject("[PATCH] mm: pull x").is_pull
    assert not parse_subject("[RFC] what now").is_patch


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Every text has a subject with bounded numbers."""
    subject = parse_subject(text)

    assert 1 <= subject.revision <= 9999
    assert 0 <= (subject.index or 0) <= 9999
