# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a result that is tested for an error pointer where the callee gives NULL, or the other way round."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_GIVES_NULL = re.compile(
    r"(?:devm_)?k[mzc]alloc\w*|k?v[mz]alloc|kv[mzc]alloc\w*|(?:devm_)?k(?:strn?dup|memdup|asprintf)\w*|kmem_cache_\w*alloc\w*"
    r"|(?:devm_)?ioremap(?:_wc|_uc|_np|_cache)?|of_iomap|(?:devm_)?ioport_map|pci_iomap\w*|dmam?_alloc_coherent|dma_pool_alloc"
    r"|alloc_(?:ordered_)?workqueue|(?:devm_)?input_allocate_device|(?:devm_)?iio_device_alloc|platform_device_alloc"
    r"|platform_get_resource\w*|dev_get_regmap|dev_get_platdata|of_(?:find|get)_\w*(?:node|child|parent|property)\w*"
    r"|of_parse_phandle|of_find_device_by_node|(?:devm_)?spi_alloc_\w+|alloc_(?:netdev|etherdev)\w*|usb_alloc_\w+"
    r"|alloc_skb|netdev_alloc_skb\w*|skb_(?:clone|copy)|proc_(?:create|mkdir)\w*|debugfs_lookup|dma_request_channel"
    r"|vma_merge_(?:extend|new_range)"
)
_GIVES_ERROR = re.compile(
    r"(?:devm_)?clk_(?:get|get_enabled|get_prepared|register|hw_register_\w+)|(?:devm_)?regulator_(?:get|get_exclusive|register)"
    r"|(?:devm_)?reset_control_get(?:_exclusive|_shared)?|(?:devm_)?gpiod_get(?:_index|_array)?|devm_ioremap_resource"
    r"|devm_platform_(?:get_and_)?ioremap_resource\w*|devm_(?:regmap_init|of_iomap)\w*|regmap_init_\w+|syscon_regmap_lookup_by_(?:compatible|phandle(?:_args)?)"
    r"|syscon_node_to_regmap|(?:devm_)?iio_channel_get|kthread_(?:create|run)\w*|class_create|device_create\w*"
    r"|(?:devm_)?hwmon_device_register_\w+|(?:devm_)?power_supply_register|(?:devm_)?phy_get|devm_of_phy_get|dma_request_chan"
    r"|(?:devm_)?pinctrl_get|pinctrl_lookup_state|v?memdup_user\w*|strndup_user|filp_open|(?:devm_)?nvmem_\w+_get|crypto_alloc_\w+"
    r"|(?:devm_)?pwm_get|mbox_request_channel\w*|(?:devm_)?backlight_device_register|devm_rtc_allocate_device"
    r"|platform_device_register_(?:full|data|resndata|simple)|i2c_new_\w+_device|devm_extcon_dev_allocate"
    r"|vma_modify_\w+"
)
"""What the declarations in headers do not say.  Optional getters are left out: their NULL has a meaning."""
_CALL = re.compile(r"(?<![\w>.])(\w+)\s*=\s*(\w+)\s*\(")
_TESTS = ("IS_ERR", "IS_ERR", "!", "!", "IS_ERR_OR_NULL", "IS_ERR_OR_NULL")
"""What each pattern looks for."""
_RETURN = re.compile(r"\breturn\s+([^;]*);")


def _gives(site: Site, name: str) -> str:
    """What a function returns when it fails: "NULL", "an error pointer", or "" where that is not known."""
    head = rf"^\w[^\n;{{}}#]*\*\s*{re.escape(name)}"
    own = re.search(rf"{head}\([^;{{]*\)\s*\{{(.*?)^\}}", site.file_text(), re.MULTILINE | re.DOTALL)
    if own is not None and re.search(rf"\bextern\b[^;{{]*\b{re.escape(name)}\(", site.file_text()):
        return ""
    if own is not None:
        return _returned(own.group(1))
    if _GIVES_NULL.fullmatch(name):
        return "NULL"
    return "an error pointer" if _GIVES_ERROR.fullmatch(name) else ""


def _always(site: Site, name: str) -> str:
    """The same of a function whose result is tested, if nothing else that is assigned there fails in another way."""
    gives = _gives(site, name)
    pointer = re.escape(site.text("p"))
    values = re.findall(rf"(?<![\w>.]){pointer}\s*=(?!=)\s*([^;]*);", site.function_text()) if pointer else []
    calls = (re.match(r"(\w+)\s*\(", value) for value in values)
    return gives if all(call is not None and _gives(site, call[1]) == gives for call in calls) else ""


