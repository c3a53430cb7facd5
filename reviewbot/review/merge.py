# SPDX-License-Identifier: GPL-2.0-or-later
"""Which findings of a patch say the same thing, so that one remark is enough?  The first place speaks for the others.

Within a function that is one rule that proposes one helper, or that says the same words.  From function to function it
is advice in the same words alone: two defects stay two, though they be alike.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace

from reviewbot.model import Finding, Repeat


def merged(findings: Iterable[Finding], advice: frozenset[str]) -> tuple[Finding, ...]:
    """Findings with those that repeat another one put into its `repeats`.

    `advice` are the ids of the rules whose remarks need to be made once a file only.
    """
    in_functions = _grouped(findings, lambda f: (f.function, f.helper or f.message))
    return _grouped(in_functions, lambda f: (f.helper, f.message, "" if f.rule in advice else f.function))


def _grouped(findings: Iterable[Finding], what: Callable[[Finding], Hashable]) -> tuple[Finding, ...]:
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        judged = (finding.verdict, finding.confidence, finding.note, finding.held, finding.mail_line > 0)
        key = (finding.rule, finding.patch, finding.path, judged, what(finding))
        groups.setdefault(key, []).append(finding)
    return tuple(_one(sorted(group, key=lambda f: f.line)) for group in groups.values())


def _one(group: list[Finding]) -> Finding:
    first, *others = group
    places = (*first.repeats, *(place for other in others for place in (_repeat(other), *other.repeats)))
    return replace(first, repeats=tuple(sorted(places, key=lambda place: place.line)))


def _repeat(finding: Finding) -> Repeat:
    return Repeat(
        finding.line,
        finding.last_line,
        finding.function,
        finding.message,
        finding.suggestion,
        finding.fingerprint,
    )
