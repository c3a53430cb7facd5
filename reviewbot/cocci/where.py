# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold at a place beside the pattern?  Types, and the few things that a file's Python asks, as predicates."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from reviewbot.rule import Site

_ELEMENTS = re.compile(r"^not (\w+) & \{(\w+)\.current_element for \2 in (\w+)\}$")


@dataclass(frozen=True, slots=True)
class Pointers:
    """Metavariables whose type must be known, and a pointer."""

    names: tuple[str, ...]

    def __call__(self, site: Site) -> bool:
        """See Rule.where."""
        return all((site.type_of(name) or "").rstrip().endswith("*") for name in self.names)


@dataclass(frozen=True, slots=True)
class Outside:
    """Functions that nothing is reported in."""

    functions: frozenset[str]

    def __call__(self, site: Site) -> bool:
        """See Rule.where."""
        return site.match.function not in self.functions


@dataclass(frozen=True, slots=True)
class Text:
    """A regular expression that is to be found in the text of a metavariable, or not to be."""

    name: str
    regex: str
    wanted: bool = True

    def __call__(self, site: Site) -> bool:
        """See Rule.where."""
        return (re.search(self.regex, site.text(self.name)) is not None) is self.wanted


@dataclass(frozen=True, slots=True)
class All:
    """Several of them."""

    parts: tuple[Pointers | Outside | Text, ...]

    def __call__(self, site: Site) -> bool:
        """See Rule.where."""
        return all(part(site) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Prelude:
    """What a file's `initialize:python` sets up: regular expressions by name, and functions that ask for a place."""

    regexes: dict[str, str]
    functions: dict[str, Outside]


def prelude(bodies: Iterable[str]) -> Prelude:
    """Read the `initialize:python` sections of a file; what is not understood is left out.  Nothing is run."""
    reader = _Prelude()
    for body in bodies:
        try:
            tree = ast.parse(textwrap.dedent(body))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in tree.body:
            reader.read(node)
    return reader.out


class _Prelude:
    def __init__(self) -> None:
        self.out = Prelude({}, {})
        self._texts: dict[str, str] = {}
        self._sets: dict[str, frozenset[str]] = {}

    def read(self, node: ast.stmt) -> None:
        """One statement."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                self._texts[name] = text
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func, args=[argument])):
                self._called(name, ast.unparse(func), argument)
            case ast.FunctionDef(name=name, body=[ast.Return(value=ast.expr() as value)]):
                found = _ELEMENTS.match(ast.unparse(value))
                if found and found[1] in self._sets and [arg.arg for arg in node.args.args] == [found[3]]:
                    self.out.functions[name] = Outside(self._sets[found[1]])

    def _called(self, name: str, function: str, argument: ast.expr) -> None:
        if function == "frozenset" and isinstance(argument, ast.List):
            names = [one.value for one in argument.elts if isinstance(one, ast.Constant)]
            if len(names) == len(argument.elts):
                self._sets[name] = frozenset(map(str, names))
        if function == "re.compile":
            given = argument.value if isinstance(argument, ast.Constant) else self._texts.get(ast.unparse(argument))
            if isinstance(given, str) and _compiles(given):
                self.out.regexes[name] = given


def condition(node: ast.expr, takes: dict[str, tuple[str, str]], regexes: dict[str, str]) -> Text | None:
    """A condition of a script as one on the text of a metavariable; None for any other."""
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            found = condition(inner, takes, regexes)
            return Text(found.name, found.regex, not found.wanted) if found else None
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="endswith"), args=[ast.Constant(value=str(end))]
        ) if name in takes:
            return Text(takes[name][1], re.escape(end) + r"\Z")
        case ast.Compare(
            left=ast.Call(func=ast.Attribute(value=ast.Name(id=regex), attr="search"), args=[ast.Name(id=name)]),
            ops=[ast.NotEq() | ast.IsNot() | ast.Eq() | ast.Is() as sign],
            comparators=[ast.Constant(value=None)],
        ) if name in takes and regex in regexes:
            return Text(takes[name][1], regexes[regex], isinstance(sign, ast.NotEq | ast.IsNot))
    return None


def _compiles(regex: str) -> bool:
    try:
        re.compile(regex)
    except re.error:
        return False
    return True
