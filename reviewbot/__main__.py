# SPDX-License-Identifier: GPL-2.0-or-later
"""`python -m reviewbot`."""

from reviewbot.cli.entry import main

main()
