# SPDX-License-Identifier: GPL-2.0-or-later
"""Report a DMA buffer of an IIO driver that is aligned to the cache lines of the first level."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText

_OLD = re.compile(r"\b____cacheline_aligned\b")


def _find(source: SourceText) -> Iterator[Place]:
    if re.match(r"drivers/(?:staging/)?iio/|include/linux/iio/", source.path):
        for found in _OLD.finditer(source.bare):
            yield Place(found.start(), found.end())


def _struct(aligned: str) -> str:
    """A member, in a macro since no header of the made-up tree says what the annotation is."""
    return f"#define A_BUFFER u8 buf[2] {aligned}\n\nint f(void)\n{{\n\treturn 0;\n}}\n"


_TREE = {"include/linux/iio/iio.h": "#define IIO_DMA_MINALIGN 8\n"}
_PATH = "drivers/iio/a.c"

RULE = Rule(
    id="iio-dma-minalign",
    title="DMA buffer aligned by ____cacheline_aligned",
    why="Where a level of the cache beyond the first has longer lines, ____cacheline_aligned does not keep DMA apart.",
    known_problems="A buffer that no DMA touches is reported too.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    patterns=(Seek(words=("____cacheline_aligned",), find=_find),),
    message="____cacheline_aligned can be too little for DMA; would __aligned(IIO_DMA_MINALIGN) do?",
    references=("include/linux/iio/iio.h", "Documentation/core-api/dma-api-howto.rst"),
    helper="IIO_DMA_MINALIGN",
    needs={"IIO_DMA_MINALIGN": ("include/linux/iio/iio.h",)},
    measured="1 of 1 right, the series of the review cases (the trees were converted), 2026-11",
    examples=(
        Example("member", _struct("____cacheline_aligned; //~"), path=_PATH, headers=_TREE),
        Example("staging", _struct("____cacheline_aligned; //~"), path="drivers/staging/iio/a.c", headers=_TREE),
        Example("new", _struct("__aligned(IIO_DMA_MINALIGN);"), path=_PATH, headers=_TREE),
        Example("other-subsystem", _struct("____cacheline_aligned;"), headers=_TREE),
        Example("comment", _struct("/* ____cacheline_aligned */"), path=_PATH, headers=_TREE),
        Example("older-tree", _struct("____cacheline_aligned;"), path=_PATH),
    ),
)
