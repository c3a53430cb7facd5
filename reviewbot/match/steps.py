# SPDX-License-Identifier: GPL-2.0-or-later
"""Which steps does a path pattern ask for, in which order, and what may lie between two of them?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reviewbot.errors import PatternError
from reviewbot.match.unify import DOTS
from reviewbot.syntax.term import Term

EXIT_NAME = "$exit"
"""`$exit;` in a pattern is any way out of the function."""
_NOT_A_STEP = frozenset({"for", "do", "switch", "case", "label", "block", "empty"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path.

    `kind`: "code" (a statement, or a call within one), "cond" (of an if or while), "exit" (`$exit;`), or what a `...`
    at the outer ends of a pattern means: "entry" and "end".  `gap`: `...` stands before it.  `branch`: the edge that
    has to be taken from it, "" for any.
    """

    kind: str
    term: Term
    gap: bool = False
    branch: str = ""

    @property
    def written(self) -> bool:
        """True for a step that the pattern spells, and that has a place in the code."""
        return self.kind not in ("entry", "end")


AT = "$at$"
"""What stands for `@` between a name and its mark while a pattern is parsed as C."""


WITHIN = "__within__"
"""What stands for `<... e ...>`, any expression that holds e, meanwhile."""


def marked(term: Term) -> Term:
    """The term with what C does not have.

    `...` between statements is a "gap", `$exit;` an "exit", a marked name "at", `$$s;` a "statement" of any kind, and
    `<... e ...>` is "within".
    """
    if term.kind == "expr" and term.kids[0].kind == "id" and term.kids[0].value.startswith("$$"):
        return term.rebuilt("statement", term.kids[0].value[1:], ())
    if term.kind == "call" and term.kids[0].value == WITHIN and len(term.kids) == 2:
        return term.rebuilt("within", "", (marked(term.kids[1]),))
    if AT in term.value and term.kind in ("id", "arrow", "dot"):
        name, *marks = term.value.split(AT)
        here = term.rebuilt(term.kind, name, tuple(marked(kid) for kid in term.kids))
        for mark in marks:
            here = term.rebuilt("at", f"${mark}", (here,))
        return here
    if term.kind == "expr" and term.kids[0].kind == "id" and term.kids[0].value in (DOTS, EXIT_NAME):
        return Term("gap" if term.kids[0].value == DOTS else "exit", "")
    kids = tuple(marked(kid) for kid in term.kids)
    if term.kind == "cast" and kids[0].kind == "type" and not kids[0].value and kids[0].kids[0].value.startswith("$"):
        kids = (kids[0].kids[0], *kids[1:])  # `($t)x`: t is the whole type, its stars too
    return term.rebuilt(term.kind, term.value, kids) if kids != term.kids else term


def steps_of(terms: tuple[Term, ...], text: str) -> tuple[Step, ...]:
    """The steps of a pattern's statements; () if they hold no gap and no exit.  Raises PatternError."""
    if not any(part.kind in ("gap", "exit") for term in terms for part in term.walk()):
        return ()
    steps = [Step("entry", Term("entry", ""))] if terms[0].kind == "gap" else []
    steps += _steps(terms, text)
    if not any(step.kind in ("code", "cond") for step in steps):
        raise PatternError(f"pattern {text!r} has `...` and no statement to look for")
    return tuple(steps)


def _steps(terms: tuple[Term, ...], text: str) -> Iterator[Step]:
    gap = False
    for at, term in enumerate(terms):
        if term.kind == "gap":
            gap = True
            if at == len(terms) - 1:
                yield Step("end", term, gap=True)
        elif term.kind == "exit":
            yield Step("exit", term, gap)
            gap = False
        elif term.kind in ("if", "while"):
            yield from _branch(term, text, gap=gap)
            gap = _body(term)[-1].kind == "gap"
        elif term.kind in _NOT_A_STEP:
            raise PatternError(
                f"pattern {text!r} has the statement `{term.kind}` among the steps of a path", "write what is in it"
            )
        else:
            yield Step("code", term, gap)
            gap = False


def _body(term: Term) -> tuple[Term, ...]:
    body = term.kids[1]
    return (body.kids or (Term("gap", ""),)) if body.kind == "block" else (body,)


def _branch(term: Term, text: str, *, gap: bool) -> Iterator[Step]:
    """`if (c) ...` is the condition alone; `if (c) a();` is the condition, its true branch, and a() at once there."""
    if len(term.kids) != 2:
        raise PatternError(f"pattern {text!r} has an else on a path", "write a pattern for each branch")
    inner = _body(term)
    if all(part.kind == "gap" for part in inner):
        yield Step("cond", term.kids[0], gap)
        return
    yield Step("cond", term.kids[0], gap, "true")
    last = inner[-1].kind == "gap"
    yield from _steps(inner[:-1] if last else inner, text)
