# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a value of fixed byte order that is used as a number of the machine's."""

import re
from collections.abc import Iterator

from reviewbot.rule import (
    Advice,
    Category,
    Confidence,
    Example,
    Place,
    Rule,
    Seek,
    Site,
    SourceFunction,
    SourceText,
    block_end,
)

_CAST = re.compile(r"\(\s*(?:__)?u(?:int)?(16|32|64)(?:_t)?\s*\)\s*cpu_to_([bl]e)\1\s*\(")
_LOCAL = re.compile(r"(?<=[;{}])\s*__([bl]e)(16|32|64)\s+([^;*()]+);")
_MEMBER = re.compile(
    r"(?<=[;{}])\s*(\w+(?:\s+\w+)?)\s+((?:\**\w+(?:\[[^\]]*\])*\s*,\s*)*\**\w+(?:\[[^\]]*\])*)\s*(?:__\w+)?;"
)
_HOST = re.compile(
    r"(?:const\s+)?(?:(?:__)?[us](?:8|16|32|64)|u?int(?:8|16|32|64)_t|(?:unsigned\s+|signed\s+)?(?:int|long|short)|unsigned|size_t)"
)
_NUMBER = r"(?:0[xX][0-9a-fA-F]+|\d+|GENMASK(?:_ULL)?\s*\(|BIT(?:_ULL)?\s*\(|[A-Z]\w*_(?:MASK|MSK)\b)"


def _find(source: SourceText) -> Iterator[Place]:
    for cast in _CAST.finditer(source.bare):
        order, bits = cast.group(2), cast.group(1)
        yield Place(
            cast.start(), cast.end() - 1, (("v", f"cpu_to_{order}{bits}()"), ("k", f"__{order}{bits}"), ("to", ""))
        )
    structures = _structures(source)
    for function in source.functions:
        yield from _in_members(source.bare, function, structures)
        for declared in _LOCAL.finditer(source.bare, function.body, function.end):
            end = block_end(source.bare, declared.end(), function.end)
            for one in declared.group(3).split(","):
                name = one.split("=")[0].strip()
                if re.fullmatch(r"\w+", name):
                    kind = f"__{declared.group(1)}{declared.group(2)}"
                    yield from _uses(source.bare, declared.end(), end, rf"(?<![\w.>&]){name}", kind)


def _structures(source: SourceText) -> dict[str, dict[str, str]]:
    """The members of the structures of this file and their types; those of an inner one count for the outer too.

    The type of a member that is itself declared in place is "", of one with several types "?".
    """
    kinds: dict[str, dict[str, str]] = {}
    for found in re.finditer(r"\b(?:struct|union)\s+(\w+)\s*\{", source.bare):
        body = source.bare[found.end() - 1 : block_end(source.bare, found.end())]
        members = kinds.setdefault(found.group(1), {})
        for one in _MEMBER.finditer(re.sub(r"(?:struct|union)\s*(?=\{)", "", body)):
            for name in (re.sub(r"\[.*|\s|\*", "", name) for name in one.group(2).split(",")):
                kind = " ".join(one.group(1).split())
                members[name] = kind if members.get(name, kind) == kind else "?"
        for name in re.findall(r"\}\s*(?:__\w+\s+)?(\w+)(?:\[[^;]*)?;", body):
            members.setdefault(name, "")
    return kinds


def _in_members(text: str, function: SourceFunction, structures: dict[str, dict[str, str]]) -> Iterator[Place]:
    body = text[function.body : function.end]
    heads = text[function.start : function.end]
    for chain in sorted(set(re.findall(r"(?<![\w.>&])\w+(?:(?:->|\.)\w+|\[\w+\])+", body))):
        names = re.findall(r"(?:(?:->|\.)|^)(\w+)", chain)
        root = set(re.findall(rf"\b(?:struct|union)\s+(\w+)\s*\*?\s*{names[0]}\b", heads))
        kind = _kind(root.pop(), names[1:], structures) if len(root) == 1 else ""
        if re.fullmatch(r"__[bl]e\d\d", kind):
            yield from _uses(text, function.body, function.end, rf"(?<![\w.>&]){re.escape(chain)}(?![\w\[.(-])", kind)


def _kind(structure: str, names: list[str], structures: dict[str, dict[str, str]]) -> str:
    """The type at the end of a chain of members, "?" if it is not known."""
    kind = "?"
    for name in names:
        kind = structures.get(structure, {}).get(name, "?")
        if kind == "?":
            break
        structure = kind.split()[-1] if " " in kind else structure
    return kind


