# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the rules of docs/authoring-rules.md do what the page says of them?"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from reviewbot.registry import check
from reviewbot.rule import Rule
from tests.conftest import ROOT
from tests.rules.harness import passes

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TEXTS = _BLOCK.findall((ROOT / "docs" / "authoring-rules.md").read_text(encoding="utf-8"))


def _rule(text: str) -> Rule:
    made: dict[str, object] = {}
    exec(text, made)  # noqa: S102  # our own page
    rule = made["RULE"]
    assert isinstance(rule, Rule)
    return rule


_RULES = [pytest.param(rule, id=rule.id) for rule in map(_rule, _TEXTS)]


def test_there_are_rules_on_the_page() -> None:
    """A plain one, and one with a path."""
    assert len(_RULES) == 2


@pytest.mark.parametrize("rule", _RULES)
def test_rule_of_the_page_passes_its_examples_and_needs_all_it_has(rule: Rule) -> None:
    """As the tests demand it of the shipped rules."""
    check(rule, Path(rule.id.replace("-", "_") + ".py"))

    assert all(passes(rule, example) for example in rule.examples)
    for index, excuse in enumerate(rule.unless):
        poorer = dataclasses.replace(rule, unless=rule.unless[:index] + rule.unless[index + 1 :])
        assert not all(passes(poorer, example) for example in rule.examples), excuse
    for name in rule.metavariables:
        freer = dataclasses.replace(rule, metavariables={})
        assert not all(passes(freer, example) for example in rule.examples), name
