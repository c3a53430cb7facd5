# SPDX-License-Identifier: GPL-2.0-or-later
"""What do some headers of a tree define?  One-return inlines, macros, and fields that are the same storage.

Only the headers that a rule names are read.  It refuses bodies that are more than local names and one return.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reviewbot.model import Snapshot, SourceFile
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.macros import COMMENT, Macro, read_macros
from reviewbot.syntax.parse import Function, Unit, parse
from reviewbot.syntax.term import Term, to_term

_MAX_BODY = 800
_UNION = re.compile(rb"\bunion\s*\{((?:[^{}]|\{[^{}]*\})*)\}\s*;")
_STRUCT = re.compile(rb"^(?:typedef )?struct(?: (\w+))?[^;{}()]*\{", re.MULTILINE)
_ONE_BITMAP = re.compile(rb"typedef\s+struct\s*\{\s*DECLARE_BITMAP\(\s*(\w+)\s*,[^;]*\);\s*\}\s*\w+\s*;")
_FIELD = re.compile(rb"(\w+)\s*;\s*$")


@dataclass(frozen=True, slots=True)
class Helper:
    """A static inline that returns one expression.  `parameters` are (type, name) as written; `body` is the expression
    with its local names replaced by what they stand for; `line` is 1-based."""

    name: str
    path: str
    line: int
    parameters: tuple[tuple[str, str], ...]
    body: Term


@dataclass(frozen=True, slots=True)
class World:
    """What the headers define.  `aliases` maps (struct name, field) to the first field of the same anonymous union;
    `transparent` are the members of types that are nothing but one bitmap."""

    helpers: dict[str, Helper]
    macros: dict[str, Macro]
    aliases: dict[tuple[str, str], str]
    transparent: frozenset[str]


def read_world(snapshot: Snapshot, headers: tuple[str, ...], facts: SyntaxFacts) -> World:
    """The definitions in these headers of the snapshot; headers that the tree does not have are nothing to it."""
    helpers: dict[str, Helper] = {}
    macros: dict[str, Macro] = {}
    aliases: dict[tuple[str, str], str] = {}
    transparent: set[str] = set()
    for path in headers:
        text = snapshot.read(path)
        if text is None:
            continue
        unit = parse(SourceFile(path, text), facts)
        helpers |= {h.name: h for f in unit.functions if (h := _helper(unit, f)) is not None}
        macros |= read_macros(text)
        bare = COMMENT.sub(b" ", text)
        aliases |= _aliases(bare)
        transparent |= {m.decode() for m in _ONE_BITMAP.findall(bare)}
    return World(helpers, macros, aliases, frozenset(transparent))


def _aliases(text: bytes) -> dict[tuple[str, str], str]:
    structs = [(m.start(), (m.group(1) or b"").decode()) for m in _STRUCT.finditer(text)]
    out: dict[tuple[str, str], str] = {}
    for union in _UNION.finditer(text):
        around = [name for start, name in structs if start < union.start()]
        fields = [m.group(1).decode() for part in union.group(1).split(b";") if (m := _FIELD.search(part + b";"))]
        if around and around[-1] and b"{" not in union.group(1):
            out |= {(around[-1], name): fields[0] for name in fields[1:]}
    return out


def _helper(unit: Unit, function: Function) -> Helper | None:
    if not function.analysed or function.span.end - function.body > _MAX_BODY:
        return None
    head = unit.text(function.span.start, function.body)
    if "inline" not in head:
        return None
    node = unit.tree.root_node.descendant_for_byte_range(function.body, function.body + 1)
    block = node.parent if node is not None and node.type == "{" else node
    if block is None or block.type != "compound_statement":
        return None
    body = _one_return(to_term(block, unit.text))
    parameters = _parameters(head, function.name)
    if body is None or parameters is None:
        return None
    return Helper(function.name, unit.source.path, function.span.first_line, parameters, body)


def _one_return(block: Term) -> Term | None:
    """The expression of `T a = x; return e;` with a replaced by x, None for any other body."""
    names: dict[str, Term] = {}
    for statement in block.kids[:-1]:
        made = [kid for kid in statement.kids if kid.kind == "init"]
        if statement.kind != "decl" or len(made) != 1 or len(made[0].kids) != 2:
            return None
        names[made[0].kids[0].value] = substitute(made[0].kids[1], names)
    last = block.kids[-1] if block.kids else None
    if last is None or last.kind != "return" or len(last.kids) != 1:
        return None
    return substitute(last.kids[0], names)


def substitute(term: Term, names: dict[str, Term]) -> Term:
    """The term with identifiers replaced by what `names` says."""
    if term.kind == "id":
        return names.get(term.value, term)
    kids = tuple(substitute(kid, names) for kid in term.kids)
    return Term(term.kind, term.value, kids, term.start, term.end)


def _parameters(head: str, name: str) -> tuple[tuple[str, str], ...] | None:
    found = re.search(rf"\b{re.escape(name)}\s*\(([^()]*)\)", head)
    if found is None:
        return None
    out = []
    for part in found.group(1).split(","):
        split = re.match(r"\s*(.*?[\s*])(\w+)\s*$", part, re.DOTALL)
        if split:
            out.append((" ".join(split.group(1).split()), split.group(2)))
        elif part.strip() not in ("", "void"):
            return None
    return tuple(out)
