# SPDX-License-Identifier: GPL-2.0-or-later
"""Does bad input end soon, and never in a wrong "equal"?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reviewbot.helpers.body import read_body, read_expression
from tests.helpers.world import calls_in, expression, look, truth, value, world
from tests.rules.harness import FACTS

_SOON = 5.0
_FLAGS = "".join(f"#define F_{at} 0x{1 << at:x}\n" for at in range(24))


@contextmanager
def _soon() -> Iterator[None]:
    start = time.perf_counter()
    yield
    assert time.perf_counter() - start < _SOON


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("#define A B + 1\n#define B A + 1\n", "A"),
        ("#define A A + 1\n", "A"),
        ("#define A f(B)\n#define B g(C)\n#define C h(A)\n", "A + B + C"),
        ("#define f(x) (f(x) + 1)\n", "f(1)"),
        ("#define f(x) (g(x) + 1)\n#define g(x) (f(x) + 1)\n", "f(1) + g(2)"),
        ("static inline int f(int n)\n{\n\treturn n ? f(n - 1) : 0;\n}\n", "f(f(3))"),
        ("#define f(x) (x(x))\n", "f(f)"),
        ("#define f(x) f ## x\n#define fa f(a)\n", "fa"),
    ],
)
def test_definitions_in_a_circle_end(header: str, text: str) -> None:
    """What calls itself stays a name at last."""
    with _soon():
        tree = world(header)
        found = value(tree, text)

    assert found != value(tree, "unrelated")


def test_doubling_macros_stay_small() -> None:
    """Forty macros, each of two times the one before, would be 2**40 names; sixteen take a second."""
    lines = ["#define M0(x) f(x, x)"] + [f"#define M{at}(x) f(M{at - 1}(x), M{at - 1}(x))" for at in range(1, 15)]

    assert len(value(world("\n".join(lines)), "M14(y)")) < 100_000


def test_doubling_constants_end() -> None:
    """The same for macros without parameters."""
    lines = ["#define M0 (FIRST_F | SECOND_F)"] + [f"#define M{at} f(M{at - 1}, M{at - 1})" for at in range(1, 40)]
    tree = world("\n".join(lines))

    with _soon():
        found = value(tree, "x & M39"), value(tree, "x & M38")

    assert found[0] != found[1]


def test_macro_of_ten_thousand_lines_is_not_unfolded() -> None:
    """It is listed, it has no body, and a call of it stays a call."""
    tree = world("#define BIG(x) (0 \\\n" + "".join(f"\t+ (x) * {at} \\\n" for at in range(10_000)) + "\t)\n")

    with _soon():
        (entry,) = tree.catalogue.named("BIG")
        found = value(tree, "BIG(y)")

    assert (entry.body, found) == ("", "call:(id:BIG,id:y)")


def test_constant_of_ten_thousand_terms_is_not_unfolded() -> None:
    """It stays a name."""
    tree = world("#define BIG (F_0" + "".join(f" | F_{at}" for at in range(10_000)) + ")\n")

    with _soon():
        found = value(tree, "BIG")

    assert found == "id:BIG"


@pytest.mark.parametrize(
    "header",
    [
        "#ifdef CONFIG_X\n#define WIDE (LOW + 1)\n#else\n#define WIDE (LOW + 2)\n#endif\n",
        "#ifdef CONFIG_X\n#define WIDE (LOW + 1)\n#endif\n",
    ],
)
def test_constant_that_a_configuration_decides_stays_a_name(header: str) -> None:
    """Two bodies under #if, or one that may not be there."""
    assert value(world(header), "WIDE") == "id:WIDE"


def test_constant_with_the_same_body_twice_is_unfolded() -> None:
    """The two say the same."""
    tree = world("#ifdef CONFIG_X\n#define WIDE (LOW + 1)\n#else\n#define WIDE (1 + LOW)\n#endif\n")

    assert value(tree, "WIDE") == value(tree, "LOW + 1")


def test_flag_that_a_configuration_decides_is_no_single_bit() -> None:
    """A mask with it is not taken apart."""
    tree = world("#define F_A 0x1\n#ifdef CONFIG_X\n#define F_B 0x2\n#else\n#define F_B 0\n#endif\n")

    assert truth(tree, "(x & (F_A | F_B)) == F_A") != truth(tree, "x & F_A && !(x & F_B)")
    assert truth(tree, "x & F_B") != truth(tree, "(x & F_B) == F_B")


@pytest.mark.parametrize(
    "header",
    [
        "#ifdef CONFIG_X\n#define test(x) ((x) & 1)\n#else\n#define test(x) ((x) & 2)\n#endif\n",
        "#ifndef test\n#define test(x) ((x) & 1)\n#endif\n",
        "#define test(x) ((x) & 1)\nstatic inline int test(int x)\n{\n\treturn x & 2;\n}\n",
        "#define test(x, y...) ((x) & 1)\n",
        "static inline int test(int x)\n{\n\twhile (x)\n\t\tx--;\n\treturn x & 1;\n}\n",
    ],
)
def test_helper_that_has_no_one_body_stays_a_call(header: str) -> None:
    """Two bodies, a default that an architecture replaces, any number of arguments, a loop."""
    assert value(world(header), "test(y)") == "call:(id:test,id:y)"


