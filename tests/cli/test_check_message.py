# SPDX-License-Identifier: GPL-2.0-or-later
"""Does `reviewbot check` read commit messages, too, and say in which line, counted from the subject?"""

from __future__ import annotations

from pathlib import Path

from tests.cli.tool import Done, patch_mail, pear_tree, reviewbot


def _checked(folder: Path, words: str, subject: str = "[PATCH] pear: say what failed") -> Done:
    tree = pear_tree(folder)
    mail = patch_mail(words=words, subject=subject)
    return reviewbot("check", "-", "--tree", str(tree), "--rule", "doubled-word", "--format", "json", stdin=mail)


_SIGNED = "\nSigned-off-by: Ann Author <ann@example.org>\n---\n"


def test_message(tmp_path: Path) -> None:
    """A finding in the message has its line; notes below `---` are no message."""
    done = _checked(tmp_path, f"Say so.\n\nIn the the log.\n{_SIGNED}It is is a note.\n")
    (finding,) = done.json()["findings"]

    assert done.status == 1
    assert (finding["file"], finding["line"], finding["verdict"]) == ("commit message", 5, "introduced")
    assert finding["message"] == "`the` stands twice here; once would do"


def test_subject(tmp_path: Path) -> None:
    """A subject is the first line."""
    (finding,) = _checked(tmp_path, f"Say so.\n{_SIGNED}", "[PATCH] pear: say what what failed").json()["findings"]

    assert (finding["file"], finding["line"]) == ("commit message", 1)


def test_clean_message(tmp_path: Path) -> None:
    """A message without findings is clean."""
    done = _checked(tmp_path, f"Say so.\n{_SIGNED}")

    assert (done.status, done.json()["findings"]) == (0, [])
