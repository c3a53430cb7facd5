# SPDX-License-Identifier: GPL-2.0-or-later
"""Report memory that is used without a test for NULL."""

import re
from collections.abc import Iterator

from reviewbot.rule import Category, Confidence, Example, Place, Rule, Seek, SourceText, block_start, closing

_ALLOCATES = (
    r"(?:devm_)?k[vmzc]?[mzc]?alloc(?:_array|_node|_objs?)?|kvcalloc|v[mz]alloc|(?:devm_)?k(?:strdup|memdup|asprintf)(?:_array)?"
    r"|alloc_(?:ordered_)?workqueue|create_singlethread_workqueue|\w*alloc_\w*skb\w*|skb_(?:clone|copy)"
    r"|usb_alloc_(?:urb|coherent)|input_allocate_device|alloc_etherdev\w*|alloc_netdev\w*|devm_iio_device_alloc|iio_device_alloc"
    r"|dmam?_alloc_coherent|devm_\w*led\w*_alloc|platform_device_alloc|spi_alloc_host"
)
_LVALUE = r"[A-Za-z_]\w*(?:(?:->|\.)\w+)*"
_CALL = re.compile(rf"(?<![\w.>*=!])(?<!= )(?P<p>{_LVALUE})\s*=\s*(?:\([\w\s*]+\)\s*)?(?P<f>{_ALLOCATES})\s*\(")
_GIVES_TWO = re.compile(r"(?P<s>\w+)\s*=\s*(?P<f>\w*alloc_\w*skb\w*)\s*\([^;]*&(?P<p>\w+)\s*\)\s*;")


def _test(names: str) -> re.Pattern[str]:
    """Looks for what asks whether one of these is NULL, or takes it away."""
    return re.compile(
        rf"!\s*\(?\s*(?:{names})(?![\w.\-\[])|[(&|?]\s*(?:un)?(?:likely\s*\(\s*)?(?:{names})\s*(?:[)]\s*[^;,)]|&&|\|\||\?)"
        rf"|(?:&&|\|\|)\s*(?:{names})\s*[)&|]|(?:{names})\s*[!=]=|NULL\s*[!=]=\s*(?:{names})\b|IS_ERR\w*\(\s*(?:{names})\s*\)"
        rf"|\breturn\s+(?:{names})\s*;|(?<![\w.>*])(?:{names})\s*=(?!=)|[\w\])]\s*=\s*(?:{names})\s*[;,?]|likely\s*\(\s*(?:{names})\s*\)|BUG_ON|KUNIT_\w+\("
    )


def _used_first(rest: str, names: str, used: str) -> re.Match[str] | None:
    """The first use, if nothing before it asks for NULL."""
    use = re.search(rf"(?<![\w.>&])(?:{used})\s*(?:->|\[)|(?<=[(=;{{}}])\s*\*\s*(?:{used})(?![\w.\-])", rest)
    test = _test(names).search(rest)
    return use if use and (test is None or use.start() < test.start()) else None


def _asked_somewhere(file: SourceText, name: str) -> bool:
    """Some place of the file asks whether this member is NULL, or may do so under another name."""
    member = re.split(r"->|\.", name)[-1]
    question = (
        rf"!\s*[\w>.-]*(?:->|\.){member}\b(?!\s*(?:->|\.|\[))|(?:->|\.){member}\s*(?:[!=]=|\)\s*[\w{{*]|&&|\|\||\?)"
    )
    return "." not in name.replace("->", ".") or bool(re.search(question, file.bare))


def _find(file: SourceText) -> Iterator[Place]:
    if "kunit" in file.bare:
        return
    for one in file.functions:
        body = file.bare[one.body : one.end]
        for found in _CALL.finditer(body):
            name, end = found["p"], closing(body, found.end() - 1)
            call = body[found.start() : end]
            if "NOFAIL" in call or not body[end:].lstrip().startswith(";"):
                continue
            rest, names = body[end:], re.escape(name)
            never = re.search(r"probe|init|setup", one.name) and not _asked_somewhere(file, name)
            if _used_first(rest, names, names) or (never and not _test(names).search(rest)):
                yield Place(one.body + found.start(), one.body + end, (("f", found["f"]), ("p", name)))
        yield from _second(one.body, body)


def _second(start: int, body: str) -> Iterator[Place]:
    """What an allocator of a buffer hands out by its last argument is not set if there is no buffer."""
    for found in _GIVES_TWO.finditer(body):
        rest, buffer, frame = body[found.end() :], found["s"], found["p"]
        names = f"{buffer}|{frame}"
        gone = rf"(?:!\s*(?:{names})\b|\b(?:{names})\s*==\s*NULL)[^;{{}}]*\)\s*"
        if re.search(
            gone + r"(?:return|goto|continue|break|\{(?:[^{}]|\{[^{}]*\})*(?:return|goto|continue|break))", rest
        ):
            continue
        for use in re.finditer(
            rf"(?<![\w.>]){frame}->|(?<=[;{{}}])\s*\b(?!\w*free)\w+\([^;()]*(?<![\w.>]){buffer}\)(?=;)", rest
        ):
            before = rest[: use.start()]
            if _inside(before, names) or ("->" not in use[0][-2:] and not re.search(rf"\({buffer}\)", before)):
                continue
            at = start + found.end() + use.start()
            at += len(use[0]) - len(use[0].lstrip())
            name = frame if use[0].endswith("->") else buffer
            yield Place(at, start + found.end() + use.end(), (("f", found["f"]), ("p", name)))
            break


