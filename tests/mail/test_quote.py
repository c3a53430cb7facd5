# SPDX-License-Identifier: GPL-2.0-or-later
"""Are a reviewer's inline comments told from quotes, attributions and signatures?"""

from __future__ import annotations

from reviewbot.mail.quote import Comment, comments
from tests.mail.mails import mail


def test_comments_stand_under_their_quotes() -> None:
    """Each run of own words comes with the quoted lines above it."""
    body = "On Monday, Ann wrote:\n> +a\n> +b\n\nWhy b?\nAnd a?\n\n> > old\n> +c\n[...]\n> +d\nNo.\n-- \nBob\n"

    assert comments(mail(body)) == (
        Comment("Why b?\nAnd a?", ("+a", "+b"), 5),
        Comment("No.", ("+d",), 12),
    )


def test_top_posting_and_farewells_are_no_comments() -> None:
    """Words above the first quote, or below a quoted signature, comment on no line."""
    assert comments(mail("Looks good.\n\nAnn wrote:\n> +a\n")) == ()
    assert comments(mail("> +a\n> --\n> Ann\n\nCheers, Bob\n")) == ()


def test_a_second_attribution_is_no_comment() -> None:
    """ "NAME wrote:" between two quotes is not the reviewer's remark."""
    assert comments(mail("> +a\nOn Tue, Bob wrote:\n> b\n")) == ()
