# SPDX-License-Identifier: GPL-2.0-or-later
"""Does `reviewbot check` print what it is asked for, the same each time, and end with the right status?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from reviewbot.registry import load_rules
from tests.cli.tool import DIFF, FINDING, MBOX, git, git_tree, patch_mail, reviewbot
from tests.conftest import ROOT

SCHEMA = json.loads((ROOT / "docs" / "check.schema.json").read_text())
RUNS = {
    "reply": ("demo-rfc@example.org", *MBOX),
    "series": ("demo-hwmon-v2-0@example.org", *MBOX),
}


def test_demo_as_text() -> None:
    """The founding case in small: where it applied, the finding on one line, the proposal, the coverage."""
    done = reviewbot("check", "demo-rfc@example.org", *MBOX)

    lines = done.out.splitlines()
    assert done.status == 1
    assert done.err == ""
    assert lines[:2] == ["mm: lock less while copying", "  <demo-rfc@example.org>"]
    assert lines[2].startswith("  a diff in a reply; applied to ")
    found = [line for line in lines if line.startswith("  mm/space.c:19: ")]
    assert len(found) == 1
    assert found[0].endswith(" [is-cow-mapping, moderate] cb91e40")
    assert "    → is_cow_mapping(vma->vm_flags)" in lines
    assert lines[-4] == "1 finding"
    assert re.fullmatch(r"1 of 1 touched function analysed by \d+ of \d+ rules", lines[-3])
    assert lines[-2].startswith("draft 347245a: ")
    assert lines[-1].startswith("next: reviewbot draft show 347245a, reviewbot adopt cb91e40, ")


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "xterm-256color"}, {"COLUMNS": "40"}])
def test_plain_when_piped(env: dict[str, str]) -> None:
    """What goes into a pipe holds no escapes, and is not wrapped, whatever the terminal is."""
    assert reviewbot("check", "demo-rfc@example.org", *MBOX, env=env) == reviewbot(
        "check", "demo-rfc@example.org", *MBOX
    )
    assert "\x1b" not in reviewbot("check", "demo-rfc@example.org", *MBOX, env=env).out


def test_nothing_is_said_twice() -> None:
    """A note on the only patch stands under the patch, not above it as well."""
    out = reviewbot("check", "demo-rfc@example.org", *MBOX).out
    assert out.count("wrapped") == 1
    assert "patch 1/1" not in out


@pytest.mark.parametrize("run", RUNS)
def test_json_as_documented(run: str) -> None:
    """The JSON is what docs/check.schema.json says, with nothing left over."""
    done = reviewbot("check", *RUNS[run], "--format", "json")

    assert done.status == 1
    jsonschema.Draft202012Validator(SCHEMA).validate(done.json())


def test_json_of_a_failure(tree: Path, mail: Path) -> None:
    """So it is where nothing applied."""
    (tree / "drivers" / "pear.c").write_text("int other;\n")
    review = reviewbot("check", mail, "--tree", tree, "--format", "json").json()

    jsonschema.Draft202012Validator(SCHEMA).validate(review)
    assert review["findings"][0]["verdict"] == "unproven"
    assert review["findings"][0]["confidence"] == "moderate"
    assert review["series"]["patches"][0]["applied"] is False
    assert review["series"]["patches"][0]["error"]
    assert review["coverage"]["functions"] == 0
    assert [skipped["what"] for skipped in review["coverage"]["skipped"]] == ["hunks alone"]


def test_schema_is_strict() -> None:
    """Every object of the schema forbids further fields and requires its own; every field is described."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    todo = [SCHEMA, *SCHEMA["$defs"].values()]
    objects = 0
    while todo:
        one = todo.pop()
        todo += [v for v in (one.get("items"), *one.get("properties", {}).values()) if v]
        assert "description" in one or "$ref" in one, one
        if one.get("type") == "object":
            objects += 1
            assert one["additionalProperties"] is False
            assert sorted(one["required"]) == sorted(one["properties"])
    assert objects >= 7


