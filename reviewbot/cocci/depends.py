# SPDX-License-Identifier: GPL-2.0-or-later
"""Does a rule run at all in the mode that is asked for?  `depends on` with three answers: yes, no, and not known."""

from __future__ import annotations

import re
from collections.abc import Callable

from reviewbot.errors import CocciError

Known = Callable[[str], bool | None]
_TOKEN = re.compile(r"\s*(&&|\|\||!|\(|\)|[\w-]+|\S)")
_MAX_TOKENS = 200


def depends(text: str, known: Known, line: int) -> bool | None:
    """The value of a condition; None where it turns on a name that is not known.  Raises CocciError."""
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

    def either(self) -> bool | None:
        """`a || b`."""
        values = [self._both()]
        while self._take("||"):
            values.append(self._both())
        return True if True in values else None if None in values else False

    def _both(self) -> bool | None:
        values = [self._one()]
        while self._take("&&"):
            values.append(self._one())
        return False if False in values else None if None in values else True

    def _one(self) -> bool | None:
        if self._take("!"):
            value = self._one()
            return None if value is None else not value
        if self._take("("):
            value = self.either()
            if not self._take(")"):
                raise CocciError(self._line, "a `depends on` without its parenthesis")
            return value
        if not self.tokens or not re.fullmatch(r"[\w-]+", self.tokens[0]):
            raise CocciError(self._line, "such a `depends on`")
        return self._known(self.tokens.pop(0))
