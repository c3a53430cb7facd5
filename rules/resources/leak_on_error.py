# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an error path that keeps what the ways out below it give back."""

import re

from reviewbot.rule import Advice, Assume, Category, Confidence, Example, Match, Meta, Pattern, Rule, Site

_NODE, _HANDLE, _FREE = "of_node_put", "fwnode_handle_put", r"kfree\w*"
_FAILS = {
    "clk_prepare_enable($x)": "clk_disable_unprepare",
    "clk_prepare($x)": "clk_unprepare",
    "clk_enable($x)": "clk_disable",
    "regulator_enable($x)": "regulator_disable",
    "request_irq($x, $a, $b, $c, $d)": "free_irq",
    "request_threaded_irq($x, $a, $b, $c, $d, $e)": "free_irq",
    "pm_runtime_resume_and_get($x)": r"pm_runtime_put\w*",
    "pci_enable_device($x)": "pci_disable_device",
    "pci_request_regions($x, $a)": "pci_release_regions",
    "pci_alloc_irq_vectors($x, $a, $b, $c)": "pci_free_irq_vectors",
    "reset_control_deassert($x)": "reset_control_assert",
    "phy_init($x)": "phy_exit",
    "phy_power_on($x)": "phy_power_off",
    "iio_device_claim_direct_mode($x)": "iio_device_release_direct_mode",
    "fwnode_property_get_reference_args($a, $b, $c, $d, $e, &$x)": _HANDLE,
    "of_parse_phandle_with_args($a, $b, $c, $d, &$x)": _NODE,
    "of_parse_phandle_with_fixed_args($a, $b, $c, $d, &$x)": _NODE,
}
_SUCCEEDS = {
    "request_mem_region($x, $a, $b)": "release_mem_region",
    "iio_device_claim_direct($x)": "iio_device_release_direct",
}
_POINTERS = {
    "$x = of_get_child_by_name(...)": _NODE,
    "$x = of_get_parent(...)": _NODE,
    "$x = of_parse_phandle(...)": _NODE,
    "$x = of_find_compatible_node(...)": _NODE,
    "$x = fwnode_get_named_child_node(...)": _HANDLE,
    "$x = ioremap(...)": "iounmap",
    "$x = of_iomap(...)": "iounmap",
    "$x = kzalloc(...)": _FREE,
    "$x = kmalloc(...)": _FREE,
    "$x = kcalloc(...)": _FREE,
    "$x = kmemdup(...)": _FREE,
    "$x = kzalloc_obj(...)": _FREE,
    "$x = kzalloc_objs(...)": _FREE,
    "$x = kmalloc_obj(...)": _FREE,
    "$x = alloc_percpu(...)": "free_percpu",
    "$x = bitmap_zalloc(...)": "bitmap_free",
    "$x = usb_alloc_urb(...)": "usb_free_urb",
    "$x = alloc_skb(...)": _FREE,
}
_TAKES = _FAILS | _SUCCEEDS | _POINTERS
_UNDOES = tuple(_TAKES.values())
_GIVES_BACK = (
    r"\w*(?:free|put|unmap|release|disable|exit|off|assert|destroy|drop|del|unregister|remove|clean|fini|deinit|uninit"
    r"|cancel|kill|shutdown|close|abort|detach|stop|consume|unref|unprepare|teardown|unwind|undo)\w*"
)
_HANDS_ON = (
    r"\w*(?:register|add|attach|install|getfd|queue|submit|insert|link|drvdata|publish|push|set_private|instantiate)\w*"
    r"|devm_\w+"
)
_ERROR = re.compile(r"-E[A-Z0-9]+|dev_err_(?:ptr_)?probe\(.*\)|(?:ERR_PTR|PTR_ERR|ERR_CAST)\(.*\)|NULL", re.DOTALL)
_NAMED = r"(?<![\w>.]){0}(?!\w|->|\.|\[)"
_ZERO = rf"!\s*(?:IS_ERR\w*\(\s*)?{_NAMED}|{_NAMED}\s*(?:==\s*0|>=?\s*0)"
_SET = r"\b{0}\s*=\s*(?:-E|PTR_ERR|dev_err_probe)"
_SAID = re.compile(r"^\s*(?:/?\*|//).*\b(?:leak|free|releas|drop|own|caller|refer)", re.MULTILINE)
_NEAR = 10


