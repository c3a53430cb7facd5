# SPDX-License-Identifier: GPL-2.0-or-later
"""Where did a newer kernel replace an open-coded expression by a call of a helper?  `adopted.py OLD NEW OUT.jsonl`.

The truth that a reviewer of helpers is measured against, made without it: functions of the same file and name are
aligned statement by statement, differing parts are paired, and a pair counts if the old part is made of what the
helper's body is made of.  It refuses to follow code that moved to another function, or an argument that was renamed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.adopted_bodies import ANNOTATIONS, Body, Index, Scope, changed, words
from bench.adopted_judge import Claim, Judge, numbers_fit
from bench.folder import FolderTree
from reviewbot.model import SourceFile
from reviewbot.syntax.facts import SyntaxFacts, read_facts
from reviewbot.syntax.parse import Unit, parse
from reviewbot.syntax.term import Term, to_term

FOLDERS = tuple(
    re.findall(
        r"\S+",
        "mm fs net block kernel lib drivers/hwmon drivers/iio drivers/net/ethernet drivers/usb drivers/i2c drivers/spi "
        "drivers/mmc drivers/scsi drivers/base sound",
    )
)
_CALL = re.compile(rb"\b([A-Za-z_]\w*)\(")
_STATEMENTS = frozenset(
    re.findall(
        r"\w+", "block if while for do switch case label decl expr return goto break continue empty for_statement"
    )
)
_CHAINED = frozenset(["&&", "||", "|", "+", "&", "*"])
_KEPT = 0.3
_NEAR = 0.6
_MAX_PAIRS = 900
_MAX_RUN = 4


@dataclass(frozen=True)
class Case:
    """A replaced expression: the file and function, the line in the older file, both texts, the helper, its header."""

    path: str
    function: str
    line: int
    code: str
    call: str
    helper: str
    header: str


@dataclass(frozen=True)
class Item:
    """A statement without what is nested in it: the expressions that stand in its head."""

    kind: str
    parts: tuple[Term, ...]

    @property
    def key(self) -> str:
        """Equal for statements that are spelt alike."""
        return self.kind + ";".join(part.key for part in self.parts)


@dataclass(frozen=True)
class Run:
    """Neighbours in a chain of one operator, or a single term."""

    terms: tuple[Term, ...]

    def text(self, unit: Unit) -> str:
        """The source, parentheses balanced, on one line."""
        start, end = self.terms[0].start, self.terms[-1].end
        code = unit.source.text
        depth = lowest = 0
        for byte in code[start:end]:
            depth += (byte == 0x28) - (byte == 0x29)
            lowest = min(lowest, depth)
        for _ in range(-lowest):
            start = max(code.rfind(b"(", 0, start), 0)
        for _ in range(depth - lowest):
            end = code.find(b")", end) + 1 or end
        return " ".join(unit.text(start, end).split())

    @property
    def size(self) -> int:
        """How many terms it holds."""
        return sum(1 for term in self.terms for _ in term.walk())


def items(term: Term) -> Iterator[Item]:
    """All statements below a term, in order; declarations are what they assign."""
    if term.kind == "decl":
        yield from (Item("set=", kid.kids) for kid in term.kids if kid.kind == "init" and len(kid.kids) == 2)
        return
    if term.kind == "expr" and term.kids and term.kids[0].kind == "assign":
        yield Item("set" + term.kids[0].value, term.kids[0].kids)
        return
    heads = tuple(kid for kid in term.kids if kid.kind not in _STATEMENTS)
    if term.kind != "block" and term.kind in _STATEMENTS:
        yield Item(term.kind, heads)
    for kid in term.kids:
        if kid.kind in _STATEMENTS or term.kind == "block":
            yield from items(kid)


def chain(term: Term) -> tuple[Term, ...]:
    """The operands of a chain of one operator; a term that is no chain is its own only operand."""
    if term.kind != "binary" or term.value not in _CHAINED:
        return (term,)
    out: list[Term] = []
    stack = [term]
    while stack:
        at = stack.pop()
        if at.kind == "binary" and at.value == term.value:
            stack.extend(reversed(at.kids))
        else:
            out.append(at)
    return tuple(out)


def parted(old: Term, new: Term) -> Iterator[tuple[Run, Term]]:
    """The smallest parts in which two terms differ; neighbours in a chain may stand against one operand."""
    if old.key == new.key:
        return
    same = old.kind == new.kind and old.value == new.value
    if same and old.kind == "binary" and old.value in _CHAINED:
        yield from _chains(chain(old), chain(new))
    elif same and len(old.kids) == len(new.kids) and not (old.kind == "call" and old.kids[0].key != new.kids[0].key):
        for left, right in zip(old.kids, new.kids, strict=True):
            yield from parted(left, right)
    else:
        yield Run((old,)), new


def _chains(old: tuple[Term, ...], new: tuple[Term, ...]) -> Iterator[tuple[Run, Term]]:
    matcher = SequenceMatcher(None, [t.key for t in old], [t.key for t in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "replace":
            continue
        if i2 - i1 == j2 - j1 == 1:
            yield from parted(old[i1], new[j1])
            continue
        for term in new[j1:j2]:
            runs = [(a, b) for a in range(i1, i2) for b in range(a + 1, min(i2, a + _MAX_RUN) + 1)]
            if j2 - j1 == 1:
                runs = [(i1, i2)]
            for a, b in runs:
                if b - a == 1:
                    yield from parted(old[a], term)
                else:
                    yield Run(old[a:b]), term


def runs_in(term: Term) -> Iterator[Run]:
    """All terms below a term, and all neighbours in its chains."""
    for at in term.walk():
        yield Run((at,))
        operands = chain(at)
        for a in range(len(operands)):
            for b in range(a + 2, min(len(operands), a + _MAX_RUN) + 1):
                if b - a < len(operands):
                    yield Run(operands[a:b])


def bare(term: Term) -> Term:
    """A term without the negations and casts around it."""
    while (term.kind == "unary" and term.value == "!") or term.kind == "cast":
        term = term.kids[-1]
    return term


def callee(term: Term) -> str:
    """The name that a term calls, if it is a plain call."""
    return term.kids[0].value if term.kind == "call" and term.kids and term.kids[0].kind == "id" else ""


def leaves(term: Term, hole: Run | None = None) -> list[str]:
    """The names and operators below a term in order; a hole counts as one."""
    inside = {id(t) for t in hole.terms} if hole else set()
    out: list[str] = []
    stack = [term]
    while stack:
        at = stack.pop()
        if id(at) in inside:
            out.append("?")
        else:
            out.append(at.kind + at.value)
            stack.extend(reversed(at.kids))
    return out


@dataclass(frozen=True)
class Pair:
    """Two versions of a function, and what is needed to tell whether the newer one adopted a helper."""

    old: Unit
    new: Unit
    judge: Judge
    fresh: frozenset[str]

    def found(self) -> Iterator[tuple[Run, Term, str, Body]]:
        """The replaced expressions, the new texts around the calls, the helpers and the bodies that fit."""
        left, right = (list(_statements(unit)) for unit in (self.old, self.new))
        matcher = SequenceMatcher(None, [i.key for i in left], [i.key for i in right], autojunk=False)
        if len(left) > 4 and sum(block.size for block in matcher.get_matching_blocks()) < _KEPT * len(left):
            return
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "replace" and (i2 - i1) * (j2 - j1) <= _MAX_PAIRS:
                yield from self._block(left[i1:i2], right[j1:j2])

    def _block(self, left: list[Item], right: list[Item]) -> Iterator[tuple[Run, Term, str, Body]]:
        used: set[int] = set()
        for item in right:
            if not any(callee(t) in self.fresh for part in item.parts for t in part.walk()):
                continue
            for at, other in sorted(enumerate(left), key=lambda pair: -_likeness(pair[1], item)):
                if at in used or not _alike(other, item):
                    continue
                got = list(self._statement(other, item))
                if got:
                    used.add(at)
                    yield from got
                    break

    def _statement(self, old: Item, new: Item) -> Iterator[tuple[Run, Term, str, Body]]:
        for left, right in zip(old.parts, new.parts, strict=True):
            for run, term in parted(left, right):
                call = bare(term)
                body = self.fits(run, call)
                if body:
                    yield run, term, callee(call), body
                else:
                    yield from self._inside(run, term, call)

    def _inside(self, run: Run, term: Term, whole: Term) -> Iterator[tuple[Run, Term, str, Body]]:
        """Calls deeper in a part that changed in other ways, too, where what is around them is nearly the same."""
        if len(run.terms) != 1 or run.size > 300:
            return
        for call in term.walk():
            if call is whole or callee(call) not in self.fresh:
                continue
            around = leaves(term, Run((call,)))
            for inner in sorted(runs_in(run.terms[0]), key=lambda r: r.size):
                if inner.terms[0] is run.terms[0]:
                    continue
                body = self.fits(inner, call)
                if body and SequenceMatcher(None, leaves(run.terms[0], inner), around).ratio() >= _NEAR:
                    yield inner, call, callee(call), body
                    break

    def fits(self, run: Run, call: Term) -> Body | None:
        """The helper's body that the old code is, if there is one."""
        name = callee(call)
        if name not in self.fresh or any(callee(t) == name for term in run.terms for t in term.walk()):
            return None
        if run.terms[0].kind in ("id", "num", "str") and len(run.terms) == 1:
            return None
        arguments = [_plain(kid) for kid in call.kids[1:]]
        before = bare(run.terms[0]) if len(run.terms) == 1 else run.terms[0]
        called = callee(before) if len(run.terms) == 1 else ""
        if called and sorted(_plain(kid).key for kid in before.kids[1:]) == sorted(a.key for a in arguments):
            return None
        code = words(run.text(self.old))
        given = words(self.new.text(call.kids[0].end, call.end))
        if not given.names <= code.names or name in ANNOTATIONS or run.terms[0].key in [a.key for a in arguments]:
            return None
        if called and (body := self.judge.same_call(_texts(self.old, before), _texts(self.new, call))):
            return body
        if not numbers_fit(given, code):
            return None
        rest = words(self._without(run, {a.key for a in arguments}))
        return self.judge.body(Claim(code, rest, given, name, called), len(arguments))

    def _without(self, run: Run, keys: set[str]) -> str:
        """The old code without the parts that are handed to the helper."""
        out, at = [], run.terms[0].start
        stack = list(reversed(run.terms))
        while stack:
            term = stack.pop()
            if _plain(term).key in keys:
                out.append(self.old.text(at, term.start))
                at = max(at, term.end)
            else:
                stack.extend(reversed(term.kids))
        return " _ ".join([*out, self.old.text(at, run.terms[-1].end)])


