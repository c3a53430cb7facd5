# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a hunk without its file made into C that can be read, with its lines where they were?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewbot.model import DiffLine, Hunk
from reviewbot.review.fragment import fragment


def hunk(*lines: str, section: str = "") -> Hunk:
    """A hunk of lines with their kinds in front."""
    return Hunk(1, 1, section, tuple(DiffLine(line[0], line[1:], n, n, n) for n, line in enumerate(lines, 1)))


def test_inside_a_function() -> None:
    """Lines from inside a function get a function around them, named as the hunk's header does."""
    made = fragment(hunk(" \tint ret;", "+\tgo();", section="static int pear(struct fruit *f)"), "+")
    assert made.text == "static int pear(struct fruit *f)\n{\n\tint ret;\n\tgo();\n}\n"
    assert made.offset == 2


def test_sides() -> None:
    """Each side has its own lines and the common ones."""
    one = hunk(" \ta();", "-\tb();", "+\tc();")
    assert fragment(one, "-").text == "void hunk(void)\n{\n\ta();\n\tb();\n}\n"
    assert fragment(one, "+").text == "void hunk(void)\n{\n\ta();\n\tc();\n}\n"


def test_body_from_its_brace_on() -> None:
    """A hunk that starts at a function's brace needs only the head."""
    made = fragment(hunk(" {", "+\tgo();", " }", section="int pear(void)"), "+")
    assert made.text == "int pear(void)\n{\n\tgo();\n}\n"
    assert made.offset == 1


def test_whole_function() -> None:
    """What is whole stays as it is."""
    made = fragment(hunk("+int pear(void)", "+{", "+\treturn 0;", "+}"), "+")
    assert made.text == "int pear(void)\n{\n\treturn 0;\n}\n"
    assert made.offset == 0


def test_end_of_one_and_start_of_the_next() -> None:
    """Braces that close what the hunk did not open are opened, those left open closed; strings do not count."""
    lines = (" \t\tif (x) { /* } */", ' \t\t\tp("}");', " \t\t}", " \t}", " }", " ", " int next(void)", " {")
    made = fragment(hunk(*lines, section="int pear(void)"), "+")
    assert made.text.startswith("int pear(void)\n{{\n\t\tif (x)")
    assert made.text.endswith("int next(void)\n{\n}\n")
    assert made.offset == 2


@pytest.mark.parametrize(
    ("section", "head"),
    [
        ("static int pear(struct fruit *f, int", "static int pear(void)"),
        ("SYSCALL_DEFINE1(pear, int, x)", "void SYSCALL_DEFINE1(void)"),
        ("struct pear {", "void hunk(void)"),
        ("", "void hunk(void)"),
        ("const char *name(int (*f)(void))", "const char *name(int (*f)(void))"),
    ],
)
def test_head(section: str, head: str) -> None:
    """The head is the hunk's own where git left it whole, else as much of it as can be used."""
    assert fragment(hunk("+\tgo();", section=section), "+").text.split("\n")[0] == head


@given(st.lists(st.tuples(st.sampled_from(" +-"), st.text("{}()\"'/*ab;\t \\", max_size=12)), max_size=20), st.text())
def test_lines_keep_their_places(lines: list[tuple[str, str]], section: str) -> None:
    """Whatever is in a hunk, line n of it is line n + offset of the fragment."""
    one = Hunk(1, 1, section.replace("\n", ""), tuple(DiffLine(k, t, n, n, n) for n, (k, t) in enumerate(lines)))
    made = fragment(one, "+")
    wanted = [text for kind, text in lines if kind != "-"]
    assert made.text.split("\n")[made.offset : made.offset + len(wanted)] == wanted
