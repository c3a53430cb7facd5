# SPDX-License-Identifier: GPL-2.0-or-later
"""Is replaced code laid out as the kernel's coding style has it?"""

from __future__ import annotations

import pytest

from reviewbot.review.layout import fitted, is_grouped

LONG = 'return dev_err_probe(&client->dev, -EINVAL, "no (such, setting: %s\\n", cl_setting_of(a, b));'


def test_short_enough() -> None:
    """Up to 100 columns a line stays as it is, tabs counted as eight."""
    assert fitted(LONG, "\t") == LONG
    assert fitted(LONG, "\t" * 2) != LONG


def test_broken_between_arguments() -> None:
    """A longer one is filled to 80 columns and goes on below its first argument; strings and calls stay whole."""
    assert fitted(LONG, "\t\t\t").split("\n") == [
        "return dev_err_probe(&client->dev, -EINVAL,",
        '\t\t\t\t\t     "no (such, setting: %s\\n",',
        "\t\t\t\t\t     cl_setting_of(a, b));",
    ]


@pytest.mark.parametrize("code", [LONG.removesuffix(";"), LONG.replace(", -E", ",\n-E"), f"return {'x' * 100};"])
def test_left_as_it_is(code: str) -> None:
    """What is no statement, has lines already, or has no call is not broken."""
    assert fitted(code, "\t\t\t") == code


@pytest.mark.parametrize(
    ("before", "code", "after", "grouped"),
    [
        ("*arg = (", "BIT_ULL(n)", ") | x;", True),
        ("if (a && (", "!idle(t)", "))", True),
        ("return (", "up(n)", ");", True),
        ("f(", "up(n)", ");", False),
        ("if (", "up(n)", ")", False),
        ("(u64)(", "up(n)", ")", False),
        ("a = (", "up(n)", " + 1)", False),
        ("a = (", "up(n) + up(m)", ")", False),
        ("a = (", "n", ")", False),
        ("a = (", 'f(")")', ")", True),
    ],
)
def test_parentheses(before: str, code: str, after: str, grouped: bool) -> None:  # a column of a table
    """Parentheses that only group say nothing around a call; those of another call, an if or a cast stay."""
    assert is_grouped(code, before, after) is grouped
