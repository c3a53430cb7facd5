# SPDX-License-Identifier: GPL-2.0-or-later
"""How do the tests run the command as users do?  In a process of its own, with small trees and mails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

FIXTURES = ROOT / "fixtures"
ARCHIVE = FIXTURES / "archive.mbox"
TREE = FIXTURES / "tree"
MBOX = ("--mbox", str(ARCHIVE), "--tree", str(TREE))
COMMAND = (sys.executable, "-m", "reviewbot")
SECONDS = 60

SOURCE = """\
#include <linux/dev_printk.h>

static int pear_probe(struct platform_device *pdev)
{
	int ret = pear_read(pdev);

	if (ret)
		return ret;
	return 0;
}
"""
DIFF = "\n".join(
    (
        "diff --git a/drivers/pear.c b/drivers/pear.c",
        "--- a/drivers/pear.c",
        "+++ b/drivers/pear.c",
        "@@ -4,7 +4,9 @@ static int pear_probe(struct platform_device *pdev)",
        " {",
        " \tint ret = pear_read(pdev);",
        " ",
        "-\tif (ret)",
        "+\tif (ret) {",
        '+\t\tdev_err(&pdev->dev, "cannot read\\n");',
        " \t\treturn ret;",
        "+\t}",
        " \treturn 0;",
        " }",
        "",
    )
)
FINDING = "drivers/pear.c:8: "


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


def reviewbot(*words: str | Path, cwd: Path = FIXTURES, stdin: bytes = b"", env: dict[str, str] | None = None) -> Done:
    """Run the command and wait; a run that takes longer than a minute fails the test."""
    done = subprocess.run(
        (*COMMAND, *map(str, words)),
        cwd=cwd,
        input=stdin,
        env={**os.environ, **(env or {})},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def patch_mail(
    diff: str = DIFF,
    *,
    subject: str = "[PATCH] pear: say what failed",
    msgid: str = "pear@example.org",
    headers: str = "",
    words: str = "Say so.\n\nSigned-off-by: Ann Author <ann@example.org>\n---\n",
) -> bytes:
    """A patch mail by Ann Author."""
    head = (
        "From: Ann Author <ann@example.org>\nTo: list@lists.example.org\nDate: Mon, 02 Nov 2026 10:00:00 +0000\n"
        f"Subject: {subject}\nMessage-ID: <{msgid}>\n{headers}"
    )
    return f"{head}\n{words}{diff}-- \n2.47.0\n".encode()


def pear_tree(folder: Path) -> Path:
    """A plain folder that looks like a kernel tree to the command, with one driver."""
    for name, text in {
        "MAINTAINERS": "",
        "Kbuild": "",
        "include/linux/dev_printk.h": "int dev_err_probe(struct device *dev, int err, const char *fmt, ...);\n",
        "drivers/pear.c": SOURCE,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def git(folder: Path, *words: str) -> str:
    """Run git in a folder, as somebody with a name."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(("git", *who, *words), cwd=folder, capture_output=True, check=True, text=True)
    return done.stdout.strip()


def git_tree(folder: Path) -> Path:
    """The same tree as a git repository with one commit."""
    pear_tree(folder)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "start")
    return folder


def refused(done: Done, *words: str) -> None:
    """Nothing on stdout, one sentence with these words and perhaps a hint on stderr, status 2."""
    assert (done.status, done.out) == (2, ""), done
    lines = done.err.splitlines()
    assert 1 <= len(lines) <= 2
    assert lines[0].startswith("reviewbot: ")
    assert len(lines[0]) < 400
    for word in words:
        assert word in lines[0]
