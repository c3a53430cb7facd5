# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a helper proposed where a maintainer would take it, and nowhere else?"""

from __future__ import annotations

import pytest

from tests.helpers.headers import ask

VMA = "struct vma { unsigned long flags, start, end; };\n"
PAGES = """\
static inline unsigned long vma_pages(struct vma *vma)
{
	return (vma->end - vma->start) >> PAGE_SHIFT;
}
"""
HEADER = VMA + PAGES
BODY = "unsigned long f(struct vma *v)\n{\n\treturn (v->end - v->start) >> PAGE_SHIFT;\n}\n"
CODE = "#include <linux/mm.h>\n" + BODY
CALL = ["vma_pages(v)"]
CHECKPATCH = "scripts/checkpatch.pl"
FAMILY = "the code is the helper's own family"
UNSEEN = "its header is not included here"


def test_included_directly_or_through_another_header() -> None:
    """A helper is seen by a direct include, and by one of an include."""
    assert ask({"include/linux/mm.h": HEADER, "mm/a.c": CODE}, "mm/a.c").calls == CALL
    through = {
        "include/linux/mm.h": HEADER,
        "include/linux/b.h": "#include <linux/mm.h>\n",
        "mm/a.c": "#include <linux/b.h>\n" + BODY,
    }
    assert ask(through, "mm/a.c").calls == CALL


@pytest.mark.parametrize(
    ("header", "uses", "path", "why"),
    [
        ("include/linux/mm.h", 30, "drivers/a.c", ""),
        ("include/linux/mm.h", 3, "mm/a.c", ""),
        ("include/linux/mm.h", 3, "drivers/a.c", UNSEEN),
        ("include/net/mm.h", 30, "mm/a.c", UNSEEN),
    ],
)
def test_not_included(header: str, uses: int, path: str, why: str) -> None:
    """One more include is proposed for a helper of include/linux/ that many use, or that lives near; for no other."""
    found = ask({header: HEADER, path: BODY}, path, {"vma_pages": uses})

    assert found.priors == {"vma_pages": why}
    assert found.calls == ([] if why else CALL)


def test_private_headers() -> None:
    """A private header that the file includes is seen; one of another subsystem is not."""
    mine = '#include "internal.h"\n' + BODY

    assert ask({"mm/internal.h": HEADER, "mm/a.c": mine}, "mm/a.c").headers == ["mm/internal.h"]
    assert (
        ask({"mm/sub/internal.h": HEADER, "mm/a.c": mine.replace("internal", "sub/internal")}, "mm/a.c").calls == CALL
    )
    assert ask({"fs/internal.h": HEADER, "mm/a.c": mine}, "mm/a.c").calls == []
    assert ask({"mm/internal.h": HEADER, "mm/a.c": BODY}, "mm/a.c").calls == []
    far = mine.replace("internal.h", "../../../outside.h")
    assert ask({"outside.h": HEADER, "mm/a.c": far}, "mm/a.c").calls == []


def test_private_headers_that_include_each_other() -> None:
    """A circle of private headers ends, and all of them are seen."""
    tree = {
        "mm/a.h": '#include "b.h"\n' + VMA,
        "mm/b.h": '#include "a.h"\n' + PAGES,
        "mm/a.c": '#include "a.h"\n' + BODY,
    }

    assert ask(tree, "mm/a.c").headers == ["mm/b.h"]


@pytest.mark.parametrize(
    "more",
    [
        "",
        "#define ANY 1\n",
    ],
)
def test_structures_of_private_headers(more: str) -> None:
    """A private header gives the types of its structures, also where it declares nothing else."""
    code = BODY.replace("struct vma *v", "struct box *b").replace("v->", "b->vma->")
    tree = {
        "include/linux/mm.h": HEADER,
        "mm/internal.h": "struct box { struct vma *vma; };\n" + more,
        "mm/a.c": '#include <linux/mm.h>\n#include "internal.h"\n' + code,
    }

    assert ask(tree, "mm/a.c").calls == ["vma_pages(b->vma)"]


