# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a call that may sleep where a spinlock is held, or preemption or interrupts are off."""

import re

from reviewbot.rule import Category, Confidence, Example, Meta, Pattern, Rule, Site

_LOCKS = (
    *("spin_lock", "spin_lock_bh", "spin_lock_irq", "spin_lock_irqsave", "raw_spin_lock", "raw_spin_lock_irqsave"),
    *("read_lock", "write_lock"),
)
_BARE = {
    "rcu_read_lock()": ("rcu_read_unlock()",),
    "preempt_disable()": ("preempt_enable()", "preempt_enable_no_resched()"),
    "local_irq_disable()": ("local_irq_enable()",),
    "local_irq_save($flags)": ("local_irq_restore($flags)",),
}
_SLEEPS = (
    r"mutex_lock(?:_interruptible|_killable|_nested)?|down|down_(?:read|write)(?:_killable)?|might_sleep|schedule"
    r"|m?sleep|msleep(?:_interruptible)?|ssleep|usleep_range|fsleep|copy_(?:from|to)_user|get_user|put_user"
    r"|wait_for_completion(?:_timeout|_interruptible)?|wait_event(?:_interruptible|_killable)?(?:_timeout)?"
    r"|synchronize_(?:rcu|srcu|net|irq)|flush_work|cancel_(?:delayed_)?work_sync|schedule_timeout\w*"
    r"|vmalloc|vzalloc|mmap_(?:read|write)_lock|lock_sock|clk_prepare(?:_enable)?|regulator_(?:en|dis)able"
    r"|free_irq|request_(?:threaded_)?irq|gpiod_\w+_cansleep|i2c_(?:transfer|smbus_\w+)|spi_sync\w*|memdup_user\w*"
)
_GUARDS = ("spinlock", "spinlock_irqsave", "raw_spinlock_irqsave")
_GIVES = r"\w*unlock\w*|\w*wait\w*"
_OTHERS = r"(?!(?:raw_)?(?:mutex|spin|read|write|rcu_read|mmap_read|mmap_write|inode|device)_unlock)\w*unlock\w*"

_TESTS = re.compile(r"test|kunit|torture")
_FIRST = re.compile(r"\b(?!\w*(?:assert|locked))\w*lock\w*\s*\(")


def _is_atomic(site: Site) -> bool:
    """The path does not start over, nothing called from this file gives the lock up, and it is no test of that."""
    if site.match.starts_over() or _TESTS.search(site.match.path):
        return False
    return not _has_another_name(site.text("l"), site.function_text()) and not any(map(_gives_up, site.called_bodies()))


def _has_another_name(lock: str, function: str) -> bool:
    """True if what holds the lock is assigned to a variable by whose name the lock is given up."""
    base, _, member = lock.removeprefix("&").partition("->")
    names = re.findall(rf"\b(\w+) = {re.escape(base)};", function) if member else []
    return any(re.search(rf"unlock\w*\(&{name}->{re.escape(member)}\b", function) for name in names)


def _gives_up(body: str) -> bool:
    """True if the first that a function does with a lock is to give it up."""
    used = _FIRST.search(body)
    return used is not None and re.match(r"\w*unlock", used.group()) is not None


def _in(take: str, body: str = "\tmutex_lock(&foo->lock); //~\n", give: str = "") -> str:
    return (
        "static int foo_set(struct foo *foo, void *p)\n{\n\tunsigned long flags;\n\tint ret = 0;\n\n"
        f"\t{take};\n{body}\t{give};\n\treturn ret;\n}}\n"
    )


_PLAIN = str.maketrans("($", "--", ")")
_CALLS = ("$sleep(...)", "$any(..., GFP_KERNEL, ...)")
_BODIES = {"lock": "\tmutex_lock(&foo->lock); //~\n", "allocation": "\tfoo->p = kzalloc(8, GFP_KERNEL); //~\n"}
_SPIN = "spin_lock(&foo->lock)"
_QUIET = "\tmutex_lock(&foo->lock);\n"
_ALLOC = "\tfoo->p = kzalloc(8, GFP_KERNEL);%s\n"


def _args(take: str) -> str:
    return f"{take}(&foo->slock{', flags' if 'irqsave' in take else ''})"


