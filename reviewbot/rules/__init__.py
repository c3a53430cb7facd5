# SPDX-License-Identifier: GPL-2.0-or-later
"""The import home of the rules: `rules/` at the top of a checkout, this very folder in a wheel."""

from pathlib import Path

_top = Path(__file__).resolve().parent.parent.parent
if (_top / "pyproject.toml").is_file() and (_top / "rules").is_dir():
    __path__.append(str(_top / "rules"))
