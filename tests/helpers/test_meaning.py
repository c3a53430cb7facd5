# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a condition's helper found by its meaning, and nothing proposed that means something else?"""

from __future__ import annotations

import time

import pytest

from reviewbot.helpers.headers import read_world
from reviewbot.helpers.meaning import Meaning, read_expression
from reviewbot.rule import HelperCall
from tests.rules.harness import FACTS, MadeUpTree, real_tree

_HEADERS = ("include/linux/thing.h", "include/linux/thing_types.h")
_PLAIN = """
#define TF_OPEN	0x1
#define TF_BUSY	0x8
#define TF_MANY	0x30
static inline bool is_idle(unsigned long flags)
{
	return (flags & (TF_OPEN | TF_BUSY)) == TF_OPEN;
}
"""
_LAYERED = """
#define TF_OPEN	BIT(TF_OPEN_BIT)
#define TF_BUSY	BIT(TF_BUSY_BIT)
static inline bool test_flag(const thing_flags_t *flags, int bit)
{
	const unsigned long *map = flags->bits;

	return test_bit(bit, map);
}
static inline bool flags_idle(const thing_flags_t *flags)
{
	return !test_flag(flags, TF_BUSY_BIT) && test_flag(flags, TF_OPEN_BIT);
}
static inline bool thing_is_idle(const struct thing *thing)
{
	return flags_idle(&thing->flags);
}
"""
_TYPES = """
typedef struct {
	DECLARE_BITMAP(bits, 64);
} thing_flags_t;
struct thing {
	union {
		const unsigned long old_flags;
		thing_flags_t flags;
	};
};
"""


def _meaning(header: str, types: str = "") -> Meaning:
    tree = MadeUpTree(dict(zip(_HEADERS, (header, types), strict=True)))
    return Meaning(read_world(tree, _HEADERS, FACTS))


def _calls(meaning: Meaning, expression: str, **types: str) -> list[str]:
    return [call.call for call in meaning.equivalent(expression, types.get)]


@pytest.mark.parametrize(
    "expression",
    [
        "(t->old_flags & (TF_OPEN | TF_BUSY)) == TF_OPEN",
        "!(t->old_flags & TF_BUSY) && t->old_flags & TF_OPEN",
        "!(!(t->old_flags & TF_OPEN) || (t->old_flags & TF_BUSY) != 0)",
    ],
)
def test_helper_over_a_word_is_found(expression: str) -> None:
    """Mask, two tests and De Morgan's form all are the helper's body."""
    assert _calls(_meaning(_PLAIN), expression) == ["is_idle(t->old_flags)"]


def test_helper_in_layers_is_unfolded_to_the_same_bits() -> None:
    """test_bit() in a helper in a helper, over the union's other name of the storage, is the same condition."""
    found = _calls(_meaning(_LAYERED, _TYPES), "(t->old_flags & (TF_OPEN | TF_BUSY)) == TF_OPEN", t="struct thing *")

    assert found[0] == "thing_is_idle(t)"


def test_wrong_struct_is_not_proposed() -> None:
    """A helper for one structure is no advice for another one."""
    meaning = _meaning(_LAYERED, _TYPES)

    assert "thing_is_idle(t)" not in _calls(
        meaning, "(t->old_flags & (TF_OPEN | TF_BUSY)) == TF_OPEN", t="struct other *"
    )


@pytest.mark.parametrize(
    "expression",
    [
        "!(f & TF_BUSY)",
        "(f & TF_BUSY) && (f & TF_OPEN)",
        "!(f & TF_BUSY) && (g & TF_OPEN)",
        "(f & (TF_OPEN | TF_BUSY | TF_MANY)) == TF_OPEN",
        "!(f & TF_BUSY) || (f & TF_OPEN)",
        "not C (",
        "",
    ],
)
def test_near_miss_and_nonsense_have_no_helper(expression: str) -> None:
    """One flag, operator or word more or less is another condition."""
    assert _calls(_meaning(_PLAIN), expression) == []


def test_answer_says_where_the_helper_is_declared() -> None:
    """Name, call, path and 1-based line."""
    found = _meaning(_PLAIN).equivalent("(f & (TF_BUSY | TF_OPEN)) == TF_OPEN", lambda _name: None)

    assert found == (HelperCall("is_idle", "is_idle(f)", _HEADERS[0], 5, typed=True),)


