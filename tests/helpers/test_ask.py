# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the answer to an expression that somebody typed mislead nobody?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.ask import Answer, ask
from tests.helpers.world import world, world_of

_THING = "struct thing {\n\tvoid *data;\n\tunsigned int flags;\n};\n"
_GETTER = "static inline void *thing_data(const struct thing *t)\n{\n\treturn t->data;\n}\n"
_BYTES = "static inline u16 get_unaligned_be16(const void *p)\n{\n\treturn load(p);\n}\n"
_UP = "static inline u64 up(u64 n, u64 d)\n{\n\treturn (n + d - 1) / d;\n}\n"
_WORDS = (
    "typedef unsigned char u8;\ntypedef signed char s8;\ntypedef unsigned short u16;\ntypedef unsigned int u32;\n"
    "typedef unsigned long long u64;\n"
)


def answer(header: str, text: str, **types: str) -> Answer:
    """What one header offers for an expression."""
    found = ask(world(_WORDS + header), text, types)
    assert found is not None, text
    return found


def said(header: str, text: str, **types: str) -> list[tuple[str, bool]]:
    """The calls that mean all of it, and whether all types are known to agree."""
    return [(one.call, one.typed) for one in answer(header, text, **types).whole]


@pytest.mark.parametrize("kind", ["u8 *", "const u8 *", "unsigned char *"])
def test_bytes_are_loaded(kind: str) -> None:
    """Two bytes one beside the other are one load."""
    assert said(_BYTES, "k[0] << 8 | k[1]", k=kind) == [("get_unaligned_be16(k)", True)]


@pytest.mark.parametrize("kind", ["u16 *", "int *", "s8 *", "volatile u8 *", "u8 __iomem *", "void *"])
def test_other_elements_are_no_bytes(kind: str) -> None:
    """What is wider, signed or a register is not what get_unaligned_be16() reads."""
    assert said(_BYTES, "k[0] << 8 | k[1]", k=kind) == []


def test_unknown_elements() -> None:
    """Where the element is not known, the answer says so."""
    assert said(_BYTES, "k[0] << 8 | k[1]") == [("get_unaligned_be16(k)", False)]


_LOADS = "".join(
    f"static inline {kind} get_unaligned_{order}{bits}(const void *p)\n{{\n\treturn load(p);\n}}\n"
    for bits, kind in ((16, "u16"), (24, "u32"), (32, "u32"), (64, "u64"))
    for order in ("be", "le")
)
_BYTES_OF_64 = [f"(u64)k[{at}] << {8 * (7 - at)}" for at in range(8)]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("k[n] << 8 | k[n + 1]", "get_unaligned_be16(&k[n])"),
        ("k[n + 1] << 8 | k[n]", "get_unaligned_le16(&k[n])"),
        ("k[n - 1] << 8 | k[n]", "get_unaligned_be16(&k[n - 1])"),
        ("k[3] << 8 | k[4]", "get_unaligned_be16(&k[3])"),
        ("(k[4] << 8) + k[5]", "get_unaligned_be16(&k[4])"),
        ("k[n] << 16 | k[n + 1] << 8 | k[n + 2]", "get_unaligned_be24(&k[n])"),
        ("k[0] | k[1] << 8 | k[2] << 16 | (u32)k[3] << 24", "get_unaligned_le32(k)"),
        ("(u32)k[4] << 24 | (u32)k[5] << 16 | (u32)k[6] << 8 | (u32)k[7]", "get_unaligned_be32(&k[4])"),
        (" | ".join(_BYTES_OF_64), "get_unaligned_be64(k)"),
        (" | ".join([*_BYTES_OF_64[:7], "k[7]"]), "get_unaligned_be64(k)"),
    ],
)
def test_bytes_from_somewhere(text: str, call: str) -> None:
    """Where the first byte stands is what is loaded from; the highest may be cast, so that it is no sign."""
    assert said(_LOADS, text, k="const u8 *", n="int") == [(call, True)]


@pytest.mark.parametrize(
    "text",
    [
        "k[n] << 8 | k[n + 2]",
        "k[n] << 8 | k[m]",
        "k[n] << 8 | k[n]",
        "k[n] << 8 | j[n + 1]",
        "k[n] << 4 | k[n + 1]",
        "k[n] << 8 & k[n + 1]",
        "k[(u8)n] << 8 | k[n + 1]",
        "k[2] << 16 | k[1] << 8 | k[3]",
        " | ".join(["k[0] << 56", *_BYTES_OF_64[1:]]),
        " | ".join([*_BYTES_OF_64[:4], "k[4] << 24", *_BYTES_OF_64[5:]]),
    ],
)
def test_bytes_that_are_no_number(text: str) -> None:
    """Bytes that are not beside each other, in no order, or sign-extended before they are joined."""
    assert said(_LOADS, text, k="const u8 *", j="const u8 *", n="int", m="int") == []


def test_a_number_whose_sign_matters() -> None:
    """A quotient of names of no known type may be a signed one."""
    assert said(_UP, "(a + b - 1) / b") == [("up(a, b)", False)]
    assert said(_UP, "(a + b - 1) / b", a="u64", b="u64") == [("up(a, b)", True)]


def test_a_known_type_does_not_hide_the_answer() -> None:
    """A getter of a pointer is found with the type of its structure as without."""
    assert said(_THING + _GETTER, "p->data") == [("thing_data(p)", False)]
    assert said(_THING + _GETTER, "p->data", p="struct thing *") == [("thing_data(p)", True)]


def test_a_bit_of_another_width() -> None:
    """BIT() is no unsigned long long: it is said where one was typed."""
    bits = "#define BIT(nr) (1UL << (nr))\n#define BIT_ULL(nr) (1ULL << (nr))\n"

    assert said(bits, "1ULL << x") == [("BIT_ULL(x)", True), ("BIT(x)", False)]
    assert said(bits, "1UL << x") == [("BIT(x)", True), ("BIT_ULL(x)", False)]


