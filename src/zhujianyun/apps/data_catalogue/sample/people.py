"""Who acts in the demo (演示人员): the manager of the catalogue, and one editor for each provider."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions, queries
from zhujianyun.kernel.access.models import Membership, Office

SINCE = date(2020, 1, 1)
SURNAMES, GIVEN = "李罗吴周苏唐莫何黎石邓施", ("思远", "雅琴", "立新", "春梅", "永强", "玉兰", "家明", "秋霞")


@dataclass(frozen=True, slots=True)
class People:
    """The manager, and the editors by the code of their office (人员)."""

    manager: access.Actor
    editors: dict[str, access.Actor]
    offices: dict[str, Office]


def gather(providers: Iterable[str]) -> People:
    """Whoever holds a post already acts in the play as well; missing ones are opened (准备人员)."""
    access.sync_roles()
    officers = _officers()
    if not Office.objects.filter(kind=Office.Kind.DIVISION).exists():
        actions.open_offices_from_divisions(by=officers["system"])
    offices = {office.code: office for office in Office.objects.filter(division_code="450000")}
    manager = _holder("publisher", offices["450000"], "catalogue.manager", "钟文渊", officers)
    editors = {
        code: _holder("editor", offices[code], f"catalogue.{code[7:]}", _name(place), officers)
        for place, code in enumerate(sorted(set(providers)))
    }
    return People(manager, editors, offices)


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
    code = f"data_catalogue.{role}"
    held = Membership.objects.filter(role__code=code, office=office, is_void=False).select_related("account")
    first = held.order_by("account_id").first()
    if first is not None:
        return access.actor(first.account)
    account = actions.open_account(username, name, by=officers["system"], password=None)
    actions.grant_role(account, code, office, by=officers["security"], valid_from=SINCE)
    return access.actor(account)


def _name(place: int) -> str:
    return SURNAMES[place % len(SURNAMES)] + GIVEN[place % len(GIVEN)]
