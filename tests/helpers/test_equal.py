# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the named spellings of one meaning equal, and their look-alikes not?"""

from __future__ import annotations

import pytest

from tests.helpers.world import canon_of, term_of, truth, value, world, world_of

_HEADER = """
#define PAGE_SHIFT 12
#define PAGE_SIZE (_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define A 0x1
#define B 0x2
#define ALSO_B 0x2
"""
_WORLD = world(_HEADER)
_TYPES = {
    "x": "unsigned long", "y": "unsigned long", "f": "unsigned long", "n": "unsigned long",
    "i": "int", "l": "long", "u": "unsigned int", "c": "u8", "s": "struct s *", "p": "struct m *", "v": "bool",
}  # fmt: skip
_VMA = {
    "include/linux/mm_types.h": """
typedef struct {
	DECLARE_BITMAP(__vma_flags, 64);
} vma_flags_t;
typedef unsigned long vm_flags_t;
struct vm_area_struct {
	unsigned long vm_start;
	union {
		const vm_flags_t vm_flags;
		vma_flags_t flags;
	};
};
""",
    "include/linux/mm.h": """
enum { VMA_SHARED_BIT = 3, VMA_MAYSHARE_BIT = 7 };
#define INIT_VM_FLAG(name) BIT((__force int) VMA_ ## name ## _BIT)
#define VM_SHARED INIT_VM_FLAG(SHARED)
#define VM_MAYSHARE INIT_VM_FLAG(MAYSHARE)
static inline bool vma_test(const struct vm_area_struct *vma, int bit)
{
	return test_bit(bit, vma->flags.__vma_flags);
}
""",
}


@pytest.mark.parametrize(
    "texts",
    [
        ("(f & (A | B)) == B", "!(f & A) && (f & B)", "!(!(f & B) || f & A)", "f & B ? !(f & A) : 0"),
        ("(f & (A | B)) == B", "((B | A) & f) == B", "!((f & (A | B)) != B)", "(f & B) == B && (f & A) == 0"),
        ("(f & (A | B)) != 0", "f & A || f & B", "!(!(f & A) && !(f & B))", "f & (B | A)", "f & B || f & (A | B)"),
        ("f & BIT(3)", "f & 8", "f & (1UL << 3)", "(f & 8) != 0", "!!(f & 8)", "(f & 8) == 8"),
        ("f & BIT(n)", "f & (1UL << n)", "(f & (1UL << n)) != 0", "test_bit(n, &f)"),
        ("x", "!!x", "x != 0", "0 != x", "x > 0", "x >= 1", "(bool)x", "likely(x)"),
        ("x == y", "y == x", "!(x != y)", "(x == y) != 0", "!!(x == y)"),
        ("x < y", "y > x", "!(x >= y)", "!(y <= x)"),
        ("x ? v : 0", "x && v", "!(!x || !v)"),
        ("s == NULL", "!s", "s == 0"),
    ],
)
def test_conditions_that_mean_the_same(texts: tuple[str, ...]) -> None:
    """The truths of all of them have one key."""
    keys = {truth(_WORLD, text, **_TYPES) for text in texts}

    assert len(keys) == 1


