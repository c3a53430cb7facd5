# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a rule that takes too long stopped in the place that it hangs at, said by name, and are the others asked?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import pytest

from reviewbot.edges.cputime import limit_of
from reviewbot.match.site import TreeView
from reviewbot.model import Category, Confidence, Skipped
from reviewbot.review.reports import FileReports, Rules
from reviewbot.rule import Example, Pattern, Place, Rule, Seek, Site, SourceText
from tests.rules.harness import FACTS, MadeUpTree

_PATH = "drivers/pear.c"
_PLAIN = "int {name}(int a)\n{{\n\treturn old(a) + {name}_more(a);\n}}\n\n"
_CODE = "".join(_PLAIN.format(name=name) for name in ("pear", "plum", "fig"))


def _rule(name: str, *patterns: str | Pattern | Seek, **more: object) -> Rule:
    values = {
        "id": name, "title": "t", "why": "w", "known_problems": "k", "category": Category.STYLE,
        "confidence": Confidence.LOW, "patterns": patterns, "message": "m", "references": ("r",),
        "examples": (Example("e", "int e;\n"),),
    }  # fmt: skip
    return Rule(**{**values, **more})  # type: ignore[arg-type]


def _seek_for_ever(_source: SourceText) -> Iterator[Place]:
    yield Place(0, 3)
    while True:
        pass


def _hangs_in_plum(site: Site) -> bool:
    if "plum" in site.function_text():
        for _ in count():
            pass
    return True


def _hangs(_site: Site) -> bool:
    return re.match(r"(?:a|aa|aaa)+$", "a" * 200 + "b") is not None


_SOUND = _rule("sound", "old($a)")


def _found(rule: Rule, code: str = _CODE) -> FileReports:
    rules = Rules((rule, _SOUND), TreeView(MadeUpTree({}), FACTS), limit=limit_of(0.1))
    return rules.in_text(_PATH, code.encode())


def _lines(found: FileReports, rule: str) -> list[int]:
    return [one.match.span.first_line for one in found.reports if one.rule.id == rule]


def _late(what: str) -> Skipped:
    return Skipped(what, _PATH, "rule slow is over its time budget", "slow")


def test_search_without_end() -> None:
    """A search of the rule's own is given up for the file; the other rule reports all that it has."""
    found = _found(_rule("slow", Seek(("old",), _seek_for_ever)))

    assert found.skipped == (_late("file"),)
    assert _lines(found, "slow") == []
    assert _lines(found, "sound") == [3, 8, 13]


def test_one_function_of_three() -> None:
    """The rule itself goes on in the other functions."""
    found = _found(_rule("slow", "old($a)", where=_hangs_in_plum))

    assert found.skipped == (_late("plum()"),)
    assert _lines(found, "slow") == [3, 13]
    assert _lines(found, "sound") == [3, 8, 13]


def test_every_function() -> None:
    """A rule that hangs everywhere is given up for the file after some functions."""
    found = _found(_rule("slow", "old($a)", where=_hangs), _CODE + _CODE)

    assert found.skipped == (_late("pear()"), _late("plum()"), _late("fig()"), _late("file"))


def test_pattern_that_explodes() -> None:
    """Many ways to bind a long sum cost bounded time, and the rule is said not to have looked at all of them."""
    some = "old({}, b)".format(" + ".join(f"a{number}" for number in range(12)))
    code = f"int pear(int b)\n{{\n\treturn old(b) + {some};\n}}\n"

    found = _found(_rule("slow", some.replace("a", "$v").replace("b", "$v0")), code)

    assert found.skipped == (_late("pear()"),)
    assert _lines(found, "sound") == [3]


@pytest.mark.parametrize("gone", ["pear", "plum", "fig"])
def test_spans_without_a_function(gone: str) -> None:
    """Wherever the function stands in the file, what is left is all the rest."""
    found = _found(_rule("slow", "old($a)", where=lambda site: _hangs(site) if gone in site.function_text() else True))

    assert found.skipped == (_late(f"{gone}()"),)
    assert len(_lines(found, "slow")) == 2
