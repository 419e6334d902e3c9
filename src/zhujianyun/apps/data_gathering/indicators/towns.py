"""Building and running towns, and villages (城市建设、城市管理、村镇建设)."""

from __future__ import annotations

from zhujianyun.apps.data_gathering.queries import VIEW
from zhujianyun.kernel.indicator import LANDED, PERCENT, RATIO, STOCK, Gathered, Ratio, indicator

BUILDING, RUNNING, VILLAGES = "城市建设处", "城市管理处", "村镇建设处"
REGION_ONLY: tuple[str, ...] = ()
WORKS, SEWAGE, BRIDGES = "urban-projects-070", "urban-projects-073", "urban-projects-077"
GAS, SORTING, SORTED = "city-management-080", "city-management-082", "waste-sorting-main"
CHECKED, JUDGED, LISTED = "rural-houses-087", "rural-houses-088", "villages-090"
SPONGE, REBUILT = "sponge-city-main", "rural-rebuild-main"
DANGEROUS = ("C", "D")


@indicator("data_gathering.urban_projects", zh="在建市政项目", unit="个", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=BUILDING)  # fmt: skip
def urban_projects() -> Gathered:
    """Municipal works that are going on (在建市政项目).

    期末状态为“在建”的市政建设项目数。来源：市政建设项目管理系统。
    """
    return Gathered(WORKS, lambda t: t.filter(t.state == "在建"), city="city_code")


@indicator("data_gathering.urban_milestone_rate", zh="节点按期率", unit=PERCENT, kind=RATIO, verbs=LANDED,
           permission=VIEW, steward=BUILDING)  # fmt: skip
def urban_milestone_rate() -> Ratio:
    """Milestones met in time, over those due (节点按期率).

    期内应到节点中在应到日期当日或之前到达的占比，按应到日期计入。来源：海绵城市项目的节点记录。
    """
    return Ratio(
        Gathered(SPONGE, lambda t: t.filter(t.reached_on <= t.due_on), day="due_on", city="city_code"),
        Gathered(SPONGE, day="due_on", city="city_code"),
    )


@indicator("data_gathering.urban_sewage_works", zh="在用污水处理设施", unit="座", kind=STOCK, verbs=LANDED,
           permission=VIEW, steward=BUILDING)  # fmt: skip
def urban_sewage_works() -> Gathered:
    """Sewage works in use (在用污水处理设施).

    期末状态为“在用”的污水处理设施座数。
    """
    return Gathered(SEWAGE, lambda t: t.filter(t.state == "在用"), city="city_code")


@indicator("data_gathering.urban_bridges", zh="城市桥梁", unit="座", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=BUILDING)  # fmt: skip
def urban_bridges() -> Gathered:
    """Bridges in the register (城市桥梁).

    期末城市桥梁登记表中的桥梁座数。
    """
    return Gathered(BRIDGES, city="city_code")


@indicator("data_gathering.gas_stations", zh="在用燃气场站", unit="座", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=RUNNING)  # fmt: skip
def gas_stations() -> Gathered:
    """Gas stations in use (在用燃气场站).

    期末状态为“在用”的燃气场站座数。来源：城市综合管理服务平台。
    """
    return Gathered(GAS, lambda t: t.filter(t.state == "在用"), city="city_code")


@indicator("data_gathering.waste_points", zh="垃圾分类点位", unit="个", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=RUNNING)  # fmt: skip
def waste_points() -> Gathered:
    """Places where waste is sorted (垃圾分类点位).

    期末登记的垃圾分类投放点位数。
    """
    return Gathered(SORTING, city="city_code")


@indicator("data_gathering.waste_sorting_rate", zh="垃圾分类覆盖率", unit=PERCENT, kind=RATIO, verbs=LANDED,
           permission=VIEW, steward=RUNNING)  # fmt: skip
def waste_sorting_rate() -> Ratio:
    """Communities that sort waste, over all (垃圾分类覆盖率).

    期末登记的小区中分类设施为“在用”的占比。来源：生活垃圾分类管理系统。
    """
    return Ratio(
        Gathered(SORTED, lambda t: t.filter(t.state == "在用"), city="city_code"),
        Gathered(SORTED, city="city_code"),
    )


@indicator("data_gathering.rural_checked", zh="农房安全排查", unit="户", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=VILLAGES, dims=REGION_ONLY)  # fmt: skip
def rural_checked() -> Gathered:
    """Rural houses that were inspected (农房安全排查).

    期末排查登记表中的不同农房户数，按房屋编号去重。来源：农村房屋安全管理系统。
    """
    return Gathered(CHECKED, distinct="house_code")


@indicator("data_gathering.rural_dangerous", zh="鉴定为危房", unit="户", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=VILLAGES, dims=REGION_ONLY, direction="down")  # fmt: skip
def rural_dangerous() -> Gathered:
    """Rural houses judged C or D (鉴定为危房).

    期末鉴定登记表中等级为C级或D级的农房户数。
    """
    return Gathered(JUDGED, lambda t: t.filter(t.grade.isin(DANGEROUS)))


@indicator("data_gathering.rural_rebuild_rate", zh="危房改造完成率", unit=PERCENT, kind=RATIO, verbs=LANDED,
           permission=VIEW, steward=VILLAGES)  # fmt: skip
def rural_rebuild_rate() -> Ratio:
    """Rebuilt and accepted, over the task (危房改造完成率).

    期内应到达“验收”节点的危房改造任务中已验收的占比，按应到日期计入。来源：农村危房改造信息系统。
    """
    return Ratio(
        Gathered(REBUILT, lambda t: t.filter(t.milestone == "验收", t.reached_on.notnull()), day="due_on",
                 city="city_code"),
        Gathered(REBUILT, lambda t: t.filter(t.milestone == "验收"), day="due_on", city="city_code"),
    )  # fmt: skip


@indicator("data_gathering.rural_villages", zh="传统村落", unit="个", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=VILLAGES)  # fmt: skip
def rural_villages() -> Gathered:
    """Villages on the list (传统村落).

    期末列入名录的传统村落数。来源：传统村落管理系统。
    """
    return Gathered(LISTED, city="city_code")
