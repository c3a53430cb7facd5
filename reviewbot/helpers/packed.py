# SPDX-License-Identifier: GPL-2.0-or-later
"""How are the facts of a header kept between runs?  As JSON, compressed; what cannot be read back is scanned again."""

from __future__ import annotations

import json
import zlib
from typing import Any

from reviewbot.helpers.entry import Constant, Entry, HeaderFacts, Kind


def pack(facts: HeaderFacts) -> bytes:
    """The facts as bytes."""
    value = [
        [[e.kind.value, e.name, e.path, e.line, e.result, e.parameters, e.body, e.guards, e.summary, e.deprecated]
         for e in facts.entries],
        [[c.name, c.path, c.body, c.guarded] for c in facts.constants],
        facts.structs, facts.typedefs, facts.includes, facts.unions,
    ]  # fmt: skip
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)


def unpack(packed: bytes) -> HeaderFacts | None:
    """The facts that pack() wrote; None where that is not what the bytes hold."""
    try:
        entries, constants, structs, typedefs, includes, unions = json.loads(zlib.decompress(packed))
        return HeaderFacts(
            tuple(_entry(*values) for values in entries),
            tuple(Constant(*values) for values in constants),
            _pairs(structs),
            _pairs(typedefs),
            tuple(includes),
            tuple(_pairs(union) for union in unions),
        )
    except (zlib.error, ValueError, TypeError, RecursionError):
        return None


def _entry(kind: str, name: str, path: str, line: int, result: str, parameters: Any, body: str, *rest: Any) -> Entry:
    guards, summary, deprecated = rest
    return Entry(
        Kind(kind), name, path, line, result, _pairs(parameters), body, tuple(guards), summary, bool(deprecated)
    )


def _pairs(values: Any) -> tuple[tuple[Any, Any], ...]:
    return tuple((one, other) for one, other in values)
