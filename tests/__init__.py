# SPDX-License-Identifier: GPL-2.0-or-later
"""Does reviewbot do what its documentation says?"""