@pytest.mark.parametrize(
    "texts",
    [
        (
            "(x + PAGE_SIZE - 1) >> PAGE_SHIFT",
            "PFN_UP(x)",
            "DIV_ROUND_UP(x, PAGE_SIZE)",
            "(x - 1 + PAGE_SIZE) / PAGE_SIZE",
        ),
        ("x & (PAGE_SIZE - 1)", "x & ~PAGE_MASK", "offset_in_page(x)", "x % PAGE_SIZE", "~PAGE_MASK & x"),
        ("x >> PAGE_SHIFT", "x / PAGE_SIZE", "PFN_DOWN(x)"),
        ("x << 3", "x * 8", "8 * x", "x * BIT(3)"),
        ("x >> 3", "x / 8"),
        ("x % 8", "x & 7", "x & ((1UL << 3) - 1)"),
        ("~x", "-x - 1", "-1 - x", "x ^ 0 ? ~x : ~x"),
        ("x - (y - n)", "x + n - y", "n - y + x"),
        ("GENMASK(n - 1, 0)", "BIT(n) - 1", "(1UL << n) - 1"),
        ("x ? y : n", "!x ? n : y", "x == 0 ? n : y"),
        ("&container_of(p, struct s, m)->m", "p"),
        ("container_of(&s->m, struct s, m)", "s", "&*s"),
        ("(*s).m", "s->m", "(&*s)->m"),
        ("container_of(&s->m.k, struct s, m.k)", "s"),
        ("sizeof(struct s)", "sizeof( struct  s )"),
        ("(unsigned long)x", "x", "(size_t)x"),
        ("c + 1", "(int)c + 1"),
    ],
)
def test_values_that_are_the_same(texts: tuple[str, ...]) -> None:
    """The values of all of them have one key."""
    assert len({value(_WORLD, text, **_TYPES) for text in texts}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("i >> 3", "i / 8"),
        ("l >> 3", "l / 8"),
        ("i % 8", "i & 7"),
        ("unknown >> 3", "unknown / 8"),
        ("i > 0", "i != 0"),
        ("i < 1", "!i"),
        ("f & B", "f & ALSO_B"),
        ("f & B", "f & 2"),
        ("READ_ONCE(x)", "READ_ONCE(y)"),
        ("READ_ONCE(x)", "x"),
        ("x == 1", "x"),
        ("!!x", "x"),
        ("x & A", "x & A ? 1 : 0"),
        ("(u8)x", "x"),
        ("(u8)x", "(u16)x"),
        ("(s8)x", "(u8)x"),
        ("(unsigned long)i", "i"),
        ("(unsigned long)u << 3", "(unsigned long)(u << 3)"),
        ("s->m", "p->m"),
        ("s->m", "s->n"),
        ("*s", "s"),
        ("x / y * y", "x"),
        ("x - y", "y - x"),
        ("x && y", "x & y"),
        ("f(x)", "f(y)"),
        ("f(x)", "g(x)"),
        ("container_of(p, struct s, m)", "container_of(p, struct t, m)"),
        ("container_of(p, struct s, m)", "container_of(p, struct s, k)"),
        ("sizeof(struct s)", "sizeof(struct t)"),
        ("sizeof(struct s)", "sizeof(struct s *)"),
        ('"a"', '"b"'),
        ("x ? y : n", "x ? n : y"),
        ("s[0]", "s[1]"),
    ],
)
def test_values_that_are_not_the_same(one: str, other: str) -> None:
    """What looks alike has two keys."""
    assert value(_WORLD, one, **_TYPES) != value(_WORLD, other, **_TYPES)


def test_legacy_word_and_bitmap_of_a_vma() -> None:
    """The word of the union, the bit of the bitmap and the helper's test are one condition."""
    tree = world_of(_VMA)
    texts = (
        "v->vm_flags & VM_SHARED",
        "(v->vm_flags & VM_SHARED) == VM_SHARED",
        "test_bit(VMA_SHARED_BIT, v->flags.__vma_flags)",
        "vma_test(v, VMA_SHARED_BIT)",
        "*v->flags.__vma_flags & BIT(VMA_SHARED_BIT)",
    )

    assert len({truth(tree, text, v="struct vm_area_struct *") for text in texts}) == 1


def test_bitmap_of_an_unknown_type_is_no_member() -> None:
    """Without the variable's type nobody knows which member shares the bitmap's storage."""
    tree = world_of(_VMA)
    legacy, bitmap = "v->vm_flags & VM_SHARED", "test_bit(VMA_SHARED_BIT, v->flags.__vma_flags)"

    assert truth(tree, legacy) != truth(tree, bitmap)


def test_another_flag_of_the_vma_is_another_condition() -> None:
    """VM_SHARED and VM_MAYSHARE are two bits."""
    tree = world_of(_VMA)

    assert truth(tree, "v->vm_flags & VM_SHARED") != truth(tree, "v->vm_flags & VM_MAYSHARE")


def test_lenient_algebra_takes_every_integer_for_an_unsigned_word() -> None:
    """What only finds candidates drops casts and signs, which the strict algebra keeps."""
    strict, lenient = canon_of(_WORLD, _TYPES), canon_of(_WORLD, _TYPES)
    lenient.lenient = True
    one, other = term_of("(int)i >> 3"), term_of("(u8)i / 8")

    assert strict.value(one).key != strict.value(other).key
    assert lenient.value(one).key == lenient.value(other).key
