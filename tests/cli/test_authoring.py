# SPDX-License-Identifier: GPL-2.0-or-later
"""Can an author begin a rule, see why it does not match, and print the reference?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.registry import load_rules, theme_of
from reviewbot.rule import Rule
from tests.cli.tool import refused, reviewbot

_RULE = '''"""Report a pair of puts."""

from reviewbot.rule import Category, Confidence, Example, Meta, Rule

RULE = Rule(
    id="double-put",
    title="put twice",
    why="The second put drops a reference of somebody else.",
    known_problems="None known.",
    category=Category.CORRECTNESS,
    confidence=Confidence.LOW,
    patterns=("put($n); put($n);",),
    PARTS
    message="`{n}` is put twice; is one of them meant?",
    references=("drivers/of/dynamic.c",),
    examples=(
        Example("twice", "void f(struct node *a)\\n{\\n\\tput(a); //~\\n\\tput(a);\\n}\\n"),
        Example("once", "void f(struct node *a)\\n{\\n\\tput(a);\\n}\\n"),
    ),
)
'''


def _rule(folder: Path, parts: str = "") -> Path:
    file = folder / "double_put.py"
    file.write_text(_RULE.replace("PARTS\n", f"{parts}\n" if parts else "\n").replace("    \n", ""))
    return file


def test_new_rule(tmp_path: Path) -> None:
    """A new rule loads, and its examples fail until they are true; it is never written over another."""
    made = reviewbot("rules", "new", "double-put", "--folder", str(tmp_path))
    file = tmp_path / "double_put.py"
    tried = reviewbot("rules", "test", str(file))

    assert (made.status, made.out.splitlines()[0]) == (0, str(file))
    assert tried.status == 2
    assert "FAIL  double-put/bad: reports nothing" in tried.out
    assert "line 3 is marked and not reported: the code lacks todo_bad" in tried.out
    assert "ok  double-put/good: reports nothing" in tried.out
    refused(reviewbot("rules", "new", "double-put", "--folder", str(tmp_path)), "is there already")


@pytest.mark.parametrize("name", ["put", "Double-Put", "../up", "a b-c"])
def test_new_rule_with_a_bad_id(tmp_path: Path, name: str) -> None:
    """An id that could be no file's name, or says nothing, is refused."""
    refused(reviewbot("rules", "new", name, "--folder", str(tmp_path)), "is no id of a rule")


def test_new_rule_without_a_folder() -> None:
    """Without a folder the user is told how to name one."""
    refused(reviewbot("rules", "new", "double-put"), "there is no folder for rules")


def test_rule_that_holds(tmp_path: Path) -> None:
    """Examples that are as they say end with 0."""
    done = reviewbot("rules", "test", str(_rule(tmp_path)))

    assert (done.status, done.out.splitlines()[-1]) == (0, "2 examples, 0 failed")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ("where=lambda site: False,", "where() says no"),
        ("advice=lambda site: None,", "advice() gives none"),
        ('unless=("put($n)",),', "`unless` 'put($n)' excuses it"),
        ('metavariables={"n": Meta(type="struct tree *")},', "what $n is bound to is not what the rule allows"),
        ('needs={"put_twice": ("include/linux/put.h",)},', "the tree of the example lacks what the rule needs"),
        ('unless=("put($n)",), where=lambda site: False,', "several parts of the rule speak against it"),
    ],
)
def test_why_not(tmp_path: Path, parts: str, said: str) -> None:
    """The part of the rule that keeps a line from being reported is named."""
    done = reviewbot("rules", "test", str(_rule(tmp_path, parts)))

    assert done.status == 2
    assert f"line 3 is marked and not reported: {said}" in done.out


def test_what_is_reported_and_not_marked(tmp_path: Path) -> None:
    """A line too many is shown with what was bound, and the code."""
    file = _rule(tmp_path)
    file.write_text(file.read_text().replace("put(a); //~", "put(a);"))
    done = reviewbot("rules", "test", str(file))

    assert "line 3 is reported and not marked: n is `a`" in done.out
    assert "  4         put(a);" in done.out


def test_all_shipped_rules_hold() -> None:
    """Without names all rules are tried, and only what fails is told."""
    done = reviewbot("rules", "test")
    count = sum(len(rule.examples) for rule in load_rules())

    assert (done.status, done.out) == (0, f"{count} examples, 0 failed\n")


def test_unknown_names(tmp_path: Path) -> None:
    """A name that is none is one sentence."""
    refused(reviewbot("rules", "test", "none-such"), "there is no rule none-such")
    refused(reviewbot("rules", "test", str(tmp_path / "none.py")), "does not exist")


def test_reference() -> None:
    """The reference has each rule once, with its known problems and examples, under its theme."""
    done = reviewbot("rules", "docs")

    assert done.status == 0
    assert [line[4:] for line in done.out.splitlines() if line.startswith("### ")] == [
        rule.id for rule, _theme in sorted(_themes(), key=lambda pair: (pair[1], pair[0].id))
    ]
    assert done.out.count("*Known problems:*") == len(load_rules())


def _themes() -> list[tuple[Rule, str]]:
    return [(rule, theme_of(rule)) for rule in load_rules()]
