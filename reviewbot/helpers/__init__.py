# SPDX-License-Identifier: GPL-2.0-or-later
"""The helpers that a tree offers, read from its headers, and which of them means the same as an expression."""
