# SPDX-License-Identifier: GPL-2.0-or-later
"""What does one header declare?  Inlines, macros, classes, prototypes, structures: found by their shape, not parsed.

Functions that a header makes by calling a macro of its own (PAGEFLAG(), BUFFER_FNS()) are made here, too.  What a body
means, and whether it is one expression, is read only when somebody asks: helpers.body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewbot.helpers.declare import Parameters, clean_type, head, parse_parameters, split_commas
from reviewbot.helpers.entry import Constant, Entry, HeaderFacts, Kind
from reviewbot.helpers.header import Layout, block_end
from reviewbot.helpers.preproc import expand
from reviewbot.syntax.macros import Macro
from reviewbot.syntax.normalise import closing

MAX_BODY = 1500
"""Bytes of a body above which a helper is listed without it: no expression that anybody writes is that long."""
MAX_HEADER = 2 << 20
"""Bytes of a header above which only its beginning is read: what is longer is a table of registers."""
_MAX_HEAD = 1500
_MAX_GENERATED = 60_000
_MAX_VALUE = 400
_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]{1,200})[>"]', re.MULTILINE)
_QUOTED = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"([\w./-]{1,200})"', re.MULTILINE)
_STATIC = re.compile(rb"^[ \t]*static\b(?=[^;{}=#]{0,200}?inline)", re.MULTILINE)
_MACRO = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)(\(([\w, \t.\\\n]*)\))?((?:[^\n\\]|\\\r?\n|\\.)*)", re.MULTILINE)
_PROTOTYPE = re.compile(
    rb"^(?:__\w+\([\w, \t]*\)[ \t]+)?(?:[A-Z][A-Z0-9_]*\s+){0,3}((?:[A-Za-z_]\w*[\s*]+){1,8})([A-Za-z_]\w*)[ \t]*\(",
    re.MULTILINE,
)
_NO_PROTOTYPE = frozenset([b"static", b"typedef", b"return", b"else", b"case"])
_TAIL = re.compile(rb"[^;{}=#]{0,400};")
_STRUCT = re.compile(rb"^(?:typedef[ \t]+)?(?:struct|union)[ \t]+(\w+)[^;{}()=]{0,100}\{", re.MULTILINE)
_TYPEDEF = re.compile(rb"^typedef[ \t]+((?:[^;{}]|\{[^{}]{0,300}\}){1,400}?)\b(\w+)[ \t]*;", re.MULTILINE)
_UNION = re.compile(rb"\bunion\s*\{([^{}]{1,2000})\}\s*;")
_UNION_MEMBER = re.compile(rb"^(.*?)\b(\w+)\s*$", re.DOTALL)
_NESTED = re.compile(rb"\{[^{}]*\}|\([^()]*\)")
_CLASS = re.compile(rb"^DEFINE_(FREE|GUARD|LOCK_GUARD_0|LOCK_GUARD_1|CLASS)\(", re.MULTILINE)
_CLASS_WORDS = {"FREE": "__free", "CLASS": "CLASS"}
_CLASS_CODE = {
    "FREE": slice(2, 3),
    "GUARD": slice(2, 4),
    "LOCK_GUARD_0": slice(1, 3),
    "LOCK_GUARD_1": slice(2, 4),
    "CLASS": slice(2, 3),
}
"""Which arguments are the code that a class runs on an object that it was given: it locks, it unlocks or cleans up."""
_FUNCTION_WORD = re.compile(r"\bstatic\b([^;{}]{0,400})\{")
_LOOPS = re.compile(r"^(?:for\s*\(|\w*for_each\w*\s*\(|list_for_each)")


def scan(path: str, text: bytes) -> HeaderFacts:
    """What the header at `path` declares."""
    layout = Layout(text[:MAX_HEADER])
    entries = list(_inlines(layout, path))
    constants: list[Constant] = []
    macros: dict[str, Macro] = {}
    several: set[str] = set()
    """Macros of which conditions choose one of several bodies; what they make is not known."""
    for found in _MACRO.finditer(layout.plain):
        macro = _macro(found)
        if macro.name in macros and macros[macro.name].body != macro.body:
            several.add(macro.name)
        macros[macro.name] = macro
        guards = layout.guards(found.start())
        if macro.parameters is not None:
            entries.append(_macro_entry(layout, path, macro, found.start(), guards))
        elif macro.body:
            constants.append(Constant(macro.name, path, macro.body[:_MAX_VALUE], bool(guards)))
    entries += _generated(layout, path, {name: macro for name, macro in macros.items() if name not in several})
    entries += _classes(layout, path)
    entries += _prototypes(layout, path)
    return HeaderFacts(
        tuple(entries),
        tuple(constants),
        tuple(struct_offsets(layout.plain).items()),
        tuple(_typedefs(layout)),
        included(layout.plain),
        tuple(_unions(layout)),
    )


def included(text: bytes) -> tuple[str, ...]:
    """The names that a text includes, as written between <> or quotes."""
    return tuple(name.decode("utf-8", "replace") for name in _INCLUDE.findall(text))


def quoted(text: bytes) -> tuple[str, ...]:
    """The names that a text includes between quotes."""
    return tuple(name.decode() for name in _QUOTED.findall(text))


def _unions(layout: Layout) -> Iterator[tuple[tuple[str, str], ...]]:
    for union in _UNION.finditer(layout.plain):
        found = (_UNION_MEMBER.match(part.strip()) for part in union.group(1).split(b";"))
        yield tuple((clean_type(_decoded(one.group(1))), _decoded(one.group(2))) for one in found if one)


def struct_offsets(text: bytes) -> dict[str, int]:
    """Where each structure or union that has a tag is declared, by tag: offsets in bytes."""
    return {found.group(1).decode(): found.start() for found in _STRUCT.finditer(text)}


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _macro(found: re.Match[bytes]) -> Macro:
    body = " ".join(_decoded(found.group(4).replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")).split())
    if found.group(2) is None:
        return Macro(found.group(1).decode(), None, body)
    names = tuple(name.strip(" \\\n\t") for name in _decoded(found.group(3)).split(","))
    return Macro(found.group(1).decode(), () if names == ("",) else names, body)


def _macro_entry(layout: Layout, path: str, macro: Macro, start: int, guards: tuple[str, ...]) -> Entry:
    loops = "for_each" in macro.name or _LOOPS.match(macro.body)
    summary, deprecated = layout.docs.get(macro.name, ("", False))
    return Entry(
        Kind.ITERATOR if loops else Kind.MACRO,
        macro.name,
        path,
        layout.line(start),
        "",
        tuple(("", name) for name in macro.parameters or ()),
        macro.body if len(macro.body) <= MAX_BODY else "",
        guards,
        summary,
        deprecated,
    )


def _inlines(layout: Layout, path: str) -> Iterator[Entry]:
    """The static inline functions as they stand."""
    plain = layout.plain
    for found in _STATIC.finditer(plain):
        brace = plain.find(b"{", found.start(), found.start() + _MAX_HEAD)
        if brace < 0 or plain.find(b";", found.start(), brace) >= 0 or plain.find(b"#", found.start(), brace) >= 0:
            continue
        end = block_end(plain, brace, MAX_BODY)
        body = _decoded(plain[brace:end]) if end > 0 else ""
        start = layout.line(found.start())
        entry = _function(_decoded(plain[found.start() : brace]), body, path, start, layout)
        if entry is not None:
            yield replace(entry, body="") if "\n#" in body else entry


def _function(text: str, body: str, path: str, line: int, layout: Layout, start: int = -1) -> Entry | None:
    parsed = head(text)
    if parsed is None:
        return None
    result, name, parameters = parsed
    summary, deprecated = layout.docs.get(name, ("", False))
    offset = start if start >= 0 else layout.offset(line)
    deprecated = deprecated or "__deprecated" in text
    return Entry(Kind.INLINE, name, path, line, result, parameters, body, layout.guards(offset), summary, deprecated)


def _generated(layout: Layout, path: str, macros: dict[str, Macro]) -> Iterator[Entry]:
    """The inlines that calls of the header's own macros make: `PAGEFLAG(Dirty, dirty, PF_HEAD)`."""
    makes = _makers(macros)
    if not makes:
        return
    defined = [found.span() for found in _MACRO.finditer(layout.plain)]
    call = re.compile(rb"\b(?:" + b"|".join(sorted(name.encode() for name in makes)) + rb")\(")
    left, at = _MAX_GENERATED, 0
    for found in call.finditer(layout.plain):
        while at < len(defined) and defined[at][1] <= found.start():
            at += 1
        end = closing(layout.plain, found.end() - 1)
        if end < 0 or (at < len(defined) and defined[at][0] <= found.start()):
            continue
        text = expand(_decoded(layout.plain[found.start() : end]), makes.get)
        left -= len(text)
        if left < 0:
            return
        yield from _made(text, path, layout, found.start())


