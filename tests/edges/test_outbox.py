# SPDX-License-Identifier: GPL-2.0-or-later
"""Are drafts written whole, replaced when nobody touched them, and never taken from somebody who did?"""

from __future__ import annotations

import errno
import mailbox
import os
from pathlib import Path

import pytest

from reviewbot.edges.outbox import MBOX, REGISTER, Written, change_draft, is_edited, read_draft, write_drafts
from reviewbot.errors import OutputError
from reviewbot.model import Draft

ORDER = ("1@x", "2@x")


def draft(number: int = 1, body: str = "Is it?\n", subject: str = "") -> Draft:
    """A reply to one of two patches."""
    subject = subject or f"Re: [PATCH {number}/2] mm: part {number}"
    return Draft(f"{number}@x", subject, f"From: me@example.org\nSubject: {subject}\n\n{body}".encode())


def write(folder: Path, *drafts: Draft, scope: str = "0@x") -> Written:
    """Write the drafts of one series."""
    return write_drafts(folder, drafts, ORDER, scope)


def names(folder: Path) -> list[str]:
    """What is in the folder."""
    return sorted(path.name for path in folder.iterdir())


def subjects(folder: Path) -> list[str]:
    """The subjects in the mbox, as Python reads it."""
    box = mailbox.mbox(folder / MBOX)
    try:
        return [str(mail["Subject"]) for mail in box]
    finally:
        box.close()


FIRST, SECOND = "0001-mm-part-1.eml", "0002-mm-part-2.eml"


def test_first_run(tmp_path: Path) -> None:
    """One .eml a patch, numbered as the series is, and one mbox of all that Python's mailbox reads."""
    written = write(tmp_path / "a" / "b", draft(2), draft(1))
    folder = tmp_path / "a" / "b"

    assert written == Written((folder / FIRST, folder / SECOND), (), {"1@x": folder / FIRST, "2@x": folder / SECOND})
    assert (folder / FIRST).read_bytes() == draft(1).mail
    assert subjects(folder) == [draft(1).subject, draft(2).subject]


def test_nothing_to_write(tmp_path: Path) -> None:
    """Without drafts not even the folder is made."""
    assert write(tmp_path / "out") == Written((), ())
    assert not (tmp_path / "out").exists()


def test_unedited_is_replaced(tmp_path: Path) -> None:
    """What an earlier run wrote is replaced by what this one says."""
    write(tmp_path, draft(1))
    assert write(tmp_path, draft(1, "Or not?\n")).kept == ()
    assert b"Or not?" in (tmp_path / FIRST).read_bytes()
    assert b"Or not?" in (tmp_path / MBOX).read_bytes()
    assert b"Is it?" not in (tmp_path / MBOX).read_bytes()


def test_edited_is_kept(tmp_path: Path) -> None:
    """An edited draft stays as it is, is said to, and is what the mbox holds."""
    write(tmp_path, draft(1), draft(2))
    (tmp_path / FIRST).write_bytes(b"Subject: mine\n\nMine.\n")
    written = write(tmp_path, draft(1, "new\n"), draft(2, "new\n"))

    assert written.kept == (tmp_path / FIRST,)
    assert written.paths == (tmp_path / FIRST, tmp_path / SECOND)
    assert (tmp_path / FIRST).read_bytes() == b"Subject: mine\n\nMine.\n"
    assert subjects(tmp_path) == ["mine", draft(2).subject]


def test_edited_mbox_is_kept(tmp_path: Path) -> None:
    """So does an edited mbox, while the files beside it are replaced."""
    write(tmp_path, draft(1))
    (tmp_path / MBOX).write_bytes(b"mine")
    written = write(tmp_path, draft(1, "new\n"))

    assert written.kept == (tmp_path / MBOX,)
    assert (tmp_path / MBOX).read_bytes() == b"mine"
    assert b"new" in (tmp_path / FIRST).read_bytes()


def test_a_stranger_is_kept(tmp_path: Path) -> None:
    """A file that reviewbot never wrote is not overwritten, whatever its name."""
    (tmp_path / FIRST).write_bytes(b"mine")
    assert write(tmp_path, draft(1)).kept == (tmp_path / FIRST,)
    assert (tmp_path / FIRST).read_bytes() == b"mine"


@pytest.mark.parametrize("link", [False, True])
def test_a_stranger_is_no_mail(tmp_path: Path, link: bool) -> None:
    """A file that reviewbot never wrote, or a link in a draft's place, is kept and its content not put in the mbox."""
    out = tmp_path / "out"
    write(out, draft(1), draft(2)) if link else out.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    if link:
        (out / FIRST).unlink()
        (out / FIRST).symlink_to(tmp_path / "secret")
    else:
        (out / FIRST).write_bytes(b"secret")
    written = write(out, draft(1, "new\n"), draft(2, "new\n"))

    assert written.kept == (out / FIRST,)
    assert (out / FIRST).read_bytes() == b"secret"
    assert (out / FIRST).is_symlink() == link
    assert subjects(out) == [draft(2).subject]
    assert b"secret" not in (out / MBOX).read_bytes()


