# SPDX-License-Identifier: GPL-2.0-or-later
"""Report module_init() and module_exit() that only register and unregister a driver."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_I3C = "include/linux/i3c/device.h"
_HEADERS = (
    *(
        f"include/linux/{n}.h"
        for n in ("platform_device", "i2c", "spi/spi", "usb", "pci", "hid", "serdev", "mdio", "phy")
    ),
    *(
        f"include/linux/{n}.h"
        for n in ("auxiliary_bus", "virtio", "pcmcia", "rpmsg", "hyperv", "soundwire/sdw", "i3c/device")
    ),
    *(
        f"include/linux/{n}.h"
        for n in ("slimbus", "mei_cl_bus", "acpi", "pnp", "eisa", "amba/bus", "greybus", "mcb", "ntb")
    ),
    "include/pcmcia/ds.h",
    "include/linux/usb/serial.h",
    "include/linux/serio.h",
    "include/linux/input/serio.h",
    "include/acpi/acpi_bus.h",
)
_REGISTER = re.compile(r"^\{\s*return (\w+)\(&(\w+)\);\s*\}$")
_UNREGISTER = re.compile(r"^\{\s*(\w+)\(&(\w+)\);\s*\}$")
_BUS = re.compile(r"(?:register_)?(\w+?)_(?:register_driver|driver_register|add_driver|driver|register)")


def _modules(source: SourceText) -> Iterator[Place]:
    bodies = {f.name: (f, source.bare[f.body : f.end].strip()) for f in source.functions}
    starts = re.findall(r"^module_init\((\w+)\)", source.bare, re.MULTILINE)
    ends = re.findall(r"^module_exit\((\w+)\)", source.bare, re.MULTILINE)
    for start, end in zip(starts, ends, strict=False):
        if start not in bodies or end not in bodies:
            continue
        register, leave = _REGISTER.match(bodies[start][1]), _UNREGISTER.match(bodies[end][1])
        bus = _BUS.fullmatch(register.group(1)) if register else None
        if register and leave and bus and register.group(2) == leave.group(2):
            first = bodies[start][0]
            yield Place(
                first.start,
                first.end,
                (("name", f"module_{bus.group(1)}_driver"), ("fact", f"{start}() only registers")),
            )


def _buses(source: SourceText) -> Iterator[Place]:
    """A driver for both buses of a chip."""
    i2c = re.search(r"^module_i2c_driver\(", source.bare, re.MULTILINE)
    i3c = re.search(r"^module_i3c_driver\([^)]*\);", source.bare, re.MULTILINE)
    if i2c and i3c:
        yield Place(
            i3c.start(), i3c.end(), (("name", "module_i3c_i2c_driver"), ("fact", "there are two drivers in one module"))
        )


def _advice(site: Site) -> Advice | None:
    name = site.text("name")
    return Advice(name) if site.declares(name, _HEADERS) else None


def _code(init: str, leave: str = "foo_unregister_driver(&foo);") -> str:
    return (
        f"static int __init foo_init(void) //~\n{{\n\t{init}\n}}\nmodule_init(foo_init);\n\n"
        f"static void __exit foo_exit(void)\n{{\n\t{leave}\n}}\nmodule_exit(foo_exit);\n"
    )


_TWO = "module_i2c_driver(a);\n\nint f(void)\n{\n\treturn 0;\n}\n\nmodule_i3c_driver(b); //~\n"
_TREE = {"include/linux/spi/spi.h": "module_spi_driver", _I3C: "module_i3c_driver module_i3c_i2c_driver"}

RULE = Rule(
    id="module-driver-macro",
    title="module that only registers a driver",
    why="The module_*_driver() macros are init and exit in one line.",
    known_problems="Macros in headers that are not known here are not proposed.",
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=(
        Seek(("module_init",), _modules, ("name", "fact")),
        Seek(("module_i3c_driver",), _buses, ("name", "fact")),
    ),
    advice=_advice,
    message="{fact}; would {name}() do?",
    references=("include/linux/device/driver.h", "include/linux/i3c/device.h"),
    measured="1 of 1 right, drivers/media and eleven other folders of 7.2, 2026-11",
    examples=(
        Example("spi", _code("return spi_register_driver(&foo);", "spi_unregister_driver(&foo);"), headers=_TREE),
        Example("both-buses", _TWO, headers=_TREE),
        Example("one-bus", _TWO.replace("module_i2c_driver(a);\n", "").replace(" //~", ""), headers=_TREE),
        Example(
            "more-in-init",
            _code("setup();\n\treturn spi_register_driver(&foo);").replace(" //~", ""),
            headers=_TREE,
        ),
        Example("no-macro", _code("return foo_register_driver(&foo);").replace(" //~", ""), headers=_TREE),
    ),
)
