# SPDX-License-Identifier: GPL-2.0-or-later
"""Does b4 see a patch mail's few facts, and nothing that has ever upset it?"""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.edges.b4clean import clean, same_series
from tests.inbox import make_mail


def test_facts_of_a_patch() -> None:
    """Id, parents, author, subject, time in UTC and change-id are read."""
    headers = (
        "From: =?utf-8?q?J=C3=B6rg?= <j@example.org>\nDate: Mon, 02 Nov 2026 01:00:00 +0200\nReferences: <r@x> <q@x>\n"
    )
    mail = clean(
        make_mail("a@x", "[PATCH\n v2 1/3] mm: fix it", to="p@x", body="Text.\n\nchange-id: abc-1\n", headers=headers)
    )
    assert mail is not None

    assert (mail.msgid, mail.parents, mail.author) == ("a@x", ("p@x", "q@x", "r@x"), "j@example.org")
    assert (mail.subject, mail.patch, mail.change_ids) == ("[PATCH v2 1/3] mm: fix it", True, ("abc-1",))
    assert mail.date == datetime(2026, 11, 1, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Transfer-Encoding: base64\n", b64encode(b"change-id: abc-1\n").decode()),
        ("Content-Transfer-Encoding: quoted-printable\n", "change-id: ab=\nc-1\n"),
        ("Content-Type: text/plain; charset=y\n", "change-id: abc-1\n"),
        ('Content-Type: text/plain; charset="a\0b"\n', "change-id: abc-1\r\n"),
        ("Content-Type: multipart/mixed; boundary=b\n", "--b\n\nchange-id: abc-1\n--b--\n"),
    ],
)
def test_change_id_encodings(headers: str, body: str) -> None:
    """A change-id is found in every transfer encoding and behind every charset."""
    mail = clean(make_mail("a@x", "[PATCH] x", headers=headers, body=body))

    assert mail is not None
    assert mail.change_ids == ("abc-1",)


@pytest.mark.parametrize(
    "line", ["prerequisite-change-id: abc", "> change-id: abc", 'change-id: a" OR s:"x', "change-id:"]
)
def test_no_change_id(line: str) -> None:
    """A prerequisite's id, a quoted one, and one that would leave b4's quoted search phrase are none."""
    mail = clean(make_mail("a@x", "[PATCH] x", body=f"{line}\n"))

    assert mail is not None
    assert mail.change_ids == ()


@pytest.mark.parametrize(
    "date", ["Mon, 02 Nov 99999 10:00:00 +0000", "Mon, 02 Nov 2026 25:00:00 +0000", "", "Mon, 02 Nov 2099 10:00:00"]
)
def test_wrong_date(date: str) -> None:
    """Where the Date cannot be right, the time of receipt stands in; without one there is none."""
    received = "Received: from a by b; Tue, 03 Nov 2026 10:00:00 +0000\n"
    with_hop = clean(make_mail("a@x", "[PATCH] x", headers=f"Date: {date}\n{received}"))
    without = clean(make_mail("a@x", "[PATCH] x", headers=f"Date: {date}\n"))
    assert with_hop is not None
    assert without is not None

    assert with_hop.date == datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
    assert without.date is None


@pytest.mark.parametrize("headers", ["Message-ID: none\n", "From: nobody\n", "Subject:\n", "Message-ID: <a b@c\0>\n"])
def test_unusable(headers: str) -> None:
    """A mail without id, author or subject is nothing to search with."""
    assert clean(make_mail("a@x", "[PATCH] x", headers=headers)) is None


def test_too_many_parts() -> None:
    """A mail of nested multiparts is left out before the parser's time grows with the square of their depth."""
    part = "--b\nContent-Type: multipart/mixed; boundary=b\n\n"
    headers = "Content-Type: multipart/mixed; boundary=b\n"

    assert clean(make_mail("a@x", "[PATCH] x", headers=headers, body=part * 19)) is not None
    assert clean(make_mail("a@x", "[PATCH] x", headers=headers, body=part * 20)) is None


def test_invisible_characters() -> None:
    """Bidi and control characters leave the subject, the rest of it stays."""
    mail = clean(make_mail("a@x", "[PATCH] m\u202em: f\x07ix\u200b \u00e9"))

    assert mail is not None
    assert mail.subject == "[PATCH] mm: fix \u00e9"


def test_series_of_a_reply() -> None:
    """The patches of whoever sent the one answered count; another author's in the same thread do not."""
    other = "From: Other <other@example.org>\n"
    raws = [
        make_mail("c@x", "[PATCH 0/1] x"),
        make_mail("p@x", "[PATCH 1/1] x", to="c@x"),
        make_mail("o@x", "[PATCH v9] y", to="p@x", headers=other),
        make_mail("r@x", "Re: [PATCH 1/1] x", to="p@x", headers=other),
    ]
    mails = [m for m in map(clean, raws) if m]

    assert [m.msgid for m in same_series(mails, "r@x")] == ["c@x", "p@x"]
    assert [m.msgid for m in same_series(mails, "o@x")] == ["o@x"]


def test_series_in_a_cycle() -> None:
    """Two mails that answer each other are walked once, and then every patch counts."""
    raws = [make_mail("a@x", "Re: x", to="b@x"), make_mail("b@x", "Re: x", to="a@x"), make_mail("p@x", "[PATCH] x")]

    assert [m.msgid for m in same_series([m for m in map(clean, raws) if m], "a@x")] == ["p@x"]


@given(st.binary(max_size=300), st.text(max_size=80), st.text(max_size=40))
def test_any_mail(noise: bytes, subject: str, sender: str) -> None:
    """No mail makes clean() raise, and a copy has exactly its four headers, printable."""
    raw = make_mail("a@x", "[PATCH] " + subject, headers=f"X: {sender}\n") + noise
    for mail in filter(None, (clean(raw), clean(noise))):
        copy = message_from_bytes(mail.mail())
        assert copy.keys() == ["From", "Date", "Message-ID", "Subject"]
        assert mail.subject.isprintable()
        assert len(mail.subject) <= 300
