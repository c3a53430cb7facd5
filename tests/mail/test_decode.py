# SPDX-License-Identifier: GPL-2.0-or-later
"""Does any mail, honest or not, become a Message that is safe to show?"""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.mail.decode import MOST_BODY, decode, exact_lines, sender
from reviewbot.model import Address
from tests.mail.mails import DIFF, mail, raw_mail


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_decode_takes_any_bytes(data: bytes) -> None:
    """No bytes make decode() raise, and raw keeps them."""
    assert decode(data).raw == data


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["From", "To", "Date", "Subject", "Message-ID", "References", "Content-Type",
                         "Content-Transfer-Encoding", "In-Reply-To", "Reply-To", "X-Original-From"]),
        st.text(max_size=60) | st.sampled_from(["multipart/mixed; boundary=a", "text/plain; format=flowed", "base64"]),
    ),
    st.text(max_size=120),
)  # fmt: skip
def test_header_values_are_one_safe_line(fields: dict[str, str], body: str) -> None:
    """Whatever stands in a header, what comes out has no line break and no control character."""
    head = "".join(f"{key}: {value}\n" for key, value in fields.items())

    message = decode((head + "\n" + body).encode("utf-8", "replace"))

    people = (message.author, *message.to, *message.cc)
    shown = [message.subject, message.msgid, message.list_id or "", message.in_reply_to or "", *message.references]
    shown += [text for person in people for text in (person.name, person.email)]
    assert not [text for text in shown if any(ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e" for c in text)]
    assert not set(message.body) & {"\x1b", "\x00", "\r", "\u202e"}
    assert message.date is None or message.date.tzinfo is UTC


def test_plain_mail() -> None:
    """An ordinary mail comes through with no problem to tell of."""
    message = mail("Words.\n", To="Bob <bob@example.org>, list@example.org", Cc='"Roe, R." <roe@example.org>')

    assert message.msgid == "one@example.org"
    assert message.author == Address("Ann Author", "ann@example.org")
    assert message.date == datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    assert [a.email for a in message.to] == ["bob@example.org", "list@example.org"]
    assert message.cc == (Address("Roe, R.", "roe@example.org"),)
    assert message.body == "Words.\n"
    assert message.problems == ()


@pytest.mark.parametrize(
    "date", ["Fri, 1 Jan 99999 00:00:00 +0000", "Fri, 1 May 2026 25:00:00 +0000", "31 Feb 2026 10:00:00 +0000", "soon"]
)
def test_impossible_dates_are_none(date: str) -> None:
    """A date that cannot be is left out, and the mail says so."""
    message = mail("x\n", Date=date)

    assert message.date is None
    assert any("date" in problem for problem in message.problems)


def test_naive_date_is_taken_as_utc() -> None:
    """A date without a zone becomes UTC and is told of."""
    message = mail("x\n", Date="Fri, 1 May 2026 10:00:00")

    assert message.date == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert message.problems == ("the mail's date names no time zone; UTC was assumed",)


def test_missing_message_id_is_made_up_the_same_each_time() -> None:
    """Two readings of a mail without an id give one id, two mails two."""
    raw = raw_mail("x\n", **{"Message-ID": ""})

    assert decode(raw).msgid == decode(raw).msgid
    assert decode(raw).msgid.endswith("@no-message-id.invalid")
    assert decode(raw).msgid != decode(raw + b"y").msgid
    assert "made up" in decode(raw).problems[0]


@pytest.mark.parametrize(
    ("label", "data", "text", "told"),
    [
        ("us-ascii", "naïve".encode(), "naïve", "its text is UTF-8"),
        ("y", "naïve".encode(), "naïve", 'charset "y" is unknown'),
        ("zlib", b"plain", "plain", 'charset "zlib" is unknown'),
        ("iso-8859-1", "naïve".encode("latin-1"), "naïve", ""),
        ("koi8-r", "да".encode("koi8-r"), "да", ""),
        ("utf-8", "naïve".encode("latin-1"), "naïve", "read as Latin-1"),
        ("utf\x00-8", "naïve".encode(), "naïve", "is unknown"),
    ],
)
def test_charset_labels(label: str, data: bytes, text: str, told: str) -> None:
    """UTF-8 is tried first, then the label, then Latin-1; a lie is told of, the truth is not."""
    message = mail(data, **{"Content-Type": f'text/plain; charset="{label}"'})

    assert message.body == text
    assert (told in " ".join(message.problems)) if told else message.problems == ()


def test_transfer_encodings() -> None:
    """Quoted-printable and base64 bodies give the same text, whatever footer a list adds."""
    coded = base64.b64encode(b"caf\xc3\xa9\n").decode() + "\n____\nlist mailing list\n"

    assert mail("caf=C3=A9=\n!\n", **{"Content-Transfer-Encoding": "quoted-printable"}).body == "café!\n"
    assert mail(coded, **{"Content-Transfer-Encoding": "base64"}).body == "café\n"


def test_flowed_text_is_joined_and_its_diff_left_whole() -> None:
    """Soft breaks in prose are joined, stuffing goes, and diff lines that end in a blank stay lines."""
    flowed = "one \ntwo\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n  a \n-b \n+c\n"

    message = mail(flowed, **{"Content-Type": "text/plain; format=flowed"})

    assert message.body == "one two\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a \n-b \n+c\n"


def test_flowed_with_delsp_and_wrapped_diff_line() -> None:
    """DelSp takes the blank away, and a diff line that the client broke is joined."""
    message = mail("lo \nng\n@@ -1 +1 @@\n-a\n+b \nc\n", **{"Content-Type": "text/plain; format=flowed; DelSp=yes"})

    assert message.body == "long\n@@ -1 +1 @@\n-a\n+bc\n"


def test_flowed_label_on_a_mail_that_was_not_stuffed() -> None:
    """Context lines of a sender who does not stuff keep their blank."""
    message = mail("@@ -1,2 +1,2 @@\n a\n-b\n+c\n", **{"Content-Type": "text/plain; format=flowed"})

    assert message.body == "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"


def test_html_only() -> None:
    """An HTML-only mail gives its text and line breaks, and says where they come from."""
    message = mail("<html><style>p{}</style><p>one<br>two</p><p>a &lt; b</p></html>", **{"Content-Type": "text/html"})

    assert message.body.split() == ["one", "two", "a", "<", "b"]
    assert message.body.startswith("one\ntwo\na < b")
    assert "HTML" in message.problems[0]


def test_every_patch_attachment_is_read() -> None:
    """Plain text and both attached patches stand in the body in order; a picture does not."""
    body = (
        "--b\nContent-Type: text/plain\n\nsee\n--b\nContent-Type: text/x-patch\nContent-Disposition: attachment\n\nP1\n"
        "--b\nContent-Type: image/png\n\nPNG\n"
        '--b\nContent-Type: application/octet-stream; name="2.patch"\nContent-Disposition: attachment\n\nP2\n--b--\n'
    )

    assert mail(body, **{"Content-Type": 'multipart/mixed; boundary="b"'}).body == "see\nP1\nP2"


def test_deep_nesting_is_bounded() -> None:
    """A thousand multiparts in one another are read without recursion trouble."""
    body = "".join(f"--{i}\nContent-Type: multipart/mixed; boundary={i + 1}\n\n" for i in range(1000))

    assert mail(body, **{"Content-Type": "multipart/mixed; boundary=0"}).msgid == "one@example.org"


def test_terminal_escapes_and_bidi_become_visible() -> None:
    """ESC, NUL, C1 and bidi controls reach neither subject nor name nor body."""
    message = mail("a\x1b[31m\x00\x9b\u202eb\tc\n", Subject="x\x1b]0;owned\x07 \u2066y", From="An\x1bn <a@b.c>")

    assert message.body == "a\ufffd[31m\ufffd\ufffd\ufffdb\tc\n"
    assert message.subject == "x\ufffd]0;owned\ufffd \ufffdy"
    assert message.author.name == "An\ufffdn"


def test_encoded_words_cannot_smuggle_a_header() -> None:
    """A line break inside an RFC 2047 word becomes a blank."""
    assert mail("x\n", Subject="=?utf-8?q?a=0ABcc:_evil=40b.c?=").subject == "a Bcc: evil@b.c"


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ({"From": "list@lists.example.org", "X-Original-From": "Jane Doe <jane@doe.org>"}, "jane@doe.org"),
        ({"From": "Jane Doe via list <list@lists.example.org>", "Reply-To": "jane@doe.org"}, "jane@doe.org"),
        ({"From": "'Jane Doe' via list <list@x.org>", "Cc": "Jane Doe <jane@doe.org>"}, "jane@doe.org"),
        (
            {"From": "Jane Doe via B4 Relay <devnull+jane.doe.org@kernel.org>", "Cc": "k@x.org, jane@doe.org"},
            "jane@doe.org",
        ),
        ({"From": "Jane Doe <jane at doe.org>"}, "jane@doe.org"),
    ],
)
def test_the_real_author(fields: dict[str, str], author: str) -> None:
    """A From that a list, a relay or an archive rewrote gives way to the author."""
    assert mail("x\n", Subject="hello", **fields).author.email == author


