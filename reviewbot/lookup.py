# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a tree answer to "what was that helper called?"  Opens the tree, takes its catalogue, asks it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from reviewbot.edges.headercache import PLACE, HeaderCache, sound
from reviewbot.edges.kernel import opened
from reviewbot.edges.snapshot import Base, TreeSnapshot
from reviewbot.errors import TreeError, UsageError
from reviewbot.helpers.anchors import is_stub
from reviewbot.helpers.ask import MAX_TEXT, Answer, ask
from reviewbot.helpers.catalogue import Catalogue
from reviewbot.helpers.declare import closing
from reviewbot.helpers.entry import Entry, Kind
from reviewbot.helpers.search import Found
from reviewbot.helpers.suggest import Suggester
from reviewbot.helpers.suit import Suitability
from reviewbot.helpers.twins import spelt, twins
from reviewbot.helpers.world import TreeWorld
from reviewbot.model import Progress
from reviewbot.syntax.facts import read_facts

_MOST = 6
_MOST_WORDS = 24
_MOST_RANKED = 5000
_WORD = re.compile(r"[A-Za-z_]\w*")
_CALL = re.compile(r"([A-Za-z_]\w*)\s*\(")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which tree.  `file` is where the code stands ("" for nowhere); `types` are those of names;
    `search` says that the text is words of names and summaries, no expression."""

    text: str
    tree: Path
    cache: Path
    base: str | None = None
    file: str = ""
    types: dict[str, str] = field(default_factory=dict)
    search: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A helper with what a reader wants to know beside its entry: other forms of it, whether the file sees its header
    (None without a file)."""

    entry: Entry
    twins: tuple[str, ...]
    visible: bool | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer: helpers for an expression, or entries for words; and what is known of each by its name.

    `left_out` counts the helpers that rank below what is shown.  `forms` are the other forms of `called`, the function
    that the expression is a call of.
    """

    tree: str
    answer: Answer
    entries: tuple[Listed, ...]
    known: dict[str, Listed]
    left_out: int = 0
    called: str = ""
    forms: tuple[Listed, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True if the tree has nothing to say."""
        return not (self.answer.whole or self.answer.parts or self.answer.close or self.entries or self.forms)


def look_up(question: Question, progress: Progress = lambda _step: None) -> Reply:
    """Ask a tree.  Raises UsageError for a text that is no expression, TreeError for a tree that has no headers."""
    if question.search and question.types:
        raise UsageError("--type has no meaning with --search", "ask for an expression, or leave --type out")
    if any("\ud800" <= letter <= "\udfff" for letter in question.text):
        raise UsageError("the text has bytes that are no UTF-8", "type them as they stand in the code")
    if len(question.text) > MAX_TEXT:
        raise UsageError(
            f"an expression of {len(question.text)} characters is too long", f"at most {MAX_TEXT} are read"
        )
    with opened(question.tree) as tree, sound(question.cache):
        base = tree.named(question.base or ("HEAD" if tree.git_dir is not None else None))
        snapshot = TreeSnapshot(tree.name, base, tree.scratch)
        catalogue = HeaderCache(question.cache / PLACE).catalogue(base, read_facts(snapshot), progress).catalogue
        if not catalogue.layers[0].tokens() and not catalogue.search((), 1):
            raise TreeError(f"{tree.name} has no headers below include/", "name a kernel tree with --tree")
        name = f"{tree.name} ({question.base})" if question.base else tree.name
        world, suitability = _place(question, base, catalogue, name)
        answer = _search if question.search else _ask
        return answer(question, world, suitability, name)


def _place(question: Question, base: Base, catalogue: Catalogue, name: str) -> tuple[TreeWorld, Suitability | None]:
    """What names mean where the code stands, and what is seen from there; None for the latter where that is nowhere."""
    text = base.read(question.file) if question.file else b""
    if text is None:
        raise UsageError(
            f"{name} has no file {question.file}", "name it as it stands in the tree, as in --for mm/mmap.c"
        )
    world = Suggester(catalogue).world(question.file, text)
    return world, Suitability(world, question.file, text) if question.file else None


def _search(question: Question, world: TreeWorld, suitability: Suitability | None, name: str) -> Reply:
    words = question.text.split()
    if not words:
        raise UsageError("there is nothing to search for", "name some words, as in --search 'cow mapping'")
    found: dict[str, Entry] = {}
    # what the file sees may be used by few
    for entry in world.catalogue.search(words, _MOST_RANKED if suitability is not None else _MOST_WORDS * 4):
        kept = found.setdefault(entry.name, entry)
        if _stands_in(kept) and not _stands_in(entry):
            found[entry.name] = entry
    best = sorted(found.values(), key=lambda entry: _sees(suitability, entry) is False)[:_MOST_WORDS]
    return Reply(name, Answer(), tuple(_listed(world.catalogue, entry, suitability) for entry in best), {})


def _stands_in(entry: Entry) -> bool:
    """True for what is shown only where its name is that of nothing better: a class is told as a form of a function."""
    return is_stub(entry) or entry.kind is Kind.CLASS


def _ask(question: Question, world: TreeWorld, suitability: Suitability | None, name: str) -> Reply:
    def rank(found: Found) -> tuple[object, ...]:
        assert suitability is not None  # noqa: S101  # passed only where there is a file
        return (suitability.prior(found.entry) != "", *suitability.rank(found))

    answer = ask(world, question.text, question.types, rank if suitability is not None else None)
    if answer is None:
        raise UsageError(
            f"`{question.text[:100]}` is no C expression", "quote it as it stands in the code, without `;`"
        )
    if answer.too_large:
        raise UsageError("the expression has too many parts to be compared with a helper", "ask for a part of it")
    everything = len(answer.whole) + len(answer.parts) + len(answer.close) + answer.elsewhere
    answer = replace(answer, whole=answer.whole[:_MOST], parts=answer.parts[:_MOST], close=answer.close[:_MOST])
    found = (*answer.whole, *answer.parts, *answer.close)
    known = {one.entry.name: _listed(world.catalogue, one.entry, suitability) for one in found}
    if not found and _WORD.fullmatch(question.text.strip()):
        return _search(question, world, suitability, name)
    called = _called(question.text.strip())
    forms = (_listed(world.catalogue, form, suitability) for form in twins(world.catalogue, called))
    return Reply(
        name, answer, (), known, everything - len(found), called, tuple(replace(form, twins=()) for form in forms)
    )


def _called(text: str) -> str:
    """The function that an expression is a call of, and nothing more; "" for any other expression."""
    found = _CALL.match(text)
    return found.group(1) if found and closing(text, found.end() - 1) == len(text) else ""


def _listed(catalogue: Catalogue, entry: Entry, suitability: Suitability | None) -> Listed:
    visible = _sees(suitability, entry)
    if entry.kind is Kind.CLASS:  # its name is that of a function, too, which is what was counted and has other forms
        return Listed(replace(entry, uses=-1), (), visible)
    return Listed(entry, tuple(map(spelt, twins(catalogue, entry.name))), visible)


def _sees(suitability: Suitability | None, entry: Entry) -> bool | None:
    """Whether the file sees a helper's header; None without a file."""
    if suitability is None:
        return None
    return entry.path in suitability.direct or entry.path in suitability.reached
