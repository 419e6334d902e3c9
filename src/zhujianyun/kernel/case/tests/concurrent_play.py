"""Played by several processes at once in the tests (并发演练): submits cases, prints their numbers.

ZJY_VAR=folder python concurrent_play.py setup | play NAME COUNT | race NUMBER_OF_CASE
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhujianyun.kernel.case.tests.settings")


def main(verb: str, *rest: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from zhujianyun.base import clock
    from zhujianyun.kernel.case.definition import registry
    from zhujianyun.kernel.case.definition.load import load_file

    plays = Path(__file__).parent / "plays"
    registry.add(load_file(plays / "permit.yaml", "office"))
    registry.add(load_file(plays / "permit_special.yaml", "office"))
    if verb == "setup":
        call_command("migrate", verbosity=0, skip_checks=True)
    with clock.standing(clock.at_local(date(2020, 3, 2), 9)):
        {"setup": setup, "play": play, "race": race}[verb](*rest)


def setup() -> None:
    from zhujianyun.kernel.access.models import Account, Office
    from zhujianyun.kernel.subject.models import Subject

    province = Office.objects.create(code="gx", name="厅", kind="province")
    Office.objects.create(code="nn", name="局", kind="city", parent=province)
    Subject.objects.create(kind="enterprise", name="某公司")
    for name in ("one", "two"):
        Account.objects.create(username=f"officer-{name}", name_zh=f"科员{name}")


def play(name: str, count: str) -> None:
    from zhujianyun.kernel import access, case
    from zhujianyun.kernel.access.models import Office
    from zhujianyun.kernel.subject.models import Subject

    office, owner = Office.objects.get(code="nn"), Subject.objects.get()
    by = access.subject_actor(owner.pk, owner.name)
    for n in range(int(count)):
        facts = {"subject": {"project_code": f"{name}-{n}", "large": True}}
        one = case.open_("permit", by=by, office=office, applicant=owner, facts=facts, division_code="450103")
        case.act(one, "submit", by=by, expected_version=0, key="s", documents=["申请表"])
        print(one.number, flush=True)


def race(name: str, number: str) -> None:
    from zhujianyun.base.errors import Conflict
    from zhujianyun.kernel import access, case
    from zhujianyun.kernel.access.models import Account
    from zhujianyun.kernel.case import queries

    account = Account.objects.get(username=f"officer-{name}")
    one = queries.by_number(number)
    by = access.Actor(
        key=account.key, name_zh=account.name_zh, kind="account", account_id=account.pk,
        roles=frozenset({("office.clerk", one.office_id)}),
    )  # fmt: skip
    one.version = 1  # both have read the case before either acts
    try:
        case.act(one, "accept", by=by, expected_version=1, key=f"race-{name}")
        print("won")
    except Conflict as lost:
        print("lost", lost.message_zh)


if __name__ == "__main__":
    main(*sys.argv[1:])
