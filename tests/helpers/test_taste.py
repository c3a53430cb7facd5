# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a helper left alone that is equal to code, and would still be no good advice?"""

from __future__ import annotations

from reviewbot.helpers.catalogue import Catalogue
from reviewbot.helpers.memory import Memory
from reviewbot.helpers.scan import scan
from reviewbot.helpers.suggest import Suggester
from reviewbot.match.engine import Terms
from reviewbot.model import SourceFile
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.parse import parse
from tests.helpers.headers import Tree, ask, catalogue

_BOX = "struct lid {\n\tint seal;\n};\nstruct box {\n\tstruct lid lid;\n\tint height;\n\tint width;\n};\n"


def _code(expression: str) -> str:
    return f"#include <linux/box.h>\nint f(struct box *b, int n)\n{{\n\treturn {expression};\n}}\n"


def _proposed(helper: str, expression: str) -> list[str]:
    return ask({"include/linux/box.h": _BOX + helper, "mm/a.c": _code(expression)}, "mm/a.c").calls


def test_a_local_of_the_helper_is_none_of_the_code() -> None:
    """What the helper stores in a local of its own and forgets, the code may go on to use."""
    forgets = "static inline int fit(struct box *b)\n{\n\tint rest;\n\treturn divide(b->height, b->width, &rest);\n}\n"
    keeps = "static inline int fit(struct box *b, int *rest)\n{\n\treturn divide(b->height, b->width, rest);\n}\n"

    assert _proposed(forgets, "divide(b->height, b->width, &rest)") == []
    assert _proposed(keeps, "divide(b->height, b->width, &rest)") == ["fit(b, &rest)"]


def test_a_helper_that_warns() -> None:
    """A call that may warn is more than the code asks for."""
    body = "return b->height * b->width == 7;"
    quiet = f"static inline int odd(struct box *b)\n{{\n\t{body}\n}}\n"

    assert _proposed(quiet, "b->height * b->width == 7") == ["odd(b)"]
    assert _proposed(quiet.replace("\treturn", "\tWARN_ON_ONCE(!b);\n\treturn"), "b->height * b->width == 7") == []


def test_a_macro_that_takes_a_variable_behind_the_back() -> None:
    """A macro that reads a local of its caller is nothing to recommend."""
    given = "#define AREA(b, n) ((b)->height * (b)->width + (n))\n"
    taken = "#define AREA(n) (b->height * b->width + (n))\n"

    assert _proposed(given, "b->height * b->width + n") == ["AREA(b, n)"]
    assert _proposed(taken, "b->height * b->width + n") == []


def _beside(tree: Tree) -> list[str]:
    """What is proposed in fs/box/a.c, where the files beside it are known."""

    def read(path: str) -> bytes | None:
        return tree[path].encode() if path in tree else None

    def listed(folder: str) -> list[str]:
        return [path for path in tree if path.startswith(folder) and path.endswith(".c")]

    headers = Memory({path: scan(path, text.encode()) for path, text in tree.items() if path.startswith("include/")})
    known = Catalogue((headers,), read, SyntaxFacts(), listed=listed)
    unit = parse(SourceFile("fs/box/a.c", tree["fs/box/a.c"].encode()), known.facts)
    return [one.call for one in Suggester(known).in_file(Terms(unit)).find()]


def test_a_private_getter_that_the_folder_does_without() -> None:
    """A private name for a member's member is proposed where at least half as many files call it as read it."""
    header = _BOX + "#define BOX_SEAL(b) (&(b)->lid.seal)\n"
    code = '#include "box.h"\nint f(struct box *b)\n{\n\treturn g(&b->lid.seal);\n}\n'
    calls = "int h(struct box *b)\n{\n\treturn g(BOX_SEAL(b));\n}\n"
    few: Tree = {
        "fs/box/box.h": header,
        "fs/box/a.c": code,
        "fs/box/b.c": code,
        "fs/box/c.c": code,
        "fs/box/d.c": calls,
    }

    assert _beside(few) == []
    assert _beside({**few, "fs/box/c.c": calls}) == ["BOX_SEAL(b)"]


def test_a_length_is_no_place() -> None:
    """offset_in_page() asks where something lies."""
    header = "#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)\n"
    counts = {"offset_in_page": 900, "PAGE_MASK": 900}

    def calls(name: str) -> list[str]:
        code = f"#include <linux/mm.h>\nint f(unsigned long {name})\n{{\n\treturn g({name} & ~PAGE_MASK);\n}}\n"
        return ask({"include/linux/mm.h": header, "mm/a.c": code}, "mm/a.c", counts).calls

    assert calls("start") == ["offset_in_page(start)"]
    assert calls("total_len") == []


def test_arguments_that_only_look_as_if_they_fit() -> None:
    """A void pointer may be anything, and what is constant is not handed to what may change it."""
    helper = "static inline int big(struct box *b)\n{\n\treturn b->height * b->width > 7;\n}\n"
    tree = {"include/linux/box.h": _BOX + helper}

    def typed(parameter: str, argument: str) -> list[bool]:
        expression = f"{argument}->height * {argument}->width > 7"
        code = f"#include <linux/box.h>\nvoid *any(int n);\nint f({parameter})\n{{\n\treturn {expression};\n}}\n"
        known = catalogue({**tree, "mm/a.c": code})
        unit = parse(SourceFile("mm/a.c", code.encode()), known.facts)
        return [one.typed for one in Suggester(known).in_file(Terms(unit)).find()]

    assert typed("struct box *b", "b") == [True]
    assert typed("const struct box *b", "b") == []
    assert True not in typed("int n", "any(n)")


