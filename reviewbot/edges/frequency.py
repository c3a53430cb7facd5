# SPDX-License-Identifier: GPL-2.0-or-later
"""In how many C files of a tree does each helper stand?  Counted once; later only the files that changed are read.

A name that was no helper before is counted in the changed files alone: files that did not change did not learn it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

from reviewbot.edges.snapshot import Base, Source
from reviewbot.edges.workers import batches, spread

_BATCH = 700
_LARGEST = 1 << 20
_LEFT_OUT = ("tools/", "Documentation/", "scripts/", "samples/")
_LETTERS = bytes(c if chr(c).isalnum() or c == 0x5F else 0x20 for c in range(128)) + b" " * 128
_MOST_CHANGED = 0.3


@dataclass(frozen=True, slots=True)
class Before:
    """What an earlier run counted: in how many files each name stood, and which files those were (path to id)."""

    files: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """In how many files each name stands, the files that were counted (path to id), and how many were read now."""

    files: Mapping[str, int]
    sources: Mapping[str, str]
    read: int


def count_names(base: Base, names: frozenset[str], before: Before, pool: Executor | None) -> Callable[[], Counted]:
    """Begin to count in the tree, from what was counted `before` where most of the files are the same and still at
    hand.  The answer waits for the end."""
    sources = {p: at for p, at in base.files("", ".c").items() if not p.startswith(_LEFT_OUT) and is_text(p)}
    changed = [path for path in sources.keys() | before.sources.keys() if sources.get(path) != before.sources.get(path)]
    lost = [(path, before.sources[path]) for path in changed if path in before.sources]
    few = before.sources and len(changed) <= _MOST_CHANGED * len(sources)
    if not few or sum(1 for _text in base.source().texts(lost)) < len(lost) or not base.keeps:
        whole = _counted(base.source(), sources.items(), names, pool)
        return lambda: _whole(whole, names, sources)
    now = _counted(base.source(), [(p, sources[p]) for p in changed if p in sources], names, pool)

    def changes() -> Counted:
        total = Counter(before.files)
        total.update(_sum(now))
        total.subtract(_sum(_counted(base.source(), lost, names, pool)))
        return Counted({name: max(total[name], 0) for name in names}, sources, len(changed))

    return changes


def _whole(counts: Iterable[tuple[bytes, int]], names: frozenset[str], sources: Mapping[str, str]) -> Counted:
    total = _sum(counts)
    return Counted({name: total[name] for name in names}, sources, len(sources))


def is_text(path: str) -> bool:
    """True for a path whose name is UTF-8; others can be no helper's home that anybody includes."""
    return path.isprintable()  # false for what stands in for a byte that is no UTF-8


def _counted(
    source: Source, files: Iterable[tuple[str, str]], names: frozenset[str], pool: Executor | None
) -> Iterator[tuple[bytes, int]]:
    wanted = frozenset(name.encode() for name in names)
    return spread(pool, partial(names_in, source, wanted), batches(files, _BATCH))


def _sum(counts: Iterable[tuple[bytes, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for name, number in counts:
        total[name.decode()] += number
    return total


def names_in(source: Source, wanted: frozenset[bytes], files: list[tuple[str, str]]) -> list[tuple[bytes, int]]:
    """In how many of these files each of the names stands; what a worker process does."""
    counts: Counter[bytes] = Counter()
    for _path, text in source.texts(files):
        if len(text) <= _LARGEST:
            counts.update(wanted.intersection(text.translate(_LETTERS).split()))
    return list(counts.items())
