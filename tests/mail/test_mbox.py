# SPDX-License-Identifier: GPL-2.0-or-later
"""Are a file's mails split, counted and bounded, and archive pages read?"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.mail.mbox import from_page, looks_like_page, split
from reviewbot.mail.quote import words
from reviewbot.model import Address
from tests.mail.mails import DIFF, raw_mail

FROM = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
PAGE = (
    "[PATCH 1/2] lib: pear: grow\n\nAnn Author ann at example.org\nTue May 19 06:42:11 PDT 2026\n\n\n"
    "Bob wrote:\n> +\treturn 2;\n\nWhy two?\n\n\n\nMore information about the pears mailing list"
)


def test_mboxrd() -> None:
    """Two mails come back as they were, with ">From " unescaped by one mark."""
    data = FROM + raw_mail("a\n>From x\n>>From y\n") + b"\n" + FROM + raw_mail("b\n") + b"\n"

    assert split(data).messages == (raw_mail("a\nFrom x\n>From y\n"), raw_mail("b\n"))


def test_single_mail_is_left_alone() -> None:
    """An .eml is one mail, and nothing in it is unescaped."""
    assert split(raw_mail("a\n>From x\n")).messages == (raw_mail("a\n>From x\n"),)
    assert split(b"\n \n").messages == ()


def test_from_line_in_a_body_is_no_separator() -> None:
    """A line "From ..." that no header follows belongs to the mail."""
    body = "a\n\nFrom here at 10:00 on\nit works\n"

    assert split(FROM + raw_mail(body)).messages == (raw_mail(body),)


def test_too_large_a_mail_is_named() -> None:
    """A mail over the limit is skipped and named; the others stay."""
    data = FROM + raw_mail("x" * 2000 + "\n", **{"Message-ID": "<big@x>"}) + FROM + raw_mail("b\n")

    found = split(data, limit_bytes=1000)

    assert found.messages == (raw_mail("b\n"),)
    assert len(found.problems) == 1
    assert found.problems[0].startswith("big@x has ")


def test_too_many_mails() -> None:
    """What comes after the limit is left out and said."""
    found = split((FROM + raw_mail("b\n") + b"\n") * 5, limit_messages=3)

    assert len(found.messages) == 3
    assert found.problems == ("the file holds more than 3 mails; the rest was left out",)


def test_a_hundred_megabytes() -> None:
    """A mail of 100 MB is skipped in no time."""
    start = time.monotonic()

    found = split(FROM + raw_mail("x" * 99 + "\n") + b"From \n" * (100 * 1024 * 1024 // 6))

    assert found.messages == ()
    assert "one@example.org" in found.problems[0]
    assert time.monotonic() - start < 10


@given(st.binary(max_size=300))
def test_any_bytes_split(data: bytes) -> None:
    """No bytes make split() raise."""
    assert len(split(FROM + data).messages) <= 3 + data.count(b"From ")


def test_page() -> None:
    """A pipermail page becomes one mail with its author unmasked and its footer gone."""
    (message,) = from_page(PAGE)

    assert looks_like_page(PAGE)
    assert message.author == Address("Ann Author", "ann@example.org")
    assert message.date == datetime(2026, 5, 19, 13, 42, 11, tzinfo=UTC)
    assert message.subject == "[PATCH 1/2] lib: pear: grow"
    assert message.body == "Bob wrote:\n> +\treturn 2;\n\nWhy two?\n"
    assert message.problems == ("read from an archive page: no message id",)
    assert message.msgid.endswith(".invalid")
    assert message.msgid == from_page(PAGE)[0].msgid
    assert [c.text for c in words(message)] == ["Why two?"]


def test_lore_page() -> None:
    """Each mail of lore's thread view is found."""
    text = (
        "* [PATCH] lib: pear: grow\n@ 2026-05-19 13:42 Ann Author\n\n"
        "From: Ann Author @ 2026-05-19 13:42 UTC (permalink / raw)\n"
        "  To: pears; +Cc: bob\n\nBody one.\n\n^ permalink raw reply\t[flat|nested] 2+ messages in thread\n"
        "From: Bob @ 2026-05-20  8:00 UTC (permalink / raw)\n  To: Ann Author\n\nBody two.\n"
    )

    assert looks_like_page(text)
    assert [(m.author.name, m.body) for m in from_page(text)] == [("Ann Author", "Body one.\n"), ("Bob", "Body two.\n")]


def test_mails_and_diffs_are_no_pages() -> None:
    """What has header fields, or is a diff, is not taken for a page."""
    assert not looks_like_page(raw_mail("x\n").decode())
    assert not looks_like_page(DIFF)


@pytest.mark.shared
def test_the_seed_page(shared: Path) -> None:
    """The founding page is read: who, when, what."""
    (message,) = from_page((shared / "seed" / "page.txt").read_text())

    assert message.author == Address("Lorenzo Stoakes", "ljs@kernel.org")
    assert message.date == datetime(2026, 5, 19, 13, 42, 11, tzinfo=UTC)
    assert "More information" not in message.body


def test_headers_are_no_page() -> None:
    """An mbox whose first headers hold an address and then a date, as Received fields do, is no archive page."""
    received = "Received: (majordomo@lists.example.org) by example.org\n        Fri, 4 Nov 2022 05:28:54 -0400\n"
    mail = f"{received}Subject: x\n\ny\n"

    assert not looks_like_page(f"From x Thu Jan  1 00:00:00 1970\nReturn-Path: <a@example.org>\n{mail}")
    assert not looks_like_page(mail)
    assert looks_like_page("mm: a title\n\nAnn Author ann at example.org\nFri Nov 4 05:28:54 PDT 2022\n\nText.\n")
