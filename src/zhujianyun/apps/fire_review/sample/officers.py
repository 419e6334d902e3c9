"""The officers of the play (演示人员): clerks, reviewers, inspectors, chiefs and draws in 14 city bureaux.

Accounts are opened by the system officer and rights granted by the security officer, as in life; an
empty platform is founded first. Accounts that the play opens have no password: nobody signs in as
them. Accounts that stand there before, such as those of a demo, do their part of the work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random

from django.db import transaction

from zhujianyun.apps.fire_review.sample import works
from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions, queries
from zhujianyun.kernel.access.models import Membership, Office

POSTS = {"clerk": 2, "reviewer": 2, "insp": 4, "chief": 1, "draw": 1, "witness": 2}
SINCE = date(2020, 1, 1)


@dataclass(slots=True)
class Bureau:
    """A city bureau and who works there (市级主管部门)."""

    office: Office
    people: dict[str, list[access.Actor]] = field(default_factory=dict)

    def one(self, role: str, turn: int) -> access.Actor:
        """Whose turn it is (轮到谁)."""
        people = self.people[role]
        return people[turn % len(people)]


@transaction.atomic
def bureaux(cities: Iterable[str], seed: int) -> dict[str, Bureau]:
    """The bureaux with their officers, opened where they are missing (准备市级部门和人员)."""
    access.sync_roles()
    officers = _three_officers()
    if not Office.objects.filter(kind=Office.Kind.CITY).exists():
        actions.open_offices_from_divisions(by=officers["system"])
    offices = {office.division_code: office for office in Office.objects.filter(kind=Office.Kind.CITY)}
    found = {city: Bureau(offices[city]) for city in cities}
    for city, bureau in found.items():
        _people(bureau, city, Random(f"{seed}:people:{city}"), officers)
    return found


def _three_officers() -> dict[str, access.Actor]:
    present = {duty.duty: duty.account for duty in queries.officers().select_related("account")}
    if not present:
        names = {"system": "系统管理员", "security": "安全管理员", "audit": "审计管理员"}
        founders = {duty: actions.Founder(f"{duty}.officer", zh, password=None) for duty, zh in names.items()}
        actions.found_platform(**founders)
        present = {duty.duty: duty.account for duty in queries.officers().select_related("account")}
    return {duty: access.actor(account) for duty, account in present.items()}


def _people(bureau: Bureau, city: str, rng: Random, officers: dict[str, access.Actor]) -> None:
    """Whoever holds a post already works in the play as well; missing ones are opened."""
    for role, count in POSTS.items():
        code = f"fire_review.{role}"
        held = Membership.objects.filter(role__code=code, office=bureau.office, is_void=False)
        accounts = [row.account for row in held.select_related("account").order_by("account_id")]
        for number in range(1, count + 1):
            name = works.person_name(rng)
            if number > len(accounts):
                username = f"fire.{city}.{role}{number}"
                account = actions.open_account(username, name, by=officers["system"], password=None)
                actions.grant_role(account, code, bureau.office, by=officers["security"], valid_from=SINCE)
                accounts.append(account)
        bureau.people[role] = [access.actor(account, clock.today()) for account in accounts[:count]]
