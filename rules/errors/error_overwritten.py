# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an error that is replaced by another one."""

import re

from reviewbot.rule import Category, Confidence, Example, Meta, Rule, Site

_NO_ERROR = re.compile(
    r"str\w*cmp|mem\w*cmp|test_\w+|is_\w+|\w+_is_\w+|acpi_\w+|ACPI_\w+|\w+_timeout\w*|i2c_transfer|\w*count\w*|\w+_to_\w+|\w+_index"
    r"|copy_\w+_user|\w+_user|sscanf|bitmap_\w+|find_\w+|kfifo_\w+|\w+_match|has_\w+|\w+_has_\w+|crypto_memneq"
    r"|ida_\w+|min\w*|max\w*|clamp\w*|wait_\w+|pci_find_\w+|of_find_\w+|(?:dma_)?mapping_error|dma_mapping_error"
    r"|FIELD_GET|BIT|atomic_\w+|schedule\w*|sizeof|ARRAY_SIZE|\w*cmp|hweight\w*|ffs|fls|read[bwlq]|ioread\w*|in[bwl]"
    r"|dma_map_sg\w*|mod_timer|kstrtobool_from_user"
)
"""Functions whose result is no error code."""
_PASSED_ON = re.compile(r"return\s+(?:ret|err|rc|error)\b|return\s+\w+\(")
_ERRORS = re.compile(r"return\s+-E[A-Z]|return\s+(?:ret|err|rc|error)\b")


def _own_error(site: Site) -> bool:
    """A function of the file returns an error code, as far as it can be seen; one of the tree is taken to."""
    found = re.search(
        rf"^(?P<head>[^\n;{{}}#/]*)\b{site.text('f')}\([^;{{]*?\)\s*\{{(?P<body>.*?)^\}}",
        site.file_text(),
        re.MULTILINE | re.DOTALL,
    )
    if found is None:
        return True
    only_this = set(re.findall(r"-E[A-Z0-9]+", found["body"])) == {site.text("e")} and not _PASSED_ON.search(
        found["body"]
    )
    return "int" in found["head"] and not only_this and bool(_ERRORS.search(found["body"]))


def _replaced(site: Site) -> bool:
    name, error = site.text("f"), site.text("e")
    if not re.fullmatch(r"-E[A-Z0-9]+", error) or error in ("-EPROBE_DEFER", "-EAGAIN") or _NO_ERROR.fullmatch(name):
        return False
    if "detect" in site.match.function or "match_string" in name:
        return False
    if site.text("r") and site.type_of("r") not in ("int", "ssize_t", "s32", "long"):
        return False
    if not site.text("r") and not re.fullmatch(r"kstrto\w+|regmap_\w+|i2c_smbus_write_\w+|spi_\w+", name):
        return False
    return _own_error(site)


def _in(body: str, kind: str = "int") -> str:
    return f"static int foo_set(struct foo *foo)\n{{\n\t{kind} ret;\n\n{body}\treturn 0;\n}}\n"


_OWN = "static int foo_%s(struct foo *foo)\n{\n\treturn %s;\n}\n\n"

RULE = Rule(
    id="error-overwritten",
    title="error replaced by another one",
    why="The caller learns less than was known: a deferred probe, a full memory and a broken bus all look alike.",
    known_problems="A function of the tree is taken to return an error code unless its name says otherwise.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"overwrit",
        r"return (?:value|code)",
        r"error (?:code|value|return)",
    ),
    patterns=(
        "$r = $f(...); if ($r) return $e;",
        "$r = $f(...); if ($r < 0) return $e;",
        "$r = $f(...); if ($r) { $print(...); return $e; }",
        "$r = $f(...); if ($r < 0) { $print(...); return $e; }",
        "$r = $f(...); if ($r) { $r = $e; goto $l; }",
        "$r = $f(...); if ($r < 0) { $r = $e; goto $l; }",
        "if ($f(...)) return $e;",
        "if ($_ || $f(...)) return $e;",
    ),
    metavariables={"f": Meta(kind="identifier")},
    where=_replaced,
    message="{e} overwrites the error return of {f}(); could its own error code be returned?",
    references=("Documentation/process/coding-style.rst",),
    measured="17 of 20 right, drivers/hwmon, drivers/iio, mm and net/core of 7.2, 2026-11",
    examples=(
        Example("plain", _in("\tret = foo_send(foo); //~\n\tif (ret)\n\t\treturn -EINVAL;\n")),
        Example("negative", _in("\tret = foo_send(foo); //~\n\tif (ret < 0)\n\t\treturn -EINVAL;\n")),
        Example(
            "with-a-message",
            _in("\tret = foo_send(foo); //~\n\tif (ret) {\n\t\tfoo_warn(foo);\n\t\treturn -EIO;\n\t}\n"),
        ),
        Example(
            "negative-with-a-message",
            _in("\tret = foo_send(foo); //~\n\tif (ret < 0) {\n\t\tfoo_warn(foo);\n\t\treturn -EIO;\n\t}\n"),
        ),
        Example("goto", _in("\tret = foo_send(foo); //~\n\tif (ret) {\n\t\tret = -EIO;\n\t\tgoto out;\n\t}\nout:\n")),
        Example(
            "negative-goto",
            _in("\tret = foo_send(foo); //~\n\tif (ret < 0) {\n\t\tret = -EIO;\n\t\tgoto out;\n\t}\nout:\n"),
        ),
        Example("never-kept", _in("\tif (regmap_read(foo->map, 1, &foo->v)) //~\n\t\treturn -EINVAL;\n")),
        Example("one-of-two", _in("\tif (!foo->on || kstrtobool(foo->s, &foo->on)) //~\n\t\treturn -EINVAL;\n")),
        Example(
            "of-the-file",
            _OWN % ("send", "-EIO") + _in("\tret = foo_send(foo); //~\n\tif (ret)\n\t\treturn -EINVAL;\n"),
        ),
        Example("returned", _in("\tret = foo_send(foo);\n\tif (ret)\n\t\treturn ret;\n")),
        Example("deferred", _in("\tret = foo_send(foo);\n\tif (ret)\n\t\treturn -EPROBE_DEFER;\n")),
        Example("no-error-code", _in("\tret = strncmp(foo->a, foo->b, 3);\n\tif (ret)\n\t\treturn -EINVAL;\n")),
        Example("not-an-int", _in("\tret = foo_send(foo);\n\tif (ret)\n\t\treturn -EINVAL;\n", "unsigned long")),
        Example("a-question", _in("\tif (foo_busy(foo))\n\t\treturn -EBUSY;\n")),
        Example(
            "flag-of-the-file",
            _OWN % ("full", "foo->n") + _in("\tret = foo_full(foo);\n\tif (ret)\n\t\treturn -EINVAL;\n"),
        ),
        Example(
            "the-same-error",
            _OWN % ("send", "-EINVAL") + _in("\tret = foo_send(foo);\n\tif (ret)\n\t\treturn -EINVAL;\n"),
        ),
        Example(
            "detect", _in("\tret = foo_send(foo);\n\tif (ret)\n\t\treturn -ENODEV;\n").replace("foo_set", "foo_detect")
        ),
        Example("by-a-pointer", _in("\tret = foo->ops->send(foo);\n\tif (ret)\n\t\treturn -EIO;\n")),
    ),
)