def _uses(text: str, start: int, end: int, name: str, kind: str) -> Iterator[Place]:
    part = text[:end]
    number = re.compile(rf"(?<!sizeof)(?P<v>{name})\s*(?:&\s*{_NUMBER}|<<\s*\w|>>\s*\w|[*/%]\s*\w)")
    plain = re.compile(rf"(?:(?<=[;{{}}:)])|\b(?P<k>[\w ]+?))\s*\*?\s*\b(?P<to>\w+)\s*[|+]?=\s*(?P<v>{name})\s*;")
    for found in number.finditer(part, start):
        if not re.search(r"~\s*\Z|sizeof\s*\(?\s*\Z", part[max(0, found.start() - 10) : found.start()]):
            yield Place(found.start("v"), found.end(), (("v", " ".join(found["v"].split())), ("k", kind), ("to", "")))
    for found in plain.finditer(part, start):
        yield Place(found.start("to"), found.end(), (("v", found["v"]), ("k", kind), ("to", found["to"])))


def _advice(site: Site) -> Advice | None:
    kind = site.text("k").lstrip("_")
    to = site.text("to")
    if to and not _HOST.fullmatch((site.declared_type(to) or "").rstrip(" *")):
        return None
    cast = site.text("v").endswith("()")
    return Advice(f"{kind}_to_cpu", fields=(("helper", f"{kind}_to_cpu"),), exact=not cast)


def _f(body: str, head: str = "") -> str:
    return f"{head}int f(struct a *a, int *val)\n{{\n{body}\treturn 0;\n}}\n"


_STRUCT = "struct a {\n\t__be16 level;\n\t__le32 total[2];\n\tu16 host;\n};\n\n"

RULE = Rule(
    id="endian-mix",
    title="value of fixed byte order used as a number",
    why="On machines of the other byte order the bytes are swapped; sparse reports it as well.",
    known_problems="The types of members are known only from structures of the same file.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(
        r"endian",
        r"\b__[lb]e\d",
        r"[lb]e\d+_to_cpu|cpu_to_[lb]e",
    ),
    patterns=(Seek(words=("__be", "__le", "cpu_to_"), find=_find, fields=("v", "k", "to")),),
    advice=_advice,
    message="`{v}` is {k}, in a fixed endian order, and used as a number; is {helper}() missing?",
    near_message="{v} gives a {k}; is the cast, which hides the endian type, needed?",
    references=("Documentation/dev-tools/sparse.rst", "include/linux/byteorder/generic.h"),
    measured="1 of 1 right (sparse keeps the tree clean), drivers/usb, drivers/iio and more of 7.2, 2026-11",
    examples=(
        Example("masked", _f("\t__be16 raw;\n\n\tg(&raw);\n\t*val = raw & GENMASK(14, 0); //~\n")),
        Example("shifted", _f("\t__le32 raw = 0;\n\n\tg(&raw);\n\t*val = h(raw >> 4); //~\n")),
        Example("assigned", _f("\t__le16 raw;\n\n\tg(&raw);\n\t*val = raw; //~\n")),
        Example("member", _f("\t*val = a->level; //~\n", _STRUCT)),
        Example("member-of-an-array", _f("\t*val = a->total[1]; //~\n", _STRUCT)),
        Example("cast", _f("\ta->level = (u16)cpu_to_be16(*val); //~\n", _STRUCT)),
        Example("converted", _f("\t__be16 raw;\n\n\tg(&raw);\n\t*val = be16_to_cpu(raw) & GENMASK(14, 0);\n")),
        Example("same-order", _f("\t__be16 raw, other;\n\n\tg(&raw);\n\tother = raw;\n\th(other);\n")),
        Example("mask-of-the-same-order", _f("\t__be16 raw;\n\n\tg(&raw);\n\tif (raw & cpu_to_be16(1))\n\t\th();\n")),
        Example("address", _f("\t__be16 raw;\n\n\tg(&raw);\n\th(4 & a->host);\n", _STRUCT)),
        Example(
            "sister-block",
            _f(
                "\tif (*val) {\n\t\t__be16 raw;\n\n\t\tg(&raw);\n"
                "\t} else {\n\t\tu16 raw = h();\n\n\t\t*val = raw >> 2;\n\t}\n"
            ),
        ),
        Example(
            "member-of-a-member",
            _f(
                "\t*val = a->b->inner.level; //~\n",
                "struct b {\n\tstruct {\n\t\t__be16 level;\n\t} inner;\n};\nstruct a {\n\tstruct b *b;\n};\n",
            ),
        ),
        Example("structure-of-a-header", _f("\t*val = a->level;\n", _STRUCT.replace("struct a", "struct b"))),
    ),
)
