# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the shipped rules do what their examples say, and is each part of a rule needed by an example?"""

from __future__ import annotations

import dataclasses
import re

import pytest

from reviewbot.match.message import reads_messages
from reviewbot.registry import load_rules
from reviewbot.rule import Example, Rule, Seek
from tests.rules.harness import marked_lines, passes, real_tree, run, unit_of

RULES = load_rules()
EXAMPLES = [pytest.param(rule, e, id=f"{rule.id}/{e.name}") for rule in RULES for e in rule.examples]
EACH_RULE = pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES])


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_reports_exactly_the_marked_lines(rule: Rule, example: Example) -> None:
    """The lines marked in the example are reported and no others."""
    lines = [report.match.span.first_line for report in run(rule, example)]

    assert lines == marked_lines(example)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_proposes_the_suggestion(rule: Rule, example: Example) -> None:
    """The first report proposes the code that the example gives."""
    if example.suggestion is None:
        return
    reports = run(rule, example)

    assert [report.suggestion for report in reports[:1]] == [example.suggestion]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example_is_understood_by_the_parser(rule: Rule, example: Example) -> None:
    """An example holds a function, where the rule looks into functions, and no syntax error."""
    if reads_messages(rule):
        return
    unit = unit_of(example)

    assert unit.functions or any(isinstance(pattern, Seek) for pattern in rule.patterns)
    assert not unit.tree.root_node.has_error


@EACH_RULE
def test_has_a_reporting_and_a_silent_example(rule: Rule) -> None:
    """Each rule shows both what it reports and what it leaves alone."""
    marked = [bool(marked_lines(example)) for example in rule.examples]

    assert set(marked) == {True, False}


@EACH_RULE
def test_example_names_differ(rule: Rule) -> None:
    """Example names are test ids, so that they are unique in a rule."""
    names = [example.name for example in rule.examples]

    assert len(names) == len(set(names))


@EACH_RULE
def test_each_unless_is_needed(rule: Rule) -> None:
    """Without any one of its excuses the rule breaks an example."""
    for index in range(len(rule.unless)):
        poorer = dataclasses.replace(rule, unless=rule.unless[:index] + rule.unless[index + 1 :])

        assert not all(passes(poorer, example) for example in rule.examples), rule.unless[index]


@EACH_RULE
def test_each_constraint_is_needed(rule: Rule) -> None:
    """With any one of its metavariables free the rule breaks an example."""
    for name in rule.metavariables:
        freer = {other: meta for other, meta in rule.metavariables.items() if other != name}
        careless = dataclasses.replace(rule, metavariables=freer)

        assert not all(passes(careless, example) for example in rule.examples), name


@EACH_RULE
def test_where_is_needed(rule: Rule) -> None:
    """Without its predicate the rule breaks an example."""
    if rule.where is None:
        return
    poorer = dataclasses.replace(rule, where=None)

    assert not all(passes(poorer, example) for example in rule.examples)


@EACH_RULE
def test_each_alternative_is_needed(rule: Rule) -> None:
    """With a pattern put out of action, its number kept, the rule breaks an example."""
    never = "a_name_that_no_example_holds($x)"
    for index in range(len(rule.patterns)):
        patterns = (*rule.patterns[:index], never, *rule.patterns[index + 1 :])
        poorer = dataclasses.replace(rule, patterns=patterns)

        assert not all(passes(poorer, example) for example in rule.examples), rule.patterns[index]


@EACH_RULE
def test_needs_are_needed(rule: Rule) -> None:
    """A rule that needs a name of the tree has an example of a tree without it."""
    if not rule.needs:
        return
    careless = dataclasses.replace(rule, needs={})

    assert not all(passes(careless, example) for example in rule.examples)


@EACH_RULE
def test_messages_are_filled_and_in_house_style(rule: Rule) -> None:
    """A filled message has no open field, starts in lower case, has no full stop, and fits in a remark."""
    for example in rule.examples:
        for report in run(rule, example):
            message = report.message

            assert not re.search(r"\{\w+\}", message)
            assert not message[0].isupper() or "(" in message.split()[0]
            assert not message.endswith(".")
            assert "\n" not in message


@EACH_RULE
@pytest.mark.tree
@pytest.mark.parametrize("version", ["6.1", "6.12", "7.2", "7.3"])
def test_needed_names_are_in_the_tree(rule: Rule, version: str) -> None:
    """What a rule needs is declared in one of the headers it names, in every tree that we support."""
    tree = real_tree(version)
    for name, headers in rule.needs.items():
        found = [path for path in headers if re.search(rf"\b{name}\b".encode(), tree.read(path) or b"")]

        assert found, name


@EACH_RULE
@pytest.mark.tree
def test_references_exist_in_the_newest_tree(rule: Rule) -> None:
    """Each reference is a file of Linux 7.3."""
    tree = real_tree("7.3")

    assert [path for path in rule.references if tree.read(path) is None] == []
