# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the lines of a landed patch stand where it says?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reviewbot.edges.landed import landed
from reviewbot.edges.snapshot import TreeSnapshot
from reviewbot.model import AppliedPatch
from tests.edges.gittree import D_TO_X, fill, git, one_applied, repository


@settings(max_examples=25, deadline=None)
@example(old=["", ""], new=["a", "", ""])
@given(
    old=st.lists(st.sampled_from(["", "a", "\tb", "}", "c d"]), max_size=12),
    new=st.lists(st.sampled_from(["", "a", "\tb", "}", "e"]), max_size=12),
)
def test_lines_are_true(old: list[str], new: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever the diff, each landed line stands in before and after at the number that it says."""
    before, after = ("".join(f"{line}\n" for line in text).encode() for text in (old, new))
    tree = repository(tmp_path_factory.mktemp("landed") / "tree", {"f": before, "g": b"x"})
    fill(tree, {"f": after})
    diff = git(tree, "diff", "--no-color") + "\n"
    if before == after:
        return
    git(tree, "checkout", "-q", "f")
    with one_applied(tree, diff) as done:
        assert done.after is not None, done.error
        assert done.after.read("f") == after
        check_numbers(done, "f")


def check_numbers(done: AppliedPatch, path: str) -> None:
    """Each line of the landed diff is the line of that number, and has a line in the mail."""
    assert done.after is not None
    old = (done.before.read(path) or b"").decode().split("\n")
    new = (done.after.read(path) or b"").decode().split("\n")
    mail = done.patch.message.body.split("\n")
    for hunk in done.files[0].hunks:
        for line in hunk.lines:
            assert line.old_line is None or old[line.old_line - 1] == line.text
            assert line.new_line is None or new[line.new_line - 1] == line.text
            assert mail[line.mail_line - 1] == line.kind + line.text


def test_when_hunks_do_not_fit(tmp_path: Path) -> None:
    """Where the mail's hunks do not lead from one file to the other, git's diff does."""
    with one_applied(repository(tmp_path / "tree"), D_TO_X) as done:
        assert isinstance(done.before, TreeSnapshot)
        assert isinstance(done.after, TreeSnapshot)
        odd = replace(done.files[0], hunks=(replace(done.files[0].hunks[0], lines=done.files[0].hunks[0].lines[2:4]),))
        (found,) = landed((odd,), done.before, done.after)

        assert [line.text for line in found.hunks[0].lines if line.kind == "+"] == ["int x;"]
