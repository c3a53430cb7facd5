# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the right mails found in files, folders and mailboxes, within bounds?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.edges import sources
from reviewbot.edges.sources import Where, find
from reviewbot.errors import MailError, UsageError
from reviewbot.mail.mbox import MailFile
from tests.inbox import make_mail, to_mboxrd


def where(folder: Path, *mboxes: Path, stdin: bytes = b"") -> Where:
    """No archive, no network."""
    return Where("http://127.0.0.1:9/all", folder / "cache", mboxes, offline=True, stdin=stdin)


def ids(found: sources.Found) -> set[str]:
    """The ids of the thread's mails."""
    return {mail.msgid for mail in found.thread.messages}


COVER = make_mail("v1-0@x", "[PATCH 0/1] mm: grow")
PATCH = make_mail("v1-1@x", "[PATCH 1/1] mm: grow it", to="v1-0@x")
ANSWER = make_mail("v1-a@x", "Re: [PATCH 1/1] mm: grow it", to="v1-1@x")
V2 = make_mail("v2-1@x", "[PATCH v2 1/1] mm: grow it")
OTHER = make_mail("other@x", "[PATCH] net: shrink")


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    """A mailbox with two threads of one series, and another."""
    (tmp_path / "a.mbox").write_bytes(to_mboxrd([OTHER, ANSWER, PATCH, COVER, V2]))
    return tmp_path / "a.mbox"


def test_small_mailbox(mbox: Path, tmp_path: Path) -> None:
    """A small mailbox is read whole: other revisions, and patches that do not hang from their cover, are in it."""
    found = find("v1-1@x", where(tmp_path, mbox))
    assert found.msgid == "v1-1@x"
    assert ids(found) == {"v1-0@x", "v1-1@x", "v1-a@x", "v2-1@x", "other@x"}


def test_large_mailbox(mbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a large one come the mails that hang together with the one named."""
    monkeypatch.setattr(sources, "MAX_WHOLE", 4)
    assert ids(find("v1-a@x", where(tmp_path, mbox))) == {"v1-0@x", "v1-1@x", "v1-a@x"}


def test_last_mail_of_a_long_thread(tmp_path: Path) -> None:
    """The mail that was asked for is found, though its thread is cut."""
    mails = [make_mail(f"r{n}@x", "Re: pear", to=f"r{n - 1}@x" if n else "v1-1@x") for n in range(5100)]
    (tmp_path / "a.mbox").write_bytes(to_mboxrd([PATCH, *mails]))
    found = find("r5099@x", where(tmp_path, tmp_path / "a.mbox"))
    assert len(ids(found)) == 5000
    assert {"r5099@x", "r5098@x", "v1-1@x"} <= ids(found)


def test_only_mail_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why the only mail was left out is what the error says, in a file and in a mailbox."""
    small = MailFile((), ("v1-1@x has 9 bytes, more than 8, and was skipped",))
    monkeypatch.setattr(sources, "split", lambda _data: small)
    path = _written(tmp_path / "a", PATCH)
    for what, mboxes in ((str(path), ()), ("v1-1@x", (path,))):
        with pytest.raises(MailError, match="v1-1@x has 9 bytes, more than 8"):
            find(what, where(tmp_path, *mboxes))


@pytest.mark.parametrize(("what", "wanted"), [("-", True), (".", True), ("v1-1@x", False)])
def test_local(what: str, wanted: bool) -> None:
    """Standard input and paths are local, an id only with mailboxes."""
    assert sources.is_local(what, ()) is wanted
    assert sources.is_local(what, (Path("a"),))


def test_several_mailboxes(tmp_path: Path) -> None:
    """A thread may be spread over mailboxes, and a mail be in two of them."""
    (tmp_path / "a").write_bytes(to_mboxrd([COVER, PATCH]))
    (tmp_path / "b").write_bytes(to_mboxrd([PATCH, ANSWER]))
    found = find("v1-a@x", where(tmp_path, tmp_path / "a", tmp_path / "b"))
    assert ids(found) == {"v1-0@x", "v1-1@x", "v1-a@x"}
    assert len(found.thread.messages) == 3


@pytest.mark.parametrize(
    ("mails", "wanted"),
    [
        ([ANSWER, COVER, PATCH], "v1-0@x"),
        ([ANSWER, PATCH], "v1-1@x"),
        ([make_mail("q@x", "How?"), ANSWER], "q@x"),
    ],
)
def test_what_a_file_is_about(tmp_path: Path, mails: list[bytes], wanted: str) -> None:
    """A file is about its first cover letter or patch, else about its first mail; so is standard input."""
    (tmp_path / "a").write_bytes(to_mboxrd(mails))
    assert find(str(tmp_path / "a"), where(tmp_path)).msgid == wanted
    assert find("-", where(tmp_path, stdin=to_mboxrd(mails))).msgid == wanted


@pytest.mark.parametrize("what", ["x" * 300 + "@y", "a\0b@c", "x" * 5000])
def test_no_path(tmp_path: Path, what: str) -> None:
    """What cannot even be a path is an id, and judged as one."""
    with pytest.raises(UsageError, match="is no message id"):
        find(what, where(tmp_path))


def test_maildir_order(tmp_path: Path) -> None:
    """A maildir's mails are read in the order of their names, the same each time."""
    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    _written(tmp_path / "box" / "cur" / "2", PATCH)
    _written(tmp_path / "box" / "cur" / "1", OTHER)
    _written(tmp_path / "box" / "tmp" / "0", COVER)
    found = find(str(tmp_path / "box"), where(tmp_path))
    assert found.msgid == "other@x"
    assert ids(found) == {"other@x", "v1-1@x"}


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with too many mails is read up to the bound, and that is said."""
    monkeypatch.setattr(sources, "MAX_FILES", 2)
    for number in range(4):
        _written(tmp_path / "box" / f"{number}.eml", make_mail(f"{number}@x", "[PATCH] x"))
    found = find(str(tmp_path / "box"), where(tmp_path))
    assert ids(found) == {"0@x", "1@x"}
    assert found.problems == (f"{tmp_path / 'box'} is too large: only 2 of its 4 files were read",)


def test_too_many_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So is a folder with too many bytes; a single file of that size is refused."""
    monkeypatch.setattr(sources, "MAX_BYTES", len(COVER) + 10)
    _written(tmp_path / "box" / "0.eml", COVER)
    _written(tmp_path / "box" / "1.eml", PATCH)
    found = find(str(tmp_path / "box"), where(tmp_path))
    assert ids(found) == {"v1-0@x"}
    assert len(found.problems) == 1
    with pytest.raises(MailError, match="is larger than"):
        find(str(_written(tmp_path / "large", COVER * 2)), where(tmp_path))


def _written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path
