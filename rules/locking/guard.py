# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a mutex that is unlocked on every way out by hand."""

import re
from collections.abc import Iterable

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_LOCK = re.compile(r"^(\t+)(mutex_lock|\w+_dev_lock)\s*\(([^;{}]*)\);$", re.MULTILINE)
_HEADER = "include/linux/mutex.h"
_CALM = r"(?:dev_err_probe|sysfs_emit|IS_ERR|PTR_ERR|PTR_ERR_OR_ZERO|min|max|sizeof|\w*_count|snprintf|sprintf)"
_LEAVE = re.compile(rf"\s*return\b(?:(?!\b\w+\s*\()[^;]|\b{_CALM}\s*\()*;\s*(?:\}}\s*)?|\s*\}}\s*\Z")
"""What may follow an unlock: a return that calls nothing to speak of, or the end of the function."""
_LABEL = re.compile(r"^(\w+):(?!:)", re.MULTILINE)


def _find(source: SourceText) -> Iterable[Place]:
    """The locks that are taken once in a function, or in a case of a switch, and given up on each way out of it."""
    for function in source.functions:
        body = source.bare[function.body : function.end]
        for lock in _LOCK.finditer(body):
            name, of = lock.group(2), re.escape(lock.group(3).strip())
            again = re.compile(rf"\b{name}(?:_\w+)?\s*\(\s*{of}\s*\)")
            undo = re.compile(rf"\b{name[:-4]}unlock\s*\(\s*{of}\s*\);")
            end = _end_of_scope(body, lock)
            scope = body[lock.end() : end]
            if again.search(scope) or (len(lock.group(1)) == 1 and again.search(body[: lock.start()])):
                continue
            unlocks = list(undo.finditer(scope))
            if unlocks and _is_simple(body, scope, unlocks, lock.start()):
                start = function.body + lock.start(2)
                yield Place(start, start + lock.end() - lock.start(2), (("f", name), ("l", lock.group(3).strip())))


def _end_of_scope(body: str, lock: re.Match[str]) -> int:
    """Where the block or the case ends that the lock is taken in."""
    depth = len(lock.group(1)) - 1
    stop = re.compile(rf"^\t{{0,{depth}}}(?:\}}|case\b|default\b)", re.MULTILINE) if depth else None
    found = stop.search(body, lock.end()) if stop else None
    return found.start() if found else len(body)


def _is_simple(body: str, scope: str, unlocks: list[re.Match[str]], at: int) -> bool:
    """True if a guard would save more than one line, and nothing but it has to be undone."""
    for unlock in unlocks:
        rest = scope[unlock.end() :]
        if not _LEAVE.match(rest) or (unlock is unlocks[-1] and not _LEAVE.fullmatch(rest)):
            return False
    inside = scope[: unlocks[-1].start()]
    labels = {found.group(1): found for found in _LABEL.finditer(scope)}
    gone = set(re.findall(r"\bgoto\s+(\w+)\s*;", inside))
    before = set(re.findall(r"\bgoto\s+(\w+)\s*;", body[:at]))
    if before or gone - set(labels) or not all(_at_unlock(scope, label) for label in labels.values()):
        return False
    result = re.search(r"\breturn\b([^;]*)", scope[unlocks[-1].end() :])
    value = result.group(1).strip() if result else "0"
    kept = re.search(rf"\b{value}\b", inside) if re.fullmatch(r"[a-z_]\w*", value) else re.search(r"[*?(]|->", value)
    return len(unlocks) > 1 or bool(gone) or kept is not None


def _at_unlock(scope: str, label: re.Match[str]) -> bool:
    """True if nothing but messages stands between a label and the unlock below it."""
    rest = re.sub(r"^\s*(?:\w+:\s*|\}\s*|(?:dev|pr)_\w+\([^;]*\);\s*)*", "", scope[label.end() :])
    return re.match(r"\w+unlock\s*\(", rest) is not None


def _advice(site: Site) -> Advice | None:
    """guard(mutex), or the tree's own wrapper of it that is named like the wrapper of the lock."""
    name, of = site.text("f"), site.text("l")
    used = re.search(r"\b(?:scoped_)?guard\(|linux/cleanup\.h", site.file_text()) is not None
    if not site.in_kernel() or not (used or site.match.path.startswith(("drivers/", "sound/"))):
        return None
    if name == "mutex_lock":
        known = any(site.declares(word, (_HEADER,)) for word in ("DEFINE_GUARD", "DEFINE_LOCK_GUARD_1"))
        return Advice("guard(mutex)", f"guard(mutex)({of});") if known else None
    twin = name.replace("_lock", "_auto_lock")
    included = re.findall(r"^#\s*include\s*<([\w./-]+)>", site.file_text(), re.MULTILINE)
    if not site.declares(twin, tuple(f"include/{path}" for path in included)):
        return None
    return Advice(twin, f"{twin}({of});")


