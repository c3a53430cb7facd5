# SPDX-License-Identifier: GPL-2.0-or-later
"""What are the alternatives of a rule's body?  Text becomes tokens, disjunctions become several lists of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reviewbot.errors import CocciError

MOST = 256
"""Alternatives of one rule; a product of disjunctions with more is refused."""
_MAX_TOKENS = 1500
_MAX_NESTED = 50
_MAX_CASTS = 3
_TOKEN = re.compile(
    r"""\s+|(?P<mark>@\s*\w+)|(?P<token>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<\+\.\.\.|\.\.\.\+>|<\.\.\.|\.\.\.>|\.\.\."""
    r"""|\\[(|)&]|\w+|->|<<=|>>=|<<|>>|&&|\|\||[-+*/%&|^=!<>]=|\+\+|--|\#\#|\S)"""
)
_WHEN = re.compile(r"when\b")
BOTH = "__both__"
"""`__both__(a, b)` is code that both a and b fit; see match.steps."""
DOTS = frozenset({"...", "<...", "...>", "<+...", "...+>"})


@dataclass(frozen=True, slots=True)
class When:
    """What is said of a gap: `kind` is "!=", "true", "false" or a word; `tokens` the code."""

    kind: str
    line: int
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the pattern.  `first` if it stands first on its line, `star` if its line is one to report."""

    text: str
    line: int
    marks: tuple[str, ...] = ()
    star: bool = False
    column: int = 1
    whens: tuple[When, ...] = ()


@dataclass(slots=True)
class Choice:
    """A disjunction: lists of tokens and of further disjunctions; `inline` if it is part of an expression,
    `both` if it is a conjunction instead."""

    branches: list[list[Token | Choice]] = field(default_factory=lambda: [[]])
    line: int = 0
    inline: bool = False
    both: bool = False


def read_body(text: str, line: int) -> list[Token | Choice]:
    """A body as a list of tokens and disjunctions; raises CocciError for what has no counterpart."""
    tokens = _with_whens(list(_tokens(text, line)))
    if len(tokens) > _MAX_TOKENS:
        raise CocciError(line, f"a body of more than {_MAX_TOKENS} words")
    stack: list[tuple[list[Token | Choice], Choice | None]] = [([], None)]
    for token in tokens:
        here, choice = stack[-1]
        if _opens(token):
            new = Choice(line=token.line, inline=token.text != "(")
            here.append(new)
            stack.append((new.branches[0], new))
            if len(stack) > _MAX_NESTED:
                raise CocciError(token.line, f"disjunctions more than {_MAX_NESTED} deep")
        elif choice is not None and _is(token, "|", inline=choice.inline):
            choice.branches.append([])
            stack[-1] = (choice.branches[-1], choice)
        elif choice is not None and _is(token, ")", inline=choice.inline):
            stack.pop()
        elif token.text == r"\&" or (token.column == 0 and token.text == "&"):
            stack[-1] = _and(choice, token)
        elif token.text.startswith("\\"):
            raise CocciError(token.line, f"`{token.text}` without its partner")
        else:
            here.append(token)
    if len(stack) > 1:
        raise CocciError(stack[-1][1].line if stack[-1][1] else line, "a disjunction without its end")
    return stack[0][0]


def _and(choice: Choice | None, token: Token) -> tuple[list[Token | Choice], Choice]:
    """The next branch of a conjunction."""
    if choice is None or (len(choice.branches) > 1 and not choice.both):
        raise CocciError(token.line, "a conjunction (`&`)")
    choice.both = True
    choice.branches.append([])
    return choice.branches[-1], choice


def alternatives(parts: list[Token | Choice], line: int, most: int = MOST) -> list[list[Token]]:
    """All ways through the disjunctions, in their order; raises CocciError for more than `most`."""
    out: list[list[Token]] = [[]]
    for part in parts:
        if isinstance(part, Token):
            out = [[*way, part] for way in out]
            continue
        ways = [way for branch in part.branches for way in alternatives(branch, part.line, most)]
        if part.both:
            ways = _together([alternatives(branch, part.line, most) for branch in part.branches], part.line, most)
        if len(out) * len(ways) > most:
            raise CocciError(line, f"a rule with more than {most} alternatives")
        out = [[*way, *_grouped(way, more, part)] for way in out for more in ways]
    return out


def _together(branches: list[list[list[Token]]], line: int, most: int) -> list[list[Token]]:
    """A conjunction of two expressions as a call that stands for it; of two loops as one whose head is that."""
    if len(branches) != 2 or not all(branches):
        raise CocciError(line, "a conjunction (`&`) of more than two")
    if len(branches[0]) * len(branches[1]) > most:
        raise CocciError(line, f"a rule with more than {most} alternatives")
    begin, comma, end = ([Token(text, line)] for text in ("(", ",", ")"))
    both = [Token(BOTH, line)]
    pairs = [(_split(one), _split(other)) for one in branches[0] for other in branches[1]]
    if any(len(one[1]) > 1 or bool(one[1]) != bool(other[1]) for one, other in pairs):
        raise CocciError(line, "a conjunction (`&`) of statements")
    return [both + begin + one[0] + comma + other[0] + end + other[1] for one, other in pairs]


def _split(way: list[Token]) -> tuple[list[Token], list[Token]]:
    """`for_each_x(...) S` and `for_each_x(...) {...}` as the head and what it repeats; an expression with nothing."""
    texts = [token.text for token in way]
    ends = texts.index("{") if "{" in texts else len(way) - 1
    if ends > 2 and texts[1] == "(" and texts[ends - 1] == ")" and re.fullmatch(r"\w+|\{", texts[ends]):
        return way[:ends], way[ends:]
    if {";", "{"} & set(texts):
        raise CocciError(way[0].line, "a conjunction (`&`) of statements")
    return way, []


def uncast(way: list[Token], types: frozenset[str]) -> list[list[Token]]:
    """A way with and without each cast to a type metavariable, which SmPL's isomorphisms leave out as well."""
    for at in range(len(way) - 6, -1, -1):  # `(T)(x)` looks like a call to C's grammar
        texts = [token.text for token in way[at : at + 6]]
        if texts[1] in types and (texts[0], texts[2], texts[3], texts[5]) == ("(", ")", "(", ")"):
            way = [*way[: at + 3], way[at + 4], *way[at + 6 :]]
    casts = [
        at
        for at in range(len(way) - 3)
        if (way[at].text, way[at + 2].text) == ("(", ")")
        and way[at + 1].text in types
        and not (at and re.fullmatch(r"\w+", way[at - 1].text) and way[at - 1].text != "return")
        and way[at + 3].text not in (")", ",", ";", "]")
    ]
    out = [way]
    for at in reversed(casts[:_MAX_CASTS]):
        out += [[*one[:at], *one[at + 3 :]] for one in out]
    return out


