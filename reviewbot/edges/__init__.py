# SPDX-License-Identifier: GPL-2.0-or-later
"""Where does the program touch the world?  Processes, git, the archive and its files: only here."""
