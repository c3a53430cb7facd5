# SPDX-License-Identifier: GPL-2.0-or-later
"""What may a rule's own Python ask about a match?  The Site of reviewbot.rule, over one file and its tree."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from reviewbot.helpers.ask import ask
from reviewbot.helpers.catalogue import Catalogue, catalogue_of
from reviewbot.helpers.constant import value_of
from reviewbot.helpers.entry import include_name
from reviewbot.helpers.scan import quoted
from reviewbot.helpers.search import Found
from reviewbot.helpers.suggest import Suggester
from reviewbot.match.engine import Terms
from reviewbot.match.meta import is_constant
from reviewbot.match.scope import Subsystem, Version, is_for_version, subsystems_of, version_of
from reviewbot.match.unify import Bindings
from reviewbot.model import Match, Snapshot
from reviewbot.rule import HelperCall, Rule
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.kconfig import options_of
from reviewbot.syntax.macros import Macro, read_macros
from reviewbot.syntax.parse import Unit
from reviewbot.syntax.term import Term

_MAX_INCLUDES = 20
_ELSEWHERE = re.compile(r"^(?:tools|scripts|samples|usr|include/uapi|arch/\w+/(?:boot|include/uapi))/")
_CALL = re.compile(r"\b([a-z_]\w*)\s*\(")
_EFFECTS = frozenset({"call", "assign", "update", "init"})


History = Callable[[str], str | None]
"""The subject of the commit that an (abbreviated) id means; None if the tree's history does not hold it."""


@dataclass(slots=True)
class TreeView:
    """One snapshot with what was learned of it; shared by all files and rules of a run, and dropped with it.

    `catalogue` makes the catalogue of its helpers when somebody asks for it.  `last` is the tree as a series leaves it,
    `history` gives the subject of a commit by its id.
    """

    snapshot: Snapshot
    facts: SyntaxFacts
    catalogue: Callable[[], Catalogue] | None = None
    last: Snapshot | None = None
    history: History = lambda _commit: None
    _suggester: Suggester | None = None
    _subsystems: tuple[Subsystem, ...] | None = None
    _version: tuple[Version | None] | None = None
    _options: frozenset[str] | None = None
    _declared: dict[tuple[str, str], bool] = field(default_factory=dict)
    _macros: dict[str, dict[str, Macro]] = field(default_factory=dict)

    @property
    def suggester(self) -> Suggester:
        """What finds the helpers of this tree; without a catalogue that is given one is made in memory."""
        if self._suggester is None:
            made = self.catalogue() if self.catalogue is not None else catalogue_of(self.snapshot, self.facts)
            self._suggester = Suggester(made)
        return self._suggester

    @property
    def version(self) -> Version | None:
        """The tree's version; None where its Makefile does not say."""
        if self._version is None:
            self._version = (version_of(self.snapshot.read("Makefile") or b""),)
        return self._version[0]

    @property
    def options(self) -> frozenset[str]:
        """The options that Kconfig files define."""
        if self._options is None:
            self._options = options_of((self.last or self.snapshot).read)
        return self._options

    def forget(self) -> None:
        """Drop what finds helpers, after work that was stopped half-way; it is made again when somebody asks."""
        self._suggester = None

    @property
    def subsystems(self) -> tuple[Subsystem, ...]:
        """The entries of MAINTAINERS."""
        if self._subsystems is None:
            self._subsystems = subsystems_of(self.snapshot.read("MAINTAINERS") or b"")
        return self._subsystems

    def is_for(self, rule: Rule, path: str) -> bool:
        """True for a rule that is meant for a file of this tree: its version, and who maintains the file."""
        if not is_for_version(rule, self.version if rule.since or rule.until else None):
            return False
        wanted = [part.lower() for part in rule.subsystems]
        named = (one for one in self.subsystems if any(part in one.title.lower() for part in wanted)) if wanted else ()
        return not wanted or any(one.has(path) for one in named)

    def macros(self, path: str) -> dict[str, Macro]:
        """The macros that one header defines; none if the tree does not have it."""
        if path not in self._macros:
            self._macros[path] = read_macros(self.snapshot.read(path) or b"")
        return self._macros[path]

    def declares(self, name: str, headers: tuple[str, ...]) -> bool:
        """True if one of the headers holds the word `name`."""
        return any(self._holds(name, path) for path in headers)

    def _holds(self, name: str, path: str) -> bool:
        if (name, path) not in self._declared:
            text = self.snapshot.read(path) or b""
            word = rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)"
            self._declared[name, path] = name.encode() in text and re.search(word, text) is not None
        return self._declared[name, path]