def _grouped(before: list[Token], way: list[Token], choice: Choice) -> list[Token]:
    """A part of an expression in parentheses, so that it stays one."""
    inner = choice.inline or (
        bool(before) and before[-1].text not in (";", "{", "}", ")") and before[-1].text not in DOTS
    )
    if not inner or len(way) < 2 or any(token.text in (";", "{") or token.text in DOTS - {"..."} for token in way):
        return way
    return [Token("(", choice.line), *way, Token(")", choice.line)]


def _opens(token: Token) -> bool:
    return token.text == r"\(" or (token.column == 0 and token.text == "(")


def _is(token: Token, text: str, *, inline: bool) -> bool:
    return token.text == "\\" + text if inline else token.column == 0 and token.text == text


def _tokens(text: str, line: int) -> Iterator[Token]:
    for number, whole in enumerate(text.split("\n"), line):
        sign, rest = whole[:1], whole
        if sign == "+" and not whole.startswith("++ "):
            continue
        if sign == "?":
            continue
        if sign in ("*", "-"):
            rest = " " + whole[1:]
        yield from _on_line(rest, number, star=sign in ("*", "-") and bool(sign))


def _on_line(rest: str, number: int, *, star: bool) -> Iterator[Token]:
    last: Token | None = None
    for found in _TOKEN.finditer(rest):
        if found["token"]:
            if last is not None:
                yield last
            last = Token(found["token"], number, star=star, column=found.start())
        elif found["mark"]:
            mark = found["mark"][1:].strip()
            if last is None:
                last = Token("@", number, (mark,), star)  # joined to the token of a line before
            else:
                last = replace(last, marks=(*last.marks, mark))
    if last is not None:
        yield last


def _with_whens(tokens: list[Token]) -> list[Token]:
    """The tokens with each `when` put to its gap, and each `@p` that begins a line to the token before."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.text == "@" and out:
            out[-1] = replace(out[-1], marks=(*out[-1].marks, *token.marks))
        elif _WHEN.fullmatch(token.text):
            gap = next((n for n in range(len(out) - 1, -1, -1) if out[n].text in DOTS), None)
            if gap is None:
                raise CocciError(token.line, "a `when` without `...`")
            when, at = _when(tokens, at, token.line)
            out[gap] = replace(out[gap], whens=(*out[gap].whens, *when))
        else:
            out.append(token)
    return out


def _when(tokens: list[Token], at: int, line: int) -> tuple[list[When], int]:
    """The clauses of one `when`, and where they end: with the line, or where its brackets are closed."""
    end, depth = at, 0
    while end < len(tokens) and (tokens[end].line == line or depth > 0) and tokens[end].text != "when":
        depth += (tokens[end].text in ("(", "{", r"\(")) - (tokens[end].text in (")", "}", r"\)"))
        if depth < 0 or (depth == 0 and tokens[end].text in ("...>", "...+>")):
            break
        line = tokens[end].line
        end += 1
    words = tokens[at:end]
    if words and words[0].text == "!=":
        kind = words[1].text if len(words) > 2 and words[1].text in ("true", "false") else "!="
        code = words[2:] if kind != "!=" else words[1:]
        return [When(kind, words[0].line, tuple(code))], end
    names = [word.text for word in words if word.text != ","]
    if not names or not set(names) <= {"any", "strict", "exists", "forall"}:
        raise CocciError(line, f"`when {' '.join(names[:3])}`")
    return [When(name, line) for name in names], end
