"""What 数据共享 counts (数据共享指标): calls, departments that opened interfaces, availability. The docstrings are public."""

from __future__ import annotations

from zhujianyun.apps.data_gateway.queries import figures, streams
from zhujianyun.base import clock
from zhujianyun.kernel.indicator import FLOW, PERCENT, RATIO, STOCK, Ratio, Records, indicator
from zhujianyun.ui.screen.items import Item, items

STEWARD = "信息中心"
REGION_ONLY: tuple[str, ...] = ()
OWN_ZH = "自治区住房和城乡建设厅"
PROBE_VERBS = ("data_gateway.probed", "data_gateway.metered")


@indicator("data_gateway.calls", zh="数据接口调用", unit="人次", kind=FLOW, verbs=("data_gateway.metered",),
           steward=STEWARD, release=True, qualifier="over", dims=REGION_ONLY,
           columns=("on", "service_title", "provider__name", "consumer__name", "purpose", "calls"))  # fmt: skip
def calls() -> Records:
    """Metered calls of the opened interfaces (数据接口调用).

    计量成功的调用次数，按授权、服务和日汇总后相加。被拒绝的、失败的、中途断开的、探测的和测试授权的调用不计；
    平台启用前的调用以历史汇总载入，并标明“历史数据”。“人次”在此指次数。
    """
    return Records(figures.metered(), day="on", measure="calls", city="", office="provider_id")


@indicator("data_gateway.source_departments", zh="接口数据来源部门", unit="个", kind=STOCK,
           verbs=("data_gateway.service",), steward=STEWARD, release=True, dims=REGION_ONLY,
           columns=("mount__resource__provider__name", "code", "mount__title", "opened_on"))  # fmt: skip
def source_departments() -> Records:
    """Other departments whose interfaces are open to us (接口数据来源部门).

    期末至少有一个接口在本平台开通的其他部门，每个部门计一次。
    """
    return Records(
        figures.foreign_services(),
        from_field="opened_on", to_field="until", distinct="provider", city="", office="mount__resource__provider_id",
    )  # fmt: skip


@indicator("data_gateway.probes_good", zh="成功探测", unit="次", kind=FLOW, verbs=PROBE_VERBS, steward=STEWARD,
           dims=REGION_ONLY, columns=("on", "service__code", "service__mount__title", "good", "total"))  # fmt: skip
def probes_good() -> Records:
    """Probes of opened services that were answered (成功探测).

    期内对开通服务的探测中得到正确答复的次数。可用率的分子。
    """
    return _probes("good")


@indicator("data_gateway.probes", zh="可用性探测", unit="次", kind=FLOW, verbs=PROBE_VERBS, steward=STEWARD,
           dims=REGION_ONLY, columns=("on", "service__code", "service__mount__title", "good", "total"))  # fmt: skip
def probes() -> Records:
    """Probes of opened services (可用性探测).

    期内对开通服务的探测次数，含平台启用前载入的历史汇总。可用率的分母。
    """
    return _probes("total")


@indicator("data_gateway.availability", zh="接口可用率", unit=PERCENT, kind=RATIO, steward=STEWARD,
           release=True, dims=REGION_ONLY)  # fmt: skip
def availability() -> Ratio:
    """Good probes over probes in the period (接口可用率).

    成功探测 ÷ 可用性探测。这是探测次数之比，不是时长之比；提供方的故障也计在内。
    """
    return Ratio("data_gateway.probes_good", "data_gateway.probes")


def _probes(measure: str) -> Records:
    return Records(
        figures.probed(), day="on", measure=measure, city="", office="service__mount__resource__provider_id"
    )


@items("data_gateway.streams", zh="数据来源去向")
def used_by() -> list[Item]:
    """Calls of this year from department through interface to consumer (数据来源去向)."""
    today = clock.today()
    found = streams.gathered(streams.streams(today.replace(month=1, day=1), today), OWN_ZH)
    return [Item(name=one.title, row=one.provider, column=one.consumer, value=one.calls) for one in found]
