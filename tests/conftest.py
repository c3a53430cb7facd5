# SPDX-License-Identifier: GPL-2.0-or-later
"""What all tests stand on: no network but loopback, a home of their own, and the places of real data."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_REAL_HOME = Path.home()
_LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """HOME and the XDG folders are empty, and no GIT_* variable of the caller's is seen."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to anything but loopback fails the test that tries it."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "127."
        assert str(host).startswith(_LOOPBACK), f"a test wants to reach {host}"
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data folder; skips where it is missing."""
    place = Path(os.environ.get("REVIEWBOT_SHARED", ROOT.parent / "shared"))
    if not (place / "seed" / "thread.mbox").is_file():
        pytest.skip(f"no shared data at {place} (set REVIEWBOT_SHARED)")
    return place


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for all tests on real trees, since the first reading of a tree takes ten seconds."""
    return tmp_path_factory.mktemp("warm")


def real_tree(version: str) -> Path:
    """A real Linux tree; skips where it is missing."""
    place = Path(os.environ.get("REVIEWBOT_TREES", _REAL_HOME / "trees")) / version
    if not (place / "MAINTAINERS").is_file():
        pytest.skip(f"no Linux {version} at {place} (set REVIEWBOT_TREES; see tests/README.md)")
    return place
