# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a rule hold in the trees and for the files that it is meant for, and nowhere else?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.errors import RuleLoadError
from reviewbot.match.scope import subsystems_of, version_of
from reviewbot.match.site import TreeView
from reviewbot.registry import check
from reviewbot.rule import Category, Confidence, Example, Rule
from tests.rules.harness import FACTS, MadeUpTree, run

_MAINTAINERS = """\
Descriptions of section entries

FRUIT SENSORS
M:	Ann Author <ann@example.org>
F:	Documentation/fruit/
F:	drivers/fruit/
F:	include/linux/fruit*.h
X:	drivers/fruit/rotten/

PEAR DRIVER
M:	Bob Builder <bob@example.org>
F:	drivers/*/pear/
F:	drivers/fruit/pear-[ab].c

THE REST
F:	*
F:	*/
"""
_MAKEFILE = "# x\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\n"
_RULE = Rule(
    id="old-call",
    title="t",
    why="w",
    known_problems="k",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=("old($x)",),
    message="m",
    references=("r",),
    examples=(Example("e", "int e;\n"),),
)


@pytest.mark.parametrize(
    ("path", "titles"),
    [
        ("drivers/fruit/a.c", ["FRUIT SENSORS", "THE REST"]),
        ("drivers/fruit/deep/a.c", ["FRUIT SENSORS", "THE REST"]),
        ("drivers/fruit/rotten/a.c", ["THE REST"]),
        ("drivers/fruits/a.c", ["THE REST"]),
        ("include/linux/fruit_x.h", ["FRUIT SENSORS", "THE REST"]),
        ("include/linux/fruit/x.h", ["THE REST"]),
        ("drivers/leds/pear/a.c", ["PEAR DRIVER", "THE REST"]),
        ("drivers/leds/a/pear/a.c", ["THE REST"]),
        ("drivers/fruit/pear-a.c", ["FRUIT SENSORS", "PEAR DRIVER", "THE REST"]),
        ("drivers/fruit/pear-c.c", ["FRUIT SENSORS", "THE REST"]),
        ("Makefile", ["THE REST"]),
    ],
)
def test_who_has_a_file(path: str, titles: list[str]) -> None:
    """Folders cover what is below them, a star no slash, and X: takes away."""
    found = [one.title for one in subsystems_of(_MAINTAINERS.encode()) if one.has(path)]

    assert found == titles


def test_version() -> None:
    """The version is what the top Makefile says, and nothing where it says nothing."""
    assert version_of(_MAKEFILE.encode()) == (6, 12)
    assert version_of(b"VERSION = x\n") is None


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [("", "", True), ("6.12", "", True), ("6.13", "", False), ("6.9", "", True), ("", "6.13", True),
     ("", "6.12", False), ("7.0", "", False), ("5.0", "6.2", False)],
)  # fmt: skip
def test_tree_of_a_version(since: str, until: str, holds: bool) -> None:
    """A rule holds from a version on, and before another; in a tree of no known version it holds."""
    rule = dataclasses.replace(_RULE, since=since, until=until)
    code = "int f(int a)\n{\n\treturn old(a);\n}\n"

    assert bool(run(rule, Example("e", code, headers={"Makefile": _MAKEFILE}))) is holds
    assert run(rule, Example("e", code))


@pytest.mark.parametrize(("path", "holds"), [("drivers/fruit/a.c", True), ("drivers/leds/a.c", False)])
def test_files_of_a_subsystem(path: str, holds: bool) -> None:
    """A part of the title names the subsystem; without MAINTAINERS no file belongs to it."""
    rule = dataclasses.replace(_RULE, subsystems=("fruit",))
    example = Example("e", "int f(int a)\n{\n\treturn old(a);\n}\n", path=path)

    assert bool(run(rule, dataclasses.replace(example, headers={"MAINTAINERS": _MAINTAINERS}))) is holds
    assert not run(rule, example)


def test_a_version_that_is_none() -> None:
    """A version that cannot be read is an error of the rule."""
    with pytest.raises(RuleLoadError, match="no version"):
        check(dataclasses.replace(_RULE, since="six"), Path("old_call.py"))


def test_symbols_of_the_tree() -> None:
    """A rule can ask whether the tree's headers declare a name."""
    tree = {
        "include/linux/a.h": "#define A_ONE 1\nint a_two(int n);\nstatic inline int a_three(void)\n{\n\treturn 3;\n}\n"
    }
    names = ("A_ONE", "a_two", "a_three", "a_four")

    def knows(name: str) -> bool:
        rule = dataclasses.replace(_RULE, where=lambda site: site.known(name))
        return bool(run(rule, Example("e", "int f(int a)\n{\n\treturn old(a);\n}\n", headers=tree)))

    assert [knows(name) for name in names] == [True, True, True, False]


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_file(text: bytes, path: str) -> None:
    """Whatever stands in the two files, nothing breaks."""
    version_of(text)
    for one in subsystems_of(b"T\nF: " + text + b"\n"):
        one.has(path)


def test_view_without_a_tree() -> None:
    """A view of nothing has no version and no subsystems."""
    view = TreeView(MadeUpTree({}), FACTS)

    assert (view.version, view.subsystems) == (None, ())
