"""What bridge watch counts (桥梁指标)."""

from __future__ import annotations

from bridge_watch import queries

from zhujianyun.kernel.indicator import STOCK, Records, indicator


@indicator(
    "bridge_watch.open_bridges",
    zh="在用城市桥梁",
    unit="座",
    kind=STOCK,
    verbs=("bridge_watch.*", "case.bridge_inspection.*"),
    steward="城市建设处",
)
def open_bridges() -> Records:
    """Bridges in the register, opened and not closed, at the end of the period (在用城市桥梁).

    期末已通车且未封闭的桥梁；封闭后重新通车的须重新登记。
    """
    return Records(queries.bridges(), from_field="opened_on", to_field="closed_on", office="")