def _function(body: str, mark: str = " //~", lock: str = "mutex_lock(&a->lock);") -> str:
    return f"#include <linux/foo.h>\nstatic int f(struct a *a, int n)\n{{\n\tint ret;\n\n\t{lock}{mark}\n{body}}}\n"


_TREE = {_HEADER: "DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))\n"}
_OWN = {"include/linux/foo.h": "foo_dev_auto_lock"}
_GOTO = "\tret = g(a);\n\tif (ret)\n\t\tgoto out;\n\tret = h(a);\nout:\n\tmutex_unlock(&a->lock);\n\treturn ret;\n"
_TWICE = (
    "\tif (!a->on) {\n\t\tmutex_unlock(&a->lock);\n\t\treturn -EIO;\n\t}\n"
    "\ta->n = n;\n\tmutex_unlock(&a->lock);\n\treturn 0;\n"
)

RULE = Rule(
    id="guard",
    title="lock that is given up by hand on every way out",
    why="With guard() each return gives the lock up, so that error paths return at once and none can forget it.",
    known_problems=(
        "In a file that does not use cleanup.h, one function with guard() among many without is not always wanted; a "
        "call that is too slow to be made under the lock is known only by its name."
    ),
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=(Seek(("mutex_lock(", "_dev_lock("), _find, ("f", "l")),),
    advice=_advice,
    message="every way out gives this lock up by hand; would {helper} simplify it?",
    references=("include/linux/cleanup.h", "Documentation/core-api/cleanup.rst"),
    measured=(
        "19 of 20 right, drivers/{hwmon,iio,leds,gpio,platform} and mm of 7.2; "
        "8 of 8 right, a month of linux-hwmon (7.2), 2026-11"
    ),
    examples=(
        Example("goto", _function(_GOTO), headers=_TREE, suggestion="guard(mutex)(&a->lock);"),
        Example("two-ways", _function(_TWICE), headers=_TREE),
        Example(
            "result-kept-for-the-unlock",
            _function("\tret = g(a);\n\tmutex_unlock(&a->lock);\n\n\treturn ret;\n"),
            headers=_TREE,
        ),
        Example(
            "in-a-case",
            "int f(struct a *a, int n)\n{\n\tint ret;\n\n\tswitch (n) {\n\tcase 1:\n\t\tmutex_lock(&a->lock); //~\n"
            "\t\tret = g(a);\n\t\tmutex_unlock(&a->lock);\n\t\treturn ret;\n\tcase 2:\n\t\tmutex_lock(&a->lock); //~\n"
            "\t\tret = h(a);\n\t\tmutex_unlock(&a->lock);\n\t\treturn ret;\n\tdefault:\n\t\treturn -EINVAL;\n\t}\n}\n",
            headers=_TREE,
        ),
        Example(
            "wrapped",
            _function(_TWICE.replace("mutex_unlock(&a->lock)", "foo_dev_unlock(a)"), lock="foo_dev_lock(a);"),
            headers=_OWN,
            suggestion="foo_dev_auto_lock(a);",
        ),
        Example("no-return", _function("\tg(a);\n\tmutex_unlock(&a->lock);\n", ""), headers=_TREE),
        Example(
            "work-below", _function("\tret = g(a);\n\tmutex_unlock(&a->lock);\n\treturn h(a);\n", ""), headers=_TREE
        ),
        Example(
            "taken-again",
            _function(_GOTO.replace("\tret = h(a);\n", "\tmutex_unlock(&a->lock);\n\tmutex_lock(&a->lock);\n"), ""),
            headers=_TREE,
        ),
        Example("undoes-more", _function(_GOTO.replace("out:\n", "out:\n\tk(a);\n"), ""), headers=_TREE),
        Example(
            "goto-over-it",
            _function(_GOTO, "").replace("\tmutex_lock", "\tif (n)\n\t\tgoto out;\n\tmutex_lock"),
            headers=_TREE,
        ),
        Example("not-in-the-tree", _function(_GOTO, "")),
        Example("user-space", _function(_GOTO, ""), headers=_TREE, path="tools/a.c"),
    ),
)
