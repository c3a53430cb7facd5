# SPDX-License-Identifier: GPL-2.0-or-later
"""Report flags of gpiod_get() that are given to gpiod_set_value()."""

from reviewbot.rule import Category, Confidence, Example, Meta, Rule

_SETTERS = (
    "gpiod_set_value",
    "gpiod_set_value_cansleep",
    "gpiod_set_raw_value",
    "gpiod_set_raw_value_cansleep",
    "gpiod_direction_output",
)


def _code(call: str, mark: str = " //~") -> str:
    return f"void f(struct gpio_desc *gpio, int on)\n{{\n\t{call};{mark}\n}}\n"


RULE = Rule(
    id="gpiod-value",
    title="direction flag as a GPIO's value",
    why="GPIOD_OUT_LOW is not 0: both flags are true as values, and set the line high.",
    known_problems="None is known.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(
        r"\bGPIOD_OUT",
        r"\bgpiod_\w*value",
    ),
    patterns=tuple(f"{name}($g, $v)" for name in _SETTERS),
    metavariables={"v": Meta(matching=r"GPIOD_\w+")},
    message="the flag {v} (GPIOD_OUT_*) is no value, as gpiod_set_value_cansleep() takes it; is 0 or 1 meant?",
    references=("include/linux/gpio/consumer.h",),
    measured="2 of 2 right, drivers/hwmon, iio, leds, mfd, input, power, spi, watchdog and rtc of 7.2, 2026-11",
    examples=(
        *(Example(name, _code(f"{name}(gpio, GPIOD_OUT_LOW)")) for name in _SETTERS),
        Example("number", _code("gpiod_set_value(gpio, 1)", "")),
        Example("variable", _code("gpiod_set_value_cansleep(gpio, on)", "")),
        Example("where-the-flag-belongs", _code('devm_gpiod_get(dev, "reset", GPIOD_OUT_LOW)', "")),
    ),
)
