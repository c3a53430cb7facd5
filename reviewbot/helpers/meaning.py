# SPDX-License-Identifier: GPL-2.0-or-later
"""Which helper of these headers means the same as a condition?  Bodies become bits, compared by truth table.

`VM_SHARED`, `BIT(VMA_SHARED_BIT)` and `test_bit(VMA_SHARED_BIT, ...)` are one bit because the headers' macros say so.
It refuses to answer where a body holds more than conditions over bits and opaque terms can say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from reviewbot.helpers.headers import Helper, World, substitute
from reviewbot.helpers.shown import show, texts_of
from reviewbot.match.boolean import Formula, formula, same_meaning
from reviewbot.match.normal import normal
from reviewbot.rule import HelperCall
from reviewbot.syntax.macros import Macro
from reviewbot.syntax.parse import first_error, parse_text
from reviewbot.syntax.term import Term, to_term

_MAX_UNFOLD = 8
_MAX_PARTS, _MAX_DEPTH = 400, 40
"""Size of a body and of an argument above which a call is not unfolded: the patched tree's headers may be hostile."""
_MAX_STEPS = 10_000
_NUMBER = re.compile(r"^(0[xX][0-9a-fA-F]+|\d+)[uUlL]*$")
_FORCE = re.compile(r"\b__force\b")
_HEAD = "int f(void) { return "
TypeOf = Callable[[str], str | None]


@dataclass(slots=True)
class Meaning:
    """The means to compare conditions in one world.  Results are kept, since rules ask the same names again."""

    world: World
    _bits: dict[str, str | None] = field(default_factory=dict)
    _bodies: dict[str, Formula] = field(default_factory=dict)

    def equivalent(self, expression: str, type_of: TypeOf) -> tuple[HelperCall, ...]:
        """The helpers that mean `expression`, each with the call that replaces it; typed and short calls first."""
        term = read_expression(expression)
        if term is None:
            return ()
        types = {part.value: kind for part in term.walk() if part.kind == "id" and (kind := type_of(part.value))}
        code = formula(self._canonical(term, types), self.is_bit)
        written = texts_of(term, (_HEAD + expression).encode())
        found = [self._call(helper, code, written, types) for helper in self.world.helpers.values()]
        calls = [call for call in found if call is not None]
        return tuple(sorted(calls, key=lambda c: (not c.typed, len(c.call), c.name)))

    def is_bit(self, term: Term) -> str | None:
        """The identity of a single-bit flag: its bit's name or number; None for anything else or unknown."""
        if term.key not in self._bits:
            self._bits[term.key] = self._bit(term, _MAX_UNFOLD)
        return self._bits[term.key]

    def expand(self, name: str) -> str | None:
        """The text that an object-like macro stands for, unfolded as far as these headers know it; None if unknown."""
        macro = self.world.macros.get(name)
        return macro.body if macro is not None and macro.parameters is None else None

    def _bit(self, term: Term, left: int) -> str | None:
        if left == 0:
            return None
        if term.kind == "cast":
            return self._bit(term.kids[-1], left - 1)
        if term.kind == "num":
            return _power(term.value)
        if term.kind == "binary" and term.value == "<<" and (_number(term.kids[0]) == 1):
            return _index(term.kids[1])
        if term.kind == "call" and term.kids[0].value in ("BIT", "BIT_ULL") and len(term.kids) == 2:
            return _index(term.kids[1])
        unfolded = self._unfold_macro(term)
        return self._bit(unfolded, left - 1) if unfolded is not None else None

    def _unfold_macro(self, term: Term) -> Term | None:
        if term.kind == "id":
            macro = self.world.macros.get(term.value)
            return read_expression(macro.body) if macro is not None and macro.parameters is None else None
        if term.kind == "call":
            macro = self.world.macros.get(term.kids[0].value)
            if macro is not None and macro.parameters is not None and len(macro.parameters) == len(term.kids) - 1:
                return read_expression(_filled(macro, tuple(kid.value for kid in term.kids[1:])))
        return None

    def _call(self, helper: Helper, code: Formula, written: dict[str, str], types: dict[str, str]) -> HelperCall | None:
        body = self._body(helper)
        if len(body.atoms()) < 2 or len(body.atoms()) != len(code.atoms()):
            return None
        for bound, _places in same_meaning(body, code, {}):
            arguments = [bound.get("$" + name) for _type, name in helper.parameters]
            shown = [show(argument, written) for argument in arguments if argument is not None]
            texts = [text for text in shown if text is not None]
            if len(texts) < len(helper.parameters):
                continue
            agree = [
                _agrees(types.get(text), kind) for text, (kind, _name) in zip(texts, helper.parameters, strict=True)
            ]
            if False not in agree:
                call = f"{helper.name}({', '.join(texts)})"
                return HelperCall(helper.name, call, helper.path, helper.line, None not in agree)
        return None

    def _body(self, helper: Helper) -> Formula:
        if helper.name not in self._bodies:
            types = {name: kind for kind, name in helper.parameters}
            names = {name: Term("id", "$" + name) for name in types}
            body = substitute(self._canonical(helper.body, types), names)
            self._bodies[helper.name] = formula(normal(body, truth=True), self.is_bit)
        return self._bodies[helper.name]

    def _canonical(self, term: Term, types: dict[str, str]) -> Term:
        unfolded = self._unfold(term, _MAX_UNFOLD, 0, [_MAX_STEPS])
        return normal(self._storage(unfolded, types), truth=True)

    def _unfold(self, term: Term, left: int, depth: int, steps: list[int]) -> Term:
        """The term with calls of known helpers replaced by their bodies, `left` layers of them."""
        steps[0] -= 1
        kids = tuple(self._unfold(kid, left, depth + 1, steps) for kid in term.kids)
        if term.kind == "call" and kids and left > 0 and depth < _MAX_DEPTH and steps[0] > 0:
            helper = self.world.helpers.get(kids[0].value)
            if helper is not None and len(helper.parameters) == len(kids) - 1 and _is_small((helper.body, *kids)):
                names = {name: kid for (_type, name), kid in zip(helper.parameters, kids[1:], strict=True)}
                return self._unfold(substitute(helper.body, names), left - 1, depth, steps)
            if kids[0].value == "test_bit" and len(kids) == 3:
                return term.rebuilt("binary", "&", (_pointed(kids[2]), Term("call", "", (Term("id", "BIT"), kids[1]))))
        return Term(term.kind, term.value, kids, term.start, term.end)

    def _storage(self, term: Term, types: dict[str, str]) -> Term:
        """One name for one storage: `(&x)->m` is `x.m`, union fields are the first one, a lone bitmap is its struct.

        Of a union with a word the bitmap is that word; else it is no word that a call could pass, so "bitmap" is a
        kind of its own.
        """
        kids = tuple(self._storage(kid, types) for kid in term.kids)
        if term.kind == "arrow" and kids and kids[0].kind == "unary" and kids[0].value == "&":
            term, kids = term.rebuilt("dot", term.value, term.kids[0].kids), kids[0].kids
        if term.kind in ("arrow", "dot"):
            if term.value in self.world.transparent:
                if term.kind == "dot" and kids[0].value != term.kids[0].value:
                    return kids[0]
                place = kids[0] if term.kind == "arrow" else term.rebuilt("unary", "&", kids)
                return term.rebuilt("bitmap", "", (place,))
            struct = re.search(r"struct (\w+)", types.get(kids[0].value, "")) if kids[0].kind == "id" else None
            alias = self.world.aliases.get((struct.group(1), term.value)) if struct else None
            return term.rebuilt(term.kind, alias or term.value, kids)
        return Term(term.kind, term.value, kids, term.start, term.end)


