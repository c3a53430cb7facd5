# SPDX-License-Identifier: GPL-2.0-or-later
"""What does a rule file say?  This module is all that a rule file imports.

A rule is data: patterns, messages and examples.  How patterns match is the business of reviewbot.match; how a finding
is judged, of reviewbot.review.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from reviewbot.brackets import block_end, block_start, closing
from reviewbot.model import Advice, Category, Confidence, Match

__all__ = [
    "Advice",
    "Assume",
    "Category",
    "Confidence",
    "Example",
    "HelperCall",
    "Match",
    "MessageText",
    "Meta",
    "OpenCoded",
    "Pattern",
    "Place",
    "Rule",
    "Seek",
    "SeekMessage",
    "Site",
    "SourceFunction",
    "SourceText",
    "Spots",
    "block_end",
    "block_start",
    "closing",
]


@dataclass(frozen=True, slots=True)
class HelperCall:
    """A helper of the tree that means the same as an expression: its name, the rewritten call, where it is declared.

    `path` is as an #include names it.  `typed` is True if each argument for a structure or a pointer is known to have
    the parameter's type.  `differs` is what is not the same, in words that follow the helper's name ("tests VM_MAYWRITE
    where this tests VM_WRITE").
    """

    name: str
    call: str
    path: str
    line: int
    typed: bool
    differs: str = ""


class Site(Protocol):
    """A match with its surroundings: what a rule's own Python may ask.

    Nothing here reads anything but the snapshot that the match was found in.
    """

    @property
    def match(self) -> Match:
        """The match: bindings, span, function."""

    def code(self) -> str:
        """The source text that matched."""

    def text(self, name: str) -> str:
        """The source text bound to the metavariable `name` ("" if unbound)."""

    def offset_of(self, name: str) -> int | None:
        """Where in code() the text bound to `name` starts; None if it is not there."""

    def type_of(self, name: str) -> str | None:
        """The declared type of the identifier bound to `name`, as written ("struct device *"); None if unknown."""

    def declared_type(self, identifier: str) -> str | None:
        """The declared type of a parameter or local of this function, as type_of() gives it."""

    def is_constant(self, name: str) -> bool:
        """True if the text bound to `name` is built of literals, sizeof and upper-case names only."""

    def has_effects(self, name: str) -> bool:
        """True if evaluating what is bound to `name` twice could matter: it calls, assigns or increments."""

    def function_text(self) -> str:
        """The text of the function around the match ("" at file level)."""

    def called_bodies(self) -> Iterator[str]:
        """The bodies of those functions of this file that the function around the match calls, as far as text tells."""

    def before(self, lines: int) -> str:
        """The source lines just above the match, within its function."""

    def after(self, lines: int) -> str:
        """The source lines just below the match, within its function."""

    def file_text(self) -> str:
        """The text of the whole file."""

    def in_kernel(self) -> bool:
        """False for code that is not built into the kernel and cannot use its headers: tools, scripts, UAPI, boot."""

    def expand(self, macro: str, headers: tuple[str, ...]) -> str | None:
        """What an object-like macro stands for, None if unknown.

        It is looked up in the file, in the headers that the file includes in quotes, then in `headers` of the tree.
        """

    def value_of(self, name: str, headers: tuple[str, ...] = ()) -> int | None:
        """The number that the constant bound to `name` (or the macro `name`) is, as 64 bits; None if unknown."""

    def declares(self, name: str, headers: tuple[str, ...]) -> bool:
        """True if one of these headers of the tree holds the word `name`."""

    def known(self, name: str) -> bool:
        """True if a header below include/ of the tree declares a function, macro or constant of this name."""

    def bodies(self, name: str) -> tuple[str, ...]:
        """The bodies of the functions and macros of this name, in the headers below include/ of the tree."""

    def has_option(self, name: str) -> bool:
        """True if a Kconfig file of the tree, as the series leaves it, defines this option (without CONFIG_).

        Of a tree without Kconfig files nothing is known, and all may be there.
        """

    def helper(self) -> HelperCall | None:
        """The helper that an OpenCoded pattern found here; None for any other pattern."""

    def equivalent(self, expression: str) -> tuple[HelperCall, ...]:
        """The helpers of the tree that mean `expression` (metavariables filled in), best first."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """C with metavariables, and how it is to be matched.

    `text` is an expression, or statements that end in `;` or `}`; `$p` is any expression, `$_` anything, `...` among
    arguments any arguments.  `without` names the isomorphisms that must not be used (see docs/patterns.md).

    The rest is for `...` between statements, which is a path through the function.
    path: "some" path is enough, or on "every" path from each step the next one comes.
    any: the steps may occur in between as well; else a gap ends at the first place that the next step fits.  With
        several gaps, one answer for each can be given.
    between: for each gap in turn, excuses that hold for it alone, beside those of the rule.
    instead: for each gap in turn, what ends it without a match, also where the next step fits the same statement.
    reassigned: the path goes on where a variable that is bound gets another value; else it ends there.
    possible: a step may stand where `&&`, `||` or `?:` pass it over, as behind `!p ||`.

    report: the number of the step (from 0, `$exit;` included) at which the report stands, the last one by default; or
    for any pattern the name of a mark, as "p" for `kfree@p($x)`: the report stands at that name.
    function: the head of the functions to look in, as "ssize_t $show(struct device *$dev, ...)"; it may have no type.
    smpl: as .cocci files need it: without a word, look at every call, assignment or sum (slow); `if` is no `while`.
    """

    text: str
    without: tuple[str, ...] = ()
    path: Literal["some", "every"] = "some"
    any: bool | tuple[bool, ...] = False
    between: tuple[tuple[str, ...], ...] = ()
    instead: tuple[tuple[str, ...], ...] = ()
    reassigned: bool = False
    possible: bool = False
    report: int | str | None = None
    function: str = ""
    smpl: bool = False


@dataclass(frozen=True, slots=True)
class Assume:
    """A condition among the excuses of a path: a branch on which it is known to hold is not taken.

    `Assume("!$p")` leaves out the branch of `if (!p)`, `if (p == NULL)` or `if (p && q) ... else` on which p is NULL.
    """

    text: str


MetaKind = Literal["", "identifier", "constant", "local"]


@dataclass(frozen=True, slots=True)
class Meta:
    """What a metavariable may be bound to.  All that is given must hold.

    type: its declared type, as "struct device_node *"; `const` and blanks do not matter, typedefs are not looked up.
    or_unknown: code whose type is not known will do as well.
    kind: "identifier" is a name, "constant" is built of literals and upper-case names, "local" is a name that this
    function declares (a parameter or a variable).
    matching: a regular expression for the whole text.
    part_of: another metavariable, bound before, of whose code this is a part.  array: it is declared as an array.
    """

    type: str = ""
    kind: MetaKind = ""
    matching: str = ""
    or_unknown: bool = False
    part_of: str = ""
    array: bool = False


@dataclass(frozen=True, slots=True)
class OpenCoded:
    """A question to the tree in place of a pattern: is this code the body of one of its helpers?

    It matches code that has the same meaning (docs/helpers.md says how that is decided), and conditions that differ
    from a helper's body in one constant of a set, which the report is not exact for.  The helper is `Site.helper()`.
    """


@dataclass(frozen=True, slots=True)
class SourceFunction:
    """A function of a file: its name, and the offsets where it starts, where its body's `{` is, and where it ends."""

    name: str
    start: int
    body: int
    end: int


class SourceText(Protocol):
    """The texts of a file for a rule's own search; one character is one byte, so that offsets are those of the file."""

    @property
    def path(self) -> str:
        """Where the file stands in the tree."""

    @property
    def text(self) -> str:
        """The file as it is."""

    @property
    def bare(self) -> str:
        """The same with blanks for comments, strings and characters."""

    @property
    def functions(self) -> tuple[SourceFunction, ...]:
        """Its functions, by place."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a search found: offsets, and words for the message by their names."""

    start: int
    end: int
    bindings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Seek:
    """A search of the rule's own in place of a pattern, for what stands outside of functions, or takes more than one.

    With `kconfig` it is asked of Kconfig files, in place of C.

    `find` is asked of each file that holds one of the `words`; `where` and `advice` are asked of each place then.
    `fields` are the names that each place binds.  Whatever a pattern can say is better said by a pattern: it sees
    through spellings.
    """

    words: tuple[str, ...]
    find: Callable[[SourceText], Iterable[Place]]
    fields: tuple[str, ...] = ()
    kconfig: bool = False


class MessageText(Protocol):
    """The message of a commit, for a rule's own search."""

    @property
    def text(self) -> str:
        """Subject (without [PATCH]), a blank line, and the message with its trailers."""

    @property
    def subject(self) -> str:
        """The first line."""

    @property
    def trailers(self) -> tuple[tuple[str, str], ...]:
        """Name and value of each line of the last paragraph that is a trailer."""

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that the commit changes."""

    def subject_of(self, commit: str) -> str | None:
        """The subject of the commit that this (abbreviated) id means in the tree's history; None if it is not there."""


@dataclass(frozen=True, slots=True)
class SeekMessage:
    """A search in the messages of commits.  Offsets are characters of `MessageText.text`; examples are messages.

    There is no `where`, `advice` or `unless` for it: the search itself decides.
    """

    find: Callable[[MessageText], Iterable[Place]]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spots:
    """Places by which another rule decides: where these patterns report, with excuses and constraints of their own.

    `mark` is the mark of the deciding rule whose place is compared, "" for its report, None for any place in the file.
    `same` are metavariables bound to the same code in both, with which the patterns begin, and marks at the same place.
    """

    mark: str | None = ""
    same: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...]
    unless: tuple[str | Assume, ...] = ()
    metavariables: Mapping[str, Meta] = field(default_factory=dict)
    where: Callable[[Site], bool] | None = None
    not_at: tuple[Spots, ...] = ()
    only_at: tuple[Spots, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of C that is a test.  Lines that end in `//~` are the lines that are reported, no others.

    `path` is where the code is said to stand.  `headers` maps paths of a made-up tree to their text.  `suggestion`
    is the code that the first finding must propose, None if that is not to be compared.  `commits` are full ids and
    subjects of the made-up tree's history.
    """

    name: str
    code: str
    path: str = "drivers/example.c"
    headers: Mapping[str, str] = field(default_factory=dict)
    suggestion: str | None = None
    commits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.  Read style.md's "One rule, one file" with it; docs/authoring-rules.md explains by example.

    patterns: alternatives, tried in turn; a place is reported once.
    unless: patterns that excuse: a match is dropped if one of them, with the same bindings, matches inside of it; a
        path is none if one of them matches between two of its steps, or if it takes a branch that is assumed away.
    metavariables: what the metavariables of all patterns may be bound to, by name (without `$`).
    not_at, only_at: a match is dropped where it is reported at one of these places, or at none of them.
    where: a predicate over the site; the match is dropped if it says False.
    advice: computes helper, suggestion and more message fields; the match is dropped if it answers None.
    message: lower case, no full stop; `{name}` is a metavariable or a field of the advice; on a path {line1}, {line2}
        and so on are the lines of its steps, and {through} says which way it takes; {line_p} is the line of
        what `$p` is bound to, or of the mark `@p`.
    near_message: the message where the advice says that it is not exact.
    needs: identifiers and the headers that may declare them; the rule is silent in a tree where none of them does.
    helper, suggestion: templates as the message is, for rules without `advice`.
    fixes: the suggestion is the code that replaces what matched, and nothing else has to change.
    raised_by: regular expressions for the words of a reviewer who has made the same remark; its id, the helper's name
        and the functions of the suggestion are looked for anyway.
    lists: the rule is on only for series sent to one of these lists (part of the address); empty means all.
    subsystems: the rule is for files of these entries of the tree's MAINTAINERS alone (part of the title).
    since, until: versions of the tree, as in "6.12", from which on and before which the rule holds.
    default: False for a rule that must be switched on by name.
    nursery: the rule runs, and its findings are shown, but never drafted.
    measured: how many of its findings were right when somebody read them, and where and when; what leaves the nursery
        has it.
    """

    id: str
    title: str
    why: str
    known_problems: str
    category: Category
    confidence: Confidence
    patterns: tuple[str | Pattern | OpenCoded | Seek | SeekMessage, ...]
    message: str
    examples: tuple[Example, ...]
    references: tuple[str, ...]
    near_message: str = ""
    unless: tuple[str | Assume, ...] = ()
    metavariables: Mapping[str, Meta] = field(default_factory=dict)
    not_at: tuple[Spots, ...] = ()
    only_at: tuple[Spots, ...] = ()
    where: Callable[[Site], bool] | None = None
    advice: Callable[[Site], Advice | None] | None = None
    helper: str | None = None
    suggestion: str | None = None
    fixes: bool = False
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    raised_by: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    subsystems: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    default: bool = True
    nursery: bool = False
    measured: str = ""