def test_from_in_the_body_of_a_patch_is_the_author() -> None:
    """git's in-body From names who wrote a patch, and means nothing in a reply."""
    body = "From: Jane Doe <jane@doe.org>\n\nWhy.\n"

    assert mail(body).author == Address("Jane Doe", "jane@doe.org")
    assert sender(mail(body)) == "ann@example.org"
    assert mail(body, Subject="Re: [PATCH] x").author.name == "Ann Author"


def test_crlf_of_the_wire_and_of_the_file() -> None:
    """A mail all in CRLF becomes LF; CRs of a patched file are kept in the exact lines only."""
    wire = decode(raw_mail("a\nb\n").replace(b"\n", b"\r\n"))
    mixed = mail("a\r\nb\n")

    assert wire.body == "a\nb\n"
    assert exact_lines(wire) == [b"a", b"b", b""]
    assert mixed.body == "a\nb\n"
    assert exact_lines(mixed) == [b"a\r", b"b", b""]


def test_huge_body_is_cut_and_said() -> None:
    """A body over the bound ends at a line end below it."""
    message = mail(b"0123456789abcde\n" * (MOST_BODY // 16 + 1000))

    assert len(message.body) <= MOST_BODY
    assert message.body.endswith("e\n")
    assert "the rest was left out" in message.problems[0]


@pytest.mark.parametrize(
    "value",
    [
        '"' * 60000,
        '"\\' * 30000,
        "<" * 60000,
        "(" * 60000,
        "a" * 60000,
        "=?" * 30000,
        " at" * 20000,
        "=?utf-8?q?" * 6000,
    ],
)
def test_hostile_headers_take_no_time(value: str) -> None:
    """No header value makes an address or word pattern run quadratically."""
    start = time.monotonic()

    mail("x\n", From=value, To=value, Subject=value, Content_Type=value, Date=value)

    assert time.monotonic() - start < 2


def test_a_bare_diff_is_all_body() -> None:
    """A file that is no mail keeps its first lines."""
    assert decode(DIFF.encode()).body == DIFF


@pytest.mark.parametrize("piece", ["<", "<!", "<!--", "<a ", "</", "<![", "<?", "&#", '<a b="', "<script>", "<pre>"])
def test_hostile_html_takes_no_time(piece: str) -> None:
    """A body of broken HTML is read, or given up, in bounded time."""
    start = time.monotonic()

    mail(piece * (2_000_000 // len(piece)), Content_Type="text/html")

    assert time.monotonic() - start < 5
