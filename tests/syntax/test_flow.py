# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the control-flow graph have the edges that C gives each construct, and does it refuse what it cannot follow?"""

from __future__ import annotations

import pytest

from reviewbot.model import SourceFile
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.flow import MAX_NESTING, MAX_NODES, Flow
from reviewbot.syntax.flow_build import flow_of
from reviewbot.syntax.parse import Unit, parse

_FACTS = SyntaxFacts(iterators=frozenset({b"list_for_each_entry"}))


def _unit(body: str) -> Unit:
    indented = "\n".join("\t" + line for line in body.split("\n"))
    return parse(SourceFile("a.c", f"int f(int a) {{ // 1\n{indented}\n}}\n".encode()), _FACTS)


def _flow(body: str) -> Flow:
    unit = _unit(body)
    return flow_of(unit, unit.functions[0])


def _edges(body: str) -> list[str]:
    """The edges as "2 cond true> 3 step", by line; the body starts on line 2.  Entry and exit have no line."""
    unit = _unit(body)
    flow = flow_of(unit, unit.functions[0])
    assert flow.complete, flow.why
    names = [
        node.kind if node.kind in ("entry", "exit") else f"{unit.line(node.start)} {node.kind}" for node in flow.nodes
    ]
    return [f"{names[n]} {e.label}> {names[e.to]}" for n, node in enumerate(flow.nodes) for e in node.edges]


def _between(body: str) -> list[str]:
    """The edges without those from the entry and to the exit, which say nothing in most tests."""
    return [edge for edge in _edges(body) if not edge.startswith("entry") and not edge.endswith("> exit")]


def test_straight_line_runs_from_entry_to_exit() -> None:
    """Statements follow each other; the closing brace is a way out."""
    assert _edges("int x = 1;\ng();\n;") == ["entry > 2 decl", "2 decl > 3 step", "3 step > 5 leave", "5 leave > exit"]


def test_if_and_else() -> None:
    """Both branches meet behind the if; an else-if is a condition of its own."""
    assert _between("if (a)\ng();\nelse if (b)\nh();\nelse {\nk();\n}\nz();") == [
        "2 cond true> 3 step",
        "2 cond false> 4 cond",
        "3 step > 9 step",
        "4 cond true> 5 step",
        "4 cond false> 7 step",
        "5 step > 9 step",
        "7 step > 9 step",
        "9 step > 10 leave",
    ]


def test_if_without_else() -> None:
    """The false edge passes the branch by."""
    assert _between("if (a) {\n}\ng();") == ["2 cond true> 4 step", "2 cond false> 4 step", "4 step > 5 leave"]


def test_while_goes_back_to_its_condition() -> None:
    """break leaves, continue tests again."""
    assert _between("while (a) {\nif (b)\nbreak;\nif (c)\ncontinue;\ng();\n}") == [
        "2 cond true> 3 cond",
        "2 cond false> 9 leave",
        "3 cond true> 4 break",
        "3 cond false> 5 cond",
        "4 break break> 9 leave",
        "5 cond true> 6 continue",
        "5 cond false> 7 step",
        "6 continue continue> 2 cond",
        "7 step back> 2 cond",
    ]


def test_do_while_tests_at_its_end() -> None:
    """The body runs first; continue goes to the test."""
    assert _between("do {\nif (a)\ncontinue;\ng();\n} while (b);") == [
        "3 cond true> 4 continue",
        "3 cond false> 5 step",
        "4 continue continue> 6 cond",
        "5 step > 6 cond",
        "6 cond true> 3 cond",
        "6 cond false> 7 leave",
    ]


def test_for_runs_its_step_before_it_tests_again() -> None:
    """continue goes to the step."""
    assert _between("for (int i = 0;\ni < a;\ni++) {\nif (b)\ncontinue;\ng();\n}") == [
        "2 decl > 3 cond",
        "3 cond true> 5 cond",
        "3 cond false> 9 leave",
        "5 cond true> 6 continue",
        "5 cond false> 7 step",
        "6 continue continue> 4 step",
        "7 step > 4 step",
        "4 step back> 3 cond",
    ]


def test_for_without_a_condition_ends_by_break_only() -> None:
    """`for (;;)` has no way out of its own."""
    assert _between("for (;;) {\nif (a)\nbreak;\n}") == [
        "2 join > 3 cond",
        "3 cond true> 4 break",
        "3 cond false> 2 join",
        "4 break break> 6 leave",
    ]


