# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the conditions around a declaration, its comment, and what macros make of it read rightly?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.entry import Kind
from reviewbot.helpers.header import Layout, blank_comments, block_end
from tests.helpers.headers import entries, facts, only

MAKER = (
    "#define PAGEFLAG(uname, lname)\t\t\\\n"
    "static inline int Page##uname(struct page *page)\t\\\n"
    "{ return test_bit(PG_##lname, &page->flags); }\t\t\\\n"
    "static inline void SetPage##uname(struct page *page)\t\\\n"
    "{ set_bit(PG_##lname, &page->flags); }\n"
)


def test_conditions() -> None:
    """Each branch has its condition, outermost first; the include guard and __KERNEL__ are none."""
    text = """\
/* SPDX */
#ifndef _LINUX_A_H
#define _LINUX_A_H
int a(int x);
#ifdef CONFIG_X
int b(int x);
# if defined(Y) && \\
\tZ
int c(int x);
# else
int d(int x);
# endif
#elif Q
int e(int x);
#else /* !CONFIG_X */
int f(int x);
#endif
#ifdef __KERNEL__
int g(int x);
#endif
#endif
"""
    assert {name: entry.guards for name, entry in entries(text.replace("\\\n\tZ", "Z")).items()} == {
        "a": (),
        "b": ("ifdef CONFIG_X",),
        "c": ("ifdef CONFIG_X", "if defined(Y) && Z"),
        "d": ("ifdef CONFIG_X", "else of if defined(Y) && Z"),
        "e": ("elif Q",),
        "f": ("else of elif Q",),
        "g": (),
    }
    assert len(entries(text)) == 7


def test_a_default_that_an_architecture_replaces() -> None:
    """`#ifndef f` around a default is a condition, since it is no include guard."""
    found = entries(
        "#ifndef f\n#define f f\nstatic inline int f(int a) { return a; }\n#endif\n"
        "#ifndef g\n#define g(x) (x)\n#endif\n"
    )

    assert {name: entry.guards for name, entry in found.items()} == {"f": ("ifndef f",), "g": ("ifndef g",)}


@pytest.mark.parametrize(
    "text", ["#endif\n#endif\nint f(int a);\n", "#else\nint f(int a);\n#else\n", "#if\nint f(int a);"]
)
def test_conditions_without_an_end(text: str) -> None:
    """What is not balanced is no reason to fail."""
    assert only(text).name == "f"


@pytest.mark.parametrize(
    ("rest", "summary"),
    [
        (" *\n * Long.\n", "count the pages"),
        (" *   of an area\n *   and its holes\n *\n * Long.\n", "count the pages of an area and its holes"),
        (" * of an area\n * @a: the area\n", "count the pages of an area"),
        (" * of an area\n * @...: more\n", "count the pages of an area"),
        (" * of an area\n * Context: any\n", "count the pages of an area"),
        (" * of an area\n * Return: a number\n", "count the pages of an area"),
        (" * of an area\n * RETURNS:\n * a number\n", "count the pages of an area"),
        (" * of these: all\n", "count the pages of these: all"),
        (" * of an area\n\n * Long.\n", "count the pages of an area"),
        (" * of " + "many " * 60 + "\n", "count the pages of" + " many" * 36 + " ..."),
        (" * " + "x" * 300 + "\n", "count the pages ..."),
    ],
)
def test_kernel_doc_of_several_lines(rest: str, summary: str) -> None:
    """The summary goes on up to an empty line, a parameter or a section, and is cut between words."""
    for first in (" * f - count the pages", " * f() -\n * count the pages"):
        assert only(f"/**\n{first}\n{rest} */\nint f(int a);\n").summary == summary


@pytest.mark.parametrize(
    ("comment", "summary", "deprecated"),
    [
        ("/**\n * f - count the pages\n * @a: what\n *\n * Long.\n */", "count the pages", False),
        ("/**\n * f() - count\n */", "count", False),
        ("/**\n * f(): count\n */", "count", False),
        ("/**\n * f - count\n *\n * This is DEPRECATED: use g().\n */", "count", True),
        ("/* f - no kernel-doc */", "", False),
        ("/**\n * other - another\n */", "", False),
    ],
)
def test_kernel_doc(comment: str, summary: str, deprecated: bool) -> None:
    """The summary of an inline, a macro and a prototype is that of its comment, which may call it deprecated."""
    for code in ("static inline int f(int a)\n{\n\treturn a;\n}", "#define f(a) (a)", "int f(int a);"):
        found = only(f"{comment}\n{code}\n")
        assert (found.summary, found.deprecated) == (summary, deprecated), code


