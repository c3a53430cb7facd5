# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the other forms of a helper found by what they do, and no others?"""

from __future__ import annotations

import pytest

from reviewbot.helpers.twins import spelt, twins
from tests.helpers.headers import catalogue

_TREE = {
    "include/linux/a.h": """\
void drop(void *p);
void devm_drop(struct device *dev, void *p);
void node_put(struct node *n);
#define for_each_node(n) for (n = first(); n; n = next(n))
#define for_each_node_scoped(n) for (struct node *n = first(); n; n = next(n))
DEFINE_FREE(drop, void *, if (!IS_NONE(_T)) drop(_T))
DEFINE_FREE(page, void *, free_page((unsigned long)_T))
DEFINE_FREE(inner, struct inner *, if (_T) drop(&_T->outer))
DEFINE_FREE(parts, struct parts *, { stop(_T); node_put(_T->node); })
DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD(thing, struct thing *, mutex_lock(&_T->lock), mutex_unlock(&_T->lock))
DEFINE_LOCK_GUARD_0(rcu, rcu_enter(), rcu_leave())
DEFINE_LOCK_GUARD_0(irqsave, irq_save(_T->flags), irq_restore(_T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(spin, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(srcu, struct srcu, _T->at = srcu_lock(_T->lock), srcu_unlock(_T->lock, _T->at), int at)
DEFINE_CLASS(fd, struct fd, fdput(_T), fdget(fd), int fd)
""",
    "include/linux/b.h": """\
#ifdef CONFIG_NODES
DEFINE_FREE(node, struct node *, if (_T) node_put(_T))
#else
DEFINE_FREE(node, struct node *, if (_T) node_put(_T))
#endif
""",
}


@pytest.mark.parametrize("counts", [None, {}], ids=["memory", "tables"])
@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("drop", ["devm_drop()", "__free(drop)"]),
        ("devm_drop", ["drop()"]),
        ("for_each_node", ["for_each_node_scoped()"]),
        ("for_each_node_scoped", ["for_each_node()"]),
        ("node_put", ["__free(node)"]),
        ("free_page", ["__free(page)"]),
        ("stop", ["__free(parts)"]),
        ("mutex_lock", ["guard(mutex)"]),
        ("mutex_unlock", ["guard(mutex)"]),
        ("rcu_enter", ["guard(rcu)"]),
        ("rcu_leave", ["guard(rcu)"]),
        ("irq_restore", ["guard(irqsave)"]),
        ("spin_unlock", ["guard(spin)"]),
        ("srcu_lock", ["guard(srcu)"]),
        ("srcu_unlock", ["guard(srcu)"]),
        ("fdput", ["CLASS(fd)"]),
        ("IS_NONE", []),
        ("lock", []),
        ("none", []),
    ],
)
def test_other_forms(name: str, forms: list[str], counts: dict[str, int] | None) -> None:
    """A class is a form of what it calls with the very object, be its name like that or not."""
    assert [spelt(entry) for entry in twins(catalogue(_TREE, counts), name)] == forms


def test_classes_of_private_headers() -> None:
    """A class that a file's private header declares is found above those of the tree."""
    tree = {**_TREE, "drivers/x/own.h": "DEFINE_FREE(own, void *, drop(_T))\n"}
    found = twins(catalogue(tree).above(["drivers/x/own.h"]), "drop")

    assert [spelt(entry) for entry in found] == ["devm_drop()", "__free(own)", "__free(drop)"]
