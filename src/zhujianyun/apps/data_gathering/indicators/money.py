"""The housing provident fund (住房公积金)."""

from __future__ import annotations

from zhujianyun.apps.data_gathering.queries import VIEW
from zhujianyun.kernel.indicator import FLOW, LANDED, PERCENT, RATIO, STOCK, Gathered, Ratio, indicator

STEWARD = "住房公积金监管处"
EMPLOYERS, PAID_IN, PAID_OUT, LENT = (f"fund-supervision-{n:03d}" for n in (65, 66, 67, 68))
IN_100_MILLION = 100_000_000  # 元 → 亿元


@indicator("data_gathering.fund_deposits", zh="公积金缴存额", unit="亿元", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=STEWARD)  # fmt: skip
def fund_deposits() -> Gathered:
    """Paid into the fund (公积金缴存额).

    期内缴存金额之和，按缴存日期计入，由元折算为亿元。来源：住房公积金监管系统。
    """
    return Gathered(PAID_IN, day="paid_on", measure="amount", per=IN_100_MILLION, city="city_code")


@indicator("data_gathering.fund_withdrawals", zh="公积金提取额", unit="亿元", kind=FLOW, verbs=LANDED,
           permission=VIEW, steward=STEWARD)  # fmt: skip
def fund_withdrawals() -> Gathered:
    """Paid out of the fund (公积金提取额).

    期内提取金额之和，按提取日期计入，由元折算为亿元。
    """
    return Gathered(PAID_OUT, day="paid_on", measure="amount", per=IN_100_MILLION, city="city_code")


@indicator("data_gathering.fund_loans", zh="公积金个贷发放", unit="亿元", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=STEWARD)  # fmt: skip
def fund_loans() -> Gathered:
    """Lent to depositors (公积金个贷发放).

    期内发放的个人住房贷款金额之和，按发放日期计入，由元折算为亿元。
    """
    return Gathered(LENT, day="paid_on", measure="amount", per=IN_100_MILLION, city="city_code")


@indicator("data_gathering.fund_payers", zh="公积金缴存账户", unit="个", kind=FLOW, verbs=LANDED, permission=VIEW,
           steward=STEWARD)  # fmt: skip
def fund_payers() -> Gathered:
    """Accounts that were paid into (公积金缴存账户).

    期内有缴存的不同账户数，一个账户多次缴存计一次；各市、各月的账户数不能相加。
    """
    return Gathered(PAID_IN, day="paid_on", distinct="account_no", city="city_code")


@indicator("data_gathering.fund_employers", zh="公积金缴存单位", unit="个", kind=STOCK, verbs=LANDED, permission=VIEW,
           steward=STEWARD)  # fmt: skip
def fund_employers() -> Gathered:
    """Employers in the register (公积金缴存单位).

    期末缴存单位登记表中的不同单位数，按统一社会信用代码去重。
    """
    return Gathered(EMPLOYERS, distinct="uscc", city="city_code")


@indicator("data_gathering.fund_lending_share", zh="公积金贷缴比", unit=PERCENT, kind=RATIO, verbs=LANDED,
           permission=VIEW, steward=STEWARD, direction="band")  # fmt: skip
def fund_lending_share() -> Ratio:
    """Lent over paid in, same period (公积金贷缴比).

    同期口径：期内个贷发放额占缴存额的比例。注意：不是余额口径的个贷率。
    """
    return Ratio("data_gathering.fund_loans", "data_gathering.fund_deposits")
