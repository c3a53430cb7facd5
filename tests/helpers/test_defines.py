# SPDX-License-Identifier: GPL-2.0-or-later
"""Is the text of a #define searched like code, and BIT() asked for where bits are meant and nowhere else?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.defines import bits, definitions
from reviewbot.helpers.suggest import Suggester
from reviewbot.match.engine import Terms
from reviewbot.model import SourceFile
from reviewbot.syntax.parse import parse
from tests.helpers.headers import catalogue

_TREE = {
    "include/linux/pfn.h": "#define PFN_UP(x)\t(((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)\n",
    "include/linux/bits.h": "#define BIT(nr)\t(UL(1) << (nr))\n#define BIT_ULL(nr)\t(ULL(1) << (nr))\n",
}
_HEAD = "#include <linux/pfn.h>\n#include <linux/bits.h>\n"
_TWO = "#define X_ON\t(1 << 3)\n#define X_OFF\t(1 << 4)\n"
Proposed = list[tuple[str, bool, str]]


def _proposed(code: str, within: str = "") -> Proposed:
    """Calls, whether they are exact, and what they replace; `within`: only in that piece of the code."""
    text = _HEAD + code
    known = catalogue(_TREE | {"mm/a.c": text}, {"PFN_UP": 500, "BIT": 9000, "BIT_ULL": 900})
    unit = parse(SourceFile("mm/a.c", text.encode()), known.facts)
    at = text.find(within)
    spans = [unit.span(at, at + len(within))] if within else None
    found = Suggester(known).in_file(Terms(unit)).find(spans)
    return [(one.call, one.typed, unit.text(one.start, one.end)) for one in found]


@pytest.mark.parametrize(
    ("code", "replaced"),
    [
        ("#define PAGES(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)\n", "((x) + PAGE_SIZE - 1) >> PAGE_SHIFT"),
        ("#  define\tPAGES(x)\t((x + PAGE_SIZE - 1) >> PAGE_SHIFT)\n", ""),
        ("#define PAGES(x) ((x) + PAGE_SIZE - 1) >> PAGE_SHIFT\n", ""),
        ("#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)\n", ""),
        ("/* #define PAGES(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT) */\n", ""),
        (
            "#define PAGES(x) \\\n\t(((x) + PAGE_SIZE - 1) /* é */ \\\n\t >> PAGE_SHIFT) // up\n",
            "((x) + PAGE_SIZE - 1) /* é */ \\\n\t >> PAGE_SHIFT",
        ),
    ],
)
def test_text_of_a_macro(code: str, replaced: str) -> None:
    """It is code where no operator can tear it or its parameters apart; the place is that in the file."""
    assert _proposed(code) == ([("PFN_UP(x)", True, replaced)] if replaced else [])


def test_only_what_a_patch_adds() -> None:
    """Only #defines within the spans are looked at, but all of the file say whether BIT() is usual."""
    pages = "#define PAGES(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)\n"

    assert _proposed(pages + _TWO, "#define X_ON\t(1 << 3)") == [("BIT(3)", False, "(1 << 3)")]
    assert _proposed(_TWO + "#define Y BIT(2)\n", "#define X_OFF\t(1 << 4)") == [("BIT(4)", True, "(1 << 4)")]


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        (_TWO, [("BIT(3)", False)]),
        (_TWO.replace("\n", "\n\n"), [("BIT(3)", False), ("BIT(4)", False)]),
        (_TWO.replace("1 ", "1ULL "), [("BIT_ULL(3)", False)]),
        ("#define X_ON 1<<3 /* on */\n#define X_OFF BIT(4)\n", [("BIT(3)", True)]),
        ("#define X_TOP (1 << 31)\n#define X_OFF BIT(4)\n", [("BIT(31)", False)]),
        ("#define X_TOP (1U << 31)\n#define X_OFF BIT(4)\n", [("BIT(31)", True)]),
        ("#define X_ON (1 << 3)\n", []),
        ("#define X_ON (1 << 3)\n\n\n\n\n#define X_OFF (1 << 4)\n", []),
        ("#define X_ON (1 << 2)\n#define X_ONE (1 << 4)\n#define X_TWO (2 << 4)\n", [("BIT(2)", False)]),
        ("#define X_SIZE (1 << 12)\n#define X_MAX_LEN (1 << 4)\n", []),
        ("#define X_ON(n) (1 << 3)\n#define Y_ON(n) (1 << 4)\n", []),
        ("#define X_ON (1 << X_SHIFT)\n#define Y_ON (1 << Y_SHIFT)\n", []),
        ("#define X_ON (3 << 3)\n#define Y_ON (1 + 4)\n", []),
    ],
)
def test_bits(code: str, calls: list[tuple[str, bool]]) -> None:
    """Neighbours show that bits are meant, of which the first is named; it is a question where no other #define calls
    BIT(), or the sign differs."""
    assert [(call, typed) for call, typed, _replaced in _proposed(code)] == calls


def test_places() -> None:
    """Offsets and lines are those of the file."""
    text = b"/* one\n */\n#define A \\\n\t(1 << 2)\n#define B\n\n #define C(x, y) (x)\n"
    found = definitions(text)

    assert [(one.name, one.parameters, one.text, one.line) for one in found] == [
        ("A", (), "(1 << 2)", 4),
        ("C", ("x", "y"), "(x)", 7),
    ]
    assert [text[one.start : one.end] for one in found] == [b"(1 << 2)", b"(x)"]
    assert list(bits(found)) == []


def test_constants_stay_constant() -> None:
    """max() is none, as the size of an array has to be; in a function it is proposed."""
    minmax = "#define max(x, y)\t((x) > (y) ? (x) : (y))\n"
    known = catalogue(_TREE | {"include/linux/minmax.h": minmax}, {"max": 5000})

    def calls(code: str) -> list[str]:
        unit = parse(SourceFile("mm/a.c", ("#include <linux/minmax.h>\n" + code).encode()), known.facts)
        return [one.call for one in Suggester(known).in_file(Terms(unit)).find()]

    assert calls("#define X_LEN\t(X_IN > X_OUT ? X_IN : X_OUT)\n") == []
    assert calls("int f(int a, int b)\n{\n\treturn a > b ? a : b;\n}\n") == ["max(a, b)"]
