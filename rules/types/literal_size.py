# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a number that stands for the size of the object beside it, and three bytes that go to a larger integer."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_CALL = re.compile(r"\b(\w*(?:read|write|recv|send|copy|memcpy|block_data)\w*)\s*\(((?:[^(){};]|\([^(){};]*\))*)\)")
_FIRST = re.compile(r"(?:i2c_smbus_\w*block_data|regmap_multi\w*)")
_BITS = re.compile(r"(?:__)?(?:[usbl]e?|u?int)(8|16|32|64)(?:_t)?")
_OTHER = {"char": 1, "unsigned char": 1, "short": 2, "unsigned short": 2, "int": 4, "unsigned int": 4, "unsigned": 4}


def _find(source: SourceText) -> Iterator[Place]:
    for function in source.functions:
        seen = set()
        for call in _CALL.finditer(source.bare, function.body, function.end):
            parts = [part.strip() for part in re.split(r",(?![^()]*\))", call.group(2))]
            if len(parts) < 3:
                continue
            name, count = (parts[-1], parts[-2]) if _FIRST.match(call.group(1)) else (parts[-2], parts[-1])
            if not re.fullmatch(r"&?\w+", name) or not re.fullmatch(r"\d+", count):
                continue
            visible = _visible(source.bare, function.body, call.start())
            declared = _declared(visible, name.lstrip("&"))
            if declared is None or bool(declared[1]) == name.startswith("&") or (name, count, declared) in seen:
                continue
            seen.add((name, count, declared))
            start = call.start()
            if count == "3" and not declared[1] and "32" in declared[0]:
                start = _declaration(source.bare, function.body, start, name.lstrip("&"))
            words = (
                ("f", call.group(1)),
                ("v", name.lstrip("&")),
                ("n", count),
                ("t", declared[0]),
                ("d", declared[1]),
            )
            yield Place(start, call.end(), words)


def _visible(text: str, start: int, end: int) -> str:
    """The text between two offsets without the blocks that are closed again."""
    kept: list[str] = []
    opened: list[int] = []
    for part in re.findall(r"[{}]|[^{}]+", text[start:end]):
        if part == "}" and opened:
            del kept[opened.pop() :]
            kept.append(" ")
            continue
        if part == "{":
            opened.append(len(kept))
        kept.append(part)
    return "".join(kept)


def _declared(visible: str, name: str) -> tuple[str, str] | None:
    """The type that a local integer or array is declared with, and its dimension ("" for an integer)."""
    found = re.findall(
        rf"[;{{}}]\s*(?:const\s+)?((?:unsigned\s+)?\w+)\s+(?:\w+(?:\[\w+\])?(?:\s*=[^;,]*)?,\s*)*{name}\b\s*"
        rf"(?:\[\s*(\w+)\s*\])?(?:\s*\w+\([^;=]*\))?\s*(?=[=,;])",
        visible,
    )
    found = [one for one in found if one[0] not in ("return", "goto", "else", "case", "struct")]
    return found[-1] if found else None


def _declaration(text: str, start: int, end: int, name: str) -> int:
    """Where the declaration of `name` starts, if that is close; else the call itself."""
    near = max(start, text.rfind("\n", 0, max(start, end - 300)))
    found = list(re.finditer(rf"(?<=[;{{}}])\s*(?:const\s+)?(\w+)\s+[^;(){{}}]*\b{name}\b", text[near:end]))
    if not found or found[-1].group(1) == "return":
        return end
    return near + found[-1].start(1)


def _size(kind: str) -> int | None:
    bits = _BITS.fullmatch(kind)
    return int(bits.group(1)) // 8 if bits else _OTHER.get(kind)


def _advice(site: Site) -> Advice | None:
    kind, dimension, count = site.text("t"), site.text("d"), int(site.text("n"))
    size = _size(kind)
    if size is None:
        return None
    if not dimension:
        if count in (2, 3) and size == 4 and re.match(r"regmap_|i2c_|spi_", site.text("f")):
            return _part(site, count)
        if size == 1:
            return None  # one byte is one byte
        return Advice("sizeof", f"sizeof({site.text('v')})") if count == size else None
    known = int(dimension) if dimension.isdigit() else None
    return Advice("sizeof", f"sizeof({site.text('v')})") if known is not None and known * size == count else None


