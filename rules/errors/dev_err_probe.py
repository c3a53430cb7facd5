# SPDX-License-Identifier: GPL-2.0-or-later
"""Report dev_err() followed by a return of the error in a probe function."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_ERROR = re.compile(r"-E[A-Z0-9]+|PTR_ERR\(.*\)|[a-z_][\w.>-]*", re.DOTALL)
_WORD = r"(?:(?:err(?:or)?|ret|rc|status)(?:\s?code)?\s*[:=]?\s*)?"
_NUMBER = r"%(?:d|i|l?d|pe)"
_PRINTED = re.compile(rf"(?<=[^\s\"])(?:\s*\({_WORD}{_NUMBER}\)|\s?[:,]\s*{_WORD}{_NUMBER})\.?(\\n)?\"$")
"""An error set off at the end of a message, as `: %d`, ` (%d)` or `, err=%d`; elsewhere it may be the message's own."""
_OF_A_DRIVER = re.compile(r"\(\s*(?:const\s+)?struct\s+(?:\w*device|\w*client|\w*dev|usb_interface)\s*\*")
"""The head of a function that a bus calls; what probes a cable or a module has a structure of the driver's own."""
_OWNER = re.compile(r"^(?!static\s+const|#)\w[^\n;=]*?(\w+)\s*\([^;]*$", re.MULTILINE)


def _in_probe(site: Site) -> bool:
    """A probe function, or a static one that is called from such functions only."""
    name, text = site.match.function, site.file_text()
    head = site.function_text().split("{")[0]
    if "probe" in name and (_OF_A_DRIVER.search(head) or not re.search(r"\bstatic\b", head)):
        return True
    if not re.match(r"(?:\w+\s+)*?static\b", site.function_text()) or not re.fullmatch(r"\w+", name):
        return False
    uses = list(re.finditer(rf"(?<!\w){name}(?!\w)(\s*\()?", text))
    owners = {_owner(text, use.start()) for use in uses} - {name}
    return all(use.group(1) for use in uses) and bool(owners) and all("probe" in owner for owner in owners)


def _owner(text: str, at: int) -> str:
    """The function that starts last before an offset, by the kernel's layout: its name stands at column 0."""
    end = text.find("\n", at)
    heads = _OWNER.findall(text[max(0, at - 20000) : end])
    return heads[-1] if heads else ""


def _is_error(site: Site) -> bool:
    error = site.text("r")
    if not _ERROR.fullmatch(error) or error in ("-ENOMEM", "-EPROBE_DEFER", "false", "true"):
        return False
    if re.match(r"(?:static\s+)?(?:void|bool|irqreturn_t)\b", site.function_text()):
        return False
    return "*" not in (site.type_of("r") or "") and _in_probe(site)


def _advice(site: Site) -> Advice:
    error, device = site.text("r"), site.text("d")
    found = re.search(r"dev_err\s*\((.*)\)\s*;\s*\}?\s*return\b", site.code(), re.DOTALL)
    arguments = _arguments(found.group(1)) if found else []
    if len(arguments) < 2:
        return Advice(helper="dev_err_probe")
    text, rest = arguments[1], arguments[2:]
    if rest and rest[-1] in (error, f"ERR_PTR({error})", error.removeprefix("PTR_ERR(").removesuffix(")")):
        text, count = _PRINTED.subn(r'\1"', text)
        rest = rest[:-1] if count else rest
    return Advice("dev_err_probe", f"return dev_err_probe({', '.join([device, error, text, *rest])});")


def _arguments(text: str) -> list[str]:
    """The arguments of a call, cut at the commas outside of parentheses and strings."""
    parts, depth = [""], 0
    for part in re.findall(r'"(?:[^"\\]|\\.)*"|[^"]', text):
        depth += {"(": 1, ")": -1}.get(part, 0)
        if part == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += part
    return [" ".join(part.split()) if '"' not in part else re.sub(r"\s*\n\s*", " ", part.strip()) for part in parts]


def _probe(body: str, name: str = "foo_probe", kind: str = "static int") -> str:
    return f"{kind} {name}(struct platform_device *pdev)\n{{\n\tint ret;\n\n{body}\treturn 0;\n}}\n"


_TREE = {"include/linux/dev_printk.h": "int dev_err_probe(const struct device *dev, int err, const char *fmt, ...);\n"}
_CALL = "\tret = bar(pdev);\n\tif (ret) {\n\t\tdev_err(&pdev->dev, %s); //~\n\t\treturn ret;\n\t}\n"

