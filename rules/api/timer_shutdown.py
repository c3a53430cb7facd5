# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a timer that is stopped, and may be started once more, before its owner is freed."""

import re

from reviewbot.rule import Category, Confidence, Example, Meta, Pattern, Rule, Site

_STOPS = r"(?:del_timer|timer_delete)(?:_sync)?"
_FREES = r"k(?:v|z)?free(?:_sensitive|_rcu(?:_mightsleep)?)?|vfree|free_netdev"


def _is_statement(site: Site) -> bool:
    """What timer_delete() gives is not asked for: it tells whether the handler may still run."""
    return re.match(r"\w+\s*\(.*\);$", site.match.way[0].text) is not None


def _in(stop: str, between: str = "", free: str = "kfree(foo);") -> str:
    return f"static void foo_free(struct foo *foo, struct foo *other)\n{{\n\t{stop}\n{between}\t{free}\n}}\n"


_SYNC, _QUIET = "timer_delete_sync(&foo->timer); //~", "timer_delete_sync(&foo->timer);"
_TREE = {"include/linux/timer.h": "extern int timer_shutdown_sync(struct timer_list *timer);\n"}

RULE = Rule(
    id="timer-shutdown",
    title="timer stopped where its owner is freed",
    why="What still runs can start a stopped timer again, and then it fires in freed memory; shut down, it stays off.",
    known_problems="Whether anything is left that could start the timer is not known.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"timer_shutdown",
        r"re-?arm",
    ),
    patterns=(
        Pattern("$stop(&$o->$t); ... $free($o);", report=0),
        Pattern("$stop(&$o->$t); ... kfree_rcu($o, $_);", report=0),
        Pattern("$stop(&$o->$t); ... kmem_cache_free($_, $o);", report=0),
    ),
    unless=("timer_shutdown_sync(&$o->$t)",),
    metavariables={"stop": Meta(matching=_STOPS), "free": Meta(matching=_FREES)},
    where=_is_statement,
    message="after {stop}() the timer can be started again, and `{o}` is freed below; would timer_shutdown_sync() do?",
    helper="timer_shutdown_sync",
    needs={"timer_shutdown_sync": ("include/linux/timer.h",)},
    references=("include/linux/timer.h", "kernel/time/timer.c"),
    measured="15 of 15 right, drivers, fs, kernel, net and sound of 7.2, 2026-11",
    examples=(
        Example("freed", _in(_SYNC), headers=_TREE),
        Example("freed-later", _in(_SYNC, "\tlist_del(&foo->list);\n"), headers=_TREE),
        Example("freed-after-a-grace-period", _in(_SYNC, "", "kfree_rcu(foo, rcu);"), headers=_TREE),
        Example("of-a-cache", _in(_SYNC, "", "kmem_cache_free(foo_cache, foo);"), headers=_TREE),
        Example("not-waited-for", _in(_SYNC.replace("_sync", "")), headers=_TREE),
        Example("old-name", _in("del_timer_sync(&foo->timer); //~"), headers=_TREE),
        Example("shut-down", _in(_QUIET.replace("delete", "shutdown")), headers=_TREE),
        Example("shut-down-below", _in(_QUIET, "\ttimer_shutdown_sync(&foo->timer);\n"), headers=_TREE),
        Example("another-owner", _in(_QUIET, "", "kfree(other);"), headers=_TREE),
        Example("something-in-it", _in(_QUIET, "", "kfree(foo->name);"), headers=_TREE),
        Example("put", _in(_QUIET, "", "foo_put(foo);"), headers=_TREE),
        Example("stopped-in-time", _in("if (timer_delete(&foo->timer))", "\t", "kfree(foo);"), headers=_TREE),
        Example("something-else-stopped", _in("hrtimer_cancel(&foo->hrtimer);"), headers=_TREE),
        Example("not-in-the-tree", _in(_QUIET)),
    ),
)
