# SPDX-License-Identifier: GPL-2.0-or-later
"""Are types known as far as headers say them, and unknown where they do not?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.scan import struct_offsets
from reviewbot.helpers.types import FileTypes, Member, TreeTypes, TypeOf, pointee
from reviewbot.syntax.term import Term
from tests.helpers.headers import catalogue

TREE = {
    "include/linux/a.h": """\
typedef unsigned long word_t;
typedef word_t flags_t;
typedef const flags_t *flags_p;
typedef loop_b loop_a;
typedef loop_a loop_b;
typedef loop_p *loop_p;
typedef const blank_t;
typedef struct foo foo_t;
typedef struct { DECLARE_BITMAP(bits, 64); } map_t;
typedef enum state state_t;
typedef int (*call_t)(int);
/* struct foo { int old; }; */
struct foo {
	int a, *b, c[4]; /* int no; */
	struct bar inner;
	struct {
		u8 d;
		union {
			u16 e;
			u32 f;
		};
	};
	union {
		flags_t g;
		map_t h;
	};
	struct { int i; } named;
	int (*call)(int x);
	unsigned bits:3;
	struct bar __rcu *r;
#ifdef CONFIG_X
	long l;
#endif
	enum state s;
};
union either {
	int one;
	long two;
};
int f(int a);
long g(void);
#ifdef A
int two(void);
#else
long two(void);
#endif
struct bar *get(struct foo *x);
""",
    "include/linux/b.h": "long g(void);\nstruct bar { foo_t *back; };\n",
}


@pytest.fixture(scope="module")
def types() -> TreeTypes:
    """The types of TREE."""
    return TreeTypes(catalogue(TREE))


@pytest.mark.parametrize(
    ("kind", "resolved"),
    [
        ("word_t", "unsigned long"),
        ("flags_t", "unsigned long"),
        ("flags_t **", "unsigned long **"),
        ("flags_p", "unsigned long *"),
        ("flags_p *", "unsigned long **"),
        ("const flags_t [3]", "unsigned long *"),
        ("const char __user *", "char *"),
        ("foo_t *", "struct foo *"),
        ("map_t", "map_t"),
        ("call_t", "call_t"),
        ("nope_t", "nope_t"),
        ("u64", "u64"),
        ("struct foo", "struct foo"),
    ],
)
def test_typedef_chains(types: TreeTypes, kind: str, resolved: str) -> None:
    """Typedefs are followed through others, with their stars; what is no plain type stays."""
    assert types.resolved(kind) == resolved


def test_typedefs_in_a_circle(types: TreeTypes) -> None:
    """Typedefs that name each other end, and are no integers."""
    kinds = ("loop_a", "loop_b", "loop_a **", "loop_p", "blank_t")

    assert [types.resolved(kind) for kind in kinds] == list(kinds)
    assert [types.integer(kind) for kind in kinds] == [None] * 5


@pytest.mark.parametrize(
    ("kind", "integer"),
    [
        ("int", (False, 32)),
        ("unsigned", (True, 32)),
        ("const u16", (True, 16)),
        ("bool", (True, 8)),
        ("flags_t", (True, 64)),
        ("long", (False, 64)),
        ("u64", (True, 66)),
        ("dma_addr_t", (True, 65)),
        ("long long", (False, 66)),
        ("volatile unsigned int", (True, 32)),
        ("enum state", (True, 32)),
        ("state_t", (True, 32)),
        ("enum state *", None),
        ("flags_p", None),
        ("int *", None),
        ("struct foo", None),
        ("nope_t", None),
        ("", None),
    ],
)
def test_integers(types: TreeTypes, kind: str, integer: tuple[bool, int] | None) -> None:
    """Signedness and width, where `long` is between int and long long; None for what is no integer or not known."""
    assert types.integer(kind) == integer


def test_members(types: TreeTypes) -> None:
    """Members of anonymous structures and unions are the structure's own; those of one union share its number."""
    found = types.members("foo_t")

    assert [f"{name}: {member.kind}" for name, member in found.items()] == [
        *("a: int", "b: int *", "c: int [4]", "inner: struct bar", "d: u8", "e: u16", "f: u32"),
        *("g: flags_t", "h: map_t", "named: struct { int i; }", "bits: unsigned", "r: struct bar *"),
        *("l: long", "s: enum state"),
    ]
    assert found["e"].union == found["f"].union != 0
    assert found["g"].union == found["h"].union not in (0, found["e"].union)
    assert {found[name].union for name in ("a", "d", "inner", "l")} == {0}


