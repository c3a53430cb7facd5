# SPDX-License-Identifier: GPL-2.0-or-later
"""Is an edited draft taken or refused as it should be, and can nothing be smuggled into its headers?"""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.errors import DraftError
from reviewbot.model import Address
from reviewbot.review.draft import DraftStyle, draft
from reviewbot.review.edited import ADDRESSES, KEPT, checked
from tests.review.made import finding, message, patch
from tests.rules.harness import MadeUpTree

MAIL = """\
From: Rita Reader <rita@example.org>
To: Ann Author <ann@example.org>
Cc: list@example.org
Subject: Re: [PATCH] one
In-Reply-To: <1@x>
References: <0@x> <1@x>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

On some day, Ann Author wrote:
> +\tbad(1);

Is it good?
"""


def edited(*changes: tuple[str, str]) -> str:
    """The draft after changes, each of which is made, as it is kept."""
    text = MAIL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return checked(MAIL.encode(), text.encode()).decode()


def test_unchanged() -> None:
    """A draft that was not changed is the same bytes."""
    assert edited() == MAIL


def test_a_real_draft() -> None:
    """So is one that reviewbot made, with long headers and odd names."""
    cc = ", ".join(f'"Doe, J\u00fcrgen {number}" <j{number}@example.org>' for number in range(20))
    mail = message("@@ -1 +1 @@\n+bad(1);\n", subject="[PATCH] \u00fcber " + "long " * 30, headers=f"Cc: {cc}\n")
    diff = "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-x\n+y\n"
    one = patch(diff, MadeUpTree({}), MadeUpTree({}))
    one = replace(one, patch=replace(one.patch, message=mail))
    made = draft(one, [finding(2)], DraftStyle(Address("R\u00f6 Reader", "r@localhost"), frozenset()))
    assert made
    assert checked(made.mail, made.mail) == made.mail


def test_words_and_addresses() -> None:
    """The text, the recipients and the subject are the reviewer's to change."""
    mail = edited(
        ("Is it good?", "Is it?\n\nRita"),
        ("Cc: list@example.org", "Cc: list@example.org,\n\tBen <ben@example.org>\nReply-To: rita@example.org"),
        ("Re: [PATCH] one", "Re: [PATCH] one (question)"),
    )
    read = message_from_bytes(mail.encode())

    assert read["Cc"].split() == ["list@example.org,", "Ben", "<ben@example.org>"]
    assert read["Reply-To"] == "rita@example.org"
    assert read["Subject"].endswith("(question)")
    assert mail.endswith("> +\tbad(1);\n\nIs it?\n\nRita\n")


def test_other_alphabets() -> None:
    """Names and words that are not ASCII are encoded, in lines of no more than 78 columns."""
    names = [f"J\u00fcrgen M\u00fcller {number} <j{number}@example.org>" for number in range(8)]
    mail = edited(("Cc: list@example.org", f"Cc: {', '.join(names)}"), ("[PATCH] one", "\u00fcber \u65e5\u672c " * 9))
    head = mail.partition("\n\n")[0]
    read = message_from_bytes(mail.encode())

    assert head.isascii()
    assert max(map(len, head.split("\n"))) <= 78
    assert str(make_header(decode_header(read["Cc"].replace("\n", "")))) == ", ".join(names)
    assert str(make_header(decode_header(read["Subject"]))).split() == ["Re:", *["\u00fcber", "\u65e5\u672c"] * 9]
    assert checked(MAIL.encode(), mail.encode()).decode() == mail


def test_an_editor_of_another_system() -> None:
    """Line ends of another system, a byte order mark, and lines at the end are forgiven."""
    text = "\ufeff" + MAIL.replace("\n", "\r\n") + "\r\n\r\n"
    assert checked(MAIL.encode(), text.encode()).decode() == MAIL


