# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the newer tree's catalogue propose what its authors did?  `adoption.py OLD NEW [--cases FILE] [--show N]`.

For each place where NEW replaced an expression of OLD by a helper's call (bench/adopted.py finds them, by text alone),
the old function is searched with the catalogue of NEW.  Prints the recall, the misses by class, and with --show a
random N of all proposals over mm, fs, net/core, drivers/hwmon and drivers/iio of NEW, to be judged by hand.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.adopted import FOLDERS, Case, adopted
from bench.catalogue import search, suggester
from reviewbot.helpers.search import Found
from reviewbot.helpers.suggest import FileHelpers, Suggester
from reviewbot.helpers.suit import Suitability

NEAR = 2
PRECISION = ("mm", "fs", "net/core", "drivers/hwmon", "drivers/iio")
_CAP = 5


@dataclass(frozen=True)
class Outcome:
    """What became of a case: "hit", or why not."""

    case: Case
    what: str

    @property
    def is_hit(self) -> bool:
        """True if the helper was proposed at that place."""
        return self.what.startswith("hit")


def outcomes(found: Suggester, old: Path, new: Path, cases: list[Case]) -> Iterator[Outcome]:
    """Each case with its outcome; a file is read once."""
    by_path: dict[str, list[Case]] = {}
    for case in cases:
        by_path.setdefault(case.path, []).append(case)
    for path, mine in sorted(by_path.items()):
        helpers = search(found, path, (old / path).read_bytes())
        # the old file does not include yet what its successor does
        helpers.suitability = Suitability(found.world(path, (new / path).read_bytes()), path, (new / path).read_bytes())
        helpers.places.world, helpers.places.prior = helpers.suitability.world, helpers.suitability.prior
        for case in mine:
            yield Outcome(case, outcome(helpers, case))


def outcome(helpers: FileHelpers, case: Case) -> str:
    """Whether a case's helper is proposed at its place, and if not, what was in the way."""
    unit = helpers.terms.unit
    spans = [function.span for function in unit.functions if function.name == case.function]
    helpers.rejected.clear()
    here = [f for f in helpers.find(spans) if unit.line(f.start) - NEAR <= case.line <= unit.line(f.end) + NEAR]
    mine = [f for f in here if f.entry.name == case.helper]
    if mine:
        return "hit" if mine[0].typed else "hit, as a question"
    refused = [r.why for r in helpers.rejected if r.found.entry.name == case.helper]
    if refused:
        return f"equal, not proposed: {refused[0]}"
    entries = helpers.places.world.catalogue.named(case.helper)
    priors = [helpers.suitability.prior(entry) for entry in entries if entry.body]
    if not priors:
        return "no body in the headers that the file sees"
    if all(priors):
        return f"never looked for here: {priors[0]}"
    return "another helper is proposed" if here else "not equal"


def recall(results: list[Outcome]) -> str:
    """The recall over all cases, and with at most five of one helper."""
    capped = [r for at, r in enumerate(results) if _rank(results, at) < _CAP]
    shares = (f"{sum(r.is_hit for r in some)} of {len(some)} ({_share(some)})" for some in (results, capped))
    return f"recall: {next(shares)}; with at most {_CAP} a helper: {next(shares)}"


def _rank(results: list[Outcome], at: int) -> int:
    return sum(r.case.helper == results[at].case.helper for r in results[:at])


def _share(results: list[Outcome]) -> str:
    return f"{100 * sum(r.is_hit for r in results) / max(1, len(results)):.1f} %"


def proposals(found: Suggester, root: Path) -> Iterator[tuple[str, int, str, Found]]:
    """All proposals over the folders that precision is read in: path, line, code, helper."""
    for folder in PRECISION:
        for file in sorted((root / folder).rglob("*.c")):
            path = file.relative_to(root).as_posix()
            helpers = search(found, path, file.read_bytes())
            for one in helpers.find():
                unit = helpers.terms.unit
                yield path, unit.line(one.start), " ".join(unit.text(one.start, one.end).split()), one


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--cases", type=Path, help="the output of adopted.py, to save finding them again")
    parser.add_argument("--cache", type=Path, default=Path("build/bench-cache"))
    parser.add_argument("--misses", type=Path, help="write the misses there")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    if options.cases:
        cases = [Case(**json.loads(line)) for line in options.cases.read_text().splitlines()]
    else:
        cases = list(adopted(options.old, options.new, FOLDERS))
    start = time.process_time()
    with suggester(options.new, options.cache) as found:
        results = list(outcomes(found, options.old, options.new, cases))
        print(recall(results))
        for what, number in Counter(r.what for r in results).most_common():
            print(f"{number:5} {what}")
        print(f"{time.process_time() - start:.0f} s CPU")
        if options.misses:
            lines = (f"{r.what} | {r.case.path}:{r.case.line} | {r.case.code} -> {r.case.call}\n" for r in results)
            options.misses.write_text("".join(line for line in lines if not line.startswith("hit")))
        if options.show:
            every = list(proposals(found, options.new))
            typed = [one for one in every if one[3].typed]
            print(f"{len(every)} proposals, {len(typed)} exact and typed")
            for path, line, code, one in sorted(random.Random(1).sample(every, min(options.show, len(every)))):  # noqa: S311
                kind = "exact" if one.typed else "question"
                print(f"{kind} {path}:{line}: {code} -> {one.call} [{one.entry.path}]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
