# SPDX-License-Identifier: GPL-2.0-or-later
"""Report an I2C transfer of one plain message, which i2c_master_send() and i2c_master_recv() are."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_HEADERS = ("include/linux/i2c.h",)
_MESSAGE = re.compile(r"\bstruct i2c_msg (\w+)(?:\[1?\])?\s*=\s*\{")
_MEMBERS = re.compile(r"\.(\w+)\s*=\s*([^,{}]*(?:\{[^{}]*\})?)")


def _transfers(source: SourceText) -> Iterator[Place]:
    """From the declaration of the message to the transfer."""
    for function in source.functions:
        for found in _MESSAGE.finditer(source.bare, function.body, function.end):
            end = source.bare.find(";", found.end())
            name, members = found.group(1), _MEMBERS.findall(source.bare[found.end() : end])
            flags = [value.strip() for member, value in members if member == "flags"]
            count = [member for member, _ in members].count("addr")
            rest = source.bare[end : function.end]
            sent = re.search(rf"\bi2c_transfer\([^;]*?&?\b{name}, (?:1|ARRAY_SIZE\({name}\))\)", rest)
            if (
                count != 1
                or not sent
                or flags not in ([], ["0"], ["I2C_M_RD"])
                or re.search(rf"\b{name}(?:\[\d\])?\.\w+ [|&]?= ", rest)
            ):
                continue
            call = "i2c_master_recv" if flags == ["I2C_M_RD"] else "i2c_master_send"
            yield Place(found.start(), end + sent.end(), (("call", call), ("m", name)))


def _code(message: str, call: str = "i2c_transfer(c->adapter, &msg, 1)", mark: str = " //~") -> str:
    return f"int f(struct i2c_client *c, u8 *buf)\n{{\n\tstruct i2c_msg {message};{mark}\n\n\treturn {call};\n}}\n"


_WRITE = "msg = { .addr = c->addr, .flags = 0, .len = 2, .buf = buf }"
_ONE = "{ .addr = c->addr, .flags = I2C_M_RD, .len = 1, .buf = buf }"
_TWO = f"msg[] = {{ {_ONE}, {_ONE} }}"
_TREE = {"include/linux/i2c.h": "i2c_master_send i2c_master_recv"}

RULE = Rule(
    id="i2c-master-send",
    title="I2C transfer of one message",
    why="i2c_master_send() and i2c_master_recv() make the message themselves and return the number of bytes.",
    known_problems="A message for another address than the client's needs the transfer.",
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=(Seek(("i2c_transfer",), _transfers, ("call", "m")),),
    message="the transfer of `{m}` is one plain message; would {call}() do?",
    needs={"i2c_master_send": _HEADERS},
    references=_HEADERS,
    measured="9 of 10 right, drivers/hwmon, iio, input, media/i2c, mfd and rtc of 7.2, 2026-11",
    examples=(
        Example("write", _code(_WRITE), headers=_TREE),
        Example("read", _code(_WRITE.replace("= 0", "= I2C_M_RD")), headers=_TREE),
        Example("two-messages", _code(_TWO, "i2c_transfer(c->adapter, msg, 2)", ""), headers=_TREE),
        Example("special", _code(_WRITE.replace("= 0", "= I2C_M_IGNORE_NAK"), mark=""), headers=_TREE),
        Example("changed-later", _code(_WRITE + ";\n\tmsg.flags = 1", mark=""), headers=_TREE),
        Example("not-in-the-tree", _code(_WRITE, mark="")),
    ),
)
