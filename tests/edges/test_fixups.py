# SPDX-License-Identifier: GPL-2.0-or-later
"""Do fix-up patches get safe names, and does what is not ours stay as it is?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.edges.fixups import write_fixups
from reviewbot.errors import OutputError
from reviewbot.model import FixupPatch


def _fixup(number: int = 1, subject: str = "pear: grow", words: str = "one", msgid: str = "1@x") -> FixupPatch:
    head = f"From: A <a@example.org>\nSubject: [PATCH] fixup! {subject}\nIn-Reply-To: <{msgid}>\n"
    return FixupPatch(msgid, number, subject, f"{head}\n{words}\n\n---\n".encode("utf-8", "replace"))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("pear: Grow", "0012-fixup-pear-grow.patch"),
        ("../../etc/passwd\0 `id` $(id)", "0012-fixup-etc-passwd-id-id.patch"),
        ("梨", "0012-fixup-patch.patch"),
        ("x" * 500, f"0012-fixup-{'x' * 60}.patch"),
    ],
)
def test_names(tmp_path: Path, subject: str, name: str) -> None:
    """Names hold small letters, digits and dashes, whatever the subject does."""
    (path,) = write_fixups(tmp_path / "new", (_fixup(12, subject),), ("1@x",))

    assert path == tmp_path / "new" / name
    assert _names(tmp_path / "new") == [name]


def test_written_again(tmp_path: Path) -> None:
    """The same fix-up is the same file, another one of ours takes its place."""
    (path,) = write_fixups(tmp_path, (_fixup(),), ("1@x",))
    first = path.read_bytes()
    assert write_fixups(tmp_path, (_fixup(),), ("1@x",)) == (path,)
    assert path.read_bytes() == first
    write_fixups(tmp_path, (_fixup(words="two"),), ("1@x",))

    assert b"\n\ntwo\n" in path.read_bytes()
    assert _names(tmp_path) == [path.name]


@pytest.mark.parametrize("kind", ["foreign", "edited", "link", "folder"])
def test_what_is_not_ours(tmp_path: Path, kind: str) -> None:
    """A file that somebody else wrote or edited, and what is no file, is named, and nothing at all is written."""
    path = tmp_path / "0002-fixup-pear-grow.patch"
    if kind == "edited":
        write_fixups(tmp_path, (_fixup(2),), ("1@x",))
        path.write_bytes(path.read_bytes().replace(b"one", b"mine"))
    elif kind == "link":
        write_fixups(tmp_path, (_fixup(2),), ("1@x",))
        path.symlink_to(path.rename(tmp_path / "target"))
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"mine\n")
    before = {name: (tmp_path / name).is_file() and (tmp_path / name).read_bytes() for name in _names(tmp_path)}

    with pytest.raises(OutputError, match=r"0002-fixup-pear-grow\.patch was not written by reviewbot, or was edited"):
        write_fixups(tmp_path, (_fixup(1), _fixup(2, words="two")), ("1@x",))
    assert {name: (tmp_path / name).is_file() and (tmp_path / name).read_bytes() for name in _names(tmp_path)} == before


def test_what_is_not_wanted_any_more(tmp_path: Path) -> None:
    """A fix-up of an earlier run for the same mails goes; that of another series stays, and what was edited."""
    old, edited, other = (_fixup(n, f"no {n}", msgid=f"{n}@x") for n in (1, 2, 3))
    write_fixups(tmp_path, (old, edited, other), ())
    path = tmp_path / "0002-fixup-no-2.patch"
    path.write_bytes(path.read_bytes() + b"mine\n")
    assert write_fixups(tmp_path, (), ("1@x", "2@x")) == ()

    assert _names(tmp_path) == ["0002-fixup-no-2.patch", "0003-fixup-no-3.patch"]


def test_nothing_to_write(tmp_path: Path) -> None:
    """Without a fix-up no folder is made."""
    assert write_fixups(tmp_path / "new", (), ("1@x",)) == ()
    assert _names(tmp_path) == []


def test_a_file_in_the_way(tmp_path: Path) -> None:
    """A folder that cannot be made is one sentence that names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"the fix-ups cannot be written to .*file: "):
        write_fixups(tmp_path / "file", (_fixup(),), ("1@x",))
