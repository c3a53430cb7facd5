# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a suggestion taken where it stands, with the file's own indentation, and left where it would break the code?"""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest

from reviewbot.match.engine import Terms
from reviewbot.match.run import run_rule
from reviewbot.match.site import TreeView
from reviewbot.model import SourceFile
from reviewbot.review.fixup import Fixup, fixup
from reviewbot.rule import Category, Confidence, Example, Rule
from reviewbot.syntax.parse import parse
from tests.rules.harness import FACTS, MadeUpTree

_RULE = Rule(
    id="old-pair",
    title="t",
    why="w",
    known_problems="k",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=("warn($d); return $r;", "old($x)"),
    message="m",
    references=("r",),
    examples=(Example("e", "int e;\n"),),
    suggestion="new()",
    fixes=True,
)


def _fixed(code: str, **more: object) -> Fixup:
    rule = dataclasses.replace(_RULE, **more)  # type: ignore[arg-type]
    source = SourceFile("drivers/a.c", code.encode("utf-8", "surrogateescape"))
    reports = tuple(run_rule(rule, Terms(parse(source, FACTS)), TreeView(MadeUpTree({}), FACTS)))
    return fixup(source, reports, FACTS)


def _function(body: str) -> str:
    return f"int f(int a)\n{{\n{body}\treturn 0;\n}}\n"


@pytest.mark.parametrize(
    ("body", "suggestion", "after"),
    [
        ("\tg(old(a) + old(a + 1));\n", "new()", "\tg(new() + new());\n"),
        ("\tif (a) {\n\t\twarn(a);\n\t\treturn a;\n\t}\n", "return both();", "\tif (a)\n\t\treturn both();\n"),
        (
            "\tif (a) {\n\t\twarn(a);\n\t\treturn a;\n\t} else {\n\t\th();\n\t}\n",
            "return both();",
            "\tif (a) {\n\t\treturn both();\n\t} else {\n\t\th();\n\t}\n",
        ),
        (
            "\tif (a) {\n\t\th();\n\t\twarn(a);\n\t\treturn a;\n\t}\n",
            "return both();",
            "\tif (a) {\n\t\th();\n\t\treturn both();\n\t}\n",
        ),
        ("\ta = (old(a)) + 1;\n", "new()", "\ta = new() + 1;\n"),
        ("\ta = (old(a)) + (old(2));\n", "new()", "\ta = new() + new();\n"),
        ("\t\tg(old(a));\n", "x(1,\n  2)", "\t\tg(x(1,\n\t\t  2));\n"),
    ],
)
def test_replaced_text(body: str, suggestion: str, after: str) -> None:
    """What matched is replaced, whole lines keep the indentation, and braces around one statement go."""
    assert _fixed(_function(body), suggestion=suggestion).after.decode() == _function(after)


def test_a_change_that_does_not_parse() -> None:
    """What the parser does not understand is refused, the others are taken."""
    done = _fixed(_function("\tg(old(a));\n"), suggestion="new(")

    assert (done.after, len(done.taken), len(done.refused)) == (done.before, 0, 1)
    assert done.diff() == ""


def test_what_is_no_fix() -> None:
    """A suggestion that is not said to replace the match, or is a question, changes nothing."""
    assert _fixed(_function("\tg(old(a));\n"), fixes=False).diff() == ""
    assert _fixed(_function("\tg(old(a));\n"), suggestion=None).diff() == ""


@pytest.mark.parametrize("tail", ["", "int last; /* no line end */", "/* \udcff */\n"])
def test_diff_applies(tmp_path: Path, tail: str) -> None:
    """git applies the diff, and gets the text that was promised, whatever bytes stand in the file."""
    done = _fixed(_function("\tg(old(a));\n\th(old(2));\n") + tail)
    (tmp_path / "drivers").mkdir()
    (tmp_path / "drivers/a.c").write_bytes(done.before)
    (tmp_path / "fix.diff").write_bytes(done.diff().encode("utf-8", "surrogateescape"))
    subprocess.run(("git", "apply", "fix.diff"), cwd=tmp_path, check=True)

    assert (tmp_path / "drivers/a.c").read_bytes() == done.after != done.before


@pytest.mark.parametrize("odd", ["\f", "\x1c", "\u2028", "\r", "\v"])
def test_diff_with_odd_line_ends(tmp_path: Path, odd: str) -> None:
    """Only a line feed ends a line, as git has it."""
    done = _fixed(f"/* a{odd}b */\n" + _function("\tg(old(a));\n"))
    (tmp_path / "drivers").mkdir()
    (tmp_path / "drivers/a.c").write_bytes(done.before)
    (tmp_path / "fix.diff").write_bytes(done.diff().encode())
    subprocess.run(("git", "apply", "fix.diff"), cwd=tmp_path, check=True)

    assert (tmp_path / "drivers/a.c").read_bytes() == done.after != done.before


def test_diff_names_the_function() -> None:
    """A hunk's header shows the last line above it that starts at the margin, a label excepted, as git's does."""
    lines = "".join(f"\tg({number});\n" for number in range(9))
    diff = _fixed(_function(f"{lines}again:\n{lines}\tg(old(a));\n")).diff()

    assert [line for line in diff.split("\n") if line.startswith("@@")] == ["@@ -19,6 +19,6 @@ int f(int a)"]


def test_errors_are_counted() -> None:
    """A change that breaks one more place of a function that was broken before is refused."""
    body = "\tif (a {\n\t\th();\n\t}\n\tg(old(a));\n"
    assert _fixed(_function(body)).taken
    assert _fixed(_function(body), suggestion="new(a b").refused
