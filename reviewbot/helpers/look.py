# SPDX-License-Identifier: GPL-2.0-or-later
"""What must code look like to be a helper's body?  Its shape and its names, known before anything is compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reviewbot.helpers.canon import Canon
from reviewbot.helpers.entry import Entry
from reviewbot.helpers.fit import is_hole
from reviewbot.helpers.world import TreeWorld
from reviewbot.syntax.term import Term


@dataclass(frozen=True, slots=True)
class Look:
    """A helper ready to be looked for: its lenient body, the same asked for its truth; what code must look like to be
    its body (`shape`), or its truth (`asked_shape`, "" where that is the same), and the names that it must hold.
    """

    entry: Entry
    body: Term
    asked: Term
    is_statement: bool
    shape: str
    asked_shape: str
    names: frozenset[str]

    @property
    def is_chain(self) -> bool:
        """True if some operands of a chain of && or || may be the helper's body."""
        return self.asked.kind == "truth" and len(self.asked.kids) > 1


def look_for(world: TreeWorld, entry: Entry) -> Look | None:
    """How to look for a helper; None for one without an expression as its body."""
    template = world.template_of(entry, lenient=True)
    if template is None or is_hole(template.body):
        return None
    asked = Canon(world, lambda _term: None, lenient=True).as_truth(template.body)
    different = asked.kind != template.body.kind
    other = shape(asked) if different else ""
    body = template.body
    return Look(entry, body, asked, template.is_statement, shape(body), other, frozenset(own_names(body)))


def own_names(term: Term) -> Iterator[str]:
    """The keys of names and the members of a canonical term that stand in all that it can be equal to."""
    for part in term.walk():
        if part.kind == "id" and not is_hole(part):
            yield part.value
        elif part.kind == "mem" and "$" not in part.value:
            yield f".{part.value}"


def shape(body: Term) -> str:
    """What code must have at its top to fit a helper's body: one of its shapes()."""
    if body.kind == "call":
        return f"call {body.kids[0].key} {len(body.kids)}"
    if body.kind == "mem" and "$" not in body.value:
        return f"mem {body.value}"
    if body.kind == "truth":
        alone = body.kids[0] if len(body.kids) == 1 else None
        if alone is None or is_hole(alone) or alone.kind not in ("mem", "call"):
            return f"truth {len(body.kids)}"
        return f"truth {shape(alone)}"
    return body.kind


def shapes(value: Term) -> tuple[str, ...]:
    """The shapes of a piece of code, narrow and wide."""
    if value.kind == "truth" and len(value.kids) == 1:
        return (f"truth {shape(value.kids[0])}", "truth 1")
    wide = (value.kind,) if value.kind in ("mem", "call") else ()
    return (shape(value), *wide)
