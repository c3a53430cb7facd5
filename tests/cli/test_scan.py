# SPDX-License-Identifier: GPL-2.0-or-later
"""Does `reviewbot scan` find in files what `check` finds in patches, and say how much it looked at?"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.tool import reviewbot

_BAD = """\
#include <linux/device.h>

static int pear_probe(struct platform_device *pdev)
{
	int ret = pear_read(pdev);

	if (ret) {
		dev_err(&pdev->dev, "cannot read\\n");
		return ret;
	}
	return 0;
}
"""
_PRINTK = "int dev_err_probe(const struct device *dev, int err, const char *fmt, ...);\n"
_MESSAGE = "dev_err_probe"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree with one finding in each of two drivers, and a function that cannot be understood."""
    files = {
        "include/linux/dev_printk.h": _PRINTK,
        "drivers/pear/pear.c": _BAD,
        "drivers/plum/plum.c": _BAD.replace("pear", "plum"),
        "drivers/plum/odd.c": "int odd(void)\n{\n\tif ) dev_err(x);\n\treturn 0;\n}\n",
        "drivers/plum/notes.txt": "no code\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _places(out: str) -> list[str]:
    return [line.split(": ")[0] for line in out.splitlines() if _MESSAGE in line and line.startswith("drivers/")]


def test_folder(tree: Path) -> None:
    """Each finding of a folder is one line, by place, and what was not understood is said."""
    done = reviewbot("scan", "drivers", "--tree", str(tree), "--rule", "dev-err-probe")

    assert done.status == 1
    assert _places(done.out) == ["drivers/pear/pear.c:8", "drivers/plum/plum.c:8"]
    assert f"2 of 3 functions in 3 files of {tree} analysed, 1 rules" in done.out
    assert "not analysed: odd in drivers/plum/odd.c: not understood (line 3)" in done.out


def test_processes_make_no_difference(tree: Path) -> None:
    """One process and many find the same."""
    for number in range(40):
        (tree / f"drivers/pear/pear{number}.c").write_text(_BAD.replace("pear", f"pear{number}"))
    words = ("scan", ".", "--tree", str(tree), "--rule", "dev-err-probe", "--format", "json")
    caches = ({"XDG_CACHE_HOME": str(tree / jobs)} for jobs in "13")
    one, many = (reviewbot(*words, "--jobs", jobs, env=env) for jobs, env in zip("13", caches, strict=True))

    assert json.loads(one.out) == json.loads(many.out)
    assert len(json.loads(one.out)["findings"]) == 42


def test_clean_file(tree: Path) -> None:
    """A file without findings ends with 0, whether it is named from the top or from where the user stands."""
    (tree / "drivers/pear/good.c").write_text("int good(void)\n{\n\treturn 0;\n}\n")
    top = reviewbot("scan", "drivers/pear/good.c", "--tree", str(tree), "--rule", "dev-err-probe")
    here = reviewbot("scan", "good.c", "--tree", str(tree), "--rule", "dev-err-probe", cwd=tree / "drivers/pear")

    assert (top.status, here.status) == (0, 0)
    assert top.out == here.out == f"1 of 1 functions in 1 files of {tree} analysed, 1 rules\n"


def test_files_as_they_stand_and_a_revision(tree: Path) -> None:
    """In a repository the files on the disk are read, or those of a revision."""
    for words in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "x")):
        subprocess.run(("git", *words), cwd=tree, check=True)
    (tree / "drivers/pear/pear.c").write_text("int pear;\n")
    now = reviewbot("scan", "drivers/pear", "--tree", str(tree), "--rule", "dev-err-probe")
    then = reviewbot("scan", "drivers/pear", "--tree", str(tree), "--rule", "dev-err-probe", "--base", "HEAD")

    assert (now.status, _places(now.out)) == (0, [])
    assert (then.status, _places(then.out)) == (1, ["drivers/pear/pear.c:8"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("drivers/none",), "there is no C file at drivers/none"),
        (("drivers/plum/notes.txt",), "there is no C file at drivers/plum/notes.txt"),
        (("../up",), "there is no C file at ../up"),
        (("/etc",), "/etc is not in the tree"),
        (("drivers", "--rule", "none"), "there is no rule none"),
        (("drivers", "--base", "none"), "has no revision none"),
    ],
)
def test_nothing_to_scan(tree: Path, words: tuple[str, ...], said: str) -> None:
    """What is not there is one sentence, and status 2."""
    done = reviewbot("scan", *words, "--tree", str(tree))

    assert (done.status, done.out) == (2, "")
    assert said in done.err.splitlines()[0]


def test_diff(tree: Path) -> None:
    """The diff takes the suggestions, and git applies it; what it leaves is said beside it."""
    done = reviewbot("scan", "drivers", "--tree", str(tree), "--rule", "dev-err-probe", "--format", "diff")
    subprocess.run(("git", "apply", "-"), cwd=tree, input=done.out.encode(), check=True)

    assert done.status == 1
    assert done.err == "2 of 2 findings are mended by this; 0 are not\n"
    assert (tree / "drivers/pear/pear.c").read_text() == _BAD.replace(
        '{\n\t\tdev_err(&pdev->dev, "cannot read\\n");\n\t\treturn ret;\n\t}',
        '\n\t\treturn dev_err_probe(&pdev->dev, ret, "cannot read\\n");',
    ).replace("if (ret) \n", "if (ret)\n")