def test_own_family() -> None:
    """No helper is proposed in its own header, in a function of its name, or in one that it calls."""
    own = ask({"include/linux/mm.h": HEADER}, "include/linux/mm.h")
    assert (own.calls, own.priors) == ([], {"vma_pages": FAMILY})
    named = ask({"include/linux/mm.h": HEADER, "mm/a.c": CODE.replace(" f(", " vma_pages(")}, "mm/a.c")
    assert (named.calls, named.rejected) == ([], {"vma_pages(v)": FAMILY})
    calls = {
        "include/linux/mm.h": HEADER.replace("(vma->end", "g(0) + (vma->end"),
        "mm/a.c": CODE.replace("(v->end", "g(0) + (v->end"),
    }
    assert ask(calls, "mm/a.c").calls == CALL
    calls["mm/a.c"] = calls["mm/a.c"].replace(" f(", " g(")
    assert ask(calls, "mm/a.c").rejected == {"vma_pages(v)": FAMILY}


@pytest.mark.parametrize(
    "tree",
    [
        {"include/linux/mm.h": VMA + "/**\n * vma_pages - count\n *\n * Deprecated, use g().\n */\n" + PAGES},
        {"include/linux/mm.h": VMA + PAGES.replace("inline", "inline __deprecated")},
        {"include/linux/mm.h": HEADER, CHECKPATCH: 'our %deprecated_apis = (\n\t"vma_pages"\t=> "g",\n);\n'},
        {
            "include/linux/mm.h": HEADER,
            CHECKPATCH: 'our %deprecated_string_apis = (\n\t"o" => "x",\n\t"vma_pages" => "g",\n);\n',
        },
    ],
    ids=["comment", "attribute", "checkpatch", "checkpatch's strings"],
)
def test_deprecated(tree: dict[str, str]) -> None:
    """What the tree calls deprecated is never proposed."""
    assert ask(tree | {"mm/a.c": CODE}, "mm/a.c").calls == []


def test_names_elsewhere_in_checkpatch() -> None:
    """A name outside of checkpatch's lists is not deprecated."""
    script = (
        'our %other = (\n\t"vma_pages"\t=> "g",\n);\nour %deprecated_apis = (\n\t"kmap" => "kmap_local_page",\n);\n'
    )

    assert ask({"include/linux/mm.h": HEADER, "mm/a.c": CODE, CHECKPATCH: script}, "mm/a.c").calls == CALL


GETTER = "struct sk { int priv; };\nstatic inline int sk_priv(const struct sk *sk)\n{\n\treturn sk->priv;\n}\n"
READS = "#include <linux/sk.h>\nint f(struct sk *s)\n{\n\treturn g(s->priv);\n}\n"
CALLS = "int h(struct sk *s)\n{\n\treturn sk_priv(s);\n}\n"


@pytest.mark.parametrize(
    ("code", "counts", "proposed"),
    [
        (READS, None, False),
        (READS + CALLS, None, True),
        (READS, {"sk_priv": 10, "priv": 15}, True),
        (READS, {"sk_priv": 10, "priv": 21}, False),
        (READS + CALLS, {"sk_priv": 10, "priv": 90}, True),
    ],
)
def test_getters(code: str, counts: dict[str, int] | None, proposed: bool) -> None:
    """A helper that only reads a member is proposed where the file calls it, or half of the tree does."""
    found = ask({"include/linux/sk.h": GETTER, "net/a.c": code}, "net/a.c", counts)

    assert found.calls == (["sk_priv(s)"] if proposed else [])
    assert found.priors == {"sk_priv": "" if proposed else "the tree reads the member itself"}


