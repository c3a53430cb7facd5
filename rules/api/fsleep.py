# SPDX-License-Identifier: GPL-2.0-or-later
"""Report usleep_range() with constant bounds, for the lists that ask for fsleep()."""

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_LONGEST_MSLEEP = 20
_TREE = {"include/linux/delay.h": "static inline void fsleep(unsigned long usecs)\n"}


def _is_constant(site: Site) -> bool:
    """Bounds that the author wrote down; of msleep() only what is too short for it."""
    if site.match.alternative == 0:
        return site.is_constant("a") and site.is_constant("b")
    milliseconds = site.value_of("a")
    return milliseconds is not None and 0 < milliseconds < _LONGEST_MSLEEP


def _advice(site: Site) -> Advice:
    delay = site.text("a")
    return Advice("fsleep", f"fsleep({delay if site.match.alternative == 0 else delay + ' * USEC_PER_MSEC'})")


def _in_function(statement: str) -> str:
    return f"#define WAIT_MS 5\n\nvoid f(unsigned int n)\n{{\n\t{statement}\n}}\n"


RULE = Rule(
    id="fsleep",
    title="usleep_range() with constant bounds",
    why="fsleep() picks the right kind of delay and a usual slack, so that nobody has to reason about the upper bound.",
    known_problems="A range that was chosen on purpose, narrower or wider than fsleep()'s 25 %, is reported as well.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=("usleep_range($a, $b)", "msleep($a)"),
    where=_is_constant,
    advice=_advice,
    message="fsleep() picks the kind of delay and the slack by itself; would {suggestion} do?",
    needs={"fsleep": ("include/linux/delay.h",)},
    lists=("linux-iio",),
    references=("Documentation/timers/delay_sleep_functions.rst", "include/linux/delay.h"),
    examples=(
        Example("literals", _in_function("usleep_range(600, 650); //~"), headers=_TREE, suggestion="fsleep(600)"),
        Example(
            "names",
            _in_function("usleep_range(WAIT_MIN, WAIT_MIN + 1000); //~"),
            headers=_TREE,
            suggestion="fsleep(WAIT_MIN)",
        ),
        Example(
            "short-msleep",
            _in_function("msleep(WAIT_MS); //~"),
            headers=_TREE,
            suggestion="fsleep(WAIT_MS * USEC_PER_MSEC)",
        ),
        Example("long-msleep", _in_function("msleep(50);"), headers=_TREE),
        Example("computed", _in_function("usleep_range(n, 2 * n);"), headers=_TREE),
        Example("not-in-the-tree", _in_function("usleep_range(600, 650);")),
    ),
)
