# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said of a rule that takes too long?  The words alone; what measures the time stands at the edges."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from reviewbot.model import Skipped
from reviewbot.rule import Rule

SECONDS = 3.0
"""CPU time that one rule may take in one function, or in a file for what it does outside of functions."""

Limit = Callable[[Callable[[], object]], AbstractContextManager[None]]
"""Makes a `with` block whose work is stopped by OverBudget.  It is given what says where the work has come to: the time
begins anew with each place."""


class OverBudget(BaseException):
    """The time is used up.  It is no Exception, so that a rule's own Python lets it pass."""


def unlimited(_place: Callable[[], object]) -> AbstractContextManager[None]:
    """A limit that is none."""
    return nullcontext()


def over(rule: Rule, path: str, function: str = "") -> Skipped:
    """What is not analysed of a file, or of a function in it, as a rule took too long."""
    return Skipped(f"{function}()" if function else "file", path, f"rule {rule.id} is over its time budget", rule.id)
