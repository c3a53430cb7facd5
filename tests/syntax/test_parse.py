# SPDX-License-Identifier: GPL-2.0-or-later
"""Are functions, their names and places, symbols and macros what the file says?"""

from __future__ import annotations

import pytest

from reviewbot.model import SourceFile
from reviewbot.syntax.facts import SyntaxFacts, read_facts
from reviewbot.syntax.macros import read_macros
from reviewbot.syntax.parse import Unit, parse
from reviewbot.syntax.scope import symbols
from tests.rules.harness import MadeUpTree, real_tree


def _unit(code: str) -> Unit:
    return parse(SourceFile("a.c", code.encode()), SyntaxFacts())


def test_functions_have_names_and_lines() -> None:
    """Each definition is known by its name, and the lines of its first and last byte."""
    code = "/* é */\nint a(void)\n{\n\treturn 1;\n}\n\nstatic struct b *\nc(int x)\n{\n\treturn 0;\n}\nint d(void);\n"

    functions = _unit(code).functions

    assert [(f.name, f.span.first_line, f.span.last_line) for f in functions] == [("a", 2, 5), ("c", 7, 11)]


def test_functions_under_preprocessor_conditions_are_found() -> None:
    """Both branches of an #ifdef hold functions."""
    code = "#ifdef A\nint a(void)\n{\n\treturn 1;\n}\n#else\nint b(void)\n{\n\treturn 2;\n}\n#endif\n"

    assert [f.name for f in _unit(code).functions] == ["a", "b"]


def test_definer_is_named_with_what_it_defines() -> None:
    """SYSCALL_DEFINE1(brk, ...) is the function that people call so."""
    functions = _unit("SYSCALL_DEFINE1(brk, unsigned long, brk)\n{\n\treturn 0;\n}\n").functions

    assert [f.name for f in functions] == ["SYSCALL_DEFINE1(brk)"]


def test_function_at_an_offset() -> None:
    """The function around a place, None between functions."""
    code = "int a(void)\n{\n\treturn 1;\n}\nint x;\nint b(void)\n{\n\treturn 2;\n}\n"
    unit = _unit(code)

    found = [unit.function_at(code.index(part)) for part in ("return 1", "int x", "return 2")]
    names = [function.name if function else None for function in found]

    assert names == ["a", None, "b"]


def test_only_the_broken_function_is_not_analysed() -> None:
    """An error is counted for the function that it stands in, with its line."""
    broken = "int b(void)\n{\n\tx = = 3 @;\n\treturn 2;\n}\n"
    code = "int a(void)\n{\n\treturn 1;\n}\n\n" + broken + "\nint c(void)\n{\n\treturn 3;\n}\n"

    assert [(f.name, f.error_line) for f in _unit(code).functions] == [("a", 0), ("b", 8), ("c", 0)]


def test_symbols_are_parameters_and_locals_as_written() -> None:
    """Types are the declared text, but an array as a parameter is a pointer; what is not clear is left out."""
    code = (
        "int f(const struct a *p, u16 t[4], int (*rows)[4])\n{\n\tunsigned long n = 1, *q;\n\tstatic char b[8];\n"
        "\t{\n\t\tint twice;\n\t}\n\t{\n\t\tlong twice;\n\t}\n\treturn 0;\n}\n"
    )
    unit = _unit(code)

    assert symbols(unit, unit.functions[0]) == {
        "p": "const struct a *",
        "t": "u16 *",
        "n": "unsigned long",
        "q": "unsigned long *",
        "b": "char [8]",
    }


def test_macros_are_read_without_comments_and_joins() -> None:
    """Parameters are None for an object-like macro; a body may span lines."""
    macros = read_macros(b"#define A 1 /* one */\n#define B(x, y) ((x) + \\\n\t(y))\n# define C\t2 // two\n#define D\n")

    assert {m.name: (m.parameters, " ".join(m.body.split())) for m in macros.values()} == {
        "A": (None, "1"),
        "B": (("x", "y"), "((x) + (y))"),
        "C": (None, "2"),
    }


def test_facts_come_from_the_tree_s_own_files() -> None:
    """Iterators are those of .clang-format, annotations what the headers define as attributes."""
    tree = MadeUpTree(
        {
            ".clang-format": "ForEachMacros:\n  - 'my_walk'\n  - other_walk\n",
            "include/linux/compiler_attributes.h": "#define __cold __attribute__((__cold__))\n#define SIZE 4\n",
            "include/linux/init.h": "#define __meminit __cold notrace\n#define notrace __attribute__((x))\n",
        }
    )

    facts = read_facts(tree)

    assert facts.iterators == {b"my_walk", b"other_walk"}
    assert {b"__cold", b"__meminit", b"notrace"} <= facts.annotations
    assert b"SIZE" not in facts.annotations


@pytest.mark.tree
def test_nearly_all_functions_of_mm_are_analysed() -> None:
    """Of Linux 7.2's mm/ at most one function in a hundred is not understood."""
    tree = real_tree("7.2")
    facts = read_facts(tree)
    units = [parse(SourceFile(path.name, path.read_bytes()), facts) for path in sorted((tree.root / "mm").glob("*.c"))]
    functions = [function for unit in units for function in unit.functions]

    assert len(functions) > 5000
    assert sum(not function.analysed for function in functions) <= len(functions) / 100
