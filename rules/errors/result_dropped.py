# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a call whose error code is thrown away."""

import re
from collections import Counter
from collections.abc import Iterator

from reviewbot.rule import (
    Category,
    Confidence,
    Example,
    Place,
    Rule,
    Seek,
    SourceFunction,
    SourceText,
    block_end,
    closing,
)

_BUSES = (
    r"regmap_(?:(?:bulk_|noinc_|raw_|multi_reg_|field_|fields_)*(?:read|write)(?:_bypassed)?|(?:fields?_)?update_bits\w*"
    r"|(?:set|clear|assign)_bits)|i2c_(?:smbus_(?:write_\w+|read_\w*block_data)|transfer|master_(?:send|recv))"
    r"|spi_(?:sync|write|read|write_then_read|setup)|ad_sd_(?:init|reset|(?:read|write)_reg|calibrate\w*)"
)
_CORE = (
    r"clk_prepare_enable|clk_set_rate|regulator_enable|request_(?:threaded_)?irq|kstrto\w+|iio_device_register"
    r"|input_register_device|hwmon_device_register\w*|register_netdev|platform_driver_register|dma_set_mask_and_coherent"
    r"|device_property_read_(?:u8|u16|u32|u64|string)|devm_mutex_init|devm_add_action(?:_or_reset)?"
    r"|devm_(?:request_\w*irq|\w+_register\w*|pm_runtime_enable|regulator_\w*get\w*|gpiochip_add_data|iio_\w*setup\w*)"
)
_KNOWN = re.compile(rf"(?:{_BUSES}|{_CORE})")
_STATEMENT = re.compile(r"(?:(?<=[;{}:)])|(?<=\belse)|(?<=\bdo))\s*?(?P<name>\b[a-z]\w+)\s*\(")
_TEARDOWN = re.compile(
    r"remove|exit|shutdown|suspend|disable|stop|cleanup|clean_?up|release|close|disconnect|unregister"
    r"|free|teardown|deinit|uninit|detach|power_?(?:off|down)|restore|undo|unbind|destroy|quiesce"
)
_ERROR = r"(?:ret|err|rc|rv|error|retval)"
_FAILS = re.compile(r"return\s+(?:-E[A-Z]|\w*(?:ret|err|rc|status|rval|error)\b|dev_err_probe)")


def _dropped(body: str) -> Iterator[tuple[str, int, int]]:
    """Calls that are whole statements: name, start, end."""
    for found in _STATEMENT.finditer(body):
        before = body[: found.start("name")].rstrip()
        end = closing(body, found.end() - 1)
        if body[end : end + 40].lstrip().startswith(";") and not re.search(r"\(\s*void\s*\)$", before):
            yield found["name"], found.start("name"), end


def _own(file: SourceText) -> set[str]:
    """Functions that return an error which this file tests at least as often as it drops it."""
    made = {
        one.name
        for one in file.functions
        if re.search(r"\bint\s+\w+\s*\($", file.bare[one.start : one.body].split("(")[0] + "(")
        and _FAILS.search(file.bare, one.body, one.end)
    }
    drops = Counter(name for one in file.functions for name, _, _ in _dropped(file.bare[one.body : one.end]))
    uses = Counter(re.findall(r"(?:=|\breturn|[(!]|&&|\|\||\?|:)\s*(\w+)\s*\(", file.bare))
    tested = set(re.findall(rf"\b({_ERROR})\s*=\s*(\w+)\s*\([^;{{}}]*\);\s*if\s*\(\s*\1\b", file.bare))
    made |= {name for _, name in tested if not any(one.name == name for one in file.functions)}
    return {name for name in made if uses[name] >= max(1, drops[name])}


def _unset(body: str, start: int, call: str) -> str:
    """A local out-argument of the call that nothing has set before."""
    for name in re.findall(r"&\s*(\w+)\s*[,)]", call):
        before = body[:start]
        if re.search(rf"^\s*(?:const\s+)?[\w ]+[\s*,]{name}\s*(?:\[[^]]*\])?\s*[,;]", before, re.MULTILINE) and not (
            re.search(rf"\b{name}\s*(?:\[[^]]*\])?\s*=(?!=)|&\s*{name}\b", before)
        ):
            return str(name)
    return ""


