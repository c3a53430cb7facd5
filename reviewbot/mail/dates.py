# SPDX-License-Identifier: GPL-2.0-or-later
"""When was a mail written?  None where the text names no possible moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_ZONES = {
    "BST": "+0100", "CET": "+0100", "CEST": "+0200", "EET": "+0200", "EEST": "+0300", "IST": "+0530",
    "JST": "+0900", "KST": "+0900", "AEST": "+1000", "AEDT": "+1100", "AKST": "-0900", "AKDT": "-0800",
    "HST": "-1000", "WET": "+0000", "WEST": "+0100", "MSK": "+0300", "NZST": "+1200", "NZDT": "+1300",
    "PDT": "-0700", "PST": "-0800", "MDT": "-0600", "MST": "-0700", "CDT": "-0500", "CST": "-0600",
    "EDT": "-0400", "EST": "-0500",
}  # fmt: skip
_ZONE = re.compile(r"\b(" + "|".join(_ZONES) + r")\b")
_UNIX = re.compile(r"(\w{3} +\w{3} +\d{1,2} +[\d:]+) +([+-]\d{4}|\w{1,5}) +(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T]+(\d{1,2}):(\d\d)(?::(\d\d))?(?: *(?:UTC|Z))?")
_NAIVE = re.compile(r":\d\d$")
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def parse_date(text: str) -> tuple[datetime | None, str]:
    """A Date field, or an archive page's date line ("Tue May 19 06:42:11 PDT 2026"), as UTC; and a problem or ""."""
    moment, problem = parse_local_date(text)
    return moment and moment.astimezone(UTC), problem


def parse_local_date(text: str) -> tuple[datetime | None, str]:
    """The same in the zone that it names."""
    text = _ZONE.sub(lambda m: _ZONES[m.group()], " ".join(text[:200].split()))
    iso = _ISO.fullmatch(text)
    if iso:
        return _moment(tuple(int(n or 0) for n in iso.groups()), 0, named=True)
    unix = _UNIX.fullmatch(text)
    if unix:
        text = f"{unix.group(1)} {unix.group(3)} {unix.group(2)}"
    try:
        parsed = parsedate_tz(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        parsed = None
    if parsed is None:
        return None, "the mail's date cannot be read" if text else "the mail has no date"
    return _moment(parsed[:6], parsed[9] or 0, named=_NAIVE.search(text) is None)


def _moment(fields: tuple[int, ...], offset: int, *, named: bool) -> tuple[datetime | None, str]:
    year, month, day, hour, minute, second = fields
    try:
        zone = timezone(timedelta(seconds=offset))
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except (ValueError, OverflowError):
        return None, "the mail's date is impossible and was left out"
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None, "the mail's date is impossible and was left out"
    return moment, "" if named else "the mail's date names no time zone; UTC was assumed"