RULE = Rule(
    id="sleep-in-atomic",
    title="sleeping call in atomic context",
    why="Whoever spins for the lock waits for a task that does not run; the scheduler complains, or the CPU hangs.",
    known_problems=(
        "A function that gives the lock up is known by its name, or if it stands in the same file; a path on which a "
        "loop starts over is not looked at."
    ),
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\batomic",
        r"\bsleep",
        r"GFP_(?:ATOMIC|KERNEL|NOWAIT)",
    ),
    patterns=(
        *(f"{take}($l, ...); ... {sleep};" for take in _LOCKS for sleep in _CALLS),
        *(Pattern(f"{take}; ... {sleep};", between=(undo,)) for take, undo in _BARE.items() for sleep in _CALLS),
        *(
            Pattern(f"guard({kind})($l); ... {sleep};", between=((f"unguard({kind}, $l)",),))
            for kind in _GUARDS
            for sleep in _CALLS
        ),
    ),
    unless=("$give($l, ...)", "$give($_, $l)", "$other(...)", "pagefault_disable()"),
    metavariables={"sleep": Meta(matching=_SLEEPS), "give": Meta(matching=_GIVES), "other": Meta(matching=_OTHERS)},
    where=_is_atomic,
    message="this may sleep, and a spinlock is held (or preemption is off) since line {line1}, {through}; may it?",
    references=("Documentation/kernel-hacking/locking.rst", "Documentation/locking/mutex-design.rst"),
    measured="6 of 6 right, drivers/{block,char,dma,iio,net,scsi,tty,usb}, fs, kernel, mm, net, sound of 7.2, 2026-11",
    examples=(
        *(Example(f"{take}-{name}", _in(_args(take), body)) for take in _LOCKS for name, body in _BODIES.items()),
        *(
            Example(f"{take.translate(_PLAIN)}-{name}", _in(take.replace("$", ""), body))
            for take in _BARE
            for name, body in _BODIES.items()
        ),
        *(
            Example(f"guard-{kind}-{name}", _in(f"guard({kind})(&foo->slock)", body))
            for kind in _GUARDS
            for name, body in _BODIES.items()
        ),
        Example(
            "scoped", _in("scoped_guard(spinlock, &foo->slock)", "\t\tmsleep(1); //~\n").replace("lock);", "lock)", 1)
        ),
        Example(
            "after-the-scope",
            _in("scoped_guard(spinlock, &foo->slock)", "\t\tg(foo);\n\tmsleep(1);\n").replace("lock);", "lock)", 1),
        ),
        *(
            Example(
                f"{take.translate(_PLAIN)}-{give}",
                _in(take.replace("$", ""), f"\t{give.replace('$', '')};\n\tmsleep(1);\n"),
            )
            for take, gives in _BARE.items()
            for give in gives
        ),
        Example("copied", _in(_SPIN, "\tif (copy_to_user(p, foo->x, 8)) //~\n\t\tret = -EFAULT;\n")),
        Example(
            "something-else",
            _in(_SPIN, "\tlockdep_assert_held(&foo->lock);\n\tg(foo);\n" + _QUIET.replace(";", "; //~")),
        ),
        Example("released", _in(_SPIN, "\tspin_unlock(&foo->lock);\n" + _QUIET)),
        Example(
            "released-on-this-way",
            _in(
                _SPIN,
                "\tif (foo->x) {\n\t\tspin_unlock(&foo->lock);\n\t\tmsleep(1);\n\t\treturn 1;\n\t}\n",
                "spin_unlock(&foo->lock)",
            ),
        ),
        Example("released-in-a-wait", _in(_SPIN, "\tfoo_wait(foo, &foo->lock);\n" + _QUIET)),
        Example("released-by-a-wrapper", _in(_SPIN, "\tfoo_unlock(foo);\n" + _QUIET)),
        Example(
            "released-by-a-function-of-this-file",
            "static void foo_drop(struct foo *foo)\n{\n\tspin_unlock(&foo->lock);\n}\n"
            + _in(_SPIN, "\tfoo_drop(foo);\n" + _QUIET),
        ),
        Example(
            "released-by-another-name",
            _in(_SPIN, "\tother = foo;\n\tspin_unlock(&other->lock);\n" + _QUIET),
        ),
        Example(
            "atomic-copy",
            _in(
                "preempt_disable()", "\tpagefault_disable();\n\tif (copy_from_user(foo->x, p, 8))\n\t\tret = -EFAULT;\n"
            ),
        ),
        Example("atomic-allocation", _in(_SPIN, _ALLOC.replace("KERNEL", "ATOMIC") % "")),
        Example("nothing-that-sleeps", _in(_SPIN, "\tudelay(1);\n")),
    ),
)
