# SPDX-License-Identifier: GPL-2.0-or-later
"""What does `reviewbot rules cocci` print?  Of each semantic patch what is read, and what is refused and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from reviewbot.cli.rules import excuse_of, text_of
from reviewbot.cli.screen import Screen
from reviewbot.cocci.make import Cocci
from reviewbot.registry import load_cocci
from reviewbot.rule import Rule

_SHOWN = 3


def run_cocci(files: tuple[Path, ...]) -> int:
    """Print it; the exit status: 0 if all is read, 2 if something is refused."""
    screen = Screen()
    done = load_cocci(files)
    for one in done:
        for line in _lines(one):
            screen.print(line, soft_wrap=True, highlight=False)
    if len(done) > 1:
        counts = Counter(_state(one) for one in done)
        screen.print(Text(", ".join(f"{number} {state}" for state, number in counts.most_common())))
    return 2 if any(one.refused for one in done) else 0


def _state(one: Cocci) -> str:
    return "read" if one.whole else "read in part" if one.rules else "not read"


def _lines(one: Cocci) -> Iterator[Text]:
    yield Text.assemble((one.path, "bold"), f": {_state(one)}")
    for rule in one.rules:
        yield Text.assemble("  ", (rule.id, "green"), f": {rule.message}")
        yield from (Text(f"      {line}", style="dim") for line in _patterns(rule))
    for refused in one.refused:
        name = f"{refused.rule}: " if refused.rule else ""
        yield Text.assemble("  ", ("refused", "yellow"), f": {name}{refused.why}")
    if one.others:
        yield Text(f"  for another mode: {', '.join(name for name in one.others if name)}", style="dim")


def _patterns(rule: Rule) -> Iterator[str]:
    for pattern in rule.patterns[:_SHOWN]:
        yield " ".join(text_of(pattern).split())
    if len(rule.patterns) > _SHOWN:
        yield f"and {len(rule.patterns) - _SHOWN} alternatives more"
    if rule.unless:
        yield f"unless {', '.join(excuse_of(excuse) for excuse in rule.unless)}"
