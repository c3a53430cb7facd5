# SPDX-License-Identifier: GPL-2.0-or-later
"""Is work stopped that computes too long at one place, and nothing else?"""

from __future__ import annotations

import re
import signal
import threading
import time
from itertools import count

import pytest

from reviewbot.edges.cputime import limit_of, untimed
from reviewbot.match.budget import OverBudget

_LIMIT = limit_of(0.04)


def _compute(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def _swallow() -> None:
    while True:
        try:
            for _ in count():
                pass
        except Exception:  # noqa: BLE001, S110  # what a careless rule does
            pass


def test_loop_without_end_is_stopped() -> None:
    """Python that never ends is stopped, whatever exceptions it catches."""
    with pytest.raises(OverBudget), _LIMIT(lambda: 1):
        _swallow()


def test_regular_expression_is_stopped() -> None:
    """So is one that backtracks for years."""
    with pytest.raises(OverBudget), _LIMIT(lambda: 1):
        re.match(r"(?:a|aa|aaa)+$", "a" * 200 + "b")


def test_progress_is_not_stopped() -> None:
    """Each place has the time for itself."""
    place = count()

    with _LIMIT(lambda: next(place)):
        _compute(0.2)


def test_time_for_all_is_not_counted() -> None:
    """What is made for all rules is not charged to the one that asks first; the time goes on behind it."""
    done: list[bool] = []

    def work() -> None:
        with untimed():
            _compute(0.2)
        done.append(True)
        _swallow()

    with pytest.raises(OverBudget), _LIMIT(lambda: 1):
        work()

    assert done == [True]


def test_waiting_is_not_computing() -> None:
    """A busy machine or a slow disk is not the rule's fault."""
    with _LIMIT(lambda: 1):
        time.sleep(0.2)


def test_signals_are_as_before() -> None:
    """Neither handler nor timer is left behind, after work that ended well or was stopped."""
    before = signal.getsignal(signal.SIGVTALRM)
    with _LIMIT(lambda: 1):
        pass
    with pytest.raises(OverBudget), _LIMIT(lambda: 1):
        _swallow()

    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    with untimed():
        pass
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_other_threads_are_left_alone() -> None:
    """Off the main thread there are no signals: work there is not stopped, and the main thread's limit holds on."""
    ended: list[bool] = []

    def work() -> None:
        with _LIMIT(lambda: 1), untimed():
            ended.append(True)

    def both() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        _swallow()

    with pytest.raises(OverBudget), _LIMIT(lambda: 2):
        both()

    assert ended == [True]
