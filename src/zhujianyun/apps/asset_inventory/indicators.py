"""What 资产台账 counts (资产台账指标): systems, links, moves, findings, probes. The docstrings are public.

The inventory is the department's own, so none of it has a city.
"""

from __future__ import annotations

from zhujianyun.apps.asset_inventory import queries
from zhujianyun.apps.asset_inventory.models import Plan
from zhujianyun.apps.asset_inventory.rules.layout import tile_name
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.indicator import FLOW, PERCENT, RATIO, STOCK, Ratio, Records, indicator
from zhujianyun.ui.screen.items import Item, items

STEWARD = "信息中心"
VERBS = ("asset_inventory.enter", "asset_inventory.change", "system.retire", "system.merge")
PLAN_VERBS = ("asset_inventory.plan_item", "asset_inventory.plan_done", "asset_inventory.plan_drop")
REGION_ONLY: tuple[str, ...] = ()
TILE_LEVELS = {"bad": "bad", "late": "watch", "watch": "watch", "ok": "ok"}


@indicator("asset_inventory.systems_gathered", zh="归集业务系统", unit="个", kind=STOCK, verbs=VERBS,
           steward=STEWARD, release=True, dims=REGION_ONLY)  # fmt: skip
def systems_gathered() -> Records:
    """Systems in the inventory that are built or used (归集业务系统).

    期末在台账中、未停用且未合并的业务系统，每个系统计一次，自归集日起计，停用或合并当日起不再计。
    注意：与“迁移上云”不是同一总体，迁移上云含其后停用、合并的系统。
    """
    return Records(
        queries.gathered(),
        from_field="gathered_on", to_field="system__retired_on", city="", office="system__owner_id",
    )  # fmt: skip


@indicator("asset_inventory.systems_linked", zh="互联互通系统", unit="个", kind=STOCK, steward=STEWARD,
           verbs=("system.link", "system.unlink", *VERBS), release=True, dims=REGION_ONLY)  # fmt: skip
def systems_linked() -> Records:
    """Systems with live data flow in both directions, or single sign-on with data in one (互联互通系统).

    期末有在用互联的系统：数据互联双向都有，或者有单点登录并有数据互联。
    注意：只有单向数据、只有单点登录的不算；停用、合并的系统不算。
    """
    return Records(queries.linked(), from_field="since", to_field="until", city="", office="system__owner_id")


@indicator("asset_inventory.systems_to_move", zh="列入上云计划系统", unit="个", kind=STOCK, verbs=PLAN_VERBS,
           steward=STEWARD, dims=REGION_ONLY)  # fmt: skip
def systems_to_move() -> Records:
    """Unclassified systems that the plans want on the cloud (列入上云计划系统).

    期末列入迁移上云计划、未移出的非涉密信息系统，含其后停用、合并的。上云率的分母。
    """
    return _agreed(Plan.Kind.CLOUD)


@indicator("asset_inventory.systems_on_cloud", zh="非涉密信息系统迁移上云", unit="个", kind=STOCK,
           verbs=PLAN_VERBS, steward=STEWARD, release=True, dims=REGION_ONLY)  # fmt: skip
def systems_on_cloud() -> Records:
    """Unclassified systems of the plans that have moved to the cloud (非涉密信息系统迁移上云).

    期末列入迁移上云计划并已验收的非涉密信息系统，按验收日起计。
    注意：迁移后停用或合并的系统仍计，因此可以多于归集业务系统。
    """
    return _done(Plan.Kind.CLOUD)


@indicator("asset_inventory.cloud_rate", zh="上云率", unit=PERCENT, kind=RATIO, steward=STEWARD, release=True,
           dims=REGION_ONLY)  # fmt: skip
def cloud_rate() -> Ratio:
    """Systems moved over systems that the plans want moved (上云率).

    迁移上云 ÷ 列入上云计划。分母是计划中逐个列明的系统，不是归集业务系统。
    """
    return Ratio("asset_inventory.systems_on_cloud", "asset_inventory.systems_to_move")


@indicator("asset_inventory.networks_to_join", zh="列入打通计划专网", unit="条", kind=STOCK, verbs=PLAN_VERBS,
           steward=STEWARD, dims=REGION_ONLY)  # fmt: skip
def networks_to_join() -> Records:
    """Unclassified special networks that the plans want joined (列入打通计划专网).

    期末列入专网打通计划、未移出的非涉密业务专网。专网打通率的分母。
    """
    return _agreed(Plan.Kind.NETWORK)


@indicator("asset_inventory.networks_migrated", zh="非涉密业务专网迁移打通", unit="条", kind=STOCK,
           verbs=PLAN_VERBS, steward=STEWARD, release=True, dims=REGION_ONLY)  # fmt: skip
def networks_migrated() -> Records:
    """Unclassified special networks that have been joined to the government's own (非涉密业务专网迁移打通).

    期末列入专网打通计划并已验收的非涉密业务专网，按验收日起计。
    """
    return _done(Plan.Kind.NETWORK)


@indicator("asset_inventory.network_rate", zh="专网打通率", unit=PERCENT, kind=RATIO, steward=STEWARD,
           release=True, dims=REGION_ONLY)  # fmt: skip