def _undoing(body: str, start: int, end: int) -> bool:
    """The call stands below a label, or in a block that goes on to return an error."""
    if re.search(r"\n ?(?!default\b)\w+:(?!:)", body[:start]):
        return True
    last = block_end(body, end)
    return last + 1 < len(body) and bool(re.search(r"\b(?:return\s+[^0;]|goto\b)[^;]*;\s*$", body[end:last]))


def _meant(file: SourceText, start: int, call: str) -> bool:
    """The comment just above, or the name of what is read, says that the result does not matter."""
    if re.search(r"&\s*(?:dummy|unused|junk|trash)\b", call):
        return True
    above = re.search(r"/\*(?:(?!\*/).)*\*/\s*\Z|//[^\n]*\s*\Z", file.text[max(0, start - 400) : start], re.DOTALL)
    return above is not None and bool(
        re.search(r"ignor|regardless|best.effort|may fail|don't care|dummy|drain|discard", above[0], re.IGNORECASE)
    )


def _harmless(file: SourceText, name: str, call: str) -> bool:
    """Memory-mapped registers do not fail, a property has its default, and a read for nothing is a dummy."""
    if name.startswith("regmap_"):
        return bool(re.search(r"\bsyscon_|regmap_mmio", file.bare))
    if "property_read" in name:
        return True
    return not _KNOWN.fullmatch(name) and "&" not in call and bool(re.search(r"read|get|xfer|show", name))


def _returns_nothing(file: SourceText, one: SourceFunction) -> bool:
    head = file.bare[one.start : one.body]
    return bool(re.match(r"(?:\w+\s+)*?(?:void|irqreturn_t)\s+(?:__\w+\s+)*\w+\s*\(", head))


def _in_function(file: SourceText, one: SourceFunction, own: set[str]) -> Iterator[Place]:
    body = file.bare[one.body : one.end]
    quiet = bool(_TEARDOWN.search(one.name)) or _returns_nothing(file, one)
    last, behind = "", 0
    for name, start, end in _dropped(body):
        run = name == last and not body[behind:start].strip("; \t\n")
        last, behind = name, end
        call = body[start:end]
        if (name not in own and not _KNOWN.fullmatch(name)) or run or _meant(file, one.body + start, call):
            continue
        if name.startswith("regmap_") and "regmap_init_mmio" in file.bare:
            continue
        unset = _unset(body, start, call)
        if not unset and (quiet or _undoing(body, start, end) or _harmless(file, name, call)):
            continue
        so = f"so {unset} may be uninitialized" if unset else "and the caller goes on"
        yield Place(one.body + start, one.body + end, (("f", name), ("so", so)))


def _find(file: SourceText) -> Iterator[Place]:
    own = _own(file) if file.path.startswith(("drivers/", "sound/")) else set()
    for one in file.functions:
        yield from _in_function(file, one, own)


def _in(body: str, head: str = "static int foo_read(struct foo *foo)") -> str:
    return f"{head}\n{{\n\tunsigned int val;\n\tint ret;\n\n{body}}}\n"


_HELPER = "static int foo_wait(struct foo *foo)\n{\n\tif (!foo->up)\n\t\treturn -EIO;\n\treturn 0;\n}\n\n"

