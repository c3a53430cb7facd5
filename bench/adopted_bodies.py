# SPDX-License-Identifier: GPL-2.0-or-later
"""What do the headers of a tree define, what are these bodies made of, and which functions of a file changed?

Read from the text alone, by layout and by words: nothing here parses C, and conditional sections are all read.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:\(([\w, \t.]*)\))?[ \t]+(\S.*)$", re.MULTILINE)
_INLINE = re.compile(
    r"\bstatic\s+(?:\w+\s+)*?(?:inline|__always_inline|__inline__|__inline)\b([^;{}()#]*?)"
    r"\b(\w+)\s*\(((?:[^;{}()]|\([^(){};]*\))*)\)\s*(?:__\w+(?:\([^()]*\))?\s*)*\{"
)
_INVOKED = re.compile(r"\b([A-Z_][A-Z0-9_]*)\(([^(){};\n]*)\)")
_TOKEN = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\'|\d\w*|[A-Za-z_]\w*|->|<<=?|>>=?|&&|\|\||[-+*/%&|^!<>=]=|\+\+|--|\S'
)
_CAST = re.compile(
    r"\(\s*(?:__force\s+|const\s+|volatile\s+|unsigned\s+|signed\s+|struct\s+|union\s+|enum\s+)*\w+(?:\s+(?:long|int|char|"
    r"__user|__iomem|const|__force|__rcu))*\s*\*+\s*\)|\(\s*typeof\s*\([^()]*\)\s*\**\s*\)|\(\s*__typeof__\s*\([^()]*\)\s*\**\s*\)"
)
_OPERAND = re.compile(r"[\w)\]\"']$")
_PRIVATE = re.compile(r"\bACCESS_PRIVATE\(([^(),]+),\s*(\w+)\)")
_TAG = re.compile(r"\b(?:struct|union|enum)\s+\w+")
_TYPE = re.compile(
    r"^(?:(?:__)?[us](?:8|16|32|64|128)|__[lb]e(?:16|32|64)|\w+_t|int|long|short|char|bool|void|unsigned|signed|const|"
    r"volatile|struct|union|enum|static|inline|extern|size_t|__always_inline)$"
)
_KEYWORD = frozenset(
    re.findall(r"\w+", "if else return for while do switch case sizeof typeof __typeof__ true false NULL goto")
)
ANNOTATIONS = frozenset(
    re.findall(
        r"\w+",
        "likely unlikely READ_ONCE WRITE_ONCE data_race ACCESS_PRIVATE unsafe_memcpy __must_be_array __builtin_expect "
        "__builtin_constant_p __force __user __iomem __rcu",
    )
)
"""Names that say nothing about what an expression computes."""
NOISE = ANNOTATIONS | frozenset(
    re.findall(r"\w+", "BIT BIT_ULL BIT_MASK BIT_WORD GENMASK GENMASK_ULL test_bit const_test_bit U UL ULL _AC")
)
"""The same with the spellings of masks."""
_CHECK = re.compile(r"^(?:\w*(?:BUG_ON|WARN_ON|WARN_ONCE|BUG_ON_\w+|WARN_ON_\w+)|lockdep_\w+|might_sleep\w*)\s*\(")
_LOCAL = re.compile(
    r"^(?:(?:const|struct|union|enum|unsigned|signed|long)\s+)*\w+[\s*]+(?:const\s+)?(\w+)\s*(?:=(?!=)(.*))?$"
)
_KINDS = (
    "div / >>,mul * <<,mod %,add + -,bits & | ~ ^,less < > <= >=,equal == != !,branch && || ? if,index [,sizeof sizeof"
)
_CLASSES = {word: kind.split()[0] for kind in _KINDS.split(",") for word in kind.split()[1:]}
_GUARD = re.compile(
    r"\bif\s*\(([^;]*)\)\s*return\s+(?:true|false|[01])\s*;\s*return\s+(?:true|false|[01])\s*;", re.DOTALL
)
_BOOLEAN = re.compile(r"\?\s*(?:true\s*:\s*false|false\s*:\s*true|1\s*:\s*0|0\s*:\s*1)\b|>\s*0\b")
_MEANT = {"min": "x < y ? x : y", "max": "x > y ? x : y", "min_t": "x < y ? x : y", "max_t": "x > y ? x : y"}
"""What the macros of minmax.h are for, their own texts being there for the type checks."""
_FUNCTION = re.compile(rb"^([A-Za-z_][^;{}#]*?\))[ \t\n]*\{[ \t]*\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_NAME = re.compile(rb"(\w+)[ \t]*\(\s*(\w*)")
DEPTH = 4
"""How far helpers and macros are looked through."""
_MAX_IDS = 80


@dataclass(frozen=True, slots=True)
class Words:
    """What a piece of code is made of.

    `ids` are identifiers, members with a dot before them, `called` those of them that are called, `operators` kinds of
    operators, `branches` how many there are of && || ?: and if.
    """

    ids: frozenset[str]
    called: frozenset[str]
    strings: frozenset[str]
    numbers: frozenset[int]
    operators: frozenset[str]
    branches: int

    @property
    def names(self) -> frozenset[str]:
        """The identifiers without the dots."""
        return frozenset(name.lstrip(".") for name in self.ids)


@dataclass(frozen=True)
class Body:
    """A definition of a name: the header, the parameters (None: object-like) and the text of what it stands for.

    `value` is False where it is no single expression: such a body may be looked through, but is no helper's.
    """

    header: str
    parameters: tuple[str, ...] | None
    text: str
    value: bool
    locals: frozenset[str] = frozenset()
    macro: bool = False

    @cached_property
    def words(self) -> Words:
        """What it is made of, parameters and locals left out."""
        own = frozenset(self.parameters or ())
        return words(self.text, self.locals | own, own if self.macro else frozenset())


def number(text: str) -> int | None:
    """The value of a C integer literal."""
    digits = text.rstrip("uUlL")
    try:
        return int(digits, 8) if re.fullmatch(r"0[0-7]+", digits) else int(digits, 0)
    except ValueError:
        return None


def plain(text: str) -> str:
    """A text without casts to pointers and to typeof, private members as members."""
    return _CAST.sub(" ", _PRIVATE.sub(r"\1->\2", text))


def words(text: str, without: frozenset[str] = frozenset(), fields: frozenset[str] = frozenset()) -> Words:
    """What a text is made of; casts, types and keywords are left out, `fields` even where they name a member."""
    text = _TAG.sub(" void ", plain(_BOOLEAN.sub(" ", _GUARD.sub(r"\1", text))))
    ids, called, strings, numbers, operators = set(), set(), set(), set(), set()
    before, branches = "", 0
    for word in _TOKEN.findall(text):
        if word[0] == '"':
            strings.add(word)
        elif word[0].isdigit() and (value := number(word)) is not None:
            numbers.add(value)
        elif word[0].isalpha() or word[0] == "_":
            if before in ("->", ".") and word not in fields:
                word = "." + word
            if not (word in without or word in _KEYWORD or word in NOISE or _TYPE.match(word)):
                ids.add(word)
        elif word == "(" and before in ids:
            called.add(before)
        if word in ("*", "&", "-") and (before == "return" or not _OPERAND.search(before)):
            operators |= {"address"} if word == "&" else set()
        elif word in _CLASSES:
            operators.add(_CLASSES[word])
            branches += _CLASSES[word] == "branch"
        before = word
    operators |= {"bits", "add"} if "mod" in operators else set()
    return Words(
        frozenset(ids), frozenset(called), frozenset(strings), frozenset(numbers), frozenset(operators), branches
    )


def read_bodies(text: str, header: str) -> Iterator[tuple[str, Body]]:
    """All macros and inline functions of a header's text, with those that its own generators make."""
    text = _COMMENT.sub(" ", text).replace("\\\n", " ")
    generators: dict[str, tuple[tuple[str, ...], str]] = {}
    for name, parameters, body in _MACRO.findall(text):
        called = tuple(p.strip() for p in parameters.split(",")) if parameters else None
        is_value = (
            called is not None and "{" not in body and ";" not in body and "##" not in body and not _is_list(body)
        )
        yield name, Body(header, called, body, is_value, macro=True)
        if called and (("{" in body and "##" in body) or any(g in body for g in generators)):
            generators[name] = (called, body)
    plain = re.sub(r"^[ \t]*#.*$", "", text, flags=re.MULTILINE)
    yield from _inlines(plain, header)
    if generators:
        for made in _generated(plain, generators, 0):
            yield from _inlines(made, header)


