# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a result that is tested only to be returned."""

import re

from reviewbot.rule import Category, Confidence, Example, Meta, Rule, Site


def _plain(site: Site) -> bool:
    """An int function whose last call is not one of a list of alike calls."""
    if not re.match(r"(?:\w+\s+)*?int\b", site.function_text()):
        return False
    callee = re.escape(site.text("f"))
    return len(re.findall(rf"(?<!\w){callee}\s*\(", site.function_text())) == 1


def _f(body: str, kind: str = "int") -> str:
    return f"static {kind} f(struct a *a)\n{{\n\tint ret;\n\n{body}}}\n"


RULE = Rule(
    id="return-directly",
    title="result tested only to be returned",
    why="Returning the call is the same in one line.",
    known_problems="Many prefer one form for all steps; a callee that may return a positive number is not known.",
    category=Category.STYLE,
    confidence=Confidence.LOW,
    raised_by=(
        r"\breturn\b.*\bdirectly\b",
        r"just return",
    ),
    patterns=("$r = $f(...); if ($r) return $r; return 0;", "$r = $f(...); return $r;"),
    metavariables={"r": Meta(kind="local")},
    where=_plain,
    message="`{r}` is only tested to be returned; would `return {f}(...)` do?",
    references=("scripts/coccinelle/misc/returnvar.cocci",),
    default=False,
    nursery=True,
    examples=(
        Example("tested", _f("\tret = g(a); //~\n\tif (ret)\n\t\treturn ret;\n\n\treturn 0;\n")),
        Example("returned", _f("\tret = g(a); //~\n\treturn ret;\n")),
        Example("message", _f("\tret = g(a);\n\tif (ret) {\n\t\th(a);\n\t\treturn ret;\n\t}\n\n\treturn 0;\n")),
        Example("list-of-calls", _f("\tret = g(a);\n\tif (ret)\n\t\treturn ret;\n\tret = g(a);\n\treturn ret;\n")),
        Example("other-type", _f("\tret = g(a);\n\treturn ret;\n", "ssize_t")),
        Example("member", _f("\ta->x = g(a);\n\treturn a->x;\n")),
        Example("negative-only", _f("\tret = g(a);\n\tif (ret < 0)\n\t\treturn ret;\n\n\treturn 0;\n")),
    ),
)
