# SPDX-License-Identifier: GPL-2.0-or-later
"""Do tables give the same answers as memory, and do packed facts come back as they were?"""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.helpers.memory import Layer, Memory
from reviewbot.helpers.packed import pack, unpack
from reviewbot.helpers.store import Stored, write, write_frequency
from tests.helpers.headers import facts, memory, stored

TREE = {
    "include/linux/a.h": """\
#ifndef A_H
#define A_H
#include <linux/b.h>
#include "c.h"
#define VM_READ 0x1
#define VM_BOTH (VM_READ | VM_WRITE)
#define PAGE_UP __PAGE_UP
#define __PAGE_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
typedef unsigned long word_t;
typedef struct { DECLARE_BITMAP(bits, 64); } map_t;
struct vma {
	unsigned long start, end;
	union {
		word_t flags;
		map_t map;
	};
};
/**
 * vma_pages - how many Pages an area has
 */
static inline unsigned long vma_pages(struct vma *vma)
{
	return (vma->end - vma->start) >> PAGE_SHIFT;
}
/**
 * vma_old - deprecated
 */
static inline bool vma_old(struct vma *vma)
{
	return vma->old & VM_BOTH;
}
#ifdef CONFIG_X
static inline bool vma_both(struct vma *vma)
{
	return (vma->flags & VM_BOTH) == VM_BOTH;
}
#define VM_WRITE 0x2
#else
static inline bool vma_both(struct vma *vma)
{
	return false;
}
#endif
#define half(x) ((x) / 2)
#define for_each_vma(v) for (v = first(); v; v = next(v))
DEFINE_FREE(vma, struct vma *, put(_T))
int vma_do_100%(int a);
int vma_do(int a, void (*call)(int));
#endif
""",
    "include/linux/b.h": """\
#define VM_WRITE 0x4
typedef int word_t;
struct vma;
struct area { struct vma *vma; };
static inline const char *on_off(bool v)
{
	return v ? "on" : "off";
}
static inline bool area_empty(struct area *area)
{
	return area->vma->start == area->vma->end && area->vma->old;
}
""",
    "include/linux/empty.h": "",
}


def answers(layer: Layer) -> dict[str, object]:
    """All that a layer says of all the names that stand in TREE."""
    names = sorted({word for text in TREE.values() for word in text.replace("(", " ").replace(";", " ").split()})
    out: dict[str, object] = {"names": layer.names(), "tokens": layer.tokens(), "weak": layer.weak()}
    for name in names:
        out[f"named {name}"] = layer.named(name)
        out[f"constants {name}"] = layer.constants(name)
        out[f"structs {name}"] = layer.structs(name)
        out[f"typedef {name}"] = layer.typedef(name)
        out[f"classes {name}"] = layer.classes(name)
    for token in (*layer.tokens(), "none"):
        out[f"filed {token}"] = layer.filed(token)
    return out


def test_the_same_answers() -> None:
    """What is asked by name, by tag and by anchor is the same in memory and in tables."""
    mine = memory(TREE)
    theirs = stored(mine)

    assert answers(theirs) == answers(mine)
    theirs.preload()
    assert answers(theirs) == answers(mine)
    assert theirs.bitmap_types() == mine.bitmap_types() == ("map_t",)
    assert {p: names for p, names in mine.includes().items() if names} == theirs.includes()


def test_what_memory_says() -> None:
    """The answers are those of the headers: aliases are entries, shared storage is weak, stubs are not filed."""
    layer = memory(TREE)

    assert [entry.name for entry in layer.named("PAGE_UP")] == ["PAGE_UP"]
    assert {"flags", "map", "bits", "word_t", "map_t"} <= layer.weak()
    both = [one for token in layer.tokens() for one in layer.filed(token) if one.entry.name == "vma_both"]
    assert [one.entry.guards for one in both] == [("ifdef CONFIG_X",)]
    filed = {one.entry.name for token in layer.tokens() for one in layer.filed(token)}
    assert filed == {"vma_pages", "vma_both", "on_off", "area_empty", "PAGE_UP", "half"}
    assert layer.typedef("word_t") == "unsigned long"
    assert [(one.path, one.guarded) for one in layer.constants("VM_WRITE")] == [
        ("include/linux/a.h", True),
        ("include/linux/b.h", False),
    ]


