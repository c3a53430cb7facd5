# SPDX-License-Identifier: GPL-2.0-or-later
"""What are the metavariables of a rule, and what may they stand for?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reviewbot.errors import CocciError
from reviewbot.rule import Meta

_REFUSED = (
    ("fresh", "`fresh identifier`"),
    ("operator", "an operator metavariable"),
    ("initialiser", "`initializer`"),
    ("initializer", "`initializer`"),
    ("declaration", "`declaration`"),
    ("field", "`field`"),
    ("format", "`format`"),
    ("function", "`function`"),
    ("attribute", "`attribute`"),
    ("global idexpression", "`global idexpression`"),
    ("metavariable", "`metavariable`"),
    ("comments", "`comments`"),
    ("pragmainfo", "`pragmainfo`"),
)
_LITERAL = ("typedef", "symbol", "declarer name", "attribute name")
_ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=")
_KINDS = re.compile(
    r"(local idexpression|idexpression|expression list|parameter list|statement list|expression|identifier list"
    r"|identifier|constant|type|position any|position|statement|iterator name|iterator|declarer|parameter"
    r"|assignment operator|binary operator)\b(.*)",
    re.DOTALL,
)
_ONE = re.compile(r"(?:(?P<rule>[\w-]+)\s*\.\s*)?(?P<name>\w+)\s*(?P<rest>.*)", re.DOTALL)
_TYPE_BEFORE = re.compile(
    r"(?P<type>(?:(?:struct|union|enum|const|unsigned)\s+)*\w+\s*(?:\[\s*\]|\*[\s*]*|\s)\s*|\*[\s*]*)"
    r"(?P<name>(?:\w+\s*\.\s*)?\w+.*)",
    re.DOTALL,
)
_C_TYPE = re.compile(
    r"(?P<type>(?:(?:struct|union|enum|unsigned|signed|const)\s+)*\w+(?:\s+(?:long|int|char))*)(?=[\s*])"
)


@dataclass(frozen=True, slots=True)
class Declared:
    """A metavariable.

    `kind` is the word of its declaration; `rule` the rule that it is taken over from, "" for one of its own; `pointer`
    if its type must be a pointer; `apart` the positions of other rules (rule, name) that a position must not be.
    `operators` are the signs that an operator may be; `script` is the Python function that a position is asked of;
    `literal` the only name that an identifier may be.
    `refused` names what of its declaration is not read: it counts only where the metavariable is used.
    """

    name: str
    kind: str
    line: int
    rule: str = ""
    meta: Meta | None = None
    pointer: bool = False
    apart: tuple[tuple[str, str], ...] = ()
    refused: str = ""
    operators: tuple[str, ...] = ()
    script: str = ""
    literal: str = ""


def declared(text: str, line: int) -> dict[str, Declared]:
    """The metavariables that a rule declares, by name."""
    out: dict[str, Declared] = {}
    for statement, at in _statements(text, line):
        for one in _declaration(statement, at):
            out[one.name] = one
    return out


def _statements(text: str, line: int) -> Iterator[tuple[str, int]]:
    depth, begin, quoted = 0, 0, False
    for at, char in enumerate(text):
        if char == '"' and text[at - 1 : at] != "\\":
            quoted = not quoted
        if quoted:
            continue
        depth += (char in "({") - (char in ")}")
        if char == ";" and depth <= 0:
            piece = text[begin:at]
            yield piece.strip(), line + text.count("\n", 0, begin + len(piece) - len(piece.lstrip()))
            begin = at + 1
    if text[begin:].strip():
        raise CocciError(line + text.count("\n", 0, begin), "a declaration without `;`", text[begin:].strip()[:40])


def _declaration(text: str, line: int) -> Iterator[Declared]:
    flat = " ".join(text.split())
    if flat.startswith(_LITERAL):
        return
    refused = next((name for word, name in _REFUSED if flat.startswith(word)), "")
    found = _KINDS.match(flat)
    if found and not refused:
        kind, rest = found[1], found[2].strip()
        for piece in _pieces(rest):
            yield _metavariable(kind, piece, line)
        return
    if refused:
        for piece in _pieces(re.sub(r"^[\w ]*?(?=[\w.]+\s*(?:[,=!<(]|$))", "", flat)):
            yield _named(piece, refused, line)
        return
    yield from _typed(flat, line)


def _pieces(text: str) -> list[str]:
    """The parts between commas that stand outside of braces, brackets and strings."""
    out, depth, quoted = [""], 0, False
    for char in text:
        quoted ^= char == '"'
        depth += 0 if quoted else (char in "({[") - (char in ")}]")
        if char == "," and depth == 0 and not quoted:
            out.append("")
        else:
            out[-1] += char
    return [piece.strip() for piece in out if piece.strip()]


def _named(piece: str, refused: str, line: int) -> Declared:
    found = _ONE.match(piece)
    return Declared(found["name"] if found else piece, refused, line, refused=refused)


def _metavariable(kind: str, piece: str, line: int) -> Declared:
    kind = "position" if kind == "position any" else kind
    piece = re.sub(r"^\[[^\]]*\]\s*", "", piece)
    type_name, pointer = "", False
    if "idexpression" in kind or kind in ("constant", "expression"):
        type_name, piece = _type_before(piece)
        if set(type_name) <= {"*"}:
            type_name, pointer = "", bool(type_name)
    found = _ONE.fullmatch(piece)
    if not found:
        return _named(piece.split()[-1] if piece.split() else piece, f"`{kind}` with such a constraint", line)
    one = Declared(found["name"], kind, line, found["rule"] or "", pointer=pointer)
    if kind.endswith("operator"):
        return _operator(one, found["rest"].strip())
    return _constrained(one, type_name, found["rest"].strip())


def _type_before(piece: str) -> tuple[str, str]:
    """`struct dentry *d` is the type and the name with its constraint."""
    found = _TYPE_BEFORE.match(piece)
    if found is None or (re.fullmatch(r"\w+\s*", found["type"]) and re.match(r"in\b", found["name"])):
        return "", piece
    return found["type"].strip(), found["name"]


def _constrained(one: Declared, type_name: str, rest: str) -> Declared:
    kind = {"identifier": "identifier", "constant": "constant"}.get(one.kind, "")
    kind = "local" if one.kind == "local idexpression" else "identifier" if one.kind == "idexpression" else kind
    matching, refused = "", ""
    apart: tuple[tuple[str, str], ...] = ()
    if one.kind == "constant" and type_name:
        matching, type_name = (r'".*"', "") if type_name.startswith("char") else ("", type_name)
        refused = "`constant` with a type" if type_name else ""
    if one.kind == "position":
        script = re.fullmatch(r":\s*script\s*:\s*python\s*\(\s*\)\s*\{\s*(\w+)\((\w+)\)\s*\}", rest)
        if script and script[2] == one.name:
            return replace(one, script=script[1])
        apart, refused = _apart(rest)
    elif rest.startswith("<=") and (part := re.fullmatch(r"<=\s*(?:[\w-]+\s*\.\s*)?(\w+)", rest)):
        return replace(one, meta=Meta(type=type_name, part_of=part[1]))
    elif (only := re.fullmatch(r"=\s*([A-Za-z_]\w*)", rest)) and one.kind == "identifier":
        return replace(one, literal=only[1])
    elif rest:
        matching, refused = _matching(rest)
    meta = Meta(type=type_name, kind=kind, matching=matching) if kind or matching or type_name else None  # type: ignore[arg-type]
    return Declared(one.name, one.kind, one.line, one.rule, meta, one.pointer, apart, refused)


def _operator(one: Declared, rest: str) -> Declared:
    given = re.fullmatch(r"=\s*\{([^}]*)\}", rest)
    if given:
        return replace(one, operators=tuple(sign.strip() for sign in given[1].split(",")))
    if one.kind == "assignment operator" and not rest:
        return replace(one, operators=_ASSIGNMENTS)
    return replace(one, refused=f"`{one.kind}`")


def _apart(rest: str) -> tuple[tuple[tuple[str, str], ...], str]:
    if not rest:
        return (), ""
    found = re.fullmatch(r"!=\s*(?:\{([^}]*)\}|([\w.-]+))", rest)
    names = [name.strip().split(".") for name in (found[1] or found[2]).split(",")] if found else []
    if not names or any(len(name) != 2 for name in names):
        return (), "`script:`" if "script" in rest else "`position` with such a constraint"
    return tuple((rule, name) for rule, name in names), ""


def _matching(rest: str) -> tuple[str, str]:
    """The regular expression for a constraint, and what is refused of it."""
    found = re.fullmatch(r'(=~|!~)\s*"((?:[^"\\]|\\.)*)"', rest)
    if found:
        regex = f"(?s:.*)(?:{found[2]})(?s:.*)"
        try:
            re.compile(regex)
        except re.error:
            return "", "a regular expression that Python does not read"
        return (regex, "") if found[1] == "=~" else (f"(?!{regex}$)(?s:.*)", "")
    found = re.fullmatch(r"(=|!=)\s*(?:\{([^{}]*)\}|([\w\"]+))", rest)
    if found:
        names = "|".join(re.escape(name.strip()) for name in (found[2] or found[3]).split(","))
        return (f"(?:{names})", "") if found[1] == "=" else (f"(?!(?:{names})$)(?s:.*)", "")
    if rest.startswith("<="):
        return "", "a sub-expression (`<=`)"
    return "", "`script:`" if "script" in rest else f"the constraint `{rest[:30]}`"


def _typed(flat: str, line: int) -> Iterator[Declared]:
    """`struct foo *x, y`, `u8 v`: expressions of a type."""
    if flat.startswith("{"):
        names = _pieces(flat.split("}", 1)[-1])
        yield from (_named(name.lstrip("* "), "a choice of types", line) for name in names)
        return
    array = re.fullmatch(r"\w+\s*\[\s*\]\s*(\w+)", flat)
    if array:
        yield Declared(array[1], "expression", line, meta=Meta(array=True))
        return
    found = _C_TYPE.match(flat)
    if not found:
        raise CocciError(line, "the declaration", flat[:40])
    for piece in _pieces(flat[found.end() :]):
        stars = len(piece) - len(piece.lstrip("* "))
        name = _ONE.match(piece.lstrip("* "))
        if name is None:
            raise CocciError(line, "the declaration", flat[:40])
        pointers = piece[:stars].replace(" ", "")
        meta = Meta(type=f"{found['type']} {pointers}".strip())
        refused = _matching(name["rest"])[1] if name["rest"] else ""
        yield Declared(name["name"], "expression", line, name["rule"] or "", meta, refused=refused)
