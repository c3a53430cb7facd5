# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the user's settings read from git config, and only those?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reviewbot.edges.gitconfig import git_sender, git_settings
from reviewbot.errors import UsageError
from tests.edges.gittree import git, repository


def write_global(text: str) -> None:
    """The user's own ~/.gitconfig."""
    (Path(os.environ["HOME"]) / ".gitconfig").write_text(text)


def test_settings(tmp_path: Path) -> None:
    """Values come in git's order (global, then the repository's), keys in lower case, a bare key as "true"."""
    write_global("[ReviewBot]\n\tBase = v7.2\n\toffline\n[other]\n\tbase = no\n")
    tree = repository(tmp_path / "tree")
    git(tree, "config", "reviewbot.base", "two\nlines")

    assert git_settings(tree) == {"base": ("v7.2", "two\nlines"), "offline": ("true",)}


def test_no_settings(tmp_path: Path) -> None:
    """No key and no repository is no error."""
    assert git_settings(tmp_path) == {}
    assert git_sender(tmp_path) == ("", "")


def test_sender(tmp_path: Path) -> None:
    """Name and address are those that git itself would use."""
    write_global("[user]\n\tname = A. Author\n\temail = old@example.org\n\temail = author@example.org\n")

    assert git_sender(tmp_path) == ("A. Author", "author@example.org")


def test_git_variables_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A GIT_* variable left over in the environment sets nothing."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "reviewbot.base")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "evil")

    assert git_settings(tmp_path) == {}


def test_broken_configuration(tmp_path: Path) -> None:
    """A configuration that git cannot read is an error with git's words, not an empty one."""
    write_global("[reviewbot\n")

    with pytest.raises(UsageError, match=r"cannot be read in .*bad config"):
        git_settings(tmp_path)