def read_expression(text: str) -> Term | None:
    """The term of a piece of C text that is one expression, None if it is none."""
    code = _HEAD + _FORCE.sub(_blank, text) + "; }"
    root = parse_text(code)
    function = root.named_children[0] if root.named_children else None
    block = function.child_by_field_name("body") if function is not None else None
    if first_error(root) is not None or block is None or len(root.named_children) != 1:
        return None
    raw = code.encode()
    term = to_term(block, lambda start, end: raw[start:end].decode("utf-8", "replace"))
    if len(term.kids) != 1 or term.kids[0].kind != "return" or not term.kids[0].kids:
        return None
    return term.kids[0].kids[0]


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _filled(macro: Macro, arguments: tuple[str, ...]) -> str:
    body = macro.body
    for name, argument in zip(macro.parameters or (), arguments, strict=True):
        body = argument.join(re.split(rf"\b{re.escape(name)}\b", body))
    return re.sub(r"\s*##\s*", "", body)


def _is_small(terms: tuple[Term, ...]) -> bool:
    return all(term.fits(_MAX_PARTS, _MAX_DEPTH) for term in terms)


def _pointed(term: Term) -> Term:
    return term.kids[0] if term.kind == "unary" and term.value == "&" else term


def _number(term: Term) -> int | None:
    found = _NUMBER.match(term.value) if term.kind == "num" else None
    return int(found.group(1), 0) if found and not re.match(r"^0\d", found.group(1)) else None


def _power(text: str) -> str | None:
    value = _number(Term("num", text))
    return f"#{value.bit_length() - 1}" if value and value & (value - 1) == 0 else None


def _index(term: Term) -> str | None:
    while term.kind == "cast":
        term = term.kids[-1]
    number = _number(term)
    if number is not None:
        return f"#{number}"
    return term.value if term.kind == "id" else None


def _agrees(given: str | None, wanted: str) -> bool | None:
    """One number agrees with another, structs and pointers only with their like; None if that is not known."""
    if not any(mark in kind for kind in (given or "", wanted) for mark in ("*", "struct", "union")):
        return True
    if given is None:
        return None

    def plain(kind: str) -> str:
        return re.sub(r"\s+", "", re.sub(r"\bconst\b", "", kind))

    return plain(given) == plain(wanted)
