# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a function that cleans up by scope and by goto."""

import re
from collections.abc import Iterable

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_SCOPED = re.compile(r"(?<=\n\t)(?:(guard)\(\w+\)\s*\(|(?:\w+\s+)+\*?\s*\w+\s+(__free)\(\w+\))")
_UNDOES = re.compile(
    r"\s*(?:if\s*\([^;{}]*\)\s*\{?\s*)?\w*(?:free|put|unlock|unmap|release|disable|destroy|drop|del|unregister|remove|clean"
    r"|exit|fini|deinit|uninit|cancel|kill|shutdown|close|abort|detach|stop|undo|revert|restore|unprepare)\w*\s*\("
)
_GOTO = re.compile(r"\bgoto\s+(\w+)\s*;")


def _find(source: SourceText) -> Iterable[Place]:
    """The first guard() or __free() for the whole of a function in which a goto jumps down to what undoes something."""
    for function in source.functions:
        body = source.bare[function.body : function.end]
        scoped = _SCOPED.search(body)
        if scoped is None:
            continue
        for jump in _GOTO.finditer(body):
            label = re.compile(rf"^\s*{jump[1]}\s*:(?!:)", re.MULTILINE).search(body, jump.end())
            if label is not None and _UNDOES.match(body, label.end()):
                words = (("what", scoped[1] or scoped[2]), ("label", jump[1]))
                yield Place(function.body + scoped.start(), function.body + scoped.end(), words)
                break


def _in(body: str, below: str = "out:\n\tfoo_put(foo);\n\treturn ret;\n") -> str:
    return f"static int foo_add(struct foo *foo)\n{{\n\tint ret;\n{body}\n{below}}}\n"


_JUMP = "\n\tret = foo_go(foo);\n\tif (ret)\n\t\tgoto out;\n"
_FREE = "\tchar *p __free(kfree) = kmalloc(8, GFP_KERNEL); //~\n"
_QUIET = _FREE.replace(" //~", "")

RULE = Rule(
    id="free-with-goto",
    title="cleanup by scope and by goto in one function",
    why=(
        "A goto may jump over a declaration whose cleanup then runs on garbage, and the two orders of cleanup are hard "
        "to see together: convert all of a function, or nothing."
    ),
    known_problems="Many maintainers take a guard() for a lock beside a goto that undoes something else.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\bgoto",
        r"\bmix",
    ),
    patterns=(Seek(("goto",), _find, ("what", "label")),),
    message="{what}() stands beside `goto {label}` in this function, and the two are not to be mixed; can the goto go?",
    references=("include/linux/cleanup.h",),
    nursery=True,
    examples=(
        Example("free", _in(_FREE + _JUMP)),
        Example("guard", _in("\n\tguard(mutex)(&foo->lock); //~" + _JUMP)),
        Example("free-below", _in(_JUMP + _FREE)),
        Example("first-of-two", _in(_FREE + "\n\tguard(mutex)(&foo->lock);" + _JUMP)),
        Example("undone-if-taken", _in(_FREE + _JUMP, "out:\n\tif (ret)\n\t\tfoo_put(foo);\n\treturn ret;\n")),
        Example("undoes-nothing", _in(_QUIET + _JUMP, "\tfoo->n++;\nout:\n\tfoo->m++;\n\treturn 0;\n")),
        Example("once-more", _in("out:\n\tfoo_put(foo);\n" + _QUIET + _JUMP, "\treturn 0;\n")),
        Example("by-scope-alone", _in(_QUIET + "\n\tif (ret)\n\t\treturn ret;\n", "\treturn 0;\n")),
        Example("by-goto-alone", _in("\tchar *p = kmalloc(8, GFP_KERNEL);\n" + _JUMP)),
        Example("small-scope", _in("\n\tscoped_guard(mutex, &foo->lock)\n\t\tfoo->n++;\n" + _JUMP)),
        Example("inner-block", _in("\n\tif (foo->n) {\n\t\tguard(rcu)();\n\t\tfoo->n++;\n\t}\n" + _JUMP)),
    ),
)
