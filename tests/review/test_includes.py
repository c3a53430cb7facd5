# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a change that calls a helper bring the #include that it needs, where it belongs, and only then?"""

from __future__ import annotations

import pytest

from reviewbot.match.site import TreeView
from reviewbot.review.includes import with_headers
from reviewbot.syntax.facts import SyntaxFacts
from tests.rules.harness import MadeUpTree

TREE = {
    "include/linux/pear.h": "static inline int ripe(int a)\n{\n\treturn a > 3;\n}\n",
    "include/linux/fruit.h": "#include <linux/pear.h>\n",
    "include/linux/apple.h": "int apple;\n",
    "include/linux/zebra.h": "int zebra;\n",
    "include/asm-generic/plum.h": "static inline int sour(int a)\n{\n\treturn a < 3;\n}\n",
    "include/linux/two.h": "static inline int both(int a)\n{\n\treturn a < 2;\n}\n",
    "include/net/two.h": "static inline int both(int a)\n{\n\treturn a < 2;\n}\n",
    "drivers/own.h": "static inline int mine(int a)\n{\n\treturn a < 1;\n}\n",
}
BODY = "\nint f(int a)\n{\n\treturn 0;\n}\n"


def _with(text: str, *helpers: str, path: str = "drivers/a.c") -> tuple[str, str]:
    tree = MadeUpTree({**TREE, path: text})
    made, why = with_headers(path, text.encode(), helpers, TreeView(tree, SyntaxFacts()))
    return made.decode(), why


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "#include <linux/apple.h>\n#include <linux/zebra.h>\n",
            "#include <linux/apple.h>\n#include <linux/pear.h>\n#include <linux/zebra.h>\n",
        ),
        (
            "#include <linux/zebra.h>\n#include <linux/apple.h>\n#include <net/two.h>\n",
            "#include <linux/zebra.h>\n#include <linux/apple.h>\n#include <linux/pear.h>\n#include <net/two.h>\n",
        ),
        (
            "#include <linux/apple.h>\n#ifdef ZEBRA\n#include <linux/zebra.h>\n#endif\n",
            "#include <linux/apple.h>\n#include <linux/pear.h>\n#ifdef ZEBRA\n#include <linux/zebra.h>\n#endif\n",
        ),
    ],
)
def test_where_it_goes(before: str, after: str) -> None:
    """It keeps an order that is there, else stands behind the last, and never in an #if."""
    assert _with(before + BODY, "ripe", "ripe") == (after + BODY, "")


@pytest.mark.parametrize("seen", ["linux/pear.h", "linux/fruit.h"])
def test_what_is_seen(seen: str) -> None:
    """A header that the file includes, itself or through another one, is not included again."""
    text = f"#include <{seen}>\n{BODY}"
    assert _with(text, "ripe") == (text, "")


def test_what_is_no_matter() -> None:
    """What stands in a header of the file's own, and what no header is known to hold, needs nothing."""
    text = f'#include <linux/apple.h>\n#include "own.h"\n{BODY}'
    assert _with(text, "mine", "unheard_of") == (text, "")


@pytest.mark.parametrize(
    ("text", "helper", "header"),
    [
        ("#include <linux/apple.h>\n", "sour", "asm-generic/plum.h"),
        ("#include <linux/apple.h>\n", "both", "linux/two.h"),
        ('#include "own.h"\n', "ripe", "linux/pear.h"),
        ("#ifndef A_H\n#include <linux/apple.h>\n#endif\n", "ripe", "linux/pear.h"),
    ],
)
def test_what_cannot_be_included(text: str, helper: str, header: str) -> None:
    """A header of an architecture, one of two, and a file without a place for it speak against the change."""
    assert _with(text + BODY, helper) == (text + BODY, f"it needs {header}, which the file does not include")
