# SPDX-License-Identifier: GPL-2.0-or-later
"""In which line of the mail does a remark on a commit message stand?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reviewbot.mail.decode import decode
from reviewbot.model import AppliedPatch, Patch
from reviewbot.review.messages import in_message
from reviewbot.rule import Category, Confidence, Example, MessageText, Place, Rule, SeekMessage
from tests.rules.harness import MadeUpTree


def _find(message: MessageText) -> Iterator[Place]:
    at = message.text.find("here")
    if at >= 0:
        yield Place(at, at + 4)
    assert message.subject == "pear: mend"
    assert (message.subject_of("1234567"), message.subject_of("7654321")) == ("pear: pick", None)


_RULE = Rule(
    id="say-here",
    title="t",
    why="w",
    known_problems="k",
    category=Category.STYLE,
    confidence=Confidence.LOW,
    patterns=(SeekMessage(_find),),
    message="m",
    references=("r",),
    examples=(Example("e", "e"),),
)


def _lines(body: str, *, in_reply: bool = False) -> list[tuple[str, int]]:
    raw = b"From: Ann <ann@example.org>\nSubject: [PATCH] pear: mend\nMessage-ID: <a@example.org>\n\n" + body.encode()
    patch = Patch(decode(raw), 1, "pear: mend", (), "", in_reply=in_reply)
    nothing = MadeUpTree({})
    applied = AppliedPatch(patch, nothing, nothing, ())
    return [(r.code, line) for r, line in in_message(applied, (_RULE,), {"1234567": "pear: pick"}.get, [])]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("here\n---\n", 1),
        ("One.\n\nTwo here.\n---\nhere\n", 3),
        ("From: Bob <bob@example.org>\n\nOne here.\n---\n", 3),
    ],
)
def test_line_of_the_mail(body: str, line: int) -> None:
    """The line is that of the mail's body, in-body headers counted."""
    assert _lines(body) == [("here", line)]


def test_what_is_no_message() -> None:
    """Notes below the message are none of it, and a diff in a reply has no message."""
    assert _lines("One.\n---\nhere\n") == []
    assert _lines("here\n---\n", in_reply=True) == []
