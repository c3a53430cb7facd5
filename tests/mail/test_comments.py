# SPDX-License-Identifier: GPL-2.0-or-later
"""Do reviewers' comments stand under the patch lines that they quote, however the quote was mangled?"""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.mail.comments import MOST_COMMENTS, Discussion, read_comments
from reviewbot.mail.decode import decode
from reviewbot.mail.series import build_series
from reviewbot.mail.thread import build_thread
from reviewbot.mail.versions import postings
from reviewbot.model import Anchor, Comment, Message
from tests.mail.mails import patch, words

PATCH = patch("p@example.org", "[PATCH] lib: pear: grow", body="Pears are small.\n\nGrow them.\n")
PLUS = "+\treturn 2;"
QUOTE = "> @@ -3,3 +3,3 @@ int pear(void)\n>  {\n> -\treturn 1;\n> +\treturn 2;\n"


def reply(body: str, msgid: str = "r@example.org", answers: str = "p@example.org", **fields: str) -> Message:
    """A reviewer's answer."""
    author = fields.pop("author", "Bob Reviewer <bob@example.org>")
    return words(msgid, "Re: [PATCH] lib: pear: grow", body, answers=answers, author=author)


def read(*mails: Message, of: str = "p@example.org") -> Discussion:
    """The comments in a thread."""
    thread = build_thread(mails)
    return read_comments(thread, postings(thread, build_series(thread, of)))


def only(*mails: Message) -> Comment:
    """The one comment of a thread."""
    (comment,) = read(PATCH, *mails).comments
    return comment


@pytest.mark.parametrize(
    "quoted",
    [
        QUOTE,
        "> +\treturn 2;\n",
        "> +        return 2;\n",
        "> +\treturn\n> 2;\n",
        "> > +\treturn 2;\n",
        ">+\treturn 2;\n",
        "> -\treturn 1;\n> [...]\n> +\treturn 2;\n",
        "> diff --git a/lib/pear.c b/lib/pear.c\n\n[...]\n\n> +\treturn 2;\n",
        "Looks sane, one thing below.\n\nOn Monday, Ann Author wrote:\n> +\treturn 2;\n",
    ],
    ids=["hunk", "line", "blanks", "rewrapped", "deeper", "no blank", "trimmed", "cut", "top words"],
)
def test_placed(quoted: str) -> None:
    """A comment stands under the last line that is quoted above it."""
    comment = read(PATCH, reply(f"{quoted}\nWhy two?\n")).comments[-1]

    assert (comment.text, comment.by, comment.patch) == ("Why two?", "Bob Reviewer", "p@example.org")
    assert (comment.anchor, comment.path, comment.new_line, comment.old_line) == (Anchor.CODE, "lib/pear.c", 4, None)
    assert comment.code[-1] == PLUS
    assert PATCH.body.split("\n")[comment.mail_lines[1] - 1] == PLUS


def test_quote_broken_in_two() -> None:
    """What a mail program broke off a quoted line is no word of the reviewer."""
    comment = only(reply("> -\treturn 1;\n> +\treturn\n2;\n\nWhy two?\n"))

    assert (comment.text, comment.new_line) == ("Why two?", 4)


@pytest.mark.parametrize(
    ("body", "anchor"),
    [
        ("> Grow them.\n\nHow much?\n", Anchor.MESSAGE),
        ("> Signed-off-by: Ann Author <ann@example.org>\n> ---\n>  notes\n\nThanks, but why?\n", Anchor.OTHER),
        ("Why grow?\n\nOn Monday, Ann wrote:\n> Grow them.\n> +\treturn 2;\n", Anchor.NONE),
        ("> nothing of this patch at all\n\nWhy?\n", Anchor.NONE),
        (">  }\n\nWhy?\n", Anchor.CODE),
    ],
    ids=["message", "trailer", "top-posted", "strange", "brace"],
)
def test_anchor(body: str, anchor: Anchor) -> None:
    """Commit messages, trailers and code are told apart, and what cannot be placed says so."""
    comment = only(reply(body))

    assert comment.anchor is anchor
    assert (comment.mail_lines == (0, 0)) is (anchor is Anchor.NONE)


def test_a_line_that_stands_twice_is_not_placed() -> None:
    """A short line alone, of which there are several, names no place."""
    twice = patch("p@example.org", "[PATCH] lib: pear: grow", change="2;\n+\t}\n+\t}\n+\tx()")
    (comment,) = read(twice, reply("> +\t}\n\nWhy?\n")).comments

    assert comment.anchor is Anchor.NONE


def test_under_anothers_words() -> None:
    """Words under a reviewer's words stand where those do, and are said to answer them."""
    first = reply(f"{QUOTE}\nUse three.\n")
    second = reply(f"> {QUOTE.replace(chr(10) + '>', chr(10) + '> >')}> \n> Use three.\n\nWill do.\n", "a@example.org",
                   "r@example.org", author="Ann Author <ann@example.org>")  # fmt: skip
    said, answer = read(PATCH, first, second).comments

    assert answer.answers == said.key
    assert (answer.text, answer.mail_lines, answer.new_line) == ("Will do.", said.mail_lines, 4)