def test_members_of_a_union(types: TreeTypes) -> None:
    """All members of a union with a tag share storage."""
    assert types.of_tag("either") == {"one": Member("int", 1), "two": Member("long", 1)}


@pytest.mark.parametrize("kind", [None, "struct foo *", "struct none", "int", "nope_t", "struct foo [2]", ""])
def test_no_members(types: TreeTypes, kind: str | None) -> None:
    """A pointer has no members, nor has what is not known."""
    assert types.members(kind) == {}
    assert types.member(kind, "a") is None


def test_results(types: TreeTypes) -> None:
    """A function's type is known where all that declare it agree."""
    assert [types.result(name) for name in ("f", "g", "two", "get", "none")] == [
        "int",
        "long",
        None,
        "struct bar *",
        None,
    ]


def test_bitmaps(types: TreeTypes) -> None:
    """A type that is only a bitmap says the name of it."""
    assert [types.bitmap_member(kind) for kind in ("map_t", "map_t *", "foo_t", "none")] == ["bits", None, None, None]


@pytest.mark.parametrize(
    ("kind", "pointed"),
    [("struct foo *", "struct foo"), ("char **", "char *"), ("int [3]", "int"), ("int", None), (None, None)],
)
def test_pointee(kind: str | None, pointed: str | None) -> None:
    """A pointer and an array point to one star less; nothing else points."""
    assert pointee(kind) == pointed


def name(word: str) -> Term:
    """An identifier."""
    return Term("id", word)


def of(kind: str, *kids: Term, value: str = "") -> Term:
    """A term of terms."""
    return Term(kind, value, kids)


@pytest.mark.parametrize(
    ("term", "kind"),
    [
        (name("p"), "foo_t *"),
        (name("q"), None),
        (of("deref", name("p")), "struct foo"),
        (of("mem", of("deref", name("p")), value="b"), "int *"),
        (of("mem", of("mem", of("deref", name("p")), value="inner"), value="back"), "foo_t *"),
        (of("mem", name("p"), value="a"), None),
        (of("mem", of("deref", name("q")), value="a"), None),
        (of("index", of("mem", of("deref", name("p")), value="c"), Term("num", "1")), "int"),
        (of("addr", of("mem", of("deref", name("p")), value="g")), "flags_t *"),
        (of("call", name("get"), name("p")), "struct bar *"),
        (of("call", name("two")), None),
        (of("call", of("deref", name("p"))), None),
        (of("cast", name("q"), value="u8"), "u8"),
        (of("sizeof", name("q")), "size_t"),
        (of("sum", name("i"), name("w")), "word_t"),
        (of("sum", name("i"), name("q")), None),
        (of("sum", name("w"), name("q")), "word_t"),
        (of("and", name("i"), of("mem", of("deref", name("p")), value="f")), "u32"),
        (of("cond", name("q"), name("i"), Term("num", "0")), "int"),
        (of("cond", name("q"), name("i"), name("w")), None),
        (of("nothing like it"), None),
    ],
)
def test_types_of_expressions(types: TreeTypes, term: Term, kind: str | None) -> None:
    """An expression has the type that its names give it; one unknown name makes it unknown, but for what is widest."""
    assert TypeOf(types, {"p": "foo_t *", "i": "int", "w": "word_t"})(term) == kind


def test_types_of_a_file(types: TreeTypes) -> None:
    """What the file declares itself hides what the tree declares; the rest is the tree's."""
    text = b"struct foo {\n\tlong mine;\n};\nstruct own { int x; };\n"
    file = FileTypes(types.catalogue, tree=types, text=text, structs=struct_offsets(text), results={"f": "char *"})

    assert file.members("struct foo") == {"mine": Member("long", 0)}
    assert file.members("struct own") == {"x": Member("int", 0)}
    assert file.members("struct bar") == {"back": Member("foo_t *", 0)}
    assert [file.result(function) for function in ("f", "g", "none")] == ["char *", "long", None]
    assert file.resolved("flags_t") == "unsigned long"


@pytest.mark.parametrize(
    "text", [b"", b"struct x", b"struct x {", b"struct x { int", b"struct x { } }", b"struct x {\xff};"]
)
def test_structures_without_sense(types: TreeTypes, text: bytes) -> None:
    """What cannot be read has no members."""
    assert types.parsed(text, 0) == {}
