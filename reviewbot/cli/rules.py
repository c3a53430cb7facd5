# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the rules say of themselves?  `reviewbot rules` and `reviewbot rules show`."""

from __future__ import annotations

import textwrap
from pathlib import Path

from rich.text import Text

from reviewbot.cli.screen import Screen
from reviewbot.cli.settings import read_settings
from reviewbot.registry import load_rules, select, themes
from reviewbot.rule import Assume, OpenCoded, Pattern, Rule, Seek, SeekMessage

_WIDTH = 78
_HEADINGS = ("rule", "theme", "category", "confidence", "title")


def list_rules() -> None:
    """Print all rules, one a line."""
    rules = load_rules(read_settings(Path.cwd()).user_rules)
    console = Screen()
    folders = themes()
    rows = [(r.id, folders.get(r.id, "user"), r.category.value, _standing(r), _title(r)) for r in rules]
    widths = [max(len(row[at]) for row in (_HEADINGS, *rows)) for at in range(4)]
    for row in (_HEADINGS, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        line = Text("  ".join((*cells, row[-1])), style="bold" if row is _HEADINGS else "")
        console.print(line, highlight=False, no_wrap=console.is_terminal, soft_wrap=not console.is_terminal)


def _standing(rule: Rule) -> str:
    return "nursery" if rule.nursery else rule.confidence.value


def _title(rule: Rule) -> str:
    if rule.lists:
        return f"{rule.title} (only for {', '.join(rule.lists)})"
    return rule.title if rule.default else f"{rule.title} (off by default)"


def show_rule(rule_id: str) -> None:
    """Print everything about one rule; raises UsageError for an unknown id."""
    (rule,) = select(load_rules(read_settings(Path.cwd()).user_rules), (rule_id,), ())
    for line in _explained(rule):
        Screen().print(line, markup=False, highlight=False, soft_wrap=True)


def text_of(pattern: str | Pattern | OpenCoded | Seek | SeekMessage) -> str:
    """A pattern as people read it."""
    if isinstance(pattern, Seek):
        return f"a search of its own, in files with {' or '.join(pattern.words)}"
    if isinstance(pattern, SeekMessage):
        return "a search of its own in commit messages"
    if isinstance(pattern, OpenCoded):
        return "any code that is the body of a helper of the tree"
    return pattern.text if isinstance(pattern, Pattern) else pattern


def excuse_of(excuse: str | Assume) -> str:
    """An excuse as people read it."""
    return f"assumed  {excuse.text}" if isinstance(excuse, Assume) else excuse


def _explained(rule: Rule) -> list[str]:
    needs = [f"{name} (in {' or '.join(headers)})" for name, headers in rule.needs.items()]
    out = [f"{rule.id}: {_title(rule)}", "", *textwrap.wrap(rule.why, _WIDTH), ""]
    out += [f"Category:    {rule.category.value}", f"Confidence:  {rule.confidence.value}"]
    out += [f"Measured:    {rule.measured}"] if rule.measured else []
    out += [f"Needs:       {need}" for need in needs]
    out += ["", "Patterns:", *(f"    {text_of(p)}" for p in rule.patterns)]
    out += [f"    unless  {excuse_of(excuse)}" for excuse in rule.unless]
    out += ["", "Message:", *textwrap.wrap(rule.message, _WIDTH, initial_indent="    ", subsequent_indent="    ")]
    out += [
        "",
        "Known problems:",
        *textwrap.wrap(rule.known_problems, _WIDTH, initial_indent="    ", subsequent_indent="    "),
    ]
    out += ["", "References:", *(f"    {reference}" for reference in rule.references), "", "Examples:"]
    for example in rule.examples:
        out += [f"  {example.name}:", *(f"    {line}" for line in example.code.rstrip("\n").expandtabs(8).split("\n"))]
    return out
