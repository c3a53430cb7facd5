# SPDX-License-Identifier: GPL-2.0-or-later
"""Does fetch() get the same bytes and revisions from a real public-inbox as from the stand-in, and from real mail?"""

from __future__ import annotations

import lzma
import re
from collections.abc import Callable, Iterable, Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from reviewbot.edges.archive import fetch
from reviewbot.errors import ArchiveError
from reviewbot.mail.mbox import split
from tests.edges.series import ALIEN, HOSTILE, V1, V2, V3
from tests.inbox import PublicInbox, inbox_of, to_mboxrd

pytestmark = pytest.mark.inbox


def test_as_the_stand_in(public_inbox: Callable[[Iterable[bytes]], PublicInbox], tmp_path: Path) -> None:
    """The stand-in's three revisions come from the real server in the same order and bytes."""
    inbox = public_inbox([to_mboxrd((*V1, *ALIEN, *V3, *V2))])
    fetched = fetch("v2-1@x", archive=inbox.url, cache=tmp_path / "cache")

    assert fetched.mails == V2 + V3 + V1
    assert fetched.problems == ()
    with pytest.raises(ArchiveError, match="has no such mail"):
        fetch("unknown@x", archive=inbox.url, cache=tmp_path / "cache")


def test_without_all(public_inbox: Callable[[Iterable[bytes]], PublicInbox], tmp_path: Path) -> None:
    """An archive named without a path is asked below /all, one list by its own path."""
    inbox = public_inbox([to_mboxrd((*V1, *V2))])
    origin = inbox.url.removesuffix("/all")

    assert fetch("v2-1@x", archive=origin, cache=tmp_path / "cache").mails == V2 + V1
    assert fetch("v2-1@x", archive=f"{origin}/test/", cache=tmp_path / "cache").mails == V2 + V1


def test_hostile_mails(public_inbox: Callable[[Iterable[bytes]], PublicInbox], tmp_path: Path) -> None:
    """The hostile mails, one thread, pass through the real server without costing a mail or a revision."""
    hostile = tuple(m.replace(b"<a@x>", b"<a%d@x>" % i) for i, mails in enumerate(HOSTILE.values()) for m in mails)
    inbox = public_inbox([to_mboxrd((*V1, *V2, *hostile, *V3))])
    fetched = fetch("v2-1@x", archive=inbox.url, cache=tmp_path / "cache")

    assert fetched.problems == ()
    assert {*V1, *V2, *V3} <= set(fetched.mails)


@pytest.fixture(scope="module")
def real_mails(shared: Path) -> list[bytes]:
    """The mboxrd files of the shared folder."""
    return [
        (shared / "seed" / "thread.mbox").read_bytes(),
        lzma.decompress((shared / "bench" / "threads.mbox.xz").read_bytes()),
    ]


@pytest.fixture(scope="module")
def real_inbox(real_mails: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicInbox]:
    """A public-inbox of the shared folder's mail; importing it takes about 40 s."""
    with inbox_of(tmp_path_factory.mktemp("real") / "inbox", real_mails) as inbox:
        yield inbox


@pytest.mark.shared
def test_founding_case(real_inbox: PublicInbox, real_mails: list[bytes], tmp_path: Path) -> None:
    """The seed's thread comes whole and byte for byte."""
    fetched = fetch("seed-barry-rfc@reconstructed.invalid", archive=real_inbox.url, cache=tmp_path)

    assert sorted(fetched.mails) == sorted(split(real_mails[0]).messages)
    assert fetched.problems == ()


@pytest.mark.shared
def test_real_revisions(real_inbox: PublicInbox, real_mails: list[bytes], tmp_path: Path) -> None:
    """From v4 of a real series all the others that the archive holds are found, every body byte for byte."""
    fetched = fetch("20241227095727.2401257-1-a0282524688@gmail.com", archive=real_inbox.url, cache=tmp_path)
    subjects = [str(message_from_bytes(mail)["Subject"]) for mail in fetched.mails]
    covers = [m[1] for s in subjects if (m := re.match(r"\[PATCH (v\d) 0/7\] Add Nuvoton NCT6694 MFD drivers", s))]

    assert covers == ["v4", "v7", "v6", "v5", "v3", "v2"]
    source = {_head(mail, b"message-id"): mail for mail in split(real_mails[1]).messages}
    for mail in fetched.mails:
        assert mail.partition(b"\n\n")[2] == source[_head(mail, b"message-id")].partition(b"\n\n")[2]
        assert _head(mail, b"subject") == _head(source[_head(mail, b"message-id")], b"subject")


def _head(mail: bytes, name: bytes) -> bytes:
    """A header as it stands in the mail; public-inbox drops Delivered-To and its like, but changes no other."""
    match = re.search(rb"(?im)^" + name + rb":[^\n]*(?:\n[ \t][^\n]*)*", mail)
    assert match is not None
    return match[0]
