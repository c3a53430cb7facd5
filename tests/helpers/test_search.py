# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a helper found where its body stands, with the right arguments, and nowhere else?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.look import look_for
from reviewbot.helpers.search import Found
from tests.helpers.world import calls_in, expression, found_in, look, term_of, world

_HEADER = """
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DOUBLE(n) n * 2
#define TF_OPEN	0x1
#define TF_BUSY	0x8
struct thing {
	unsigned long flags;
	unsigned long state;
	void *owner;
};
struct other {
	unsigned long flags;
	unsigned long state;
};
static inline bool is_idle(unsigned long flags)
{
	return (flags & (TF_OPEN | TF_BUSY)) == TF_OPEN;
}
static inline bool thing_idle(const struct thing *thing)
{
	return thing->flags & TF_OPEN && !(thing->flags & TF_BUSY);
}
static inline bool thing_live(struct thing *thing)
{
	return thing->flags & TF_OPEN || thing->state == 3;
}
static inline bool thing_owned(struct thing *thing)
{
	return thing->owner;
}
static inline unsigned long round_words(unsigned long n)
{
	return (n + 7) / 8;
}
static inline void thing_open(struct thing *thing)
{
	thing->flags |= TF_OPEN;
}
static inline void *same(void *p)
{
	return p;
}
static inline int looping(int n)
{
	while (n)
		n--;
	return n;
}
"""
_WORLD = world(_HEADER)
_TYPES = {
    "f": "unsigned long", "len": "unsigned long", "x": "unsigned long", "y": "unsigned long",
    "t": "struct thing *", "o": "struct other *",
}  # fmt: skip


def _calls(name: str, text: str, *, asked: bool = False) -> list[str]:
    return calls_in(_WORLD, name, text, _TYPES, asked=asked)


def _only(name: str, text: str) -> Found:
    (found,) = found_in(_WORLD, name, text, _TYPES)
    return found


def _covered(name: str, text: str, *, asked: bool = False) -> list[list[str]]:
    source = expression(_WORLD, text, _TYPES).source
    found = found_in(_WORLD, name, text, _TYPES, asked=asked)
    return [[source[term.start : term.end].decode() for term in one.terms] for one in found]


@pytest.mark.parametrize(
    ("name", "text", "call"),
    [
        ("is_idle", "(f & (TF_OPEN | TF_BUSY)) == TF_OPEN", "is_idle(f)"),
        ("is_idle", "!(f & TF_BUSY) && f & TF_OPEN", "is_idle(f)"),
        ("is_idle", "!(f & TF_OPEN) || f & TF_BUSY", "!is_idle(f)"),
        ("is_idle", "(f & (TF_OPEN | TF_BUSY)) != TF_OPEN", "!is_idle(f)"),
        ("is_idle", "!(!(f & TF_OPEN) || f & TF_BUSY)", "is_idle(f)"),
        ("is_idle", "(t->flags & (TF_OPEN | TF_BUSY)) == TF_OPEN", "is_idle(t->flags)"),
        ("thing_idle", "(t->flags & (TF_OPEN | TF_BUSY)) == TF_OPEN", "thing_idle(t)"),
        ("thing_live", "t->state == 3 || t->flags & TF_OPEN", "thing_live(t)"),
        ("DIV_ROUND_UP", "(len + 7) / 8", "DIV_ROUND_UP(len, 8)"),
        ("DIV_ROUND_UP", "(x + y - 1) / y", "DIV_ROUND_UP(x, y)"),
        ("DIV_ROUND_UP", "(x + 3 + 4) / 8", "DIV_ROUND_UP(x, 8)"),
        ("DIV_ROUND_UP", "(len + x + y - 1) / y", "DIV_ROUND_UP(len + x, y)"),
        ("DIV_ROUND_UP", "(7 + x + y) / 8", "DIV_ROUND_UP(x + y, 8)"),
        ("round_words", "(len + x + 7) >> 3", "round_words(len + x)"),
        ("thing_open", "t->flags |= TF_OPEN", "thing_open(t)"),
    ],
)
def test_helper_is_found_whole(name: str, text: str, call: str) -> None:
    """The same, its opposite, and its arguments, whatever the order."""
    assert call in _calls(name, text)