def test_stale_is_removed(tmp_path: Path) -> None:
    """A draft that is no longer wanted goes, unless it was edited."""
    write(tmp_path, draft(1), draft(2))
    write(tmp_path, draft(2))
    assert names(tmp_path) == sorted([REGISTER, SECOND, MBOX])

    (tmp_path / SECOND).write_bytes(b"mine")
    written = write(tmp_path)
    assert written == Written((tmp_path / SECOND,), (tmp_path / SECOND,))
    assert (tmp_path / SECOND).read_bytes() == b"mine"


def test_other_series(tmp_path: Path) -> None:
    """Another series' drafts in the same folder are neither removed nor overwritten, also under an equal subject."""
    write(tmp_path, draft(1, "first series\n"), scope="a@x")
    written = write(tmp_path, draft(1, "second series\n"), scope="b@x")

    assert written.paths == (tmp_path / "0001-mm-part-1-2.eml",)
    assert b"first series" in (tmp_path / FIRST).read_bytes()
    assert len(subjects(tmp_path)) == 2
    assert write(tmp_path, draft(1, "second series\n"), scope="b@x") == written


def test_revision_in_the_name(tmp_path: Path) -> None:
    """The second revision's draft is named as git format-patch -v2 would."""
    written = write(tmp_path, draft(1, subject="Re: [PATCH v2 1/2] mm: part 1"))
    assert written.paths == (tmp_path / "v2-0001-mm-part-1.eml",)


def test_hostile_subject(tmp_path: Path) -> None:
    """No subject leads out of the folder."""
    written = write(tmp_path / "out", draft(1, subject="Re: [PATCH] ../../etc/\u202epasswd " + "x" * 300))
    assert names(tmp_path) == ["out"]
    assert written.paths[0].parent == tmp_path / "out"
    assert len(written.paths[0].name) < 100


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"0001-mm-part-1.eml": 3}', b"\xff\xfe"])
def test_damaged_register(tmp_path: Path, damage: bytes) -> None:
    """Without a register that can be read everything counts as edited: nothing is overwritten."""
    write(tmp_path, draft(1))
    (tmp_path / REGISTER).write_bytes(damage)
    written = write(tmp_path, draft(1, "new\n"))

    assert tmp_path / FIRST in written.kept
    assert (tmp_path / FIRST).read_bytes() == draft(1).mail


def test_register_that_leads_out(tmp_path: Path) -> None:
    """A register that names a file elsewhere cannot have it removed."""
    import hashlib
    import json

    (tmp_path / "victim").write_bytes(b"x")
    (tmp_path / "out").mkdir()
    entry = {"../victim": {"sha256": hashlib.sha256(b"x").hexdigest(), "series": "0@x"}}
    (tmp_path / "out" / REGISTER).write_text(json.dumps(entry))
    write(tmp_path / "out", draft(1))
    assert (tmp_path / "victim").read_bytes() == b"x"


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4])
def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    """When the disk fills up, each file is the old or the new one; and the next run takes none for edited."""
    write(tmp_path, draft(1), draft(2))
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    calls = 0
    real = os.replace

    def replace(self: Path, target: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", replace)
        with pytest.raises(OutputError, match="No space left on device"):
            write(tmp_path, draft(1, "new\n"), draft(2, "new\n"))
    assert names(tmp_path) == sorted(before)
    for number, name in enumerate((FIRST, SECOND), 1):
        assert (tmp_path / name).read_bytes() in (before[name], draft(number, "new\n").mail)

    assert write(tmp_path, draft(1, "new\n"), draft(2, "new\n")).kept == ()
    assert len(subjects(tmp_path)) == 2


def test_changed(tmp_path: Path) -> None:
    """A draft that is changed is in the mbox as it is then, and counts as edited; one that is removed is in neither."""
    write(tmp_path, draft(1), draft(2))
    change_draft(tmp_path / FIRST, b"Subject: mine\n\nMine.\n")
    assert subjects(tmp_path) == ["mine", draft(2).subject]
    assert (is_edited(tmp_path / FIRST), is_edited(tmp_path / SECOND)) == (True, False)

    change_draft(tmp_path / FIRST, None)
    assert subjects(tmp_path) == [draft(2).subject]
    assert write(tmp_path, draft(1, "new\n"), draft(2)).kept == ()


def test_changed_beside_an_edited_mbox(tmp_path: Path) -> None:
    """An edited mbox stays as it is when a draft is changed, and so does all where there is no register to tell."""
    write(tmp_path, draft(1))
    (tmp_path / MBOX).write_bytes(b"mine")
    change_draft(tmp_path / FIRST, b"Subject: mine\n\nMine.\n")
    assert (tmp_path / MBOX).read_bytes() == b"mine"

    (tmp_path / REGISTER).write_bytes(b"{")
    change_draft(tmp_path / FIRST, b"Subject: again\n\nMine.\n")
    assert (tmp_path / MBOX).read_bytes() == b"mine"
    assert (tmp_path / REGISTER).read_bytes() == b"{"
    assert read_draft(tmp_path / FIRST) == b"Subject: again\n\nMine.\n"


def test_mboxrd(tmp_path: Path) -> None:
    """A line that looks like a separator is escaped in the mbox, one that is escaped once more, and not in the .eml."""
    write(tmp_path, draft(1, "From here on\n>From there\nnot From\n"))
    assert b"\nFrom here on\n>From there\n" in (tmp_path / FIRST).read_bytes()
    assert b"\n>From here on\n>>From there\nnot From\n" in (tmp_path / MBOX).read_bytes()
    assert len(subjects(tmp_path)) == 1
