# SPDX-License-Identifier: GPL-2.0-or-later
"""Which reports are sure of themselves, and which ask a question and rewrite nothing that they do not know?"""

from __future__ import annotations

import pytest

from reviewbot.registry import load_rules
from reviewbot.rule import Example
from tests.rules.harness import run

RULES = {rule.id: rule for rule in load_rules()}


@pytest.mark.parametrize(
    ("rule", "example", "exact", "proposes"),
    [
        ("sizeof-pointer", "struct", True, True),
        ("sizeof-pointer", "field", True, True),
        ("sizeof-pointer", "field-of-a-structure-not-seen", False, False),
        ("sizeof-pointer", "comparison-in-the-target", False, False),
        ("dev-err-probe-result", "same-constant", True, True),
        ("dev-err-probe-result", "another-variable", False, False),
        ("dev-err-probe-result", "another-constant", False, False),
        ("kcalloc", "kzalloc", True, True),
        ("kcalloc", "constant-count", False, True),
        ("is-cow-mapping", "near", False, True),
        ("open-coded-helper", "two-tests", True, True),
        ("open-coded-helper", "type-not-seen", False, True),
        ("open-coded-helper", "one-flag-differs", False, True),
    ],
)
def test_report_is_as_sure_as_it_can_be(rule: str, example: str, exact: bool, proposes: bool) -> None:
    """Exact only where all that the proposal rests on was seen."""
    case = next(e for e in RULES[rule].examples if e.name == example)
    report = run(RULES[rule], case)[0]

    assert (report.exact, report.suggestion is not None) == (exact, proposes)


def test_two_errors_are_asked_about_by_name() -> None:
    """Where logged and returned error differ, the question names both."""
    rule = RULES["dev-err-probe-result"]
    case = next(e for e in rule.examples if e.name == "another-constant")

    assert run(rule, case)[0].message == "dev_err_probe() logs ret and -EIO is returned; which one is meant?"


def test_a_constant_of_a_header_that_is_named_without_a_blank() -> None:
    """`#include"own.h"` includes the constants of that header like any other line."""
    headers = {"include/linux/delay.h": "static inline void fsleep(unsigned long usecs)\n"}
    code = '#include"own.h"\n\nvoid f(void)\n{\n\tmsleep(OWN_MS);\n}\n'
    case = Example("own", code, path="drivers/a.c", headers=headers | {"drivers/own.h": "#define OWN_MS 5\n"})

    assert [report.suggestion for report in run(RULES["fsleep"], case)] == ["fsleep(OWN_MS * USEC_PER_MSEC)"]