def _part(site: Site, count: int) -> Advice:
    order = "be" if "be" in site.text("t") else "le"
    verb = "put" if re.search(r"write|send", site.text("f")) else "get"
    helper = f"{verb}_unaligned_{order}24" if count == 3 else "sizeof"
    instead = f"a u8 array of 3 and {helper}()" if count == 3 else "a 16-bit type and its sizeof()"
    return Advice(helper, fields=(("instead", instead),), exact=False)


def _f(body: str) -> str:
    return f"int f(struct regmap *map, u32 *val)\n{{\n{body}}}\n"


RULE = Rule(
    id="literal-size",
    title="number instead of sizeof()",
    why=(
        "A size that is written as a number goes wrong when the object changes; and three bytes in an integer of four "
        "are right on machines of one byte order only."
    ),
    known_problems=(
        "Where a function counts registers and not bytes, and both are the same number, ARRAY_SIZE() can be meant. "
        "Of the same variable and number only the first use in a function is reported."
    ),
    category=Category.STYLE,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"\bsizeof\b",
        r"ARRAY_SIZE",
        r"\bmagic\b",
        r"hard-?coded",
    ),
    patterns=(
        Seek(
            words=("read", "write", "recv", "send", "copy", "block_data"), find=_find, fields=("f", "v", "n", "t", "d")
        ),
    ),
    advice=_advice,
    message="the {n} is the size of `{v}`; would sizeof({v}) say so?",
    near_message="`{v}` is declared {t} but {n} bytes of it are used; would {instead} be right?",
    references=("include/linux/unaligned.h", "Documentation/process/coding-style.rst"),
    measured="26 of 29 right, drivers/hwmon and drivers/iio of 7.2, 2026-11",
    examples=(
        Example(
            "scalar",
            _f("\t__be16 raw;\n\n\treturn regmap_bulk_read(map, REG_A, &raw, 2); //~\n"),
            suggestion="sizeof(raw)",
        ),
        Example("array", _f("\tu8 raw[4];\n\n\treturn regmap_bulk_read(map, REG_A, raw, 4); //~\n")),
        Example(
            "once-a-function",
            _f(
                "\tu8 raw[2];\n\n\tregmap_bulk_read(map, REG_A, raw, 2); //~\n"
                "\treturn regmap_bulk_read(map, REG_B, raw, 2);\n"
            ),
        ),
        Example("several-in-a-line", _f("\tu16 a = 0, raw;\n\n\treturn regmap_bulk_read(map, REG_A, &raw, 2); //~\n")),
        Example(
            "count-before-buffer",
            "int f(struct i2c_client *c)\n{\n\tu8 raw[6];\n\n"
            "\treturn i2c_smbus_read_i2c_block_data(c, 1, 6, raw); //~\n}\n",
        ),
        Example(
            "three-bytes-in-sister-blocks",
            _f(
                "\tif (a(map)) {\n\t\t__le16 raw;\n\n\t\treturn regmap_bulk_read(map, 1, &raw, sizeof(raw));\n"
                "\t} else {\n\t\t__le32 raw = 0; //~\n\n\t\treturn regmap_bulk_read(map, 1, &raw, 3);\n\t}\n"
            ),
        ),
        Example(
            "three-bytes-written",
            _f("\t__be32 raw; //~\n\n\traw = cpu_to_be32(*val);\n\treturn regmap_bulk_write(map, REG_A, &raw, 3);\n"),
        ),
        Example("half-of-it", _f("\tint a, raw;\n\n\treturn regmap_bulk_read(map, REG_A, &raw, 2); //~\n")),
        Example("one-byte", _f("\tu8 raw;\n\n\treturn regmap_bulk_read(map, REG_A, &raw, 1);\n")),
        Example("own-function", _f("\tu32 raw;\n\n\treturn a_read(map, REG_A, &raw, 3);\n")),
        Example("part-of-an-array", _f("\tu8 raw[8];\n\n\treturn regmap_bulk_read(map, REG_A, raw, 3);\n")),
        Example("count-of-words", _f("\t__be16 raw[3];\n\n\treturn regmap_bulk_read(map, REG_A, raw, 3);\n")),
        Example("named-length", _f("\tu8 raw[LEN];\n\n\treturn regmap_bulk_read(map, REG_A, raw, 4);\n")),
        Example("sizeof", _f("\t__be16 raw;\n\n\treturn regmap_bulk_read(map, REG_A, &raw, sizeof(raw));\n")),
        Example("pointer", _f("\treturn regmap_bulk_read(map, REG_A, val, 4);\n")),
        Example("structure", _f("\tstruct a raw;\n\n\treturn regmap_bulk_read(map, REG_A, &raw, 4);\n")),
    ),
)
