# SPDX-License-Identifier: GPL-2.0-or-later
"""How is one alternative of a rule written in our pattern language, and what excuses it?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from reviewbot.cocci.body import DOTS, Token, When, alternatives, read_body
from reviewbot.cocci.declare import Declared
from reviewbot.cocci.marks import moved
from reviewbot.cocci.shapes import (
    CLOSES,
    HEADS,
    LEAVES,
    OPENS,
    closing,
    headed,
    held,
    is_iterator,
    nested,
    operated,
    refuse_shapes,
    unelsed,
)
from reviewbot.cocci.text import GAP, Written, hold, joined, undotted
from reviewbot.errors import CocciError
from reviewbot.rule import Assume

_OPERATORS = frozenset(re.findall(r"\S+", "= == != && || | & ^ + - * / % < > <= >= << >> ? : += -= |= &= , ( return"))
_CHAIN = frozenset({"&&", "||", "|", "&", "+", "*", "^"})


def write(tokens: Sequence[Token], metavariables: Mapping[str, Declared]) -> Written:
    """Write an alternative down; raises CocciError that names what has no counterpart."""
    head, inner = headed(moved(tokens), metavariables)
    written = _Writer(list(held(nested(inner))), metavariables).run()
    if head and not written.text:
        raise CocciError(head[0].line, "a function without code")
    if head and not (inner[0].text in DOTS and inner[-1].text in DOTS | {";"}):
        raise CocciError(head[0].line, "a function whose body has no `...`")
    if head:
        at_head = _Writer(list(head), metavariables).words()
        written.function, written.marks = at_head.text, written.marks | at_head.marks
    return written


def plain(tokens: Sequence[Token], metavariables: Mapping[str, Declared], line: int) -> list[str]:
    """The texts of code without gaps, as that of a `when`: one for each way through its disjunctions."""
    text = " ".join(token.text for token in tokens)
    ways = [one for way in alternatives(read_body(" " + text, line), line) for one in operated(way, metavariables)]
    out = []
    for way in ways:
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
        self._trailing = False

    def words(self) -> Written:
        """Write the head of a function."""
        for at in range(len(self._tokens)):
            if self._tokens[at].text == "...":
                self._out.append("...")
            else:
                self._word(at)
        self._written.text = joined(self._out)
        return self._written

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
        if token.text in (OPENS, CLOSES):
            self._out.append("<..." if token.text == OPENS else "...>")
        elif token.text in ("<+...", "...+>", "<...", "...>"):
            return self._nest(at)
        elif token.text == "...":
            self._dots(at)
        elif self._depth == 0 and (token.text in HEADS or is_iterator(self._tokens, at, self._known)):
            return self._head(at)
        elif token.text == "else" and self._written.path:
            return at + 2
        elif token.text == "}" and self._depth == 0:
            self._end_block(at)
        elif self._kind(at) == "statement":
            self._statement(at)
        else:
            self._word(at)
        return at + 1

    def _word(self, at: int) -> None:
        token = self._tokens[at]
        self._depth += (token.text in "([") - (token.text in ")]") if token.text else 0
        self._place(at)
        self._resume(token)
        iterates = self._kind(at) == "iterator" and self._depth > 0 and self._text(at + 1) == "("
        self._out.append((f"${token.text}" if iterates else self._name(token)) + self._marked(token))
        if token.text == ";":
            self._step += 1

    def _marked(self, token: Token) -> str:
        self._written.marks |= set(token.marks)
        return "".join(f"@{mark}" for mark in token.marks)

    def _resume(self, token: Token) -> None:
        """The gap at the end of a block goes on behind it, if anything follows."""
        if self._trailing and token.text not in ("}", ";"):
            self._trailing = False
            self._out.append(GAP)
            self._gaps.append((None, ()))

    def _end_block(self, at: int) -> None:
        """The `}` of a block: a gap before it asks for nothing, but for what is not to come there."""
        self._end_statement()
        if self._out[-1:] == [GAP]:
            self._out.pop()
            token, excuses = self._gaps.pop()
            if excuses:
                self._lack(excuses, token.line if token else 0)
            self._trailing = True
            if self._out[-1] == "{":
                self._out.pop()
                self._out[-1] += " ..."
                self._gaps.append((None, ()))
                self._trailing = False
                return
        self._place(at)
        self._out.append("}")

    def _lack(self, excuses: tuple[str, ...], line: int) -> None:
        """What a block must not come to: a pattern that goes there, and a mark by which the place is the same."""
        mark = next((found[1] for word in self._out for found in [re.search(r"@(\w+)", word)] if found), "")
        if not mark:
            raise CocciError(line, "`when !=` at the end of a block without a position")
        opened = sum(word == "{" for word in self._out) - sum(word == "}" for word in self._out)
        for excuse in excuses:
            inner = "" if self._out[-1] == "{" else "... "
            text = f"{joined(self._out)} {inner or '... '}{excuse};{' }' * opened}"
            self._written.lacks.append((text, mark))

    def _name(self, token: Token) -> str:
        one = self._known.get(token.text)
        if one is None:
            return token.text
        if one.refused:
            raise CocciError(one.line, one.refused)
        if one.kind in ("expression list", "parameter list", "identifier list"):
            return "..."
        if one.literal:
            return f"{one.literal}@{token.text}"
        if one.kind == "iterator name":
            return token.text
        if one.kind in ("iterator", "declarer"):
            raise CocciError(token.line, f"`{one.kind}`")
        return f"${token.text}"

    def _place(self, at: int) -> None:
        """Remember at which step the star of a token stands."""
        token = self._tokens[at]
        if token.star and token.text not in ("{", "}", ")", "("):
            self._written.starred = self._step

    def _statement(self, at: int) -> None:
        """A statement metavariable that is not the branch of a path's test."""
        token = self._tokens[at]
        if self._written.path:
            raise CocciError(token.line, "a statement metavariable among the steps of a path")
        if token.marks:
            raise CocciError(token.line, "a position at a statement metavariable")
        self._place(at)
        self._out += [f"$${token.text}", ";"]
        self._step += 1

    def _nest(self, at: int) -> int:
        """`<+... e ...+>` is an expression that holds e, or steps that occur in between."""
        token = self._tokens[at]
        opens = token.text.startswith("<")
        if self._nested or self._depth or (opens and not self._between(at, nest=True)):
            if "+" not in token.text or token.whens:
                raise CocciError(token.line, "`<... ...>` in an expression")
            self._nested += 1 if opens else -1
            self._out.append("<..." if opens else "...>")
            return at + 1
        end = next((n for n in range(at, len(self._tokens)) if self._tokens[n].text == "...>"), -1)
        if token.text == "<..." and end > 0 and not any(one.marks or one.star for one in self._tokens[at:end]):
            self._gap(token)  # what may occur, or not
            return end + 1
        self._gap(token, reach=True)
        return at + 1

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
        self._trailing = False
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
            return self._branching(when)
        texts = plain(when.tokens, self._known, when.line)
        if when.kind == "!=":
            return texts
        assumed = [undotted(text if when.kind == "true" else f"!({text})", when.line) for text in texts]
        self._written.unless += map(Assume, assumed)
        return []

    def _branching(self, when: When) -> list[str]:
        """`when != if (c) { ... x; ... }`: an `if` whose branch holds x; `if (c) S1 else S2` is any."""
        text = " ".join(token.text for token in when.tokens)
        out = []
        ways = alternatives(read_body(" " + text, when.line), when.line)
        for way in (one for both in ways for one in unelsed(both, self._known)):
            reached = [replace(token, text="...") if token.text in ("<+...", "...+>") else token for token in way]
            written = _Writer(reached, self._known).run()
            excuse = written.text if not written.path and written.text.startswith("if ") else hold(written.text)
            if not excuse or any(written.between):
                raise CocciError(when.line, f"`when != {when.tokens[0].text} (...)`")
            out.append(excuse)
        return out

    def _end_statement(self) -> None:
        if self._out and self._out[-1] not in (";", "{", "}", GAP) and not self._out[-1].endswith(" ..."):
            self._out.append(";")
            self._step += 1

    def _head(self, at: int) -> int:
        """`if (c) S`, `if (c) { ... }`: the test alone, or with its branch."""
        close = closing(self._tokens, at + 1, "(", ")")
        token = self._tokens[at]
        self._resume(token)
        self._place(at)
        if token.text in HEADS:
            self._out.append(token.text + self._marked(token))
            self._test(at, close)
        else:
            one = self._known.get(token.text)
            name = f"${token.text}" if one and one.kind == "iterator" else token.text
            self._out += ["each", "(", name + self._marked(token)]
            self._test(at, close)
            self._out.append(")")
        self._step += 1
        if self._kind(close + 1) == "statement":
            if not self._written.path and token.text in HEADS:
                return close + 1
            self._gaps.append((None, ()))
            self._out[-1] += " ..."
            return close + (4 if self._text(close + 2) == "else" else 2)
        if self._text(close + 1) == "{":
            end = closing(self._tokens, close + 1, "{", "}")
            if (
                self._written.path
                and end + 1 < len(self._tokens)
                and any(t.text in LEAVES for t in self._tokens[close + 1 : end])
                and not any(t.marks or t.star for t in self._tokens[close + 1 : end])
                and self._text(end + 1) != "else"
                and token.text == "if"
            ):
                return self._left(at, close, end)
        return close + 1

    def _test(self, at: int, close: int) -> None:
        """What is in the parentheses of a head."""
        if self._text(at) == "for":
            self._out += ["(", "$_;", "$_;", "$_", ")"]
            return
        inner = at + 1
        while inner <= close:
            inner = self._one(inner)

    def _left(self, at: int, close: int, end: int) -> int:
        """`if (c) { ... return ...; }` with something after it is the branch that is not taken."""
        test = self._tokens[at + 2 : close]
        condition = write(test, self._known).text
        self._written.unless.append(Assume(undotted(condition, self._tokens[at].line)))
        self._gaps.append((None, ()))
        self._out[-1] += " ..."
        return end + 1

    def _finish(self) -> None:
        written = self._written
        is_path = written.path or ";" in self._out or "}" in self._out
        if is_path:
            self._trim()
            self._end_statement()
        written.text, written.words = joined(self._out), tuple(self._out)
        self._settle()

    def _trim(self) -> None:
        """A gap at the very end of a rule asks for nothing; that of `if (c) S` is none."""
        if self._out and self._out[-1] == GAP:
            self._out.pop()
            self._gaps.pop()
        elif self._out and self._out[-1].endswith(" ..."):
            self._gaps.pop()

    def _settle(self) -> None:
        """What the `when` of the gaps say; behind `if (c) S` is one that says nothing."""
        written = self._written
        for token, excuses in self._gaps:
            said = {when.kind for when in token.whens} if token else set()
            written.between.append(excuses)
            written.instead.append(())
            written.any.append(token is not None and (token.text != "..." or "any" in said))
            written.strict |= "strict" in said
            if "exists" in said or (token is not None and token.text != "..."):
                written.every = False
            elif "forall" in said and written.every is None and len(self._gaps) == 1:
                written.every = True
