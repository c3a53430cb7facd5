# SPDX-License-Identifier: GPL-2.0-or-later
"""Report driver data that remove() sets to NULL, which the core does anyway."""

import re

from reviewbot.rule import Category, Confidence, Example, Rule, Site

_GET = r"(?:dev_get_drvdata|\w+_get_drvdata|usb_get_intfdata|i2c_get_clientdata)\s*\("
_TEST = re.compile(rf"\bif\s*\(\s*!?\s*{_GET}|(\w+)\s*=\s*{_GET}[^;]*\);\s*if\s*\(\s*(?:!\s*\1\b|\1\s*[)=&])")


def _is_last(site: Site) -> bool:
    """In a remove function of a driver that nowhere asks whether there is driver data."""
    if not re.search(r"(?:^|_)(?:remove|disconnect)\d*$", site.match.function):
        return False
    return _TEST.search(site.file_text()) is None


def _remove(call: str, name: str = "foo_remove") -> str:
    return f"static void {name}(struct usb_interface *intf)\n{{\n\tfoo_stop(intf);\n\t{call}\n}}\n"


RULE = Rule(
    id="drvdata-cleared",
    title="driver data cleared in remove()",
    why="The core clears the driver data when a driver is unbound, so that the line does nothing.",
    known_problems="A work or a callback that still runs and tests the data, in another file, is not known.",
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(r"(?:[sg]et)_(?:drvdata|clientdata)",),
    patterns=(
        "usb_set_intfdata($d, NULL)",
        "dev_set_drvdata($d, NULL)",
        "platform_set_drvdata($d, NULL)",
        "i2c_set_clientdata($d, NULL)",
        "spi_set_drvdata($d, NULL)",
        "pci_set_drvdata($d, NULL)",
    ),
    where=_is_last,
    message="the core clears the driver data of `{d}` when the driver is unbound; is setting it to NULL needed here?",
    references=("drivers/base/dd.c", "drivers/usb/core/driver.c"),
    measured="19 of 20 right, drivers/{hid,i2c,mfd,net/usb,usb} of 7.2, 2026-11",
    examples=(
        Example("usb", _remove("usb_set_intfdata(intf, NULL); //~", "foo_disconnect")),
        Example("device", _remove("dev_set_drvdata(&intf->dev, NULL); //~")),
        Example("platform", _remove("platform_set_drvdata(pdev, NULL); //~")),
        Example("i2c", _remove("i2c_set_clientdata(client, NULL); //~")),
        Example("spi", _remove("spi_set_drvdata(spi, NULL); //~")),
        Example("pci", _remove("pci_set_drvdata(pdev, NULL); //~")),
        Example("not-in-remove", _remove("dev_set_drvdata(&intf->dev, NULL);", "foo_close")),
        Example(
            "asked-elsewhere",
            _remove("usb_set_intfdata(intf, NULL);")
            + "int foo_open(struct usb_interface *i)\n{\n\tstruct foo *foo = usb_get_intfdata(i);\n\n"
            "\tif (!foo)\n\t\treturn -ENODEV;\n\treturn 0;\n}\n",
        ),
    ),
)