def _returned(body: str) -> str:
    """What a function of the file itself gives, by the text of its body."""
    values = _RETURN.findall(body)
    makers: dict[str, list[str]] = {}
    for variable, maker in _CALL.findall(body):
        makers.setdefault(variable, []).append(maker)
    rest = [value for value in values if value != "NULL" and not re.match(r"ERR_(?:PTR|CAST)\b", value)]
    if not all(re.fullmatch(r"&?\w+(?:->\w+)*", value) for value in rest):
        return ""
    made = [maker for value in rest if value[0] != "&" for maker in makers.get(value, ["?"])]
    if "NULL" in values and "ERR" not in body and all(map(_GIVES_NULL.fullmatch, made)):
        return "NULL"
    fails = any(value.startswith("ERR_PTR(-") for value in values) and "NULL" not in body
    return (
        "an error pointer" if fails and all(_GIVES_NULL.fullmatch(m) or _GIVES_ERROR.fullmatch(m) for m in made) else ""
    )


def _advice(site: Site) -> Advice | None:
    """Compare the test with what the function gives."""
    name, test = site.text("f"), _TESTS[site.match.alternative]
    gives = _always(site, name)
    if test == "IS_ERR" and gives == "NULL":
        return _said(name, "gives NULL when it fails, which IS_ERR() takes for success", "a test for NULL")
    if test == "!" and gives == "an error pointer" and not _tested_too(site):
        return _said(name, "gives an error pointer when it fails, which is not NULL", "IS_ERR()")
    if test == "IS_ERR_OR_NULL" and gives and not _gives_other(site, name, gives):
        other = (
            ("never gives an error pointer", "a test for NULL") if gives == "NULL" else ("never gives NULL", "IS_ERR()")
        )
        return _said(name, *other)
    return None


def _tested_too(site: Site) -> bool:
    """NULL may be what the function gives where its subsystem is not built; errors are looked for beside it."""
    pointer = re.escape(site.text("p"))
    return bool(pointer) and bool(re.search(rf"ERR\w*\(\s*{pointer}\s*\)", site.function_text()))


def _gives_other(site: Site, name: str, gives: str) -> bool:
    """What the header has in place of the function, where its subsystem is not built, may fail in the other way."""
    other = "ERR_PTR" if gives == "NULL" else "NULL"
    return any(other in body for body in site.bodies(name))


def _said(name: str, fact: str, meant: str) -> Advice:
    return Advice(None, None, (("f", name), ("fact", fact), ("meant", meant)))


def _in(body: str) -> str:
    return f"static int foo_probe(struct device *dev)\n{{\n\tstruct foo *p;\n\n{body}\treturn 0;\n}}\n"


def _own(body: str) -> str:
    return f"static struct foo *foo_new(int n)\n{{\n\tstruct foo *p;\n\n{body}}}\n\n"


_ALLOC = "\tp = kzalloc(sizeof(*p), GFP_KERNEL);\n\tif (!p)\n\t\treturn "
_TEST = "\tp = %s(dev, 0);\n\tif (%s) //~\n\t\treturn -ENOMEM;\n"
_QUIET = _TEST.replace(" //~", "")
_STUB = "static inline struct clk *devm_clk_get(struct device *dev, const char *id)\n{\n\treturn NULL;\n}\n"

