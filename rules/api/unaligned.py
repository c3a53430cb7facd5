# SPDX-License-Identifier: GPL-2.0-or-later
"""Report numbers put together from bytes, or taken apart, by shifts."""

import itertools
import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_HEADERS = ("include/linux/unaligned.h", "include/asm-generic/unaligned.h", "include/asm/unaligned.h")
_WIDE = r"(?:u16|u32|u64|s16|s32|s64|__[bl]e\d\d|int|long|short|unsigned int)"
_CAST = r"(?:\((?:unsigned )?(?:u\d\d?|s\d\d?|int|long|uint\d+_t|unsigned|__u\d+)\) ?)?"
_ELEMENT = r"(?<![\w.>-])(?P<base>[A-Za-z_][\w.>-]{0,60})\)? ?\[(?P<index>[^\[\]\n]{1,60})\]"
_BYTE = re.compile(_ELEMENT + r"\){0,4}(?: ?<< ?(?P<shift>8|16|24|32|40|48|56)\b\){0,4})?")
_STORE = re.compile(
    rf"{_ELEMENT} ?= ?{_CAST}\({{0,4}}{_CAST}\({{0,4}}(?P<value>[A-Za-z_][\w.>-]{{0,60}}(?:\[\w{{1,20}}\])?)"
    r"(?: ?& ?0x[fF]{2}0{0,14}(?=\)))?\){0,4} ?(?:>> ?(?P<shift>8|16|24|32|40|48|56)\){0,4})?"
    r" ?(?:& ?0x[fF]{2}\){0,4})?;"
)
_BETWEEN_LOADS = re.compile(rf"\s{{0,40}}[|+]\s{{0,40}}\({{0,4}}{_CAST}\({{0,4}}")
_BETWEEN_STORES = re.compile(r"[\s(]{0,80}")
_WIDTHS = (16, 24, 32, 64)
_STEMS = 2
"""One value that is stored (or none), and one index."""
_Run = list[re.Match[str]]


def _numbers(source: SourceText) -> Iterator[Place]:
    """The first of each kind in a function, and each in a macro."""
    if not source.path.startswith(("drivers/", "sound/")):
        return
    seen: set[tuple[str, str]] = set()
    text = source.bare.replace("\\\n", " \n")
    for kind, pattern, between in (("get", _BYTE, _BETWEEN_LOADS), ("put", _STORE, _BETWEEN_STORES)):
        for run in _runs(text, pattern, between):
            order, width = _order(run)
            where = next((f for f in source.functions if f.start <= run[0].start() < f.end), None)
            name = where.name if where else f"#{run[0].start()}"
            around = source.bare[where.start : where.end] if where else ""
            if not order or (kind, name) in seen or _is_wide(around, source.bare, run[0].group("base")):
                continue
            seen.add((kind, name))
            end = run[-1].start() + len(run[-1].group().rstrip())
            yield Place(
                run[0].start(), end, (("name", f"{kind}_unaligned_{order}{width}"), ("base", run[0].group("base")))
            )


def _runs(text: str, pattern: re.Pattern[str], between: re.Pattern[str]) -> Iterator[_Run]:
    """Accesses of one array that follow each other."""
    run: _Run = []
    for found in pattern.finditer(text):
        joined = run and between.fullmatch(text, run[-1].end(), found.start())
        if joined and found.group("base") == run[-1].group("base"):
            run.append(found)
            continue
        if len(run) > 1:
            yield run
        run = [found]
    if len(run) > 1:
        yield run