def network_rate() -> Ratio:
    """Networks joined over networks that the plans want joined (专网打通率).

    迁移打通 ÷ 列入打通计划，分母逐条列明。
    """
    return Ratio("asset_inventory.networks_migrated", "asset_inventory.networks_to_join")


@indicator("asset_inventory.service_systems", zh="政务服务业务办理系统", unit="个", kind=STOCK, verbs=VERBS,
           steward=STEWARD, dims=REGION_ONLY)  # fmt: skip
def service_systems() -> Records:
    """Systems in which government services are handled (政务服务业务办理系统).

    期末在台账中、标明为政务服务业务办理系统、未停用且未合并的。系统对接率的分母。
    """
    return Records(
        queries.service_systems(),
        from_field="gathered_on", to_field="system__retired_on", city="", office="system__owner_id",
    )  # fmt: skip


@indicator("asset_inventory.services_docked", zh="已对接政务服务平台系统", unit="个", kind=STOCK, verbs=VERBS,
           steward=STEWARD, dims=REGION_ONLY)  # fmt: skip
def services_docked() -> Records:
    """Service systems docked to the government service platform (已对接政务服务平台系统).

    期末已登记对接日的政务服务业务办理系统，停用、合并当日起不再计。
    """
    docked = queries.service_systems().filter(docked_on__isnull=False)
    return Records(
        docked, from_field="docked_on", to_field="system__retired_on", city="", office="system__owner_id"
    )


@indicator("asset_inventory.service_docking_rate", zh="政务服务业务办理系统对接率", unit=PERCENT, kind=RATIO,
           steward=STEWARD, release=True, dims=REGION_ONLY)  # fmt: skip
def service_docking_rate() -> Ratio:
    """Docked service systems over service systems (政务服务业务办理系统对接率).

    已对接 ÷ 政务服务业务办理系统。不办理政务服务事项的系统不在分母。
    """
    return Ratio("asset_inventory.services_docked", "asset_inventory.service_systems")


@indicator("asset_inventory.uptime", zh="系统可用率", unit=PERCENT, kind=RATIO, steward=STEWARD,
           verbs=("asset_inventory.probed",), dims=REGION_ONLY)  # fmt: skip
def uptime() -> Ratio:
    """Good probes over probes in the period (系统可用率).

    期内正常的探测次数 ÷ 全部探测次数，含网页、端口、证书和域名四类探测。
    注意：这是探测次数之比，不是时长之比；没有探测项的系统不在其中。
    """
    days = queries.probe_days()
    office = "probe__system__owner_id"
    return Ratio(
        Records(days, day="day", measure="good", city="", office=office),
        Records(days, day="day", measure="asked", city="", office=office),
    )


@indicator("asset_inventory.findings_open", zh="台账问题", unit="条", kind=STOCK, steward=STEWARD,
           verbs=("asset_inventory.findings",), dims=REGION_ONLY, direction="down")  # fmt: skip
def findings_open() -> Records:
    """Findings seen and not gone (台账问题).

    期末仍存在的台账问题。注意：豁免只是暂不催办，仍计在内。
    """
    return _findings()


@indicator("asset_inventory.findings_high", zh="台账高危问题", unit="条", kind=STOCK, steward=STEWARD,
           verbs=("asset_inventory.findings",), dims=REGION_ONLY, direction="down")  # fmt: skip
def findings_high() -> Records:
    """Findings of high severity seen and not gone (台账高危问题).

    期末仍存在的高程度问题：责任单位不明、未定级备案、无备份、证书七天内到期、运维合同过期。
    """
    return _findings(severity="high")


@indicator("asset_inventory.systems_reviewed", zh="年度复核完成", unit="个", kind=FLOW, steward=STEWARD,
           verbs=("case.system_review.*",), dims=REGION_ONLY)  # fmt: skip
def systems_reviewed() -> Records:
    """Yearly reviews that were checked and passed in the period (年度复核完成).

    期内经责任处室确认、信息中心核对通过的年度复核，按通过日计入；终止的不计。
    """
    reviewed = Case.objects.filter(process="system_review", marks__name="reviewed")
    return Records(reviewed, day="marks__day", city="")


def _agreed(kind: str) -> Records:
    return Records(
        queries.agreed_items(kind),
        from_field="agreed_on", to_field="dropped_on", city="", office="plan__owner_id",
    )  # fmt: skip


def _done(kind: str) -> Records:
    done = queries.agreed_items(kind).filter(done_on__isnull=False)
    return Records(done, from_field="done_on", city="", office="plan__owner_id")


def _findings(**where: str) -> Records:
    return Records(
        queries.open_findings().filter(**where),
        from_field="first_seen_on", to_field="closed_on", city="", office="system__owner_id",
    )  # fmt: skip


@items("asset_inventory.tiles", zh="业务系统状态")
def tiles() -> list[Item]:
    """Each gathered system with its state, in the few words that a tile holds (业务系统状态)."""
    return [
        Item(name=tile_name(one.name), level=TILE_LEVELS[one.level], text=one.short, url=one.url)
        for one in queries.standings()
    ]
