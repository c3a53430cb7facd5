# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a near miss named with exactly what differs, and nothing that is far away?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.near import MORE, OTHERWISE, near
from tests.helpers.world import expression, world

_HEADER = """
#define TF_OPEN	0x1
#define TF_BUSY	0x8
#define TF_MAYOPEN	0x10
#define XF_OPEN	0x1
struct thing {
	unsigned long flags;
	unsigned long state;
};
static inline bool is_idle(unsigned long flags)
{
	return (flags & (TF_OPEN | TF_BUSY)) == TF_OPEN;
}
static inline bool thing_three(struct thing *thing)
{
	return thing->flags & TF_OPEN && thing->flags & TF_MAYOPEN && thing->state == 3;
}
"""
_WORLD = world(_HEADER)
_TYPES = {"f": "unsigned long", "x": "unsigned long", "t": "struct thing *"}


def _near(text: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    looked = expression(_WORLD, text, _TYPES, asked=True)
    return [(found.call, found.differs) for found in near(_WORLD, looked, text)]


@pytest.mark.parametrize(
    ("text", "call", "differs"),
    [
        ("f & TF_MAYOPEN && !(f & TF_BUSY)", "is_idle(f)", ("TF_OPEN", "TF_MAYOPEN")),
        ("(f & (TF_MAYOPEN | TF_BUSY)) == TF_MAYOPEN", "is_idle(f)", ("TF_OPEN", "TF_MAYOPEN")),
        ("f & TF_OPEN && !(f & TF_MAYOPEN)", "is_idle(f)", ("TF_BUSY", "TF_MAYOPEN")),
        ("f & TF_OPEN || !(f & TF_BUSY)", "is_idle(f)", (OTHERWISE, "")),
        ("f & TF_OPEN && f & TF_BUSY", "is_idle(f)", (OTHERWISE, "")),
        ("t->flags & TF_OPEN && t->flags & TF_MAYOPEN", "thing_three(t)", (MORE, "t->state == 3")),
        ("t->flags & TF_OPEN && t->state == 3", "thing_three(t)", (MORE, "t->flags & TF_MAYOPEN")),
    ],
)
def test_near_miss_says_what_differs(text: str, call: str, differs: tuple[str, str]) -> None:
    """One flag of the family, the same tests combined otherwise, and one test more."""
    assert (call, (differs,)) in _near(text)


@pytest.mark.parametrize(
    "text",
    [
        "f & XF_OPEN && !(f & TF_BUSY)",
        "f & TF_MAYOPEN && !(f & TF_OPEN)",
        "t->flags & TF_OPEN && t->state == 4",
        "f & TF_OPEN",
        "f & TF_OPEN && !(x & TF_BUSY)",
        "x && f",
    ],
)
def test_what_is_far_is_no_near_miss(text: str) -> None:
    """A flag of another family, two differences, another number, one test of two, and two words."""
    assert _near(text) == []
