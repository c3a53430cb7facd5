# SPDX-License-Identifier: GPL-2.0-or-later
"""Report calls of what the tree had once, and has under another name today."""

import re
from collections.abc import Iterator

from reviewbot.rule import Advice, Category, Confidence, Example, Place, Rule, Seek, Site, SourceText

_RENAMED = {
    "include/linux/timer.h": (
        "from_timer timer_container_of, del_timer timer_delete, del_timer_sync timer_delete_sync, "
        "try_to_del_timer_sync timer_delete_sync_try, destroy_timer_on_stack timer_destroy_on_stack"
    ),
    "include/linux/hrtimer.h": "hrtimer_init hrtimer_setup",
    "include/linux/irqdomain.h": (
        "irq_domain_add_linear irq_domain_create_linear, irq_domain_add_simple irq_domain_create_simple, "
        "irq_domain_add_legacy irq_domain_create_legacy, irq_domain_add_hierarchy irq_domain_create_hierarchy"
    ),
    "include/linux/iio/iio.h": (
        "iio_device_claim_direct_mode iio_device_claim_direct, iio_device_release_direct_mode iio_device_release_direct"
    ),
    "include/linux/iio/trigger.h": "iio_trigger_poll_chained iio_trigger_poll_nested",
    "include/linux/spi/spi.h": (
        "spi_master_get_devdata spi_controller_get_devdata, spi_master_set_devdata spi_controller_set_devdata, "
        "spi_master_get spi_controller_get, spi_master_put spi_controller_put, spi_alloc_master spi_alloc_host, "
        "devm_spi_alloc_master devm_spi_alloc_host, spi_register_master spi_register_controller, "
        "devm_spi_register_master devm_spi_register_controller, spi_unregister_master spi_unregister_controller, "
        "spi_master_suspend spi_controller_suspend, spi_master_resume spi_controller_resume"
    ),
    "include/linux/idr.h": "ida_simple_get ida_alloc_range, ida_simple_remove ida_free",
    "include/linux/u64_stats_sync.h": (
        "u64_stats_fetch_begin_irq u64_stats_fetch_begin, u64_stats_fetch_retry_irq u64_stats_fetch_retry"
    ),
    "include/linux/kstrtox.h": "strtobool kstrtobool",
    "include/linux/shrinker.h": "register_shrinker shrinker_register",
    "include/linux/netdevice.h": "napi_reschedule napi_schedule, dev_get_flags netif_get_flags",
    "include/linux/pwm.h": "pwm_apply_state pwm_apply_might_sleep",
    "include/linux/debugfs.h": "debugfs_rename debugfs_change_name",
    "include/linux/syscore_ops.h": "register_syscore_ops register_syscore",
    "include/linux/namei.h": "lookup_one_len lookup_noperm",
    "include/linux/iommu.h": "iommu_domain_alloc iommu_paging_domain_alloc",
    "include/linux/mm.h": "is_cow_mapping vma_is_cow_mapping",
    "include/sound/soc.h": (
        "asoc_substream_to_rtd snd_soc_substream_to_rtd, asoc_rtd_to_cpu snd_soc_rtd_to_cpu, "
        "asoc_rtd_to_codec snd_soc_rtd_to_codec"
    ),
    "include/sound/soc-component.h": "snd_soc_component_get_dapm snd_soc_component_to_dapm",
    "include/media/v4l2-subdev.h": (
        "v4l2_subdev_get_try_format v4l2_subdev_state_get_format, v4l2_subdev_get_try_crop v4l2_subdev_state_get_crop, "
        "v4l2_subdev_get_try_compose v4l2_subdev_state_get_compose"
    ),
    "include/drm/drm_panel.h": "drm_panel_init devm_drm_panel_alloc",
    "include/drm/drm_mipi_dsi.h": "mipi_dsi_dcs_write_seq mipi_dsi_dcs_write_seq_multi",
}
"""By the header in which both stood together: the old name and the new one."""
_MOVED = {
    "strlcpy": ("strscpy", "include/linux/string.h", "include/linux/string.h"),
    "prandom_u32_max": ("get_random_u32_below", "include/linux/prandom.h", "include/linux/random.h"),
    "bgpio_init": ("gpio_generic_chip_init", "include/linux/gpio/driver.h", "include/linux/gpio/generic.h"),
    "of_node_to_fwnode": ("of_fwnode_handle", "include/linux/irqdomain.h", "include/linux/of.h"),
    "snd_soc_component_get_bias_level": (
        "snd_soc_dapm_get_bias_level",
        "include/sound/soc-component.h",
        "include/sound/soc-dapm.h",
    ),
}
"""The old name, the new one, and the headers of each."""
_NAMES = _MOVED | {
    old: (new, header, header)
    for header, pairs in _RENAMED.items()
    for old, new in (pair.split() for pair in pairs.split(", "))
}
_CALL = re.compile(r"(?<![\w.>])([a-z]\w+)\s?\(")
_WORDS = tuple(_NAMES)