BROKEN = {
    "thread": (("In-Reply-To: <1@x>", "In-Reply-To: <2@x>"), "In-Reply-To is not what it was"),
    "no thread": (("In-Reply-To: <1@x>\n", ""), "In-Reply-To is not what it was"),
    "references": (("<0@x> <1@x>", "<1@x>"), "References is not what it was"),
    "charset": (("utf-8", "latin-1"), "Content-Type is not what it was"),
    "encoding": (("8bit", "base64"), "Content-Transfer-Encoding is not what it was"),
    "own header": (("Cc:", "X-Mailer: me\nCc:"), "X-Mailer is no header of a draft"),
    "two": (("Cc:", "To: ben@example.org\nCc:"), "To stands there twice"),
    "two alike": (("Cc:", "in-reply-to: <1@x>\nCc:"), "In-Reply-To stands there twice"),
    "no header": (("Cc: list", "Cc list"), "line 3 is no header"),
    "blank in a name": (("Cc:", "Cc :"), "line 3 is no header"),
    "white line": (("Cc:", " \nCc:"), "line 3 is no header"),
    "separator": (("From: Rita", "From rita Mon\nFrom: Rita"), "line 1 is no header"),
    "bare return": (("one\n", "one\rBcc: spy@example.org\n"), "line 4 has a control character"),
    "form feed": (("one\n", "one\x0cBcc: spy@example.org\n"), "line 4 has a control character"),
    "next line": (("one\n", "one\x85Bcc: spy@example.org\n"), "line 4 has a control character"),
    "separator of lines": (("one\n", "one\u2028Bcc: spy@example.org\n"), "line 4 has a control character"),
    "nul in the text": (("good?", "good\0?"), "line 14 has a control character"),
    "escape in the text": (("good?", "\x1b[31mgood?"), "line 14 has a control character"),
    "no address": (("list@example.org", "the list"), 'Cc has what is no address: "the list"'),
    "more than an address": (("ann@example.org>", "ann@example.org> and all"), "To has what is no address"),
    "foreign address": (("ann@example.org", "\u00e4nn@example.org"), "To has what is no address"),
    "nobody": (("To: Ann Author <ann@example.org>\nCc: list@example.org\n", "To:\n"), "nobody is named"),
    "no sender": (("From: Rita Reader <rita@example.org>\n", ""), "From is empty or gone"),
    "no subject": (("Subject: Re: [PATCH] one", "Subject:"), "Subject is empty or gone"),
    "no text": ((MAIL.partition("\n\n")[2], "\n"), "no text below"),
    "one block": (("\n\nOn some day", "\nOn some day"), "line 10 is no header"),
    "long": (("one", "x" * 1000), "more than 998 bytes"),
    "huge": (("good?", "x" * (1 << 20)), "more than 1 MB"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_refused(case: str) -> None:
    """What is wrong with an edit is said in one sentence."""
    change, words = BROKEN[case]
    with pytest.raises(DraftError) as caught:
        edited(change)
    assert words in caught.value.what
    assert "\n" not in caught.value.what


def test_not_utf8() -> None:
    """Bytes that are not UTF-8 are refused with their line."""
    with pytest.raises(DraftError, match="line 14 is not UTF-8"):
        checked(MAIL.encode(), MAIL.encode().replace(b"good", b"g\xf6\xf6d"))


def test_emptied() -> None:
    """An emptied file is refused."""
    with pytest.raises(DraftError, match="no text"):
        checked(MAIL.encode(), b"")


def test_a_made_up_id() -> None:
    """A draft without In-Reply-To, as the mail had no id, stays without."""
    bare = MAIL.replace("In-Reply-To: <1@x>\n", "")
    assert checked(bare.encode(), bare.encode()).decode() == bare
    with pytest.raises(DraftError, match="In-Reply-To is not what it was"):
        checked(bare.encode(), MAIL.encode())


PIECES = st.sampled_from(
    ("\n", "\r", "\r\n", " ", "\t", ":", ",", "<", ">", '"', "(", "=?utf-8?q?=0ABcc:_x?=", "Bcc: spy@example.org",
     "\u00fc", "\n\n", "\nTo: ", "\nIn-Reply-To: <9@x>", "\n ", "From x\n", "\x0b", "\x1c", "\x85", "\u2028", "@",
     ";", "\\", "a@b.c")
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, len(MAIL)), PIECES | st.text(max_size=5)), max_size=6), st.booleans())
def test_any_edit(changes: list[tuple[int, str]], cut: bool) -> None:
    """Whatever is written into a draft: it is refused, or every reader sees the same thread and known headers."""
    text = MAIL
    for place, piece in changes:
        text = text[:place] + piece + text[place + (len(piece) if cut else 0) :]
    try:
        mail = checked(MAIL.encode(), text.encode("utf-8", "surrogatepass"))
    except DraftError:
        return
    _is_sound(message_from_bytes(mail), message_from_bytes(MAIL.encode()))
    strict = policy.SMTP
    _is_sound(message_from_bytes(mail, policy=strict), message_from_bytes(MAIL.encode(), policy=strict))
    assert checked(MAIL.encode(), mail) == mail


def _is_sound(read: Message, before: Message) -> None:
    names = [name.lower() for name in read.keys()]  # noqa: SIM118  # a message's iterator is not typed
    assert len(names) == len(set(names))
    assert set(names) <= {name.lower() for name in (*KEPT, *ADDRESSES, "Subject")}
    assert not read.defects
    for name in KEPT:
        assert " ".join(str(read[name]).split()) == " ".join(str(before[name]).split())