@pytest.mark.parametrize(
    "text",
    ["", "a +", "a b", "(a", "a)", "a; b", "if (a) b", "int x", "return a", "a }{ b", "#define", "\x00", "/* a", '"a'],
)
def test_text_that_is_no_expression_is_none(text: str) -> None:
    """There is no term for half of a text."""
    assert read_expression(text, FACTS) is None


def test_five_hundred_parentheses_say_nothing() -> None:
    """They are no nesting of terms."""
    with _soon():
        found = value(world(), "(" * 500 + "x + 1" + ")" * 500)

    assert found == value(world(), "x + 1")


@pytest.mark.parametrize("text", ["!" * 501 + "x", "-(" * 500 + "x" + ")" * 500, "f(" * 500 + "x" + ")" * 500])
def test_five_hundred_levels_end(text: str) -> None:
    """What is too deep equals itself alone."""
    with _soon():
        found = value(world(), text)

    assert found == value(world(), text)
    assert found != value(world(), text.replace("x", "y"))


@pytest.mark.parametrize("sign", ["&&", "||", "+", "|", "&", "^", "*"])
def test_two_thousand_operands_end(sign: str) -> None:
    """Whatever joins them; and one other name among them is seen."""
    names = [f"x{at}" for at in range(2000)]
    one, other = f" {sign} ".join(names), f" {sign} ".join([*names[:-1], "y"])

    with _soon():
        found = value(world(), one), value(world(), other)

    assert found[0] != found[1]


def test_two_thousand_tests_of_one_flag_are_one() -> None:
    """There is one atom, however often it is asked."""
    with _soon():
        found = truth(world(_FLAGS), " && ".join(["f & F_1"] * 100))

    assert found == truth(world(_FLAGS), "f & F_1")


def test_more_than_sixteen_atoms_are_not_decided() -> None:
    """Twenty flags: the same text is equal, one flag less is not, and nothing else is said."""
    tree = world(_FLAGS)
    tests = [f"f & F_{at}" for at in range(20)]

    with _soon():
        whole, less = truth(tree, " && ".join(tests)), truth(tree, " && ".join(tests[:-1]))
        other = truth(tree, " || ".join(tests))

    assert len({whole, less, other}) == 3
    assert whole == truth(tree, " && ".join(tests))


def test_sixteen_atoms_are_decided() -> None:
    """De Morgan holds up to the bound."""
    tree = world(_FLAGS)
    tests = [f"f & F_{at}" for at in range(16)]
    opposites = [f"!({test})" for test in tests]

    with _soon():
        found = truth(tree, " && ".join(tests)), truth(tree, "!(" + " || ".join(opposites) + ")")

    assert found[0] == found[1]


def test_exclusive_or_of_many_atoms_ends() -> None:
    """Sixteen comparisons of truth values have the largest table."""
    tests = [f"!x{at}" for at in range(24)]
    text = tests[0]
    for test in tests[1:]:
        text = f"(({text}) != ({test}))"

    with _soon():
        found = value(world(), text)

    assert found != value(world(), text.replace("x23", "y"))


def test_body_that_is_too_long_is_not_read() -> None:
    """Three thousand letters are no expression that anybody writes."""
    header = "static inline int big(int x)\n{\n\treturn x" + " + x" * 700 + ";\n}\n"
    tree = world(header)

    with _soon():
        bodies = [read_body(entry, FACTS) for entry in tree.catalogue.named("big")]

    assert bodies == [None]


def test_search_in_a_large_expression_ends() -> None:
    """Two hundred operands, of which twenty are candidates for each of the helper's."""
    header = _FLAGS + "static inline bool both(unsigned long f)\n{\n\treturn f & F_1 && !(f & F_2);\n}\n"
    tree = world(header)
    parts = [f"x{at} & F_1 && !(y{at} & F_2)" for at in range(100)]

    with _soon():
        found = calls_in(tree, "both", " && ".join([*parts, "z & F_1", "!(z & F_2)"]), asked=True)

    assert set(found) <= {"both(z)"}


def test_search_with_many_holes_ends() -> None:
    """A helper of eight parameters that stand in one sum has 8! ways to be bound."""
    names = [f"a{at}" for at in range(8)]
    header = f"#define all({', '.join(names)}) ({' + '.join(f'g({name})' for name in names)})\n"
    tree = world(header)
    whole = expression(tree, " + ".join(f"g(x{at})" for at in range(7)) + " + h(y)")

    with _soon():
        found = list(whole.find(look(tree, "all")))

    assert found == []
