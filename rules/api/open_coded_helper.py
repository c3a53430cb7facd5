# SPDX-License-Identifier: GPL-2.0-or-later
"""Report code that is the body of a helper that the tree has."""

from reviewbot.rule import Advice, Category, Confidence, Example, OpenCoded, Rule, Site

_OTHER_RULES = frozenset({"min", "max"})
"""Helpers that a rule of their own speaks of (minmax)."""
_BITS = frozenset({"BIT", "BIT_ULL"})
"""Asked for where bits are those of registers; elsewhere 1 << n is a state or a size as well."""
_HEADER = """
#define TF_OPEN	0x1
#define TF_BUSY	0x8
#define TF_LAZY	0x2
#define THING_SHIFT	4
#define THING_SIZE	(1UL << THING_SHIFT)
struct thing {
	unsigned long tf_state;
	int tf_count;
};
static inline bool thing_is_idle(const struct thing *t)
{
	return (t->tf_state & (TF_OPEN | TF_BUSY)) == TF_OPEN;
}
static inline bool thing_is_old(const struct thing *t)
{
	return t->tf_count > 100;
}
/**
 * thing_is_stale - deprecated, ask thing_is_old()
 */
static inline bool thing_is_stale(const struct thing *t)
{
	return t->tf_count == 100 || (t->tf_state & TF_BUSY);
}
#define THINGS_UP(x)	(((x) + THING_SIZE - 1) >> THING_SHIFT)
int thing_set(struct thing *t, int what, int value);
static inline int thing_clear(struct thing *t, int what)
{
	return thing_set(t, what, 0);
}
"""
_TREE = {"include/linux/thing.h": _HEADER}
_FUNCTION = "\nint f(void)\n{\n\treturn 0;\n}\n"
_INCLUDE = "#include <linux/thing.h>\n\n"


def _is_for_kernel(site: Site) -> bool:
    """Code outside of the kernel proper cannot call its helpers."""
    call = site.helper()
    if call is None or call.name in _OTHER_RULES or not site.in_kernel():
        return False
    return call.name not in _BITS or site.match.path.startswith(("drivers/", "sound/", "include/"))


def _advice(site: Site) -> Advice | None:
    """The helper that the tree gave; what differs, and whether types are known, make it a question."""
    call = site.helper()
    if call is None:
        return None
    doubt = "it takes an argument whose type is not seen here"
    if call.differs or call.name == "BIT":
        doubt = f"it {call.differs or 'is an unsigned long'}"
    fields = (("header", call.path), ("doubt", doubt))
    return Advice(call.name, call.call, fields, exact=call.typed and not call.differs)


def _in_function(parameters: str, condition: str) -> str:
    return f"{_INCLUDE}int f({parameters})\n{{\n\tif ({condition}) //~\n\t\treturn 1;\n\treturn 0;\n}}\n"


