# SPDX-License-Identifier: GPL-2.0-or-later
"""How do the tests ask where a pattern matches in a piece of C?"""

from __future__ import annotations

from reviewbot.match.compiled import compile_assumption, compile_excuse, compile_pattern
from reviewbot.match.engine import Terms, find
from reviewbot.match.hits import When
from reviewbot.match.paths import find_paths
from reviewbot.model import SourceFile, Span
from reviewbot.rule import Assume, Pattern
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.parse import parse

_FACTS = SyntaxFacts(iterators=frozenset({b"list_for_each_entry"}))


def terms_of(code: str) -> Terms:
    """The terms of a file."""
    return Terms(parse(SourceFile("a.c", code.encode()), _FACTS))


def texts(pattern: Pattern | str, code: str, *without: str) -> list[str]:
    """The source texts that match, by place; of places that overlap the first, as a rule reports them."""
    terms = terms_of(code)
    spans: list[Span] = []
    end = -1
    compiled = compile_pattern(Pattern(pattern, without) if isinstance(pattern, str) else pattern)
    for match, _bound, _covered in find(terms, compiled):
        if match.span.start >= end:
            spans.append(match.span)
            end = match.span.end
    return [terms.unit.text(span.start, span.end) for span in spans]


def expressions(pattern: str, expression: str, *without: str) -> list[str]:
    """The same in `if (expression) g();`."""
    return texts(pattern, f"void f(void)\n{{\n\tif ({expression})\n\t\tdone();\n}}\n", *without)


def paths(pattern: Pattern | str, code: str, *unless: str | Assume) -> list[tuple[int, ...]]:
    """The lines of the steps of each path; the code is the body of a function, and starts on line 1."""
    terms = terms_of(f"int f(struct a *p, int n, int m) {{ {code}\n}}\n")
    excuses = tuple(compile_excuse(one) for one in unless if isinstance(one, str))
    assumed = tuple(compile_assumption(one.text) for one in unless if isinstance(one, Assume))
    compiled = compile_pattern(pattern if isinstance(pattern, Pattern) else Pattern(pattern))
    found = find_paths(terms, compiled, When(excuses, assumed))
    steps = [tuple(point.line for point in match.way if point.what == "step") for match, _bound, _covered in found]
    assert not terms.unfollowed
    assert not terms.exhausted
    return steps