@pytest.mark.parametrize("words", [("vma",), ("VMA", "do"), ("pages",), ("%",), ("_",), ("\\",), ("a' OR 1",), ("",)])
@pytest.mark.parametrize("bound", [0, 2, 100])
def test_search(words: tuple[str, ...], bound: int) -> None:
    """Words are searched in names and summaries without regard to case, and none is a pattern."""
    layer = memory(TREE)
    found = layer.search(words, bound)

    # the order of entries of one name is no promise
    assert sorted(map(repr, stored(layer).search(words, 100))) == sorted(map(repr, layer.search(words, 100)))
    assert [entry.name for entry in stored(layer).search(words, bound)] == [entry.name for entry in found]


@pytest.mark.parametrize("tokens", [("PAGE_SHIFT",), ("start", "end", "old"), ("none",), ()])
@pytest.mark.parametrize("bound", [0, 1, 100])
def test_holding(tokens: tuple[str, ...], bound: int) -> None:
    """Helpers that hold most of the anchors come first, at most so many."""
    layer = memory(TREE)
    found = list(layer.holding(tokens, bound))

    assert list(stored(layer).holding(tokens, bound)) == found
    assert len(found) <= bound
    assert all(one.anchors & set(tokens) for one in found)


def test_uses() -> None:
    """Numbers of files that were counted are those of the entries; -1 is that of a name that was not counted."""
    layer = stored(memory(TREE), {"vma_pages": 7, "old": 3, "on_off": 0})

    assert [layer.named(name)[0].uses for name in ("vma_pages", "on_off", "for_each_vma")] == [7, 0, -1]
    assert [layer.frequency(name) for name in ("vma_pages", "old", "never")] == [7, 3, -1]
    assert [entry.name for entry in layer.search(("vma",), 2)] == ["vma_pages", "for_each_vma"]
    assert memory(TREE).frequency("old") == -1


@pytest.mark.parametrize("text", ["", "#define A 1\n", "struct foo {\n\tint a;\n};\n"])
def test_headers_without_entries(text: str) -> None:
    """A tree whose headers declare no helper has tables, too."""
    with closing(sqlite3.connect(":memory:")) as connection:
        write(connection, Memory({"include/a.h": facts(text)}))
        write_frequency(connection, {}, {})

        assert Stored(connection).names() == memory({"include/a.h": text}).names()


def test_anchors_that_hold_blanks() -> None:
    """A helper that is filed under a string of two words has the same anchors in tables."""
    layer = memory({"include/a.h": 'static inline const char *say(bool v) { return v ? "not here" : "over there"; }'})

    assert stored(layer).filed('"not here"') == layer.filed('"not here"')


def test_search_of_no_words() -> None:
    """No words are held by every entry."""
    assert len(stored(memory(TREE)).search((), 5)) == len(memory(TREE).search((), 5))


def test_types_that_are_more_than_a_bitmap() -> None:
    """A structure that does not begin with a bitmap is no bitmap type in memory, nor in tables."""
    layer = memory({"include/a.h": "typedef struct { int count; DECLARE_BITMAP(bits, 8); } more_t;\n"})

    assert stored(layer).bitmap_types() == layer.bitmap_types()


@settings(max_examples=50, deadline=2000)
@given(st.lists(st.sampled_from(TREE["include/linux/a.h"].splitlines(keepends=True)), max_size=30))
def test_packed_facts(lines: list[str]) -> None:
    """What was packed is unpacked as it was."""
    found = facts("".join(lines))

    assert unpack(pack(found)) == found


@given(st.one_of(st.binary(max_size=100), st.binary(max_size=100).map(zlib.compress)))
def test_packed_garbage(data: bytes) -> None:
    """Bytes that are no facts are none."""
    assert unpack(data) is None


@pytest.mark.parametrize(
    "value", [None, 1, [], [[]] * 5, {}, [[[1] * 10], *[[]] * 5], [[["inline"]], *[[]] * 5], [[], [[1]], *[[]] * 4, []],
              [[], [], [[1]], [], [], []], [[["no", "f", "p", 1, "", [], "", [], "", 0]], *[[]] * 5]]
)  # fmt: skip
def test_packed_values_of_other_shapes(value: object) -> None:
    """Nor are other values."""
    assert unpack(zlib.compress(json.dumps(value).encode())) is None


@pytest.mark.parametrize("cut", [0, 1, 10, -1])
def test_packed_and_cut(cut: int) -> None:
    """Nor is the beginning of packed facts."""
    assert unpack(pack(facts(TREE["include/linux/a.h"]))[:cut]) is None


def test_packed_and_nested() -> None:
    """A value that is nested too deeply is none either."""
    assert unpack(zlib.compress(b"[" * 100_000)) is None