@pytest.mark.parametrize(
    ("name", "text", "call", "parts"),
    [
        ("is_idle", "f & TF_OPEN && x && !(f & TF_BUSY)", "is_idle(f)", ["f & TF_OPEN", "!(f & TF_BUSY)"]),
        ("is_idle", "x || f & TF_BUSY || !(f & TF_OPEN)", "!is_idle(f)", ["f & TF_BUSY", "!(f & TF_OPEN)"]),
        (
            "thing_live",
            "t->state == 3 || x || t->flags & TF_OPEN",
            "thing_live(t)",
            ["t->state == 3", "t->flags & TF_OPEN"],
        ),
    ],
)
def test_helper_is_found_as_some_operands(name: str, text: str, call: str, parts: list[str]) -> None:
    """What stands between is left where it is."""
    assert _calls(name, text, asked=True) == [call]
    assert _covered(name, text, asked=True) == [parts]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("thing_idle", "(o->flags & (TF_OPEN | TF_BUSY)) == TF_OPEN"),
        ("is_idle", "(f & (TF_OPEN | TF_BUSY)) == TF_BUSY"),
        ("is_idle", "f & TF_OPEN && !(x & TF_BUSY)"),
        ("is_idle", "f & TF_OPEN || !(f & TF_BUSY)"),
        ("is_idle", "f & (TF_OPEN | TF_BUSY)"),
        ("is_idle", "f & TF_OPEN && x || !(f & TF_BUSY)"),
        ("DIV_ROUND_UP", "(x + 8) / 8"),
        ("DIV_ROUND_UP", "(x + 7) / 9"),
        ("DIV_ROUND_UP", "(x - 7) / 8"),
        ("DIV_ROUND_UP", "((u8)x + (u16)y) / 8"),
        ("round_words", "(len + 7) / 9"),
        ("thing_open", "t->flags &= TF_OPEN"),
        ("thing_open", "o->flags |= TF_OPEN"),
        ("thing_open", "x = (t->flags |= TF_OPEN)"),
        ("thing_owned", "t->owner"),
        ("thing_owned", "!t->owner"),
    ],
)
def test_helper_is_not_found_where_it_would_be_wrong(name: str, text: str) -> None:
    """Another type, another flag, another word, another way to combine them, and a member that is only a pointer."""
    assert _calls(name, text, asked=True) == []


@pytest.mark.parametrize("text", ["f & TF_OPEN = x", "(t->flags = x) & TF_OPEN && !(t->flags & TF_BUSY)", "&t->flags"])
def test_place_that_is_written_is_no_place_that_is_read(text: str) -> None:
    """What is assigned to, or only pointed at, is not replaced by a call."""
    assert [call for name in ("is_idle", "thing_idle") for call in _calls(name, text)] == []


def test_value_that_is_assigned_is_read() -> None:
    """The right side of an assignment is."""
    assert _covered("is_idle", "x = f & TF_OPEN && !(f & TF_BUSY)") == [["f & TF_OPEN && !(f & TF_BUSY)"]]


def test_unknown_type_is_said() -> None:
    """A helper whose argument may be of the right type is found, and it is not called certain."""
    found = _only("thing_idle", "(unknown->flags & (TF_OPEN | TF_BUSY)) == TF_OPEN")

    assert (found.call, found.typed) == ("thing_idle(unknown)", False)


def test_call_of_the_helper_itself_is_a_call() -> None:
    """Nothing is shorter for it."""
    found = _only("is_idle", "is_idle(f)")

    assert (found.has_same_arguments, found.is_wrapped, found.saved) == (True, True, 0)


def test_condition_within_a_mask_is_marked() -> None:
    """The operand of & may be meant as bits."""
    assert _only("is_idle", "(f & TF_OPEN && !(f & TF_BUSY)) & x").is_mask


def test_saved_counts_words() -> None:
    """Nine words become two, and five for a flag that stands once."""
    assert _only("thing_idle", "(t->flags & (TF_OPEN | TF_BUSY)) == TF_OPEN").saved == 7


def test_an_unparenthesised_macro_is_left_alone() -> None:
    """DOUBLE(x + y) would be x + y * 2, and DOUBLE(x) beside an operator could be torn apart."""
    (entry,) = _WORLD.catalogue.named("DOUBLE")

    assert look_for(_WORLD, entry) is None


def test_what_is_no_expression_is_not_looked_for() -> None:
    """A loop has no term, and a function that returns its argument would be found everywhere."""
    loops, same = (_WORLD.catalogue.named(name)[0] for name in ("looping", "same"))

    assert (look_for(_WORLD, loops), look_for(_WORLD, same)) == (None, None)


def test_exact_leaves_out_near_misses() -> None:
    """Those with a difference are no equals."""
    text = "f & TF_BUSY && !(f & TF_BUSY)"
    found = list(expression(_WORLD, text, _TYPES).find(look(_WORLD, "is_idle"), near=True))

    assert [one for one in found if not one.differs] == []


def test_pieces_are_the_parts_that_are_read() -> None:
    """Outermost first, each once, and no leaf."""
    whole = expression(_WORLD, "x && len / 8", _TYPES)

    assert [piece.term.key for piece in whole.pieces()] == [term_of("x && len / 8").key, term_of("len / 8").key]


def test_a_type_that_is_not_written_is_no_argument() -> None:
    """`typeof(*p)` is no name that could be handed on."""
    header = (
        "#define list_entry(ptr, type, member) container_of(ptr, type, member)\n"
        "#define first_entry(ptr, type, member) list_entry((ptr)->next, type, member)\n"
    )
    tree = world(header)

    assert calls_in(tree, "first_entry", "list_entry(h.next, struct thing, node)") == [
        "first_entry(&h, struct thing, node)"
    ]
    assert calls_in(tree, "first_entry", "list_entry(h.next, typeof(*t), node)") == []