def test_iterator_macro_is_a_loop() -> None:
    """An element or the end."""
    assert _between("list_for_each_entry(p, &head, list)\ng(p);") == [
        "2 each true> 3 step",
        "2 each false> 4 leave",
        "3 step back> 2 each",
    ]


def test_switch_with_fall_through_and_default() -> None:
    """The switch leads to every case; what does not break falls into the next."""
    assert _between("switch (a) {\ncase 1:\ng();\nfallthrough;\ncase 2 ... 4:\nh();\nbreak;\ndefault:\nk();\n}") == [
        "2 switch case 1> 3 case",
        "2 switch case 2 ... 4> 6 case",
        "2 switch default> 9 case",
        "3 case > 4 step",
        "4 step fall-through> 6 case",
        "6 case > 7 step",
        "7 step > 8 break",
        "8 break break> 12 leave",
        "9 case > 10 step",
        "10 step > 12 leave",
    ]


def test_switch_without_default_can_be_passed_by() -> None:
    """No case may fit."""
    assert "2 switch default> 6 leave" in _between("switch (a) {\ncase 1:\ng();\n}")


def test_break_in_a_switch_leaves_the_switch_and_continue_the_loop() -> None:
    """Each goes to the level that C says."""
    edges = _between("while (a) {\nswitch (b) {\ncase 1:\nbreak;\ncase 2:\ncontinue;\n}\ng();\n}")

    assert "5 break break> 9 step" in edges
    assert "7 continue continue> 2 cond" in edges


def test_goto_leads_forward_and_backward() -> None:
    """Labels may come before and after."""
    assert _between("again:\ng();\nif (a)\ngoto again;\nif (b)\ngoto out;\nh();\nout:\nreturn 0;") == [
        "2 label > 3 step",
        "3 step > 4 cond",
        "4 cond true> 5 goto",
        "4 cond false> 6 cond",
        "5 goto goto> 2 label",
        "6 cond true> 7 goto",
        "6 cond false> 8 step",
        "7 goto goto> 9 label",
        "8 step > 9 label",
        "9 label > 10 return",
        "10 return > 10 leave",
    ]


def test_error_labels_run_into_each_other() -> None:
    """The chain of labels at a function's end is fallen through."""
    edges = _between("if (a)\ngoto one;\nif (b)\ngoto two;\nreturn 0;\ntwo:\ng();\none:\nh();\nreturn 1;")

    assert [edge for edge in edges if edge.startswith(("3", "5", "7", "8", "9"))] == [
        "3 goto goto> 9 label",
        "5 goto goto> 7 label",
        "7 label > 8 step",
        "8 step > 9 label",
        "9 label > 10 step",
    ]


def test_code_behind_a_return_has_no_way_in() -> None:
    """Dead code is in the graph, and nothing leads to it."""
    assert not any(edge.endswith("3 step") for edge in _edges("return;\ng();"))


def test_variable_with_clean_up_is_cleaned_on_each_way_out() -> None:
    """In the reverse order of declaration, behind the return's value and before the function is left."""
    assert _between("T *p __free(kfree) = g();\nT *q __free(put) = g();\nif (a)\nreturn 1;\nh();") == [
        "2 decl > 3 decl",
        "3 decl > 4 cond",
        "4 cond true> 5 return",
        "4 cond false> 6 step",
        "5 return > 3 cleanup",
        "3 cleanup > 2 cleanup",
        "2 cleanup > 5 leave",
        "6 step > 3 cleanup",
        "3 cleanup > 2 cleanup",
        "2 cleanup > 7 leave",
    ]


def test_return_before_the_declaration_cleans_nothing() -> None:
    """What is not declared yet is not cleaned up."""
    assert "3 return > 3 leave" in _between("if (a)\nreturn 1;\nT *p __free(kfree) = g();")


def test_break_continue_and_goto_clean_the_scopes_that_they_leave() -> None:
    """The variable of the block, not that of the function."""
    edges = _between(
        "T *o __free(kfree) = g();\nwhile (a) {\nguard(mutex)(&l);\nif (b)\nbreak;\nif (c)\ncontinue;\n"
        "if (d)\ngoto out;\n}\nout:\nh();"
    )

    assert "6 break break> 4 cleanup" in edges
    assert "8 continue continue> 4 cleanup" in edges
    assert "10 goto goto> 4 cleanup" in edges
    assert [edge for edge in edges if edge.startswith("4 cleanup")] == [
        "4 cleanup > 12 label",
        "4 cleanup back> 3 cond",
        "4 cleanup back> 3 cond",
        "4 cleanup > 12 label",
    ]


