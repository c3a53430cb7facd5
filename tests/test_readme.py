# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the README show what the program prints?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

_BLOCK = re.compile(r"`make demo` prints:\n\n```text\n(.*?)\n```\n", re.DOTALL)


def _counted(text: str) -> str:
    """The text for whatever number of rules there are."""
    return re.sub(r"\d+ of \d+ rules", "N of M rules", text)


def test_demo(tmp_path: Path) -> None:
    """The block under "make demo prints" is the demo's output to the letter, but for how many rules there are."""
    shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures")
    block = _BLOCK.search((ROOT / "README.md").read_text())
    assert block
    first, second = re.findall(r"^\$ (.*)$", block.group(1), re.MULTILINE)
    assert first.startswith("reviewbot check ")
    argv = [sys.executable, "-m", "reviewbot", *first.split()[1:]]
    # what the demo prints does not depend on where the package is found
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False, env=env)
    (draft,) = sorted((tmp_path / "build" / "demo-drafts").glob("*.eml"))

    assert done.returncode == 1, done.stderr
    shown = f"$ {first}\n{done.stdout}\n$ {second}\n{draft.read_text()}"
    assert _counted(shown.rstrip()) == _counted(block.group(1))
    assert f"$ {first}" in (ROOT / "README.md").read_text()
    assert all(word in (ROOT / "Makefile").read_text() for word in ("demo-rfc@example.org", "fixtures/archive.mbox"))