def _find(source: SourceText) -> Iterator[Place]:
    for one in source.functions:
        for call in _CALL.finditer(source.bare, one.body, one.end):
            if call[1] in _NAMES:
                yield Place(call.start(), call.end(1), (("old", call[1]),))


def _advice(site: Site) -> Advice | None:
    """What the tree has in place of a name that neither it nor the file has."""
    old = site.text("old")
    new, before, after = _NAMES[old]
    own = re.search(rf"^(?:#\s*define\s+|\w[\w\s*]*\b){old}\s*\(", site.file_text(), re.MULTILINE)
    if own or not site.in_kernel() or not site.declares(new, (after,)) or site.declares(old, (before, after)):
        return None
    return Advice(new)


def _code(call: str, more: str = "") -> str:
    return f"{more}\nvoid f(struct foo *foo)\n{{\n\t{call}\n}}\n"


_TREE = {
    "include/linux/timer.h": "int timer_delete_sync(struct timer_list *timer);\n",
    "include/linux/random.h": "u32 get_random_u32_below(u32 ceil);\n",
    "include/linux/prandom.h": "u32 prandom_u32_state(struct rnd_state *state);\n",
}
_OLD = {name: text + "int del_timer_sync(struct timer_list *timer);\n" for name, text in _TREE.items()}

RULE = Rule(
    id="removed-api",
    title="call of what the tree has no more",
    why="The patch was written for an older tree, and does not build on this one.",
    known_problems="Only names that are in the list are known; a header of the driver's own may define the old one.",
    category=Category.CORRECTNESS,
    confidence=Confidence.HIGH,
    raised_by=(
        r"(?:no longer|removed|is gone|does(?:n't| not) (?:exist|build|compile))",
        r"implicit declaration",
    ),
    patterns=(Seek(_WORDS, _find, ("old",)),),
    advice=_advice,
    message="{old}() is gone from this tree, which has {helper}(); was this written for an older one?",
    references=("include/linux/timer.h", "include/linux/irqdomain.h", "include/linux/spi/spi.h"),
    measured=(
        "none in 42,545 files of 7.2, where any would be wrong; of 3936 in files of 6.1 that 7.2 has too, it calls the "
        "new name in 3743 of them, 2026-11"
    ),
    examples=(
        Example("renamed", _code("del_timer_sync(&foo->timer); //~"), headers=_TREE),
        Example("moved", _code("foo->n = prandom_u32_max(3); //~"), headers=_TREE),
        Example("still-there", _code("del_timer_sync(&foo->timer);"), headers=_OLD),
        Example("new-name-not-there", _code("napi_reschedule(&foo->napi);"), headers=_TREE),
        Example(
            "of-the-file",
            _code("del_timer_sync(&foo->timer);", "static void del_timer_sync(void *t)\n{\n}\n"),
            headers=_TREE,
        ),
        Example("member", _code("foo->ops->del_timer_sync(foo);"), headers=_TREE),
        Example("comment", _code("g(); /* del_timer_sync() */"), headers=_TREE),
        Example("tools", _code("del_timer_sync(&foo->timer);"), headers=_TREE, path="tools/a.c"),
    ),
)
