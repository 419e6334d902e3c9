"""Investment project codes, new and old, and project numbers (投资项目代码、项目编号).

New form: 4 time (YYMM) + 6 division + 2 guiding department + 2 project type + 5 random + 1 check =
20 digits, printed in five groups 4-6-2-2-6. Old form, before November 2020: the year in place of
YYMM and no check. The check algorithm is not public: **only the form is verified**, and the
result says so (``check = "not verified"``).

Source: GB/T 40058-2021; the meaning of the time group and of the old form: to be confirmed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from random import Random

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.base.codes.checked import Checked, Finding, clean
from zhujianyun.base.errors import RuleBroken

NEW_FORM_SINCE = date(2020, 11, 1)
_GROUPS = (4, 6, 2, 2, 6)


@dataclass(frozen=True)
class CheckedProject(Checked):
    """A project code that has the right form (项目代码校验结果): ``form`` is new, old or unknown."""

    form: str = "unknown"
    check: str = "not verified"


def check(value: str, on: date | None = None) -> CheckedProject:
    """The code in its printed form ``4-6-2-2-6`` (投资项目代码校验). ``on``: today when not given.

    Raises:
        RuleBroken: empty, other characters than digits, wrong number of digits, wrong groups.
    """
    groups = _groups(clean(value, keep_hyphens=True))
    form = form_of(groups[0])
    findings = _time_findings(groups[0], form, on or clock.today()) + _division_findings(
        groups[0], groups[1], form
    )
    return CheckedProject("-".join(groups), findings, form)


def check_prj_num(value: str) -> Checked:
    """The 20-digit number of the ministry's project base (项目编号 PrjNum 校验): form and division only.

    Raises:
        RuleBroken: anything but 20 digits.
    """
    number = clean(value)
    if not re.fullmatch(r"[0-9]{20}", number):
        text = f"项目编号应为 20 位数字，现为 {len(number)} 位，请核对"
        raise RuleBroken(text, rule="prj_num.form", length=len(number))
    if divisions.years_of(number[:6]):
        return Checked(number)
    return Checked(number, (Finding("prj_num.division", "项目编号前 6 位不是已知的行政区划代码，请核对"),))


def form_of(time_group: str) -> str:
    """Which form the first four digits speak of: new, old or unknown (新旧代码判别).

    Months 01–12 from November 2020 mean the new form; 2015–2020 is an old year, as no month can be
    15 to 20. Source: practice, to be confirmed.
    """
    year, month = int(time_group[:2]), int(time_group[2:])
    if 1 <= month <= 12 and date(2000 + year, month, 1) >= NEW_FORM_SINCE:
        return "new"
    return "old" if 2015 <= int(time_group) <= 2020 else "unknown"


def make(
    rng: Random, day: date, *, division: str = "450100", department: str = "04", kind: str = "01"
) -> str:
    """A code of right form as allotted on ``day`` (生成样例代码); its last digit is no real check."""
    time_group = f"{day:%y%m}" if day >= NEW_FORM_SINCE else f"{day:%Y}"
    return f"{time_group}-{division}-{department}-{kind}-{rng.randrange(10**6):06}"


def make_prj_num(rng: Random, day: date, *, division: str = "450100") -> str:
    """A 20-digit project number of right form (生成样例项目编号)."""
    return f"{division}{day:%y%m%d}{rng.randrange(10**8):08}"


def _groups(code: str) -> tuple[str, ...]:
    digits = code.replace("-", "")
    if not digits:
        raise RuleBroken("请填写投资项目代码", rule="project_code.empty")
    if not re.fullmatch(r"[0-9]+", digits):
        raise RuleBroken("投资项目代码只含数字和连字符，请核对", rule="project_code.characters")
    if len(digits) != 20:
        text = f"投资项目代码应为 20 位数字，现为 {len(digits)} 位，请核对"
        raise RuleBroken(text, rule="project_code.length", length=len(digits))
    ends = [sum(_GROUPS[:place]) for place in range(len(_GROUPS) + 1)]
    groups = tuple(digits[start:end] for start, end in zip(ends, ends[1:], strict=False))
    if "-" in code and code != "-".join(groups):
        raise RuleBroken("投资项目代码应按 4-6-2-2-6 分为五组，请核对连字符位置", rule="project_code.groups")
    return groups


def _time_findings(time_group: str, form: str, on: date) -> tuple[Finding, ...]:
    if form == "unknown":
        return (Finding("project_code.time", "前 4 位既不是新代码的年月，也不是旧代码的年份，请核对"),)
    if (time_group > f"{on:%y%m}") if form == "new" else (int(time_group) > on.year):
        return (Finding("project_code.future", "代码中的赋码时间晚于今天，请核对"),)
    return ()


def _division_findings(time_group: str, code: str, form: str) -> tuple[Finding, ...]:
    known = divisions.years_of(code)
    if not known:
        return (Finding("project_code.division_unknown", "第 5 至 10 位不是已知的行政区划代码，请核对"),)
    if form == "unknown":
        return ()
    year = 2000 + int(time_group[:2]) if form == "new" else int(time_group)
    if any((years.first or 0) <= year <= (years.last or year) for years in known):
        return ()
    return (Finding("project_code.division_ended", f"区划代码 {code} 在 {year} 年并未使用，请核对"),)
