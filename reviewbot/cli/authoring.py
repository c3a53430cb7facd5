# SPDX-License-Identifier: GPL-2.0-or-later
"""How does an author make a rule, see why it does not match, and print what all rules say?"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from reviewbot.cli.rules import excuse_of, known_rules, text_of
from reviewbot.cli.screen import Screen
from reviewbot.cli.settings import read_settings
from reviewbot.edges.cputime import limit_of
from reviewbot.errors import OutputError, RuleLoadError, UsageError
from reviewbot.match.budget import Limit
from reviewbot.match.trial import MARK, Trial, trial
from reviewbot.registry import load_all, load_rule, themes
from reviewbot.rule import Rule

_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_TEMPLATE = '''\
# SPDX-License-Identifier: GPL-2.0-or-later
"""Report TODO: what, in one sentence."""

from reviewbot.rule import Category, Confidence, Example, Rule

RULE = Rule(
    id="{id}",
    title="TODO: what is wrong, in a few words",
    why="TODO: what happens because of it.",
    known_problems="TODO: what the rule does not see, or sees and should not.",
    category=Category.CORRECTNESS,
    confidence=Confidence.LOW,
    nursery=True,
    patterns=("todo_bad($p)",),
    message="`{{p}}` is TODO; is that meant?",
    references=("TODO: a file below Documentation/, a header, or a commit",),
    examples=(
        Example("bad", "int f(void *p)\\n{{\\n\\treturn todo_good(p); //~\\n}}\\n"),
        Example("good", "int f(void *p)\\n{{\\n\\treturn todo_fine(p);\\n}}\\n"),
    ),
)
'''


def new_rule(rule_id: str, folder: Path | None) -> None:
    """Write a rule with examples that fail until somebody makes them true; never over a file that is there."""
    if not _ID.fullmatch(rule_id):
        raise UsageError(f"{rule_id!r} is no id of a rule", "write two words or more, as in double-put")
    place = folder or read_settings(Path.cwd()).user_rules
    if place is None:
        raise UsageError("there is no folder for rules", "name one with --folder, or set reviewbot.rules in git config")
    file = place.expanduser() / f"{rule_id.replace('-', '_')}.py"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(_TEMPLATE.format(id=rule_id))
    except FileExistsError:
        raise UsageError(f"{file} is there already", "choose another id, or mend that rule") from None
    except OSError as error:
        raise OutputError(f"cannot write {file}: {error.strerror}", "name another place with --folder") from error
    screen = Screen()
    screen.print(Text(f"{file}"), soft_wrap=True)
    screen.print(Text(f"now make its examples true: reviewbot rules test {file}", style="dim"), soft_wrap=True)


def try_rules(names: tuple[str, ...]) -> int:
    """Run the examples of rules (ids or files; all without names); the exit status: 0 if all are as they say, or 2."""
    screen, failed, count = Screen(), 0, 0
    settings = read_settings(Path.cwd())
    limit = limit_of(settings.budget)
    rules, refused = _chosen(names, settings.user_rules, limit)
    for rule in rules:
        done = [trial(rule, example, limit) for example in rule.examples]
        count += len(done)
        failed += sum(bool(one.wrong) for one in done)
        for line in _told(rule, done, everything=bool(names)):
            screen.print(line, soft_wrap=True, highlight=False)
    for words in refused:
        screen.print(Text.assemble(("FAIL", "bold red"), f"  {words}"), soft_wrap=True, highlight=False)
    bad = f", {len(refused)} rules refused" if refused else ""
    screen.print(Text(f"{count} examples, {failed} failed{bad}", style="bold red" if failed or bad else "bold green"))
    return 2 if failed or refused else 0


def _chosen(names: tuple[str, ...], folder: Path | None, limit: Limit) -> tuple[list[Rule], list[str]]:
    """The rules to try, and what is said of those that cannot be loaded."""
    out, refused = list[Rule](), list[str]()
    for name in names:
        if name.endswith(".py"):
            try:
                out.append(load_rule(Path(name), limit))
            except RuleLoadError as error:
                refused.append(str(error))
    ids = tuple(name for name in names if not name.endswith(".py"))
    if ids or not names:
        known = load_all(folder, limit, tried=False)
        known = known.chosen(ids, ()) if ids else known
        out += known.rules
        refused += [f"{one.what} in {one.path}: {one.why}" for one in known.refused]
    return out, refused


def _told(rule: Rule, done: list[Trial], *, everything: bool) -> Iterator[Text]:
    for one in done:
        if not (one.wrong or everything):
            continue
        word = Text("FAIL", style="bold red") if one.wrong else Text("ok", style="green")
        lines = ", ".join(str(report.match.span.first_line) for report in one.reports)
        what = f"reports line {lines}" if lines else "reports nothing"
        yield Text.assemble(word, f"  {rule.id}/{one.example.name}: {what}")
        for wrong in one.wrong:
            yield Text(f"      {wrong}", style="yellow")
        if one.wrong:
            code = one.example.code.rstrip("\n").expandtabs(8).split("\n")
            yield from (Text(f"      {number:3} {line}", style="dim") for number, line in enumerate(code, 1))


def print_reference() -> int:
    """Print what all rules say, as Markdown; the exit status: 2 if a rule of the user's is refused."""
    loaded = known_rules()
    rules = loaded.rules
    folders = themes()
    by_theme: dict[str, list[Rule]] = {}
    for rule in rules:
        by_theme.setdefault(folders.get(rule.id, "user"), []).append(rule)
    lines = ["# The rules", "", f"{len(rules)} rules. Made by `reviewbot rules docs`.", ""]
    for theme in sorted(by_theme):
        lines += [f"## {theme}", ""]
        for rule in by_theme[theme]:
            lines += [*_reference(rule), ""]
    sys.stdout.write("\n".join(lines))
    return 2 if loaded.refused else 0


def _reference(rule: Rule) -> Iterator[str]:
    state = "nursery: shown, never drafted" if rule.nursery else f"confidence {rule.confidence.value}"
    yield f"### {rule.id}"
    yield ""
    yield f"**{rule.title}** ({rule.category.value}, {state}{', off by default' if not rule.default else ''})"
    yield ""
    yield rule.why
    yield ""
    yield f"*Known problems:* {rule.known_problems}"
    yield ""
    if rule.measured:
        yield f"*Measured:* {rule.measured}."
        yield ""
    yield "```c"
    yield from (text_of(pattern) for pattern in rule.patterns)
    yield "```"
    if rule.unless:
        yield f"*Unless:* {', '.join(f'`{excuse_of(excuse)}`' for excuse in rule.unless)}"
        yield ""
    yield f"*References:* {', '.join(f'`{reference}`' for reference in rule.references)}"
    for kind in (True, False):
        example = next((e for e in rule.examples if (MARK in e.code) is kind), None)
        if example is not None:
            yield ""
            yield "Reported:" if kind else "Not reported:"
            yield ""
            yield "```c"
            yield example.code.rstrip("\n")
            yield "```"
