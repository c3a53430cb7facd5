# SPDX-License-Identifier: GPL-2.0-or-later
"""Semantic patches of Coccinelle, read into rules: the common subset, and the names of what is outside of it."""