def test_words_of_a_mail_that_is_not_here() -> None:
    """Of a mail that is only quoted the words are read, and its author named."""
    body = "On Tue, Bob Reviewer wrote:\n> > +\treturn 2;\n> \n> Use three.\n\nYes.\n"
    lost = reply(body, answers="lost@example.org").raw.replace(b"References: <", b"References: <p@example.org> <")
    said = {c.by: c for c in read(PATCH, decode(lost)).comments}

    assert said["Bob Reviewer"].text in ("Use three.", "Yes.")
    assert {c.text for c in read(PATCH, decode(lost)).comments} >= {"Use three."}


def test_machines_are_named_as_such() -> None:
    """A build robot's report stands under the line that it names."""
    body = "All warnings:\n\n>> lib/pear.c:4:2: warning: this is odd\n"
    robot = reply(body, author="kernel test robot <robot@example.org>")
    comment = next(c for c in read(PATCH, robot).comments if c.anchor is Anchor.CODE)

    assert (comment.by, comment.text, comment.new_line) == ("kernel test robot (bot)", "warning: this is odd", 4)


def test_every_revision_is_read() -> None:
    """Comments on an earlier revision and on other patches' covers belong to the series too."""
    newer = patch("q@example.org", "[PATCH v2] lib: pear: grow", answers="p@example.org", day=6)
    found = read(PATCH, newer, reply(f"{QUOTE}\nWhy?\n"), of="q@example.org")

    assert [(c.patch, c.text) for c in found.comments] == [("p@example.org", "Why?")]


def test_circle_two_roots_and_missing_parents() -> None:
    """Mails that answer each other, or nothing that is here, are read all the same."""
    one = reply(f"{QUOTE}\nOne.\n", "1@example.org", "2@example.org")
    two = reply("> One.\n\nTwo.\n", "2@example.org", "1@example.org")
    orphan = reply(f"{QUOTE}\nThree.\n", "3@example.org", "gone@example.org")

    assert {c.text for c in read(PATCH, one, two, orphan).comments} == {"One.", "Two.", "Three."}


def test_bounds() -> None:
    """Two thousand replies in a chain, with many comments each, take little time, and no more are kept than said."""
    ids = ["p@example.org", *(f"{n}@example.org" for n in range(2000))]
    body = "".join(f"> +\treturn 2;\n\nWhy {n}?\n\n" for n in range(5))
    start = time.monotonic()
    found = read(PATCH, *(reply(body, own, above) for above, own in pairwise(ids)))

    assert len(found.comments) == MOST_COMMENTS
    assert any("5000 comments" in problem for problem in found.problems)
    assert time.monotonic() - start < 60


def test_a_long_quote_and_ok() -> None:
    """Five hundred quoted lines and two letters are one comment under the last of them."""
    lines = "\n".join(f"+\tx({n});" for n in range(500))
    long = patch("p@example.org", "[PATCH] lib: pear: grow", change=f"2;\n{lines}")
    quote = "".join(f"> {line}\n" for line in long.body.split("\n")[:-12])
    (comment,) = read(long, reply(f"{quote}ok\n")).comments

    assert comment.text == "ok"
    assert comment.anchor is Anchor.CODE


LINES = st.sampled_from(
    [
        *(
            "> +\treturn 2;",
            "> -\treturn 1;",
            ">  {",
            "> > +\treturn 2;",
            "> Why?",
            "Why?",
            "",
            "[...]",
            "--",
            "-- ",
            ">",
        ),
        *("Bob wrote:", "> On Monday, Ann wrote:", "return 2;", "ok", ">> lib/pear.c:4: warning: x", "\tcode();", "|"),
        *("> [ ... ]", ">|> x"),
    ]
)


@given(st.lists(st.lists(LINES, max_size=14), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_lines(bodies: list[list[str]]) -> None:
    """Whatever is written, every comment's words stand in its mail, and its place in the patch mail."""
    ids = ["p@example.org", *(f"{n}@example.org" for n in range(len(bodies)))]
    mails = [reply("\n".join(b) + "\n", own, above) for b, (above, own) in zip(bodies, pairwise(ids), strict=True)]
    bodies_of = {m.msgid: m.body for m in mails}

    for comment in read(PATCH, *mails).comments:
        assert all(line in bodies_of[comment.msgid] for line in comment.text.split("\n"))
        assert 0 <= comment.mail_lines[0] <= comment.mail_lines[1] <= PATCH.body.count("\n") + 1
        assert (comment.anchor is Anchor.CODE) == bool(comment.code)


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text(body: str) -> None:
    """Nothing that a mail may hold makes reading it fail."""
    for comment in read(PATCH, reply(body)).comments:
        assert comment.text.strip()
