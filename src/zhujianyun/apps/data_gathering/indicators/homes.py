"""Housing security and the property market (住房保障、房地产交易)."""

from __future__ import annotations

from zhujianyun.apps.data_gathering.queries import VIEW
from zhujianyun.kernel.indicator import FLOW, LANDED, PERCENT, RATIO, STOCK, Gathered, Ratio, indicator

STEWARD, MARKET = "住房保障处", "房地产市场监管处"
REGION_ONLY: tuple[str, ...] = ()
APPLIED, LET, SUBSIDISED, HOMES = (f"housing-security-{n:03d}" for n in (50, 51, 52, 54))
SIGNED, PERMITS = "online-signing-055", "online-signing-060"
ESTATES, FUNDS = "old-estates-main", "presale-funds-main"


@indicator("data_gathering.housing_households", zh="公租房在保户", unit="户", kind=STOCK, verbs=LANDED,
           permission=VIEW, steward=STEWARD, dims=REGION_ONLY, persons=True)  # fmt: skip
def housing_households() -> Gathered:
    """Households that live in public rented homes (公租房在保户).

    期末配租登记中不同申请人的户数，一人名下多条配租登记计一户。来源：城镇住房保障管理信息系统。
    """
    return Gathered(LET, distinct="id_no")


@indicator("data_gathering.housing_queue", zh="公租房轮候户", unit="户", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=STEWARD, dims=REGION_ONLY, persons=True, direction="down")  # fmt: skip
def housing_queue() -> Gathered:
    """Households that applied and have no home yet (公租房轮候户).

    期末已申请公租房、尚无配租登记的申请人户数，按身份证件号码比对申请与配租两张表。
    """
    return Gathered((APPLIED, LET), lambda asked, let: asked.anti_join(let, "id_no"), distinct="id_no")


@indicator("data_gathering.housing_subsidies", zh="租赁补贴发放", unit="户", kind=FLOW, verbs=LANDED,
           permission=VIEW, steward=STEWARD, dims=REGION_ONLY, persons=True)  # fmt: skip
def housing_subsidies() -> Gathered:
    """Households that were granted a rent subsidy (租赁补贴发放).

    期内受理并发放租赁补贴的申请人户数，按受理日期计入，一期内多次发放计一户。
    """
    return Gathered(SUBSIDISED, day="accepted_on", distinct="id_no")


@indicator("data_gathering.housing_units", zh="保障房存量", unit="套", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=STEWARD, dims=REGION_ONLY)  # fmt: skip
def housing_units() -> Gathered:
    """Homes in the register of secured housing (保障房存量).

    期末房源登记表中的房源数，取当日在用的归集版本。
    """
    return Gathered(HOMES)


@indicator("data_gathering.renewal_start_rate", zh="老旧小区改造开工率", unit=PERCENT, kind=RATIO, verbs=LANDED,
           permission=VIEW, steward="城市建设处")  # fmt: skip
def renewal_start_rate() -> Ratio:
    """Estates whose works began, over those due to begin (老旧小区改造开工率).

    期内应到达“开工”节点的老旧小区改造项目中，已到达该节点的占比，按节点应到日期计入。
    """
    return Ratio(
        Gathered(ESTATES, lambda t: t.filter(t.milestone == "开工", t.reached_on.notnull()), day="due_on",
                 city="city_code"),
        Gathered(ESTATES, lambda t: t.filter(t.milestone == "开工"), day="due_on", city="city_code"),
    )  # fmt: skip


@indicator("data_gathering.sales_signed", zh="商品房网签套数", unit="套", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=MARKET, dims=REGION_ONLY)  # fmt: skip
def sales_signed() -> Gathered:
    """Dwellings sold by contracts signed online (商品房网签套数).

    期内网签备案的商品房买卖合同数，按签订日期计入，每份合同一套。来源：商品房网签备案系统。
    """
    return Gathered(SIGNED, day="signed_on")


@indicator("data_gathering.sales_area", zh="商品房网签面积", unit="万㎡", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=MARKET, dims=REGION_ONLY)  # fmt: skip
def sales_area() -> Gathered:
    """Floor area sold by contracts signed online (商品房网签面积).

    期内网签备案合同的建筑面积之和，按签订日期计入。
    """
    return Gathered(SIGNED, day="signed_on", measure="area_m2", per=10_000)


@indicator("data_gathering.sales_price", zh="商品房网签均价", unit="元/㎡", kind=RATIO, verbs=LANDED, permission=VIEW,
           steward=MARKET, dims=REGION_ONLY, direction="band")  # fmt: skip
def sales_price() -> Ratio:
    """Contract sums over floor area (商品房网签均价).

    期内网签合同金额之和除以建筑面积之和，不是各合同单价的平均。
    """
    return Ratio(
        Gathered(SIGNED, day="signed_on", measure="amount"),
        Gathered(SIGNED, day="signed_on", measure="area_m2"),
    )


@indicator("data_gathering.presale_permits", zh="商品房预售许可", unit="件", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=MARKET, dims=REGION_ONLY)  # fmt: skip
def presale_permits() -> Gathered:
    """Permits for selling before completion (商品房预售许可).

    期内核发的商品房预售许可证数，按发证日期计入。
    """
    return Gathered(PERMITS, day="issued_on")


@indicator("data_gathering.presale_funds", zh="预售监管资金余额", unit="亿元", kind=STOCK, verbs=LANDED,
           permission=VIEW, steward=MARKET)  # fmt: skip
def presale_funds() -> Gathered:
    """Balance of the supervised accounts (预售监管资金余额).

    期末监管账户余额之和。来源：预售资金监管系统，金额由万元折算为亿元。
    """
    return Gathered(FUNDS, measure="amount", per=10_000, city="city_code")
