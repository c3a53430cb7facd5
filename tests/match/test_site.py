# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a rule learn when it asks the tree for bodies of functions and for options?"""

from __future__ import annotations

from reviewbot.match.engine import Terms
from reviewbot.match.run import run_rule
from reviewbot.match.site import TreeView
from reviewbot.rule import Category, Confidence, Example, Rule, Site
from tests.rules.harness import FACTS, MadeUpTree, unit_of

_HEADER = (
    "int one(int n);\n#define two(n) three(n)\n"
    "#ifdef CONFIG_FOUR\nchar *four(int n);\n#else\nstatic inline char *four(int n)\n{\n\treturn NULL;\n}\n#endif\n"
)
_BASE = MadeUpTree({"include/linux/a.h": _HEADER, "Kconfig": "config FOO\n"})
_LAST = MadeUpTree({"Kconfig": "config BAR\n"})


def _asked(view: TreeView, question: str) -> list[tuple[str, ...]]:
    """What `bodies` and `has_option` answer for a name."""
    answers = []

    def where(site: Site) -> bool:
        answers.append((str(site.has_option(question)), *(" ".join(body.split()) for body in site.bodies(question))))
        return True

    rule = Rule(
        id="call", title="t", why="w", known_problems="k", category=Category.API, confidence=Confidence.LOW,
        patterns=("old($a)",), where=where, message="m", references=("r",), examples=(Example("e", "x"),),
    )  # fmt: skip
    list(run_rule(rule, Terms(unit_of(Example("e", "int f(int a)\n{\n\treturn old(a);\n}\n"))), view))
    return answers


def test_bodies_of_what_headers_define() -> None:
    """Inline functions and macros have a body, declarations have none, and what is unknown has none."""
    view = TreeView(_BASE, FACTS)

    found = {name: _asked(view, name)[0][1:] for name in ("one", "two", "four", "five")}
    assert found == {"one": (), "two": ("three(n)",), "four": ("{ return NULL; }",), "five": ()}


def test_options_are_those_that_the_series_leaves() -> None:
    """The tree at the end of a series counts where there is one; without Kconfig files all is taken to be there."""
    before, after, nothing = TreeView(_BASE, FACTS), TreeView(_BASE, FACTS, last=_LAST), TreeView(MadeUpTree({}), FACTS)

    answers = [[_asked(view, name)[0][0] for name in ("FOO", "BAR")] for view in (before, after, nothing)]
    assert answers == [["True", "False"], ["False", "True"], ["True", "True"]]