def _makers(macros: dict[str, Macro]) -> dict[str, Macro]:
    """The macros whose bodies define inline functions, themselves or through others of them."""
    made = {name for name, macro in macros.items() if macro.parameters and _makes(macro.body)}
    for _ in range(3 if made else 0):
        made |= {
            name
            for name, macro in macros.items()
            if macro.parameters and name not in made and made.intersection(_called(macro.body))
        }
    return {name: macros[name] for name in made}


def _makes(body: str) -> bool:
    return any("inline" in found.group(1) for found in _FUNCTION_WORD.finditer(body))


def _called(body: str) -> Iterator[str]:
    return (word[:-1] for word in re.findall(r"\w+\(?", body) if word.endswith("("))


def _made(text: str, path: str, layout: Layout, start: int) -> Iterator[Entry]:
    raw = text.encode()
    for made in _FUNCTION_WORD.finditer(text):
        brace = len(text[: made.end() - 1].encode())
        end = block_end(raw, brace, MAX_BODY) if "inline" in made.group(1) else -1
        if end > 0:
            entry = _function(made.group()[:-1], _decoded(raw[brace:end]), path, layout.line(start), layout, start)
            if entry is not None:
                yield entry


def _classes(layout: Layout, path: str) -> Iterator[Entry]:
    for found in _CLASS.finditer(layout.plain):
        text = _decoded(layout.plain[found.end() : found.end() + _MAX_HEAD])
        depth = 1
        for at, letter in enumerate(text):
            depth += (letter == "(") - (letter == ")")
            if depth == 0:
                maker = found.group(1).decode()
                parts = [" ".join(part.split()) for part in split_commas(text[:at])]
                word = _CLASS_WORDS.get(maker, "guard")
                body = "; ".join(part for part in parts[_CLASS_CODE[maker]] if part)
                kind = clean_type(parts[1]) if len(parts) > 1 and maker != "LOCK_GUARD_0" else ""
                line, guards = layout.line(found.start()), layout.guards(found.start())
                yield Entry(Kind.CLASS, parts[0], path, line, word, ((kind, "_T"),), body, guards)
                break


