# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a jump to an unlock on a way that has not taken the lock."""

import re
from collections.abc import Iterable

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText


def _find(source: SourceText) -> Iterable[Place]:
    """The jumps out of a case that takes no lock, where each other case takes it, to a label that gives it up."""
    for function in source.functions:
        body = source.bare[function.body : function.end]
        for label in re.finditer(r"^(\w+):\s*mutex_unlock\s*\(\s*([^;]*?)\s*\);", body, re.MULTILINE):
            lock = re.compile(rf"\bmutex_lock\w*\s*\(\s*{re.escape(label.group(2))}\s*\)")
            first = lock.search(body)
            if first is None or "switch" not in body[: first.start()]:
                continue
            for case in re.finditer(
                r"^(\t+)(?:case\b[^:]*|default):\n(.*?)(?=^\t*(?:case\b|default:|\}))", body, re.M | re.S
            ):
                jump = re.search(rf"\bgoto\s+{label.group(1)}\s*;", case.group(2))
                outer = body[: body.rfind("switch", 0, case.start())]
                if jump and not lock.search(case.group(2)) and not lock.search(outer) and case.end() < label.start():
                    start = function.body + case.start(2) + jump.start()
                    yield Place(start, start + len(jump[0]), (("lock", label.group(2)), ("label", label.group(1))))


def _switch(other: str, before: str = "") -> str:
    return (
        f"static int f(struct a *a, int n)\n{{\n\tint ret;\n\n{before}\tswitch (n) {{\n\tcase 1:\n"
        "\t\tmutex_lock(&a->lock);\n\t\tret = g(a);\n\t\tif (ret)\n\t\t\tgoto out;\n\t\tbreak;\n"
        f"\tdefault:\n\t\tret = -EINVAL;\n\t\t{other}\n\t}}\n\nout:\n\tmutex_unlock(&a->lock);\n\treturn ret;\n}}\n"
    )


RULE = Rule(
    id="unlock-not-held",
    title="unlock of a mutex that was not taken",
    why="Unlocking a mutex that is not held, or that another task holds, breaks the exclusion that it is for.",
    known_problems="A lock that a called function takes is not known; jumps are followed out of switches only.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"unbalanced",
        r"not (?:acquired|held|locked|taken)",
        r"\bunlock",
    ),
    patterns=(Seek(("mutex_unlock(",), _find, ("lock", "label")),),
    message="`{label}` does an unlock of `{lock}`, which is not taken on this way; should this return instead?",
    references=("Documentation/locking/mutex-design.rst",),
    nursery=True,
    examples=(
        Example("default", _switch("goto out; //~")),
        Example("default-of-another", _switch("a->n = n;\n\t\tgoto out; //~")),
        Example("returned", _switch("return ret;")),
        Example("taken-before", _switch("goto out;", "\tmutex_lock(&a->lock);\n")),
        Example("taken-there", _switch("mutex_lock(&a->lock);\n\t\tgoto out;")),
    ),
)
