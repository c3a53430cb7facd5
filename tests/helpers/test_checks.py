# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a call that only checks something one wherever that matters: in bodies, among anchors, in judgements?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.anchors import is_stub
from reviewbot.helpers.body import read_body
from reviewbot.helpers.suit import traits
from tests.helpers.world import term_of, world
from tests.rules.harness import FACTS

_CHECKS = [
    "WARN_ON", "WARN_ON_ONCE", "WARN", "BUG_ON", "BUG", "BUILD_BUG_ON", "VM_WARN_ON_ONCE_FOLIO",
    "VM_BUG_ON_PAGE", "DEBUG_LOCKS_WARN_ON", "RCU_LOCKDEP_WARN", "DEBUG_NET_WARN_ON_ONCE", "VFS_WARN_ON_INODE",
    "drm_WARN_ON", "XA_NODE_BUG_ON", "ASSERT", "ASSERT_RTNL", "J_ASSERT_BH", "KUNIT_EXPECT_EQ",
    "lockdep_assert_held", "lockdep_assert", "assert_spin_locked", "static_assert", "mmap_assert_locked",
    "vma_assert_write_locked", "vma_assert_attached", "netdev_assert_locked", "dma_resv_assert_held",
    "rwsem_assert_held_nolockdep", "might_sleep", "might_sleep_if", "might_fault", "kasan_check_read",
    "instrument_atomic_read", "sock_owned_by_me",
]  # fmt: skip
_OTHERS = [
    "reset_control_assert", "reset_control_bulk_assert", "DEBUG_VALUE", "debug_it",
    "compiletime_assert_rwonce_type", "CONFIRM", "WARNING", "DEBUGFS_ADD", "VM_CONTROL", "X86_BUG_FOO",
    "set_BUGS", "might_work", "instrumented",
]  # fmt: skip


@pytest.mark.parametrize("name", _CHECKS)
def test_checks(name: str) -> None:
    """What only checks is no part of a body, no anchor of it, no reason for a second body, and nothing to propose."""
    known = world(
        f"static inline bool f(struct thing *p)\n{{\n\t{name}(p->x);\n\treturn p->flags & FLAG;\n}}\n"
        f"#define g(x) ((x) + {name}(x) + 7)\n"
        f"#ifdef A\nstatic inline int h(int a)\n{{\n\t{name}(a);\n\treturn 0;\n}}\n#endif\n"
    )
    entry, judged, stub = (known.catalogue.named(one)[0] for one in "fgh")
    body = read_body(entry, FACTS)

    assert body is not None
    assert body.term.key == term_of("p->flags & FLAG").key
    assert known.catalogue.anchors.of_entry(entry) == {"flags", "FLAG"}
    assert is_stub(stub)
    assert traits(known, judged).objection == "it is an assertion"


@pytest.mark.parametrize("name", _OTHERS)
def test_what_is_no_check(name: str) -> None:
    """What does something stays, whatever its name recalls; what has `assert` in its name is not proposed, though."""
    known = world(
        f"static inline bool f(struct thing *p)\n{{\n\t{name}(p->x);\n\treturn p->flags & FLAG;\n}}\n"
        f"#define g(x) ((x) + {name}(x) + 7)\n"
    )
    entry, judged = (known.catalogue.named(one)[0] for one in "fg")

    assert read_body(entry, FACTS) is None
    assert name in known.catalogue.anchors.of_entry(entry)
    sounds_so = "assert" in name
    assert (traits(known, judged).objection == "it is an assertion") is sounds_so
