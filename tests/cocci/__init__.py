# SPDX-License-Identifier: GPL-2.0-or-later
"""Is the common subset of SmPL read for what it means, and the rest refused by name?"""
