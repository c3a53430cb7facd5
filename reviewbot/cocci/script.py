# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a report script say?  Its Python is read as a syntax tree, and never run."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass

from reviewbot.cocci.lex import Section
from reviewbot.errors import CocciError

_TAKES = re.compile(r"^\s*(\w+)\s*<<\s*([\w-]+)\s*\.\s*(\w+)\s*(?:=[^;]*)?$")


@dataclass(frozen=True, slots=True)
class Report:
    """A message at a position.  `takes` maps the script's names to (rule, metavariable); `message` is our template."""

    rule: str
    position: str
    message: str
    takes: dict[str, tuple[str, str]]


def takes_of(section: Section) -> dict[str, tuple[str, str]]:
    """What a script takes from rules."""
    out = {}
    for piece in section.declared.split(";"):
        if piece.strip():
            found = _TAKES.match(piece)
            if found is None:
                raise CocciError(section.declared_line, "the script's declaration", piece.strip()[:40])
            out[found[1]] = (found[2], found[3])
    return out


def report_of(section: Section) -> Report:
    """The report that a script makes; raises CocciError for anything that it does beyond that."""
    takes = takes_of(section)
    if section.language != "python":
        raise CocciError(section.header_line, f"a script in {section.language}")
    return _Script(section, takes).run()


class _Script:
    def __init__(self, section: Section, takes: dict[str, tuple[str, str]]) -> None:
        self._section, self._takes = section, takes
        self._texts: dict[str, str] = {}
        self._found: Report | None = None

    def run(self) -> Report:
        """All statements in turn."""
        try:
            tree = ast.parse(textwrap.dedent(re.sub(r"(?m)^//.*$", "", self._section.body)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise CocciError(self._section.line, "Python that does not parse") from None
        try:
            for statement in tree.body:
                self._statement(statement)
        except RecursionError:
            raise CocciError(self._section.line, "Python that is nested so deeply") from None
        if self._found is None:
            raise CocciError(self._section.header_line, "a script that reports nothing")
        return self._found

    def _no(self, node: ast.AST, what: str, detail: str = "") -> CocciError:
        return CocciError(self._section.line + getattr(node, "lineno", 1) - 1, f"Python: {what}", detail)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._texts[name] = self._text(value)
            case ast.Expr(value=ast.Call(func=func, args=[where, what])) if _is_report(func) and self._found is None:
                rule, position = self._position(where)
                self._found = Report(rule, position, self._text(what), self._takes)
            case ast.Expr(value=ast.Call(func=func)) if ast.unparse(func) == "cocci.include_match" and self._found:
                pass  # what comes after the report says nothing of it
            case ast.Expr(value=ast.Call(func=func)):
                raise self._no(node, f"a call of {ast.unparse(func)[:40]}")
            case _:
                raise self._no(node, f"`{type(node).__name__.lower()}`")

    def _position(self, node: ast.expr) -> tuple[str, str]:
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=0)) if name in self._takes:
                return self._takes[name]
        raise self._no(node, f"a report at {ast.unparse(node)[:40]}")

    def _text(self, node: ast.expr) -> str:
        """The template for an expression that makes a text."""
        match node:
            case ast.Constant(value=str(text)) if not re.search(r"\{\w+\}", text):
                return text
            case ast.Name(id=name) if name in self._texts:
                return self._texts[name]
            case ast.Name(id=name) if name in self._takes:
                return f"{{{self._takes[name][1]}}}"
            case ast.Attribute(value=ast.Subscript(value=ast.Name(id=name)), attr="line") if name in self._takes:
                return f"{{line_{self._takes[name][1]}}}"
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._text(left) + self._text(right)
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                return self._formatted(node, self._text(left), right)
        raise self._no(node, "a text that is computed", ast.unparse(node)[:40])

    def _formatted(self, node: ast.expr, text: str, right: ast.expr) -> str:
        values = [self._text(one) for one in (right.elts if isinstance(right, ast.Tuple) else [right])]
        pieces = text.split("%s")
        if len(pieces) != len(values) + 1 or any("%" in piece.replace("%%", "") for piece in pieces):
            raise self._no(node, "a format other than %s")
        out = pieces[0]
        for value, piece in zip(values, pieces[1:], strict=True):
            out += value + piece
        return out.replace("%%", "%")


def _is_report(func: ast.expr) -> bool:
    return ast.unparse(func) == "coccilib.report.print_report"
