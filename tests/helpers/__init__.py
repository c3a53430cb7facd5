# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the helpers of a tree read, and compared by meaning?"""
