# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the reviewbot.* keys of git config count, below the options and above the defaults?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reviewbot.cli.settings import KNOWN
from tests.cli.tool import git, git_tree, patch_mail, reviewbot
from tests.conftest import ROOT
from tests.inbox import StandIn


def configure(**keys: str | Path) -> None:
    """Set keys in the user's own git configuration."""
    for key, value in keys.items():
        git(ROOT, "config", "--global", "--add", f"reviewbot.{key}", str(value))


def test_tree_and_out(tree: Path, mail: Path, tmp_path: Path) -> None:
    """reviewbot.tree and reviewbot.out stand in for the options; the options win."""
    configure(tree=tree, out=tmp_path / "drafts")
    done = reviewbot("check", mail, cwd=tmp_path)
    assert done.status == 1
    assert (tmp_path / "drafts" / "drafts.mbox").is_file()

    other = reviewbot("check", mail, "--tree", tmp_path / "nowhere", "--out", tmp_path / "other", cwd=tmp_path)
    assert other.status == 2
    assert "nowhere" in other.err


def test_archive(tree: Path, tmp_path: Path) -> None:
    """reviewbot.archive is asked for ids."""
    with StandIn((patch_mail(),)) as archive:
        configure(archive=archive.url)
        done = reviewbot("check", "pear@example.org", "--tree", tree, cwd=tmp_path)
    assert done.status == 1
    assert archive.asked


def test_base(tmp_path: Path, mail: Path) -> None:
    """reviewbot.base names revisions to try; that which takes the patch is used."""
    tree = git_tree(tmp_path / "repo")
    git(tree, "tag", "old")
    (tree / "drivers" / "pear.c").write_text("int other;\n")
    git(tree, "commit", "-q", "-a", "-m", "other")
    assert reviewbot("check", mail, "--tree", tree, "--format", "json").json()["series"]["applied"] is False

    configure(base="old")
    series = reviewbot("check", mail, "--tree", tree, "--format", "json").json()["series"]
    assert series["applied"] is True
    assert series["base"]["name"] == "old"


def test_rule(tree: Path, mail: Path) -> None:
    """reviewbot.rule chooses rules as --rule does."""
    configure(rule="kcalloc")
    assert reviewbot("check", mail, "--tree", tree).status == 0
    assert reviewbot("check", mail, "--tree", tree, "--rule", "dev-err-probe").status == 1


def test_sender(tree: Path, mail: Path, tmp_path: Path) -> None:
    """Drafts come from git's user.name and user.email."""
    git(ROOT, "config", "--global", "user.name", "Rita Reader")
    git(ROOT, "config", "--global", "user.email", "rita@example.org")
    reviewbot("check", mail, "--tree", tree, "--out", tmp_path / "out")
    draft = (tmp_path / "out" / "0001-pear-say-what-failed.eml").read_text()
    assert draft.startswith("From: Rita Reader <rita@example.org>\n")


def test_unknown_key(tree: Path, mail: Path) -> None:
    """A key that does not exist is an error that names it and lists the others."""
    configure(tere=tree)
    done = reviewbot("check", mail, "--tree", tree)
    assert (done.status, done.out) == (2, "")
    assert "reviewbot.tere" in done.err
    assert "reviewbot.tree" in done.err


def test_broken_configuration(tree: Path, mail: Path, tmp_path: Path) -> None:
    """A configuration file that git cannot read is one sentence."""
    (tmp_path / ".gitconfig").write_text("[reviewbot\n")
    done = reviewbot("check", mail, "--tree", tree, env={"HOME": str(tmp_path)})
    assert (done.status, done.out) == (2, "")
    assert "git config cannot be read" in done.err
    assert "Traceback" not in done.err


def test_default_tree(tmp_path: Path, mail: Path) -> None:
    """Without --tree the repository counts that one stands in, from a folder inside of it too."""
    tree = git_tree(tmp_path / "repo")
    done = reviewbot("check", mail, "--format", "json", cwd=tree / "drivers")
    assert done.status == 1
    assert done.json()["series"]["base"]["commit"] == git(tree, "rev-parse", "HEAD")


@pytest.mark.parametrize("key", sorted(KNOWN))
def test_documented(key: str) -> None:
    """Every key has a section with an example in docs/configuration.md."""
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert re.search(rf"(?m)^## reviewbot\.{key}$", text)
    assert f"reviewbot.{key} " in text
