# SPDX-License-Identifier: GPL-2.0-or-later
"""How do the tests get the draft to a mail with a small diff?"""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from reviewbot.model import Address, Finding, Message
from reviewbot.review.draft import DraftStyle, draft
from tests.review.made import message, patch
from tests.rules.harness import MadeUpTree

ME = Address("Rita Reader", "rita@example.org")
BODY = (
    """\
Make it grow.

Signed-off-by: Ann Author <ann@example.org>
---
 a.c | 2 ++
 1 file changed, 2 insertions(+)

diff --git a/a.c b/a.c
index 1111111..2222222 100644
--- a/a.c
+++ b/a.c
@@ -10,9 +10,11 @@ int pear(void)
 \tone();
 \ttwo();
 \tthree();
 \tfour();
 \tfive();
 \tsix();
+\tbad(1);
 \tseven();
+\tbad(2);
 \teight();
 \tnine();
@@ -40,3 +42,4 @@ int plum(void)
 \tten();
+\tbad(a_line_that_is_longer_than_seventy_two_columns, and_is_never_wrapped_at_all, three);
 \televen();
diff --git a/b.c b/b.c
--- a/b.c
+++ b/b.c
@@ -1,2 +1,3 @@
 int x;
+bad(4);
 int y;
"""
    "-- \n2.47.0\n"
)


def line_of(text: str, body: str = BODY) -> int:
    """The 1-based line of the body that holds a text."""
    return next(number for number, line in enumerate(body.split("\n"), 1) if text in line)


def reply(*findings: Finding, mail: Message | None = None, style: frozenset[str] = frozenset()) -> EmailMessage:
    """The draft as Python's parser reads it."""
    made = draft_of(*findings, mail=mail, style=style)
    assert made is not None
    read = message_from_bytes(made, policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert read.defects == []
    return read


def draft_of(*findings: Finding, mail: Message | None = None, style: frozenset[str] = frozenset()) -> bytes | None:
    """The bytes of a draft to a mail, None if there is none."""
    applied = patch(BODY, MadeUpTree({}), MadeUpTree({}))
    mail = mail or message(BODY)
    made = type(applied.patch)(mail, 1, "one", applied.files, BODY)
    answer = draft(type(applied)(made, applied.before, applied.after, applied.files), findings, DraftStyle(ME, style))
    return answer.mail if answer else None


def text(*findings: Finding, mail: Message | None = None, style: frozenset[str] = frozenset()) -> str:
    """The draft's body."""
    content = reply(*findings, mail=mail, style=style).get_content()
    assert isinstance(content, str)
    return content