def replaced(text: str, by_name: dict[str, str]) -> str:
    """A text with words replaced."""
    return re.sub(r"\w+", lambda found: by_name.get(found.group(), found.group()), text)


def _is_list(body: str) -> bool:
    depth = 0
    for at in re.findall(r"[(),\[\]]", body):
        depth += 1 if at in "([" else -1 if at in ")]" else 0
        if at == "," and depth == 0:
            return True
    return False


def _generated(text: str, generators: dict[str, tuple[tuple[str, ...], str]], depth: int) -> Iterator[str]:
    for name, arguments in _INVOKED.findall(text):
        given = [a.strip() for a in arguments.split(",")]
        if name not in generators or len(given) != len(generators[name][0]) or depth > DEPTH:
            continue
        parameters, body = generators[name]
        by_name = dict(zip(parameters, given, strict=True))
        made = re.sub(r"\s*##\s*", "", replaced(body, by_name))
        if "{" in made:
            yield made
        yield from _generated(made, generators, depth + 1)


def _inlines(text: str, header: str) -> Iterator[tuple[str, Body]]:
    for found in _INLINE.finditer(text):
        end, depth = found.end(), 1
        for brace in re.finditer(r"[{}]", text[found.end() : found.end() + 1500]):
            depth += 1 if brace.group() == "{" else -1
            if depth == 0:
                end = found.end() + brace.start()
                break
        body = text[found.end() : end]
        parameters = tuple(re.findall(r"(\w+)\s*(?:\[\w*\])?\s*(?:,|$)", found.group(3)))
        value, names = _shape(body)
        yield found.group(2), Body(header, parameters, body, value, names)


