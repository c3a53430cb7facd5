# SPDX-License-Identifier: GPL-2.0-or-later
"""Is kernel C read at its true offsets, and what is not read counted?"""
