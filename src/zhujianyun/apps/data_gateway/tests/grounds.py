"""A department with tables, a city bureau that reads them, and who acts (测试场景)."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import SYSTEM, actions
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Grant, Mount
from zhujianyun.kernel.system.models import BusinessSystem

ITEMS = (
    Item("permit_no", "证书编号"),
    Item("holder_name", "持证单位"),
    Item("city_code", "所在市"),
    Item("id_no", "身份证号", sensitivity="personal", mask="id_card"),
    Item("phone", "联系电话", sensitivity="personal", mask="phone"),
)
FOUNDED = clock.at_local(date(2020, 1, 2), 9)
OPENED = clock.at_local(date(2020, 6, 1), 9)


def officers() -> dict[str, access.Actor]:
    """The three officers (三员)."""
    access.sync_roles()
    founders = {
        duty: actions.Founder(f"{duty}.officer", duty, password=None)
        for duty in ("system", "security", "audit")
    }
    return {name: access.actor(duty.account) for name, duty in actions.found_platform(**founders).items()}


def department(tables: int = 5) -> Office:
    """The department, two divisions, two cities, so many mounted tables (厅)."""
    with clock.standing(FOUNDED) as time:
        officers()
        root = Office.objects.create(
            code="450000", name="自治区住房和城乡建设厅", kind="province", division_code="450000"
        )
        for code, name, kind in (
            ("450000-zfbz", "住房保障处", "division"),
            ("450000-jzsc", "建筑市场监管处", "division"),
            ("450100", "南宁市住房和城乡建设局", "city"),
            ("450200", "柳州市住房和城乡建设局", "city"),
        ):
            Office.objects.create(code=code, name=name, kind=kind, parent=root, division_code=code[:6])
        time.move_to(OPENED)
        for number in range(tables):
            table(number)
    return root


def table(number: int = 0) -> Mount:
    """An entry with a mounted table (库表)."""
    provider = Office.objects.get(code="450000-jzsc")
    system, _ = BusinessSystem.objects.get_or_create(
        code="market", defaults={"name": "建筑市场监管平台", "owner": provider, "authority": "housing"}
    )
    entry = resources.enter(
        f"206003/{number + 1:06d}", f"施工许可{number}", provider, by=SYSTEM, system=system
    )
    content = resources.Draft(
        title=entry.title, abstract="施工许可证的发放情况", class_path="主题/城乡建设", items=ITEMS,
        share_condition="因履行职责需要",
    )  # fmt: skip
    resources.publish(entry, content, by=SYSTEM)
    columns = [{"name": item.code, "type": "text", "nullable": item.code != "permit_no"} for item in ITEMS]
    dataset = resources.register_dataset(
        f"permits-{number}", f"施工许可{number}", system, columns, ["permit_no"], by=SYSTEM
    )
    binding = {item.code: item.code for item in ITEMS}
    return resources.mount_table(
        entry, dataset, binding, code=f"permits-{number}-table", title=f"施工许可库表{number}", by=SYSTEM
    )


def grant(mount: Mount, consumer: Office, **more: Any) -> Grant:
    """A grant on a mount for the year (授权)."""
    given = {
        "items": ("permit_no", "holder_name", "id_no"), "purpose": "施工许可核验", "legal_basis": "《建筑法》第七条",
        "valid_from": clock.at_local(date(2020, 6, 1)), "valid_until": clock.at_local(date(2021, 6, 1)),
        "quota": {"per_second": 10, "per_day": 1000},
    }  # fmt: skip
    decision = resources.Decision(consumer=consumer, **{**given, **more})
    return resources.issue_grant(mount, decision, code=f"G-{mount.pk}-{consumer.code}", by=SYSTEM)
