# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a rule run at all in the mode that is asked for, and if so, which other rules must have matched, or not?"""

from __future__ import annotations

import re
from collections.abc import Callable

from reviewbot.errors import CocciError

Wants = frozenset[tuple[str, bool]]
"""Names of rules, and whether they must have matched; all of them have to be as said."""
Answer = bool | Wants
Known = Callable[[str], bool | None]
_TOKEN = re.compile(r"\s*(&&|\|\||!|\(|\)|[\w-]+|\S)")
_MAX_TOKENS = 200


def depends(text: str, known: Known, line: int) -> Answer:
    """The value of a condition, as far as its names are known, else what it asks of others.  Raises CocciError."""
    tokens = _TOKEN.findall(text)
    if not tokens:
        return True
    if len(tokens) > _MAX_TOKENS or {"ever", "never", "in"} & set(tokens):
        raise CocciError(line, "such a `depends on`", text)
    reader = _Reader(tokens, known, line)
    value = reader.either()
    if reader.tokens:
        raise CocciError(line, "such a `depends on`", text)
    return value


class _Reader:
    def __init__(self, tokens: list[str], known: Known, line: int) -> None:
        self.tokens, self._known, self._line = tokens, known, line

    def _take(self, *wanted: str) -> bool:
        if self.tokens and self.tokens[0] in wanted:
            self.tokens.pop(0)
            return True
        return False

    def either(self) -> Answer:
        """`a || b`."""
        values = [self._both()]
        while self._take("||"):
            values.append(self._both())
        if True in values:
            return True
        open_ = [value for value in values if value is not False]
        if len(open_) > 1:
            raise CocciError(self._line, "`depends on` one of several rules")
        return open_[0] if open_ else False

    def _both(self) -> Answer:
        values = [self._one()]
        while self._take("&&"):
            values.append(self._one())
        if False in values:
            return False
        wants = frozenset[tuple[str, bool]]().union(*(value for value in values if not isinstance(value, bool)))
        return wants or True

    def _one(self) -> Answer:
        if self._take("!"):
            value = self._one()
            if isinstance(value, bool):
                return not value
            if len(value) > 1:
                raise CocciError(self._line, "`depends on` one of several rules")
            return frozenset((name, not wanted) for name, wanted in value)
        if self._take("("):
            value = self.either()
            if not self._take(")"):
                raise CocciError(self._line, "a `depends on` without its parenthesis")
            return value
        if not self.tokens or not re.fullmatch(r"[\w-]+", self.tokens[0]):
            raise CocciError(self._line, "such a `depends on`")
        name = self.tokens.pop(0)
        known = self._known(name)
        return known if known is not None else frozenset({(name, True)})
