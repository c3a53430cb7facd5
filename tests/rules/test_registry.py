# SPDX-License-Identifier: GPL-2.0-or-later
"""Are rule files found, checked and chosen as promised, and is a bad one named?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reviewbot.errors import RuleLoadError, UsageError
from reviewbot.registry import load_rules, select, theme_of

_GOOD = """
from reviewbot.rule import Assume, Category, Confidence, Example, Meta, Rule

RULE = Rule(
    id="{id}", title="t", why="w", known_problems="k", category=Category.STYLE, confidence=Confidence.LOW,
    patterns=({pattern},), message="{message}", references=("MAINTAINERS",),
    examples=(Example("e", "void f(void) {{ }}"),), {more}
)
"""


def _write(folder: Path, name: str, pattern: str = '"g($p)"', message: str = "m", more: str = "") -> Path:
    path = folder / f"{name}.py"
    path.write_text(_GOOD.format(id=name.replace("_", "-"), pattern=pattern, message=message, more=more))
    return path


def test_shipped_rules_are_modules_below_reviewbot_rules() -> None:
    """A checkout gives the rules the module names that they have in a wheel."""
    load_rules()

    assert "reviewbot.rules.mm.is_cow_mapping" in sys.modules


def test_ids_are_sorted_and_unique() -> None:
    """Rules come by id, each once."""
    ids = [rule.id for rule in load_rules()]

    assert ids == sorted(set(ids))


def test_theme_is_the_folder() -> None:
    """The theme of a shipped rule is its folder's name."""
    rule = next(rule for rule in load_rules() if rule.id == "is-cow-mapping")

    assert theme_of(rule) == "mm"


def test_user_rule_is_loaded_beside_the_shipped_ones(tmp_path: Path) -> None:
    """A user's own rule joins the set, under the theme "user"."""
    _write(tmp_path, "my_rule")

    rules = load_rules(tmp_path)

    mine = [rule for rule in rules if rule.id == "my-rule"]
    assert len(rules) == len(load_rules()) + 1
    assert [theme_of(rule) for rule in mine] == ["user"]


@pytest.mark.parametrize("text", ["import no_such_module_x", "1 / 0", "def (", "raise SystemExit(3)", "x = 1"])
def test_file_that_does_not_load_is_named(tmp_path: Path, text: str) -> None:
    """Whatever a rule file raises becomes an error that names the file."""
    path = tmp_path / "broken.py"
    path.write_text(text)

    with pytest.raises(RuleLoadError, match=r"broken\.py"):
        load_rules(tmp_path)


@pytest.mark.parametrize(
    ("pattern", "message", "more", "words"),
    [
        ('"g(($p"', "m", "", "not C"),
        ('"$p + $q"', "m", "", "no identifier"),
        ('"g($p)"', "{q} is odd", "", "{q}"),
        ('"g($p)"', "ends in a stop.", "", "full stop"),
        ('"g($p)"', "Upper case", "", "lower case"),
        ('"g($p)"', "m", 'unless=("h((",),', "not C"),
        ('"g($p)"', "m", 'suggestion="{x}",', "{x}"),
        ('"g($p)"', "see line {line1}", "", "{line1}"),
        ('"g($p); ... h($p);"', "see line {line3}", "", "{line3}"),
        ('"g($p)"', "m", 'metavariables={"q": Meta(kind="local")},', "$q is constrained"),
        ('"g($p)"', "m", 'metavariables={"p": Meta(matching="(")},', "no regular expression"),
        ('"g($p)"', "m", 'metavariables={"p": Meta(kind="name")},', "no kind"),
        ('"g($p)"', "m", 'unless=("h(); k();",),', "more than one"),
        ('"g($p)"', "m", 'unless=(Assume("h();"),),', "no condition"),
        ('"g($p)"', "m", 'unless=(Assume("$p"),),', "no path"),
    ],
)
def test_broken_convention_is_named(tmp_path: Path, pattern: str, message: str, more: str, words: str) -> None:
    """A rule that breaks a convention is an error that names file and convention."""
    _write(tmp_path, "my_rule", pattern, message, more)

    with pytest.raises(RuleLoadError) as caught:
        load_rules(tmp_path)

    assert "my_rule.py" in str(caught.value)
    assert words in str(caught.value)


def test_repeated_id_is_an_error(tmp_path: Path) -> None:
    """A user's rule cannot silently stand in for a shipped one."""
    _write(tmp_path, "is_cow_mapping")

    with pytest.raises(RuleLoadError, match="repeats the id is-cow-mapping"):
        load_rules(tmp_path)


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    """A rule folder that is not there is said to be, not passed over."""
    with pytest.raises(RuleLoadError, match="does not exist"):
        load_rules(tmp_path / "none")


def test_unknown_name_is_a_usage_error() -> None:
    """Asking for a rule that does not exist names it."""
    with pytest.raises(UsageError, match="no-such-rule"):
        select(load_rules(), ("no-such-rule",), ())


def test_list_specific_rule_is_on_for_its_list_only() -> None:
    """fsleep is asked for by linux-iio, and is off elsewhere unless it is named."""
    rules = load_rules()

    def ids(names: tuple[str, ...], *addresses: str) -> set[str]:
        return {rule.id for rule in select(rules, names, addresses)}

    assert "fsleep" not in ids((), "linux-hwmon@vger.kernel.org")
    assert "fsleep" in ids((), "linux-mm@kvack.org", "linux-iio@vger.kernel.org")
    assert ids(("fsleep",)) == {"fsleep"}
