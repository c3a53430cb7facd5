# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a user's rule that cannot run, or takes too long, said by name, with the others going on and exit status 2?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.tool import DIFF, FINDING, git, patch_mail, reviewbot
from tests.conftest import ROOT

_RULE = """
from itertools import count

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SeekMessage


def find(source):
    text = getattr(source, "bare", source.text)
    if "pear" in text:
        for number in count():
            pass
    yield Place(0, 3)


RULE = Rule(
    id="{id}", title="t", why="w", known_problems="k", category=Category.STYLE, confidence=Confidence.LOW,
    patterns=({pattern},), message="{message}", references=("MAINTAINERS",),
    examples=({example},),
)
"""
_GOOD = 'Example("e", "int f(int a)\\n{\\n\\treturn pear_put(a); //~\\n}\\n")'
_SOUGHT = 'Example("e", "int pea; //~\\n")'
_BAD: dict[str, tuple[str | tuple[str, str, str], str]] = {
    "no_python": ("def (", "cannot be loaded"),
    "no_pattern": (("pear_put((", "m", _GOOD), "not C that can be parsed"),
    "no_example": (("pear_get($a)", "m", _GOOD), "example 'e': line 3 is marked and not reported"),
    "no_variable": (("pear_put($a)", "{b} is odd", _GOOD), "{b} is no metavariable"),
    "no_end": ("while True:\n    pass", "takes too long to load"),
}
_LATE = {"slow": ('Seek(("int",), find)', "m", _SOUGHT), "slow_mail": ("SeekMessage(find)", "m", _SOUGHT)}


def _write(folder: Path, name: str, parts: str | tuple[str, str, str]) -> None:
    folder.mkdir(exist_ok=True)
    if isinstance(parts, tuple):
        pattern, message, example = parts
        pattern = pattern if pattern.startswith("Seek") else repr(pattern)
        text = _RULE.replace("{id}", name.replace("_", "-")).replace("{pattern}", pattern)
        parts = text.replace("{message}", message).replace("{example}", example)
    (folder / f"{name}.py").write_text(parts)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A folder of bad rules, which the settings name."""
    for name, (parts, _why) in _BAD.items():
        _write(tmp_path / "rules", name, parts)
    _set(tmp_path / "rules")
    return tmp_path / "rules"


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A folder of rules that never end where they are needed, which the settings name."""
    for name, parts in _LATE.items():
        _write(tmp_path / "rules", name, parts)
    _set(tmp_path / "rules")
    return tmp_path / "rules"


def _set(folder: Path) -> None:
    git(ROOT, "config", "--global", "reviewbot.rules", str(folder))
    git(ROOT, "config", "--global", "reviewbot.budget", "0.1")


def _are_named(refused: list[dict[str, str]], folder: Path) -> None:
    assert sorted(one["rule"] for one in refused) == sorted(name.replace("_", "-") for name in _BAD)
    for one in refused:
        name = one["rule"].replace("-", "_")
        assert one["path"] == str(folder / f"{name}.py")
        assert _BAD[name][1] in one["why"]


def test_scan_refuses_bad_rules(bad: Path, tree: Path) -> None:
    """Each of them is said, in text and JSON, and the shipped rules run."""
    words = ("scan", "drivers", "--tree", tree)
    (tree / "drivers/pear.c").write_text((tree / "drivers/pear.c").read_text().replace("ret)", "ret == true)"))
    done, made = reviewbot(*words), reviewbot(*words, "--format", "json")

    assert (done.status, made.status) == (2, 2)
    assert len([line for line in done.out.splitlines() if line.startswith("not run: rule no-")]) == len(_BAD)
    _are_named(json.loads(made.out)["refused"], bad)
    assert "is-cow-mapping" in json.loads(made.out)["rules"]


def test_check_refuses_bad_rules(bad: Path, tree: Path, mail: Path) -> None:
    """So does check, which reports what the others find."""
    done, made = (reviewbot("check", mail, "--tree", tree, "--format", form) for form in ("text", "json"))

    assert (done.status, made.status) == (2, 2)
    assert FINDING in done.out
    assert len([line for line in done.out.splitlines() if line.startswith("  not run: rule no-")]) == len(_BAD)
    _are_named(made.json()["refused"], bad)


def test_a_choice_without_bad_rules(bad: Path, tree: Path, mail: Path) -> None:
    """Who asks for other rules is not told of these; who asks for one of them is."""
    assert reviewbot("check", mail, "--tree", tree, "--rule", "dev-err-probe").status == 1
    done = reviewbot("check", mail, "--tree", tree, "--rule", "no-end")

    assert done.status == 2
    assert f"not run: rule no-end in {bad / 'no_end.py'}: takes too long to load" in done.out


