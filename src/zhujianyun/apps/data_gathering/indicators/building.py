"""The building market, quality and safety (建筑市场、质量安全)."""

from __future__ import annotations

from typing import Any

from zhujianyun.apps.data_gathering.queries import VIEW
from zhujianyun.kernel.indicator import FLOW, LANDED, PERCENT, RATIO, STOCK, Gathered, Ratio, indicator

MARKET, SAFETY = "建筑市场监管处", "建筑质量安全监管处"
REGION_ONLY: tuple[str, ...] = ()
FIRMS, PERSONS, PERMITS, FINES = "building-market-001", "constructors-007", "bidding-018", "credit-023"
PRESENT = "attendance-main"
SITES, INSPECTED, HAZARDS, ACCIDENTS, CRANES = (
    "site-safety-028", "site-safety-030", "site-safety-031", "site-safety-032", "cranes-034",
)  # fmt: skip
WARNED_DAYS = 90


@indicator("data_gathering.build_enterprises", zh="有效资质企业", unit="家", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=MARKET)  # fmt: skip
def build_enterprises() -> Gathered:
    """Building enterprises whose qualification is valid (有效资质企业).

    期末资质在有效期内的建筑业企业数，有效期截止当日仍计。来源：建筑市场监管平台。
    """
    return Gathered(FIRMS, _with_lapse, until="lapses_on", city="city_code")


@indicator("data_gathering.build_expiring", zh="资质将到期企业", unit="家", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=MARKET, direction="down")  # fmt: skip
def build_expiring() -> Gathered:
    """Enterprises whose qualification ends within 90 days (资质将到期企业).

    期末资质有效、且90天内到期的建筑业企业数。
    """
    return Gathered(FIRMS, _with_lapse, since="warned_from", until="lapses_on", city="city_code")


def _with_lapse(rows: Any) -> Any:
    """With the day from which a warning is due and the first day on which it is no longer valid."""
    import ibis

    valid_to = rows.valid_to.cast("timestamp")
    return rows.mutate(
        warned_from=(valid_to - ibis.interval(days=WARNED_DAYS)).date(),
        lapses_on=(valid_to + ibis.interval(days=1)).date(),
    )


@indicator("data_gathering.build_persons", zh="注册人员", unit="人", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=MARKET, dims=REGION_ONLY, persons=True)  # fmt: skip
def build_persons() -> Gathered:
    """Constructors whose registration is valid (注册人员).

    期末注册在有效期内的二级建造师人数，有效期截止当日仍计。来源：二级建造师注册管理系统。
    """
    return Gathered(PERSONS, _with_lapse, until="lapses_on")


@indicator("data_gathering.build_permits", zh="施工许可", unit="件", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=MARKET)  # fmt: skip
def build_permits() -> Gathered:
    """Building permits granted (施工许可).

    期内核发的施工许可数，按决定日期计入。
    """
    return Gathered(PERMITS, day="decided_on", city="city_code")


@indicator("data_gathering.build_penalties", zh="建筑市场行政处罚", unit="件", kind=FLOW, verbs=LANDED,
           permission=VIEW, steward=MARKET, dims=REGION_ONLY, direction="down")  # fmt: skip
def build_penalties() -> Gathered:
    """Penalties in the building market (建筑市场行政处罚).

    期内作出的行政处罚决定数，按决定日期计入。来源：住建信用信息平台。
    """
    return Gathered(FINES, day="decided_on")


@indicator("data_gathering.build_attendance_rate", zh="实名制在岗率", unit=PERCENT, kind=RATIO, verbs=LANDED,
           permission=VIEW, steward=MARKET, dims=REGION_ONLY)  # fmt: skip
def build_attendance_rate() -> Ratio:
    """Workers present over workers enrolled (实名制在岗率).

    期内考勤记录中当日在岗的占比，按考勤日期计入。来源：建筑工人实名制管理系统。
    """
    return Ratio(
        Gathered(PRESENT, lambda t: t.filter(t.present), day="worked_on"), Gathered(PRESENT, day="worked_on")
    )


@indicator("data_gathering.safe_projects", zh="在监工程", unit="项", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=SAFETY)  # fmt: skip
def safe_projects() -> Gathered:
    """Works under supervision (在监工程).

    期末质量监督登记表中的工程项数。来源：工程质量安全监管系统。
    """
    return Gathered(SITES, city="city_code")


@indicator("data_gathering.safe_inspections", zh="质量安全检查", unit="次", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=SAFETY)  # fmt: skip
def safe_inspections() -> Gathered:
    """Inspections of works (质量安全检查).

    期内质量安全检查次数，按检查决定日期计入。
    """
    return Gathered(INSPECTED, day="decided_on", city="city_code")


@indicator("data_gathering.safe_hazards", zh="质量安全隐患", unit="条", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=SAFETY, direction="down")  # fmt: skip
def safe_hazards() -> Gathered:
    """Hazards that were found (质量安全隐患).

    期内登记的质量安全隐患条数，按认定日期计入。
    """
    return Gathered(HAZARDS, day="decided_on", city="city_code")


@indicator("data_gathering.safe_unlicensed", zh="无许可在监工程", unit="项", kind=STOCK, verbs=LANDED,
           permission=VIEW, steward=SAFETY, direction="down")  # fmt: skip
def safe_unlicensed() -> Gathered:
    """Works under supervision without a building permit on record (无许可在监工程).

    期末质量监督登记表中，按项目代码在施工许可表中查无许可记录的工程项数。两张表来自两个系统。
    注意：查无记录不等于违法，归集之前核发的许可可能尚未入库。
    """
    return Gathered(
        (SITES, PERMITS),
        lambda watched, permits: watched.anti_join(permits, "project_code"),
        city="city_code",
    )


@indicator("data_gathering.safe_accidents", zh="生产安全事故", unit="起", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=SAFETY, direction="down")  # fmt: skip
def safe_accidents() -> Gathered:
    """Accidents at work (生产安全事故).

    期内认定的生产安全事故起数，按认定日期计入。
    """
    return Gathered(ACCIDENTS, day="decided_on", city="city_code")


@indicator("data_gathering.safe_cranes", zh="在用起重机械", unit="台", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=SAFETY)  # fmt: skip
def safe_cranes() -> Gathered:
    """Cranes in use (在用起重机械).

    期末状态为“在用”的建筑起重机械台数。来源：建筑起重机械备案系统。
    """
    return Gathered(CRANES, lambda t: t.filter(t.state == "在用"), city="city_code")
