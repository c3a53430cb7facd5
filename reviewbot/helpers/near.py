# SPDX-License-Identifier: GPL-2.0-or-later
"""Which helpers mean nearly the same as an expression, and what exactly differs?

Near is: one constant of the same set differs (VM_WRITE for VM_MAYWRITE); the same tests are combined in another way; or
the helper tests one thing more.  A near miss is a question, and never the advice to replace anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewbot.helpers import truth
from reviewbot.helpers.fit import Fit, is_hole
from reviewbot.helpers.look import Look, look_for
from reviewbot.helpers.search import Expression, Found
from reviewbot.helpers.spell import spell
from reviewbot.helpers.world import TreeWorld
from reviewbot.syntax.term import Term

_MAX_LOOKED = 300
_MAX_ATOMS = 6
OTHERWISE = "combined"
"""The first part of a difference that is no name: the same tests, combined in another way."""
MORE = "also"
"""The first part of a difference that is no name: the helper asks for one thing more, which is the second part."""


def near(world: TreeWorld, expression: Expression, text: str) -> Iterator[Found]:
    """Helpers that mean nearly the expression, whose C is `text`; those with one name different first."""
    anchors = world.catalogue.anchors
    names = anchors.of_text(text)
    known = anchors.all_of(text)
    wanted = [one for one in world.catalogue.holding(sorted(names), _MAX_LOOKED) if len(one.anchors - known) <= 1]
    looks = [look for one in wanted if (look := look_for(world, one.entry)) is not None]
    for look in (look for look in looks if _says_two_things(look)):
        yield from (found for found in expression.find(look, near=True) if found.differs)
    for look in looks:
        if look.asked.kind == "truth" and 1 < len(look.asked.kids) <= _MAX_ATOMS:
            yield from _differently(expression, look)


def _says_two_things(look: Look) -> bool:
    """True for a body of which something is left where one name is taken away."""
    alone = look.asked.kind == "truth" and len(look.asked.kids) == 1
    return not alone and sum(part.kind == "id" and not is_hole(part) for part in look.body.walk()) > 1


def _differently(expression: Expression, look: Look) -> Iterator[Found]:
    """The expression as a whole against a helper that asks for the same things otherwise, or for one more."""
    code = expression.lenient.truth(expression.term)
    given, wanted = truth.atoms(code), look.asked.kids
    if len(given) < 2 or not 0 <= len(wanted) - len(given) <= 1:
        return
    for left_out in range(len(wanted)) if len(wanted) > len(given) else (-1,):
        asked = tuple(atom for at, atom in enumerate(wanted) if at != left_out)
        fit = Fit(expression.lenient.substituted)
        for bound, _taken in fit.among(asked, given, {}):
            more = expression.lenient.substituted(wanted[left_out], bound) if left_out >= 0 else None
            what = _spelt(more) if more is not None else ""
            if what is None:
                continue
            if more is None and _is_the_same(expression.lenient.substituted(look.asked, bound), code):
                continue
            difference = (MORE, what) if more is not None else (OTHERWISE, "")
            found = expression.called(look, bound, (expression.term,), difference)
            if found is not None:
                yield found
                return


def _is_the_same(one: Term, other: Term) -> bool:
    """True for two truths that are equal, or opposites."""
    return other.key in (one.key, truth.negated(one).key)


def _spelt(term: Term) -> str | None:
    if term.kind == "truth" and len(term.kids) == 1:
        term = term.kids[0]
    if term.kind == "bit":
        base, index = spell(term.kids[0], {}), spell(term.kids[1], {})
        name = spell(term.kids[1].kids[0], {}) if term.kids[1].kind == "log2" else index
        return f"{base} & {name}" if base and name else None
    if term.kind in ("eq", "lt"):
        one, other = (spell(kid, {}) for kid in term.kids)
        return f"{one} {'==' if term.kind == 'eq' else '<'} {other}" if one and other else None
    return spell(term, {})