def test_json_values(tree: Path, mail: Path, tmp_path: Path) -> None:
    """The fields of a small review are those worked out by hand."""
    out = tmp_path / "out"
    review = reviewbot("check", mail, "--tree", tree, "--format", "json", "--out", out).json()

    assert review["version"] == 2
    assert review["series"]["msgid"] == "pear@example.org"
    assert review["series"]["base"] == {
        "name": str(tree), "commit": None, "why": review["series"]["base"]["why"]
    }  # fmt: skip
    coverage = review["coverage"]
    assert (coverage["functions"], coverage["analysed"], coverage["skipped"]) == (1, 1, [])
    assert coverage["rules"] + len(coverage["idle"]) == len(load_rules())
    assert {"rule": "enum-comma", "why": "is for linux-iio, linux-leds"} in coverage["idle"]
    (finding,) = review["findings"]
    assert {k: finding[k] for k in ("rule", "patch", "file", "line", "last_line", "function", "verdict")} == {
        "rule": "dev-err-probe", "patch": "pear@example.org", "file": "drivers/pear.c", "line": 8, "last_line": 9,
        "function": "pear_probe", "verdict": "introduced",
    }  # fmt: skip
    assert finding["helper"] == "dev_err_probe"
    assert finding["suggestion"] == 'return dev_err_probe(&pdev->dev, ret, "cannot read\\n");'
    assert review["drafts"] == [str(out / "0001-pear-say-what-failed.eml")]
    assert review["problems"] == []


def test_same_bytes_twice(tmp_path: Path) -> None:
    """The same input gives the same output and the same drafts, byte for byte, in any locale and time zone."""
    runs = []
    for number, env in enumerate(({}, {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "1"})):
        cwd = tmp_path / str(number)
        cwd.mkdir()
        words = ("check", "demo-rfc@example.org", *MBOX, "--format", "json", "--out", "out")
        done = reviewbot(*words, cwd=cwd, env=env)
        files = {p.name: p.read_bytes() for p in sorted((cwd / "out").iterdir())}
        runs.append((done, files))

    assert runs[0] == runs[1]
    assert len(runs[0][1]) == 3


def test_clean(tree: Path, tmp_path: Path) -> None:
    """Nothing found is status 0, and no draft is written."""
    (tmp_path / "fine.eml").write_bytes(patch_mail(DIFF.replace('dev_err(&pdev->dev, "cannot read\\n")', "pear_off()")))
    done = reviewbot("check", tmp_path / "fine.eml", "--tree", tree, "--out", tmp_path / "out")

    assert (done.status, done.err) == (0, "")
    assert "0 findings\n1 of 1 touched function analysed by " in done.out
    assert not (tmp_path / "out").exists()


def test_drafts_are_named(tree: Path, mail: Path, tmp_path: Path) -> None:
    """The text names the draft; a second run says that it was edited, and keeps it."""
    run = ("check", mail, "--tree", tree, "--out", tmp_path / "out")
    draft = tmp_path / "out" / "0001-pear-say-what-failed.eml"

    number = "fc57c4e"
    assert reviewbot(*run).out.splitlines()[-2] == f"draft {number}: {draft}"
    draft.write_text("mine\n")
    assert f"draft {number}: {draft} (edited by you, kept as it is)\n" in reviewbot(*run).out
    assert draft.read_text() == "mine\n"


def test_pre_existing(tmp_path: Path, tree: Path) -> None:
    """What stood there before is not shown and not blamed, until --all asks for it."""
    source = tree / "drivers" / "pear.c"
    source.write_text(source.read_text().replace("\tif (ret)\n", '\tif (ret) {\n\t\tdev_err(d, "x\\n");\n')
                      .replace("\t\treturn ret;\n", "\t\treturn ret;\n\t}\n"))  # fmt: skip
    diff = (
        "diff --git a/drivers/pear.c b/drivers/pear.c\n--- a/drivers/pear.c\n+++ b/drivers/pear.c\n@@ -10,3 +10,4 @@\n"
        " \t}\n+\tpear_go();\n \treturn 0;\n }\n"
    )
    (tmp_path / "a.eml").write_bytes(patch_mail(diff))
    quiet = reviewbot("check", tmp_path / "a.eml", "--tree", tree)
    loud = reviewbot("check", tmp_path / "a.eml", "--tree", tree, "--all")

    assert (quiet.status, loud.status) == (0, 0)
    assert FINDING not in quiet.out
    assert "0 findings (and 1 pre-existing, see --all)" in quiet.out
    assert FINDING in loud.out
    assert "[dev-err-probe, high, pre-existing]" in loud.out
    assert "1 finding (1 pre-existing)" in loud.out


