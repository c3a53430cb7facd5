# SPDX-License-Identifier: GPL-2.0-or-later
"""What several tests of the edges start: an archive that stands in for lore."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.edges.series import ALIEN, V1, V2, V3
from tests.inbox import StandIn, public_inbox

__all__ = ["archive", "public_inbox"]


@pytest.fixture
def archive() -> Iterator[StandIn]:
    """A stand-in that holds three revisions of a series, and another patch."""
    with StandIn((*V1, *ALIEN, *V3, *V2)) as stand_in:
        yield stand_in
