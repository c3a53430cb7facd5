# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a way out of a function on which a lock is kept that the ways below it give up."""

import re

from reviewbot.rule import Assume, Category, Confidence, Example, Meta, Pattern, Rule, Site

_TAKES = (
    *("mutex_lock", "spin_lock", "spin_lock_bh", "spin_lock_irq", "raw_spin_lock", "raw_spin_lock_irq"),
    *("read_lock", "write_lock", "down_read", "down_write", "mmap_read_lock", "mmap_write_lock"),
    *("lock_sock", "device_lock", "inode_lock"),
)
_TAKES_MORE = ("spin_lock_irqsave", "raw_spin_lock_irqsave", "mutex_lock_nested")
_MAY_FAIL = (
    *("mutex_lock_interruptible", "mutex_lock_killable", "down_read_killable"),
    *("down_write_killable", "mmap_read_lock_killable", "mmap_write_lock_killable"),
)
_BARE = {
    "rcu_read_lock": "rcu_read_unlock()",
    "preempt_disable": "preempt_enable()",
    "local_irq_disable": "local_irq_enable()",
    "rtnl_lock": "rtnl_unlock()",
    "cpus_read_lock": "cpus_read_unlock()",
}
_GIVES = r"\w*unlock\w*|up|up_read|up_write|release_sock"
_OTHERS = (
    r"(?!(?:raw_)?(?:mutex|spin|read|write|rcu_read|mmap_read|mmap_write|inode|device)_unlock)\w*unlock\w*"
    r"|(?!trace_)\w*_(?:release|end|finish|exit|leave|abort)\w*|expand_stack"
)
_WRAPPER = re.compile(r"lock|acquire|begin|_start|enter|_get|grab|iter|prepare|hold|suspend|freeze|seq_|_next")
_ANNOTATED = re.compile(r"\b__(?:cond_)?acquires|\b__no_context_analysis")
_SAID = re.compile(r"^\s*(?:/?\*|//).*(?:drop|releas|unlock|lock)", re.MULTILINE)
_NEAR = 3
_ANY_TAKE = r"\b(?!\w*unlock|up)\w*lock\w*\s*\("
_LEAVES = re.compile(
    rf"(?:(?!{_ANY_TAKE}).)*?\b(?:{_GIVES})\s*\((?:(?!{_ANY_TAKE}).)*?(?:\b(?:return|goto)\b|\Z)", re.DOTALL
)
"""A body that gives a lock up which it has not taken, and may be left then."""


def _is_forgotten(site: Site) -> bool:
    """The function takes the lock before it gives it up, and gives it up below this way out; it is no wrapper."""
    function, file = site.function_text(), site.file_text()
    if _WRAPPER.search(site.match.function) or _ANNOTATED.search(function) or _SAID.search(site.before(_NEAR)):
        return False
    if any("unlocked" in point.text for point in site.match.way if point.what == "goto"):
        return False
    start = file.find(function)
    taken, left = (_offset(file, site.match.way[at].line) - start for at in (0, -1))
    undo = re.compile(_undo(site.text("take"), site.text("l")))
    given = undo.search(function, left) is not None and undo.search(function, 0, taken) is None
    return given and not any(map(_LEAVES.match, site.called_bodies()))


def _offset(text: str, line: int) -> int:
    """Where a line starts."""
    return sum(len(one) for one in text.splitlines(keepends=True)[: line - 1])


def _undo(take: str, what: str) -> str:
    """What gives the lock up, as a regular expression."""
    return rf"\b(?:{_GIVES})\s*\(\s*{re.escape(what)}\s*[,)]" if what else rf"\b{re.escape(_BARE[take])}"


_GIVE = {
    "lock_sock(": "release_sock(",
    "down": "up",
    "_lock_irqsave(": "_unlock_irqrestore(",
    "_lock": "_unlock",
    "disable": "enable",
    "_nested": "",
    "_interruptible": "",
    "_killable": "",
}


def _in(take: str, between: str, name: str = "foo_set") -> str:
    """A function that takes a lock, does something, and gives the lock up."""
    give = take
    for lock, unlock in _GIVE.items():
        give = give.replace(lock, unlock)
    give = give.replace(", 1)", ")")
    test = "\tif ({})\n\t\treturn -EINTR;\n" if any(f"{word}(" in take for word in _MAY_FAIL) else "\t{};\n"
    return (
        f"static int {name}(struct foo *foo)\n{{\n\tunsigned long flags;\n\tint ret;\n\n{test.format(take)}{between}"
        f"\tfoo->on = true;\n\t{give};\n\treturn 0;\n}}\n"
    )


_ERROR = "\tif (!foo->ready)\n\t\treturn -EIO; //~\n"
_QUIET = _ERROR.replace(" //~", "")
_MUTEX = "mutex_lock(&foo->lock)"
_KILL = "mutex_lock_interruptible(&foo->lock)"

