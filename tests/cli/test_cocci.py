# SPDX-License-Identifier: GPL-2.0-or-later
"""Do semantic patches run from the command line, and is what of them is refused said, and in the exit status?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.tool import reviewbot

_RULE = (
    "/// Freed twice\nvirtual report\n@r@\nexpression x;\nposition p;\n@@\nkfree(x);\nkfree@p(x);\n"
    '@script:python depends on report@\np << r.p;\n@@\ncoccilib.report.print_report(p[0], "WARNING: twice")\n'
)
_REFUSED = (
    "@s@\nposition p;\n@@\nfor (;;) f@p();\n"
    '@script:python depends on report@\np << s.p;\n@@\ncoccilib.report.print_report(p[0], "never")\n'
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with one file, and semantic patches beside it."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/a.c").write_text("void f(void *a)\n{\n\tkfree(a);\n\tkfree(a);\n}\n")
    (tmp_path / "twice.cocci").write_text(_RULE)
    (tmp_path / "part.cocci").write_text(_RULE + _REFUSED)
    return tmp_path


def test_a_semantic_patch_runs(tree: Path) -> None:
    """--cocci runs the file, and no other rule; 1 for a finding."""
    done = reviewbot("scan", ".", "--tree", str(tree / "tree"), "--cocci", str(tree / "twice.cocci"))

    assert done.status == 1
    assert "a.c:4: twice [twice-r]" in done.out
    assert "1 rules" in done.out


def test_it_runs_beside_a_rule_that_is_named(tree: Path) -> None:
    """With --rule, both run; two files with the same rule keep their ids apart."""
    both = ["--cocci", str(tree / "twice.cocci"), "--cocci", str(tree / "twice.cocci"), "--rule", "dev-err-probe"]
    done = reviewbot("scan", ".", "--tree", str(tree / "tree"), *both, "--format", "json")

    assert json.loads(done.out)["rules"] == ["twice-r", "twice-r-2", "dev-err-probe"]


def test_what_is_refused_is_said_and_the_rest_runs(tree: Path) -> None:
    """A file that is read in part runs in part; the status is 2."""
    done = reviewbot("scan", ".", "--tree", str(tree / "tree"), "--cocci", str(tree / "part.cocci"))

    assert done.status == 2
    assert "a.c:4: twice [part-r]" in done.out
    assert "not run: s in " in done.out
    assert "line 16: `for` is not read" in done.out


def test_a_file_that_is_not_there(tree: Path) -> None:
    """A missing file is an error that names it."""
    done = reviewbot("scan", ".", "--tree", str(tree / "tree"), "--cocci", str(tree / "no.cocci"))

    assert done.status == 2
    assert "no.cocci cannot be read" in done.err


def test_rules_cocci_says_what_is_read(tree: Path) -> None:
    """Each file with its rules, what is refused and why, and a sum."""
    done = reviewbot("rules", "cocci", str(tree / "twice.cocci"), str(tree / "part.cocci"))

    assert done.status == 2
    assert "twice.cocci: read\n  twice-r: twice\n      kfree($x); kfree@p($x);" in done.out
    assert "  refused: s: line 16: `for` is not read" in done.out
    assert "1 read, 1 read in part" in done.out
    assert reviewbot("rules", "cocci", str(tree / "twice.cocci")).status == 0
