"""A town with a bureau, people who apply, two small processes (测试夹具)."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from zhujianyun.base import clock
from zhujianyun.base.codes import citizen_id, project_code, uscc
from zhujianyun.kernel import case
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.load import load_file
from zhujianyun.ui.hall.applying import judges
from zhujianyun.ui.manifest import Judge

PLAYS = Path(__file__).parent / "plays"
MONDAY = date(2020, 3, 2)
PASSWORD = "Yongjiang-2020-Bridge"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LARGE_M2 = 10_000
_keys = itertools.count()


@dataclass
class Town:
    """The bureau, and everybody who comes to its hall (测试城市)."""

    office: Any
    time: Any
    rng: random.Random = field(default_factory=lambda: random.Random(7))

    def person(self, name: str = "韦小兰", phone: str = "", number: str = "") -> Any:
        """A registered applicant."""
        from zhujianyun.ui.hall.people import registering

        phone = phone or f"139{next(_keys):08}"
        number = number or citizen_id.make(self.rng)
        made = registering.register(registering.checked(name, number, phone, PASSWORD, PASSWORD))
        assert made is not None
        return made

    def firm(self, person: Any, name: str = "南宁某建设有限公司") -> Any:
        """An enterprise that a person administers."""
        from zhujianyun.ui.hall.models import Agency
        from zhujianyun.ui.hall.people import enterprises

        agency = enterprises.claim(person, uscc.make(self.rng), name, person.subject.name)
        Agency.objects.filter(pk=agency.pk).update(state=Agency.State.ACTIVE)
        return agency.enterprise

    def visitor(self, person: Any, subject: Any = None) -> Any:
        """The person as he stands in the hall."""
        from zhujianyun.ui.hall import visiting

        return visiting._standing(person, getattr(subject, "pk", None))

    def browser(self, person: Any) -> Client:
        """A browser in which he is signed in."""
        from zhujianyun.ui.hall.people import account

        client = Client()
        typed = {"account": account.phone_of(person), "password": PASSWORD}
        assert client.post("/hall/signin/", typed).status_code == 302
        return client

    def code(self) -> str:
        """A project code of 青秀区."""
        return project_code.make(self.rng, MONDAY, division="450103")

    def values(self, **more: str) -> dict[str, str]:
        """A form filled in rightly."""
        typed = {
            "project_code": self.code(),
            "project_name": "凤岭大厦",
            "area_m2": "12000",
            "promised": "true",
        }
        return {f"subject.{name}": value for name, value in (typed | more).items()}

    def draft(self, visitor: Any, process: str = "review", *, files: bool = True, **values: str) -> Any:
        """A draft, filled in, with its documents."""
        from zhujianyun.ui.hall.applying import drafting

        row = drafting.start(visitor, process, self.values(**values))
        return self.documented(row) if files else row

    def documented(self, row: Any) -> Any:
        """The application with a file in every slot."""
        from zhujianyun.base import files
        from zhujianyun.ui.hall.applying import handing_in, slots

        definition = handing_in.definition_of(row)
        allowed = slots.of(row, definition, handing_in.action_of(row, definition))
        for slot in allowed:
            slots.put(row, slot.key, files.put(PDF, name=f"{slot.number}.pdf"), allowed)
        return row

    def handed_in(self, visitor: Any, **values: str) -> Any:
        """A case that waits for acceptance."""
        from zhujianyun.ui.hall.applying import handing_in

        return handing_in.hand_in(self.draft(visitor, **values), visitor)

    def officer(self, *roles: str) -> Actor:
        """An officer of the bureau."""
        from zhujianyun.kernel.access.models import Account

        account, _ = Account.objects.get_or_create(username="officer", defaults={"name_zh": "张三"})
        held = frozenset((f"office.{role}", self.office.pk) for role in roles)
        return Actor(key=account.key, name_zh="张三", kind="account", account_id=account.pk, roles=held)

    def act(self, one: Any, action: str, role: str = "clerk", **more: Any) -> Any:
        """An officer acts."""
        return case.act(
            one, action, by=self.officer(role), expected_version=one.version, key=f"officer-{next(_keys)}", **more
        )  # fmt: skip

    def supplementing(self, visitor: Any, gaps: str = "1.缺少规划许可；2.图纸未签章") -> Any:
        """A case of which the clerk has told the gaps."""
        one = self.handed_in(visitor)
        self.act(one, "supplement", facts={"action": {"gaps": gaps}})
        return one


@pytest.fixture
def hall_plays(monkeypatch):
    """The two small processes, and nothing else, are on offer; large is what exceeds 10,000 ㎡."""
    for name in ("rules", "effects", "_tables", "_definitions"):
        monkeypatch.setattr(registry, name, {})

    def judge(facts, day):  # noqa: ANN001, ANN202
        subject = dict(facts.get("subject") or {})
        return {**facts, "subject": {**subject, "large": float(subject.get("area_m2") or 0) > LARGE_M2}}

    known = Judge(judge, ("subject.area_m2",))
    monkeypatch.setattr(judges, "_judges", {"review": known, "report": known})
    return {file.stem: registry.add(load_file(file, "office")) for file in sorted(PLAYS.glob("*.yaml"))}


@pytest.fixture
def town(db, hall_plays) -> Any:
    """It is Monday 2020-03-02, nine in the morning, in Nanning."""
    from zhujianyun.kernel.access.models import Office

    with clock.standing(clock.at_local(MONDAY, 9)) as time:
        root, _ = Office.objects.get_or_create(
            code="450000", defaults={"name": "自治区住建厅", "kind": "province"}
        )
        office = Office.objects.create(
            code="nn", name="南宁市住建局", kind="city", parent=root, division_code="450100"
        )
        yield Town(office, time)


def version_on(page: str) -> str:
    """The version that a form was shown with (页面版本号)."""
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found.group(1)


@pytest.fixture(name="version_on")
def _version_on():
    return version_on
