# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the command do what users are told?"""
