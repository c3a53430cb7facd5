# SPDX-License-Identifier: GPL-2.0-or-later
"""Would a maintainer take this helper here?  Visible from the file, no relative of the code, worth its name.

Equality is decided elsewhere (helpers.search); here stands taste, each reason with a name, so that a miss can be
explained.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from reviewbot.helpers.anchors import is_stub
from reviewbot.helpers.axioms import MEANINGS, ROUNDING
from reviewbot.helpers.catalogue import FOLDER, resolve_include
from reviewbot.helpers.entry import Entry, Kind
from reviewbot.helpers.pairs import lacks_partner
from reviewbot.helpers.scan import included
from reviewbot.helpers.search import Found
from reviewbot.helpers.template import Template
from reviewbot.helpers.usage import CALLED, MEMBER
from reviewbot.helpers.world import TreeWorld
from reviewbot.helpers.worth import BITS, LONG_LONG, SELDOM, Traits, getter, is_specific, mass, part, poverty

_WORD = re.compile(r"[A-Za-z_]\w*")
_NUMBER = re.compile(r"\b\d\w*")
_LENGTH = re.compile(r"(?:\b|_)(?:len|length|size|count|bytes)$")
_BLANK = re.compile(r"[\s()]+")
_DEBUG = re.compile(r"\bDEBUG\b|DYNAMIC_DEBUG")
_CALL = re.compile(r"(\w+)\(")
_PLAIN = re.compile(r"0[xX][0-9a-fA-F]+|[1-9]\d*")
OWN_FAMILY = "the code is the helper's own family"
UNSEEN = "its header is not included here"
READ_ITSELF = "the tree reads the member itself"
CALLED_ITSELF = "the tree rather makes the call that it wraps"
_WRAPS = re.compile(r"(?:\{\s*return\s+)?(\w+)\([^;]*\)(?:;\s*\})?")
_ONCE = "READ_ONCE"
_LEAST_CALLERS = 2
_GENERIC_USES = 25
_MUCH_USED = 300
_LEAST_MASS_OF_ARITHMETIC = 4
_LEAST_SAVED = 2
_SELDOMER = 4
_MUCH_SELDOMER = 40
Rank = tuple[int, int, int, int, int, int, int, str]


def traits(world: TreeWorld, entry: Entry) -> Traits:
    """The traits of a helper, read from its body and from how the tree uses it."""
    template = world.template_of(entry, lenient=True)
    if template is None:
        return Traits("its body is no expression")
    member = getter(template.body)
    # as many files call the getter as there are that name its member
    preferred = entry.uses > 0 and 2 * entry.uses >= world.catalogue.frequency(member) if member else False
    specific = is_specific(template.body, world.catalogue.frequency)
    return Traits(poverty(entry, template) or _absence(world, entry), specific, member, preferred, part(template.body))


def _absence(world: TreeWorld, entry: Entry) -> str:
    """Why some configurations cannot call a helper, or call another one."""
    if entry.name in MEANINGS:
        return ""
    if any(_DEBUG.search(guard) for guard in entry.guards):
        return "it does nothing unless one debugs"
    others = world.catalogue.named(entry.name)
    bodies = {" ".join(other.body.split()) for other in others if other.body and not is_stub(other)}
    if len(bodies) > 1 or (entry.guards and any(other.kind is Kind.FUNCTION for other in others)):
        return "its body depends on the configuration"
    configured = [guard for guard in entry.guards if "CONFIG_" in guard]
    if configured and entry.path.startswith(FOLDER) and len({other.guards for other in others}) < 2:
        return "some configurations do not have it"
    return ""


@dataclass(slots=True)
class Suitability:
    """The judgement for one file: `path`, and its text in bytes."""

    world: TreeWorld
    path: str
    text: bytes
    _reached: frozenset[str] | None = None
    _direct: frozenset[str] | None = None
    _used: tuple[Counter[bytes], Counter[bytes]] | None = None
    _priors: dict[tuple[str, str, int], str] = field(default_factory=dict)
    _nearness: dict[str, int] = field(default_factory=dict)

    @property
    def direct(self) -> frozenset[str]:
        """The headers that the file includes itself."""
        if self._direct is None:
            names = included(self.text)
            self._direct = frozenset(path for name in names for path in resolve_include(name, self.path))
        return self._direct

    @property
    def reached(self) -> frozenset[str]:
        """The headers that the file sees."""
        if self._reached is None:
            self._reached = self.world.catalogue.reached(self.path, included(self.text))
        return self._reached

    def prior(self, entry: Entry) -> str:
        """Why a helper is not to be proposed in this file, whatever the code; "" where nothing speaks against it."""
        key = (entry.name, entry.path, entry.line)
        if key not in self._priors:
            self._priors[key] = self._prior(entry)
        return self._priors[key]

    def _prior(self, entry: Entry) -> str:
        if entry.path == self.path:
            return OWN_FAMILY
        if entry.uses == 0 and entry.path.startswith(FOLDER):
            return "nobody calls it"
        if self._unseen(entry, specific=True):  # the cheapest question first: no body is read for it
            return UNSEEN
        trait = self.traits(entry)
        if trait.objection:
            return trait.objection
        if entry.path.startswith(FOLDER) and _ONCE not in entry.body and self._is_read_without(entry):
            return READ_ITSELF
        return self._unseen(entry, specific=trait.specific)

    def _is_read_without(self, entry: Entry) -> bool:
        """True for a getter of a member that the tree and this file read without it, and for a private helper that
        its folder does without."""
        trait = self.traits(entry)
        usage = self.world.catalogue.usage(entry.path) if not entry.path.startswith(FOLDER) else None
        if usage is not None:
            calls, reads = usage.calls[entry.name.encode()], usage.reads[trait.part.encode()]
            if self._calls(entry.name, trait.part):
                return False
            return calls < _LEAST_CALLERS or (bool(trait.part) and 2 * calls < reads)
        return bool(trait.getter) and not trait.preferred and not self._calls(entry.name, trait.getter)

    def _unwanted(self, entry: Entry, code: str) -> str:
        """How the tree does without a helper for such code; "" where it does not."""
        is_left = _ONCE in entry.body or not entry.path.startswith(FOLDER)  # of what prior() asked
        if is_left and _ONCE not in code and self._is_read_without(entry):
            return READ_ITSELF
        return CALLED_ITSELF if self._is_called_without(entry, code) else ""

    def _is_called_without(self, entry: Entry, code: str) -> bool:
        """True for a wrapper of a call, and code that makes this call, or another one of the header, as many times more
        files do."""
        wraps = _WRAPS.fullmatch(entry.body.strip())
        if wraps is None or not entry.path.startswith(FOLDER):
            return False
        known = self.world.catalogue
        beside = {name for name in _CALL.findall(code) if any(e.path == entry.path for e in known.named(name))}
        times = {name: _SELDOMER if name == wraps.group(1) else _MUCH_SELDOMER for name in beside}
        return any(0 <= times[name] * entry.uses < known.frequency(name) for name in beside)

    def _calls(self, name: str, member: str) -> bool:
        """True for a file that calls a getter at least as often as it reads the member itself."""
        if self._used is None:
            self._used = Counter(CALLED.findall(self.text)), Counter(MEMBER.findall(self.text))
        calls, reads = self._used
        return 0 < calls[name.encode()] >= reads[member.encode()]

    def traits(self, entry: Entry) -> Traits:
        """What there is to say of a helper whatever the file: kept by the world that its header belongs to."""
        shared = self.world.base if self.world.base is not None and entry.path.startswith(FOLDER) else self.world
        key = (entry.name, entry.path, entry.line)
        if key not in shared.kept:
            shared.kept[key] = traits(shared, entry)
        return shared.kept[key]

    def objection(self, found: Found, function: str, code: str, around: str = "") -> str:
        """Why a helper is not to be proposed for `code` in `function`, whose text is `around`; "" where nothing speaks
        against it."""
        entry, template = found.entry, self.world.template_of(found.entry)
        if found.saved < 1 or template is None:
            return "the call is longer than the code"
        given = _names(code) | (_one_more(code) if entry.name in ROUNDING else set())
        if _names(found.call.replace(entry.name, "", 1)) - given:
            return "an argument is not in the code"
        if found.has_same_arguments:
            return "the code is a call already"
        unwanted = self._unwanted(entry, code)
        if unwanted:
            return unwanted
        if _rearranges(found.call, code):
            return "the code would have to be rearranged"
        if found.repeats:
            return "its arguments are one and the same"
        if function == entry.name or entry.name in _WORD.findall(code) or function in _WORD.findall(entry.body):
            return OWN_FAMILY
        called = _CALL.match(code)
        if called and found.is_wrapped and entry.path.startswith(FOLDER) and self._is_private(called.group(1)):
            return "the code calls a helper of its own subsystem"
        if around and lacks_partner(self.world, entry, around):
            return "the other half of the lock has no helper here"
        return self._of_taste(found, template, code)

    def _of_taste(self, found: Found, template: Template, code: str) -> str:
        """What speaks against a helper that is equal, shorter, and no relative of the code."""
        entry = found.entry
        if entry.name in BITS:
            long_long = bool(LONG_LONG.search(code))
            return "" if found.is_mask and long_long == (entry.name == "BIT_ULL") else "no mask is meant"
        is_worthy = entry.name in MEANINGS or entry.name in ROUNDING
        is_arithmetic = not is_worthy and not found.is_wrapped and not self.traits(entry).specific
        if entry.name == "min" and re.search(r"[(,] ?0[,)]", found.call):
            return "an error or nothing is no minimum"
        if entry.name in ROUNDING and found.is_wrapped:
            return OWN_FAMILY
        poor = _poor_sums(found, template, code) if is_arithmetic else ""
        if poor:
            return poor
        if entry.name == "offset_in_page" and _LENGTH.search(found.call.rstrip(")")):
            return "a length is no place"
        if not is_worthy and not self.traits(entry).specific and self._is_as_usual(found, code):
            return "the code is the usual call already"
        if found.typed:
            return ""
        if not self._is_known_by_its_members(entry, template):
            return "the type of an argument is not known"
        is_macro = entry.kind is Kind.MACRO and entry.uses < _MUCH_USED
        far = entry.path not in self.direct and not self._near(entry.path)
        return UNSEEN if is_macro and far else ""

    def _is_as_usual(self, found: Found, code: str) -> bool:
        """True for code that is a call of what the tree calls more than the helper, both of them being arithmetic."""
        called = _CALL.match(code)
        usual = self.world.catalogue.named(called.group(1)) if called and found.is_wrapped else ()
        return any(one.kind is Kind.MACRO and one.uses > found.entry.uses >= 0 for one in usual)

    def _is_private(self, name: str) -> bool:
        return any(not one.path.startswith(FOLDER) for one in self.world.catalogue.named(name))

    def _is_known_by_its_members(self, entry: Entry, template: Template) -> bool:
        """True where it is clear without types what a helper is for: from near, of seldom members, or used all over."""
        much_used = (entry.uses >= _MUCH_USED or entry.uses < 0) and not self.traits(entry).getter
        if self._near(entry.path) or much_used:
            return True
        frequency = self.world.catalogue.frequency
        # what was not counted is what stands everywhere: `flags`
        return any(part.kind == "mem" and 0 <= frequency(part.value) < SELDOM for part in template.body.walk())

    def _unseen(self, entry: Entry, *, specific: bool) -> str:
        if entry.path in self.reached or entry.path in self.direct or not entry.path.startswith(FOLDER):
            return "" if specific or self._generic(entry) else "it belongs to another subsystem"
        if not entry.path.startswith("include/linux/") or not (specific or entry.uses >= _GENERIC_USES):
            return UNSEEN
        if not _is_of_structures(entry) and '"' not in entry.body and 0 <= entry.uses < _MUCH_USED:
            return UNSEEN  # a test of a plain number in a header that nobody here needs
        return "" if self._generic(entry) else UNSEEN

    def _generic(self, entry: Entry) -> bool:
        """True for a helper of arithmetic that many use, or that lives next to the file."""
        return entry.uses < 0 or entry.uses >= _GENERIC_USES or self._near(entry.path) > 0

    def _near(self, header: str) -> int:
        if header not in self._nearness:
            self._nearness[header] = nearness(self.path, header)
        return self._nearness[header]

    def rank(self, found: Found) -> Rank:
        """Smaller is better: typed, what it covers, not negated, shared folders, included directly, uses."""
        entry = found.entry
        return (
            -int(found.typed),
            -found.saved,
            found.start - found.end,
            int(found.call.startswith("!")),
            -self._near(entry.path),
            -int(entry.path in self.direct) - int(entry.path in self.reached),
            -entry.uses,
            entry.name,
        )


def _rearranges(call: str, code: str) -> bool:
    """True for an argument with a difference that the code does not have: `a - b` of `a < c + b`."""
    given, plain = _BLANK.sub("", code), call.partition("(")[2].removesuffix(")")
    return any(" - " in part and _BLANK.sub("", part) not in given for part in plain.split(", "))


def _names(code: str) -> set[str]:
    """The identifiers and numbers of a piece of code."""
    return set(_WORD.findall(code)) | set(_NUMBER.findall(code))


def _one_more(code: str) -> set[str]:
    """What is one more than the numbers of a piece of code: 8 for the mask 7."""
    return {str(int(word, 0) + 1) for word in _NUMBER.findall(code) if _PLAIN.fullmatch(word)}


def _is_of_structures(entry: Entry) -> bool:
    """True for a helper that takes a pointer, or a macro, which does not say."""
    return not entry.parameters or any("*" in kind or not kind for kind, _name in entry.parameters)


def _sets(code: str) -> set[str]:
    """The sets that the constants of a piece of code belong to: PAGE for PAGE_SIZE and PAGE_MASK."""
    return {word.partition("_")[0] for word in _WORD.findall(code) if word.isupper() and "_" in word}


def nearness(path: str, header: str) -> int:
    """How much the places of a file and a header have in common: mm/ with include/linux/mm.h, fs/ext4/ with ext4.h."""
    folder = path.rpartition("/")[0]
    if header.startswith(FOLDER):
        words = set(folder.split("/")) - {"drivers", "net", "linux"}
        inside = set(header.removesuffix(".h").split("/")) - {"include", "linux"}
        return int(bool(words & inside))
    mine, theirs = folder.split("/"), header.split("/")[:-1]
    same = 0
    for one, other in zip(mine, theirs, strict=False):
        if one != other:
            break
        same += 1
    return same


def best(found: Iterable[tuple[Found, Rank]]) -> list[Found]:
    """Of helpers for overlapping code the one that ranks first, by place."""
    out: list[Found] = []
    for one, _rank in sorted(found, key=lambda pair: pair[1]):
        if not any(one.start < other.end and other.start < one.end for other in out):
            out.append(one)
    return sorted(out, key=lambda one: (one.start, one.end))


def _poor_sums(found: Found, template: Template, code: str) -> str:
    """What speaks against a helper that does nothing but sums; "" where nothing does."""
    if found.saved < _LEAST_SAVED or mass(template.body) < _LEAST_MASS_OF_ARITHMETIC:
        return "its body says too little"
    if not _sets(found.entry.body) <= _sets(code):
        return "the code speaks of other constants"
    if found.macro and not found.entry.path.startswith(FOLDER):
        return "the two are names for fields that lie at the same place"
    return ""
