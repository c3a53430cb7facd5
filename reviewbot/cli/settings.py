# SPDX-License-Identifier: GPL-2.0-or-later
"""What did the user set?  The reviewbot.* keys of git config, below the options of the command line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from reviewbot.edges.gitconfig import NOBODY, git_sender, git_settings
from reviewbot.errors import UsageError
from reviewbot.match.budget import SECONDS
from reviewbot.model import Address

LORE = "https://lore.kernel.org/all"
KNOWN = frozenset({"archive", "tree", "base", "rule", "rules", "out", "cache", "state", "budget"})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of git config; docs/configuration.md explains each."""

    archive: str
    tree: Path | None
    refs: tuple[str, ...]
    rule_names: tuple[str, ...]
    user_rules: Path | None
    out: Path | None
    cache: Path
    state: Path
    sender: Address
    budget: float


def read_settings(folder: Path) -> Settings:
    """The settings as they hold in `folder`.  Raises UsageError for a key that does not exist."""
    keys = git_settings(folder)
    unknown = sorted(set(keys) - KNOWN)
    if unknown:
        raise UsageError(
            f"git config has reviewbot.{unknown[0]}, which is no setting",
            f"known are {', '.join(f'reviewbot.{key}' for key in sorted(KNOWN))}",
        )
    cache = _path(keys, "cache") or platformdirs.user_cache_path("reviewbot")
    name, email = git_sender(folder)
    return Settings(
        archive=_last(keys, "archive") or LORE,
        tree=_path(keys, "tree"),
        refs=keys.get("base", ()),
        rule_names=keys.get("rule", ()),
        user_rules=_path(keys, "rules"),
        out=_path(keys, "out"),
        cache=cache,
        state=_path(keys, "state") or platformdirs.user_state_path("reviewbot"),
        sender=Address(name, email or NOBODY.email),
        budget=_seconds(keys, "budget", SECONDS),
    )


def _seconds(keys: Mapping[str, tuple[str, ...]], name: str, otherwise: float) -> float:
    value = _last(keys, name)
    try:
        seconds = float(value) if value is not None else otherwise
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise UsageError(f"git config has reviewbot.{name} {value!r}, which is no time", "write seconds, as in 2.5")
    return seconds


def _last(keys: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    values = keys.get(name, ())
    return values[-1] if values else None


def _path(keys: Mapping[str, tuple[str, ...]], name: str) -> Path | None:
    value = _last(keys, name)
    return Path(value).expanduser() if value else None