@pytest.mark.parametrize(
    ("base", "argument"),
    [
        ("(*pp)->old_flags", "(*pp)->old_flags"),
        ("((struct thing *)q)->old_flags", "((struct thing *)q)->old_flags"),
        ("(i ? s->a : s->b)->old_flags", "(i ? s->a : s->b)->old_flags"),
        ("(p + 1)->old_flags", "(p + 1)->old_flags"),
        ("t[i]\n->old_flags", "t[i] ->old_flags"),
        ("(*(pp /* of ours */))->old_flags", "(*pp)->old_flags"),
        ("((*get)(p))->old_flags", "((*get)(p))->old_flags"),
    ],
)
def test_call_is_written_as_c_with_its_precedence(base: str, argument: str) -> None:
    """Parentheses that the meaning needs are in the proposed argument."""
    found = _calls(_meaning(_PLAIN), f"!({base} & TF_BUSY) && ({base} & TF_OPEN)")

    assert found == [f"is_idle({argument})"]


@pytest.mark.parametrize("base", ["((struct thing * /* no */)q)->old_flags", "(p, q)"])
def test_no_call_where_the_argument_cannot_be_told(base: str) -> None:
    """A cast that cannot be copied and a comma are no argument that we would write."""
    assert _calls(_meaning(_PLAIN), f"!({base} & TF_BUSY) && ({base} & TF_OPEN)") == []


@pytest.mark.parametrize(
    ("flags", "calls"),
    [
        ("fl", ["flags_idle(fl)"]),
        ("&a->t->flags", ["flags_idle(&a->t->flags)"]),
        ("&t->flags", ["thing_is_idle(t)", "is_idle(t->old_flags)"]),
    ],
)
def test_bitmap_is_not_passed_as_a_word(flags: str, calls: list[str]) -> None:
    """A bitmap behind accessors is given to helpers of bitmaps, and to those of words by its union's word alone."""
    meaning = _meaning(_LAYERED + _PLAIN[_PLAIN.index("static") :], _TYPES)
    expression = f"test_flag({flags}, TF_OPEN_BIT) && !test_flag({flags}, TF_BUSY_BIT)"

    assert _calls(meaning, expression, fl="thing_flags_t *", t="struct thing *") == calls


def test_typed_call_is_known_and_comes_first() -> None:
    """A structure whose type is not seen is said to be so, and a longer call that needs no type is preferred."""
    both = _meaning(_LAYERED + _PLAIN[_PLAIN.index("static") :], _TYPES)
    expression = "(a->t->old_flags & (TF_OPEN | TF_BUSY)) == TF_OPEN"
    short = _LAYERED.replace("thing_is_idle", "idle")

    unseen = [(c.call, c.typed) for c in _meaning(short, _TYPES).equivalent(expression, lambda _name: None)]
    ranked = [(c.call, c.typed) for c in both.equivalent(expression, lambda _name: None)]

    assert unseen == [("idle(a->t)", False)]
    assert ranked == [("is_idle(a->t->old_flags)", True), ("thing_is_idle(a->t)", False)]


@pytest.mark.parametrize(
    ("flag", "bit"),
    [("TF_OPEN", "#0"), ("TF_BUSY", "#3"), ("TF_MANY", None), ("BIT(4)", "#4"), ("1UL << 5", "#5"), ("unknown", None)],
)
def test_single_bits_are_told_from_masks(flag: str, bit: str | None) -> None:
    """Only what the headers show to be one bit is one."""
    term = read_expression(flag)
    assert term is not None

    assert _meaning(_PLAIN).is_bit(term) == bit


def test_hostile_headers_cost_bounded_time() -> None:
    """Helpers that call helpers a hundred times each are not unfolded without end."""
    layers = "".join(
        f"static inline bool h{n}(int p)\n{{\n\treturn {' && '.join([f'h{n + 1}(p)'] * 80)};\n}}\n" for n in range(12)
    )
    deep = f"static inline bool d(int p)\n{{\n\treturn {'!' * 600}(p & 1);\n}}\n"
    loop = "static inline bool r(int p)\n{\n\treturn r(p) && r(p);\n}\n#define L L\n#define M(x) M(x)\n"
    before = time.process_time()

    _calls(_meaning(layers + deep + loop), "(x & 1) && L && M(2) && h0(x) && d(x) && r(r(r(x)))")

    assert time.process_time() - before < 20


@pytest.mark.tree
@pytest.mark.parametrize(
    ("version", "call"),
    [
        ("6.1", "is_cow_mapping(mpnt->vm_flags)"),
        ("6.12", "is_cow_mapping(mpnt->vm_flags)"),
        ("7.2", "is_cow_mapping(mpnt->vm_flags)"),
        ("7.3", "vma_is_cow_mapping(mpnt)"),
    ],
)
def test_real_trees_name_their_own_helper(version: str, call: str) -> None:
    """The founding case: each Linux gives the name that it has."""
    headers = ("include/linux/mm.h", "include/linux/mm_types.h", "include/linux/mm_inline.h")
    meaning = Meaning(read_world(real_tree(version), headers, FACTS))
    types = {"mpnt": "struct vm_area_struct *"}

    found = meaning.equivalent("(mpnt->vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE", types.get)

    assert found[0].call == call
