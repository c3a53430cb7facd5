# SPDX-License-Identifier: GPL-2.0-or-later
"""Small made-up mails for the tests of this package."""

from __future__ import annotations

from reviewbot.mail.decode import decode
from reviewbot.model import Message

DIFF = (
    "diff --git a/lib/pear.c b/lib/pear.c\n"
    "--- a/lib/pear.c\n"
    "+++ b/lib/pear.c\n"
    "@@ -3,3 +3,3 @@ int pear(void)\n"
    " {\n"
    "-\treturn 1;\n"
    "+\treturn 2;\n"
    " }\n"
)


def raw_mail(body: str | bytes, **fields: str) -> bytes:
    """A mail with sensible header fields; an underscore in a keyword stands for "-", and "" leaves a field out."""
    head = {
        "From": "Ann Author <ann@example.org>",
        "Subject": "[PATCH] lib: pear: grow",
        "Date": "Mon, 4 May 2026 10:00:00 +0200",
        "Message-ID": "<one@example.org>",
    }
    head.update({key.replace("_", "-"): value for key, value in fields.items()})
    text = "".join(f"{key}: {value}\n" for key, value in head.items() if value)
    return text.encode() + b"\n" + (body if isinstance(body, bytes) else body.encode())


def mail(body: str | bytes, **fields: str) -> Message:
    """The same, decoded."""
    return decode(raw_mail(body, **fields))


def patch(
    msgid: str, subject: str, *, answers: str = "", body: str = "Why.\n", author: str = "Ann Author <ann@example.org>",
    day: int = 4, change: str = "2",
) -> Message:  # fmt: skip
    """A patch mail that changes `return 1` to `return CHANGE`."""
    text = (
        body
        + "\nSigned-off-by: Ann Author <ann@example.org>\n---\n notes\n\n"
        + DIFF.replace("return 2", f"return {change}")
    )
    reply = {"In_Reply_To": f"<{answers}>", "References": f"<{answers}>"} if answers else {}
    return mail(
        text + "-- \n2.47.0\n", Message_ID=f"<{msgid}>", Subject=subject, From=author,
        Date=f"Mon, {day} May 2026 10:00:00 +0000", **reply,
    )  # fmt: skip


def words(
    msgid: str,
    subject: str,
    body: str = "Words.\n",
    *,
    answers: str = "",
    day: int = 4,
    author: str = "Ann <ann@example.org>",
) -> Message:
    """A mail of words alone: a cover letter or a reply."""
    reply = {"In_Reply_To": f"<{answers}>", "References": f"<{answers}>"} if answers else {}
    date = f"Mon, {day} May 2026 10:00:00 +0000"
    return mail(body, Message_ID=f"<{msgid}>", Subject=subject, Date=date, From=author, **reply)