def _shape(body: str) -> tuple[bool, frozenset[str]]:
    """Is a function's body one value (declarations, checks, early returns and a return), and what are its locals?"""
    names: set[str] = set()
    if "{" in body:
        return False, frozenset()
    statements = [" ".join(s.split()) for s in body.split(";")]
    while statements and not statements[-1]:
        statements.pop()
    for at, statement in enumerate(statements):
        last = at == len(statements) - 1
        if statement.startswith("return "):
            if not last:
                return False, frozenset(names)
        elif last:
            return False, frozenset(names)
        elif re.match(r"if \(.*\) return\b", statement) or _CHECK.match(statement):
            continue
        elif local := _LOCAL.match(statement):
            names.add(local.group(1))
        else:
            return False, frozenset(names)
    return bool(statements), frozenset(names)


class Index:
    """The definitions that a tree's headers hold, by name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.by_name: dict[str, list[Body]] = defaultdict(list)
        self._folders: dict[str, dict[str, list[Body]]] = {}
        for path in sorted((root / "include").rglob("*.h")):
            if "dt-bindings" not in path.parts:
                self._add(path, self.by_name)
        for name, text in _MEANT.items():
            self.by_name[name] = [
                Body("include/linux/minmax.h", tuple("txy"[-2 - name.endswith("_t") :]), text, value=True)
            ]

    def _add(self, path: Path, into: dict[str, list[Body]]) -> None:
        text = path.read_text("utf-8", "replace")
        if len(text) < 2_000_000:
            for name, body in read_bodies(text, path.relative_to(self.root).as_posix()):
                into[name].append(body)

    def folder(self, name: str) -> dict[str, list[Body]]:
        """The definitions of the headers that stand in a folder itself."""
        if name not in self._folders:
            found: dict[str, list[Body]] = defaultdict(list)
            for path in sorted((self.root / name).glob("*.h")):
                self._add(path, found)
            self._folders[name] = found
        return self._folders[name]


@dataclass(frozen=True)
class Scope:
    """The definitions that a file of one folder can see, its own folder's before those of include/."""

    index: Index
    folder: str

    def of(self, name: str) -> list[Body]:
        """All definitions of a name."""
        return self.index.folder(self.folder).get(name) or self.index.by_name.get(name, [])

    def closed(self, ids: frozenset[str], depth: int = DEPTH) -> frozenset[str]:
        """The identifiers with those of all bodies that they name, and so on, within limits."""
        seen, fresh = set(ids), set(ids)
        for _ in range(depth):
            fresh = {i for name in fresh for body in self.of(name)[:4] for i in body.words.ids} - seen
            if not fresh or len(seen) > _MAX_IDS:
                break
            seen |= fresh
        return frozenset(seen)


@dataclass(frozen=True)
class Piece:
    """A function's text and the line where it starts."""

    name: str
    text: bytes
    line: int


def pieces(text: bytes) -> Iterator[Piece]:
    """The functions of a file, by layout alone: they start and end in the first column."""
    for found in _FUNCTION.finditer(text):
        name = _NAME.search(found.group(1))
        if name:
            word, first = name.group(1).decode(), name.group(2).decode()
            is_definer = re.fullmatch(r"[A-Z][A-Z0-9_]{3,}[a-z0-9]*", word)
            line = text.count(b"\n", 0, found.start()) + 1
            yield Piece(f"{word}({first})" if is_definer else word, found.group(), line)


def changed(old: bytes, new: bytes) -> Iterator[tuple[Piece, Piece]]:
    """The pairs of functions of one name whose texts differ."""
    by_name: dict[str, list[Piece]] = {}
    for piece in pieces(new):
        by_name.setdefault(piece.name, []).append(piece)
    seen: Counter[str] = Counter()
    for piece in pieces(old):
        others = by_name.get(piece.name, [])
        at = seen[piece.name]
        seen[piece.name] += 1
        if at < len(others) and others[at].text.split() != piece.text.split():
            yield piece, others[at]
