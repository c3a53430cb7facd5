# SPDX-License-Identifier: GPL-2.0-or-later
"""How is work stopped that takes too much CPU time?  By a timer signal, which reaches a Python loop without end too.

The timer counts the time that this process computes, not the time that it waits.  Python runs signal handlers in the
main thread alone, so that work in any other thread is not stopped.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

from reviewbot.match.budget import Limit, OverBudget

_LOOKS = 8
"""How often the place is asked for within the time; a place may have one part in so many more."""


def limit_of(seconds: float) -> Limit:
    """A limit that raises OverBudget in a block that has been at one place for so many seconds."""
    return partial(_limited, seconds)


@contextmanager
def _limited(seconds: float, place: Callable[[], object]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    at, looks = place(), 0

    def look(_number: int, _frame: FrameType | None) -> None:
        nonlocal at, looks
        now = place()
        at, looks = now, looks + 1 if now == at else 0
        if looks >= _LOOKS:  # and at each look after that, should the work have swallowed it
            raise OverBudget

    before = signal.signal(signal.SIGVTALRM, look)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds / _LOOKS, seconds / _LOOKS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextmanager
def untimed() -> Iterator[None]:
    """A block within limited work whose time does not count: what is made for all rules when one asks for it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    left = signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, *left)
