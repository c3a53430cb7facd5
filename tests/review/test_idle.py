# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules did not run is said with the reason."""

from __future__ import annotations

from dataclasses import replace

from reviewbot.match.site import TreeView
from reviewbot.model import Idle
from reviewbot.review.idle import idle_rules
from reviewbot.syntax.facts import read_facts
from tests.review.made import rule
from tests.rules.harness import MadeUpTree

MAKEFILE = "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n"
TREE = MadeUpTree({"Makefile": MAKEFILE, "include/linux/pear.h": "void pear(void);\n"})


def test_reasons() -> None:
    """Other lists, other versions and what the tree lacks keep a rule from running; the first reason is said."""
    plain = rule()
    here = replace(plain, id="here", needs={"pear": ("include/linux/pear.h",)}, since="6.1")
    listed = replace(plain, id="listed", lists=("linux-pear", "linux-plum"))
    off = replace(plain, id="off", default=False)
    newer = replace(plain, id="newer", since="6.2", until="6.9")
    lacking = replace(plain, id="lacking", needs={"plum": ("include/linux/pear.h", "include/linux/plum.h")})
    rules = (plain, here, listed, off, newer, lacking)
    view = TreeView(TREE, read_facts(TREE))

    assert idle_rules(rules, (plain, here, newer, lacking), view) == (
        Idle("lacking", "needs plum, which the tree has not"),
        Idle("listed", "is for linux-pear, linux-plum"),
        Idle("newer", "is for Linux from 6.2 before 6.9"),
        Idle("off", "is off unless asked for"),
    )
    assert {one.why for one in idle_rules(rules, (plain,), view, named=True)} == {"was not asked for"}
