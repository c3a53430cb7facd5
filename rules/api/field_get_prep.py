# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a register field taken out or put in by mask and shift."""

import re

from reviewbot.rule import Advice, Category, Confidence, Example, Rule, Site

_HEADERS = ("include/linux/bitfield.h",)
_MASK_WORD = r"_(?:MASK|MSK|M|BITS)$"
_SHIFT_WORD = r"_(?:SHIFT|SHFT|SFT|OFFSET|OFFS|OFF|POS|LSB|S)$"
_BYTE, _WORD, _LAST_BIT = 0xFF, 0xFFFFFFFF, 31
_MASK_BEFORE_SHIFT, _SHIFT_ALONE = 2, 3
_REGISTERS = re.compile(r"^(?:drivers|sound)/")
_SIGNED = r"\(\s*(?:__)?(?:s\d+|int(?:\d+_t)?|short|long)\s*\)\s*\(*"


def _advice(site: Site) -> Advice | None:
    """FIELD_GET() or FIELD_PREP() where mask and shift are known to be a pair."""
    if not _REGISTERS.match(site.match.path) or not site.match.function or _extends_sign(site):
        return None  # FIELD_PREP() is a statement expression, which has to stand in a function
    if site.match.alternative == _SHIFT_ALONE:
        return _shifted(site)
    operand, mask = ("x", "m") if site.is_constant("m") else ("m", "x")
    if not site.is_constant(mask) or not site.is_constant("s") or site.is_constant(operand):
        return None
    value, shift = site.value_of(mask), site.value_of("s")
    helper = "FIELD_GET" if site.match.alternative == 0 else "FIELD_PREP"
    if site.match.alternative == _MASK_BEFORE_SHIFT:
        value = None if value is None or shift is None or shift > _LAST_BIT else value << shift
        if value is None or shift is None or not _is_field(value, shift) or value > _WORD:
            return None
        name = f"GENMASK({value.bit_length() - 1}, {shift})"
        return Advice(helper, f"{helper}({name}, {site.text(operand)})") if value & (value - 1) else None
    if value is None or shift is None:
        if not _named_alike(site.text(mask), site.text("s")):
            return None
    elif not _is_field(value, shift):
        return None
    name = _written(site.text(mask), value)
    if name.startswith("BIT(") and name != site.text(mask):
        return None  # of a bare number's one bit people rather ask whether it is set
    return Advice(helper, f"{helper}({name}, {site.text(operand)})", (("mask", name),))


def _extends_sign(site: Site) -> bool:
    """True for what is shifted up to the sign of a type, and down again."""
    return re.search(rf"{_SIGNED}{re.escape(site.code())}\s*\)*\s*>>", site.function_text()) is not None


def _shifted(site: Site) -> Advice | None:
    """`x << FOO_SHIFT` where FOO_MASK stands beside it and is that field."""
    stem, shift = re.sub(_SHIFT_WORD, "", site.text("s")), site.value_of("s")
    if stem == site.text("s") or shift is None or site.is_constant("x"):
        return None
    for mask in (f"{stem}_MASK", f"{stem}_MSK"):
        value = site.value_of(mask)
        if value is not None and _is_field(value, shift):
            return Advice("FIELD_PREP", f"FIELD_PREP({mask}, {site.text('x')})")
    return None


def _named_alike(mask: str, shift: str) -> bool:
    stem = re.sub(_MASK_WORD, "", mask)
    return stem != mask and stem == re.sub(_SHIFT_WORD, "", shift)


def _is_field(mask: int, shift: int) -> bool:
    """One run of bits that starts at the shift, and is no whole byte of a number (unaligned.h is for these)."""
    field = mask >> shift
    byte = field == _BYTE and shift % 8 == 0
    return mask == field << shift and field > 0 and field & (field + 1) == 0 and shift > 0 and not byte


def _written(mask: str, value: int | None) -> str:
    if value is None or not re.match(r"[0-9(]|.*<<", mask):
        return mask
    high, low = value.bit_length() - 1, (value & -value).bit_length() - 1
    return f"BIT({low})" if high == low else f"GENMASK({high}, {low})"


_DEFINES = "#define FOO_MASK GENMASK(6, 4)\n#define FOO_SHIFT 4\n"


def _code(expression: str, defines: str = _DEFINES) -> str:
    return f"{defines}\nunsigned int f(struct b *b, unsigned int v)\n{{\n\treturn {expression}\n}}\n"


_TREE = {"include/linux/bitfield.h": "#define FIELD_GET(_mask, _reg)\n#define FIELD_PREP(_mask, _val)\n"}
_NEAR = _TREE | {"drivers/foo.h": "#define FOO_MASK (0x7 << FOO_SHIFT)\n#define FOO_SHIFT 4\n"}

