# SPDX-License-Identifier: GPL-2.0-or-later
"""How is work spread over processes?  Batches, few at a time, answers in order; or here, without a pool."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

_WAITING = 6
SELDOM = 100_000
"""Objects made between two searches for cycles: what is made here by the hundred thousand has none."""
Task = TypeVar("Task")
Answer = TypeVar("Answer")


@contextmanager
def workers(count: int) -> Iterator[Executor | None]:
    """A pool of processes for the time of a `with` block; None (work here) for fewer than two."""
    if count < 2:
        before = gc.get_threshold()
        gc.set_threshold(SELDOM)
        try:
            yield None
        finally:
            gc.set_threshold(*before)
        return
    # the answer from a cache needs none of it, and waits 40 ms less
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    spawn = get_context("spawn")
    with ProcessPoolExecutor(count, spawn, initializer=gc.set_threshold, initargs=(SELDOM,)) as pool:
        yield pool


def batches(items: Iterable[Task], size: int) -> Iterator[list[Task]]:
    """The items in lists of `size`."""
    every = iter(items)
    while batch := list(islice(every, size)):
        yield batch


def spread(pool: Executor | None, work: Callable[[Task], Iterable[Answer]], tasks: Iterable[Task]) -> Iterator[Answer]:
    """The answers to all tasks, in order.  In a pool the first tasks are begun at once, before anybody asks for an
    answer; at most six wait in it, so memory stays bounded."""
    rest = iter(tasks)
    if pool is None:
        return (answer for task in rest for answer in work(task))
    return _answers(pool, work, rest, deque(pool.submit(work, task) for task in islice(rest, _WAITING)))


def _answers(
    pool: Executor,
    work: Callable[[Task], Iterable[Answer]],
    rest: Iterator[Task],
    waiting: deque[Future[Iterable[Answer]]],
) -> Iterator[Answer]:
    while waiting:
        answers = waiting.popleft().result()
        waiting.extend(pool.submit(work, task) for task in islice(rest, 1))
        yield from answers
