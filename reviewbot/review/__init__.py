# SPDX-License-Identifier: GPL-2.0-or-later
"""From matches to findings, verdicts and drafts: what a patch may be blamed for, and how to say it."""
