# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a header that is included and of which no name is used."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_NAMES = {
    "bitfield.h": r"FIELD_\w+|field_(?:get|prep)|\w*(?:le|be|u)(?:8|16|32|64)_(?:get|encode|replace|p_replace)_bits",
    "delay.h": r"\w*(?:delay|sleep)\w*|loops_per_jiffy|lpj_fine",
    "gpio.h": r"gpio_\w+|GPIOF_\w+|devm_gpio_\w+|ARCH_NR_GPIOS",
    "of_gpio.h": r"of_\w*gpio\w*|struct of_mm_gpio\w*",
    "of_device.h": r"of_device_\w+|of_dma_configure\w*|of_match_device",
    "of_irq.h": r"(?:of_)?irq_(?:of_|parse)\w+|of_irq_\w+|IRQCHIP_\w+|irqchip_\w+|of_msi_\w+",
    "interrupt.h": r"\w*irq\w*|\w*IRQ\w*|\w*tasklet\w*|\w*softirq\w*|\w*SOFTIRQ\w*",
    "regulator/consumer.h": r"\w*regulator\w*|\w*REGULATOR\w*",
    "gpio/consumer.h": r"\w*gpiod?_\w+|GPIOD_\w+|\w*gpio_desc\w*",
    "pm_runtime.h": r"\w*pm_runtime\w*|\w*PM_OPS\w*|pm_ptr|\w*runtime_\w*",
    "debugfs.h": r"\w*debugfs\w*|\w*DEBUGFS\w*|\w*seq_\w+",
    "sysfs.h": r"\w*sysfs\w*|\w*(?:ATTR|ATTRIBUTE)\w*|\w*attribute\w*|\w*kobj\w*",
    "iio/sysfs.h": r"IIO_(?:CONST|DEVICE|DEV)_\w+|\w*ATTR\w*|iio_(?:const|dev)_attr|to_iio_\w+",
    "clk.h": r"\w*clk\w*|\w*CLK\w*",
    "mutex.h": r"\w*mutex\w*|\w*MUTEX\w*",
    "of.h": r"\w*of_\w+|\w*OF_\w+|struct device_node|\w*fwnode\w*",
}
"""What of a header is used, by name; the names of one that is included for what it includes are many more."""
_INCLUDE = re.compile(r"^#[ \t]*include[ \t]+<linux/([\w./-]+)>[^\n]*", re.MULTILINE)


def _find(source: SourceText) -> Iterator[Place]:
    if not source.path.endswith(".c") or re.search(r"^#[ \t]*include[ \t]+\"", source.text, re.MULTILINE):
        return
    code = re.sub(r"^#[ \t]*include[^\n]*", "", source.bare, flags=re.MULTILINE)
    for found in _INCLUDE.finditer(source.text):
        names = _NAMES.get(found[1])
        if names is not None and not re.search(rf"\b(?:{names})\b", code):
            yield Place(found.start(), found.end(), (("header", found[1]),))


def _file(code: str, *headers: str) -> str:
    return "".join(f"#include <linux/{one}>\n" for one in headers) + f"\nint f(int a)\n{{\n\treturn {code};\n}}\n"


RULE = Rule(
    id="include-unused",
    title="header of which nothing is used",
    why="Each header is read whenever the file is built, and says to a reader that the file does what it does not.",
    known_problems="A name of the header that comes out of a macro of another one is not seen.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\b(?:unused|needed|necessary|drop|remove|why)\b[^.]*\b(?:includ|header)",
        r"\b(?:includ|header)\w*\b[^.]*\b(?:unused|needed|necessary|used|drop|remove)",
    ),
    patterns=(Seek(("#include",), _find, ("header",)),),
    message="nothing of linux/{header} seems to be used here; can the include be dropped?",
    lists=("linux-iio", "linux-hwmon"),
    references=("Documentation/process/submit-checklist.rst",),
    measured="181 of 182 right before field_get() was known, drivers/hwmon, iio and leds of 7.2, 2026-11",
    examples=(
        Example("field", _file("a", "bitfield.h //~", "bits.h").replace(" //~>", "> //~")),
        Example("comment-alone", _file("a /* mdelay() */", "delay.h //~").replace(" //~>", "> //~")),
        Example("used", _file("FIELD_GET(B, a)", "bitfield.h")),
        Example("delay", _file("msleep(a)", "delay.h")),
        Example("own-header", '#include "own.h"\n' + _file("a", "bitfield.h")),
        Example("a-header", _file("a", "bitfield.h"), path="drivers/example.h"),
        Example("unknown", _file("a", "fruit.h")),
    ),
)
