# SPDX-License-Identifier: GPL-2.0-or-later
"""What does the head of a function say?  Its name, the type of its result, its parameters; attributes are left out."""

from __future__ import annotations

import re

_CALL = re.compile(r"(\w+)\s*\(")
_PARENTHESIS = re.compile(r"[()]")
_BRACKET = re.compile(r"[][(){}]")
_WORD = re.compile(
    r"(?<!struct )(?<!union )(?<!enum )\b(?:static|extern|inline|noinline|asmlinkage|notrace"
    r"|__(?!(?:[us]|le|be|virtio)(?:8|16|32|64)\b|sum16\b|wsum\b|kernel_|\w+_t\b)\w+)\b"
)
_PARAMETER = re.compile(r"^(.*?[\s*])(\w+)\s*((?:\[[^\]]*\])*)$", re.DOTALL)
_POINTER_TO_FUNCTION = re.compile(r"\(\s*\*\s*(\w+)\s*(?:\[[^\]]*\])?\)\s*\(")
_PRIMITIVE = frozenset(
    ["void", "int", "long", "short", "char", "bool", "unsigned", "signed", "double", "float", "const", "volatile"]
)
_MAX_PARAMETERS = 24
Parameters = tuple[tuple[str, str], ...]


def head(text: str) -> tuple[str, str, Parameters] | None:
    """Result type, name and parameters of `static inline T name(T1 a, T2 b)`; None for what is no such head."""
    name_at = _name_of(text)
    if name_at is None:
        return None
    end = closing(text, name_at.end() - 1)
    result = clean_type(text[: name_at.start()])
    parameters = parse_parameters(text[name_at.end() : end - 1])
    if not result or parameters is None or "(" in result:
        return None
    return result, name_at.group(1), parameters


def _name_of(text: str) -> re.Match[str] | None:
    """The function's name with its parenthesis: the first that is no attribute, or the last where all look like one."""
    at, last = 0, None
    while found := _CALL.search(text, at):
        end = closing(text, found.end() - 1)
        if end < 0:
            return last
        if not _WORD.fullmatch(found.group(1)):
            return found
        # the name of a function may begin like that of an attribute; what stands in its parentheses does not
        if clean_type(text[: found.start()]) and _are_parameters(text[found.end() : end - 1]):
            return found
        last, at = found, end
    return last


def _are_parameters(text: str) -> bool:
    """True for `void`, nothing, and parts that are each a type with a name or a star."""
    parts = [part.strip() for part in split_commas(text)]
    return parts in ([""], ["void"]) or all(" " in part or "*" in part for part in parts)


def without_attributes(text: str) -> str:
    """The text without attributes and what stands in their parentheses."""
    out, at = "", 0
    for found in _WORD.finditer(text):
        if found.start() < at:
            continue
        out += text[at : found.start()] + " "
        at = found.end()
        opening = re.compile(r"\s*\(").match(text, at)
        if opening:
            at = max(at, closing(text, opening.end() - 1))
    return out + text[at:]


def closing(text: str, opening: int) -> int:
    """The offset behind the `)` that closes the `(` at `opening`; -1 where there is none."""
    depth = 0
    for found in _PARENTHESIS.finditer(text, opening):
        depth += 1 if found.group() == "(" else -1
        if depth == 0:
            return found.end()
    return -1


def clean_type(text: str) -> str:
    """A type as people write it: without attributes, on one line, a blank in front of its stars."""
    bare = " ".join(without_attributes(text).split())
    return re.sub(r"\s*\*\s*", "*", bare).replace("*", " *", 1).strip() if "*" in bare else bare


def parse_parameters(text: str) -> Parameters | None:
    """The (type, name) of each parameter; a missing name is ""; None where there are too many or they make no sense."""
    parts = split_commas(text)
    if len(parts) > _MAX_PARAMETERS:
        return None
    if [part.strip() for part in parts] in ([""], ["void"]):
        return ()
    return tuple(_parameter(part.strip()) for part in parts)


def _parameter(text: str) -> tuple[str, str]:
    pointer = _POINTER_TO_FUNCTION.search(text)
    if pointer:
        return " ".join(text.split()), pointer.group(1)
    found = _PARAMETER.match(text)
    if (
        found is None
        or found.group(2) in _PRIMITIVE
        or found.group(1).split()[-1:] in (["struct"], ["enum"], ["union"])
    ):
        return clean_type(text), ""
    stars = " *" if found.group(3) else ""
    return clean_type(found.group(1) + stars), found.group(2)


def split_commas(text: str) -> list[str]:
    """The parts of a text between commas that stand in no parentheses."""
    if not _BRACKET.search(text):
        return text.split(",")
    depth, out, start = 0, list[str](), 0
    for at, letter in enumerate(text):
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            out.append(text[start:at])
            start = at + 1
    return [*out, text[start:]]