RULE = Rule(
    id="field-get-prep",
    title="register field by mask and shift",
    why="FIELD_GET() and FIELD_PREP() need the mask alone, so that mask and shift cannot disagree.",
    known_problems=(
        "A mask whose value is not seen is taken for the field's by its name; masks known at run time only are "
        "left alone, as is what is no driver."
    ),
    category=Category.API,
    confidence=Confidence.MODERATE,
    raised_by=(r"\bFIELD_(?:GET|PREP|MODIFY)\b",),
    patterns=("($x & $m) >> $s", "($x << $s) & $m", "($x & $m) << $s", "$x << $s"),
    advice=_advice,
    message="the mask alone says where the field is; would {suggestion} do?",
    needs={"FIELD_GET": _HEADERS},
    references=("include/linux/bitfield.h",),
    examples=(
        Example("get", _code("(v & FOO_MASK) >> FOO_SHIFT; //~"), headers=_TREE, suggestion="FIELD_GET(FOO_MASK, v)"),
        Example(
            "mask-first",
            _code("(FOO_MASK & b->reg) >> 4; //~"),
            headers=_TREE,
            suggestion="FIELD_GET(FOO_MASK, b->reg)",
        ),
        Example("prep", _code("(v << 4) & FOO_MASK; //~"), headers=_TREE, suggestion="FIELD_PREP(FOO_MASK, v)"),
        Example("literals", _code("(v & 0xf0) >> 4; //~"), headers=_TREE, suggestion="FIELD_GET(GENMASK(7, 4), v)"),
        Example(
            "mask-before-shift", _code("(v & 0x0f) << 4; //~"), headers=_TREE, suggestion="FIELD_PREP(GENMASK(7, 4), v)"
        ),
        Example("sign-extended", _code("(s16)((v & 0x7ff) << 5) >> 5;"), headers=_TREE),
        Example("shift-alone", _code("v << FOO_SHIFT; //~"), headers=_TREE, suggestion="FIELD_PREP(FOO_MASK, v)"),
        Example("shift-alone-of-a-number", _code("2 << FOO_SHIFT;"), headers=_TREE),
        Example(
            "shift-alone-of-constants",
            _code("modes[v];", _DEFINES + "#define MODE_FAST 2\n").replace(
                "\treturn",
                "\tstatic const int modes[] = {\n\t\tMODE_FAST << FOO_SHIFT,\n\t};\n\n"
                "\tswitch (v) {\n\tcase MODE_FAST << FOO_SHIFT:\n\t\treturn 1;\n\t}\n\treturn",
            ),
            headers=_TREE,
        ),
        Example(
            "outside-of-a-function",
            _code("v;", _DEFINES + "static const int modes[] = {\n\tmode_fast << FOO_SHIFT,\n};\n"),
            headers=_TREE,
        ),
        Example(
            "shift-alone-mask-unshifted",
            _code("v << FOO_SHIFT;", "#define FOO_MASK 0x7\n#define FOO_SHIFT 4\n"),
            headers=_TREE,
        ),
        Example("shift-alone-without-mask", _code("v << FOO_SHIFT;", "#define FOO_SHIFT 4\n"), headers=_TREE),
        Example("wrong-end-of-the-mask", _code("(v & 0xf0) << 4;"), headers=_TREE),
        Example("bit-before-shift", _code("(v & 1) << 4;"), headers=_TREE),
        Example("names-alone", _code("(v & FOO_MASK) >> FOO_SHIFT; //~", ""), headers=_TREE),
        Example("own-header", _code("(v & FOO_MASK) >> FOO_SHIFT; //~", '#include "foo.h"\n'), headers=_NEAR),
        Example("shift-of-another", _code("(v & FOO_MASK) >> 3;"), headers=_TREE),
        Example("strange-names", _code("(v & FOO_MASK) >> BAR_SHIFT;", ""), headers=_TREE),
        Example("byte", _code("(v & 0xff00) >> 8;"), headers=_TREE),
        Example("bit-of-a-number", _code("(v & 2) >> 1;"), headers=_TREE),
        Example("no-register", _code("(v & FOO_MASK) >> FOO_SHIFT;"), headers=_TREE, path="fs/example.c"),
        Example("run-time-mask", _code("(v & b->mask) >> b->shift;"), headers=_TREE),
        Example("holes", _code("(v & 0x50) >> 4;"), headers=_TREE),
        Example("not-in-the-tree", _code("(v & FOO_MASK) >> FOO_SHIFT;")),
    ),
)