def test_goto_back_before_a_declaration_cleans_it() -> None:
    """The variable dies where the jump leaves its scope backward."""
    assert "4 goto goto> 3 cleanup" in _between("again:\nT *p __free(kfree) = g();\ngoto again;")


def test_scoped_guard_cleans_at_the_end_of_its_block() -> None:
    """break leaves the guard, since the macro is a loop that runs once."""
    assert _between("scoped_guard(mutex, &l) {\nif (a)\nbreak;\ng();\n}\nh();") == [
        "2 scoped > 3 cond",
        "3 cond true> 4 break",
        "3 cond false> 5 step",
        "4 break break> 2 cleanup",
        "2 cleanup > 7 step",
        "5 step > 2 cleanup",
        "2 cleanup > 7 step",
        "7 step > 8 leave",
    ]


def test_scoped_guard_without_braces_guards_one_statement() -> None:
    """The statement that follows is its block."""
    assert _between("scoped_guard(mutex, &l)\ng();\nh();") == [
        "2 scoped > 3 step",
        "3 step > 2 cleanup",
        "2 cleanup > 4 step",
        "4 step > 5 leave",
    ]


@pytest.mark.parametrize("call", ["BUG()", 'panic("x")', "do_exit(1)", "unreachable()", "BUG_ON(1)", "BUG_ON(true)"])
def test_call_that_does_not_return_ends_the_path(call: str) -> None:
    """Nothing comes behind it."""
    assert _edges(f"{call};") == ["entry > 2 stop"]


@pytest.mark.parametrize("call", ["BUG_ON(a)", "panic_later(1)", "x = panic", "debug()"])
def test_other_calls_return(call: str) -> None:
    """A name that looks like it is not enough."""
    assert "2 step > 3 leave" in _edges(f"{call};")


def test_branches_of_the_preprocessor_are_alternatives() -> None:
    """Either part, or none where there is no #else."""
    assert _between("#ifdef A\ng();\n#else\nh();\n#endif\n#if B\nk();\n#endif\nz();") == [
        "2 preproc true> 3 step",
        "2 preproc false> 5 step",
        "3 step > 7 preproc",
        "5 step > 7 preproc",
        "7 preproc true> 8 step",
        "7 preproc false> 10 step",
        "8 step > 10 step",
        "10 step > 11 leave",
    ]


def test_statement_expression_is_one_statement() -> None:
    """What it holds is not followed."""
    assert _between("x = ({ int y = g();\nif (y) h(); y; });") == ["2 step > 4 leave"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("goto nowhere;", "no label nowhere"),
        ("out:\ng();\nout:\nh();", "two labels out"),
        ("x = ({ if (a) return 1; 2; });", "line 2 jumps out of an expression"),
        ('asm goto("x" : : : : out);\nout:\nh();', "line 2 has an asm goto"),
        ("goto *a;", "was not understood"),
        ("break;", "a break outside of a loop"),
        ("scoped_cond_guard(mutex_intr, return -1, &l) {\ng();\n}", "scoped_cond_guard"),
        ("{" * (MAX_NESTING + 1) + "g();" + "}" * (MAX_NESTING + 1), "nested more than"),
        ("g();\n" * (MAX_NODES + 1), "more than 20000 statements"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_a_reason(body: str, why: str) -> None:
    """An incomplete flow has no nodes, so that nobody takes it for a whole one."""
    flow = _flow(body)

    assert not flow.complete
    assert why in flow.why
    assert flow.nodes == ()


def test_name_that_holds_asm_is_no_assembler() -> None:
    """`return q_asm_send(a);` is a plain return."""
    assert _flow("return q_asm_send(a);").complete


def test_long_chain_of_else_ifs_is_no_nesting() -> None:
    """A thousand alternatives are as deep as one."""
    flow = _flow("if (a) g();\n" + "else if (b) h();\n" * 1000)

    assert flow.complete
    assert sum(node.kind == "cond" for node in flow.nodes) == 1001
