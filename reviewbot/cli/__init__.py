# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands, printing, progress and exit codes: the only layer that prints or exits."""
