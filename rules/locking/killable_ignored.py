# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a lock that a signal may interrupt, and whose result nobody looks at."""

import re
from collections.abc import Iterable

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_CALL = re.compile(
    r"(?P<before>[;{}:)]|\belse\b)\s*(?P<call>(?:down(?:_read|_write)?|\w*_lock(?:_io|_shared)?|vma_start_write)"
    r"_(?:killable|interruptible)(?:_nested)?)\s*\([^;{}]*\);"
)
_VOID = re.compile(r"\(\s*void\s*\)\Z")


def _find(source: SourceText) -> Iterable[Place]:
    """The calls that are a statement by themselves."""
    for call in _CALL.finditer(source.bare):
        if not _VOID.search(source.bare, call.start() - len("( void )"), call.end("before")):
            yield Place(call.start("call"), call.end() - 1, (("f", call["call"]),))


def _body(code: str) -> str:
    return f"int f(struct mm_struct *mm)\n{{\n\tint ret = 0;\n\n{code}\tg(mm);\n\treturn ret;\n}}\n"


RULE = Rule(
    id="killable-ignored",
    title="result of a lock that can be interrupted is ignored",
    why="When a signal comes the lock is not taken, and what follows runs without it and then gives it up.",
    known_problems="A call that is cast to void on purpose is silent.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(r"return value", r"killable"),
    patterns=(Seek(("_killable", "_interruptible"), _find, ("f",)),),
    message="{f}() may return without the lock; should its return value not be checked?",
    references=("include/linux/mmap_lock.h", "include/linux/mutex.h"),
    measured="2 of 2 right, drivers/{gpu,iio,media,scsi,tty,usb}, fs, kernel, mm, net of 7.2, 2026-11",
    examples=(
        Example("mmap-lock", _body("\tmmap_read_lock_killable(mm); //~\n")),
        Example("mutex", _body("\tif (ret) {\n\t\tmutex_lock_interruptible(&mm->m); //~\n\t}\n")),
        Example("without-braces", _body("\tif (ret)\n\t\tdown_write_killable(&mm->m); //~\n")),
        Example("else", _body("\tif (ret)\n\t\tg(mm);\n\telse\n\t\tfolio_lock_killable(mm->m); //~\n")),
        Example("nested", _body("\tmutex_lock_killable_nested(&mm->m, 1); //~\n")),
        Example("on-purpose", _body("\t(void)mutex_lock_killable(&mm->m);\n")),
        Example("tested", _body("\tif (mmap_write_lock_killable(mm))\n\t\treturn -EINTR;\n")),
        Example("assigned", _body("\tret = mutex_lock_interruptible(&mm->m);\n")),
        Example("not-killable", _body("\tmmap_read_lock(mm);\n")),
    ),
)