def _advice(site: Site) -> Advice | None:
    """What gives it back below this way out, if nothing does so just above, in a called function, or before it all."""
    function, file, what = site.function_text(), site.file_text(), re.escape(site.text("x"))
    near, undo = _near(site), _UNDOES[site.match.alternative]
    start = file.find(function)
    taken, left = (_offset(file, line) - start for line in _ends(site.match))
    call = re.compile(rf"\b({undo})\s*\(\s*{what}(?:\.\w+)?\s*[,)]")
    leaf = re.findall(r"\w+", site.text("x"))[-1]
    below, above = call.search(function, left), re.search(rf"\b{undo}\s*\([^;()]*\b{leaf}\]*\s*[,)]", near)
    if re.search(rf"[^=!<>]=\s*{what}\s*[;,]", function[taken:left]):
        return None
    if below is None or above is not None or call.search(function, 0, taken) or not _is_error(site):
        return None
    owner = re.escape(re.split(r"->|\.", site.text("x"))[0])
    if _SAID.search(near) or re.search(rf"\b(?:{_GIVES_BACK})\s*\(\s*(?:{owner}|&{owner}->dev)\s*[,)]", near):
        return None
    if any(re.search(rf"\b(?:{undo})\s*\(", body) for body in site.called_bodies()):
        return None
    return Advice(below[1], None, (("give", below[1]),))


def _leaves(match: Match) -> int:
    """Where on the way the last jump is, or the return."""
    return max((at for at, point in enumerate(match.way) if point.what == "goto"), default=len(match.way) - 1)


def _ends(match: Match) -> tuple[int, int]:
    """The lines of the take, and of the last jump or the return."""
    return match.way[0].line, match.way[_leaves(match)].line


def _near(site: Site) -> str:
    """The lines above the last jump or the return, and those from the label that it jumps to."""
    match, lines = site.match, site.file_text().splitlines()
    (taken, left), end = _ends(match), match.way[-1].line
    label = next((point.line for point in match.way[_leaves(match) :] if point.what == "label"), end)
    return "\n".join([*lines[max(taken, left - _NEAR) : left], *lines[label - 1 : end]])


def _is_error(site: Site) -> bool:
    """An error is returned: a constant, or a variable that the last branch taken tells to be one."""
    result, leave = site.text("r"), _leaves(site.match)
    turns = [point for point in site.match.way[:leave] if point.what not in ("step", "label", "goto")]
    lines = site.file_text().splitlines()
    if turns and _tests_the_take(site.match, turns[-1].line, turns[-1].text, lines):
        return False
    if _ERROR.fullmatch(result):
        return True
    if not re.fullmatch(r"\w+", result) or not turns or result == site.text("x"):
        return False
    last = turns[-1]
    if re.search(_NAMED.format(result), last.text):
        zero = re.search(_ZERO.format(result), last.text) is not None
        return ("&&" if zero else "||") not in last.text and zero == (last.what == "false")
    between = "\n".join(lines[last.line - 1 : site.match.way[leave].line])
    return last.what == "true" and re.search(_SET.format(result), between) is not None


def _tests_the_take(match: Match, line: int, condition: str, lines: list[str]) -> bool:
    """The last branch asks for the result of the call that takes, as `n != wanted`."""
    step = match.way[0]
    result = re.match(r"(?:\w+\s+)?(\w+)\s*=[^=]", step.text)
    if result is None or not re.search(_NAMED.format(result[1]), condition):
        return False
    return re.search(rf"\b{result[1]}\s*=(?!=)", "\n".join(lines[step.line : line])) is None


def _offset(text: str, line: int) -> int:
    """Where a line starts."""
    return sum(len(one) for one in text.splitlines(keepends=True)[: line - 1])


def _in(take: str, between: str, below: str = "") -> str:
    """A function that takes something, does more, and gives it back."""
    what = "p" if take.startswith("$x") or "&$x" in take else "foo->x"
    call = re.sub(r"\$([a-e])", r"\1", take.replace("$x", what).replace("...", "foo"))
    test = "{}" if take in _FAILS else "!{}"
    taken = f"\t{call};\n\tif (!p)\n\t\treturn -EIO;\n" if take in _POINTERS else ""
    taken = taken or f"\tif ({test.format(call)})\n\t\treturn -EIO;\n"
    give = _TAKES[take].removesuffix(r"\w*")
    below = below or f"\t{give}({what});\n\treturn 0;\n"
    return f"static int foo_set(struct foo *foo)\n{{\n\tstruct bar *p;\n\tint ret;\n\n{taken}{between}{below}}}\n"


_CLK, _PTR, _IRQ = "clk_prepare_enable($x)", "$x = kzalloc(...)", "pci_alloc_irq_vectors($x, $a, $b, $c)"
_LEAK = "\tret = foo_go(foo);\n\tif (ret)\n\t\treturn ret; //~\n"
_QUIET = _LEAK.replace(" //~", "")
_BLOCK = "\tret = foo_go(foo);\n\tif (ret) {{\n\t\t{};\n\t\treturn ret;\n\t}}\n"
_LABEL = "\treturn 0;\nerr:\n\tkfree(p);\nout:\n\treturn ret;{}\n"
_JUMP = "\tret = foo_go(foo);\n\tif (ret)\n\t\tgoto {};\n"
_VECTORS = "\tn = pci_alloc_irq_vectors(foo->x, 4, 4, 0);\n\tif (n != 4)\n\t\treturn -EIO;\n"
_LOOP = "\twhile (foo->n) {\n\tret = foo_go(foo);\n\tif (ret)\n\t\treturn ret;\n"