def _texts(unit: Unit, call: Term) -> tuple[str, ...]:
    return tuple(unit.text(kid.start, kid.end) for kid in call.kids)


def _plain(term: Term) -> Term:
    """An argument without the casts and the address operator around it."""
    while term.kind == "cast" or (term.kind == "unary" and term.value == "&"):
        term = term.kids[-1]
    return term


def _statements(unit: Unit) -> Iterator[Item]:
    for node in unit.tree.root_node.named_children:
        body = node.child_by_field_name("body")
        if body is not None:
            yield from items(to_term(body, unit.text))


def _likeness(old: Item, new: Item) -> float:
    left, right = (Counter(leaf for part in item.parts for leaf in leaves(part)) for item in (old, new))
    total = sum(left.values()) + sum(right.values())
    return 2 * sum((left & right).values()) / total if total else 0.0


def _alike(old: Item, new: Item) -> bool:
    if old.kind != new.kind or len(old.parts) != len(new.parts):
        return False
    return not old.kind.startswith("set") or old.parts[0].key == new.parts[0].key


def adopted(old: Path, new: Path, folders: tuple[str, ...]) -> Iterator[Case]:
    """The cases of all files below the folders that both trees hold."""
    indexes = Index(old), Index(new)
    facts = read_facts(FolderTree(old)), read_facts(FolderTree(new))
    for folder in folders:
        for path in sorted((old / folder).rglob("*.c")):
            other = new / path.relative_to(old)
            if other.is_file():
                texts = path.read_bytes(), other.read_bytes()
                if texts[0] != texts[1]:
                    yield from _file(path.relative_to(old).as_posix(), texts, indexes, facts)