RULE = Rule(
    id="open-coded-helper",
    title="code that is the body of a helper",
    why="The tree has a helper of this meaning; a call says what is meant, and follows when the helper changes.",
    known_problems=(
        "Equal code can mean another thing: a count that happens to be shifted as an address is. Lower-level code that "
        "the helper is to hide from others may be right to do without it."
    ),
    category=Category.API,
    confidence=Confidence.MODERATE,
    patterns=(OpenCoded(),),
    where=_is_for_kernel,
    advice=_advice,
    message="this is what {helper}() in {header} does; would {suggestion} do?",
    fixes=True,
    near_message="is {suggestion} from {header} meant? {doubt}",
    references=("Documentation/process/4.Coding.rst", "Documentation/process/coding-style.rst"),
    measured="10 of 10 right, a month of linux-hwmon (7.2); 21 of 24, drivers/usb, net/phy, mm, fs and net, 2026-11",
    examples=(
        Example(
            "two-tests",
            _in_function("struct thing *t", "!(t->tf_state & TF_BUSY) && (t->tf_state & TF_OPEN)"),
            headers=_TREE,
            suggestion="thing_is_idle(t)",
        ),
        Example(
            "opposite",
            _in_function("struct thing *t", "(t->tf_state & TF_BUSY) || !(t->tf_state & TF_OPEN)"),
            headers=_TREE,
            suggestion="!thing_is_idle(t)",
        ),
        Example(
            "some-operands",
            _in_function("struct thing *t, int n", "n && (t->tf_state & TF_OPEN) && !(t->tf_state & TF_BUSY)"),
            headers=_TREE,
            suggestion="thing_is_idle(t)",
        ),
        Example(
            "compared",
            _in_function("struct thing *t", "!(t->tf_count > 100)"),
            headers=_TREE,
            suggestion="!thing_is_old(t)",
        ),
        Example(
            "arithmetic",
            f"{_INCLUDE}unsigned long f(unsigned long n)\n{{\n\treturn (n + THING_SIZE - 1) / THING_SIZE; //~\n}}\n",
            headers=_TREE,
            suggestion="THINGS_UP(n)",
        ),
        Example(
            "constant-argument",
            f"{_INCLUDE}int f(struct thing *t, int w)\n{{\n\treturn thing_set(t, w, 0); //~\n}}\n",
            headers=_TREE,
            suggestion="thing_clear(t, w)",
        ),
        Example(
            "type-not-seen",
            f"{_INCLUDE}int f(void)\n{{\n\tif (!(now->tf_state & TF_BUSY) && (now->tf_state & TF_OPEN)) //~\n"
            "\t\treturn 1;\n\treturn 0;\n}\n",
            headers=_TREE,
            suggestion="thing_is_idle(now)",
        ),
        Example(
            "one-flag-differs",
            _in_function("struct thing *t", "!(t->tf_state & TF_LAZY) && (t->tf_state & TF_OPEN)"),
            headers=_TREE,
            suggestion="thing_is_idle(t)",
        ),
        Example(
            "another-flag",
            _in_function("struct thing *t", "(t->tf_state & TF_BUSY) && (t->tf_state & TF_OPEN)").replace(" //~", ""),
            headers=_TREE,
        ),
        Example(
            "deprecated",
            _in_function("struct thing *t", "t->tf_count == 100 || (t->tf_state & TF_BUSY)").replace(" //~", ""),
            headers=_TREE,
        ),
        Example(
            "called-already", _in_function("struct thing *t", "thing_is_idle(t)").replace(" //~", ""), headers=_TREE
        ),
        Example(
            "another-structure",
            "struct other {\n\tunsigned long tf_state;\n};\n\n"
            + _in_function("struct other *t", "!(t->tf_state & TF_BUSY) && (t->tf_state & TF_OPEN)").replace(
                " //~", ""
            ),
            headers=_TREE,
        ),
        Example(
            "in-a-macro",
            f"{_INCLUDE}#define UNITS(x) (((x) + THING_SIZE - 1) >> THING_SHIFT) //~\n{_FUNCTION}",
            headers=_TREE,
            suggestion="THINGS_UP(x)",
        ),
        Example(
            "bits",
            "#include <linux/bits.h>\n#define A_ON (1 << 1) //~\n#define A_OFF (1 << 2)\n#define A_SIZE (1 << 9)\n"
            + _FUNCTION,
            headers={"include/linux/bits.h": "#define BIT(nr) (UL(1) << (nr))\n"},
            suggestion="BIT(1)",
        ),
        Example(
            "bits-of-no-register",
            "#include <linux/bits.h>\n#define A_ON (1 << 1)\n#define A_OFF (1 << 2)\n#define A_SIZE (1 << 9)\n"
            + _FUNCTION,
            headers={"include/linux/bits.h": "#define BIT(nr) (UL(1) << (nr))\n"},
            path="net/example.c",
        ),
        Example(
            "not-in-the-tree",
            _in_function("struct thing *t", "!(t->tf_state & TF_BUSY) && (t->tf_state & TF_OPEN)").replace(" //~", ""),
        ),
        Example(
            "not-the-kernel",
            _in_function("struct thing *t", "!(t->tf_state & TF_BUSY) && (t->tf_state & TF_OPEN)").replace(" //~", ""),
            path="tools/thing/thing.c",
            headers=_TREE,
        ),
    ),
)
