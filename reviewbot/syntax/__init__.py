# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel C as trees, terms, functions and symbols, at the byte offsets of the file as it is."""
