# SPDX-License-Identifier: GPL-2.0-or-later
"""Do patterns match what they mean, and nothing else?"""
