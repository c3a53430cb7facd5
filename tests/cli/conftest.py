# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the command start from: a small tree, and a patch for it in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.tool import patch_mail, pear_tree


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A plain folder with one driver."""
    return pear_tree(tmp_path / "tree")


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """A patch mail that makes the driver worth a remark, as an .eml."""
    path = tmp_path / "pear.eml"
    path.write_bytes(patch_mail())
    return path
