# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the normalising pass keep every offset, and make kernel macros readable for a plain C parser?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.model import SourceFile
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.normalise import closing, normalise
from reviewbot.syntax.parse import parse

_FACTS = SyntaxFacts(
    iterators=frozenset({b"hash_walk"}), annotations=SyntaxFacts().annotations | {b"__must_check", b"asmlinkage"}
)
_PIECES = (
    "for_each_cpu(",
    ")",
    "(",
    "{",
    "}",
    "\n",
    "\t",
    " ",
    "guard(mutex)(&l);",
    "SYSCALL_DEFINE1(",
    "static ",
    "__init ",
    "__free(kfree)",
    "case 1 ... 3:",
    "MODULE_X(y)",
    "struct a *",
    ",",
    ";",
    "=",
    '"s"',
    "'",
    "/*",
    "*/",
    "//",
    "#define ",
    "\\\n",
    "list_for_each_entry(p, &h, l) {",
    "int",
    "sizeof",
    "\x00",
    "é",
)


@given(st.lists(st.sampled_from(_PIECES), max_size=60))
@settings(max_examples=300, deadline=None)
def test_length_and_line_ends_stay(pieces: list[str]) -> None:
    """Whatever it reads, it answers as many bytes, with the line ends where they were."""
    text = "".join(pieces).encode()

    out = normalise(text, _FACTS)

    assert len(out) == len(text)
    assert [i for i, b in enumerate(out) if b == 10] == [i for i, b in enumerate(text) if b == 10]


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_parsed_without_an_exception(text: bytes) -> None:
    """Trouble shows in the functions' error lines alone."""
    unit = parse(SourceFile("a.c", text), _FACTS)

    assert all(function.span.end <= len(text) for function in unit.functions)


def _body(statements: str) -> str:
    return f"static int f(struct a *p)\n{{\n\t{statements}\n\treturn 0;\n}}\n"


@pytest.mark.parametrize(
    "code",
    [
        _body("for_each_online_cpu(cpu) {\n\t\tg(cpu);\n\t}"),
        _body("list_for_each_entry(q, &p->list, node)\n\t\tg(q);"),
        _body("hash_walk(q, p)\n\t\tg(q);"),
        _body("guard(mutex)(&p->lock);"),
        _body("guard(rcu)();"),
        _body("scoped_guard(mutex, &p->lock) {\n\t\tg(p);\n\t}"),
        _body("char *s __free(kfree) = g(p);"),
        _body("switch (p->n) {\n\tcase 1 ... 3:\n\t\tg(p);\n\t}"),
        _body("q = container_of(p, struct b, member);"),
        _body("q = container_of(p, struct\n\t\t\t a_long_name, member);"),
        _body("q = kmalloc_type(p, unsigned long, struct b *);"),
        _body("static DEFINE_RATELIMIT_STATE(rs, 1, 2);"),
        "static int __init __must_check f(void)\n{\n\treturn 0;\n}\n",
        "asmlinkage long f(const char __user *p)\n{\n\treturn 0;\n}\n",
        "SYSCALL_DEFINE2(brk, unsigned long, brk, int, flags)\n{\n\treturn 0;\n}\n",
        "EXPORT_THINGS(f)\nint f(void)\n{\n\treturn 0;\n}\n",
        "static int f(void) __attribute__((cold))\n{\n\treturn 0;\n}\n".replace(" __attribute__((cold))", ""),
    ],
)
def test_kernel_c_is_understood(code: str) -> None:
    """What the kernel writes every day has no error line."""
    facts = SyntaxFacts(_FACTS.iterators, _FACTS.annotations | {b"__user"})

    functions = parse(SourceFile("a.c", code.encode()), facts).functions

    assert [function.error_line for function in functions] == [0]


def test_without_facts_iterators_of_other_names_are_counted_as_not_understood() -> None:
    """A macro that nobody says to iterate is trouble, and the trouble is told with its line."""
    code = _body("g(p);\n\thash_walk(q, p)\n\t\tg(q);")

    functions = parse(SourceFile("a.c", code.encode()), SyntaxFacts()).functions

    assert [function.analysed for function in functions] == [False]
    assert 4 <= functions[0].error_line <= 5


def test_definition_of_an_annotation_is_left_alone() -> None:
    """`#define __must_check ...` is not blanked in its own definition."""
    text = b"#define __must_check __attribute__((x))\nint __must_check f(void);\n"

    out = normalise(text, _FACTS)

    assert out.startswith(b"#define __must_check ")
    assert out.endswith(b"\nint              f(void);\n")


def test_closing_parenthesis_is_found_within_its_bound() -> None:
    """The partner of a parenthesis, or -1 when it is missing or too far away."""
    assert closing(b"(a(b)c)d", 0) == 7
    assert closing(b"(a(b)c", 0) == -1
    assert closing(b"(" + b"x" * 5000 + b")", 0) == -1
