# SPDX-License-Identifier: GPL-2.0-or-later
"""Are rule files found, checked and chosen as promised, and is a bad one named?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reviewbot.edges.cputime import limit_of
from reviewbot.errors import RuleLoadError, UsageError
from reviewbot.registry import load_all, load_rules, select, theme_of

_GOOD = """
from reviewbot.rule import Assume, Category, Confidence, Example, Meta, Rule

RULE = Rule(
    id="{id}", title="t", why="w", known_problems="k", category=Category.STYLE, confidence=Confidence.LOW,
    patterns=({pattern},), message="{message}", references=("MAINTAINERS",),
    examples=(Example("e", "{code}"),), {more}
)
"""
_CODE = "void f(void) { }"


def _write(
    folder: Path, name: str, pattern: str = '"g($p)"', message: str = "m", more: str = "", code: str = _CODE
) -> Path:
    path = folder / f"{name}.py"
    path.write_text(_GOOD.format(id=name.replace("_", "-"), pattern=pattern, message=message, more=more, code=code))
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

    rules = load_all(tmp_path).rules

    mine = [rule for rule in rules if rule.id == "my-rule"]
    assert len(rules) == len(load_rules()) + 1
    assert [theme_of(rule) for rule in mine] == ["user"]


@pytest.mark.parametrize("text", ["import no_such_module_x", "1 / 0", "def (", "raise SystemExit(3)", "x = 1"])
def test_file_that_does_not_load_is_named(tmp_path: Path, text: str) -> None:
    """Whatever a rule file raises, it is refused by name, and the others are there."""
    path = tmp_path / "broken.py"
    path.write_text(text)

    loaded = load_all(tmp_path)

    assert [(one.what, one.path) for one in loaded.refused] == [("rule broken", str(path))]
    assert loaded.rules == load_rules()


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
    """A rule that breaks a convention is refused, with file and convention."""
    _write(tmp_path, "my_rule", pattern, message, more)

    (refused,) = load_all(tmp_path).refused

    assert (refused.what, refused.path, refused.rule) == ("rule my-rule", str(tmp_path / "my_rule.py"), "my-rule")
    assert words in refused.why


def test_repeated_id_is_refused(tmp_path: Path) -> None:
    """A user's rule cannot stand in for a shipped one."""
    _write(tmp_path, "is_cow_mapping")

    (refused,) = load_all(tmp_path).refused

    assert refused.why == "repeats the id is-cow-mapping"


def test_missing_folder_is_an_error(tmp_path: Path) -> None:
    """A rule folder that is not there is said to be, not passed over."""
    with pytest.raises(RuleLoadError, match="does not exist"):
        load_all(tmp_path / "none")


def test_example_that_fails_is_refused(tmp_path: Path) -> None:
    """A rule that does not do what it says is not run; who wants to know why tries it."""
    _write(tmp_path, "my_rule", code="void f(int a) { g(a); }")

    (refused,) = load_all(tmp_path).refused

    assert refused.why.startswith("example 'e': ")
    assert load_all(tmp_path, tried=False).refused == ()


@pytest.mark.parametrize("part", ["1 / 0", "int('x')"])
def test_example_that_raises_is_refused(tmp_path: Path, part: str) -> None:
    """A rule's own Python that raises in an example is its own fault."""
    _write(tmp_path, "my_rule", more=f"where=lambda site: {part},", code="void f(int a) { g(a); }")

    (refused,) = load_all(tmp_path).refused

    assert "Error" in refused.why


@pytest.mark.parametrize("loop", ["while True: pass", "RULE = [n for n in iter(int, 1)]"])
def test_file_without_end_is_refused(tmp_path: Path, loop: str) -> None:
    """A file that never ends to load is stopped."""
    (tmp_path / "my_rule.py").write_text(loop + "\n")

    (refused,) = load_all(tmp_path, limit_of(0.05)).refused

    assert refused.why == "takes too long to load"


def test_choice_among_refused_rules(tmp_path: Path) -> None:
    """A rule that is refused matters to who asks for it, or for all; its name is no unknown one."""
    (tmp_path / "my_rule.py").write_text("1 / 0")
    loaded = load_all(tmp_path)

    assert len(loaded.chosen((), ()).refused) == 1
    assert len(loaded.chosen(("my-rule", "is-cow-mapping"), ()).refused) == 1
    assert [rule.id for rule in loaded.chosen(("my-rule", "is-cow-mapping"), ()).rules] == ["is-cow-mapping"]
    assert loaded.chosen(("my-rule",), ()).rules == ()
    assert loaded.chosen(("is-cow-mapping",), ()).refused == ()


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
