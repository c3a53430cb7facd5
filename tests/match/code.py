# SPDX-License-Identifier: GPL-2.0-or-later
"""How do the tests ask where a pattern matches in a piece of C?"""

from __future__ import annotations

from reviewbot.match.compiled import compile_pattern
from reviewbot.match.engine import Terms, find
from reviewbot.model import SourceFile, Span
from reviewbot.rule import Pattern
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.parse import parse


def terms_of(code: str) -> Terms:
    """The terms of a file."""
    return Terms(parse(SourceFile("a.c", code.encode()), SyntaxFacts()))


def texts(pattern: str, code: str, *without: str) -> list[str]:
    """The source texts that match, by place; of places that overlap the first, as a rule reports them."""
    terms = terms_of(code)
    spans: list[Span] = []
    end = -1
    for match, _bound, _covered in find(terms, compile_pattern(Pattern(pattern, without))):
        if match.span.start >= end:
            spans.append(match.span)
            end = match.span.end
    return [terms.unit.text(span.start, span.end) for span in spans]


def expressions(pattern: str, expression: str, *without: str) -> list[str]:
    """The same in `if (expression) g();`."""
    return texts(pattern, f"void f(void)\n{{\n\tif ({expression})\n\t\tdone();\n}}\n", *without)
