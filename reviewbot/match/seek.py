# SPDX-License-Identifier: GPL-2.0-or-later
"""Where does a rule's own search find something in a file?  Its Python is handed texts, and hands back places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.match.engine import Found, Terms
from reviewbot.model import Match, Span
from reviewbot.rule import Seek
from reviewbot.syntax.kconfig import is_kconfig
from reviewbot.syntax.term import Term


def may_find(seek: Seek, text: bytes) -> bool:
    """False for a file that holds none of the search's words."""
    return any(word.encode() in text for word in seek.words)


def sought(terms: Terms, seek: Seek, within: tuple[Span, ...] | None) -> Iterator[Found]:
    """The places that the search names, by place, as far as they touch the spans `within` (None: all)."""
    unit = terms.unit
    if seek.kconfig != is_kconfig(unit.source.path) or not may_find(seek, unit.source.text):
        return
    size, terms.at = len(unit.source.text), -1
    for place in sorted(seek.find(terms.source()), key=lambda one: (one.start, one.end)):
        if not 0 <= place.start < place.end <= size or not _touches(place.start, place.end, within):
            continue
        function = unit.function_at(place.start)
        span = unit.span(place.start, place.end)
        words = " ".join(unit.text(place.start, place.end).split())
        match = Match(unit.source.path, span, place.bindings, function.name if function else "")
        yield match, {}, (Term("sought", words, (), place.start, place.end),)


def _touches(start: int, end: int, within: Iterable[Span] | None) -> bool:
    return within is None or any(start < span.end and span.start < end for span in within)
