# SPDX-License-Identifier: GPL-2.0-or-later
"""How can stock tree-sitter C read kernel C?  By blanking what is no C, byte for byte at the same offsets.

Annotation macros become spaces, iterator macros `while`, scoped macros too, SYSCALL_DEFINEn()-like definers functions.
The text that comes out is only for the parser: names and strings are always read from the file itself.
"""

from __future__ import annotations

import re

from reviewbot.syntax.facts import SyntaxFacts

_KEYWORDS = frozenset(b"if for while switch return sizeof do else case goto typeof defined".split())
_UNDERSCORED = re.compile(rb"\b__\w+")
_ARGUMENT = re.compile(rb"[ \t]*\(")
_LOOP = re.compile(rb"^([ \t]+|[ \t]*\}[ \t]*else[ \t]+)([a-z_]\w*)([ \t]*\()", re.MULTILINE)
_BLOCK_CALL = re.compile(rb"^([ \t]+)([a-z_]\w*)[ \t]*\([^;{}]{0,600}?\)[ \t\n]*\{", re.MULTILINE)
_DEFINER = re.compile(rb"^(static[ \t]+)?([A-Z][A-Z0-9_]{3,}[a-z0-9]*)\(([^;{}]{0,2000}?)\)[ \t]*\n\{", re.MULTILINE)
_TYPE_ARGUMENT = re.compile(
    rb"(?<=[(,])([ \t\n]*)((?:const[ \t]+)?(?:struct|union|enum)\s+\w+|(?:const[ \t]+)?(?:unsigned|signed)(?:[ \t]+"
    rb"(?:int|long|short|char))*|(?:long[ \t]+){1,2}(?:int)?|long|int|short|char|bool|void)([ \t]*\**)(?=[ \t]*[,)])"
)
_CALLED = re.compile(rb"(\w+)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*$")
_STATEMENT_MACRO = re.compile(rb"^[A-Z][A-Z0-9_]{3,}\([^;{}\n]*\)[ \t]*$(?!\n\{)", re.MULTILINE)
_CASE_RANGE = re.compile(rb"\bcase\b[^:;\n]*?(\.\.\.[^:;\n]*):")
_STATIC_MACRO = re.compile(rb"^[ \t]+(static)[ \t]+[A-Z][A-Z0-9_]+\(", re.MULTILINE)
_INITIALISED_MACRO = re.compile(
    rb"^[ \t]+[A-Z][A-Z0-9_]+\([^;{}()\n]*\)([ \t]*=[ \t]*\{[^;{}]*\})[ \t]*;", re.MULTILINE
)
_EMPTY_GUARD = re.compile(rb"\bguard(\()\w+(\))\(\)")
_MAX_PARENTHESES = 4000


def normalise(text: bytes, facts: SyntaxFacts) -> bytes:
    """The text for the parser: same length, same line ends, kernel macros as plain C."""
    out = bytearray(text)
    _blank_annotations(text, out, facts.annotations)
    _loops(text, out, facts.iterators)
    _definers(text, out)
    _type_arguments(text, out)
    for found in _STATEMENT_MACRO.finditer(text):
        _blank(out, found.start(), found.end())
    for found in _EMPTY_GUARD.finditer(text):
        out[found.start(1)] = out[found.start(2)] = 0x5F
    for group in (_CASE_RANGE, _STATIC_MACRO, _INITIALISED_MACRO):
        for found in group.finditer(text):
            _blank(out, found.start(1), found.end(1))
    return bytes(out)


def closing(text: bytes, opening: int) -> int:
    """The offset after the `)` that closes the `(` at `opening`, or -1 within the next 4000 bytes."""
    depth = 0
    for at in range(opening, min(len(text), opening + _MAX_PARENTHESES)):
        byte = text[at]
        if byte == 0x28:
            depth += 1
        elif byte == 0x29:
            depth -= 1
            if depth == 0:
                return at + 1
    return -1


def _blank(out: bytearray, start: int, end: int) -> None:
    out[start:end] = bytes(0x0A if byte == 0x0A else 0x20 for byte in out[start:end])


def _blank_annotations(text: bytes, out: bytearray, names: frozenset[bytes]) -> None:
    plain = sorted(name for name in names if not name.startswith(b"__"))
    found = [m for m in _UNDERSCORED.finditer(text) if m.group() in names]
    if plain:
        found += re.finditer(rb"\b(?:" + b"|".join(plain) + rb")\b", text)
    for name in found:
        end = name.end()
        start_of_line = text.rfind(b"\n", 0, name.start()) + 1
        if text[start_of_line : name.start()].lstrip().startswith(b"#"):
            continue  # its own definition, or a test for it
        argument = _ARGUMENT.match(text, end)
        if argument:
            end = max(end, closing(text, argument.end() - 1))
        _blank(out, name.start(), end)


def _loops(text: bytes, out: bytearray, iterators: frozenset[bytes]) -> None:
    for found in _LOOP.finditer(text):
        name = found.group(2)
        if name in iterators or b"for_each" in name or name == b"scoped_guard":
            _replace(out, found.start(2), found.end(2), b"while")
    for found in _BLOCK_CALL.finditer(text):
        if found.group(2) not in _KEYWORDS:
            _replace(out, found.start(2), found.end(2), b"while")


def _replace(out: bytearray, start: int, end: int, word: bytes) -> None:
    if end - start >= len(word):
        out[start:end] = word.ljust(end - start)
    elif end - start >= 2:
        out[start:end] = b"if".ljust(end - start)


def _definers(text: bytes, out: bytearray) -> None:
    for found in _DEFINER.finditer(text):
        start, end = found.start(2), found.end(2)
        if end - start >= 5:
            out[start:end] = b"int " + b"_" * (end - start - 4)


def _type_arguments(text: bytes, out: bytearray) -> None:
    """`container_of(p, struct foo *, m)`: a type where C wants an expression becomes a name of the same place."""
    for found in _TYPE_ARGUMENT.finditer(text):
        start_of_line = text.rfind(b"\n", 0, found.start()) + 1
        if text[start_of_line : start_of_line + 1] not in (b"\t", b" "):
            continue  # a parameter list at file level, not a call
        called = _CALLED.search(text[max(0, found.start() - 200) : found.start()])
        if not called or called.group(1) in _KEYWORDS:
            continue
        last = re.search(rb"\w+$", found.group(2))
        if last:
            is_whole = last.group() in _PRIMITIVE  # `unsigned int` is neither `int` nor `unsigned`
            start = found.start(2) + (0 if is_whole else last.start())
            end = found.end(3) if is_whole and found.group(3).strip() else found.end(2)
            _blank(out, found.start(2), found.end(3))
            out[start:end] = b"T" * (end - start) if is_whole else last.group()


_PRIMITIVE = frozenset(b"int long short char bool void unsigned signed".split())