def _file(
    path: str, texts: tuple[bytes, bytes], indexes: tuple[Index, Index], facts: tuple[SyntaxFacts, SyntaxFacts]
) -> Iterator[Case]:
    folder = path.rpartition("/")[0]
    judge = Judge(Scope(indexes[0], folder), Scope(indexes[1], folder))
    for before, after in changed(*texts):
        more = Counter(_CALL.findall(after.text)) - Counter(_CALL.findall(before.text))
        fresh = {name.decode() for name in more} - {before.name}
        fresh = {name for name in fresh if any(body.value for body in judge.new.of(name))}
        if not fresh:
            continue
        units = [parse(SourceFile(path, p.text), f) for p, f in zip((before, after), facts, strict=True)]
        seen = set()
        for run, term, helper, body in Pair(units[0], units[1], judge, frozenset(fresh)).found():
            line = before.line + units[0].line(run.terms[0].start) - 1
            if (line, helper) not in seen:
                seen.add((line, helper))
                code, call = run.text(units[0]), Run((term,)).text(units[1])
                yield Case(path, before.name, line, code, call, helper, body.header)


def main() -> int:
    """Write the cases as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    options = parser.parse_args()
    count = 0
    with options.out.open("w", encoding="utf-8") as out:
        for case in adopted(options.old, options.new, tuple(options.folders)):
            out.write(json.dumps(asdict(case)) + "\n")
            count += 1
    print(f"{count} cases, {time.process_time():.0f} s CPU")
    return 0


if __name__ == "__main__":
    sys.exit(main())
