# SPDX-License-Identifier: GPL-2.0-or-later
"""Are values that differ somewhere never taken for equal?  Each pair once was; where they differ stands beside it."""

from __future__ import annotations

import pytest

from tests.helpers.world import calls_in, found_in, truth, value, world

_HEADER = """
typedef u64 dma_addr_t;
#define A 0x1
#define B 0x2
#define ALSO_B 0x2
#define AB A | B
#define SUM(a, b) (a) + (b)
#define IS_A(x) (x) == A
#define AS(t, x) ((t) x)
#define AS_POINTER(t, x) ((struct t *) x)
#define LIKE(a, x) ((typeof(a)) x)
#define SIZE(t) sizeof(struct t)
#define MADE(t, x) (&(struct t){ x })
#define UP(x, y) ((((x)-1) | ((typeof(x))((y)-1)))+1)
typedef struct { DECLARE_BITMAP(bits, 64); } bits_t;
typedef struct { DECLARE_BITMAP(map, 64); } map_t;
struct two { unsigned long *bits; unsigned long *map; };
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
static inline u8 low_byte(unsigned long x)
{
	return x;
}
static inline bool is_three(u8 x)
{
	return x == 3;
}
static inline int eighth(int x)
{
	return x >> 3;
}
static inline unsigned long words(unsigned long x)
{
	return x >> 3;
}
static inline bool low_is_three(unsigned long x)
{
	u8 low = x;

	return low == 3;
}
static inline int has_bit(unsigned long x)
{
	bool has = x & 4;

	return has;
}
static inline int first_byte(const u8 *p)
{
	return p[0];
}
static inline int first_of(const void *p)
{
	return first_byte(p);
}
static inline int inner(int x, int y)
{
	int a = x;
	{
		int a = y;
	}
	return a;
}
"""
_WORLD = world(_HEADER)
_TYPES = {
    "x": "unsigned long", "y": "unsigned long", "n": "unsigned long", "m": "unsigned long", "i": "int", "j": "int",
    "l": "long", "u": "unsigned int", "w": "unsigned int", "a": "u8", "b": "u8", "h": "u16", "p": "char *", "k": "s8 *",
    "d": "dma_addr_t", "q": "u64",
    "t": "struct two *", "v": "bool",
}  # fmt: skip
_WORDS = [
    ("!(x << 12)", "!x", "x = 1 << 63"),
    ("!(x * 2)", "!x", "x = 1 << 63"),
    ("x * 2 == 0", "x == 0", "x = 1 << 63"),
    ("!(i * 256)", "!i", "i = 1 << 24"),
    ("~0UL > 1", "0", "~0UL is the largest word"),
    ("~15UL <= 1", "1", "the largest words"),
    ("~0UL == 0xffffffffffffffffUL", "0", "it is 1"),
    ("!!((1UL << 63) * 2)", "1", "it is 0"),
    ("(x & (BIT(n) | BIT(m))) == BIT(n)", "(x & BIT(n)) && !(x & BIT(m))", "n == m"),
    ("(x & (BIT(n) | 1)) == 1", "(x & 1) && !(x & BIT(n))", "n == 0"),
    ("(x & (B | ALSO_B)) == B", "(x & B) && !(x & ALSO_B)", "x = 2"),
    ("(x & (A | 1)) == A", "(x & A) && !(x & 1)", "x = 1"),
]
_LITERALS = [
    ("x & ~0U", "x", "x = 1 << 32"),
    ("x & ~7U", "x & ~7UL", "x = 1 << 32"),
    ("x & (1 << 31)", "x & BIT(31)", "x = 1 << 32: an int is sign-extended"),
    ("x == (unsigned int)-1", "x == -1", "x = 0xffffffff"),
    ("(u8)0x1ff", "0x1ff", "255 and 511"),
    ("i / 8UL", "i / 8", "i = -8"),
    ("i < 5U", "i < 5", "i = -1"),
    ("(i + 1UL) >> 3", "(i + 1) >> 3", "i = -9"),
    ("x + -010", "x + -10", "an octal number"),
    ("sizeof(1UL)", "sizeof(1)", "8 and 4"),
]
_NARROW = [
    ("a - b > 0", "!!(a - b)", "a = 0, b = 1: an int"),
    ("h - 1 < 1", "!(h - 1)", "h = 0"),
    ("(a - b) >> 1", "(a - b) / 2", "a = 0, b = 1"),
    ("(u8)(a + b)", "a + b", "a = b = 200"),
    ("(x ? a : -1) < 1", "!(x ? a : -1)", "x = 0"),
    ("(u / l) >> 1", "(u / l) / 2", "u = 3, l = -1"),
    ("x + (u + 1)", "x + u + 1", "u = 0xffffffff"),
    ("x - (u + w)", "x - u - w", "u = w = 1 << 31"),
    ("x + (u * 4)", "x + u * 4UL", "u = 1 << 30"),
    ("x & ~u", "x & (~0UL - u)", "x = 1 << 32"),
]
_CASTS = [
    ("(unsigned long)u == i", "u == i", "u = 0xffffffff, i = -1"),
    ("(u32)x & ((1UL << n) - 1)", "x & ((1UL << n) - 1)", "n = 40, x = 1 << 32"),
    ("!(int)p", "!p", "p = 1 << 32"),
    ("(typeof(a))x", "x", "x = 256"),
    ("(int (*)(void))p", "(int)p", "a pointer and an int"),
    ("likely(x) + 1", "x + 1", "x = 2: likely() makes it 1"),
]
_BODIES = [
    ("low_byte(x)", "x", "x = 256: the result is a u8"),
    ("is_three(x)", "x == 3", "x = 259: the parameter is a u8"),
    ("eighth(u)", "u >> 3", "u = 1 << 31: the parameter is an int"),
    ("words(i)", "i / 8", "i = -8: the parameter is unsigned"),
    ("low_is_three(x)", "x == 3", "x = 259: the local is a u8"),
    ("has_bit(x)", "x & 4", "1 and 4: the local is a bool"),
    ("first_byte(k)", "k[0]", "k[0] = -1: the parameter points to u8"),
    ("first_of(k)", "k[0]", "k[0] = -1: it is handed on to one that points to u8"),
    ("inner(i, j)", "j", "the inner a is another"),
    ("x & AB", "x & (A | B)", "the macro has no parentheses"),
    ("SUM(x, y) * 2", "(x + y) * 2", "the macro has no parentheses"),
    ("!IS_A(x)", "x != A", "the macro has no parentheses"),
]
_PLACES = [
    ("container_of(p, struct s, k[1])", "container_of(p, struct s, k[2])", "two elements"),
    ("test_bit(3, t->bits)", "test_bit(3, t->map)", "two members that are pointers"),
    ("*t->bits", "*t->map", "two members that are pointers"),
    ("sizeof(int[4])", "sizeof(int)", "16 and 4"),
    ("sizeof(&a[0])", "sizeof(a)", "a pointer and an array"),
]
_ADDRESSES = [
    ("(unsigned long)d", "d", "d = 1 << 32 on a 32-bit machine with wide addresses"),
    ("(dma_addr_t)q", "q", "q = 1 << 32 where addresses are narrow"),
]
_TYPES_GIVEN = [
    ("min_t(unsigned int, i, j)", "min_t(int, i, j)", "i = -1"),
    ("va_arg(p, char *)", "va_arg(p, char)", "a pointer and a character"),
]
_TYPES_OF_MACROS = [
    ("AS(u8, x)", "AS(u16, x)", "x = 256"),
    ("AS_POINTER(one, p)", "AS_POINTER(two, p)", "two types"),
    ("LIKE(a, x)", "LIKE(h, x)", "x = 256: a is a u8"),
    ("SIZE(one)", "SIZE(two)", "two structures"),
    ("MADE(one, x)", "MADE(two, x)", "two structures"),
    ("UP(x, 8)", "UP(x, 16)", "x = 1: what reads like a cast of -1 is y - 1"),
]
_EFFECTS = [
    ("x++ == y", "++x == y", "before and after"),
    ("x++ - x++", "0", "it is -1"),
]


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        *_WORDS,
        *_LITERALS,
        *_NARROW,
        *_CASTS,
        *_BODIES,
        *_PLACES,
        *_ADDRESSES,
        *_TYPES_GIVEN,
        *_TYPES_OF_MACROS,
        *_EFFECTS,
    ],
)
def test_different_values_have_different_keys(one: str, other: str, where: str) -> None:
    """`where` says for what the two differ."""
    assert value(_WORLD, one, **_TYPES) != value(_WORLD, other, **_TYPES), where


@pytest.mark.parametrize(("one", "other"), [("x << 1", "x"), ("x * x * 2", "x * x"), ("(x * 2) | 0", "x")])
def test_different_truths_have_different_keys(one: str, other: str) -> None:
    """The highest bit is lost in an even multiple."""
    assert truth(_WORLD, one, **_TYPES) != truth(_WORLD, other, **_TYPES)


def test_argument_is_spelt_without_a_cast_of_elsewhere() -> None:
    """The x of the sum is not the (u8)x of the other operand."""
    assert calls_in(_WORLD, "DIV_ROUND_UP", "(u8)x && (7 + x + y) / 8", _TYPES) == ["DIV_ROUND_UP(x + y, 8)"]


def test_helper_of_words_is_a_question_for_an_int() -> None:
    """An int that is negative becomes a huge word when words() gets it."""
    assert [found.typed for found in found_in(_WORLD, "words", "i / 8", _TYPES)] in ([], [False])


def test_a_call_is_a_value() -> None:
    """What a function gives is taken for the same when it is called again, as helpers may call it once for twice."""
    assert value(_WORLD, "next(p) - next(p)", **_TYPES) == value(_WORLD, "0", **_TYPES)
