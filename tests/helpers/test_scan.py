# SPDX-License-Identifier: GPL-2.0-or-later
"""Is everything found that a header declares, with its line, its parameters and its conditions?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.entry import Entry, Kind
from reviewbot.helpers.scan import quoted
from tests.helpers.headers import entries, facts, only

TWO_INTS = (("int", "a"), ("int", "b"))


@pytest.mark.parametrize(
    ("head", "result", "parameters"),
    [
        ("static inline int f(int a, int b)", "int", TWO_INTS),
        ("static inline __must_check int f(int a, int b)", "int", TWO_INTS),
        ("static inline int __must_check f(int a, int b)", "int", TWO_INTS),
        ("static __always_inline int f(int a, int b)", "int", TWO_INTS),
        ("static inline __attribute__((pure)) int f(int a, int b)", "int", TWO_INTS),
        ("static inline int f(int a, int b) __acquires(a)", "int", TWO_INTS),
        ("static inline int f(int a, int b) __must_hold(&a->b) __acquires(b)", "int", TWO_INTS),
        ("static inline int\nf(int a,\n  int b)", "int", TWO_INTS),
        ("static inline int f(void)", "int", ()),
        ("static inline int f()", "int", ()),
        ("static inline struct page *f(const char __user *s)", "struct page *", (("const char *", "s"),)),
        (
            "static inline void f(void (*call)(int, char), int a)",
            "void",
            (("void (*call)(int, char)", "call"), TWO_INTS[0]),
        ),
        ("static inline void f(int a[4], char *b[])", "void", (("int *", "a"), ("char **", "b"))),
        (
            "static inline void f(unsigned long, struct page *, u8)",
            "void",
            (("unsigned long", ""), ("struct page *", ""), ("u8", "")),
        ),
        (
            "static inline unsigned long long f(__le32 a, __kernel_size_t b)",
            "unsigned long long",
            (("__le32", "a"), ("__kernel_size_t", "b")),
        ),
    ],
)
def test_heads_of_inlines(head: str, result: str, parameters: tuple[tuple[str, str], ...]) -> None:
    """Attributes are left out, and parameters keep their types, whatever the head looks like."""
    found = only(f"int x;\n\n{head}\n{{\n\treturn 1;\n}}\n")

    assert found == Entry(Kind.INLINE, "f", "include/linux/a.h", 3, result, parameters, "{\n\treturn 1;\n}")


def test_a_name_that_looks_like_an_attribute() -> None:
    """A function whose name begins with two underscores is a function."""
    assert only("static inline int __f(int a) __must_hold(x) { return a; }").name == "__f"


@pytest.mark.parametrize(
    "text",
    [
        "static inline int f(int a);\n",
        "static int f(int a) { return a; }\n",
        "static inline int (*f(void))(int) { return 0; }\n",
        "static inline int x = { 1 };\n",
        "// static inline int f(int a) { return a; }\n",
        "/*\nstatic inline int f(int a) { return a; }\n*/\n",
    ],
)
def test_what_is_no_inline(text: str) -> None:
    """Declarations, functions without `inline`, what has no plain name, and comments have no entry as inline."""
    assert [entry for entry in facts(text).entries if entry.kind is Kind.INLINE] == []


def test_an_attribute_with_arguments() -> None:
    """What stands in the parentheses of an attribute is not the function."""
    assert only("static inline __attribute__((aligned(8), pure)) int f(int a) { return a; }").name == "f"


@pytest.mark.parametrize("name", ["__virtio16", "struct __foo *"])
def test_types_that_look_like_attributes(name: str) -> None:
    """A type that begins with two underscores stays."""
    found = only(f"static inline {name} f({name} a)\n{{\n\treturn a;\n}}\n")

    assert (found.result, found.parameters) == (name, ((name, "a"),))


def test_a_body_with_conditions_is_left_out() -> None:
    """A function with a directive in its body is listed without its body; so is one that is too long."""
    assert only("static inline int f(int a)\n{\n#ifdef B\n\treturn 1;\n#endif\n\treturn 0;\n}\n").body == ""
    assert only("static inline int f(int a)\n{\n" + "\tg(a);\n" * 300 + "}\n").body == ""


@pytest.mark.parametrize(
    ("text", "parameters", "body"),
    [
        ("#define f(x) ((x) + 1)\n", ("x",), "((x) + 1)"),
        ("#define f(x, y) \\\n\t((x) + /* why */ \\\n\t (y)) // so\n", ("x", "y"), "((x) + (y))"),
        ("#define f(x, \\\n\t  y) x\n", ("x", "y"), "x"),
        (" # define f() g()\n", (), "g()"),
        ("#define f(fmt, ...) g(fmt, ##__VA_ARGS__)\n", ("fmt", "..."), "g(fmt, ##__VA_ARGS__)"),
        ("#define f(args...) g(args)\n", ("args...",), "g(args)"),
        ("#define f(x) \\\r\n\tg(x)\r\n", ("x",), "g(x)"),
        ("#define f(x)", ("x",), ""),
        ('#define f(x) g("/* no comment */", x)\n', ("x",), 'g("/* no comment */", x)'),
    ],
)
def test_macros(text: str, parameters: tuple[str, ...], body: str) -> None:
    """A macro's body is on one line, without comments and line joins; its parameters have no types."""
    found = only(text)

    assert (found.kind, found.name, found.line, found.result) == (Kind.MACRO, "f", 1, "")
    assert (tuple(name for _kind, name in found.parameters), found.body) == (parameters, body)
    assert {kind for kind, _name in found.parameters} <= {""}