def test_an_equal_helper_of_another_subsystem() -> None:
    """PFN_UP(), which all use, is preferred to a helper with the same body that belongs to others."""
    tree = {
        "include/linux/pfn.h": "#define PAGE_SIZE (1UL << PAGE_SHIFT)\n"
        "#define PFN_UP(x)\t(((x) + PAGE_SIZE-1) >> PAGE_SHIFT)\n",
        "include/linux/foo.h": "#include <linux/pfn.h>\nstatic inline unsigned long foo_pages(unsigned long bytes)\n{\n"
        "\treturn (bytes + PAGE_SIZE - 1) >> PAGE_SHIFT;\n}\n",
        "drivers/a.c": "#include <linux/foo.h>\nunsigned long f(unsigned long len)\n{\n"
        "\treturn (len + PAGE_SIZE - 1) >> PAGE_SHIFT;\n}\n",
    }
    found = ask(tree, "drivers/a.c", {"PFN_UP": 400, "foo_pages": 2, "PAGE_SHIFT": 900, "PAGE_SIZE": 900})

    assert found.calls == ["PFN_UP(len)"]
    assert found.priors == {"PFN_UP": "", "foo_pages": "it belongs to another subsystem"}


SHARED = "static inline bool vma_x(struct vma *vma)\n{\n\treturn vma->flags & VM_X;\n}\n"
UNTYPED = "#include <linux/mm.h>\nint f(void)\n{\n\tif (q->flags & VM_X)\n\t\treturn 1;\n\treturn 0;\n}\n"


@pytest.mark.parametrize(
    ("path", "uses", "flags", "proposed"),
    [
        ("mm/a.c", 20, 900, True),
        ("drivers/a.c", 20, 900, False),
        ("drivers/a.c", 20, 90, True),
        ("drivers/a.c", 320, 900, True),
    ],
)
def test_arguments_without_a_type(path: str, uses: int, flags: int, proposed: bool) -> None:
    """Where types are not known, a helper must be near, used all over, or speak of a seldom member."""
    found = ask({"include/linux/mm.h": SHARED, path: UNTYPED}, path, {"vma_x": uses, "flags": flags, "VM_X": 500})

    assert found.calls == (["vma_x(q)"] if proposed else [])
    assert found.rejected == ({} if proposed else {"vma_x(q)": "the type of an argument is not known"})


def test_a_member_that_was_not_counted_is_no_seldom_one() -> None:
    """`flags` stands in so many unions that nobody counts it; a helper that nobody calls is not proposed either."""
    tree = {"include/linux/mm.h": SHARED, "drivers/a.c": UNTYPED}

    assert ask(tree, "drivers/a.c", {"vma_x": 20, "VM_X": 500}).calls == []
    tree["mm/a.c"] = UNTYPED
    assert ask(tree, "mm/a.c", {"vma_x": 0, "flags": 90, "VM_X": 500}).calls == []


def test_arguments_of_another_type() -> None:
    """An argument that is known to be of another type is no argument."""
    tree = {
        "include/linux/mm.h": VMA + SHARED + "struct other { unsigned long flags; };\n",
        "mm/a.c": UNTYPED.replace("f(void)", "f(struct other *q)"),
    }

    assert ask(tree, "mm/a.c").calls == []


def guarded(otherwise: str) -> str:
    """A header that has vma_pages() only with CONFIG_MMU, and something else without."""
    return f"{VMA}#ifdef CONFIG_MMU\n{PAGES}#else\n{otherwise}#endif\n"


@pytest.mark.parametrize(
    ("otherwise", "why"),
    [
        ("", "some configurations do not have it"),
        (PAGES.replace("(vma->end - vma->start)", "vma->end"), "its body depends on the configuration"),
        ("unsigned long vma_pages(struct vma *vma);\n", "its body depends on the configuration"),
    ],
)
def test_configurations(otherwise: str, why: str) -> None:
    """A helper that only some configurations have, or have in this way, is not proposed."""
    found = ask({"include/linux/mm.h": guarded(otherwise), "mm/a.c": CODE}, "mm/a.c")

    assert (found.calls, found.priors["vma_pages"]) == ([], why)


