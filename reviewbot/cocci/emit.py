# SPDX-License-Identifier: GPL-2.0-or-later
"""How is one alternative of a rule written in our pattern language, and what excuses it?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reviewbot.cocci.body import DOTS, Token, When, alternatives, read_body
from reviewbot.cocci.declare import Declared
from reviewbot.cocci.shapes import BESIDE, HEADS, IDENTIFIER, LEAVES, closing, refuse_shapes
from reviewbot.errors import CocciError
from reviewbot.rule import Assume

_OPERATORS = frozenset(re.findall(r"\S+", "= == != && || | & ^ + - * / % < > <= >= << >> ? : += -= |= &= , ( return"))
_CHAIN = frozenset({"&&", "||", "|", "&", "+", "*", "^"})
GAP = "\f..."
"""`...` between statements, until all is written."""
_TIGHT = (
    (re.compile(r"(?<=[(,=?:&|<>!]) - (?=\d)"), " -"),
    (re.compile(r"\s+(?=[;,)\]])|(?<=[(\[!]) +|(?<=\w) +(?=\()(?<!\bif )(?<!\bwhile )"), ""),
    (re.compile(r" (->) "), r"\1"),
)


@dataclass(slots=True)
class Written:
    """An alternative in our language.  `step` is the number of the step to report, None for none or no path."""

    text: str = ""
    marks: set[str] = field(default_factory=set)
    steps: dict[str, int] = field(default_factory=dict)
    starred: int | None = None
    unless: list[str | Assume] = field(default_factory=list)
    path: bool = False
    any: list[bool] = field(default_factory=list)
    between: list[tuple[str, ...]] = field(default_factory=list)
    strict: bool = False
    every: bool | None = None


def write(tokens: Sequence[Token], metavariables: Mapping[str, Declared]) -> Written:
    """Write an alternative down; raises CocciError that names what has no counterpart."""
    return _Writer(list(tokens), metavariables).run()


def plain(tokens: Sequence[Token], metavariables: Mapping[str, Declared], line: int) -> list[str]:
    """The texts of code without gaps, as that of a `when`: one for each way through its disjunctions."""
    text = " ".join(token.text for token in tokens)
    out = []
    for way in alternatives(read_body(" " + text, line), line):
        written = write(way, metavariables)
        if written.path:
            raise CocciError(line, "a `when` with `...` between statements")
        out.append(written.text.removesuffix(";").strip())
    return out


class _Writer:
    def __init__(self, tokens: list[Token], metavariables: Mapping[str, Declared]) -> None:
        self._tokens, self._known = tokens, metavariables
        self._out: list[str] = []
        self._written = Written()
        self._depth = 0
        self._step = 0
        self._gaps: list[tuple[Token | None, tuple[str, ...]]] = []
        self._nested = 0

    def run(self) -> Written:
        """Write all tokens."""
        self._written.path = self._has_gap()
        refuse_shapes(self._tokens, metavariables=self._known, path=self._written.path)
        at = 0
        while at < len(self._tokens):
            at = self._one(at)
        self._finish()
        return self._written

    def _has_gap(self) -> bool:
        """True if `...` stands between statements, at the top or in a block."""
        depth = inside = 0
        for at, token in enumerate(self._tokens):
            depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
            if token.text not in DOTS or depth:
                continue
            if inside or not self._between(at, nest=token.text != "..."):
                inside += token.text.startswith("<") - token.text.endswith(">")
            else:
                return True
        return False

    def _at(self, at: int) -> Token | None:
        return self._tokens[at] if 0 <= at < len(self._tokens) else None

    def _text(self, at: int) -> str:
        token = self._at(at)
        return token.text if token else ""

    def _kind(self, at: int) -> str:
        one = self._known.get(self._text(at))
        return one.kind if one else ""

    def _one(self, at: int) -> int:
        token = self._tokens[at]
        if token.text in ("<+...", "...+>", "<...", "...>"):
            self._nest(at)
        elif token.text == "...":
            self._dots(at)
        elif token.text in HEADS and self._depth == 0:
            return self._head(at)
        elif self._kind(at) == "statement":
            self._statement(at)
        else:
            self._word(at)
        return at + 1

    def _word(self, at: int) -> None:
        token = self._tokens[at]
        self._depth += (token.text in "([") - (token.text in ")]") if token.text else 0
        self._place(at)
        name = self._name(token)
        if (
            token.marks
            and IDENTIFIER.fullmatch(token.text)
            and token.text not in BESIDE | LEAVES
            and self._text(at - 1) != "goto"
        ):
            name += "".join(f"@{mark}" for mark in token.marks)
            self._written.marks |= set(token.marks)
        self._out.append(name)
        if token.text == ";":
            self._step += 1

    def _name(self, token: Token) -> str:
        one = self._known.get(token.text)
        if one is None:
            return token.text
        if one.refused:
            raise CocciError(one.line, one.refused)
        if one.kind in ("expression list", "parameter list", "identifier list"):
            return "..."
        if one.kind in ("iterator", "declarer"):
            raise CocciError(token.line, f"`{one.kind}`")
        return f"${token.text}"

    def _place(self, at: int) -> None:
        """Remember at which step the marks and the star of a token stand."""
        token = self._tokens[at]
        for mark in token.marks:
            self._written.steps.setdefault(mark, self._step)
        if token.star and token.text not in ("{", "}", ")", "("):
            self._written.starred = self._step

    def _statement(self, at: int) -> None:
        """A statement metavariable that is not the branch of a path's test."""
        token = self._tokens[at]
        if self._written.path:
            raise CocciError(token.line, "a statement metavariable among the steps of a path")
        self._place(at)
        self._out += [f"$${token.text}", ";"]
        self._step += 1

    def _nest(self, at: int) -> None:
        """`<+... e ...+>` is an expression that holds e, or steps that occur in between."""
        token = self._tokens[at]
        opens = token.text.startswith("<")
        if self._nested or self._depth or (opens and not self._between(at, nest=True)):
            if "+" not in token.text or token.whens:
                raise CocciError(token.line, "`<... ...>` in an expression")
            self._nested += 1 if opens else -1
            self._out.append("<..." if opens else "...>")
            return
        self._gap(token, reach=True)

    def _dots(self, at: int) -> None:
        token = self._tokens[at]
        before, after = self._text(at - 1), self._at(at + 1)
        same = after is not None and after.line == token.line
        if self._depth == 0 and self._between(at):
            self._gap(token)
        elif (before in _CHAIN or (same and after is not None and after.text in _CHAIN)) and not token.whens:
            self._out.append("...")
        elif before in ("(", ",") and self._text(at + 1) in (")", ",") and not token.whens:
            self._out.append("..." if self._text(at - 2) not in HEADS else "$_")
        elif before == "return":
            self._out.append("...")
        elif before in _OPERATORS or before == "[":
            self._out.append("$_")
        else:
            raise CocciError(token.line, "`...` at such a place")

    def _between(self, at: int, *, nest: bool = False) -> bool:
        """True where `...` stands between statements."""
        before, after, token = self._text(at - 1), self._at(at + 1), self._tokens[at]
        if before in _OPERATORS - {"("} and before:
            return False
        return nest or after is None or after.line != token.line or after.text not in _CHAIN | {"?", ":"}

    def _gap(self, token: Token, *, reach: bool = False) -> None:
        self._end_statement()
        merged = bool(self._out) and (self._out[-1] == GAP or self._out[-1].endswith(" ..."))
        if merged and not reach and self._out[-1] == GAP:
            raise CocciError(token.line, "two `...` in a row")
        if merged:
            self._gaps.pop()
        else:
            self._out.append(GAP)
        excuses = [excuse for when in token.whens for excuse in self._excuse(when)]
        self._gaps.append((token, tuple(excuses)))

    def _excuse(self, when: When) -> list[str]:
        if when.kind in ("any", "strict", "exists", "forall"):
            return []
        if when.tokens and when.tokens[0].text in ("if", "for", "while", "switch"):
            raise CocciError(when.line, f"`when != {when.tokens[0].text} (...)`")
        texts = plain(when.tokens, self._known, when.line)
        if when.kind == "!=":
            return texts
        assumed = [_undotted(text if when.kind == "true" else f"!({text})", when.line) for text in texts]
        self._written.unless += map(Assume, assumed)
        return []

    def _end_statement(self) -> None:
        if self._out and self._out[-1] not in (";", "{", "}", GAP) and not self._out[-1].endswith(" ..."):
            self._out.append(";")
            self._step += 1

    def _head(self, at: int) -> int:
        """`if (c) S`, `if (c) { ... }`: the test alone, or with its branch."""
        close = closing(self._tokens, at + 1, "(", ")")
        self._place(at)
        self._out.append(self._tokens[at].text)
        for inner in range(at + 1, close + 1):
            self._one(inner)
        self._step += 1
        if self._kind(close + 1) == "statement":
            if not self._written.path:
                return close + 1
            if self._text(close + 2) == "else":
                raise CocciError(self._tokens[close].line, "`else`")
            self._gaps.append((None, ()))
            self._out[-1] += " ..."
            return close + 2
        if self._text(close + 1) == "{":
            end = closing(self._tokens, close + 1, "{", "}")
            if (
                self._written.path
                and end + 1 < len(self._tokens)
                and any(t.text in LEAVES for t in self._tokens[close + 1 : end])
            ):
                return self._left(at, close, end)
        return close + 1

    def _left(self, at: int, close: int, end: int) -> int:
        """`if (c) { ... return ...; }` with something after it is the branch that is not taken."""
        body = self._tokens[close + 1 : end]
        if any(token.marks or token.star for token in body):
            raise CocciError(self._tokens[at].line, "a branch to report that leaves, with code after it")
        test = self._tokens[at + 2 : close]
        condition = write(test, self._known).text
        self._written.unless.append(Assume(_undotted(condition, self._tokens[at].line)))
        self._gaps.append((None, ()))
        self._out[-1] += " ..."
        return end + 1

    def _finish(self) -> None:
        written = self._written
        is_path = written.path or ";" in self._out or "}" in self._out
        if is_path:
            self._trim()
            self._end_statement()
        written.text = _joined(self._out)
        self._settle()

    def _trim(self) -> None:
        """A gap at the very end of a rule, or of its last block, asks for nothing."""
        if self._out and self._out[-1] == GAP:
            self._out.pop()
            self._gaps.pop()
        if self._out[-2:] == [GAP, "}"] and self._out[-3] != "{":
            del self._out[-2]
            self._gaps.pop()

    def _settle(self) -> None:
        """What the `when` of the gaps say; behind `if (c) S` is one that says nothing."""
        written = self._written
        for token, excuses in self._gaps:
            said = {when.kind for when in token.whens} if token else set()
            written.between.append(excuses)
            written.any.append(token is not None and (token.text != "..." or "any" in said))
            written.strict |= "strict" in said
            if "exists" in said or (token is not None and token.text != "..."):
                written.every = False
            elif "forall" in said and written.every is None:
                written.every = True


def _joined(out: list[str]) -> str:
    """The words as text: `-1` is one word in C's grammar, and calls look like calls."""
    text = " ".join(out).replace(GAP, "...")
    for wide, narrow in _TIGHT:
        text = wide.sub(narrow, text)
    return text.strip()


def _undotted(text: str, line: int) -> str:
    """`!x || ...` that is not to hold is `!x` that is not to hold."""
    text = re.sub(r"\s*\|\|\s*\.\.\.", "", text)
    if "..." in re.sub(r"\(\s*\.\.\.\s*\)|,\s*\.\.\.", "", text):
        raise CocciError(line, "a condition with `...` that is not to hold")
    return text
