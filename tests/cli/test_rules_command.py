# SPDX-License-Identifier: GPL-2.0-or-later
"""Do `reviewbot rules` and `rules show` say what there is?"""

from __future__ import annotations

from reviewbot.registry import load_rules
from tests.cli.tool import reviewbot


def test_list() -> None:
    """Each rule is one line that starts with its id, however narrow the caller's window is."""
    done = reviewbot("rules", env={"COLUMNS": "30"})
    rules = load_rules()
    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines()] == ["rule", *(rule.id for rule in rules)]
    assert reviewbot("rules", "list").out == done.out


def test_show() -> None:
    """A rule is explained with its patterns, references and examples."""
    done = reviewbot("rules", "show", "is-cow-mapping")
    assert done.status == 0
    assert done.out.startswith("is-cow-mapping: ")
    for heading in ("Category:", "Confidence:", "Patterns:", "Message:", "Known problems:", "References:", "Examples:"):
        assert f"\n{heading}" in done.out


def test_show_unknown() -> None:
    """An unknown rule is one sentence, with the way to find the right one."""
    done = reviewbot("rules", "show", "no-such-rule")
    assert (done.status, done.out) == (2, "")
    assert done.err == "reviewbot: there is no rule no-such-rule\n           `reviewbot rules` lists them\n"
