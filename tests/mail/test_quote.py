# SPDX-License-Identifier: GPL-2.0-or-later
"""Are a mail's own words told from quotes, attributions, greetings and signatures?"""

from __future__ import annotations

import pytest

from reviewbot.mail.quote import Words, words
from tests.mail.mails import mail


def test_words_stand_under_their_quotes() -> None:
    """Each run of own words comes with the quoted lines above it."""
    body = "On Monday, Ann wrote:\n> +a\n> +b\n\nWhy b?\nAnd a?\n\n> > old\n> +c\n[...]\n> +d\nNo.\n-- \nBob\n"

    assert words(mail(body)) == (
        Words("Why b?\nAnd a?", ("+a", "+b"), 5),
        Words("No.", ("+d",), 12),
    )


def test_top_posting_stands_under_nothing() -> None:
    """Words above the first quote are kept, and stand under no line."""
    assert words(mail("Looks good.\n\nAnn wrote:\n> +a\n")) == (Words("Looks good.", (), 1),)


@pytest.mark.parametrize(
    "body",
    [
        "> +a\n> --\n> Ann\n\nCheers, Bob\n",
        "> +a\nOn Tue, Bob wrote:\n> b\n",
        "> +a\nOn Tue, 5 May 2026 10:00:00 +0200\nBob Builder <bob@example.org> wrote:\n> b\n",
        "> +a\n\nBest regards,\n\nBob\n\n",
        "Hi Ann,\n\nOn Monday, Ann wrote:\n> +a\n",
        "> +a\n--\nBob\n",
        "-----Original Message-----\nFrom: Ann\n\n+a\n",
    ],
    ids=["quoted signature", "attribution", "attribution of two lines", "farewell", "greeting", "dashes", "original"],
)
def test_what_is_no_remark(body: str) -> None:
    """Farewells, greetings, attributions, signatures and an original below are no words of one's own."""
    assert words(mail(body)) == ()


def test_dashes_above_a_quote_are_no_signature() -> None:
    """ "--" alone ends a mail only where no quote follows; some machines write it below their summary."""
    assert [w.text for w in words(mail("Summary.\n--\n\n> +a\nWhy?\n"))] == ["Summary.\n--", "Why?"]


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, May 18, 2026 at 11:53:37AM +0200, Ann Author (Inc) wrote:",
        "On 5/17/26 10:45, Ann Author (Inc) wrote:",
        "On Mon, 18 May 2026 11:53:37 +0200\n> Ann Author (Inc) <ann@example.org> wrote:",
        "Ann Author (Inc) <ann@example.org> writes:",
    ],
)
def test_words_of_a_quoted_mail(attribution: str) -> None:
    """The words of a mail that is only quoted are read, with the name in its attribution."""
    body = f"On Tue, Bob wrote:\n> {attribution}\n> > > +a\n> > Why?\n> \n> > > +b\n> No.\nYes.\n"
    inner = [(w.text, w.author) for w in words(mail(body), inner=True)]

    assert {("Why?", "Ann Author (Inc)"), ("No.", "Bob"), ("Yes.", "")} <= set(inner)
    assert [w.text for w in words(mail(body))] == ["Yes."]
