# SPDX-License-Identifier: GPL-2.0-or-later
"""Does `reviewbot helper` answer what a helper was called, and say clearly when it cannot?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.tool import FIXTURES, TREE, refused, reviewbot

_FOUNDING = "!(vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_WRITE)"
_TREE = ("--tree", TREE)


def test_same() -> None:
    """An expression that means a helper's body is answered with the call, the signature, the header and the summary."""
    done = reviewbot("helper", "!(v->vm_flags & VM_SHARED) && v->vm_flags & VM_MAYWRITE", *_TREE)

    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "is_cow_mapping(v->vm_flags)\n"
        "    bool is_cow_mapping(vm_flags_t flags)\n"
        "    include/linux/mm.h:18, used in 0 files\n"
        "    Can writing to this mapping copy a page?\n"
    )


def test_founding_question() -> None:
    """The code of the founding case is nearly a helper's body, and the answer says what differs."""
    done = reviewbot("helper", _FOUNDING, *_TREE)

    assert done.status == 0
    assert "nothing in" in done.out.splitlines()[0]
    assert "\nnearly the same:\nis_cow_mapping(vma->vm_flags)\n" in done.out
    assert "    it tests VM_MAYWRITE where this tests VM_WRITE\n" in done.out


def test_json() -> None:
    """JSON holds the same, field by field."""
    reply = reviewbot("helper", _FOUNDING, "--json", *_TREE).json()
    (near,) = reply["near"]

    assert (reply["version"], reply["same"], reply["entries"]) == (1, [], [])
    assert near["call"] == "is_cow_mapping(vma->vm_flags)"
    assert near["differs"] == ["it tests VM_MAYWRITE where this tests VM_WRITE"]
    assert (near["header"], near["line"]) == ("include/linux/mm.h", 18)


def test_search() -> None:
    """Words are looked for in names and summaries."""
    done = reviewbot("helper", "--search", "cow mapping", *_TREE)

    assert done.status == 0
    assert done.out.splitlines()[0] == "bool is_cow_mapping(vm_flags_t flags)"


def test_a_name_is_searched() -> None:
    """A lone identifier is no expression worth comparing, but a name to look up."""
    done = reviewbot("helper", "is_cow_mapping", *_TREE)

    assert "bool is_cow_mapping(vm_flags_t flags)" in done.out


