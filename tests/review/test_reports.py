# SPDX-License-Identifier: GPL-2.0-or-later
"""Is the tree asked about what a series changes, and about nothing else?"""

from __future__ import annotations

from reviewbot.match.site import TreeView
from reviewbot.model import SourceFile
from reviewbot.registry import load_rules
from reviewbot.review.reports import Rules
from tests.rules.harness import FACTS, MadeUpTree

_HEADER = "#define UNITS_UP(x) (((x) + UNIT_SIZE - 1) >> UNIT_SHIFT)\n"
_BEFORE = """#include <linux/units.h>
#define OLD(x) (((x) + UNIT_SIZE - 1) >> UNIT_SHIFT)
int old(int n)
{
	return (n + UNIT_SIZE - 1) >> UNIT_SHIFT;
}
"""
_AFTER = (
    _BEFORE
    + """#define NEW(x) (((x) + UNIT_SIZE - 1) >> UNIT_SHIFT)
int new(int n)
{
	return (n + UNIT_SIZE - 1) >> UNIT_SHIFT;
}
"""
)


def test_changed_functions_and_macros() -> None:
    """Functions and #defines that are the same at both ends of a series are not looked at."""
    rule = next(rule for rule in load_rules() if rule.id == "open-coded-helper")
    tree = MadeUpTree({"include/linux/units.h": _HEADER})
    lines = []
    for settled in (False, True):
        rules = Rules((rule,), TreeView(tree, FACTS))
        if settled:
            rules.settle([SourceFile("mm/a.c", _BEFORE.encode())], [SourceFile("mm/a.c", _AFTER.encode())])
        reports = rules.in_text("mm/a.c", _AFTER.encode()).reports
        lines.append([report.match.span.first_line for report in reports])

    assert lines == [[2, 5, 7, 10], [7, 10]]
