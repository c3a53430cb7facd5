# SPDX-License-Identifier: GPL-2.0-or-later
"""How does a rule tell of a path: at which place, in which words, under which fingerprint, and what was given up?"""

from __future__ import annotations

import dataclasses

import pytest

from reviewbot.match.site import TreeView
from reviewbot.review.reports import Rules
from reviewbot.rule import Assume, Category, Confidence, Example, Pattern, Rule
from tests.rules.harness import FACTS, MadeUpTree, run

_RULE = Rule(
    id="lock-held",
    title="t",
    why="w",
    known_problems="k",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    patterns=("lock($l); ... $exit;",),
    unless=("unlock($l)",),
    message="`{l}`, taken in line {line1}, is held {through} in line {line2}",
    examples=(),
    references=(),
)


def _message(body: str, rule: Rule = _RULE) -> str:
    (report,) = run(rule, Example("e", f"int f(int n)\n{{\n{body}\n}}\n"))
    return report.message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("lock(a);\nreturn 0;", "on this path in line 4"),
        ("lock(a);\nif (n)\nreturn 1;\nunlock(a);", "when `n` is not 0 in line 5"),
        ("lock(a);\nif (n)\nunlock(a);", "when `n` is 0 in line 6"),
        ("lock(a);\nif (n < 0)\nreturn 1;\nunlock(a);", "when `n < 0` in line 5"),
        ("lock(a);\nif (n < 0)\nunlock(a);", "unless `n < 0` in line 6"),
        ("lock(a);\nif (n)\ngoto out;\nunlock(a);\nout:\nreturn 0;", "through `out` in line 8"),
        ("lock(a);\nswitch (n) {\ncase 3:\nreturn 1;\n}\nunlock(a);", "in `case 3` of `n` in line 6"),
        ("lock(a);\n\tfor_each_x(p) {\nreturn 1;\n}\nunlock(a);", "inside of `for_each_x(p)` in line 5"),
        ("lock(a);\n#ifdef X\nunlock(a);\n#endif", "without `#ifdef X` in line 7"),
    ],
)
def test_message_names_the_lines_and_the_last_turn(body: str, words: str) -> None:
    """{line1} and {line2} are the steps, {through} what decides."""
    assert _message(body) == f"`a`, taken in line 3, is held {words}"


def test_report_stands_where_the_pattern_says() -> None:
    """At the way out, or where the lock is taken; once for each place."""
    code = Example("e", "int f(int n)\n{\n\tlock(a);\n\tif (n)\n\t\treturn 1;\n\treturn 0;\n}\n")
    first = dataclasses.replace(_RULE, patterns=(Pattern("lock($l); ... $exit;", report=0),))

    assert [report.match.span.first_line for report in run(_RULE, code)] == [5, 6]
    assert [report.match.span.first_line for report in run(first, code)] == [3]
    assert [report.code for report in run(_RULE, code)] == ["return 1;", "return 0;"]


def test_fingerprint_holds_the_steps_and_no_lines() -> None:
    """The same path further down has the same key; another way out has another."""
    early, late = "lock(a);\nreturn n;", "g();\ng();\nlock( a );\nif (n)\nreturn  n;\nunlock(a);"
    keys = [run(_RULE, Example("e", f"int f(int n)\n{{\n{body}\n}}\n"))[0].key for body in (early, late)]

    assert keys[0] == keys[1] == "call:(id:lock,id:a);return:(id:n)"


def test_assumption_of_a_rule_is_an_excuse() -> None:
    """Assume stands among the excuses, for paths."""
    rule = dataclasses.replace(_RULE, patterns=("try($l); ... $exit;",), unless=("unlock($l)", Assume("!try($l)")))

    code = Example("e", "int f(int n)\n{\n\tif (!try(a))\n\t\treturn 1;\n\tunlock(a);\n\treturn 0;\n}\n")
    assert run(rule, code) == ()
    assert len(run(dataclasses.replace(rule, unless=rule.unless[:1]), code)) == 1


def test_function_that_was_not_followed_is_listed() -> None:
    """What the review shows as not analysed names the function and the reason."""
    rules = Rules((_RULE,), TreeView(MadeUpTree({}), FACTS))
    reports = rules.in_text(
        "a.c", b"int f(int n)\n{\n\tlock(a);\n\tgoto nowhere;\n}\nint g(void)\n{\n\tlock(a);\n\tx(;\n}\n"
    )

    assert [(s.what, s.why) for s in reports.skipped] == [("paths of f()", "there is no label nowhere")]
