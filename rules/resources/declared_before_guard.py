# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a local with __free() that is declared above a guard and set below it."""

import re
from collections.abc import Iterable

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_DECLARED = re.compile(r"^(\t+)(?:\w+\s+)+\*\s*(\w+)\s+__free\(\w+\)\s*=\s*NULL\s*;", re.MULTILINE)
_TAKES = (
    r"(?:(?P<guard>(?:guard|ACQUIRE)\(\w+)[^()]*\)\s*\("
    r"|(?:\w+\s+)+\*\s*(?P<other>\w+)\s+__free\(\w+\)\s*=(?!\s*NULL\b))"
)


def _find(source: SourceText) -> Iterable[Place]:
    """Declarations whose first value is given in the same block, below something else that is cleaned up."""
    for function in source.functions:
        body = source.bare[function.body : function.end]
        for declared in _DECLARED.finditer(body):
            indent, name = declared.groups()
            first = re.compile(rf"(?<![\w>.]){name}\s*=(?!=)|&{name}\b").search(body, declared.end())
            if first is None or not re.search(rf"^{indent}\Z", body[: first.start()], re.MULTILINE):
                continue
            between = body[declared.end() : first.start()]
            taken = re.search(rf"^{indent}{_TAKES}", between, re.MULTILINE)
            if taken is None or re.search(rf"^{indent[1:]}\}}", between, re.MULTILINE):
                continue
            what = f"{taken['guard']})" if taken["guard"] else f"`{taken['other']}`"
            start = function.body + declared.start() + len(indent)
            yield Place(start, function.body + declared.end(), (("p", name), ("what", what)))


def _in(body: str) -> str:
    return f"static int foo_add(struct foo *foo)\n{{\n\tint ret;\n{body}\treturn foo_use(foo, p);\n}}\n"


_TOP = "\tstruct bar *p __free(bar_put) = NULL; //~\n"
_QUIET = _TOP.replace(" //~", "")
_GUARD, _SET = "\n\tguard(mutex)(&foo->lock);\n", "\tp = bar_get(foo);\n"

RULE = Rule(
    id="declared-before-guard",
    title="__free() declared above a guard, and set below it",
    why=(
        "Cleanup runs in reverse order of declaration, so that the lock, or what the other depends on, is gone when "
        "this is cleaned up."
    ),
    known_problems="Where the cleanup needs nothing of what is taken in between, as kfree(), the order is harmless.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\bdeclar",
        r"order (?:of|in which)|reverse order",
        r"= NULL",
    ),
    patterns=(Seek(("__free(",), _find, ("p", "what")),),
    message="`{p}` is declared above {what}, and so cleaned up after it; could it be declared where it is set?",
    references=("include/linux/cleanup.h",),
    measured="8 of 8 right, drivers, fs, kernel, lib, mm, net, security and sound of 7.2, 2026-11",
    examples=(
        Example("guard", _in(_TOP + _GUARD + _SET)),
        Example("other-lock", _in(_TOP + "\tACQUIRE(mutex_intr, lock)(&foo->lock);\n" + _SET)),
        Example("other-cleanup", _in(_TOP + "\tstruct baz *q __free(baz_put) = baz_get(foo);\n" + _SET)),
        Example("in-a-block", _in("\tif (foo) {\n\t" + _TOP + "\t\tguard(rcu)();\n\t" + _SET + "\t}\n")),
        Example("by-address", _in(_QUIET + _GUARD + "\tret = bar_get(foo, &p);\n")),
        Example("set-above", _in(_QUIET + "\n" + _SET + _GUARD)),
        Example("declared-where-it-is-set", _in(_GUARD + _QUIET.replace("NULL", "bar_get(foo)"))),
        Example("no-guard", _in(_QUIET + "\n" + _SET)),
        Example("set-in-a-branch", _in(_QUIET + _GUARD + "\tif (foo)\n\t" + _SET)),
        Example("guard-in-a-branch", _in(_QUIET + "\n\tif (foo) {\n\t" + _GUARD[1:] + "\t}\n" + _SET)),
        Example("scoped", _in(_QUIET + "\n\tscoped_guard(mutex, &foo->lock)\n\t\tfoo->n++;\n" + _SET)),
        Example("another-null", _in(_QUIET + _QUIET.replace("*p", "*q") + "\n" + _SET)),
        Example(
            "another-block",
            _in("\tif (foo) {\n\t" + _QUIET + "\t}\n\tif (ret) {\n\t\tguard(rcu)();\n\t" + _SET + "\t}\n"),
        ),
    ),
)
