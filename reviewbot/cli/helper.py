# SPDX-License-Identifier: GPL-2.0-or-later
"""What does `reviewbot helper` print?  The helpers that mean the same, then near misses, each with its header."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.text import Text

from reviewbot.cli.screen import Screen, watched
from reviewbot.cli.settings import read_settings
from reviewbot.errors import UsageError
from reviewbot.helpers.entry import Entry, include_name
from reviewbot.helpers.near import MORE, OTHERWISE
from reviewbot.helpers.search import Found
from reviewbot.lookup import Listed, Question, Reply, look_up

_VERSION = 1


def run_helper(
    text: str,
    *,
    tree: Path | None,
    base: str | None,
    file: str | None,
    types: tuple[str, ...],
    search: bool,
    as_json: bool,
) -> int:
    """Ask, and print the answer; the exit status: 0 for an answer, 1 where the tree has none."""
    settings = read_settings(Path.cwd())
    place = (tree or settings.tree or Path()).expanduser()
    question = Question(text, place, settings.cache, base, file or "", dict(map(_typed, types)), search)
    reply = watched(lambda progress: look_up(question, progress))
    if as_json:
        sys.stdout.write(json.dumps(_as_dict(reply), indent=2) + "\n")
    else:
        screen = Screen()
        for line in _lines(reply):
            screen.print(line, soft_wrap=True, highlight=False)
    return 1 if reply.is_empty else 0


def _typed(option: str) -> tuple[str, str]:
    name, equals, kind = option.partition("=")
    if not equals or not name.strip().isidentifier() or not kind.strip():
        raise UsageError(f"--type {option} is no NAME=TYPE", "write it as in --type 'vma=struct vm_area_struct *'")
    return name.strip(), " ".join(kind.split())


def _lines(reply: Reply) -> Iterator[Text]:
    answer = reply.answer
    for name, kind in answer.assumed:
        yield Text(f"taking {name} for a {kind}", style="dim")
    if reply.entries:
        yield from _listed(reply.entries)
        return
    if reply.is_empty:
        yield Text(f"nothing in {reply.tree} means this, or nearly")
        return
    if not answer.whole:
        yield Text(f"nothing in {reply.tree} means the same", style="bold")
    sections = (("", answer.whole), ("part of it:", answer.parts), ("nearly the same:", answer.close))
    for title, found in sections:
        if found and title:
            yield Text()
            yield Text(title, style="bold")
        for one in found:
            yield Text(one.call, style="bold green" if not one.differs else "yellow")
            yield from _differences(one)
            yield Text(f"    {one.entry.signature}")
            yield from _about(reply.known[one.entry.name])
    if reply.left_out:
        yield Text(f"\n{_count(reply.left_out, 'more helper')} that fit no better", style="dim")
    if reply.forms:
        yield Text(f"\nother forms of {reply.called}():", style="bold")
        yield from _listed(reply.forms)


def _listed(entries: tuple[Listed, ...]) -> Iterator[Text]:
    for listed in entries:
        yield Text(listed.entry.signature, style="bold green")
        yield from _about(listed)


def _differences(found: Found) -> Iterator[Text]:
    for words in differences(found):
        yield Text(f"    {words}", style="yellow")
    if not found.typed and not found.differs:
        yield Text("    if the types agree: that of an argument is not known", style="yellow")


def differences(found: Found) -> list[str]:
    """What a near miss does otherwise, a clause each."""
    out = []
    for name, other in found.differs:
        if name == OTHERWISE:
            out.append("it tests the same things, combined in another way")
        elif name == MORE:
            out.append(f"it also tests {other}")
        else:
            out.append(f"it tests {name} where this tests {other}")
    return out


def _about(listed: Listed) -> Iterator[Text]:
    entry = listed.entry
    used = f", used in {_count(entry.uses, 'file')}" if entry.uses >= 0 else ""
    include = f", not included there: #include <{include_name(entry.path)}>" if listed.visible is False else ""
    yield Text(f"    {entry.path}:{entry.line}{used}{include}", style="dim")
    if entry.summary:
        yield Text(f"    {entry.summary}", style="dim")
    if entry.guards:
        yield Text(f"    under #{'; #'.join(entry.guards)}", style="dim")
    if entry.deprecated:
        yield Text("    deprecated", style="yellow")
    if listed.twins:
        yield Text(f"    see also {', '.join(listed.twins)}", style="dim")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"


def _as_dict(reply: Reply) -> dict[str, Any]:
    answer = reply.answer
    return {
        "version": _VERSION,
        "tree": reply.tree,
        "assumed": dict(answer.assumed),
        "same": [_found(reply, one) for one in answer.whole],
        "part": [_found(reply, one) for one in answer.parts],
        "near": [_found(reply, one) for one in answer.close],
        "left_out": reply.left_out,
        "forms": [_entry(listed.entry, listed) for listed in reply.forms],
        "entries": [_entry(listed.entry, listed) for listed in reply.entries],
    }


def _found(reply: Reply, found: Found) -> dict[str, Any]:
    head = {"call": found.call, "typed": found.typed, "differs": differences(found)}
    return head | _entry(found.entry, reply.known[found.entry.name])


def _entry(entry: Entry, listed: Listed) -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": entry.kind.value,
        "signature": entry.signature,
        "header": entry.path,
        "line": entry.line,
        "summary": entry.summary,
        "guards": list(entry.guards),
        "deprecated": entry.deprecated,
        "uses": entry.uses,
        "visible": listed.visible,
        "see_also": list(listed.twins),
    }
