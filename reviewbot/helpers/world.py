# SPDX-License-Identifier: GPL-2.0-or-later
"""What do a tree's names mean to the algebra?  Bodies as templates, macros as terms, bitmaps as words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reviewbot.helpers.anchors import definite
from reviewbot.helpers.body import Body, is_closed, read_body, read_expression, substitute
from reviewbot.helpers.canon import Canon
from reviewbot.helpers.catalogue import FOLDER, Catalogue
from reviewbot.helpers.constant import value_of
from reviewbot.helpers.entry import Entry, Kind
from reviewbot.helpers.template import Template
from reviewbot.helpers.types import KNOWN, TreeTypes, TypeOf
from reviewbot.helpers.worth import Traits
from reviewbot.syntax.term import Term

_MAX_BODY_PARTS, _MAX_BODY_DEPTH = 250, 40
_WORD = re.compile(r"[A-Za-z_]\w*")
_BOOL = frozenset({"bool", "_Bool"})


def _is_type_of_hole(part: Term) -> bool:
    """True for a type that is made of a parameter: a text, in which no argument can be put."""
    return "$" in part.value and part.kind in ("cast", "sizeof", "type")


_Key = tuple[str, str, int, str, bool]


def _key(entry: Entry, *, lenient: bool) -> _Key:
    return (entry.name, entry.path, entry.line, entry.body, lenient)  # of one name axioms know several bodies


@dataclass(slots=True)
class TreeWorld:
    """The world of one tree (see values.World).  Results are kept: the same names are asked again and again."""

    catalogue: Catalogue
    types: TreeTypes
    base: TreeWorld | None = None
    own: frozenset[str] = frozenset()
    _templates: dict[str, Template | None] = field(default_factory=dict)
    _of_entry: dict[_Key, Template | None] = field(default_factory=dict)
    _constants: dict[str, Term | None] = field(default_factory=dict)
    _single: dict[str, int | None] = field(default_factory=dict)
    _bodies: dict[tuple[str, str, int, str], Body | None] = field(default_factory=dict)
    kept: dict[tuple[str, str, int], Traits] = field(default_factory=dict)
    _busy: set[str] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)
    _needs: dict[_Key, frozenset[str]] = field(default_factory=dict)
    _template_needs: dict[str, frozenset[str]] = field(default_factory=dict)

    def template(self, name: str, count: int) -> Template | None:
        """See World."""
        self._asked.add(name)
        if name not in self._templates:
            if name in self._busy:  # a body that calls itself
                return None
            entry = definite(self.catalogue.named(name))
            self._templates[name] = self.template_of(entry) if entry is not None else None
            if entry is not None:
                self._template_needs[name] = self._needs.get(_key(entry, lenient=False), frozenset())
        found = self._templates[name]
        self._asked |= self._template_needs.get(name, frozenset())
        return found if found is not None and len(found.parameters) == count else None

    def template_of(self, entry: Entry, *, lenient: bool = False) -> Template | None:
        """The canonical body of one definition; None where it is no expression."""
        key = _key(entry, lenient=lenient)
        if key not in self._of_entry:
            if self.base is not None and entry.path.startswith(FOLDER):
                found = self.base.template_of(entry, lenient=lenient)
                if not self.base.needs(entry, lenient=lenient) & self.own:
                    self._of_entry[key], self._needs[key] = found, self.base.needs(entry, lenient=lenient)
                    return found
            outer, self._asked = self._asked, set()
            self._busy.add(entry.name)
            try:
                self._of_entry[key] = self._made(entry, lenient=lenient)
            finally:
                self._busy.discard(entry.name)
                self._needs[key] = frozenset(self._asked)
                self._asked = outer | self._asked
        return self._of_entry[key]

    def needs(self, entry: Entry, *, lenient: bool) -> frozenset[str]:
        """The names that a template was made with."""
        return self._needs.get(_key(entry, lenient=lenient), frozenset())

    def _made(self, entry: Entry, *, lenient: bool) -> Template | None:
        body = self._body(entry)
        if body is None:
            return None
        holes = {name: Term("id", f"${name}") for _kind, name in entry.parameters if name}
        if any(part.kind == "type" and holes.keys() & _WORD.findall(part.value) for part in body.term.walk()):
            return None  # typeof(x) in a cast is a text, in which no argument can be put
        types = {f"${name}": kind for kind, name in entry.parameters if kind and name}
        canon = Canon(self, TypeOf(self.types, KNOWN | types), lenient)
        return self._template(entry, body, canon, holes)

    def _body(self, entry: Entry) -> Body | None:
        key = (entry.name, entry.path, entry.line, entry.body)
        if key not in self._bodies:
            body = read_body(entry, self.catalogue.facts)
            self._bodies[key] = body if body and body.term.fits(_MAX_BODY_PARTS, _MAX_BODY_DEPTH) else None
        return self._bodies[key]

    def _template(self, entry: Entry, body: Body, canon: Canon, holes: dict[str, Term]) -> Template | None:
        term = substitute(body.term, holes, members=entry.kind is Kind.MACRO)
        is_truth = entry.result in _BOOL
        value = canon.truth(term) if is_truth else canon.value(term)
        if entry.kind is Kind.INLINE and not is_truth and not body.is_statement:
            value = canon.returned(entry.result, value)
        if not value.fits(_MAX_BODY_PARTS, _MAX_BODY_DEPTH) or any(_is_type_of_hole(part) for part in value.walk()):
            return None
        return Template(entry.name, entry.parameters, value, is_truth, body.is_statement, body.bare)

    def constant(self, name: str) -> Term | None:
        """See World."""
        self._asked.add(name)
        if name not in self._constants:
            self._constants[name] = None  # what it is within its own body
            self._constants[name] = self._constant(name)
        return self._constants[name]

    def _constant(self, name: str) -> Term | None:
        if self.catalogue.named(name):
            return None
        found = []
        if not all(is_closed(text) for text in self.catalogue.anchors.bodies(name)):
            return None
        for text in dict.fromkeys(self.catalogue.anchors.bodies(name)):
            term = read_expression(text, self.catalogue.facts)
            if term is None or not term.fits(_MAX_BODY_PARTS, _MAX_BODY_DEPTH):
                return None
            found.append(term)
        if len(found) > 1:
            keys = {Canon(self, TypeOf(self.types, {}), lenient=True).value(term).key for term in found}
            if len(keys) > 1:
                return None
        return found[0] if found else None

    def single_bit(self, name: str) -> int | None:
        """See World."""
        self._asked.add(name)
        if name not in self._single:
            values = {self._number(constant.body) for constant in self.catalogue.constants(name)}
            value = values.pop() if len(values) == 1 else None
            is_bit = value is not None and value > 0 and value & (value - 1) == 0
            self._single[name] = value.bit_length() - 1 if value is not None and is_bit else None
        return self._single[name]

    def _number(self, body: str) -> int | None:
        term = read_expression(body, self.catalogue.facts)
        return value_of(term, lambda _name: None) if term is not None else None

    def word_of(self, struct: str | None, member: str) -> str | None:
        """See World."""
        members = self.types.members(struct)
        found = members.get(member)
        if found is None or not found.union or self.types.bitmap_member(found.kind) is None:
            return None
        for name, other in members.items():
            integer = self.types.integer(other.kind)
            if other.union == found.union and name != member and integer is not None and integer[1] == 64:
                return name
        return None

    def is_bitmap(self, kind: str | None, member: str) -> bool:
        """See World."""
        return kind is not None and self.types.bitmap_member(kind) == member

    def is_type(self, name: str) -> bool:
        """See World."""
        return (name.endswith("_t") and self.catalogue.typedef(name) is not None) or self.types.integer(
            name
        ) is not None

    def integer(self, kind: str) -> tuple[bool, int] | None:
        """See World."""
        return self.types.integer(kind)
