"""A bureau whose three small processes tell the public much, something, and nothing (测试夹具)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from zhujianyun.base import clock
from zhujianyun.kernel import access, case
from zhujianyun.kernel.access import registry as rights
from zhujianyun.kernel.case import draw as lots
from zhujianyun.kernel.case import draws
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.load import load_file

APP = "office"
PLAYS = Path(__file__).parent / "plays"
ROLES = {"clerk": "受理人员", "chief": "负责人", "draw": "抽取员", "witness": "见证人", "insp": "检查人员"}
_keys = itertools.count()


@dataclass
class Counter:
    """An office, and what can be brought to it (测试单位)."""

    office: Any

    def person(self, name: str, role: str) -> Any:
        """Somebody of the office, as the engine knows him."""
        from zhujianyun.kernel.access.models import Account, Membership, Role

        found, is_new = Account.objects.get_or_create(username=f"u-{role}-{len(name)}-{name}", name_zh=name)
        if is_new:
            row = Role.objects.get(code=f"{APP}.{role}")
            Membership.objects.create(
                account=found, role=row, office=self.office, valid_from=date(2020, 1, 1)
            )
        return access.actor(found)

    def brought(
        self, process: str, name: str, *, kind: str = "enterprise", project: str = "", **subject: Any
    ) -> Any:
        """A case handed in by an applicant, perhaps for a project."""
        from zhujianyun.kernel.subject.models import Subject

        owner = Subject.objects.create(kind=kind, name=name, division_code="450103")
        work = Subject.objects.create(kind="project", name=project) if project else None
        by = access.subject_actor(owner.pk, owner.name)
        phone = {} if process == "filing" else {"contact_phone": "13800138000"}
        facts = {"subject": {"project_code": f"P-{next(_keys)}", **phone, **subject}}
        one = case.open_(
            process, by=by, office=self.office, applicant=owner, project=work, facts=facts, division_code="450103",
            title="标题不公开",
        )  # fmt: skip
        return self.act(one, "submit", by)

    def granted(self, process: str, name: str, **more: Any) -> Any:
        """A case that was granted."""
        one = self.brought(process, name, **more)
        self.act(one, "accept", self.person("受理员", "clerk"))
        return self.act(one, "grant", self.person("负责人", "chief"))

    def act(self, one: Any, action: str, by: Any, **more: Any) -> Any:
        """One act with a key of its own."""
        case.act(one, action, by=by, expected_version=one.version, key=f"key-{next(_keys)}", **more)
        return one

    def frozen(self, count: int = 6) -> Any:
        """A draw whose list is frozen."""
        for n in range(count):
            self.brought("filing", f"申报公司{n}", project=f"工程{n}", crowded=n < 2)
        witnesses = [self.person("韦见证", "witness"), self.person("岑大见", "witness")]
        commits = {
            one.key: lots.commit_nonce(nonce) for one, nonce in zip(witnesses, ("aaaa", "bbbb"), strict=True)
        }
        self.nonces = dict(zip(commits, ("aaaa", "bbbb"), strict=True))
        return draws.freeze("filing", self.office, self.person("抽取员", "draw"), nonce_commits=commits)

    def drawn(self) -> Any:
        """A draw whose outcome is known."""
        row = self.frozen()
        return draws.reveal(row, "12345", self.nonces, by=self.person("抽取员", "draw"))


@pytest.fixture
def counter(db, monkeypatch, settings, tmp_path):
    """Monday 2020-03-02, nine in the morning, at the bureau of Nanning."""
    from zhujianyun.kernel.access.models import Office

    settings.ZJY_KEYS, settings.ZJY_FILES = tmp_path / "keys", tmp_path / "files"
    for name in ("rules", "effects", "_tables", "_definitions"):
        monkeypatch.setattr(registry, name, {})
    registry.add_table("hall_ratio", PLAYS / "hall_ratio.csv")
    for file in sorted(PLAYS.glob("*.yaml")):
        registry.add(load_file(file, APP))
    register = rights.founded()
    register.add_permission(f"{APP}.view_cases", "查看办件", APP)
    for role, zh in ROLES.items():
        register.add_role(f"{APP}.{role}", zh, [f"{APP}.view_cases"])
    for module in (rights, access.actors, access.guard):
        monkeypatch.setattr(module, "register", register)
    with clock.standing(clock.at_local(date(2020, 3, 2), 9)):
        rights.sync_roles()
        root, _ = Office.objects.get_or_create(
            code="gx", defaults={"name": "自治区住建厅", "kind": "province"}
        )
        office = Office.objects.create(
            code="nn", name="南宁市住建局", kind="city", parent=root, division_code="450100"
        )
        yield Counter(office)