def test_the_deprecated_attribute() -> None:
    """A function with __deprecated is deprecated, too."""
    assert only("static inline __deprecated int f(int a) { return a; }").deprecated


def test_deprecated_with_a_directive_in_the_body() -> None:
    """A function whose body holds a directive is as deprecated as any other."""
    assert only(
        "static inline __deprecated int f(int a)\n{\n#ifdef B\n\treturn 1;\n#endif\n\treturn 0;\n}\n"
    ).deprecated


def test_generated_accessors() -> None:
    """Functions that a header makes by calling its own macro are entries, with the conditions of the call."""
    found = entries(f"{MAKER}PAGEFLAG(Dirty, dirty)\n#ifdef CONFIG_X\nPAGEFLAG(Ref, ref)\n#endif\n")

    assert set(found) == {"PAGEFLAG", "PageDirty", "SetPageDirty", "PageRef", "SetPageRef"}
    assert (found["PageDirty"].kind, found["PageDirty"].line) == (Kind.INLINE, 6)
    assert found["PageDirty"].body == "{ return test_bit(PG_dirty, &page->flags); }"
    assert found["SetPageDirty"].signature == "void SetPageDirty(struct page *page)"
    assert (found["PageRef"].line, found["PageRef"].guards) == (8, ("ifdef CONFIG_X",))


def test_accessors_made_through_another_macro() -> None:
    """A macro that calls a maker is one itself."""
    found = entries(f"{MAKER}#define BOTH(u, l) PAGEFLAG(u, l) PAGEFLAG(Un##u, un##l)\nBOTH(Hot, hot)\n")

    assert {"PageHot", "PageUnHot", "SetPageUnHot"} <= set(found)
    assert found["PageUnHot"].body == "{ return test_bit(PG_unhot, &page->flags); }"


def test_lines_of_generated_accessors() -> None:
    """Calls on neighbouring lines make functions on those lines."""
    found = entries(f"{MAKER}PAGEFLAG(One, one)\nPAGEFLAG(Two, two)\n")

    assert (found["PageOne"].line, found["PageTwo"].line) == (6, 7)


def test_comments_are_blanked() -> None:
    """Comments become blanks byte for byte, line ends and strings stay, whatever stands in them."""
    text = b'a /* b\n"c" */ d // e\n"/* f */" \'"\' /* g\n'
    plain = blank_comments(text)

    assert plain == b'a     \n       d     \n"/* f */" \'"\'     \n'
    assert len(plain) == len(text)


def test_block_end() -> None:
    """The end is behind the brace that closes; -1 beyond the bound or without an end."""
    assert [block_end(text, 0, 8) for text in (b"{a{b}c}d", b"{a{b}c", b"{      }x", b"{        }")] == [7, -1, 8, -1]


def test_lines_and_offsets() -> None:
    """Lines count from 1, and an offset belongs to the line that it stands in."""
    layout = Layout(b"ab\nc\n\nd")

    assert [layout.line(at) for at in range(7)] == [1, 1, 1, 2, 2, 3, 4]
    assert [layout.offset(line) for line in range(1, 5)] == [0, 3, 5, 6]


def test_lines_behind_long_comments_and_conditions() -> None:
    """Line numbers are those of the file as it is, not of what is left of it."""
    text = "/*\n * one\n */\n\n#ifdef A /* b\n c */\n#define f(x) \\\n\t(x)\n#endif\nint g(int a);\n"

    assert {name: entry.line for name, entry in entries(text).items()} == {"f": 7, "g": 10}


def test_bytes_that_are_no_utf8() -> None:
    """A byte that is no text becomes the mark for one, and offsets stay in bytes."""
    text = b"/* \xe9\xe9 */\n#define f(x) (x) \xff\nstruct foo {\n\tint a;\n};\n"
    found = facts(text)

    assert found.entries[0].body == "(x) \N{REPLACEMENT CHARACTER}"
    assert found.structs == (("foo", text.index(b"struct foo")),)