def test_rules_test_names_bad_rules(bad: Path) -> None:
    """Trying these rules or files goes on behind each of them."""
    names = [name.replace("_", "-") for name in _BAD]
    done = reviewbot("rules", "test", *names, env={"PYTHONDONTWRITEBYTECODE": ""})
    files = reviewbot("rules", "test", *sorted(bad.iterdir()))  # nothing was put beside them

    assert (done.status, files.status) == (2, 2)
    for name in (name.replace("_", "-") for name in _BAD if name != "no_example"):
        assert f"FAIL  rule {name} in " in done.out
    assert "FAIL  no-example/e: reports nothing" in done.out
    assert "1 examples, 1 failed, 4 rules refused" in done.out
    assert "1 examples, 1 failed, 4 rules refused" in files.out


def test_rules_lists_the_others(bad: Path) -> None:
    """The list holds what runs; the rest is said on standard error."""
    done = reviewbot("rules")

    assert done.status == 2
    assert "is-cow-mapping" in done.out
    assert len(done.err.splitlines()) == len(_BAD)
    assert reviewbot("rules", "show", "is-cow-mapping").status == 0


def test_scan_goes_on_behind_slow_rules(slow: Path, tree: Path) -> None:
    """What took too long is counted by rule and file, and the exit status is 2, with processes or without."""
    for name in range(20):
        (tree / f"drivers/fig{name}.c").write_text("int pea;\n")
    for jobs in ("1", "2"):
        words = ("scan", "drivers", "--tree", tree, "--jobs", jobs)
        env = {"XDG_CACHE_HOME": str(tree / jobs)}
        done, made = reviewbot(*words, env=env), reviewbot(*words, "--format", "json", env=env).json()

        assert done.status == 2
        assert "rules, 1 times over a rule's time budget" in done.out
        assert "not analysed: file in drivers/pear.c: rule slow is over its time budget" in done.out
        assert made["coverage"]["over_budget"] == 1
        assert [one["rule"] for one in made["coverage"]["skipped"]] == ["slow"]
        assert {one["path"] for one in made["findings"] if one["rule"] == "slow"} == {
            f"drivers/fig{name}.c" for name in range(20)
        }


def test_check_goes_on_behind_slow_rules(slow: Path, tree: Path, mail: Path) -> None:
    """In code and in the commit's message."""
    done, made = (reviewbot("check", mail, "--tree", tree, "--format", form) for form in ("text", "json"))
    coverage = made.json()["coverage"]

    assert (done.status, made.status) == (2, 2)
    assert FINDING in done.out
    assert "1 of 1 touched function analysed, 2 times over a rule's time budget" in done.out
    assert "not analysed: drivers/pear.c (rule slow is over its time budget)" in done.out
    assert coverage["over_budget"] == 2
    assert {(one["rule"], one["path"]) for one in coverage["skipped"]} == {
        ("slow", "drivers/pear.c"),
        ("slow-mail", "commit message"),
    }


def test_examples_have_a_budget(slow: Path) -> None:
    """An example in which a rule never ends has failed."""
    file = slow / "slow.py"
    file.write_text(file.read_text().replace("int pea;", "int pear;"))
    done = reviewbot("rules", "test", file)

    assert done.status == 2
    assert "rule slow is over its time budget" in done.out


def test_budget_is_an_option(slow: Path, tree: Path) -> None:
    """--budget wins over the setting; both have to be times."""
    rules = slow / "slow.py"
    text = 'if "pear" in text:\n        end = __import__("time").process_time() + 0.3\n'
    text += '        while __import__("time").process_time() < end:'
    rules.write_text(rules.read_text().replace('if "pear" in text:\n        for number in count():', text))
    words = ("scan", "drivers", "--tree", tree, "--rule", "slow")

    assert reviewbot(*words).status == 2
    assert reviewbot(*words, "--budget", "30").status == 1
    assert reviewbot(*words, "--budget", "0").status == 2
    git(ROOT, "config", "--global", "reviewbot.budget", "soon")
    done = reviewbot(*words)
    assert (done.status, done.out) == (2, "")
    assert "reviewbot.budget 'soon'" in done.err


@pytest.mark.usefixtures("slow")
def test_a_diff_in_hunks_alone(tree: Path, tmp_path: Path) -> None:
    """A patch that does not apply is read alone within the same time."""
    (tmp_path / "odd.eml").write_bytes(patch_mail(DIFF.replace("pear_read", "plum_read")))
    made = reviewbot("check", tmp_path / "odd.eml", "--tree", tree, "--rule", "slow", "--format", "json")

    assert made.status == 2
    assert made.json()["coverage"]["over_budget"] == 1
