# SPDX-License-Identifier: GPL-2.0-or-later
"""Which steps does a path pattern ask for, in which order, and what may lie between two of them?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from reviewbot.errors import PatternError
from reviewbot.match.unify import DOTS
from reviewbot.syntax.term import Term

EXIT_NAME = "$exit"
"""`$exit;` in a pattern is any way out of the function."""
_NOT_A_STEP = frozenset({"for", "do", "switch", "case", "label", "block", "empty"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path.

    `kind`: "code" (a statement, or a call within one), "cond" (of an if or while), "each" (the head of an iterator
    macro), "for" (of any for), "exit" (`$exit;`), or what a `...` at the outer ends of a pattern means: "entry" and
    "end".  `gap`: `...` stands before it.  `branch`: the edge that has to be taken from it, "" for any.  `inside`: the
    number of the step in whose block it stands.  `after`: that of the test from which the path goes on where it does
    not hold (its block leaves).  Both are -1 for none.  `leaves` is True for such a test, `word` is "if" or "while".
    `marks` stand at the statement.
    """

    kind: str
    term: Term
    gap: bool = False
    branch: str = ""
    inside: int = -1
    after: int = -1
    leaves: bool = False
    word: str = ""
    marks: tuple[str, ...] = ()

    @property
    def written(self) -> bool:
        """True for a step that the pattern spells, and that has a place in the code."""
        return self.kind not in ("entry", "end")


AT = "$at$"
"""What stands for `@` between a name and its mark while a pattern is parsed as C."""


WITHIN = "__within__"
"""What stands for `<... e ...>`, any expression that holds e, meanwhile."""
BOTH = "__both__"
"""`__both__(a, b)` is code that both a and b fit."""
EACH = "__each__"
"""The label for `each (list_for_each_entry(...)) ...` meanwhile, which is parsed as a while."""
LABEL_AT = "__at__"
"""The beginning of the label for the mark of a statement, as in `return@p x;`, meanwhile."""
_LEAVES = frozenset({"return", "goto", "break", "continue", "exit"})


def marked(term: Term) -> Term:
    """The term with what C does not have.

    `...` between statements is a "gap", `$exit;` an "exit", a marked name "at", `$$s;` a "statement" of any kind, and
    `<... e ...>` is "within".
    """
    if term.kind == "expr" and term.kids[0].kind == "id" and term.kids[0].value.startswith("$$"):
        return term.rebuilt("statement", term.kids[0].value[1:], ())
    made = _made(term)
    if made is not None:
        return made
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


def _made(term: Term) -> Term | None:
    """What stands for a call or a label that the pattern language makes use of; None for any other code."""
    if term.kind == "expr" and _is_call(term.kids[0], WITHIN):
        return marked(term.kids[0])  # a statement that holds another
    if _is_call(term, WITHIN) and len(term.kids) == 2:
        return term.rebuilt("within", "", (marked(term.kids[1]),))
    if _is_call(term, BOTH) and len(term.kids) == 3:
        return term.rebuilt("both", "", tuple(marked(kid) for kid in term.kids[1:]))
    if term.kind == "label" and len(term.kids) == 2:
        name, inner = term.kids[0].value, marked(term.kids[1])
        if name == WITHIN:
            return term.rebuilt("within", "", (inner,))
        if name == EACH and inner.kind == "while":
            return term.rebuilt("each", "", inner.kids)
        if name.startswith(LABEL_AT):
            return term.rebuilt("at", "$" + name.removeprefix(LABEL_AT), (inner,))
    return None


def _is_call(term: Term, name: str) -> bool:
    return term.kind == "call" and term.kids[0].value == name


def steps_of(terms: tuple[Term, ...], text: str) -> tuple[Step, ...]:
    """The steps of a pattern's statements; () if they hold no gap and no exit.  Raises PatternError."""
    if not any(part.kind in ("gap", "exit") for term in terms for part in term.walk()):
        return ()
    steps = [Step("entry", Term("entry", ""))] if terms[0].kind == "gap" else []
    steps += _steps(terms, text, len(steps))
    if not any(step.kind in ("code", "cond", "each") for step in steps):
        raise PatternError(f"pattern {text!r} has `...` and no statement to look for")
    return tuple(steps)


def _steps(terms: tuple[Term, ...], text: str, first: int, inside: int = -1) -> list[Step]:
    """The steps of a list of statements; `first` is the number of the first of them."""
    out: list[Step] = []
    gap, after = False, -1
    for at, whole in enumerate(terms):
        term, marks = _unmarked(whole)
        if term.kind == "gap":
            gap = True
            if at == len(terms) - 1 and inside < 0:
                out.append(Step("end", term, gap=True, after=after))
            continue
        if term.kind in ("if", "while", "each") or _is_any_for(term):
            head, block = _branch(term, text, first + len(out))
            leaves = bool(block) and _unmarked(_body(term)[-1])[0].kind in _LEAVES
            out += [replace(head, gap=gap, inside=inside, after=after, leaves=leaves, marks=marks), *block]
            gap = not block or _body(term)[-1].kind == "gap"
            after = first + len(out) - len(block) - 1 if leaves else -1
            continue
        if term.kind in _NOT_A_STEP:
            raise PatternError(
                f"pattern {text!r} has the statement `{term.kind}` among the steps of a path", "write what is in it"
            )
        out.append(Step("exit" if term.kind == "exit" else "code", term, gap, "", inside, after, marks=marks))
        gap, after = False, -1
    return out


def _unmarked(term: Term) -> tuple[Term, tuple[str, ...]]:
    marks: tuple[str, ...] = ()
    while term.kind == "at":
        marks, term = (*marks, term.value), term.kids[0]
    return term, marks


def _is_any_for(term: Term) -> bool:
    """True for `for ($_; $_; $_) {...}`, any for loop."""
    return term.kind == "for" and len(term.kids) == 4 and all(kid.value == "$_" for kid in term.kids[:3])


def _body(term: Term) -> tuple[Term, ...]:
    body = term.kids[-1]
    return (body.kids or (Term("gap", ""),)) if body.kind == "block" else (body,)


def _branch(term: Term, text: str, number: int) -> tuple[Step, list[Step]]:
    """`if (c) ...` is the condition alone; `if (c) a();` is the condition, its true branch, and a() at once there.

    `each (list_for_each_entry(...)) ...` is the whole loop, as far as it is not left by a break.
    """
    if term.kind == "if" and len(term.kids) != 2:
        raise PatternError(f"pattern {text!r} has an else on a path", "write a pattern for each branch")
    kind = term.kind if term.kind in ("each", "for") else "cond"
    word = term.kind if kind == "cond" else ""
    inner = _body(term)
    if all(part.kind == "gap" for part in inner):
        return Step(kind, term.kids[0], branch="false" if kind == "each" else "", word=word), []
    return Step(kind, term.kids[0], branch="true", word=word), _steps(inner, text, number + 1, number)
