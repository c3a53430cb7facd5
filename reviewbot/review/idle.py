# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules did not run, and why?  Those of other lists and versions, and those whose helpers the tree has not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.match.scope import is_for_version
from reviewbot.match.site import TreeView
from reviewbot.model import Idle
from reviewbot.rule import Rule


def idle_rules(
    rules: Iterable[Rule], chosen: Iterable[Rule], view: TreeView, *, named: bool = False
) -> tuple[Idle, ...]:
    """The rules that say nothing of any file of this tree, by id; `named` if the user chose some."""
    running = {rule.id for rule in chosen}
    found = ((rule.id, next(_reasons(rule, running, view, named=named), "")) for rule in rules)
    return tuple(sorted((Idle(rule, why) for rule, why in found if why), key=lambda one: one.rule))


def _reasons(rule: Rule, running: set[str], view: TreeView, *, named: bool) -> Iterator[str]:
    if rule.id not in running:
        other = f"is for {', '.join(rule.lists)}" if rule.lists else "is off unless asked for"
        yield "was not asked for" if named else other
    if not is_for_version(rule, view.version if rule.since or rule.until else None):
        yield f"is for Linux {_span(rule)}"
    lacking = [name for name, headers in rule.needs.items() if not view.declares(name, headers)]
    if lacking:
        yield f"needs {', '.join(lacking)}, which the tree has not"


def _span(rule: Rule) -> str:
    since, until = (f"from {rule.since}" if rule.since else ""), (f"before {rule.until}" if rule.until else "")
    return f"{since} {until}".strip()
