# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a rule's own search asked where it may find something, and are its places those of the file?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewbot.errors import RuleLoadError
from reviewbot.match.engine import Terms
from reviewbot.match.run import run_rule, wanted
from reviewbot.match.site import TreeView
from reviewbot.registry import check
from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText
from tests.rules.harness import FACTS, MadeUpTree, unit_of

_LAST = re.compile(r"\{\s*\}(,)\s*\};")


def _find(source: SourceText) -> Iterator[Place]:
    for found in _LAST.finditer(source.bare):
        yield Place(found.start(1), found.end(1), (("after", source.text[found.start() : found.start(1)]),))


def _rule(**more: object) -> Rule:
    values = {
        "id": "last-comma", "title": "t", "why": "w", "known_problems": "k", "category": Category.STYLE,
        "confidence": Confidence.LOW, "patterns": (Seek(("_id",), _find, ("after",)),),
        "message": "no comma after {after}", "references": ("r",), "examples": (Example("e", "int e;\n"),),
    }  # fmt: skip
    return Rule(**{**values, **more})  # type: ignore[arg-type]


def _reports(code: str, rule: Rule) -> list[tuple[int, str, str]]:
    terms = Terms(unit_of(Example("e", code)))
    found = run_rule(rule, terms, TreeView(MadeUpTree({}), FACTS))
    return [(one.match.span.first_line, one.match.function, one.message) for one in found]


_TABLE = "/* \u00e9 { }, }; */\nstatic const struct x_id ids[] = {\n\t{ 1 },\n\t{ },\n};\n"


def test_places_outside_of_functions() -> None:
    """Offsets are bytes of the file, whatever its comments hold; bindings fill the message."""
    assert _reports(_TABLE, _rule()) == [(4, "", "no comma after { }")]


def test_places_within_functions() -> None:
    """A place in a function knows its function."""
    code = "int f(void)\n{\n\tstatic struct x_id ids[] = { { }, };\n\treturn 0;\n}\n"

    assert _reports(code, _rule()) == [(3, "f", "no comma after { }")]


def test_words() -> None:
    """A file without the words is not searched."""
    assert _reports(_TABLE.replace("x_id", "x"), _rule()) == []
    assert [wanted(_rule(), text) for text in (b"struct x_id", b"struct x")] == [True, False]


def test_where_may_say_no() -> None:
    """The predicate of the rule is asked of each place, with its text."""
    assert _reports(_TABLE, _rule(where=lambda site: site.text("after") != "{ }")) == []


@pytest.mark.parametrize("place", [Place(-1, 2), Place(3, 3), Place(5, 4), Place(0, 10**6)])
def test_places_that_are_none(place: Place) -> None:
    """What lies outside of the file, or is empty, is no place."""
    assert _reports(_TABLE, _rule(patterns=(Seek(("_id",), lambda _source: [place], ("after",)),))) == []


def test_fields_of_the_message() -> None:
    """A message speaks of what all searches bind."""
    check(_rule(), Path("last_comma.py"))
    with pytest.raises(RuleLoadError, match="after"):
        check(_rule(patterns=(Seek(("_id",), _find),)), Path("last_comma.py"))