def _prototypes(layout: Layout, path: str) -> Iterator[Entry]:
    for found in _PROTOTYPE.finditer(layout.plain):
        if found.group(1).split(None, 1)[0] in _NO_PROTOTYPE:
            continue
        for result, name, parameters in _declared(layout.plain, found):
            summary, deprecated = layout.docs.get(name, ("", False))
            line, guards = layout.line(found.start()), layout.guards(found.start())
            yield Entry(Kind.FUNCTION, name, path, line, result, parameters, "", guards, summary, deprecated)


def _declared(plain: bytes, found: re.Match[bytes]) -> Iterator[tuple[str, str, Parameters]]:
    """Result, name and parameters of each function that a declaration declares."""
    end = closing(plain, found.end() - 1)
    tail = _TAIL.match(plain, end) if end > 0 else None
    if tail is None or b"{" in plain[found.end() : end]:
        return
    name = found.group(2).decode()
    if b"(" not in tail.group() and not name.startswith("__"):
        result, parameters = (
            clean_type(_decoded(found.group(1))),
            parse_parameters(_decoded(plain[found.end() : end - 1])),
        )
        if result and parameters is not None:
            yield result, name, parameters
        return
    # more functions, or attributes in parentheses: __printf(1, 2), __acquires(lock)
    kind = ""
    for part in split_commas(_decoded(plain[found.start(1) : tail.end() - 1])):
        parsed = head(f"{kind} {part}")
        if parsed is not None:
            kind = kind or parsed[0].rstrip(" *")
            yield parsed


def _typedefs(layout: Layout) -> Iterator[tuple[str, str]]:
    for found in _TYPEDEF.finditer(layout.plain):
        if b"," not in _NESTED.sub(b"", found.group(1)):  # several names of several types
            yield found.group(2).decode(), " ".join(_decoded(found.group(1)).split())
