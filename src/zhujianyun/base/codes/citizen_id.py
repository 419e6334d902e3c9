"""Citizen identity numbers (公民身份号码): 17 digits and a check character.

The division in the number is a soft finding and never a refusal: numbers are allotted later than
birth for older people, so a code younger than its bearer is normal. Only a code that had ended
before the year of birth is odd.

Source: GB 11643-1999; ISO 7064 MOD 11-2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.base.codes.checked import Checked, Finding, clean
from zhujianyun.base.errors import RuleBroken

_FIRST_BIRTH_YEAR = 1880  # nobody older was alive when the numbers were first given out
_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))


@dataclass(frozen=True, slots=True)
class Parts:
    """What an identity number says (身份号码所含信息); the division of 市辖区 codes is the city."""

    division: str
    born_on: date
    is_female: bool


def check(value: str, on: date | None = None) -> Checked:
    """The number in its normal form of 18 characters (身份号码校验).

    The old form of 15 digits becomes one of 18, with a finding that says so: the result is
    derived, the card itself never carried it. ``on``: today when not given.

    Raises:
        RuleBroken: empty, wrong length, a character that cannot be, no real birthday or one before
            1880, a birthday in the future, wrong check character.
    """
    number = clean(value)
    _refuse_wrong_form(number)
    findings: tuple[Finding, ...] = ()
    if len(number) == 15:
        number = from_fifteen(number)
        findings = (Finding("citizen_id.derived", "由 15 位旧号推算得出，请以现行证件核对"),)
    born_on = _birthday(number)
    if born_on > (on or clock.today()):
        raise RuleBroken("身份号码中的出生日期晚于今天，请核对", rule="citizen_id.future")
    if check_character(number[:17]) != number[17]:
        raise RuleBroken("身份号码校验不符，可能有一位录错，请对照证件核对", rule="citizen_id.check")
    return Checked(number, findings + _division_findings(number[:6], born_on.year))


def parts(number: str) -> Parts:
    """Division, birthday and sex of a number that passed :func:`check` (解析身份号码)."""
    return Parts(divisions.home(number[:6]), _birthday(number), int(number[16]) % 2 == 0)


def from_fifteen(number: str) -> str:
    """The 18-character form of an old 15-digit number: ``19`` after position 6, and the check (15 位转 18 位)."""
    body = number[:6] + "19" + number[6:]
    return body + check_character(body)


def check_character(body: str) -> str:
    """The 18th character of the first 17 digits (校验码)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def make(
    rng: Random, *, division: str = "450103", born_on: date | None = None, is_female: bool | None = None
) -> str:
    """A number of right form, of nobody in particular (生成样例号码); born 1955–2000 unless given."""
    born_on = born_on or date(1955, 1, 1) + timedelta(days=rng.randrange(365 * 45))
    serial = rng.randrange(1, 999)
    if is_female is not None and (serial % 2 == 0) != is_female:
        serial += 1
    body = f"{division}{born_on:%Y%m%d}{serial:03}"
    return body + check_character(body)


def _refuse_wrong_form(number: str) -> None:
    if not number:
        raise RuleBroken("请填写身份号码", rule="citizen_id.empty")
    if len(number) not in (15, 18):
        text = f"身份号码应为 18 位（旧证 15 位），现为 {len(number)} 位，请核对"
        raise RuleBroken(text, rule="citizen_id.length", length=len(number))
    if not re.fullmatch(r"[0-9]{15}|[0-9]{17}[0-9X]", number):
        raise RuleBroken("身份号码只含数字，仅 18 位号码的末位可为 X，请核对", rule="citizen_id.characters")


def _birthday(number: str) -> date:
    wrong = RuleBroken("身份号码中的出生日期不是真实日期，请核对", rule="citizen_id.birthday")
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise wrong from error
    if born_on.year < _FIRST_BIRTH_YEAR:
        raise wrong
    return born_on


def _division_findings(code: str, birth_year: int) -> tuple[Finding, ...]:
    known = divisions.years_of(code)
    if not known:
        return (Finding("citizen_id.division_unknown", "身份号码前 6 位不是已知的行政区划代码，请核对证件"),)
    if any(years.last is None or years.last >= birth_year for years in known):
        return ()
    text = f"身份号码所载区划代码（{known[-1].name}）已于 {known[-1].last} 年停用，早于出生年份，请核对证件"
    return (Finding("citizen_id.division_ended", text),)