def test_object_like_macros() -> None:
    """Macros without parameters are constants, those without a body are nothing; a condition is noted."""
    found = facts(
        "#ifndef A_H\n#define A_H\n#define A (1 << 3)\n#define EMPTY\n#ifdef X\n#define B A\n#endif\n#endif\n"
    )

    assert [(one.name, one.body, one.guarded) for one in found.constants] == [
        ("A", "(1 << 3)", False),
        ("B", "A", True),
    ]
    assert found.entries == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("#define for_each_foo(p) while (p = next(p))\n", "for_each_foo"),
        ("#define list_for_each_entry(p, h, m) \\\n\tfor (p = first(h); p; p = next(p, m))\n", "list_for_each_entry"),
        ("#define all_foo(p) for (p = 0; p < 3; p++)\n", "all_foo"),
        (
            "#define device_for_each_child_node_scoped(d, c) for (int c = 0; c < d; c++)\n",
            "device_for_each_child_node_scoped",
        ),
        ("#define children(d, c) list_for_each_entry(c, &d->kids, kin)\n", "children"),
    ],
)
def test_iterators(text: str, name: str) -> None:
    """A macro that loops, by its name or by its body, is an iterator; so is a _scoped twin."""
    assert (only(text).kind, only(text).name) == (Kind.ITERATOR, name)


def test_iterator_and_its_scoped_twin() -> None:
    """Both of a pair are found, each on its line."""
    found = entries(
        "#define for_each_x(p) for (p = a(); p; p = b(p))\n#define for_each_x_scoped(p) \\\n\tfor (int p = a(); p; )\n"
    )

    assert {name: (one.kind, one.line) for name, one in found.items()} == {
        "for_each_x": (Kind.ITERATOR, 1),
        "for_each_x_scoped": (Kind.ITERATOR, 2),
    }


@pytest.mark.parametrize(
    ("text", "signature", "kind", "body"),
    [
        (
            "DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))",
            "__free(kfree)",
            "void *",
            "if (!IS_ERR_OR_NULL(_T)) kfree(_T)",
        ),
        (
            "DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))",
            "guard(mutex)",
            "struct mutex *",
            "mutex_lock(_T); mutex_unlock(_T)",
        ),
        (
            "DEFINE_LOCK_GUARD_0(rcu,\n\trcu_read_lock(),\n\trcu_read_unlock(), int a)",
            "guard(rcu)",
            "",
            "rcu_read_lock(); rcu_read_unlock()",
        ),
        (
            "DEFINE_LOCK_GUARD_1(spin, spinlock_t,\n\tspin_lock(_T->lock), spin_unlock(_T->lock))",
            "guard(spin)",
            "spinlock_t",
            "spin_lock(_T->lock); spin_unlock(_T->lock)",
        ),
        (
            "DEFINE_LOCK_GUARD_1(born, spinlock_t, spin_init(_T->lock), /* */)",
            "guard(born)",
            "spinlock_t",
            "spin_init(_T->lock)",
        ),
        ("DEFINE_CLASS(fd, struct fd, fdput(_T), fdget(fd), int fd)", "CLASS(fd)", "struct fd", "fdput(_T)"),
    ],
)
def test_classes(text: str, signature: str, kind: str, body: str) -> None:
    """What cleanup.h's macros declare is found, with the name to call it by and its type."""
    found = only(f"\n{text}\n")

    assert (found.kind, found.line, found.signature) == (Kind.CLASS, 2, signature)
    assert (found.parameters, found.body) == (((kind, "_T"),), body)


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("int f(int a);", "int f(int a)"),
        ("extern __must_check struct page *f(struct page *a, gfp_t);", "struct page *f(struct page *a, gfp_t)"),
        ("void f(void);", "void f(void)"),
        ("int f(const char *fmt, ...) __attribute__((format(printf, 1, 2))) __cold;", "int f(const char *fmt, ...)"),
        ("int f(int a,\n      int b)\n\t__acquires(a);", "int f(int a, int b)"),
        ("unsigned long **f(int a);", "unsigned long **f(int a)"),
        ("struct page *\nf(int a);", "struct page *f(int a)"),
        ("extern const struct page *__must_check\nf(int a,\n  int b);", "const struct page *f(int a, int b)"),
        ("unsigned long\n*f(int a);", "unsigned long *f(int a)"),
        ("const char* f(int a);", "const char *f(int a)"),
        ("int f (int a);", "int f(int a)"),
        ("void f(int a)\n__acquires(a);", "void f(int a)"),
        ("extern __printf(1, 2) void f(const char *fmt, ...);", "void f(const char *fmt, ...)"),
        ("int __printf(1, 2)\nf(const char *fmt, ...);", "int f(const char *fmt, ...)"),
        ("__printf(1, 2) void f(const char *fmt, ...);", "void f(const char *fmt, ...)"),
        ("__printf(1, 2)\nvoid f(const char *fmt, ...);", "void f(const char *fmt, ...)"),
        ("int __f(int a) __must_hold(a);", "int __f(int a)"),
        ("FOO_API\nsize_t f(int a);", "size_t f(int a)"),
        ("FOO *f(int a);", "FOO *f(int a)"),
        ("FOO f(int a);", "FOO f(int a)"),
    ],
)
def test_prototypes(text: str, signature: str) -> None:
    """A function that is only declared has its types and no body."""
    found = only(f"\n{text}\n")

    assert (found.kind, found.signature, found.body) == (Kind.FUNCTION, signature, "")
    assert found.line == 2 + text.startswith("__printf(1, 2)\n")


