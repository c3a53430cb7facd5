# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the rules and scripts of a semantic patch decide about each other as those of spatch do?

The expected lines were compared with spatch 1.1.1 on the same code.
"""

from __future__ import annotations

import pytest

from reviewbot.cocci.make import read
from tests.cocci.code import REPORT, lines_of

_TOP = "virtual report\n\n"
_OTHER = "@a@\nexpression x;\nposition q;\n@@\nget@q(x)\n\n"
_SCRIPT = "\n@script:python depends on report@\np << r.p;\nx << r.x;\n@@\n"
_PRINT = 'coccilib.report.print_report(p[0], "found")\n'


@pytest.mark.parametrize(
    ("text", "code", "lines"),
    [
        pytest.param(
            _OTHER + "@r@\nexpression a.x;\nposition p;\n@@\nput@p(x)\n" + REPORT,
            "put(a);\nget(a);\nput(c);",
            [3],
            id="a metavariable of another rule",
        ),
        pytest.param(
            _OTHER + "@r@\nposition a.q;\nexpression a.x;\nposition p;\n@@\nget@q@p(x)\n" + REPORT,
            "get(a);\nput(a);",
            [3],
            id="a position and what comes with it",
        ),
        pytest.param(
            _OTHER + "@r depends on a@\nposition p;\n@@\nuse@p()\n" + REPORT,
            "use();\nget(a);",
            [3],
            id="depends on a rule that matches",
        ),
        pytest.param(
            _OTHER + "@r depends on a@\nposition p;\n@@\nuse@p()\n" + REPORT,
            "use();",
            [],
            id="depends on a rule that does not",
        ),
        pytest.param(
            _OTHER + "@r depends on !a@\nposition p;\n@@\nuse@p()\n" + REPORT,
            "use();",
            [3],
            id="depends on a rule that must not match, and does not",
        ),
        pytest.param(
            _OTHER + "@r depends on !a@\nposition p;\n@@\nuse@p()\n" + REPORT,
            "use();\nget(a);",
            [],
            id="depends on a rule that must not match, and does",
        ),
        pytest.param(
            _OTHER + "@r@\nexpression a.x, y <= a.x;\nposition p;\n@@\nf@p(x, y)\n" + REPORT,
            "get(a->n);\nf(a->n, a);\nf(a->n, a->n);\nf(a->n, b);",
            [4, 5],
            id="a part of what another rule found",
        ),
        pytest.param(
            _OTHER
            + "@ok@\nposition q;\nexpression x;\n@@\nuse@q(x, 0)\n\n"
            + "@r exists@\nposition p != ok.q;\nexpression a.x;\nposition a.q;\nexpression e;\n@@\n"
            + "get@q(x)\n...\nuse@p(x, e)\n"
            + REPORT,
            "get(a);\nuse(a, 0);\nuse(a, 1);",
            [5],
            id="a place that is apart does not end a gap",
        ),
        pytest.param(
            "@r@\nexpression x;\nposition p;\n@@\nf@p(x)\n" + _SCRIPT + 'if x.endswith("n"):\n    ' + _PRINT,
            "f(a->n);\nf(a->m);",
            [3],
            id="a script that asks how a text ends",
        ),
        pytest.param(
            '@initialize:python@\n@@\nimport re\nline = re.compile("n$")\n\n'
            + "@r@\nexpression x;\nposition p;\n@@\nf@p(x)\n"
            + _SCRIPT
            + "if line.search(x) is None:\n    "
            + _PRINT,
            "f(a->n);\nf(a->m);",
            [4],
            id="a script that asks for a regular expression",
        ),
        pytest.param(
            "@r@\nexpression x;\nposition p;\n@@\nf@p(x)\n"
            + _SCRIPT
            + "for one in p:\n    "
            + _PRINT.replace("p[0]", "one"),
            "f(a);",
            [3],
            id="a script that reports each place",
        ),
        pytest.param(
            '@initialize:python@\n@@\nnames = frozenset(["f"])\n\ndef other(p):\n'
            + "    return not names & {el.current_element for el in p}\n\n"
            + "@r@\nposition p : script:python() { other(p) };\n@@\ng@p()\n"
            + REPORT,
            "g();\n}\nint h(void)\n{\ng();",
            [7],
            id="functions that nothing is reported in",
        ),
        pytest.param(
            "@r exists@\nexpression x;\nposition q;\n@@\n"
            + "if@q (test(x)) {\n... when != put(x)\nuse(x);\n... when != put(x)\n}\n"
            + "\n@s@\nposition r.q;\nexpression x;\nposition p;\n@@\nif@q@p (test(x)) {\n...\n}\n"
            + REPORT.replace("r.p", "s.p"),
            "if (test(a)) {\nuse(a);\nput(a);\n}\nif (test(b)) {\nx();\nuse(b);\n}",
            [7],
            id="a block that must not come to something",
        ),
    ],
)
def test_what_is_reported(text: str, code: str, lines: list[int]) -> None:
    """A file reports the lines that it should."""
    assert lines_of(read(_TOP + text, "mine.cocci"), code) == lines
