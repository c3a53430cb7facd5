# SPDX-License-Identifier: GPL-2.0-or-later
"""Do mails made to upset b4 cost anything, and does the kept copy serve where the archive does not?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reviewbot.edges.archive import Limits
from reviewbot.edges.archive_local import place
from reviewbot.errors import ArchiveError
from tests.edges.series import HOSTILE, V1, V2, V3, get
from tests.inbox import StandIn, make_mail


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails(tmp_path: Path, name: str) -> None:
    """A mail made to upset b4 costs neither a mail of the thread nor the other revisions, nor time."""
    thread = (*V2, *HOSTILE[name])
    started = time.monotonic()
    with StandIn((*V1, *thread, *V3)) as archive:
        fetched = get(archive, tmp_path, limits=Limits(seconds=5))

    assert fetched.problems == ()
    assert set(fetched.mails) == {*V1, *thread, *V3}
    assert time.monotonic() - started < 5


def test_hostile_search_results(tmp_path: Path) -> None:
    """Hostile mails among what a search finds do not keep the good ones away."""
    hostile = tuple(m for mails in HOSTILE.values() for m in mails)
    attached = tuple(m.replace(b"v2-0@x", b"v1-0@x").replace(b"v2-1@x", b"v1-0@x").replace(b"a@x>", b"a%d@x>" % i)
                     for i, m in enumerate(hostile))  # fmt: skip
    with StandIn((*V1, *attached, *V2, *V3)) as archive:
        fetched = get(archive, tmp_path, limits=Limits(seconds=5))

    assert fetched.problems == ()
    assert {*V1, *V2, *V3} <= set(fetched.mails)


def test_no_credible_date(tmp_path: Path) -> None:
    """Without any date there is no range to search, which is said."""
    mail = make_mail("a@x", "[PATCH] y", headers="Date: Mon, 02 Nov 99999 10:00:00 +0000\n")
    with StandIn((mail,)) as archive:
        fetched = get(archive, tmp_path, "a@x")

    assert fetched.mails == (mail,)
    assert fetched.problems == (
        "other revisions of the series could not be looked for: no patch of the thread has a credible date",
    )


# ---- the kept copy ----


def test_same_bytes(archive: StandIn, tmp_path: Path) -> None:
    """The same archive gives the same answer, fetched twice or kept."""
    first = get(archive, tmp_path / "one")

    assert get(archive, tmp_path / "two") == first
    assert get(archive, tmp_path / "one", offline=True) == first


def test_offline(archive: StandIn, tmp_path: Path) -> None:
    """Offline, what was kept is read and nobody is asked; what was not kept is one sentence."""
    get(archive, tmp_path)
    archive.asked.clear()

    assert get(archive, tmp_path, offline=True).mails == V2 + V3 + V1
    with pytest.raises(
        ArchiveError, match=f"the thread of v1-0@x from {archive.url} is not in the cache; run once without"
    ):
        get(archive, tmp_path, "v1-0@x", offline=True)
    assert archive.asked == []


@pytest.mark.parametrize("fault", ["hang", "error", "garbage", "truncated"])
def test_outage_with_a_copy(archive: StandIn, tmp_path: Path, fault: str) -> None:
    """When the archive is out of order the copy serves, and a problem says why and how old it is."""
    get(archive, tmp_path)
    archive.fault = fault
    fetched = get(archive, tmp_path)

    assert fetched.mails == V2 + V3 + V1
    assert len(fetched.problems) == 1
    assert fetched.problems[0].startswith("cannot fetch v2-1@x: ")
    assert fetched.problems[0].endswith("; this is a copy made less than a minute ago")


def test_removed_mail(archive: StandIn, tmp_path: Path) -> None:
    """An archive that says it has no such mail is believed, copy or not."""
    get(archive, tmp_path)
    archive.fault = "missing"
    with pytest.raises(ArchiveError, match="has no such mail"):
        get(archive, tmp_path)


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"not json\nmail", b'{"version": 1, "sizes": ["a"]}\nmail'])
def test_damaged_copy(archive: StandIn, tmp_path: Path, damage: bytes) -> None:
    """A damaged copy is named, not reviewed; with the archive there it is replaced."""
    get(archive, tmp_path)
    kept = place(tmp_path, archive.url, "v2-1@x")
    kept.write_bytes(damage)
    with pytest.raises(ArchiveError, match="of v2-1@x is damaged; remove the file"):
        get(archive, tmp_path, offline=True)

    assert get(archive, tmp_path).problems == ()
    assert get(archive, tmp_path, offline=True).mails == V2 + V3 + V1


def test_shortened_copy(archive: StandIn, tmp_path: Path) -> None:
    """A copy that lost its end is damaged, not a shorter thread."""
    get(archive, tmp_path)
    kept = place(tmp_path, archive.url, "v2-1@x")
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(ArchiveError, match="damaged"):
        get(archive, tmp_path, offline=True)


def test_cache_cannot_be_written(archive: StandIn, tmp_path: Path) -> None:
    """Without a place for the copy the thread is returned all the same."""
    (tmp_path / "file").write_text("")
    fetched = get(archive, tmp_path / "file")

    assert fetched.mails == V2 + V3 + V1
    assert fetched.problems[0].startswith(f"the thread could not be kept in {tmp_path / 'file'}: ")
