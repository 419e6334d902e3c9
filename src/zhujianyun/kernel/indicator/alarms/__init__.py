"""Alarms (告警): something is wrong, since when, who has seen it, and how it ended.

    alarms.raise_("asset_inventory.down", "system:17", title="门户网站无法访问", text="…", severity="serious",
                  by=SYSTEM)

One code and one object is one alarm as long as it is open: raising it again counts, it does not repeat.
The rules that raise alarms from freshness and targets stand in `alarms.watch`; the worker turns them.
"""

from zhujianyun.kernel.indicator.alarms.actions import HANDLE, acknowledge, acknowledge_many, close, raise_
from zhujianyun.kernel.indicator.alarms.queries import for_codes, groups, history, mark, open_, open_one

__all__ = [
    "HANDLE",
    "acknowledge",
    "acknowledge_many",
    "close",
    "for_codes",
    "groups",
    "history",
    "mark",
    "open_",
    "open_one",
    "raise_",
]
