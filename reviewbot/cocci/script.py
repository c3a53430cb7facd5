# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a report script say?  Its Python is read as a syntax tree, and never run."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass, replace

from reviewbot.cocci.lex import Section
from reviewbot.cocci.where import Text, condition
from reviewbot.errors import CocciError

_TAKES = re.compile(r"^\s*(\w+)\s*<<\s*([\w-]+)\s*\.\s*(\w+)\s*(?:=[^;]*)?$")


@dataclass(frozen=True, slots=True)
class Report:
    """A message at a position.

    `takes` maps the script's names to (rule, metavariable); `message` is our template.  `conditions` are those on which
    it depends; `only` is True if the script drops what it has reported, so that later rules do not see it.
    """

    rule: str
    position: str
    message: str
    takes: dict[str, tuple[str, str]]
    conditions: tuple[Text, ...] = ()
    only: bool = False


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


def report_of(section: Section, regexes: dict[str, str]) -> Report:
    """The report that a script makes; raises CocciError for anything that it does beyond that."""
    found = _Script(section, regexes).run()
    if found is None:
        raise CocciError(section.header_line, "a script that reports nothing")
    return found


def filter_of(section: Section, regexes: dict[str, str]) -> Text:
    """The condition that a script demands of matches, which it drops otherwise; raises CocciError."""
    script = _Script(section, regexes)
    if script.run() is None and len(script.demands) == 1:
        return script.demands[0]
    raise CocciError(section.header_line, "Python that filters matches")


class _Script:
    def __init__(self, section: Section, regexes: dict[str, str]) -> None:
        if section.language != "python":
            raise CocciError(section.header_line, f"a script in {section.language}")
        self._section, self._takes, self._regexes = section, takes_of(section), regexes
        self._conditions: tuple[Text, ...] = ()
        self._each: dict[str, str] = {}
        self.demands: list[Text] = []
        self._texts: dict[str, str] = {}
        self._found: Report | None = None

    def run(self) -> Report | None:
        """All statements in turn."""
        try:
            tree = ast.parse(textwrap.dedent(re.sub(r"(?m)^//.*$", "", self._section.body)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise CocciError(self._section.line, "Python that does not parse") from None
        try:
            self._block(tree.body)
        except RecursionError:
            raise CocciError(self._section.line, "Python that is nested so deeply") from None
        return self._found

    def _block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _no(self, node: ast.AST, what: str, detail: str = "") -> CocciError:
        return CocciError(self._section.line + getattr(node, "lineno", 1) - 1, f"Python: {what}", detail)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._texts[name] = self._text(value)
            case ast.Expr(value=ast.Call(func=func, args=[where, what])) if _is_report(func) and self._found is None:
                rule, position = self._position(where)
                self._found = Report(rule, position, self._text(what), self._takes, self._conditions)
            case ast.Expr(value=ast.Call()) if ast.unparse(node) == "cocci.include_match(False)":
                self._drop(node)
            case ast.For(target=ast.Name(id=one), iter=ast.Name(id=name), body=body, orelse=[]) if name in self._takes:
                self._each[one] = name
                self._block(body)
            case ast.If(test=test, body=body, orelse=orelse):
                self._if(test, body, orelse)
            case ast.Expr(value=ast.Call(func=func)):
                raise self._no(node, f"a call of {ast.unparse(func)[:40]}")
            case _:
                raise self._no(node, f"`{type(node).__name__.lower()}`")

    def _drop(self, node: ast.stmt) -> None:
        """What is dropped after the report was made is what later rules do not see; else what is not reported."""
        if self._found is not None and not self._conditions:
            self._found = replace(self._found, only=True)
        elif self._conditions:
            last = self._conditions[-1]
            self.demands.append(replace(last, wanted=not last.wanted))
        else:
            raise self._no(node, "a match that is dropped")

    def _if(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        found = condition(test, self._takes, self._regexes)
        if found is None:
            raise self._no(test, "`if`", ast.unparse(test)[:40])
        before = self._conditions
        for block, one in ((body, found), (orelse, replace(found, wanted=not found.wanted))):
            self._conditions = (*before, one)
            self._block(block)
        self._conditions = before

    def _position(self, node: ast.expr) -> tuple[str, str]:
        match node:
            case ast.Name(id=name) if name in self._each:
                return self._takes[self._each[name]]
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
