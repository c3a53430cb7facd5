# SPDX-License-Identifier: GPL-2.0-or-later
"""From bytes to series: mails decoded, diffs found and mended, threads and series put together; all of it pure."""
