# SPDX-License-Identifier: GPL-2.0-or-later
"""Are patches blamed for what they did, and in the right words?"""