def test_search_for_a_file(tmp_path: Path) -> None:
    """With a file, what it sees comes first, its private headers are searched too, and the rest is marked."""
    texts = {
        "MAINTAINERS": "",
        "include/linux/far.h": "#define flip_far(x) ((x) ^ FAR)\n",
        "include/linux/near.h": "#define flip_near(x) ((x) ^ NEAR)\n",
        "drivers/own.h": "#define flip_own(x) ((x) ^ OWN)\n",
        "drivers/one.c": '#include <linux/near.h>\n#include "own.h"\n',
        **{f"drivers/far{at}.c": "int x = flip_far(1);\n" for at in range(3)},
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    anywhere = reviewbot("helper", "--search", "flip", "--tree", tmp_path)
    assert [line for line in anywhere.out.splitlines() if line.startswith("flip")] == ["flip_far(x)", "flip_near(x)"]
    for words in (("--search", "flip"), ("flip",)):
        there = reviewbot("helper", *words, "--tree", tmp_path, "--for", "drivers/one.c")

        assert there.out.splitlines() == [
            "flip_own(x)",
            "    drivers/own.h:1",
            "flip_near(x)",
            "    include/linux/near.h:1, used in 0 files",
            "flip_far(x)",
            "    include/linux/far.h:1, used in 3 files, not included there: #include <linux/far.h>",
        ]


@pytest.fixture
def locks(tmp_path: Path) -> Path:
    """A small tree with a lock and a class for it."""
    (tmp_path / "include" / "linux").mkdir(parents=True)
    (tmp_path / "MAINTAINERS").write_text("")
    (tmp_path / "include" / "linux" / "latch.h").write_text(
        "void latch_open(struct latch *l);\n"
        "void devm_latch_open(struct latch *l);\n"
        "DEFINE_GUARD(latch, struct latch *, latch_shut(_T), latch_open(_T))\n"
        "DEFINE_FREE(latch_open, struct latch *, if (_T) latch_open(_T))\n"
    )
    return tmp_path


def test_other_forms_of_a_call(locks: Path) -> None:
    """A call is answered with the classes that make it, though nothing means the same."""
    done = reviewbot("helper", "latch_open(&x->latch)", "--tree", locks)
    none = reviewbot("helper", "latch_open(a) + latch_open(b)", "--tree", locks)

    assert (done.status, none.status) == (0, 1)
    assert done.out.splitlines()[1:] == [
        "",
        "other forms of latch_open():",
        "void devm_latch_open(struct latch *l)",
        "    include/linux/latch.h:2",
        "guard(latch)",
        "    include/linux/latch.h:3",
        "__free(latch_open)",
        "    include/linux/latch.h:4",
    ]
    reply = reviewbot("helper", "latch_open(&x->latch)", "--tree", locks, "--json").json()
    assert [form["signature"] for form in reply["forms"][1:]] == ["guard(latch)", "__free(latch_open)"]
    assert [form["uses"] for form in reply["forms"]] == [-1, -1, -1]


def test_a_class_does_not_hide_the_function(locks: Path) -> None:
    """A function and a class of the same name are one answer: the function, which names the class."""
    done = reviewbot("helper", "--search", "latch_open", "--tree", locks)

    assert done.out.splitlines() == [
        "void latch_open(struct latch *l)",
        "    include/linux/latch.h:1, used in 0 files",
        "    see also devm_latch_open(), guard(latch), __free(latch_open)",
        "void devm_latch_open(struct latch *l)",
        "    include/linux/latch.h:2",
        "    see also latch_open()",
    ]


def test_file_decides_about_headers() -> None:
    """With a file the answer says whether its header is included there."""
    code = "(f & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE"
    seen = reviewbot("helper", code, "--for", "mm/space.c", *_TREE)
    unseen = reviewbot("helper", code, "--for", "drivers/hwmon/demo.c", *_TREE)

    assert "not included" not in seen.out
    assert "not included there: #include <linux/mm.h>" in unseen.out


def test_nothing() -> None:
    """Where the tree has nothing, that is said, with exit status 1."""
    done = reviewbot("helper", "a->b + 3", *_TREE)

    assert (done.status, done.err) == (1, "")
    assert done.out == f"nothing in {TREE} means this, or nearly\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("a->b->", *_TREE), "`a->b->` is no C expression"),
        (("return 1;", *_TREE), "`return 1;` is no C expression"),
        (("x" * 5000, *_TREE), "an expression of 5000 characters is too long"),
        (("a & b", "--for", "mm/none.c", *_TREE), "has no file mm/none.c"),
        (("a & b", "--for", "../secret.c", *_TREE), "has no file ../secret.c"),
        (("a & b", "--type", "a", *_TREE), "--type a is no NAME=TYPE"),
        (("--search", " ", *_TREE), "there is nothing to search for"),
        (("--search", "cow", "--type", "a=int", *_TREE), "--type has no meaning with --search"),
        (("--search", "cow", "--for", "mm/none.c", *_TREE), "has no file mm/none.c"),
        (("a & b", "--tree", str(FIXTURES / "none")), "does not exist"),
    ],
)
def test_bad_input(words: tuple[str, ...], sentence: str) -> None:
    """What cannot be asked is one sentence and exit status 2."""
    done = reviewbot("helper", *words)

    assert (done.status, done.out) == (2, "")
    assert sentence in done.err
    assert "Traceback" not in done.err


def test_tree_without_headers(tmp_path: Path) -> None:
    """A tree without include/ is named, and what to do."""
    (tmp_path / "MAINTAINERS").write_text("")
    done = reviewbot("helper", "a & b", "--tree", tmp_path)

    assert done.status == 2
    assert "has no headers below include/" in done.err
    assert "--tree" in done.err


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    """Without a place for a cache the answer is the same."""
    (tmp_path / "reviewbot").write_text("a file where a folder should be")
    done = reviewbot("helper", _FOUNDING, *_TREE, env={"XDG_CACHE_HOME": str(tmp_path)})

    assert (done.status, done.err) == (0, "")
    assert "is_cow_mapping(vma->vm_flags)" in done.out


def test_second_question_reads_no_header(tmp_path: Path) -> None:
    """The second question is answered from the cache, though the headers be gone from it."""
    env = {"XDG_CACHE_HOME": str(tmp_path)}
    first = reviewbot("helper", _FOUNDING, *_TREE, env=env)
    (tmp_path / "reviewbot" / "helpers" / "headers.sqlite").unlink()
    again = reviewbot("helper", _FOUNDING, *_TREE, env=env)

    assert again.out == first.out
    assert not (tmp_path / "reviewbot" / "helpers" / "headers.sqlite").exists()


@pytest.mark.parametrize("words", [("a\udcff & c",), ("--search", "\udcff")])
def test_no_text(words: tuple[str, ...]) -> None:
    """Bytes that are no UTF-8 are refused in one sentence."""
    refused(reviewbot("helper", *words, *_TREE), "no UTF-8")
