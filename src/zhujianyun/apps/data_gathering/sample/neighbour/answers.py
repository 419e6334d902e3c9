"""What the three departments know (三部门所知): of the people and firms that the simulated systems name.

The answer follows from the code alone, so it is the same whenever asked, and a spouse's spouse is the
one who was asked for.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from zhujianyun.apps.data_gathering.sample import codes, rows, words
from zhujianyun.apps.data_gathering.sample.draws import drawn
from zhujianyun.base.codes import citizen_id, divisions, uscc
from zhujianyun.base.errors import NotFound

_STATES = ("未婚", "离异", "丧偶")
_STATUS = ("存续", "存续", "存续", "存续", "存续", "存续", "存续", "吊销", "注销", "迁出")
_KINDS = ("养老", "医疗", "失业", "工伤", "生育")
Answer = dict[str, Any]


def marriage(number: str) -> Answer:
    """What 民政 knows of a person's marriage (婚姻登记信息).

    Raises:
        RuleBroken: for what is no identity number.
        NotFound: for a person who is in no register.
    """
    person = _person(number)
    couple, draw = person // 2, _one(person // 2, 100, "married")
    born = max(citizen_id.parts(_id(one)).born_on for one in (couple * 2, couple * 2 + 1))
    wed_on = born + timedelta(days=365 * 22 + _one(couple, 3_000, "wed"))
    if draw < 68 and wed_on <= date(2020, 12, 31):
        spouse = person ^ 1
        return _of_person(person) | {
            "state": "已婚", "registered_on": str(wed_on), "authority": f"{_home(couple * 2)}民政局",
            "spouse_name": _name(spouse), "spouse_id_no": _id(spouse),
        }  # fmt: skip
    return _of_person(person) | {
        "state": _STATES[_one(person, 100, "single") // 80 + (draw % 2 if draw > 90 else 0)]
    }


def insurance(number: str) -> Answer:
    """What 人社 knows of a person's social insurance (社会保险参保信息); raises as `marriage`."""
    person = _person(number)
    if _one(person, 10, "insured") == 0:
        return _of_person(person) | {"state": "未参保", "kinds": [], "paid_months": 0}
    firm = _one(person, rows.FIRMS, "employer")
    paused = _one(person, 12, "paused") == 0
    return _of_person(person) | {
        "state": "中断" if paused else "正常参保", "kinds": list(_KINDS[: 3 + _one(person, 3, "kinds")]),
        "paid_months": 6 + _one(person, 300, "months"), "last_paid": "2020-08" if paused else "2020-12",
        "employer_uscc": _code(firm), "employer_name": _firm_name(firm),
    }  # fmt: skip


def enterprise(code: str) -> Answer:
    """What 市场监管 knows of a firm (企业登记信息).

    Raises:
        RuleBroken: for what is no social credit code.
        NotFound: for a firm that is not registered here.
    """
    value = uscc.check(code).value
    firm = codes.firm_of(value) if value.startswith("91") else -1
    if firm < 0 or firm % 1_000_000 >= rows.PEOPLE or firm >= 12_000_000 or _code(firm) != value:
        raise NotFound("没有该市场主体的登记信息。", rule="market.unknown")
    founded = date(1992, 1, 1) + timedelta(days=_one(firm, 10_000, "founded"))
    return {
        "uscc": value, "name": _firm_name(firm), "status": _STATUS[_one(firm, len(_STATUS), "status")],
        "legal_person": words.person_names(np.array([firm + 2_000_000]))[0].as_py(),
        "registered_capital": f"{(1 + _one(firm, 200, 'capital')) * 50}.00", "currency": "人民币（万元）",
        "founded_on": str(founded), "authority": f"{divisions.name(value[2:8], codes.ON)}市场监督管理局",
    }  # fmt: skip


def _person(number: str) -> int:
    value = citizen_id.check(number).value
    known = int(value[:6]) in set(codes.COUNTIES.tolist()) and 1955 <= int(value[6:10]) <= 1999
    person = codes.person_of(value) if known else -1
    if not 0 <= person < 2 * rows.PEOPLE or _id(person) != value:
        raise NotFound("没有该人员的登记信息。", rule="person.unknown")
    return person


def _of_person(person: int) -> Answer:
    return {"id_no": _id(person), "name": _name(person), "as_of": "2020-12-31"}


def _one(number: int, below: int, *what: object) -> int:
    return int(drawn(np.array([number]), below, "department", *what)[0])


def _id(person: int) -> str:
    return str(codes.citizen_ids(np.array([person]))[0].as_py())


def _name(person: int) -> str:
    return str(words.person_names(np.array([person]))[0].as_py())


def _home(person: int) -> str:
    return divisions.name(_id(person)[:6], codes.ON)


def _code(firm: int) -> str:
    return str(codes.usccs(np.array([firm]))[0].as_py())


def _firm_name(firm: int) -> str:
    return str(words.firm_names(np.array([firm % 1_000_000]), firm // 1_000_000)[0].as_py())
