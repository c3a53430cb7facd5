# SPDX-License-Identifier: GPL-2.0-or-later
"""How do the tests ask what the rules of a semantic patch report in a piece of C?"""

from __future__ import annotations

from reviewbot.cocci.make import Cocci, read
from reviewbot.match.run import run_rule
from reviewbot.match.site import TreeView
from reviewbot.match.trial import FACTS, MadeUpTree
from tests.match.code import terms_of

REPORT = """
@script:python depends on report@
p << r.p;
@@
coccilib.report.print_report(p[0], "WARNING: found")
"""


def one_rule(declared: str, body: str, header: str = "r", script: str = REPORT) -> Cocci:
    """A file with one rule, and a script that reports its position `p`."""
    return read(f"virtual report\n\n@{header}@\n{declared}\nposition p;\n@@\n\n{body}\n{script}", "mine.cocci")


def whole(code: str) -> str:
    """The body of a function as a file; the code begins on line 3."""
    body = "".join(f"\t{line}\n" for line in code.split("\n"))
    return code if code.startswith("int f") else f"int f(struct foo *a, int b, void *c)\n{{\n{body}}}\n"


def lines_of(cocci: Cocci, code: str) -> list[int]:
    """The lines that the rules report; the code is the body of a function, or begins with `int f`."""
    assert cocci.refused == ()
    terms, view = terms_of(whole(code)), TreeView(MadeUpTree({}), FACTS)
    found = [report.match.span.first_line for rule in cocci.rules for report in run_rule(rule, terms, view)]
    return sorted(set(found))
