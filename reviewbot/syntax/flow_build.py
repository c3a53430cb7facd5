# SPDX-License-Identifier: GPL-2.0-or-later
"""How does a function's text become its control-flow graph?  Statement by statement, in one walk; see syntax.flow.

It refuses what it cannot follow (a computed goto, asm goto, a missing label, an #else that does not nest): such a flow
says why, and has no nodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tree_sitter import Node

from reviewbot.syntax.flow import MAX_NESTING, Flow
from reviewbot.syntax.flow_graph import End, Frame, Graph, Place, Refused
from reviewbot.syntax.parse import Function, Unit

_NO_RETURN = frozenset(
    b"BUG panic unreachable __builtin_unreachable __builtin_trap do_exit do_group_exit kthread_exit make_task_dead "
    b"fortify_panic BUILD_BUG".split()
)
_ALWAYS_BUG = re.compile(rb"BUG_ON\s*\(\s*(?:1|true)\s*\)")
_GUARD = re.compile(rb"(?:guard|CLASS|ACQUIRE)\s*\(")
_FREED = re.compile(rb"\b__(?:free|cleanup)\s*\(")
_NAME = re.compile(rb"\w+")
_LEAVES = frozenset({"return_statement", "goto_statement", "break_statement", "continue_statement"})
_DIRECTIVE = re.compile(rb"#\s*(?:if|el|endif)")
_NOTHING = frozenset({"comment", "preproc_def", "preproc_function_def", "type_definition", "attribute_declaration"})


def flow_of(unit: Unit, function: Function) -> Flow:
    """The flow of a function, or an empty one that says why there is none."""
    if not function.analysed:
        return Flow((), f"line {function.error_line} was not understood")
    node = unit.tree.root_node.descendant_for_byte_range(function.span.start, function.body)
    while node is not None and node.type != "function_definition":
        node = node.parent
    body = node.child_by_field_name("body") if node is not None else None
    if body is None:
        return Flow((), "it has no body")
    builder = _Builder(unit)
    try:
        builder.function(body)
        return builder.flow()
    except Refused as refused:
        return Flow((), str(refused))


class _Builder(Graph):
    """One function on its way to a graph."""

    def __init__(self, unit: Unit) -> None:
        super().__init__()
        self._unit = unit
        self._frames: list[Frame] = []
        self._depth = 0

    def function(self, body: Node) -> None:
        """The whole body, from entry to exit."""
        self.add("entry", (body.start_byte, body.start_byte))
        self.node("exit", (body.end_byte, body.end_byte))
        self.block(body)
        if self.ends:
            self.way_out((body.end_byte - 1, body.end_byte))

    def statement(self, node: Node) -> None:
        """Any statement or declaration, or a part of the preprocessor's that holds some."""
        if node.type in _NOTHING:
            return
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise Refused(f"it is nested more than {MAX_NESTING} levels deep")
        _HANDLERS.get(node.type, _Builder.simple)(self, node)
        self._depth -= 1

    def block(self, node: Node) -> None:
        """A compound statement: a scope."""
        self._scope(node.named_children)

    def _scope(self, nodes: Iterable[Node], own: tuple[Place, ...] = ()) -> None:
        outer = self.live
        self.live += own
        for node in nodes:
            self.statement(node)
        self.leave_to(outer)

    def simple(self, node: Node) -> None:
        """An expression statement, and whatever else has no control flow of its own."""
        text = self._unit.source.text[node.start_byte : node.end_byte]
        if text.strip() in (b";", b"fallthrough;", b""):
            return
        self._opaque(node, text)
        name = _NAME.match(text)
        if _ALWAYS_BUG.match(text) or (name and name.group() in _NO_RETURN and text[name.end() :].lstrip()[:1] == b"("):
            self.add("stop", (node.start_byte, node.end_byte))
            self.ends = []
            return
        self.add("step", (node.start_byte, node.end_byte))
        if _GUARD.match(text):
            self.live += ((node.start_byte, node.end_byte),)

    def _opaque(self, node: Node, text: bytes) -> None:
        """Refuse what an expression hides: asm goto, and statement expressions that are left by a jump."""
        if b"asm" not in text and b"({" not in text:
            return
        stack = list(node.named_children)
        while stack:
            at = stack.pop()
            if at.type == "gnu_asm_goto_list":
                raise Refused(f"line {self._unit.line(at.start_byte)} has an asm goto")
            if at.type in _LEAVES:
                raise Refused(f"line {self._unit.line(at.start_byte)} jumps out of an expression")
            stack.extend(at.named_children)

    def declaration(self, node: Node) -> None:
        """A declaration, and what it cleans up at the end of its scope."""
        text = self._unit.source.text[node.start_byte : node.end_byte]
        self._opaque(node, text)
        self.add("decl", (node.start_byte, node.end_byte))
        if _GUARD.match(text):
            self.live += ((node.start_byte, node.end_byte),)
        declarators = node.children_by_field_name("declarator")
        for at, declarator in enumerate(declarators):
            end = declarators[at + 1].start_byte if at + 1 < len(declarators) else node.end_byte
            if _FREED.search(self._unit.source.text, declarator.start_byte, end):
                self.live += ((declarator.start_byte, end),)

    def if_(self, node: Node) -> None:
        """An if with its whole chain of else-ifs, which may be long."""
        done: list[End] = []
        while True:
            condition = self._condition(node.child_by_field_name("condition"))
            self.ends = [(condition, "true")]
            self._branch(node.child_by_field_name("consequence"))
            done += self.ends
            self.ends = [(condition, "false")]
            alternative = node.child_by_field_name("alternative")
            inner = [kid for kid in alternative.named_children if kid.type != "comment"] if alternative else []
            if len(inner) != 1 or inner[0].type != "if_statement":
                break
            node = inner[0]
        for kid in inner:
            self._branch(kid)
        self.ends = [*done, *self.ends]

    def _branch(self, node: Node | None) -> None:
        if node is not None:
            self._scope([node])

    def _condition(self, node: Node | None, kind: str = "cond") -> int:
        if node is None:
            raise Refused("a condition is missing")
        self._opaque(node, self._unit.source.text[node.start_byte : node.end_byte])
        return self.add(kind, (node.start_byte, node.end_byte))

    def _enter(self, kind: str) -> Frame:
        self._frames.append(Frame(self.live, kind))
        return self._frames[-1]

    def while_(self, node: Node) -> None:
        """A while, an iterator macro, or a scoped guard: the file's own text says which."""
        name = _NAME.match(self._unit.source.text, node.start_byte)
        word = name.group() if name else b""
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
        if word.startswith(b"scoped_"):
            self._scoped(node, word)
            return
        frame = self._enter("loop")
        if word == b"while" or condition is None:
            head = self._condition(condition)
        else:
            head = self.add("each", (node.start_byte, condition.end_byte))
        self.ends = [(head, "true")]
        self._branch(body)
        self.ends += frame.continues
        self.lead(head, "back")
        self._frames.pop()
        self.ends = [(head, "false"), *frame.breaks]

    def _scoped(self, node: Node, word: bytes) -> None:
        """`scoped_guard(x, ...) {}`: break and continue leave it, since it is a loop that runs once."""
        if word == b"scoped_cond_guard":
            raise Refused(f"line {self._unit.line(node.start_byte)} has a scoped_cond_guard()")
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
        end = condition.end_byte if condition is not None else node.end_byte
        frame = self._enter("scoped")
        head = self.add("scoped", (node.start_byte, end))
        self._scope([body] if body is not None else [], own=((node.start_byte, end),))
        self._frames.pop()
        self.ends += [*frame.breaks, *frame.continues]
        if word != b"scoped_guard":
            self.ends.append((head, "false"))  # most of its kin may fail, and then skip the block

    def do(self, node: Node) -> None:
        """A do-while."""
        frame = self._enter("loop")
        first = len(self)
        self._branch(node.child_by_field_name("body"))
        self.ends += frame.continues
        self._frames.pop()
        if self.ends:
            condition = self._condition(node.child_by_field_name("condition"))
            self.edge(condition, first, "true")  # without a body that is the condition itself
            self.ends = [(condition, "false")]
        self.ends += frame.breaks

    def for_(self, node: Node) -> None:
        """A for loop: first, condition, body, step."""
        outer = self.live
        first, condition, step = (node.child_by_field_name(n) for n in ("initializer", "condition", "update"))
        if first is not None:
            self.statement(first)
        frame = self._enter("loop")
        if condition is not None:
            head = self._condition(condition)
            self.ends, after = [(head, "true")], [(head, "false")]
        else:
            head, after = self.add("join", (node.start_byte, node.start_byte)), []
        self._branch(node.child_by_field_name("body"))
        self.ends += frame.continues
        if step is not None and self.ends:
            self.statement(step)
        self.lead(head, "back")
        self._frames.pop()
        self.ends = [*after, *frame.breaks]
        self.leave_to(outer)

    def switch(self, node: Node) -> None:
        """A switch; its cases are found wherever they stand in its body."""
        frame = self._enter("switch")
        frame.head = self._condition(node.child_by_field_name("condition"), "switch")
        self.ends = []
        self._branch(node.child_by_field_name("body"))
        self._frames.pop()
        self.ends += frame.breaks
        if not frame.has_default:
            self.ends.append((frame.head, "default"))

    def case(self, node: Node) -> None:
        """A case or default label, with what follows it."""
        frame = next((f for f in reversed(self._frames) if f.kind == "switch"), None)
        if frame is None:
            raise Refused(f"line {self._unit.line(node.start_byte)} has a case outside of a switch")
        colon = next((i for i, kid in enumerate(node.children) if kid.type == ":"), len(node.children) - 1)
        end = node.children[colon].end_byte
        label = " ".join(self._unit.text(node.start_byte, end - 1).split())
        frame.has_default |= label == "default"
        made = self.add("case", (node.start_byte, end), "fall-through")
        self.edge(frame.head, made, label)
        for kid in node.children[colon + 1 :]:
            if kid.is_named:
                self.statement(kid)

    def label(self, node: Node) -> None:
        """A label with its statement."""
        name = node.child_by_field_name("label")
        text = self._unit.text(name.start_byte, name.end_byte) if name is not None else ""
        end = name.end_byte if name is not None else node.start_byte
        self.mark(text, (node.start_byte, end))
        for kid in node.named_children:
            if name is None or kid != name:
                self.statement(kid)

    def goto(self, node: Node) -> None:
        """A goto; it is led to its label when all labels are known."""
        name = node.child_by_field_name("label")
        if name is None:
            raise Refused(f"line {self._unit.line(node.start_byte)} has a computed goto")
        self.jump_to(self._unit.text(name.start_byte, name.end_byte), (node.start_byte, node.end_byte))

    def jump(self, node: Node) -> None:
        """A break or continue."""
        kind = node.type.removesuffix("_statement")
        frame = next((f for f in reversed(self._frames) if kind == "break" or f.kind != "switch"), None)
        if frame is None:
            raise Refused(f"line {self._unit.line(node.start_byte)} has a {kind} outside of a loop")
        self.ends = [(self.add(kind, (node.start_byte, node.end_byte)), kind)]
        self.clean(self.live[len(frame.live) :])
        (frame.breaks if kind == "break" else frame.continues).extend(self.ends)
        self.ends = []

    def return_(self, node: Node) -> None:
        """A return: its value, then the clean-up of all scopes, then the way out."""
        place = (node.start_byte, node.end_byte)
        self._opaque(node, self._unit.source.text[place[0] : place[1]])
        self.add("return", place)
        self.clean(self.live)
        self.way_out(place)

    def preproc(self, node: Node) -> None:
        """#if and #ifdef: each part is an alternative."""
        done: list[End] = []
        at: Node | None = node
        while at is not None and at.type != "preproc_else":
            what = at.child_by_field_name("condition") or at.child_by_field_name("name")
            end = what.end_byte if what is not None else at.start_byte
            condition = self.add("preproc", (at.start_byte, end))
            self.ends = [(condition, "true")]
            alternative = at.child_by_field_name("alternative")
            self._parts(at, what, alternative)
            done += self.ends
            self.ends = [(condition, "false")]
            at = alternative
        if at is not None:
            self._parts(at, None, None)
        self.ends += done

    def _parts(self, node: Node, *others: Node | None) -> None:
        for kid in node.named_children:
            if kid not in others:
                self.statement(kid)

    def directive(self, node: Node) -> None:
        """A stray #else: its #if does not hold whole statements."""
        if _DIRECTIVE.match(self._unit.source.text, node.start_byte):
            raise Refused(f"line {self._unit.line(node.start_byte)} has an #if that cuts statements apart")

    def nested(self, node: Node) -> None:
        """A function within the function, which is no C."""
        raise Refused(f"line {self._unit.line(node.start_byte)} starts a function inside of the function")

    def attributed(self, node: Node) -> None:
        """A statement with an attribute in front."""
        for kid in node.named_children:
            self.statement(kid)


_HANDLERS: dict[str, Callable[[_Builder, Node], None]] = {
    "compound_statement": _Builder.block,
    "declaration": _Builder.declaration,
    "if_statement": _Builder.if_,
    "while_statement": _Builder.while_,
    "do_statement": _Builder.do,
    "for_statement": _Builder.for_,
    "switch_statement": _Builder.switch,
    "case_statement": _Builder.case,
    "labeled_statement": _Builder.label,
    "goto_statement": _Builder.goto,
    "break_statement": _Builder.jump,
    "continue_statement": _Builder.jump,
    "return_statement": _Builder.return_,
    "preproc_if": _Builder.preproc,
    "preproc_ifdef": _Builder.preproc,
    "preproc_call": _Builder.directive,
    "function_definition": _Builder.nested,
    "attributed_statement": _Builder.attributed,
}
