"""What the big screen counts about itself (大屏指标): screens that are declared, never typed in."""

from __future__ import annotations

from zhujianyun.apps.big_screen import queries
from zhujianyun.kernel.indicator import RATIO, STOCK, Listing, Ratio, Records, indicator


@indicator("big_screen.main_screens", zh="主屏", unit="个", kind=STOCK, steward="信息中心", dims=())
def main_screens() -> Listing:
    """Main screens declared by the apps that are present (主屏).

    各应用登记的主屏数，由屏幕登记数出，不手工填写。
    """
    return Listing(queries.main_screens)


@indicator("big_screen.sub_screens", zh="子屏", unit="个", kind=STOCK, steward="信息中心", dims=())
def sub_screens() -> Listing:
    """Sub-screens declared by the apps that are present (子屏).

    各应用登记的子屏数，由屏幕登记数出，不手工填写。
    """
    return Listing(queries.sub_screens)


@indicator(
    "big_screen.open_alarms", zh="未关闭告警", unit="条", kind=STOCK, steward="信息中心", dims=(),
    verbs=("indicator.alarm.raise", "indicator.alarm.close"), direction="down", permission="screen.view",
    columns=("severity", "title", "object_key", "state", "count", "raised_at", "acknowledged_by"),
)  # fmt: skip
def open_alarms() -> Records:
    """Alarms raised and not closed (未关闭告警).

    期末已发生、尚未关闭的告警条数，新告警与已确认的都计入；同一对象的同一告警反复发生只计一条。
    """
    return Records(queries.alarms(), from_field="raised_at", to_field="closed_at", city="", office="")


@indicator(
    "big_screen.fresh_rate", zh="指标及时率", unit="%", kind=RATIO, steward="信息中心", dims=(),
    verbs=("indicator.alarm.raise", "indicator.alarm.close"), permission="screen.view",
    columns=("indicator", "confirmed_at"),
)  # fmt: skip
def fresh_rate() -> Ratio:
    """Figures confirmed within their promise, over all figures that are counted (指标及时率).

    在承诺时限内得到确认的指标数 ÷ 已统计的全部指标数；超过时限未确认的指标列在告警中，恢复后自动计回。
    """
    return Ratio(
        Records(queries.fresh_figures(), from_field=queries.ALWAYS, city="", office=""),
        Records(queries.counted_figures(), from_field=queries.ALWAYS, city="", office=""),
    )