def _order(run: _Run) -> tuple[str, int]:
    """Byte order and width in bits; nothing if indices and shifts do not go in step."""
    places: list[tuple[int, int]] = []
    stems = {found.groupdict().get("value") for found in run}
    for found in run:
        index = found.group("index").strip()
        stem = index.rstrip("0123456789")
        stems.add("[" + stem.rstrip("+ "))
        places.append((int(found.group("shift") or 0) // 8, int(index[len(stem) :] or 0)))
    places.sort()
    steps = {b - a for (_, a), (_, b) in itertools.pairwise(places)}
    width = 8 * len(run)
    if [shift for shift, _ in places] != list(range(len(run))) or len(stems) > _STEMS or width not in _WIDTHS:
        return "", 0
    return ("le" if steps == {1} else "be" if steps == {-1} else ""), width


def _is_wide(function: str, text: str, base: str) -> bool:
    """An array whose elements are declared wider than a byte."""
    leaf = re.escape(re.split(r"->|\.", base)[-1])
    declared = rf"(?<!\w){_WIDE}\s+(?:\*?\w+(?:\[[^\]\n]*\])?, ?){{0,9}}\*? ?{leaf} ?[\[;,)=]"
    return re.search(declared, function if leaf == re.escape(base) else text) is not None


def _advice(site: Site) -> Advice | None:
    if site.match.alternative == 0:
        return _two_registers(site)
    name = site.text("name")
    if not any(site.declares(name, (header,)) for header in _HEADERS):
        return None
    return Advice(name, None, (("fact", f"`{site.text('base')}` holds a number byte by byte"), ("call", f"{name}()")))


def _two_registers(site: Site) -> Advice | None:
    high = rf"\b(?:{re.escape(site.text('a'))}|{re.escape(site.text('b'))})\b\s*\)*\s*<<\s*8\b"
    if not re.search(high, site.after(12)):
        return None
    call = "regmap_bulk_read() and get_unaligned_be16() (or le16)"
    return Advice("regmap_bulk_read", None, (("fact", "two registers in a row hold one number"), ("call", call)))


def _get(expression: str, mark: str = " //~", kind: str = "u8") -> str:
    return f"int f({kind} *b, int i)\n{{\n\tint v = {expression};{mark}\n\n\treturn v;\n}}\n"


def _put(first: str, second: str, mark: str = " //~") -> str:
    return f"void f(u8 *b, int v, int w)\n{{\n\t{first}{mark}\n\t{second}\n}}\n"


def _read(register: str, mark: str = "") -> str:
    return (
        "int f(struct regmap *map, int r)\n{\n\tunsigned int h, l;\n\n\tregmap_read(map, r, &h);\n"
        f"\tregmap_read(map, r + {register}, &l);{mark}\n\n\treturn (h << 8) | l;\n}}\n"
    )


_TREE = {
    "include/linux/unaligned.h": " ".join(
        f"{kind}_unaligned_{order}{width}" for kind in ("get", "put") for order in ("be", "le") for width in _WIDTHS
    )
}
_MACRO = (
    "#define PACK(v, b) \\\n\tdo { \\\n\t\t(b)[0] = ((v) >> 8) & 0xFF; \\\n\t\t(b)[1] = (v) & 0xFF; \\\n"
    "\t} while (0)\n\nvoid f(void)\n{\n}\n"
)

RULE = Rule(
    id="unaligned",
    title="number in bytes by shifts",
    why="The helpers of unaligned.h name width and byte order, and compile to one load or store where the machine can.",
    known_problems="Only the first of a function is reported; bytes of two different things may look like one number.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\b(?:get|put)_unaligned",
        r"endian",
    ),
    patterns=(
        "regmap_read($m, $r, &$a); ... regmap_read($m, $r + 1, &$b);",
        Seek(("[",), _numbers, ("name", "base")),
    ),
    advice=_advice,
    message="{fact}; would {call} do?",
    references=("include/linux/unaligned.h", "Documentation/core-api/unaligned-memory-access.rst"),
    measured="21 of 22 right, drivers/hwmon, iio, leds, input and power of 7.2, 2026-11",
    examples=(
        Example("big-endian", _get("b[0] << 8 | b[1]"), headers=_TREE),
        Example("little-endian", _get("b[i] | (b[i + 1] << 8)"), headers=_TREE),
        Example("sum-of-four", _get("(b[0] << 24) + (b[1] << 16) + (b[2] << 8) + b[3]"), headers=_TREE),
        Example("casts", _get("((u16)b[i] << 8) | (u16)b[i + 1]"), headers=_TREE),
        Example("stored", _put("b[0] = v >> 8;", "b[1] = v & 0xff;"), headers=_TREE),
        Example("three-bytes-stored", _put("b[0] = v >> 16;", "b[1] = v >> 8;\n\tb[2] = v;"), headers=_TREE),
        Example("mask-in-front", _put("b[0] = (v & 0xff00) >> 8;", "b[1] = v & 0xff;"), headers=_TREE),
        Example("element-stored", _put("b[0] = w[1] >> 8;", "b[1] = w[1];"), headers=_TREE),
        Example(
            "five-bytes-stored",
            _put(
                "b[0] = v >> 32;", "\n\t".join(f"b[{4 - n}] = v >> {8 * n};" for n in (3, 2, 1)) + "\n\tb[4] = v;", ""
            ),
            headers=_TREE,
        ),
        Example("once-in-a-function", _put("i = b[0] << 8 | b[1];", "v = b[2] << 8 | b[3];"), headers=_TREE),
        Example("two-registers", _read("1", " //~"), headers=_TREE),
        Example("registers-apart", _read("2"), headers=_TREE),
        Example("registers-of-two-numbers", _read("1").replace("(h << 8) | l", "h + l"), headers=_TREE),
        Example("twelve-bits", _get("b[0] << 4 | b[1]", ""), headers=_TREE),
        Example("bytes-apart", _get("b[0] << 8 | b[2]", ""), headers=_TREE),
        Example("two-arrays", _get("b[0] << 8 | c[1]", ""), headers=_TREE),
        Example("wide-elements", _get("b[0] << 16 | b[1] << 8 | b[2]", "", "u16"), headers=_TREE),
        Example("two-values-stored", _put("b[0] = v >> 8;", "b[1] = w;", ""), headers=_TREE),
        Example("no-driver", _get("b[0] << 8 | b[1]", ""), headers=_TREE, path="lib/example.c"),
        Example("not-in-the-tree", _get("b[0] << 8 | b[1]", "")),
        Example("macro", _MACRO.replace("0xFF; \\\n\t\t(b)[1]", "0xFF; \\ //~\n\t\t(b)[1]"), headers=_TREE),
    ),
)