@pytest.mark.parametrize("otherwise", [PAGES.split("{")[0] + "{\n\treturn 0;\n}\n", PAGES])
def test_stubs_and_equal_bodies(otherwise: str) -> None:
    """A stub where the feature is off does not speak against a helper, nor does the same body."""
    assert ask({"include/linux/mm.h": guarded(otherwise), "mm/a.c": CODE}, "mm/a.c").calls == CALL


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("if (!((v->end - v->start) >> PAGE_SHIFT))\n\t\treturn 1;\n\treturn 2;", ["!vma_pages(v)"]),
        ("return g((v->end - v->start) >> PAGE_SHIFT) + ((v->end - v->start) >> PAGE_SHIFT);", CALL * 2),
        ("return (v->end - v->end) >> PAGE_SHIFT;", []),
        ("return (v->start - v->end) >> PAGE_SHIFT;", []),
        ("return (v->end - v->start) >> (PAGE_SHIFT + 1);", []),
        ("/* return (v->end - v->start) >> PAGE_SHIFT; */\n\treturn 0;", []),
        ('return g("(v->end - v->start) >> PAGE_SHIFT");', []),
    ],
)
def test_places(code: str, calls: list[str]) -> None:
    """Every place is found, negated too, and what only looks alike is not."""
    text = f"#include <linux/mm.h>\nunsigned long f(struct vma *v)\n{{\n\t{code}\n}}\n"

    assert ask({"include/linux/mm.h": HEADER, "mm/a.c": text}, "mm/a.c").calls == calls


@pytest.mark.parametrize(
    ("helper", "why"),
    [
        (
            "static inline bool f1(struct vma *v)\n{\n\treturn WARN_ON(v->flags & VM_X) && v->end;\n}\n",
            "it is an assertion",
        ),
        ("#define MAX(a, b) ((a) > (b) ? (a) : (b))\n", "it is for constants alone"),
        ("static inline int f2(int a)\n{\n\twhile (a)\n\t\ta--;\n\treturn a;\n}\n", "its body is no expression"),
        ("static inline int f3(int a, int b)\n{\n\treturn g(a, b);\n}\n", "it only passes its arguments on"),
        ("#define set_x(v) ((v)->flags |= VM_X)\n", "it assigns to its argument"),
        ("static inline int f4(int a)\n{\n\treturn a + 1;\n}\n", "its body says too little"),
    ],
)
def test_helpers_that_are_never_proposed(helper: str, why: str) -> None:
    """Assertions, wrappers, assignments and what says too little are named as such."""
    found = ask({"include/linux/mm.h": helper, "mm/a.c": CODE}, "mm/a.c", {"VM_X": 500})

    assert list(found.priors.values()) == [why]


def test_body_of_names_and_casts_alone() -> None:
    """A helper without any name or seldom operator in its body is found by its cast difference, in both directions."""
    header = (
        "#define typecheck(type, x) ({ type __one; typeof(x) __two; (void)(&__one == &__two); 1; })\n"
        "#define time_after(a, b) (typecheck(unsigned long, a) && typecheck(unsigned long, b) && "
        "((long)((b) - (a)) < 0))\n#define time_before(a, b) time_after(b, a)\n"
    )
    code = "#include <linux/jiffies.h>\nint f(unsigned long due)\n{\n\treturn (long)(due - jiffies) < 0;\n}\n"
    tree = {"include/linux/jiffies.h": header, "mm/a.c": code}

    assert ask(tree, "mm/a.c", {"time_after": 800, "time_before": 500}).calls == ["time_after(jiffies, due)"]
    assert ask(tree, "mm/a.c", {"time_after": 500, "time_before": 800}).calls == ["time_before(due, jiffies)"]
    header += "#define time_is_before_jiffies(a) time_after(jiffies, a)\n"
    tree = {
        "include/linux/jiffies.h": header,
        "mm/a.c": code.replace("(long)(due - jiffies) < 0", "time_after(jiffies, due)"),
    }
    assert ask(tree, "mm/a.c").calls == ["time_is_before_jiffies(due)"]
    assert ask(tree, "mm/a.c", {"time_is_before_jiffies": 9, "jiffies": 9000}).calls == ["time_is_before_jiffies(due)"]