RULE = Rule(
    id="return-locked",
    title="function left with a lock held",
    why="Whoever wants the lock next waits for ever; where it disables preemption or interrupts, the CPU is lost.",
    known_problems=(
        "A function that gives the lock up is known by its name, or if it stands in the same file; a second name of "
        "the lock is not. The last way out is left alone, since functions may be meant to return with the lock held."
    ),
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"unlock",
        r"(?:lock|mutex)\b.*\b(?:held|leak|released?)",
    ),
    patterns=(
        *(f"{take}@take($l); ... $exit;" for take in (*_TAKES, *_MAY_FAIL)),
        *(f"{take}@take($l, $_); ... $exit;" for take in _TAKES_MORE),
        *(Pattern(f"{take}@take(); ... $exit;", between=((undo,),)) for take, undo in _BARE.items()),
    ),
    unless=("$give($l, ...)", "$other(...)", *(Assume(f"{take}($l)") for take in _MAY_FAIL)),
    metavariables={"give": Meta(matching=_GIVES), "other": Meta(matching=_OTHERS)},
    where=_is_forgotten,
    message="the lock taken in line {line1} is still held {through}; is an unlock missing?",
    references=("Documentation/kernel-hacking/locking.rst", "Documentation/locking/mutex-design.rst"),
    measured=(
        "27 of 40 unlocks taken out on trial are told; no hit in drivers/{iio,leds,usb}, fs/{btrfs,ext4}, kernel, "
        "mm, net/{core,ipv4}, sound/soc of 7.2, two false ones in drivers/media and fs/xfs, 2026-11"
    ),
    examples=(
        *(Example(take, _in(f"{take}(&foo->lock)", _ERROR)) for take in (*_TAKES, *_MAY_FAIL)),
        *(Example(take, _in(f"{take}(&foo->lock, flags)", _ERROR)) for take in _TAKES_MORE[:2]),
        Example("mutex_lock_nested", _in("mutex_lock_nested(&foo->lock, 1)", _ERROR)),
        *(Example(take, _in(f"{take}()", _ERROR)) for take in _BARE),
        Example(
            "something-else",
            _in(
                _MUTEX,
                "\tspin_lock(&foo->s);\n\tret = g(foo);\n\tspin_unlock(&foo->s);\n\tlockdep_assert_held(&foo->lock);\n"
                + _ERROR,
            ),
        ),
        Example(
            "given-up", _in(_MUTEX, "\tif (!foo->ready) {\n\t\tmutex_unlock(&foo->lock);\n\t\treturn -EIO;\n\t}\n")
        ),
        Example(
            "at-a-label",
            _in(_MUTEX, "\tif (!foo->ready)\n\t\tgoto out;\n").replace("\tmutex_unlock", "out:\n\tmutex_unlock"),
        ),
        Example(
            "in-both-conditions",
            "static void foo_set(struct foo *foo, bool wait)\n{\n\tif (wait)\n\t\tmutex_lock(&foo->lock);\n"
            "\tfoo->on = true;\n\tif (wait)\n\t\tmutex_unlock(&foo->lock);\n\tif (foo->x)\n\t\treturn;\n"
            "\tmutex_lock(&foo->lock);\n\tmutex_unlock(&foo->lock);\n}\n",
        ),
        Example("guard", _in(_MUTEX, _QUIET).replace(f"{_MUTEX}", "guard(mutex)(&foo->lock)")),
        Example("by-a-function", _in(_MUTEX, "\tif (!foo->ready)\n\t\treturn foo_finish(foo, -EIO);\n")),
        Example(
            "by-a-function-of-this-file",
            "static int foo_fail(struct foo *foo)\n{\n\tmutex_unlock(&foo->lock);\n\treturn -EIO;\n}\n"
            + _in(_MUTEX, "\tif (!foo->ready)\n\t\treturn foo_fail(foo);\n"),
        ),
        Example("wrapper", _in(_MUTEX, _QUIET, "foo_acquire")),
        Example("said", _in(_MUTEX, _QUIET.replace("\t\tret", "\t\t/* foo_go() has dropped the lock */\n\t\tret"))),
        Example("annotated", _in(_MUTEX, _QUIET).replace("*foo)", "*foo) __acquires(foo->lock)")),
        Example(
            "to-a-label",
            _in(_MUTEX, "\tif (g(foo))\n\t\tgoto out_unlocked;\n").replace(
                "return 0", "h(foo);\nout_unlocked:\n\treturn 0"
            ),
        ),
        Example("held-on-purpose", _in(_MUTEX, "").replace("\tmutex_unlock", "\tif (foo->x)\n\t\tmutex_unlock")),
        Example(
            "held-before", _in(_MUTEX, _QUIET).replace("\tmutex_lock", "\tmutex_unlock(&foo->lock);\n\tmutex_lock")
        ),
        Example("tested-for-less", _in(_KILL, "").replace("foo->lock))", "foo->lock) < 0)")),
        *(
            Example(
                f"{take}-tested",
                _in(f"{take}(&foo->lock)", "").replace("if (", "ret = ").replace("))", ");\n\tif (ret)"),
            )
            for take in _MAY_FAIL
        ),
    ),
)
