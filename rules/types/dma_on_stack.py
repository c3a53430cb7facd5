# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a buffer on the stack that is handed to a bus that may use DMA."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_MEMBER = re.compile(r"(?:\.|->)(?:tx_buf|rx_buf)\s*=\s*(&?)(\w+)\s*[,;}]")
_CALL = re.compile(
    r"\b(?P<f>spi_write|spi_read)\s*\(\s*[^(),]+(?:\([^()]*\))?\s*,\s*(?P<a>&?)(?P<v>\w+)\s*,"
    r"|\b(?P<g>usb_bulk_msg|usb_control_msg|usb_interrupt_msg)\s*\((?:[^();]|\((?:[^();]|\([^();]*\))*\))*?,\s*"
    r"(?P<b>&?)(?P<w>\w+)\s*,\s*(?:[^,();]|\([^();]*\))+,\s*(?:[^,();]|\([^();]*\))+(?:,\s*[^,();]+)?\)"
)


def _find(source: SourceText) -> Iterator[Place]:
    if source.path.startswith("drivers/spi/"):  # a controller's own driver knows what it does
        return
    for function in source.functions:
        seen: set[int] = set()
        uses = [
            (m.start(), m[1], m[2], "spi_transfer") for m in _MEMBER.finditer(source.bare, function.body, function.end)
        ]
        for call in _CALL.finditer(source.bare, function.body, function.end):
            uses.append(
                (call.start(), call["a"] or call["b"] or "", call["v"] or call["w"], f"{call['f'] or call['g']}()")
            )
        for at, address, name, user in uses:
            declared = re.compile(
                rf"(?<=[;{{}}])\s*(?P<t>(?:const\s+)?(?!return|static|goto|const\s+struct|struct)\w+"
                rf"(?:\s+(?:char|int|long|short))?)\s+"
                rf"(?P<d>(?:\w+(?:\[\w+\])?(?:\s*=\s*[^;,]*)?,\s*)*{name}\b\s*(?P<n>\[[^\]]*\])?)"
                rf"(?:\s*=|\s*[;,]|\s*__aligned)"
            )
            found = list(declared.finditer(source.bare, function.body, at))
            if not found or bool(found[-1]["n"]) == bool(address) or found[-1].start() in seen:
                continue
            seen.add(found[-1].start())
            yield Place(found[-1].start("t"), found[-1].end("d"), (("v", name), ("user", user)))


def _f(body: str) -> str:
    return f"int f(struct spi_device *spi, struct usb_device *usb)\n{{\n{body}}}\n"


_TRANSFER = (
    "\tstruct spi_transfer t = {\n\t\t.tx_buf = %s,\n\t\t.len = 2,\n\t};\n\n\treturn spi_sync_transfer(spi, &t, 1);\n"
)

RULE = Rule(
    id="dma-on-stack",
    title="buffer on the stack handed to DMA",
    why=(
        "A controller may map the buffer for DMA: the stack may be no memory for that, and shares its cache lines with "
        "other variables."
    ),
    known_problems="A controller that is known to do no DMA copes with it.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(
        r"\bDMA\b",
        r"\bstack\b",
    ),
    patterns=(
        Seek(
            words=("tx_buf", "rx_buf", "spi_write", "spi_read", "usb_bulk_msg", "usb_control_msg", "usb_interrupt_msg"),
            find=_find,
            fields=("v", "user"),
        ),
    ),
    message="`{v}` is on the stack, and {user} may DMA; can it be kzalloc()ed, or IIO_DMA_MINALIGN in the state?",
    references=(
        "include/linux/spi/spi.h",
        "Documentation/spi/spi-summary.rst",
        "Documentation/core-api/dma-api-howto.rst",
    ),
    measured="21 of 22 right, drivers/iio, drivers/hwmon, drivers/rtc and more of 7.2, 2026-11",
    examples=(
        Example("array", _f("\tu8 cmd[2]; //~\n" + _TRANSFER % "cmd")),
        Example("scalar", _f("\t__be16 cmd = 0; //~\n" + _TRANSFER % "&cmd")),
        Example(
            "assigned",
            _f(
                "\tstruct spi_transfer t = { };\n\tu8 in[2]; //~\n\n\tt.rx_buf = in;\n"
                "\treturn spi_sync_transfer(spi, &t, 1);\n"
            ),
        ),
        Example("spi-write", _f("\tu8 a = 0, cmd[2]; //~\n\n\treturn spi_write(spi, cmd, sizeof(cmd));\n")),
        Example(
            "usb",
            _f("\tu8 in[8]; //~\n\n\treturn usb_bulk_msg(usb, usb_rcvbulkpipe(usb, 1), in, sizeof(in), NULL, 10);\n"),
        ),
        Example("controller", _f("\tu8 cmd[2];\n" + _TRANSFER % "cmd"), path="drivers/spi/spi-a.c"),
        Example("copied", _f("\tu8 cmd[2];\n\n\treturn spi_write_then_read(spi, cmd, 2, NULL, 0);\n")),
        Example("pointer", _f("\tu8 *cmd = g(spi);\n" + _TRANSFER % "cmd")),
        Example("static", _f("\tstatic u8 cmd[2];\n" + _TRANSFER % "cmd")),
        Example("member", _f("\tstruct a *a = g(spi);\n" + _TRANSFER % "a->cmd")),
    ),
)
