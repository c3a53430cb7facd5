# SPDX-License-Identifier: GPL-2.0-or-later
"""Is each run of a program a path in its control-flow graph?  Random ones are run by a machine of their own."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reviewbot.model import SourceFile
from reviewbot.syntax.facts import SyntaxFacts
from reviewbot.syntax.flow import ENTRY, EXIT, Flow
from reviewbot.syntax.flow_build import flow_of
from reviewbot.syntax.parse import Unit, parse

_MOST = 60
_LABELS = 3


@dataclass
class _Program:
    """A random function: its C text, and instructions for the machine, made side by side and not from each other.

    Instructions: ("do", name), ("jump", where), ("ask", name, {answer: where}), ("end",); `where` is a mark whose
    place in the list stands in `marks`.
    """

    random: Random
    text: list[str] = field(default_factory=list)
    code: list[tuple[object, ...]] = field(default_factory=list)
    marks: dict[str, int] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    labels: list[str] = field(default_factory=list)

    def name(self, letter: str) -> str:
        return f"{letter}{next(self.numbers)}"

    def mark(self, mark: str) -> None:
        self.marks[mark] = len(self.code)

    def block(self, depth: int, leave: str, again: str) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.statement(depth, leave, again)

    def statement(self, depth: int, leave: str, again: str) -> None:
        kinds = ["call", "call", "goto", "return", "break", "continue"]
        kinds += ["if", "while", "do", "for", "switch", "label"] * (2 if depth else 0)
        kind = self.random.choice(kinds)
        if (kind == "break" and not leave) or (kind == "continue" and not again):
            kind = "call"
        getattr(self, f"make_{kind}")(depth, leave, again)

    def make_call(self, _depth: int, _leave: str, _again: str) -> None:
        name = self.name("s")
        self.text.append(f"{name}();")
        self.code.append(("do", name))

    def make_goto(self, _depth: int, _leave: str, _again: str) -> None:
        label = f"L{self.random.randrange(_LABELS)}"
        self.text.append(f"goto {label};")
        self.code.append(("jump", label))

    def make_return(self, _depth: int, _leave: str, _again: str) -> None:
        self.text.append("return;")
        self.code.append(("end",))

    def make_break(self, _depth: int, leave: str, _again: str) -> None:
        self.text.append("break;")
        self.code.append(("jump", leave))

    def make_continue(self, _depth: int, _leave: str, again: str) -> None:
        self.text.append("continue;")
        self.code.append(("jump", again))

    def make_label(self, depth: int, leave: str, again: str) -> None:
        label = f"L{len(self.labels)}"
        if len(self.labels) < _LABELS:
            self.labels.append(label)
            self.text.append(f"{label}:")
            self.mark(label)
        self.make_call(depth, leave, again)

    def make_if(self, depth: int, leave: str, again: str) -> None:
        asked, other, done = self.name("c"), self.name("m"), self.name("m")
        self.text.append(f"if ({asked}) {{")
        self.code.append(("ask", asked, {"true": f"{asked}t", "false": other}))
        self.mark(f"{asked}t")
        self.block(depth - 1, leave, again)
        self.code.append(("jump", done))
        self.mark(other)
        if self.random.random() < 0.5:
            self.text.append("} else {")
            self.block(depth - 1, leave, again)
        self.text.append("}")
        self.mark(done)

    def make_while(self, depth: int, _leave: str, _again: str) -> None:
        asked, inside, done = self.name("c"), self.name("m"), self.name("m")
        self.text.append(f"while ({asked}) {{")
        self.mark(asked)
        self.code.append(("ask", asked, {"true": inside, "false": done}))
        self.mark(inside)
        self.block(depth - 1, done, asked)
        self.code.append(("jump", asked))
        self.text.append("}")
        self.mark(done)

    def make_do(self, depth: int, _leave: str, _again: str) -> None:
        asked, inside, done = self.name("c"), self.name("m"), self.name("m")
        self.text.append("do {")
        self.mark(inside)
        self.block(depth - 1, done, asked)
        self.mark(asked)
        self.code.append(("ask", asked, {"true": inside, "false": done}))
        self.text.append(f"}} while ({asked});")
        self.mark(done)

    def make_for(self, depth: int, _leave: str, _again: str) -> None:
        first, asked, step = self.name("s"), self.name("c"), self.name("s")
        inside, done = self.name("m"), self.name("m")
        self.text.append(f"for ({first}(); {asked}; {step}()) {{")
        self.code.append(("do", first))
        self.mark(asked)
        self.code.append(("ask", asked, {"true": inside, "false": done}))
        self.mark(inside)
        self.block(depth - 1, done, step)
        self.mark(step)
        self.code += [("do", step), ("jump", asked)]
        self.text.append("}")
        self.mark(done)

    def make_switch(self, depth: int, _leave: str, again: str) -> None:
        asked, done = self.name("c"), self.name("m")
        answers = [f"case {n}" for n in range(self.random.randint(1, 3))]
        answers += ["default"] if self.random.random() < 0.5 else []
        where = {answer: self.name("m") for answer in answers}
        self.text.append(f"switch ({asked}) {{")
        self.code.append(("ask", asked, {"default": done} | where))
        for answer in answers:
            self.text.append(f"{answer}:")
            self.mark(where[answer])
            self.block(depth - 1, done, again)
        self.text.append("}")
        self.mark(done)


def _program(seed: int) -> _Program:
    made = _Program(Random(seed))  # noqa: S311  # no secret
    made.block(3, "", "")
    for label in [f"L{n}" for n in range(len(made.labels), _LABELS)]:
        made.text.append(f"{label}:")
        made.mark(label)
        made.make_call(0, "", "")
    made.code.append(("end",))
    return made


def _run(program: _Program, random: Random) -> tuple[list[tuple[str, str]], bool]:
    """What a run does, as (name, answer), and whether it came to its end."""
    at, seen = 0, list[tuple[str, str]]()
    while len(seen) < _MOST:
        for _ in range(len(program.code)):  # an empty loop of jumps never ends
            kind, *rest = program.code[at]
            if kind != "jump":
                break
            at = program.marks[str(rest[0])]
        else:
            return seen, False
        if kind == "end":
            return seen, True
        if kind == "do":
            seen.append((str(rest[0]), ""))
            at += 1
        else:
            answers = rest[1]
            assert isinstance(answers, dict)
            answer = random.choice(sorted(answers))
            seen.append((str(rest[0]), answer))
            at = program.marks[answers[answer]]
    return seen, False


_TOLD = frozenset({"step", "cond", "switch"})
"""What the machine tells of; all else is passed by in silence."""


def _follows(unit: Unit, flow: Flow, run: list[tuple[str, str]], *, ended: bool) -> bool:
    """True if the nodes of a run are a path of the flow, which ends where the run does."""
    reached = {ENTRY}
    for name, answer in run:
        told = _told(flow, reached)
        here = {n for n in told if unit.text(flow.nodes[n].start, flow.nodes[n].end).strip("();") == name}
        reached = {edge.to for n in here for edge in flow.nodes[n].edges if answer in ("", edge.label)}
    return bool(reached) and (not ended or EXIT in _told(flow, reached))


def _told(flow: Flow, reached: set[int]) -> set[int]:
    """The nodes that are told of, and the exit, that come first from these on."""
    out, todo, seen = set[int](), list(reached), set[int]()
    while todo:
        n = todo.pop()
        if n in seen:
            continue
        seen.add(n)
        if flow.nodes[n].kind in _TOLD or n == EXIT:
            out.add(n)
        else:
            todo += [edge.to for edge in flow.nodes[n].edges]
    return out


@given(st.integers(min_value=0), st.integers(min_value=0))
@settings(max_examples=400, deadline=None)
def test_each_run_is_a_path_of_the_flow(seed: int, luck: int) -> None:
    """Whatever the conditions answer, the flow has the edges that the machine took."""
    program = _program(seed)
    text = "void f(void)\n{\n" + "\n".join(program.text) + "\n}\n"
    unit = parse(SourceFile("a.c", text.encode()), SyntaxFacts())
    flow = flow_of(unit, unit.functions[0])
    run, ended = _run(program, Random(luck))  # noqa: S311  # no secret

    assert flow.complete, (flow.why, text)
    assert _follows(unit, flow, run, ended=ended), (run, text)


_PIECES = (
    *("a();", "if (a)", "else", "while (b)", "do {", "} while (c);", "{", "}", "switch (d) {", "case 1:", "default:"),
    *(
        "break;",
        "continue;",
        "goto x;",
        "x:",
        "return;",
        "for (;;)",
        "int *p __free(kfree) = q();",
        "BUG();",
        "y =",
        ";",
    ),
    *("guard(mutex)(&l);", "scoped_guard(m, &l) {", "#ifdef A\n", "#else\n", "#endif\n", "({", "});", "case 2 ... 3:"),
    *("list_for_each_entry(p, &h, l)", 'asm goto("" : : : : x);', "scoped_user_access(p) {"),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_has_a_flow_or_a_reason_for_none(pieces: list[str]) -> None:
    """Nothing crashes, and every edge leads to a node."""
    unit = parse(SourceFile("a.c", ("void f(void)\n{\n\t" + "\n\t".join(pieces) + "\n}\n").encode()), SyntaxFacts())
    for function in unit.functions:
        flow = flow_of(unit, function)

        assert flow.complete == bool(flow.nodes)
        assert all(edge.to < len(flow.nodes) for node in flow.nodes for edge in node.edges)
