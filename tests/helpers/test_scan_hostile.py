# SPDX-License-Identifier: GPL-2.0-or-later
"""Is any header scanned without an error and in bounded time?  A series may bring headers that nobody has seen."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.helpers.packed import pack, unpack
from tests.helpers.headers import facts, only

SECONDS = 0.2
PARTS = [
    "static inline int f(int a)\n", "static ", "inline ", "#define f(x) ", "#define A ",
    "#define P(x) static inline int x##_y(int a) { return a; }\n", "P(b)\n", "{ return a; }\n", "(", ")", "{", "}",
    ";", ",", "\\\n", "\n", "#if A\n", "#else\n", "#endif\n", "#ifndef B\n", "#define B\n",
    "/**\n * f - deprecated\n */\n", "/*", "*/", "//", '"', "'", "DEFINE_FREE(a, int *, b(_T))\n", "DEFINE_GUARD(",
    "typedef unsigned long c_t;\n", "typedef struct { int a; } d_t;\n", "struct foo {\n",
    "union { int a; e_t b; };\n", "};\n", "int g(int a, char *b[2], void (*c)(int));\n", "#include <linux/b.h>\n",
    "\x00", "é", "__x ", "##", "...", "*", "int ", "[", "]",
]  # fmt: skip
HEADERS = st.lists(st.sampled_from(PARTS), max_size=40).map(lambda parts: "".join(parts).encode())


def seconds(text: bytes) -> float:
    """How much of the processor's time a scan takes."""
    start = time.process_time()
    facts(text)
    return time.process_time() - start


@settings(max_examples=150, deadline=2000)
@given(st.binary(max_size=2000))
def test_any_bytes(text: bytes) -> None:
    """No bytes make the scanner fail, and every line is one of the file."""
    assert all(1 <= entry.line <= text.count(b"\n") + 1 for entry in facts(text).entries)


@settings(max_examples=300, deadline=2000)
@given(HEADERS)
def test_any_pieces_of_headers(text: bytes) -> None:
    """Nor do pieces of headers in any order; the facts survive being packed."""
    found = facts(text)

    assert all(1 <= entry.line <= text.count(b"\n") + 1 for entry in found.entries)
    assert all(text[at:].startswith((b"struct", b"union", b"typedef")) for _tag, at in found.structs)
    assert unpack(pack(found)) == found


def test_a_macro_of_ten_thousand_lines() -> None:
    """A macro that is too long for anybody is listed without its body."""
    found = only("#define f(x) \\\n" + "\tdo_it(x); \\\n" * 10_000 + "\n#undef f\n")

    assert (found.name, found.line, found.body) == ("f", 1, "")


@pytest.mark.parametrize(
    "text",
    [
        b"#define f(x) \\\n" + b"\tdo_it(x); \\\n" * 10_000,
        b"#define A \\\n" + b"\tdo_it(x), \\\n" * 10_000,
        b"static inline int f(int a) {" * 10_000,
        b"static inline int f(int a) }" * 10_000,
        b"(" * 300_000,
        b"{" * 300_000,
        b"\0" * 300_000,
        b"\\\n" * 100_000,
        b"/*" * 100_000,
        b"/**\n" * 20_000,
        b'"' * 100_001,
        b"#define f(x) x\n" * 3000,
        b"#define P(x) static inline int x##_a(int a) { return a; }\n" + b"P(b)\n" * 5000,
        b"union { " + b"a " * 900 + b"};\n",
        b"DEFINE_FREE(\n" * 1000,
    ],
    ids=lambda text: repr(text[:24]),
)
def test_large_and_unbalanced(text: bytes) -> None:
    """What is large, unbalanced or full of NULs is scanned in the time of any other header."""
    assert seconds(text) < 3 * SECONDS


def test_only_the_beginning_of_a_huge_header() -> None:
    """A header of more than two megabytes is read as far as that."""
    assert [entry.name for entry in facts(b"int f(int a);\n" + b"\n" * (2 << 20) + b"int g(int a);\n").entries] == ["f"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"int f()" + b"__a" * 22 + b"\n", id="exponential: attributes of a prototype"),
        pytest.param(b"int f() __a" + b" " * 9000 + b"\n", id="quadratic: blanks behind an attribute"),
        pytest.param(b"int\n" * 9000 + b"f" * 9000, id="quadratic: words without a prototype"),
        pytest.param(b"FOO\n" * 9000 + b"f" * 9000, id="quadratic: words in capitals"),
        pytest.param(b"int f()," * 6000 + b"\n", id="quadratic: prototypes of one declaration"),
        pytest.param(b"a" + b" \n" * 9000 + b"*" * 9000, id="quadratic: blanks of a prototype"),
        pytest.param(b"__a(" * 9000, id="quadratic: attributes in front of nothing"),
        pytest.param(b"#if x\n" * 6000 + b"int f(int a);\n", id="quadratic, memory too: nested conditions"),
        pytest.param(b"'" + b"\\'" * 8000, id="quadratic: a character without an end"),
        pytest.param(b"/**\n * f" + b" " * 12_000 + b"*/\n#define f(x) x\n", id="quadratic: blanks in kernel-doc"),
        pytest.param(b"#define f(x) " + b"a" * 6000, id="quadratic: a long word in a macro"),
        pytest.param(b"#define f(x) static " + b"inline " * 9000, id="quadratic: many words inline in a macro"),
        pytest.param(b"#define f(x) " + b"static " * 8000, id="quadratic: many words static in a macro"),
    ],
)
def test_time_is_bounded(text: bytes) -> None:
    """A few kilobytes take no noticeable time, whatever stands in them."""
    assert seconds(text) < SECONDS