RULE = Rule(
    id="result-dropped",
    title="error code thrown away",
    why=(
        "A transfer or a registration can fail; who drops the error goes on with a value that was never read, or says "
        "that all is well."
    ),
    known_problems=(
        "A write that may fail, as in a reset that makes the chip deaf, is reported; a function of the tree counts "
        "only where its name says that it returns an error, one of the file where others test its result."
    ),
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"return (?:value|code)",
        r"error (?:check|handling|code)",
        r"\bcheck\w*\b.*\b(?:ret|errors?|err|result)\b",
        r"(?:may|might|can|could) (?:still )?(?:fail|return)",
        r"\bunchecked\b",
        r"ignor\w+ (?:the |an? )?(?:error|return|result)",
        r"if \(ret\b",
    ),
    patterns=(Seek(("(",), _find, ("f", "so")),),
    message="the return value of {f}() is dropped, {so}; is an error check missing?",
    references=("include/linux/compiler_attributes.h", "Documentation/process/coding-style.rst"),
    measured="17 of 20 right, drivers/hwmon, drivers/iio, mm and net/core of 7.2, 2026-11",
    examples=(
        Example("read", _in("\tregmap_read(foo->map, 1, &val); //~\n\treturn val;\n")),
        Example("write", _in("\tregmap_write(foo->map, 1, 2); //~\n\treturn 0;\n")),
        Example("in-a-branch", _in("\tif (foo->on)\n\t\tregmap_write(foo->map, 1, 2); //~\n\treturn 0;\n")),
        Example(
            "lock", _in("\tdevm_mutex_init(foo->dev, &foo->lock); //~\n\treturn 0;\n", "int foo_probe(struct foo *foo)")
        ),
        Example(
            "own-function",
            _HELPER + _in("\tret = foo_wait(foo);\n\tif (ret)\n\t\treturn ret;\n\tfoo_wait(foo); //~\n\treturn 0;\n"),
        ),
        Example(
            "own-function-that-nobody-tests",
            _HELPER + _in("\tfoo_wait(foo);\n\treturn 0;\n"),
        ),
        Example(
            "read-where-nothing-is-returned",
            _in("\tregmap_read(foo->map, 1, &val); //~\n\tfoo->val = val;\n", "static void foo_get(struct foo *foo)"),
        ),
        Example("nothing-to-return", _in("\tregmap_write(foo->map, 1, 2);\n", "static void foo_set(struct foo *foo)")),
        Example("teardown", _in("\tregmap_write(foo->map, 1, 2);\n\treturn 0;\n", "int foo_suspend(struct foo *foo)")),
        Example(
            "set-before",
            _in(
                "\tval = 0;\n\tregmap_read(foo->map, 1, &val);\n\tfoo->val = val;\n",
                "static void foo_get(struct foo *foo)",
            ),
        ),
        Example("on-purpose", _in("\t(void)regmap_write(foo->map, 1, 2);\n\treturn 0;\n")),
        Example("used", _in("\tret = regmap_write(foo->map, 1, 2);\n\treturn ret;\n")),
        Example(
            "function-that-is-tested-here",
            _in("\tret = foo_go(foo);\n\tif (ret)\n\t\treturn ret;\n\tfoo_go(foo); //~\n\treturn 0;\n"),
        ),
        Example(
            "several-in-a-row",
            _in("\tregmap_write(foo->map, 1, 2); //~\n\tregmap_write(foo->map, 2, 2);\n\treturn 0;\n"),
        ),
        Example(
            "comment",
            _in("\t/* fails on old chips, ignore */\n\tregmap_write(foo->map, 1, 2);\n\treturn 0;\n"),
        ),
        Example(
            "memory-mapped",
            _in("\tfoo->map = devm_regmap_init_mmio(foo->dev, p, c);\n\tregmap_write(foo->map, 1, 2);\n\treturn 0;\n"),
        ),
        Example(
            "syscon",
            _in("\tfoo->map = syscon_node_to_regmap(foo->np);\n\tregmap_write(foo->map, 1, 2);\n\treturn 0;\n"),
        ),
        Example(
            "core-code", _HELPER + _in("\tret = foo_wait(foo);\n\tfoo_wait(foo);\n\treturn ret;\n"), path="mm/foo.c"
        ),
        Example(
            "default-set",
            _in('\tval = 3;\n\tdevice_property_read_u32(foo->dev, "a", &val);\n\treturn val;\n'),
        ),
        Example(
            "read-for-nothing",
            _in("\tregmap_read(foo->map, 1, &dummy);\n\treturn 0;\n").replace("int val;", "int dummy;"),
        ),
        Example("drained", _in("\t/* Drain the FIFO */\n\tregmap_read(foo->map, 1, &val);\n\treturn 0;\n")),
        Example("dummy-read", _in("\ti2c_smbus_read_byte(foo->client);\n\treturn 0;\n")),
        Example(
            "undone-on-an-error",
            _in(
                "\tret = foo_start(foo);\n\tif (ret) {\n\t\tregmap_write(foo->map, 1, 0);\n\t\treturn ret;\n\t}\n"
                "\tret = foo_go(foo);\n\tif (ret)\n\t\tgoto err_off;\n\treturn 0;\n\nerr_off:\n"
                "\tregmap_write(foo->map, 1, 0);\n\treturn ret;\n"
            ),
        ),
    ),
)
