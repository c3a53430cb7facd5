# SPDX-License-Identifier: GPL-2.0-or-later
"""Which mails do the archive's tests fetch?  A series of three revisions, an alien patch, and hostile mails."""

from __future__ import annotations

from pathlib import Path

from reviewbot.edges.archive import Fetched, Limits, fetch
from tests.inbox import StandIn, make_mail

QUICK = Limits(seconds=1.5)


def day(number: int) -> str:
    """A Date header for a day of November 2026."""
    return f"Date: {number:02} Nov 2026 10:00:00 +0000\n"


V1 = (
    make_mail("v1-0@x", "[PATCH 0/1] mm: a fix", headers=day(1)),
    make_mail("v1-1@x", "[PATCH 1/1] mm: the fix itself", to="v1-0@x", headers=day(1)),
    make_mail("v1-r@x", "Re: [PATCH 1/1] mm: the fix itself", to="v1-1@x", headers=day(2)),
)
V2 = (
    make_mail("v2-0@x", "[PATCH v2 0/1] mm: a fix", headers=day(4)),
    make_mail("v2-1@x", "[PATCH v2 1/1] mm: the fix itself", to="v2-0@x", headers=day(4)),
    make_mail(
        "v2-r@x", "Re: [PATCH v2 1/1] mm: the fix itself", to="v2-1@x", body=">From me\nFrom you\n", headers=day(5)
    ),
)
V3 = (
    make_mail("v3-0@x", "[PATCH v3 0/1] mm: a fix", headers=day(3)),  # sent before the late v2
    make_mail("v3-1@x", "[PATCH v3 1/1] mm: the fix itself", to="v3-0@x", headers=day(3)),
)
ALIEN = (make_mail("alien@x", "[PATCH v9] mm: something else"),)

HOSTILE = {
    "reply cycle": (
        make_mail("a@x", "Re: [PATCH v2 1/1] mm: the fix itself", to="b@x", body="Acked-by: A <a@example.org>\n",
                  headers="References: <v2-1@x>\n"),
        make_mail("b@x", "Re: [PATCH v2 1/1] mm: the fix itself", to="a@x", body="Acked-by: B <b@example.org>\n"),
    ),
    "year 99999": (make_mail("a@x", "[PATCH v2] y", to="v2-0@x", headers="Date: Mon, 02 Nov 99999 10:00:00 +0000\n"),),
    "hour 25": (make_mail("a@x", "[PATCH v2] y", to="v2-0@x", headers="Date: Mon, 02 Nov 2026 25:00:00 +0000\n"),),
    "no id": (make_mail("a@x", "[PATCH v2] y", to="v2-0@x", headers="Message-ID:\n"),),
    "bidi": (make_mail("a@x", "[PATCH v2 0/1] mm: \u202ea fix\u202c", to="v2-0@x"),),
    "NUL charset": (
        make_mail("a@x", "[PATCH v2] y", to="v2-0@x", headers='Content-Type: text/plain; charset="a\0b"\n'),
    ),
    "brackets": (make_mail("a@x", "[PATCH " + "[" * 20_000, to="v2-0@x"),),
    "nesting": (
        make_mail("a@x", "[PATCH v2] y", to="v2-0@x", headers="Content-Type: multipart/mixed; boundary=b\n",
                  body="--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 2000),
    ),
    "encoded words": (make_mail("a@x", "[PATCH] =?utf-8?b?!!!?= =?x\0?q?=00?=", to="v2-0@x"),),
}  # fmt: skip


def get(
    archive: StandIn, cache: Path, what: str = "v2-1@x", *, offline: bool = False, limits: Limits = QUICK
) -> Fetched:
    """Fetch from the stand-in."""
    return fetch(what, archive=archive.url, cache=cache, offline=offline, limits=limits)
