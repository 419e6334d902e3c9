"""Who acts in the demo (演示人员): the centre, and one officer for each division that owns a system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zhujianyun.apps.asset_inventory.sample import catalogue
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions, queries
from zhujianyun.kernel.access.models import Account, Membership, Office

SINCE = date(2020, 1, 1)
DEPARTMENT = "450000"  # by its code: other departments are province offices too
SURNAMES, GIVEN = "韦覃黄陆蒙农梁甘廖卢谢潘", ("志远", "文静", "国强", "晓燕", "建平", "丽萍", "海涛", "雪莲")


@dataclass(frozen=True, slots=True)
class People:
    """The centre and the officers of the divisions by the code of their office (人员)."""

    centre: access.Actor
    divisions: dict[str, access.Actor]
    offices: dict[str, Office]


def gather() -> People:
    """Whoever holds a post already acts in the play as well; missing ones are opened (准备人员)."""
    access.sync_roles()
    officers = _officers()
    if not Office.objects.filter(kind=Office.Kind.DIVISION).exists():
        actions.open_offices_from_divisions(by=officers["system"])
    offices = {office.code: office for office in Office.objects.filter(division_code=DEPARTMENT)}
    centre = _holder("centre", offices[DEPARTMENT], "inventory.centre", "钟明远", officers)
    owners = sorted({one.office for one in catalogue.systems()})
    return People(
        centre,
        {
            code: _holder("division", offices[code], f"inventory.{code[7:]}", _name(place), officers)
            for place, code in enumerate(owners)
        },
        offices,
    )


def _officers() -> dict[str, access.Actor]:
    duties = list(queries.officers().select_related("account"))
    if not duties:
        names = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}
        actions.found_platform(
            **{duty: actions.Founder(f"{duty}.officer", zh, password=None) for duty, zh in names.items()}
        )
        duties = list(queries.officers().select_related("account"))
    return {duty.duty: access.actor(duty.account) for duty in duties}


def _holder(
    role: str, office: Office, username: str, name: str, officers: dict[str, access.Actor]
) -> access.Actor:
    code = f"asset_inventory.{role}"
    held = Membership.objects.filter(role__code=code, office=office, is_void=False).select_related("account")
    first = held.order_by("account_id").first()
    if first is not None:
        return access.actor(first.account)
    account: Account = actions.open_account(username, name, by=officers["system"], password=None)
    actions.grant_role(account, code, office, by=officers["security"], valid_from=SINCE)
    return access.actor(account)


def _name(place: int) -> str:
    return SURNAMES[place % len(SURNAMES)] + GIVEN[place % len(GIVEN)]