@dataclass(slots=True)
class FileSite:
    """A match in a parsed file.  Implements reviewbot.rule.Site."""

    match: Match
    bound: Bindings
    terms: Terms
    view: TreeView
    found: Found | None = None

    @property
    def unit(self) -> Unit:
        """The parsed file."""
        return self.terms.unit

    def code(self) -> str:
        """See Site."""
        return self.unit.text(self.match.span.start, self.match.span.end)

    def text(self, name: str) -> str:
        """See Site."""
        return self.match.text(name)

    def offset_of(self, name: str) -> int | None:
        """See Site."""
        term, span = self.bound.get("$" + name), self.match.span
        if term is None or not span.start <= term.start < term.end <= span.end:
            return None
        return len(self.unit.text(span.start, term.start))

    def type_of(self, name: str) -> str | None:
        """See Site."""
        term = self.bound.get("$" + name)
        return self.declared_type(term.value) if term is not None and term.kind == "id" else None

    def declared_type(self, name: str) -> str | None:
        """See Site."""
        return self.terms.types_at(self.match.span.start).get(name)

    def is_constant(self, name: str) -> bool:
        """See Site."""
        term = self.bound.get("$" + name)
        return term is not None and is_constant(term)

    def has_effects(self, name: str) -> bool:
        """See Site."""
        term = self.bound.get("$" + name)
        return term is None or any(part.kind in _EFFECTS for part in term.walk())

    def function_text(self) -> str:
        """See Site."""
        function = self.unit.function_at(self.match.span.start)
        return self.unit.text(function.span.start, function.span.end) if function else ""

    def called_bodies(self) -> Iterator[str]:
        """See Site."""
        function, file = self.function_text(), self.file_text()
        for name in set(_CALL.findall(function[function.find("{") :])):
            head = rf"^[\w *]*\b{name}\([^;{{}}]*\)[^;{{}}]*\{{(.*?)^\}}"
            yield from (found[1] for found in re.finditer(head, file, re.MULTILINE | re.DOTALL))

    def before(self, lines: int) -> str:
        """See Site."""
        function = self.unit.function_at(self.match.span.start)
        start = function.span.start if function else 0
        head = self.unit.text(start, self.match.span.start)
        return "\n".join(head.split("\n")[:-1][-lines:])

    def after(self, lines: int) -> str:
        """See Site."""
        function = self.unit.function_at(self.match.span.start)
        end = function.span.end if function else len(self.unit.source.text)
        return "\n".join(self.unit.text(self.match.span.end, end).split("\n")[1 : lines + 1])

    def file_text(self) -> str:
        """See Site."""
        return self.unit.text(0, len(self.unit.source.text))

    def in_kernel(self) -> bool:
        """See Site."""
        return _ELSEWHERE.match(self.match.path) is None

    def expand(self, macro: str, headers: tuple[str, ...]) -> str | None:
        """See Site."""
        own = self.unit.macros.get(macro)
        if own is not None and own.parameters is None:
            return own.body
        near = posixpath.dirname(self.match.path)
        for name in quoted(self.unit.source.text)[:_MAX_INCLUDES]:
            found = self.view.macros(posixpath.normpath(f"{near}/{name}")).get(macro)
            if found is not None and found.parameters is None:
                return found.body
        for path in headers:
            there = self.view.macros(path).get(macro)
            if there is not None and there.parameters is None:
                return there.body
        return None

    def value_of(self, name: str, headers: tuple[str, ...] = ()) -> int | None:
        """See Site."""
        term = self.bound.get("$" + name, Term("id", name))
        return value_of(term, lambda macro: self.expand(macro, headers))

    def declares(self, name: str, headers: tuple[str, ...]) -> bool:
        """See Site."""
        return self.view.declares(name, headers)

    def known(self, name: str) -> bool:
        """See Site."""
        catalogue = self.view.suggester.catalogue
        return bool(catalogue.named(name) or catalogue.constants(name))

    def bodies(self, name: str) -> tuple[str, ...]:
        """See Site."""
        return tuple(entry.body for entry in self.view.suggester.catalogue.named(name) if entry.body)

    def has_option(self, name: str) -> bool:
        """See Site."""
        return name in self.view.options or not self.view.options

    def helper(self) -> HelperCall | None:
        """See Site."""
        return call_of(self.found) if self.found is not None else None

    def equivalent(self, expression: str) -> tuple[HelperCall, ...]:
        """See Site."""
        filled = re.sub(r"\$(\w+)", lambda found: f"({self.match.text(found.group(1))})", expression)
        types = self.terms.types_at(self.match.span.start)
        world = self.view.suggester.world(self.match.path, self.unit.source.text)
        answer = ask(world, filled, types, assume=False)
        # a helper is not made of itself, nor of its neighbours in its own header
        found = answer.whole if answer is not None else ()
        return tuple(call_of(one) for one in found if one.entry.path != self.match.path)


def call_of(found: Found) -> HelperCall:
    """A helper that was found, as a rule sees it."""
    differs = "; ".join(f"tests {name} where this tests {other}" for name, other in found.differs)
    entry = found.entry
    return HelperCall(entry.name, found.call, include_name(entry.path), entry.line, found.typed, differs)