def test_the_code_is_not_near_itself() -> None:
    """A call is no near miss of itself, nor of its opposite."""
    header = "#define both(a, b) (first(a) && second(b))\n#define not_both(a, b) (!(first(a) && second(b)))\n"

    assert answer(header, "both(x, y)").close == ()


def test_current() -> None:
    """The task that runs is no structure of somebody else."""
    test = "static inline bool thing_test(const struct thing *t, unsigned int m)\n{\n\treturn t->flags & m;\n}\n"
    macro = "#define current get_current()\n"

    assert said(macro + _THING + test, "current->flags & PF_X") == []
    assert said(macro + _THING + test, "other->flags & PF_X") == [("thing_test(other, PF_X)", False)]


def test_a_structure_without_the_member() -> None:
    """A part is not a helper of a structure that lacks what else is read of the name."""
    found = answer(_THING + _GETTER, "p->data - p->head")

    assert (found.whole, found.parts) == ((), ())


def test_a_longer_call_is_no_answer() -> None:
    """What is longer to read than the code is left out."""
    header = "#define of_mask(a, b) ((a) & THE_MASK & ~(b))\n#define masked(a) ((a) & THE_MASK)\n"

    assert said(header, "x & THE_MASK") == [("masked(x)", True)]
    assert ("of_mask(x, y)", True) in said(header, "x & THE_MASK & ~y")
    assert said("#define all(a) ((a) & 1 ? THE_MASK : 0)\n", "x & 1 ? THE_MASK : 0") == [("all(x)", True)]
    assert said("#define pick(a, b, c) ((a) & THE_MASK)\n", "x & THE_MASK") == []


def test_too_large() -> None:
    """An expression with too many parts is told from one that is none."""
    long = " && ".join(f"a{at}" for at in range(400))

    assert answer("#define one(a) ((a) + 1)\n", long).too_large
    assert ask(world(), "a &", {}) is None


def test_a_structure_in_a_call_of_a_call() -> None:
    """The type that follows an argument in parentheses is read as one."""
    header = "#define to_thing(n) container_of((n), struct thing, dev)\n"

    for code in ("container_of(d, struct thing, dev)", "container_of((d), struct thing, dev)"):
        assert [call for call, _typed in said(header, code)] == ["to_thing(d)"]


def test_headers_above_hide_those_below() -> None:
    """A private header's helper is the only one of its name."""
    low = world_of({"include/linux/a.h": "#define off(x) ((x) & ~MASK_A)\n#define on(x) ((x) & MASK_A)\n"})
    low.catalogue.read = {"drivers/a.h": b"#define off(x) ((x) | MASK_A)\n"}.get
    catalogue = low.catalogue.above(["drivers/a.h"])

    found = {(one.entry.name, one.entry.path) for one in catalogue.filed_under(["MASK_A"])}
    assert found == {("off", "drivers/a.h"), ("on", "include/linux/a.h")}


def test_differences_are_said_in_the_words_that_were_typed() -> None:
    """Where a constant is made of another one, the answer speaks of those that stand in the code and in the helper."""
    header = (
        "#define BIT(nr) (1UL << (nr))\n"
        + "".join(f"#define F_{name} BIT(F_{name}_BIT)\n" for name in ("READ", "WRITE", "MAYWRITE"))
        + "#define is_private(f) (((f) & (F_READ | F_MAYWRITE)) == F_MAYWRITE)\n"
    )
    (near,) = answer(header, "!(v & F_READ) && (v & F_WRITE)", v="unsigned long").close

    assert near.differs == (("F_MAYWRITE", "F_WRITE"),)


_RING = "struct ring {\n\tstruct ring *next;\n};\n"
_EMPTY = "static inline int ring_empty(const struct ring *r)\n{\n\treturn READ_ONCE(r->next) == r;\n}\n"
_PLAIN = "static inline int ring_alone(const struct ring *r)\n{\n\treturn r->next == r;\n}\n"


def test_a_helper_that_reads_once() -> None:
    """A plain read is what the helper does with more care; the other way round care would be lost."""
    assert said(_RING + _EMPTY, "a->next == a", a="struct ring *") == [("ring_empty(a)", True)]
    assert said(_RING + _EMPTY, "READ_ONCE(a->next) == a", a="struct ring *") == [("ring_empty(a)", True)]
    assert said(_RING + _PLAIN, "READ_ONCE(a->next) == a", a="struct ring *") == []


def test_two_reads_are_two() -> None:
    """Code that reads a word twice, to see whether it changed, is no constant."""
    twice = "c && READ_ONCE(a->next) != a->next || a->next == a"

    assert said(_RING + _EMPTY, twice, a="struct ring *", c="int") == []


def test_arithmetic_of_a_driver_is_not_shown_beside_what_is_for_all() -> None:
    """Plain arithmetic in a driver's header is counted, and shown where there is nothing else."""
    general = "#define HALVES(x) (((x) + 1) >> 1)\n"
    driver = "#define FOO_RATE(x) (((x) + 1) >> 1)\n"
    both = world_of({"include/linux/halves.h": general, "include/linux/foo/rate.h": driver})
    one = world_of({"include/linux/foo/rate.h": driver})
    known = {"n": "unsigned long"}

    shown = ask(both, "(n + 1) >> 1", known)
    alone = ask(one, "(n + 1) >> 1", known)

    assert shown is not None
    assert alone is not None
    assert ([found.call for found in shown.whole], shown.elsewhere) == (["HALVES(n)"], 1)
    assert ([found.call for found in alone.whole], alone.elsewhere) == (["FOO_RATE(n)"], 0)
