# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the rules say of themselves?  `reviewbot rules` and `reviewbot rules show`."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from rich.text import Text

from reviewbot.cli.screen import Screen
from reviewbot.cli.settings import read_settings
from reviewbot.edges.cputime import limit_of
from reviewbot.registry import Loaded, load_all, themes
from reviewbot.rule import Assume, OpenCoded, Pattern, Rule, Seek, SeekMessage

_WIDTH = 78
_HEADINGS = ("rule", "theme", "category", "confidence", "title")


def known_rules() -> Loaded:
    """The shipped rules and the user's; those that are refused are said on standard error."""
    settings = read_settings(Path.cwd())
    loaded = load_all(settings.user_rules, limit_of(settings.budget))
    for one in loaded.refused:
        sys.stderr.write(f"reviewbot: {one.what} does not run: {one.path}: {one.why}\n")
    return loaded


def list_rules() -> int:
    """Print all rules, one a line; the exit status: 2 if a rule of the user's is refused."""
    loaded = known_rules()
    rules = loaded.rules
    console = Screen()
    folders = themes()
    rows = [(r.id, folders.get(r.id, "user"), r.category.value, _standing(r), _title(r)) for r in rules]
    widths = [max(len(row[at]) for row in (_HEADINGS, *rows)) for at in range(4)]
    for row in (_HEADINGS, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        line = Text("  ".join((*cells, row[-1])), style="bold" if row is _HEADINGS else "")
        console.print(line, highlight=False, no_wrap=console.is_terminal, soft_wrap=not console.is_terminal)
    return 2 if loaded.refused else 0


def _standing(rule: Rule) -> str:
    return "nursery" if rule.nursery else rule.confidence.value


def _title(rule: Rule) -> str:
    if rule.lists:
        return f"{rule.title} (only for {', '.join(rule.lists)})"
    return rule.title if rule.default else f"{rule.title} (off by default)"


def show_rule(rule_id: str) -> int:
    """Print everything about one rule; the exit status: 2 if it is refused.  Raises UsageError for an unknown id."""
    loaded = known_rules().chosen((rule_id,), ())
    for rule in loaded.rules:
        for line in _explained(rule):
            Screen().print(line, markup=False, highlight=False, soft_wrap=True)
    return 2 if loaded.refused else 0


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
