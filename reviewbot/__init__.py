# SPDX-License-Identifier: GPL-2.0-or-later
"""reviewbot: review of Linux kernel patches by rules, from a message id to the draft reply."""

__version__ = "0.1.0"
