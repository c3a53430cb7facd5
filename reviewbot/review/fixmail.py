# SPDX-License-Identifier: GPL-2.0-or-later
"""How do the verified changes of a patch become a mail for `git am`, to be squashed by `git rebase --autosquash`?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from reviewbot.mail.clean import one_line
from reviewbot.mail.decode import sent_date
from reviewbot.mail.fields import address_field, encoded
from reviewbot.model import Address, FileChange, FixupPatch
from reviewbot.review.verified import Mended

# git format-patch's own constant date, with no commit behind it
_FROM_LINE = f"From {'0' * 40} Mon Sep 17 00:00:00 2001"
_NO_DATE = "Thu, 01 Jan 1970 00:00:00 +0000"
_SHORT = 12


def fixup_patches(mended: Iterable[Mended], order: tuple[str, ...], sender: Address) -> tuple[FixupPatch, ...]:
    """A mail for each patch that something mends; `order` lists the message ids of all patches."""
    return tuple(_fixup_patch(one, order.index(_msgid(one)) + 1, sender) for one in mended if one.mends)


def _msgid(mended: Mended) -> str:
    return mended.patch.patch.message.msgid


def _fixup_patch(mended: Mended, number: int, sender: Address) -> FixupPatch:
    message, subject = mended.patch.patch.message, one_line(mended.patch.patch.subject)
    sent = sent_date(message)
    head = [
        _FROM_LINE,
        f"From: {address_field(sender)}",
        # git's own form, and that of the patch, so that the same review is the same mail
        f"Date: {sent:%a, %d %b %Y %H:%M:%S %z}" if sent else f"Date: {_NO_DATE}",
        f"Subject: {encoded(f'[PATCH] fixup! {subject}', 9)}",
        f"In-Reply-To: <{message.msgid}>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    lines = [*head, "", *_words(mended), "---", *(_diff(change) for change in mended.changes), "-- ", "reviewbot", ""]
    return FixupPatch(message.msgid, number, subject, "\n".join(lines).encode())


def _words(mended: Mended) -> list[str]:
    """What the change is for.  Names out of the patch stand behind a blank, where they can begin no diff."""
    done = "Built before and after" if mended.compiled else "Not built"
    said = f"{done}; found and tried by reviewbot:"
    places = dict.fromkeys((one.finding.rule, one.finding.function or one.finding.path) for one in mended.mends)
    return [said, "", *(f"  {rule} in {one_line(place)}" for rule, place in places), ""]


def _diff(change: FileChange) -> str:
    ids = f"{_blob_id(change.before)}..{_blob_id(change.after)}"
    return f"diff --git a/{change.path} b/{change.path}\nindex {ids}\n{change.diff}".rstrip("\n")


def _blob_id(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()[:_SHORT]