def test_code_that_would_be_rearranged() -> None:
    """A term is not moved across a comparison so that a helper fits; nor is an error a minimum."""
    before = "#define is_before(a) ((long)((a) - now) < 0)\n"
    minimum = "#define min(x, y) ((x) < (y) ? (x) : (y))\n"

    def calls(header: str, expression: str) -> list[str]:
        head = "#include <linux/m.h>\nint f(int n, int k, unsigned long t, unsigned long u)\n"
        code = f"{head}{{\n\treturn {expression};\n}}\n"
        counts = {"is_before": 900, "min": 900, "now": 20}
        return ask({"include/linux/m.h": header, "mm/a.c": code}, "mm/a.c", counts).calls

    assert calls(before, "(long)(t - now) < 0") == ["is_before(t)"]
    assert calls(before, "(long)(t - (now + u)) < 0") == []
    assert calls(minimum, "n < k ? n : k") == ["min(n, k)"]
    assert calls(minimum, "n < 0 ? n : 0") == []


_LOCKS = (
    "struct box {\n\tstruct lock guard;\n};\n"
    "static inline void box_lock(struct box *b)\n{\n\tlock_it(&b->guard);\n}\n"
    "static inline void box_unlock(struct box *b)\n{\n\tunlock_it(&b->guard);\n}\n"
)


def _locks(body: str, header: str = _LOCKS) -> list[str]:
    code = f"#include <linux/box.h>\nvoid f(struct box *b)\n{{\n{body}}}\n"
    return ask({"include/linux/box.h": header, "mm/a.c": code}, "mm/a.c").calls


def test_halves_of_a_lock() -> None:
    """Half of a lock is proposed where the other half is, or could be, a helper of the same family."""
    lone = _LOCKS.replace("box_lock(", "take_box(")

    assert _locks("\tlock_it(&b->guard);\n\tunlock_it(&b->guard);\n") == ["box_lock(b)", "box_unlock(b)"]
    assert _locks("\tbox_lock(b);\n\tunlock_it(&b->guard);\n") == ["box_unlock(b)"]
    assert _locks("\tlock_it(&b->guard);\n\tunlock_it(&b->guard);\n", lone) == ["take_box(b)"]
    assert _locks("\tlock_killable(&b->guard);\n\tunlock_it(&b->guard);\n") == []


def test_what_does_nothing_unless_one_debugs() -> None:
    """A call that vanishes without DEBUG is no substitute for one that stays."""
    real = "static inline void say(struct box *b)\n{\n\tprint(b, 1, 2, 3);\n}\n"
    header = f"{_BOX}#ifdef DEBUG\n{real}#else\nstatic inline void say(struct box *b)\n{{\n}}\n#endif\n"
    code = "#include <linux/box.h>\nvoid f(struct box *b)\n{\n\tprint(b, 1, 2, 3);\n}\n"

    assert ask({"include/linux/box.h": _BOX + real, "mm/a.c": code}, "mm/a.c").calls == ["say(b)"]
    assert ask({"include/linux/box.h": header, "mm/a.c": code}, "mm/a.c").calls == []


def test_a_getter_with_lock_in_its_name() -> None:
    """A glock is no lock that is taken here."""
    header = _BOX + "static inline int box_lock_area(struct box *b)\n{\n\treturn b->height * b->width + 3;\n}\n"

    assert _locks("\tg(b->height * b->width + 3);\n", header) == ["box_lock_area(b)"]


def test_a_seldom_wrapper_of_a_call_that_everybody_makes() -> None:
    """A name for a common call with one of its arguments given is proposed unless hardly a file uses it."""
    header = (
        _BOX
        + "int lift(struct box *b, int n);\nstatic inline int lift_all(struct box *b)\n{\n\treturn lift(b, 7);\n}\n"
    )
    tree = {"include/linux/box.h": header, "mm/a.c": _code("lift(b, 7)")}

    assert ask(tree, "mm/a.c", {"lift": 90, "lift_all": 30}).calls == ["lift_all(b)"]
    assert ask(tree, "mm/a.c", {"lift": 90, "lift_all": 10}).calls == []


def test_another_spelling_of_a_call_that_nearly_everybody_makes() -> None:
    """Where the code makes another call of the same header than the one that is wrapped, the wrapper has to be rare."""
    inline = "static inline int {}\n{{\n\treturn {};\n}}\n".format
    header = _BOX + "".join(
        (
            inline("lift(struct box *b, int n)", "b->height * b->width > n"),
            inline("lower(struct box *b, int n)", "b->height * b->width <= n"),
            inline("lower_all(struct box *b)", "lower(b, 7)"),
        )
    )
    tree = {"include/linux/box.h": header, "mm/a.c": _code("!lift(b, 7)")}

    assert ask(tree, "mm/a.c", {"lift": 90, "lower": 20, "lower_all": 10}).calls == ["lower_all(b)"]
    assert ask(tree, "mm/a.c", {"lift": 450, "lower": 20, "lower_all": 10}).calls == []


def test_two_macros_of_equal_numbers() -> None:
    """A macro of a private header is no help to define another one that only does the same sums."""
    calls = '#include "box.h"\nint %s(struct box *b, int n)\n{\n\treturn BOX_KEY(%s);\n}\n'
    defines = '#include "box.h"\n#define BOX_LID(x) %s\nint f(int n)\n{\n\treturn BOX_LID(n);\n}\n'

    def proposed(body: str, argument: str) -> list[str]:
        callers = {f"fs/box/{name}.c": calls % (name, argument) for name in "bcd"}
        header = f"{_BOX}#define BOX_KEY(x) {body}\n"
        return _beside({"fs/box/box.h": header, "fs/box/a.c": defines % body, "include/x.h": "int x;\n", **callers})

    assert proposed("(((x) >> 16) & 0xffff)", "n") == []
    assert proposed("((x)->height * (x)->width > 7)", "b") == ["BOX_KEY(x)"]
