# SPDX-License-Identifier: GPL-2.0-or-later
"""Report match data of an I2C or SPI device that is looked up in one of its tables only."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_HEADERS = ("include/linux/i2c.h", "include/linux/spi/spi.h", "include/linux/property.h")
_BY_BUS = {"struct i2c_client *": "i2c_get_match_data", "struct spi_device *": "spi_get_device_match_data"}
_OF_DATA = re.compile(r"struct of_device_id \w+\[\][^;]*\.data\s*=")
_FALLBACK = re.compile(r"\w*device_get_match_data\s*\(|\bof_match_device\s*\(")
_BY_ID, _BY_SPI_ID = 2, 3
_MATCH = re.compile(r"(\w+)\s*=\s*(?:of|acpi)_match_device\s*\(")


def _advice(site: Site) -> Advice | None:
    kind = site.match.alternative
    if kind in (_BY_ID, _BY_SPI_ID):
        if not _OF_DATA.search(site.file_text()) and not _FALLBACK.search(site.function_text()):
            return None
        return _offer(site, "i2c_get_match_data" if kind == _BY_ID else "spi_get_device_match_data")
    if kind <= 1:
        name = _BY_BUS.get(_plain(site.type_of("c")))
        table = {"i2c_get_match_data": "i2c_device_id", "spi_get_device_match_data": "spi_device_id"}
        return _offer(site, name) if name and f"struct {table[name]} " in site.file_text() else None
    return _offer(site, _of_device(site))


def _matches(source: SourceText) -> Iterator[Place]:
    """What a match holds, where nothing else is asked of the match."""
    for function in source.functions:
        body = source.bare[function.body : function.end]
        for name in sorted(set(_MATCH.findall(body))):
            uses = [u for u in re.finditer(rf"\b{name}\b(->\w+)?", body) if not _is_test(body, u)]
            if uses and all(u.group(1) in ("->data", "->driver_data") for u in uses):
                start = function.body + uses[0].start()
                yield Place(start, start + len(uses[0].group()), (("id", name),))


def _is_test(body: str, use: re.Match[str]) -> bool:
    """The declaration, the assignment or a test of the match, in which nothing of it is used."""
    before, after = body[: use.start()].rstrip(), body[use.end() :].lstrip()
    if use.group(1):
        return False
    return before.endswith(("*", "!", "(", "&&")) or after.startswith(("=", "?"))


def _plain(declared: str | None) -> str:
    return re.sub(r"\bconst ", "", declared or "")


def _of_device(site: Site) -> str:
    """What the bus of the function's device has, the general function where it is not seen."""
    text = site.function_text()
    if "struct i2c_client *" in text:
        return "i2c_get_match_data"
    return "spi_get_device_match_data" if "struct spi_device *" in text else "device_get_match_data"


def _offer(site: Site, name: str) -> Advice | None:
    near = site.match.path in _HEADERS or re.match(r"drivers/(?:i2c|spi|of|acpi|base)/", site.match.path)
    return Advice(name) if site.declares(name, _HEADERS) and not near else None


_OF = 'static const struct of_device_id foo_of[] = {\n\t{ .compatible = "a,b", .data = &foo },\n\t{ }\n};\n\n'


def _probe(body: str, kind: str = "i2c_client", table: str = "i2c_device_id") -> str:
    return (
        f"{_OF}static const struct {table} foo_ids[] = {{\n\t{{ }}\n}};\n\n"
        f"static int foo_probe(struct {kind} *c)\n{{\n\tconst struct info *info;\n"
        f"\tconst struct of_device_id *id;\n\n{body}\n\treturn info ? 0 : -ENODEV;\n}}\n"
    )


_TREE = {
    "include/linux/i2c.h": "i2c_get_match_data",
    "include/linux/spi/spi.h": "spi_get_device_match_data",
    "include/linux/property.h": "device_get_match_data",
}

RULE = Rule(
    id="i2c-match-data",
    title="match data looked up in one table",
    why="A device that was found by the other table gets no data; i2c_get_match_data() and its like ask them all.",
    known_problems="A driver whose tables hold different things, or that is bound in one way only, needs no more.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=(
        "device_get_match_data(&$c->dev)",
        "of_device_get_match_data(&$c->dev)",
        "i2c_match_id($t, $c)->driver_data",
        "spi_get_device_id($c)->driver_data",
        Seek(("of_match_device", "acpi_match_device"), _matches, ("id",)),
    ),
    advice=_advice,
    message="{helper}() asks all tables of the device; would it do here?",
    references=("include/linux/i2c.h", "include/linux/property.h"),
    measured="18 of 20 right, drivers/hwmon, iio, leds, mfd, input and power of 7.2, 2026-11",
    examples=(
        Example("i2c", _probe("\tinfo = device_get_match_data(&c->dev); //~"), headers=_TREE),
        Example(
            "spi",
            _probe("\tinfo = of_device_get_match_data(&c->dev); //~", "spi_device", "spi_device_id"),
            headers=_TREE,
        ),
        Example("by-id", _probe("\tinfo = (void *)i2c_match_id(foo_ids, c)->driver_data; //~"), headers=_TREE),
        Example(
            "by-spi-id", _probe("\tinfo = (void *)spi_get_device_id(c)->driver_data; //~", "spi_device"), headers=_TREE
        ),
        Example(
            "by-of-match",
            _probe("\tid = of_match_device(foo_of, &c->dev);\n\tif (!id)\n\t\treturn -ENODEV;\n\tinfo = id->data; //~"),
            headers=_TREE,
        ),
        Example(
            "by-acpi-match",
            _probe("\tid = acpi_match_device(foo_acpi, &c->dev);\n\tinfo = (void *)id->driver_data; //~"),
            headers=_TREE,
        ),
        Example(
            "match-itself-used",
            _probe("\tid = of_match_device(foo_of, &c->dev);\n\tinfo = id->data;\n\tset_name(c, id->name);"),
            headers=_TREE,
        ),
        Example(
            "platform-device", _probe("\tinfo = device_get_match_data(&c->dev);", "platform_device"), headers=_TREE
        ),
        Example(
            "no-table-of-the-bus",
            _probe("\tinfo = device_get_match_data(&c->dev);", table="of_device_id"),
            headers=_TREE,
        ),
        Example(
            "the-bus-itself", _probe("\tinfo = device_get_match_data(&c->dev);"), headers=_TREE, path="drivers/i2c/x.c"
        ),
        Example("not-in-the-tree", _probe("\tinfo = device_get_match_data(&c->dev);")),
    ),
)
