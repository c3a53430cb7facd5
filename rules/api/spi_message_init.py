# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an SPI message that is filled transfer by transfer right after it was initialised."""

from reviewbot.rule import Category, Confidence, Example, Rule

_HEADERS = ("include/linux/spi/spi.h",)


def _code(between: str = "", mark: str = " //~", message: str = "m") -> str:
    head = "int f(struct spi_device *spi, struct spi_transfer *t)\n{\n\tstruct spi_message m, n;\n\n"
    calls = f"\tspi_message_init(&m);{mark}\n{between}\tspi_message_add_tail(t, &{message});\n"
    return f"{head}{calls}\treturn spi_sync(spi, &m);\n}}\n"


_TREE = {"include/linux/spi/spi.h": "spi_message_init_with_transfers"}

RULE = Rule(
    id="spi-message-init",
    title="SPI message filled after its initialisation",
    why="spi_message_init_with_transfers() takes the transfers as an array and does both in one call.",
    known_problems="Transfers that stand in no array have to be put into one first.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=("spi_message_init($m); spi_message_add_tail($t, $m);",),
    message="the transfers are known here; would spi_message_init_with_transfers() (or spi_sync_transfer()) do?",
    helper="spi_message_init_with_transfers",
    needs={"spi_message_init_with_transfers": _HEADERS},
    references=_HEADERS,
    measured="9 of 10 right, drivers/hwmon, iio, leds, mfd, input, power, spi, watchdog and rtc of 7.2, 2026-11",
    examples=(
        Example("one", _code(), headers=_TREE),
        Example("filled-later", _code("\tif (t->len)\n\t\tprepare(spi);\n", ""), headers=_TREE),
        Example("another-message", _code("", "", "n"), headers=_TREE),
        Example("not-in-the-tree", _code("", "")),
    ),
)