RULE = Rule(
    id="leak-on-error",
    title="resource kept on an error path",
    why="Other ways out of the function give it back, so that nobody else will when this one fails.",
    known_problems="A function that takes the resource over is known by its name, or if it stands in the same file.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\bleak",
        r"(?:never|not|isn't) (?:being )?(?:freed|released|disabled|unmapped|put|undone)",
        r"missing (?:free|put|disable|release|clean-?up|unmap)",
    ),
    patterns=tuple(Pattern(f"{take}; ... return $r;") for take in _TAKES),
    unless=(
        "$_ = $x",
        "$_ = &$x->$member",
        "$undo(..., <... $x ...>, ...)",
        "$hand(..., <... $x ...>, ...)",
        Assume("!$r"),
        *(Assume(take) for take in _FAILS),
        *(Assume(f"!{take}") for take in _SUCCEEDS),
        Assume("!$x"),
    ),
    metavariables={"undo": Meta(matching=_GIVES_BACK), "hand": Meta(matching=_HANDS_ON)},
    advice=_advice,
    message="`{x}`, taken in line {line1}, is kept {through}, and {give}() gives it back below; is that missing here?",
    references=("Documentation/process/coding-style.rst",),
    measured=(
        "52 of 57 right, drivers/{clk,dma,i2c,input,media,mmc,net/ethernet,pci,phy,spi,usb} and sound/soc of 7.2, "
        "no hit in drivers/{hwmon,iio}, mm and net/core, 2026-11"
    ),
    examples=(
        *(Example(re.sub(r"^\$x = |\(.*", "", take), _in(take, _LEAK)) for take in _TAKES),
        Example("wrong-label", _in(_PTR, _JUMP.format("out"), _LABEL.format(" //~"))),
        Example("right-label", _in(_PTR, _JUMP.format("err"), _LABEL.format(""))),
        Example("used", _in(_PTR, "\tret = foo_write(foo, p);\n\tif (ret)\n\t\treturn ret; //~\n")),
        Example("constant", _in(_CLK, "\tif (!foo->on)\n\t\treturn -EIO; //~\n")),
        Example("given-back", _in(_CLK, _BLOCK.format("clk_disable_unprepare(foo->x)"))),
        Example("given-back-by-another-name", _in(_CLK, _BLOCK.format("clk_disable_unprepare(bar->x)"))),
        Example("success", _in(_CLK, "\tif (foo->on)\n\t\treturn 0;\n")),
        Example("success-of-a-variable", _in(_CLK, "\tret = foo_go(foo);\n\tif (ret >= 0)\n\t\treturn ret;\n")),
        Example("known-to-be-0", _in(_CLK, _BLOCK.format("ret = 0"))),
        Example("returned", _in(_PTR, "\tif (foo->on)\n\t\treturn p;\n")),
        Example("kept", _in(_PTR, f"\twhile (foo->n)\n\t\tfoo->p = p;\n{_QUIET}")),
        Example("kept-in-a-loop", _in(_PTR, "\tfoo->p = p;\n\t}\n").replace("\tp = k", f"{_LOOP}\tp = k")),
        Example("none-taken", _in(_PTR, "").replace("\treturn -EIO", "\tif (foo->on)\n\t\t\treturn -EIO")),
        Example("known-by-its-member", _in(_PTR, f"\tfoo->dev = &p->dev;\n{_QUIET}")),
        Example("handed-on", _in(_PTR, f"\tlist_add(&p->node, &foo->list);\n{_QUIET}")),
        Example("given-back-with-its-device", _in(_PTR, _BLOCK.format("put_device(&p->aux.dev)"))),
        Example("given-back-with-its-owner", _in(_CLK, _BLOCK.format("foo_power_off(foo)"))),
        Example("managed", _in(_CLK, f"\tdevm_add_action(foo->dev, foo_off, foo->x);\n{_QUIET}")),
        Example("said", _in(_PTR, _BLOCK.format("/* the caller frees it */\n\t\tfoo_log(foo)"))),
        Example(
            "by-a-function-of-the-file",
            "static void foo_fail(struct foo *foo, int n)\n{\n\tclk_disable_unprepare(foo->x);\n}\n\n"
            + _in(_CLK, _BLOCK.format("foo_fail(foo, 1)")),
        ),
        Example("given-back-nowhere", _in(_CLK, _QUIET, "\treturn 0;\n")),
        Example("given-back-if-taken", _in(_CLK, "\tif (foo->a)\n\t\tclk_disable_unprepare(foo->x);\n" + _QUIET)),
        Example("held-before", _in(_CLK, _QUIET).replace("\tif", "\tclk_disable_unprepare(foo->x);\n\tif", 1)),
        Example("other-number", _in(_IRQ, "").replace("\tif (", _VECTORS + "\tif (", 1)),
        Example(
            "set-elsewhere",
            _in(_CLK, "\tif (foo->on) {\n\t\tret = -EIO;\n\t\tgoto err;\n\t}\n\treturn ret;\nerr:\n"),
        ),
    ),
)