def _inside(before: str, names: str) -> bool:
    """The place is the statement of a test, or in a block that was entered by one."""
    asks = rf"if\s*\([^;{{}}]*\b(?:{names})\b[^;{{}}]*\)\s*"
    if re.search(asks + r"[^;{}]*$", before):
        return True
    at = len(before)
    while (at := block_start(before, at)) >= 0:
        if re.search(asks + "$", before[:at]):
            return True
    return False


def _in(body: str, name: str = "foo_start") -> str:
    return f"static int {name}(struct foo *foo)\n{{\n\tstruct bar *p;\n\n{body}\treturn 0;\n}}\n"


_SKB = (
    "static void foo_error(struct foo *foo)\n{\n\tstruct can_frame *cf;\n\tstruct sk_buff *skb;\n\n"
    "\tskb = alloc_can_err_skb(foo->dev, &cf);\n%s}\n"
)

RULE = Rule(
    id="unchecked-allocation",
    title="allocation without a test for NULL",
    why="Under memory pressure the allocation gives NULL, and the kernel oopses at the first use.",
    known_problems="A test in a macro or in a function that the pointer is given to is not seen.",
    category=Category.CORRECTNESS,
    confidence=Confidence.MODERATE,
    raised_by=(
        r"(?:may|might|can|could) fail",
        r"missing (?:error handling|check)",
        r"\bNULL\b",
    ),
    patterns=(Seek(("alloc", "dup", "kasprintf", "skb_", "workqueue"), _find, ("f", "p")),),
    message="{f}() can fail, and `{p}` is used as if it was never NULL; is error handling missing?",
    references=("Documentation/core-api/memory-allocation.rst",),
    measured="11 of 12 right, the case series, drivers/net, drivers/media/usb and mm of 7.2, 2026-11",
    examples=(
        Example("used", _in("\tp = kzalloc(sizeof(*p), GFP_KERNEL); //~\n\tp->n = 1;\n")),
        Example("dereferenced", _in("\tfoo->n = kmalloc(4, GFP_KERNEL); //~\n\t*foo->n = 1;\n")),
        Example("never-asked", _in('\tfoo->wq = alloc_ordered_workqueue("foo", 0); //~\n', "foo_probe")),
        Example(
            "tested-too-late", _in("\tp = kzalloc(8, GFP_KERNEL); //~\n\tp->n = 1;\n\tif (!p)\n\t\treturn -ENOMEM;\n")
        ),
        Example("frame", _SKB % "\tif (skb)\n\t\tfoo->n++;\n\tcf->data[1] = 2; //~\n"),
        Example("buffer-given-away", _SKB % "\tif (skb)\n\t\tcf->data[1] = 2;\n\tfoo_queue(foo, skb); //~\n"),
        Example("frame-tested", _SKB % "\tif (skb)\n\t\tcf->data[1] = 2;\n\tif (cf) {\n\t\tcf->n = 1;\n\t}\n"),
        Example("buffer-tested", _SKB % "\tif (!skb)\n\t\treturn;\n\tcf->data[1] = 2;\n\tfoo_queue(foo, skb);\n"),
        Example("tested", _in("\tp = kzalloc(sizeof(*p), GFP_KERNEL);\n\tif (!p)\n\t\treturn -ENOMEM;\n\tp->n = 1;\n")),
        Example("in-the-test", _in("\tif (!(p = kzalloc(8, GFP_KERNEL)))\n\t\treturn -ENOMEM;\n\tp->n = 1;\n")),
        Example("cannot-fail", _in("\tp = kzalloc(8, GFP_KERNEL | __GFP_NOFAIL);\n\tp->n = 1;\n")),
        Example(
            "asked-elsewhere",
            _in("\tfoo->p = kzalloc(8, GFP_KERNEL);\n", "foo_init") + _in("\tif (!foo->p)\n\t\treturn -ENOMEM;\n"),
        ),
        Example(
            "buffer-null", _SKB % "\tif (skb == NULL)\n\t\treturn;\n\tcf->data[1] = 2;\n\tif (foo->n)\n\t\tcf->n = 1;\n"
        ),
        Example(
            "two-at-once", _in("\tfoo->p = p = kzalloc(8, GFP_KERNEL);\n\tif (!foo->p)\n\t\treturn 1;\n\tp->n = 1;\n")
        ),
        Example("likely", _in("\tp = kzalloc(8, GFP_KERNEL);\n\tif (likely(p)) {\n\t\tp->n = 1;\n\t}\n")),
        Example(
            "kept-first",
            _in("\tp = kzalloc(8, GFP_KERNEL);\n\tfoo->p[1] = p;\n\tif (!foo->p[1])\n\t\treturn 1;\n\tp->n = 1;\n"),
        ),
        Example("unit-test", "struct kunit a;\n" + _in("\tp = kzalloc(8, GFP_KERNEL);\n\tp->n = 1;\n")),
        Example("set-again", _in("\tp = kzalloc(8, GFP_KERNEL);\n\tfoo->q = p;\n\tp = foo->r;\n\tp->n = 1;\n")),
    ),
)