def test_one_rule(tree: Path, mail: Path) -> None:
    """--rule runs that rule alone, and may be repeated."""
    assert reviewbot("check", mail, "--tree", tree, "--rule", "kcalloc").status == 0
    assert reviewbot("check", mail, "--tree", tree, "--rule", "kcalloc", "--rule", "dev-err-probe").status == 1


def test_unknown_rule(tree: Path, mail: Path) -> None:
    """An unknown rule is said by name, and nothing is checked."""
    done = reviewbot("check", mail, "--tree", tree, "--rule", "no-such-rule")
    assert (done.status, done.out) == (2, "")
    assert "no-such-rule" in done.err


def test_base(tmp_path: Path, mail: Path) -> None:
    """--base is the only base tried; a revision that does not exist is one sentence with its name."""
    tree = git_tree(tmp_path / "repo")
    first = git(tree, "rev-parse", "HEAD")
    (tree / "drivers" / "pear.c").write_text("int other;\n")
    git(tree, "commit", "-q", "-a", "-m", "other")

    good = reviewbot("check", mail, "--tree", tree, "--base", "HEAD~1", "--format", "json").json()
    assert good["series"]["base"]["commit"] == first
    assert good["series"]["applied"] is True
    other = reviewbot("check", mail, "--tree", tree, "--base", "HEAD", "--format", "json").json()
    assert other["series"]["applied"] is False
    assert other["findings"][0]["verdict"] == "unproven"
    bad = reviewbot("check", mail, "--tree", tree, "--base", "nonsense")
    assert (bad.status, bad.out) == (2, "")
    assert "nonsense" in bad.err


def test_hunks_alone(tmp_path: Path, mail: Path) -> None:
    """What does not apply is said once with git's words, and the hunks are reviewed with less confidence."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "README").write_text("no such driver\n")
    done = reviewbot("check", mail, "--tree", tmp_path / "empty")

    # the rule needs its header, which is not in that tree either: nothing is claimed, and nothing called clean
    assert done.status == 2
    assert done.out.count("does not apply to") == 1
    assert "its hunks were reviewed alone\n" in done.out
    assert "no function was seen whole, hunks read by " in done.out
    assert " rules\n  only the hunks were seen of drivers/pear.c\n" in done.out


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("check", "--help"),
        ("rules", "--help"),
        *((*words.split(), "--help") for words in ("rules show", "rules stats", "rules unmute", "dismiss", "adopt")),
        *(("draft", word, "--help") for word in ("list", "show", "edit", "drop", "export")),
    ],
)
def test_help(words: tuple[str, ...]) -> None:
    """Each help says what the command does; those of commands have an example to copy."""
    done = reviewbot(*words)
    assert (done.status, done.err) == (0, "")
    if words != ("--help",):
        assert "Example" in done.out
        assert f"reviewbot {' '.join(words[:-1])}" in done.out.split("Example", 1)[1]


def test_version_imports_little() -> None:
    """--version answers without loading the machinery."""
    done = reviewbot("--version", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.out.startswith("reviewbot ")
    assert "rich" not in done.err
    assert "tree_sitter" not in done.err


@pytest.mark.parametrize(
    "words", [("check",), ("check", "x@y", "--format", "xml"), ("chekc", "x@y"), ("check", "--no-such-option", "x@y")]
)
def test_wrong_usage(words: tuple[str, ...]) -> None:
    """A slip in the command line is one sentence and status 2."""
    done = reviewbot(*words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("reviewbot: ")
    assert len(done.err.splitlines()) == 2