def test_prototypes_of_one_declaration() -> None:
    """Several functions that one declaration declares are all found, with the stars of each."""
    found = entries("\nextern struct page *f(int a), g(void),\n\t**h(char *b, int c);\nint k(int a), x, (*p)(int);\n")

    assert {name: (entry.signature, entry.line) for name, entry in found.items()} == {
        "f": ("struct page *f(int a)", 2),
        "g": ("struct page g(void)", 2),
        "h": ("struct page **h(char *b, int c)", 2),
        "k": ("int k(int a)", 4),
    }


@pytest.mark.parametrize(
    "text",
    [
        "typedef int f(int a);",
        "\treturn f(a);",
        "int (*f)(int a);",
        "static int f(int a);",
        "typedef\nint f(int a);",
        "static int\nf(int a);",
        "struct\nfoo { int a; };",
        "int x;\nf(a);",
        "LIST\n(a);",
    ],
)
def test_what_is_no_prototype(text: str) -> None:
    """Types, calls, pointers and what is private to the header are no prototypes."""
    assert facts(text + "\n").entries == ()


def test_signature_of_a_pointer_to_a_function() -> None:
    """A parameter that points to a function is spelt once."""
    assert only("void f(void (*call)(int), int a);\n").signature == "void f(void (*call)(int), int a)"


def test_typedefs() -> None:
    """A typedef is kept as written; one of a function is none, nor is one that cannot be read in one piece."""
    text = "typedef unsigned long a_t;\ntypedef struct foo\n\tb_t;\ntypedef struct {\n\tint x;\n} c_t;\n"
    text += "typedef void (*d_t)(int);\n"

    assert dict(facts(text).typedefs) == {"a_t": "unsigned long", "b_t": "struct foo", "c_t": "struct { int x; }"}


def test_two_names_of_one_typedef() -> None:
    """`typedef struct foo foo_t, *foo_p;` says nothing of `foo_t, *`."""
    assert all("," not in text for _name, text in facts("typedef struct foo foo_t, *foo_p;\n").typedefs)


def test_names_between_quotes() -> None:
    """Headers are told by their quotes, whatever blanks stand around them."""
    text = b'#include "a.h"\n # include"b/c-d.h"\n#\tinclude\t\t"../e.h"\n'
    text += b'#include <f.h>\n// #include "g.h"\n#include "h i.h"\n'

    assert quoted(text) == ("a.h", "b/c-d.h", "../e.h")


def test_structures_unions_and_includes() -> None:
    """Tags have the offset of their declaration, anonymous unions their members, includes their names."""
    text = """\
#include <linux/b.h>
 # include "c/d.h"
/* #include <no.h> */
struct foo {
	int a;
	union {
		long b;
		bm_t c;
	};
};
union bar
{
	int d;
};
struct fwd;
struct foo *get(struct foo *x);
"""
    found = facts(text)

    assert found.includes == ("linux/b.h", "c/d.h")
    assert found.structs == (("foo", text.index("struct foo")), ("bar", text.index("union bar")))
    assert found.unions == ((("long", "b"), ("bm_t", "c")),)
