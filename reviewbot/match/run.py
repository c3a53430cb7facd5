# SPDX-License-Identifier: GPL-2.0-or-later
"""Where does a rule report in a file, and with which words?  Patterns, then unless, needs, where and advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from reviewbot.match import told
from reviewbot.match.compiled import Compiled, compile_pattern
from reviewbot.match.engine import Terms, balanced
from reviewbot.match.places import Placed, begin_of, find_places
from reviewbot.match.seek import may_find, sought
from reviewbot.match.site import FileSite, TreeView
from reviewbot.model import Advice, Match, Span
from reviewbot.rule import OpenCoded, Pattern, Rule, Seek, SeekMessage
from reviewbot.syntax.term import Term

_MAX_REPORTS = 200
"""Reports of one rule in one file; a mail with more is no patch that anybody would review."""


@dataclass(frozen=True, slots=True)
class Report:
    """A rule's word on a place: the match, the filled message, and the proposal (None where it has none)."""

    rule: Rule
    match: Match
    message: str
    helper: str | None
    suggestion: str | None
    exact: bool
    code: str
    """The source text that matched."""
    key: str
    """The normalised code that matched: equal for the same code at another place or with other blanks."""


def patterns_of(rule: Rule) -> tuple[Compiled, ...]:
    """The compiled alternatives of a rule that are C; raises PatternError."""
    texts = (p for p in rule.patterns if not isinstance(p, OpenCoded | Seek | SeekMessage))
    return tuple(compile_pattern(p if isinstance(p, Pattern) else Pattern(p)) for p in texts)


def asks_tree(rule: Rule) -> bool:
    """True for a rule that asks the tree for helpers."""
    return any(isinstance(pattern, OpenCoded) for pattern in rule.patterns)


def wanted(rule: Rule, text: bytes) -> bool:
    """False if the file cannot match, whatever it means: it lacks a word of every alternative."""
    if asks_tree(rule) or any(may_find(seek, text) for seek in _seeks(rule)):
        return True
    return any(c.anchor in text and all(word in text for word in c.words) for c in patterns_of(rule))


def _seeks(rule: Rule) -> tuple[Seek, ...]:
    return tuple(pattern for pattern in rule.patterns if isinstance(pattern, Seek))


def run_rule(rule: Rule, terms: Terms, view: TreeView, within: Iterable[Span] | None = None) -> Iterator[Report]:
    """All reports of a rule in a parsed file, inside the spans `within` (None: everywhere), by place."""
    if not view.is_for(rule, terms.unit.source.path):
        return
    if not all(view.declares(name, headers) for name, headers in rule.needs.items()):
        return
    spans = tuple(within) if within is not None else None
    begin = begin_of(rule, terms)
    found: dict[tuple[int, int], Report] = {}
    compiled = patterns_of(rule)
    placed = Placed(rule, terms, view)
    if placed.hopeless:
        return
    searches = [(c.source.text, find_places(terms, c, placed, spans, begin)) for c in compiled]
    searches += [(f"of rule {rule.id}", sought(terms, seek, spans)) for seek in _seeks(rule)]
    for index, (text, places) in enumerate(searches):
        for match, bound, covered in places:
            if any(s < match.span.end and match.span.start < e for s, e in found):
                continue
            if len(found) >= _MAX_REPORTS:
                terms.exhausted.append(text)
                break
            report = _report(rule, FileSite(replace(match, alternative=index), bound, terms, view), covered)
            if report is not None and placed.allows(match.span.start, bound):
                found[match.span.start, match.span.end] = report
    if asks_tree(rule):
        found |= dict(_open_coded(rule, terms, view, spans))
    yield from (found[place] for place in sorted(found))


def _open_coded(
    rule: Rule, terms: Terms, view: TreeView, spans: tuple[Span, ...] | None
) -> Iterator[tuple[tuple[int, int], Report]]:
    """The reports on code that is the body of a helper, or nearly."""
    search = view.suggester.in_file(terms)
    exact = search.find(spans)
    taken = [(one.start, one.end) for one in exact]
    close = [o for o in search.find_near(spans) if not any(o.start < end and start < o.end for start, end in taken)]
    if search.places.gave_up:
        terms.exhausted.append(f"of helpers in {search.places.gave_up} large expressions")
    for one in (exact + close)[:_MAX_REPORTS]:
        terms.at = one.start
        start, end = balanced(terms.bare(), one.start, one.end)
        function = terms.unit.function_at(start)
        span = terms.unit.span(start, end)
        match = Match(terms.unit.source.path, span, (), function.name if function else "")
        report = _report(rule, FileSite(match, {}, terms, view, one), one.terms)
        if report is not None:
            yield (start, end), report


def _report(rule: Rule, site: FileSite, covered: tuple[Term, ...]) -> Report | None:
    if rule.where is not None and not rule.where(site):
        return None
    advice: Advice | None = Advice()
    if rule.advice is not None:
        advice = rule.advice(site)
        if advice is None:
            return None
    assert advice is not None  # noqa: S101  # narrows for mypy: both ways above have set it
    lines = {f"line_{name[1:]}": str(site.terms.unit.line(term.start)) for name, term in site.bound.items()}
    words = lines | told.words(site.match) | dict(site.match.bindings) | dict(advice.fields)
    words |= {"helper": advice.helper or "", "suggestion": advice.suggestion or ""}
    one_line = {name: " ".join(text.split()) for name, text in words.items()}
    message = rule.message if advice.exact or not rule.near_message else rule.near_message
    return Report(
        rule,
        site.match,
        fill(message, one_line),
        advice.helper or (fill(rule.helper, one_line) if rule.helper else None),
        advice.suggestion or (fill(rule.suggestion, one_line) if rule.suggestion else None),
        advice.exact,
        site.code(),
        ";".join(term.key for term in covered),
    )


def fill(template: str, words: dict[str, str]) -> str:
    """A template with {name} replaced, and nothing else read in it: the texts come from hostile code."""
    parts = template.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        filled.append(words.get(name, "{" + name + "}") + rest if brace else "{" + part)
    return "".join(filled)
