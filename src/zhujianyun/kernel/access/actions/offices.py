"""Offices opened and closed: the system officer's verbs (单位)."""

from __future__ import annotations

import csv
from pathlib import Path

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access.actions.recording import act
from zhujianyun.kernel.access.actors import Actor
from zhujianyun.kernel.access.models import Membership, Office

DEPARTMENT = Path(__file__).resolve().parents[3] / "data" / "department_offices.csv"
BUREAU = "住房和城乡建设局"


def open_office(
    code: str, name: str, kind: str, *, by: Actor, parent: Office | None = None, division_code: str = ""
) -> Office:
    """Open an office (设立单位).

    Raises:
        NotAllowed: without the permission.
        RuleBroken: for a code that is taken, an unknown kind, or a parent where none may be.
    """
    with act("access.open_office", by=by, on=("office", code)) as note:
        if Office.objects.filter(code=code).exists():
            raise RuleBroken(
                f"单位代码 {code} 已被使用，请换一个。", rule="access.office_code_once", code=code
            )
        if kind not in Office.Kind.values:
            raise RuleBroken(f"没有“{kind}”这类单位。", rule="access.office_kind")
        if (kind == Office.Kind.PROVINCE) != (parent is None):
            raise RuleBroken("自治区厅没有上级单位，其他单位须有上级单位。", rule="access.office_parent")
        office = Office.objects.create(
            code=code, name=name, kind=kind, parent=parent, division_code=division_code
        )
        note.says(code=code, name=name, kind=str(kind), parent=parent.code if parent else "")
    return office


def close_office(office: Office, *, by: Actor, reason: str) -> Office:
    """Close an office that nobody belongs to any more (停用单位).

    Raises:
        NotAllowed: without the permission.
        RuleBroken: while somebody holds a role there or an office below is open.
    """
    with act("access.close_office", by=by, on=("office", office.code), reason=reason):
        today = clock.today()
        held = Membership.objects.filter(office=office, is_void=False).exclude(valid_to__lt=today)
        if held.exists() or office.children.filter(is_open=True).exists():
            raise RuleBroken("该单位仍有任职人员或下级单位，请先收回或停用。", rule="access.office_empty")
        office.is_open = False
        office.save(update_fields=["is_open"])
    return office


def open_offices_from_divisions(*, by: Actor) -> list[Office]:
    """Open the department with its 处室, 14 city and 111 county bureaux of today (按区划设立单位).

    Codes that exist are passed over, so it may run again after a change of divisions.

    Raises:
        NotAllowed: without the permission.
    """
    from zhujianyun.base.codes import divisions

    today = clock.today()
    known = {office.code: office for office in Office.objects.all()}
    opened: list[Office] = []

    def ensure(code: str, name: str, kind: str, parent: Office | None, division: str) -> Office:
        if code not in known:
            known[code] = open_office(code, name, kind, by=by, parent=parent, division_code=division)
            opened.append(known[code])
        return known[code]

    root: Office | None = None
    for row in department_offices():
        head = ensure(row["code"], row["name"], row["kind"], root, row["division_code"])
        root = root or head
    for city in divisions.cities():
        bureau = ensure(city.code, f"{city.name}{BUREAU}", Office.Kind.CITY, root, city.code)
        for county in divisions.counties(city.code, today):
            ensure(county.code, f"{county.name}{BUREAU}", Office.Kind.COUNTY, bureau, county.code)
    return opened


def department_offices() -> list[dict[str, str]]:
    """The department and its 处室 as shipped, the department first (厅机关处室)."""
    with DEPARTMENT.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
