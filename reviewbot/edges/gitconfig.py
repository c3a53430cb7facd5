# SPDX-License-Identifier: GPL-2.0-or-later
"""What has the user set in git config?  The reviewbot.* keys, the name and address of replies, and the editor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reviewbot.edges.process import run, user_env
from reviewbot.errors import UsageError
from reviewbot.model import Address

NOBODY = Address("", "reviewer@localhost")
"""Who replies where git does not know the user."""
_SECONDS = 10.0
_NOTHING_FOUND = 1


def git_settings(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The values of reviewbot.* as they hold in `folder`, keys in lower case without the prefix, in git's order.

    The user's own and the system's configuration count here; GIT_* variables do not.  A key without a value is "true".
    UsageError when git cannot read its configuration.
    """
    return _read(folder, "reviewbot.")


def git_sender(folder: Path) -> tuple[str, str]:
    """user.name and user.email as they hold in `folder`, "" where one is not set."""
    values = _read(folder, "user.")
    return values.get("name", ("",))[-1], values.get("email", ("",))[-1]


def git_editor(folder: Path) -> str:
    """core.editor as it holds in `folder`, "" where it is not set."""
    return _read(folder, "core.").get("editor", ("",))[-1]


def _read(folder: Path, prefix: str) -> dict[str, tuple[str, ...]]:
    argv = ("git", "config", "-z", "--get-regexp", "^" + prefix.replace(".", r"\."))
    done = run(argv, cwd=folder, env=user_env(), timeout=_SECONDS, max_output=1 << 20)
    if done.returncode not in (0, _NOTHING_FOUND):
        words = done.stderr.decode("utf-8", "replace").strip().split("\n")[0][:300]
        raise UsageError(f"git config cannot be read in {folder}: {words}", "mend it with git config --edit")
    found: dict[str, tuple[str, ...]] = {}
    for entry in done.stdout.decode("utf-8", "replace").split("\0")[:-1]:
        key, newline, value = entry.partition("\n")
        name = key.lower().removeprefix(prefix)
        found[name] = (*found.get(name, ()), value if newline else "true")
    return found
