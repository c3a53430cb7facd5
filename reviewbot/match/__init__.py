# SPDX-License-Identifier: GPL-2.0-or-later
"""Patterns: compiled from text, matched by shape and by meaning, reported as spans."""
