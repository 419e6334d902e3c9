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
    duties = officers()
    if not Office.objects.filter(kind=Office.Kind.DIVISION).exists():
        actions.open_offices_from_divisions(by=duties["system"])
    offices = {office.code: office for office in Office.objects.filter(division_code="450000")}
    manager = holder("publisher", offices["450000"], "catalogue.manager", "钟文渊", duties)
    editors = {
        code: holder("editor", offices[code], f"catalogue.{code[7:]}", _name(place), duties)
        for place, code in enumerate(sorted(set(providers)))
    }
    return People(manager, editors, offices)


def officers() -> dict[str, access.Actor]:
    """The three officers, founded when there are none (三员)."""
    duties = list(queries.officers().select_related("account"))
    if not duties:
        names = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}
        actions.found_platform(
            **{duty: actions.Founder(f"{duty}.officer", zh, password=None) for duty, zh in names.items()}
        )
        duties = list(queries.officers().select_related("account"))
    return {duty.duty: access.actor(duty.account) for duty in duties}


def holder(
    role: str, office: Office, username: str, name: str, duties: dict[str, access.Actor]
) -> access.Actor:
    """Whoever holds a role of the catalogue at an office, opened when nobody does (任职人员)."""
    code = f"data_catalogue.{role}"
    held = Membership.objects.filter(role__code=code, office=office, is_void=False).select_related("account")
    first = held.order_by("account_id").first()
    if first is not None:
        return access.actor(first.account)
    account = actions.open_account(username, name, by=duties["system"], password=None)
    actions.grant_role(account, code, office, by=duties["security"], valid_from=SINCE)
    return access.actor(account)


def _name(place: int) -> str:
    return SURNAMES[place % len(SURNAMES)] + GIVEN[place % len(GIVEN)]
