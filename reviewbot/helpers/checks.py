# SPDX-License-Identifier: GPL-2.0-or-later
"""Which calls only check that all is well?  They are no part of what a body means, and no helpers to propose.

A reset_control_assert() asserts a line and is none of them, nor is what the compiler checks within READ_ONCE(): to be
left out of a body the name has to say what is checked; to be left out of what is proposed it is enough to sound so.
"""

from __future__ import annotations

import re

CHECK = (
    r"(?:(?:\w+_)?(?:(?:WARN|BUG)(?:_ON\w*)?|ASSERT(?:_\w+)?)|WARN_\w+|KUNIT_\w+|assert_\w+|(?:lockdep|iosys_map)_assert\w*"
    r"|(?:vma|mmap)_assert_\w+|\w+_assert_\w*(?:held|locked)\w*|static_assert|might_sleep\w*|might_fault|kasan_check_\w+"
    r"|instrument_\w+|sock_owned_by_me)"
)
"""The pattern of their names."""
_CHECK = re.compile(CHECK)


def is_check(name: str) -> bool:
    """True for the name of a function or macro that only checks something."""
    return _CHECK.fullmatch(name) is not None


def sounds_like_check(name: str) -> bool:
    """True for a name that may be an assertion's, so that nobody is told to call it."""
    return is_check(name) or "assert" in name.lower().split("_")