RULE = Rule(
    id="dev-err-probe",
    title="dev_err() and return in a probe path",
    why=(
        "dev_err_probe() prints the error's name, is silent and records the reason when the probe is deferred, and "
        "returns the error, so that message and return are one statement."
    ),
    known_problems=(
        "A helper that is called from probe alone is recognised only within its file; an error that can be no deferral "
        "is reported too, since reviewers ask for one form throughout a probe function."
    ),
    category=Category.API,
    confidence=Confidence.HIGH,
    patterns=(
        "dev_err($d, ...); return $r;",
        "if ($r != -EPROBE_DEFER) dev_err($d, ...); return $r;",
    ),
    where=_is_error,
    advice=_advice,
    message="dev_err_probe() logs and returns the error in one go; would it do here?",
    fixes=True,
    needs={"dev_err_probe": ("include/linux/dev_printk.h", "include/linux/device.h")},
    references=("include/linux/dev_printk.h", "Documentation/driver-api/driver-model/driver.rst"),
    measured="11 of 11 right, a month of linux-hwmon (7.2), 2026-11",
    examples=(
        Example(
            "plain",
            _probe(_CALL % '"no bar\\n"'),
            headers=_TREE,
            suggestion='return dev_err_probe(&pdev->dev, ret, "no bar\\n");',
        ),
        Example(
            "error-printed-too",
            _probe(_CALL % '"no bar %s: %d\\n", name, ret'),
            headers=_TREE,
            suggestion='return dev_err_probe(&pdev->dev, ret, "no bar %s\\n", name);',
        ),
        Example(
            "error-name-printed-too",
            _probe(_CALL % '"no bar (%pe)\\n", ERR_PTR(ret)'),
            headers=_TREE,
            suggestion='return dev_err_probe(&pdev->dev, ret, "no bar\\n");',
        ),
        Example(
            "error-after-a-word-of-the-message",
            _probe(_CALL % '"led register err: %d\\n", ret'),
            headers=_TREE,
            suggestion='return dev_err_probe(&pdev->dev, ret, "led register err\\n");',
        ),
        Example(
            "error-named",
            _probe(_CALL % '"no bar, err=%d\\n", ret'),
            headers=_TREE,
            suggestion='return dev_err_probe(&pdev->dev, ret, "no bar\\n");',
        ),
        Example(
            "number-of-the-message",
            _probe(_CALL % '"unexpected chip id %d\\n", ret'),
            headers=_TREE,
            suggestion='return dev_err_probe(&pdev->dev, ret, "unexpected chip id %d\\n", ret);',
        ),
        Example(
            "constant",
            _probe('\tif (!bar) {\n\t\tdev_err(&pdev->dev, "no bar\\n"); //~\n\t\treturn -EINVAL;\n\t}\n'),
            headers=_TREE,
            suggestion='return dev_err_probe(&pdev->dev, -EINVAL, "no bar\\n");',
        ),
        Example(
            "deferral-tested",
            _probe(
                "\tret = bar(pdev);\n\tif (ret) {\n\t\tif (ret != -EPROBE_DEFER) //~\n"
                '\t\t\tdev_err(&pdev->dev, "no bar\\n");\n\t\treturn ret;\n\t}\n'
            ),
            headers=_TREE,
            suggestion='return dev_err_probe(&pdev->dev, ret, "no bar\\n");',
        ),
        Example(
            "helper-of-probe",
            _probe(_CALL % '"no bar\\n"', "foo_setup") + _probe("\treturn foo_setup(pdev);\n"),
            headers=_TREE,
        ),
        Example(
            "helper-of-others-too",
            _probe((_CALL % '"no bar\\n"').replace(" //~", ""), "foo_setup")
            + _probe("\treturn foo_setup(pdev);\n")
            + _probe("\treturn foo_setup(pdev);\n", "foo_resume"),
            headers=_TREE,
        ),
        Example(
            "probe-of-something-else",
            _probe((_CALL % '"no bar\\n"').replace(" //~", ""), "foo_module_probe").replace("platform_device", "foo")
            + _probe("\treturn foo_module_probe(pdev);\n", "foo_plugged"),
            headers=_TREE,
        ),
        Example("not-in-probe", _probe((_CALL % '"no bar\\n"').replace(" //~", ""), "foo_resume"), headers=_TREE),
        Example(
            "out-of-memory",
            _probe('\tif (!bar) {\n\t\tdev_err(&pdev->dev, "no bar\\n");\n\t\treturn -ENOMEM;\n\t}\n'),
            headers=_TREE,
        ),
        Example(
            "not-an-error",
            _probe('\tif (!bar) {\n\t\tdev_err(&pdev->dev, "no bar\\n");\n\t\treturn 0;\n\t}\n'),
            headers=_TREE,
        ),
        Example("not-in-the-tree", _probe((_CALL % '"no bar\\n"').replace(" //~", ""))),
    ),
)
