# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the options of all Kconfig files found that the top one leads to, and is a Kconfig file known by its name?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.model import SourceFile
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.kconfig import is_kconfig, options_of
from reviewbot.syntax.parse import parse

_TREE = {
    "Kconfig": b'source "arch/$(SRCARCH)/Kconfig"\nsource "a/Kconfig"\nosource "nowhere/Kconfig"\n',
    "a/Kconfig": b'menuconfig ONE\n\thelp\n\t  It is one.\nif ONE\n  config TWO\nrsource "b/Kconfig.more"\nendif\n',
    "a/b/Kconfig.more": b"config\tTHREE\nsource a/Kconfig\nsource ../../../etc/passwd\n",
    "arch/riscv/Kconfig": b"config FOUR\n",
    "c/Kconfig": b"config FIVE\n",
}


def test_options_by_all_ways_to_lead_on() -> None:
    """By source, rsource, for each architecture; a circle ends, and what nothing leads to is not there."""
    assert options_of(lambda path: _TREE.get(path)) == {"ONE", "TWO", "THREE", "FOUR"}


def test_tree_without_kconfig() -> None:
    """There is nothing to know."""
    assert options_of(lambda _path: None) == frozenset()


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("Kconfig", True),
        ("a/Kconfig.debug", True),
        ("a/Kconfig-x", False),
        ("a/kconfig.c", False),
        ("Kconfig/a.c", False),
    ],
)
def test_path_of_a_kconfig_file(path: str, is_one: bool) -> None:
    """The name of the file itself decides."""
    assert is_kconfig(path) is is_one


def test_kconfig_file_has_no_functions() -> None:
    """Whatever looks like C in it."""
    unit = parse(SourceFile("a/Kconfig", b"int f(void)\n{\n}\n"), SyntaxFacts())

    assert (unit.functions, unit.text(0, 3), unit.line(12)) == ((), "int", 2)


@given(st.binary(max_size=200))
def test_any_text(text: bytes) -> None:
    """Whatever stands in the files, the search ends."""
    options_of(lambda _path: text)
