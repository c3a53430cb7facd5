# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the rules and their registry do what their files promise?"""