RULE = Rule(
    id="is-err-or-null",
    title="result tested in the wrong way",
    why=(
        "An error pointer passes a test for NULL, and NULL passes IS_ERR(): the kernel oopses at the first use. A test "
        "for both hides which of them can come."
    ),
    known_problems=(
        "Headers do not say how a function fails: what is not defined in the file is known by a list of names, and a "
        "function of the file by what its returns look like."
    ),
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(
        r"\bIS_ERR",
        r"\bERR_PTR",
        r"returns? (?:a )?NULL",
    ),
    patterns=(
        "$p = $f(...); ... IS_ERR($p);",
        "IS_ERR($f(...))",
        "$p = $f(...); if (!$p) $$s;",
        "if (!$f(...)) $$s;",
        "$p = $f(...); if (IS_ERR_OR_NULL($p)) $$s;",
        "IS_ERR_OR_NULL($f(...))",
    ),
    advice=_advice,
    message="{f}() {fact}; is {meant} meant?",
    measured=(
        "6 of 6 right, all of IS_ERR_OR_NULL(), drivers/{clk,gpu/drm/msm,hwmon,iio,media,staging,usb}, mm, net/core "
        "and sound/soc of 7.2, 2026-11"
    ),
    references=("include/linux/err.h", "scripts/coccinelle/null/eno.cocci"),
    examples=(
        Example("null-as-error", _in(_TEST % ("devm_ioremap", "IS_ERR(p)"))),
        Example(
            "null-as-error-later",
            _in("\tp = kzalloc(8, GFP_KERNEL);\n\tuse(dev);\n\tif (IS_ERR(p)) //~\n\t\treturn 1;\n"),
        ),
        Example("null-as-error-at-once", _in("\tif (IS_ERR(of_iomap(dev, 0))) //~\n\t\treturn 1;\n")),
        Example("error-as-null", _in(_TEST.replace(" //~", "").replace(";", "; //~", 1) % ("devm_clk_get", "!p"))),
        Example("error-as-null-at-once", _in("\tif (!devm_ioremap_resource(dev, 0)) //~\n\t\treturn 1;\n")),
        Example("never-an-error", _in(_QUIET.replace(";", "; //~", 1) % ("devm_ioremap", "IS_ERR_OR_NULL(p)"))),
        Example("never-null", _in(_QUIET.replace(";", "; //~", 1) % ("devm_ioremap_resource", "IS_ERR_OR_NULL(p)"))),
        Example("never-null-at-once", _in("\tif (IS_ERR_OR_NULL(memdup_user(dev, 8))) //~\n\t\treturn 1;\n")),
        Example(
            "null-of-the-file",
            _own(_ALLOC + "NULL;\n\tp->n = n;\n\treturn p;\n") + _in(_TEST % ("foo_new", "IS_ERR(p)")),
        ),
        Example(
            "error-of-the-file",
            _own(_ALLOC + "ERR_PTR(-ENOMEM);\n\treturn p;\n")
            + _in(_QUIET.replace(";", "; //~", 1) % ("foo_new", "p == NULL")),
        ),
        Example(
            "both-of-the-file",
            _own(_ALLOC + "ERR_PTR(-ENOMEM);\n\tif (n)\n\t\treturn NULL;\n\treturn p;\n")
            + _in(_QUIET % ("foo_new", "!p") + _QUIET % ("foo_new", "IS_ERR(p)")),
        ),
        Example(
            "passed-on-in-the-file",
            _own("\tif (!n)\n\t\treturn NULL;\n\treturn foo_make(n);\n") + _in(_QUIET % ("foo_new", "IS_ERR(p)")),
        ),
        Example(
            "kept-in-the-file",
            _own("\tif (!n)\n\t\treturn NULL;\n\tp = foo_make(n);\n\treturn p;\n")
            + _in(_QUIET % ("foo_new", "IS_ERR(p)")),
        ),
        Example("by-a-pointer", _in("\tp = ops->kzalloc(8);\n\tif (IS_ERR(p))\n\t\treturn 1;\n")),
        Example(
            "left-on-the-way",
            _in(
                "\tp = kthread_run(dev);\n\tif (IS_ERR(p))\n\t\tgoto out;\nout:\n\tif (!IS_ERR_OR_NULL(p))\n\t\tg(p);\n"
            ),
        ),
        Example(
            "error-on-another-way",
            _in(
                "\tif (foo_is_on(dev))\n\t\tp = kzalloc(8, GFP_KERNEL);\n\telse\n\t\tp = ERR_PTR(-EIO);\n"
                "\tif (IS_ERR(p))\n\t\treturn 1;\n"
            ),
        ),
        Example(
            "stub-of-the-file",
            "extern struct foo *foo_new(int n);\n"
            + _own(_ALLOC + "NULL;\n\treturn p;\n")
            + _in(_QUIET % ("foo_new", "IS_ERR(p)")),
        ),
        Example("both-tests", _in(_QUIET % ("devm_pinctrl_get", "!p") + "\tif (IS_ERR(p))\n\t\treturn 1;\n")),
        Example("null", _in(_QUIET % ("devm_ioremap", "!p"))),
        Example("error", _in(_QUIET % ("devm_ioremap_resource", "IS_ERR(p)"))),
        Example("unknown", _in(_QUIET % ("foo_get", "IS_ERR(p)") + _QUIET % ("foo_get", "!p"))),
        Example("optional", _in(_QUIET % ("devm_clk_get_optional", "!p"))),
        Example("another-value", _in("\tp = kzalloc(8, GFP_KERNEL);\n\tp = g(p);\n\tif (IS_ERR(p))\n\t\treturn 1;\n")),
        Example(
            "null-where-it-is-not-built",
            _in(_QUIET % ("devm_clk_get", "IS_ERR_OR_NULL(p)")),
            headers={"include/linux/clk.h": _STUB},
        ),
        Example(
            "error-where-it-is-not-built",
            _in(_QUIET % ("devm_ioremap", "IS_ERR_OR_NULL(p)")),
            headers={"include/linux/io.h": _STUB.replace("clk_get", "ioremap").replace("NULL", "ERR_PTR(-ENODEV)")},
        ),
    ),
)
