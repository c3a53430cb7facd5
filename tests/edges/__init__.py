# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the impure edges keep their bounds: processes, archives, repositories and files?"""
