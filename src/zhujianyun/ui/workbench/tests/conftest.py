"""A city bureau with real accounts, two small processes and cases that can be clicked through (测试夹具)."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from zhujianyun.base import clock
from zhujianyun.kernel import access, case
from zhujianyun.kernel.access import registry as rights
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.load import load_file

APP = "office"
PLAYS = Path(__file__).parent / "plays"
MONDAY = date(2020, 3, 2)
ROLES = {
    "clerk": "受理人员",
    "rev": "审查人员",
    "chief": "负责人",
    "draw": "抽取员",
    "witness": "见证人",
    "insp": "检查人员",
}
_keys = itertools.count()


@dataclass
class Bureau:
    """An office, whoever works there, and whoever builds there (测试单位)."""

    office: Any
    other: Any
    owner: Any
    people: dict[str, Any] = field(default_factory=dict)

    def account(self, name: str, *roles: str, office: Any = None) -> Any:
        """An open account with roles of the app, here unless told."""
        from zhujianyun.kernel.access.models import Account, Membership, Role

        found = self.people.get(name)
        if found is None:
            found = self.people[name] = Account.objects.create(
                username=f"user{len(self.people)}", name_zh=name
            )
            for role in roles:
                row = Role.objects.get(code=f"{APP}.{role}")
                Membership.objects.create(
                    account=found, role=row, office=office or self.office, valid_from=date(2020, 1, 1)
                )
        return found

    def actor(self, name: str, *roles: str) -> Any:
        """The same person as the engine knows him."""
        return access.actor(self.account(name, *roles))

    def browser(self, name: str, *roles: str, office: Any = None) -> Client:
        """A browser in which this person is signed in."""
        client = Client()
        client.force_login(
            self.account(name, *roles, office=office),
            backend="zhujianyun.kernel.access.backends.AccountBackend",
        )
        return client

    def draft(self, process: str = "permit", **subject: Any) -> Any:
        """A draft of the owner."""
        facts = {"subject": {"project_code": f"P-{next(_keys)}", **subject}}
        return case.open_(
            process, by=access.subject_actor(self.owner.pk, self.owner.name), office=self.office, applicant=self.owner,
            facts=facts, division_code="450103", title="青秀区某住宅楼",
        )  # fmt: skip

    def submitted(self, process: str = "permit", **subject: Any) -> Any:
        """A case that waits for acceptance."""
        one = self.draft(process, **subject)
        self.act(one, "submit", access.subject_actor(self.owner.pk, self.owner.name), documents=["申请表"])
        return one

    def accepted(self, **subject: Any) -> Any:
        """A case under review."""
        one = self.submitted(**subject)
        self.act(one, "accept", self.actor("张三", "clerk"))
        return one

    def act(self, one: Any, action: str, by: Any, **more: Any) -> Any:
        """One act with a key of its own."""
        return case.act(one, action, by=by, expected_version=one.version, key=f"key-{next(_keys)}", **more)


@pytest.fixture
def standing():
    """It is Monday 2020-03-02, nine in the morning; the clock moves when told."""
    with clock.standing(clock.at_local(MONDAY, 9)) as now:
        yield now


@pytest.fixture
def plays(monkeypatch):
    """The two small processes, and nothing else, are registered."""
    for name in ("rules", "effects", "_tables", "_definitions"):
        monkeypatch.setattr(registry, name, {})
    registry.add_table("test_ratio", PLAYS / "test_ratio.csv")
    return {file.stem: registry.add(load_file(file, APP)) for file in sorted(PLAYS.glob("*.yaml"))}


@pytest.fixture
def trade(monkeypatch):
    """Roles of the small office; every one of them may look."""
    register = rights.founded()
    register.add_permission("case.view", "查看办件", "case")
    register.add_permission("case.enter_for_applicant", "代申请人登记", "case")
    register.add_permission(f"{APP}.view_cases", "查看办件", APP)
    register.add_permission(f"{APP}.view_screens", "查看大屏", APP)
    register.add_permission("case.assign_tasks", "分派任务", "case")
    register.add_permission("case.backdate", "补录办理时间", "case")
    leads = ("case.assign_tasks", "case.backdate", "access.arrange_substitutes")
    register.add_role(f"{APP}.boss", "局领导", [f"{APP}.view_cases", *leads])
    for role, zh in ROLES.items():
        register.add_role(f"{APP}.{role}", zh, [f"{APP}.view_cases"])
    register.add_role(f"{APP}.leader", "领导", [f"{APP}.view_cases"])
    register.add_role(f"{APP}.desk", "窗口", [f"{APP}.view_cases", "case.enter_for_applicant"])
    for module in (rights, access.actors, access.guard):
        monkeypatch.setattr(module, "register", register)


@pytest.fixture
def bureau(db, standing, trade, plays) -> Bureau:
    """The bureau of Nanning, that of Liuzhou beside it, and an owner who builds."""
    from zhujianyun.kernel.access.models import Office
    from zhujianyun.kernel.subject.models import Subject

    rights.sync_roles()
    root, _ = Office.objects.get_or_create(code="gx", defaults={"name": "自治区住建厅", "kind": "province"})
    here = Office.objects.create(
        code="nn", name="南宁市住建局", kind="city", parent=root, division_code="450100"
    )
    there = Office.objects.create(
        code="lz", name="柳州市住建局", kind="city", parent=root, division_code="450200"
    )
    owner = Subject.objects.create(kind="enterprise", name="广西某建设有限公司", division_code="450103")
    return Bureau(here, there, owner)


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of an action's form: version and key (表单隐藏项)."""
    form = re.search(rf'<form[^>]*act/{action}/".*?</form>', page, re.S)
    assert form, f"no form for {action}"
    return {name: re.search(rf'name="{name}" value="([^"]*)"', form[0])[1] for name in ("version", "key")}


@pytest.fixture(name="hidden")
def _hidden():
    return hidden
