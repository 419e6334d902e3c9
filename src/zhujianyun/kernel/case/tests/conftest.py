"""A small office with its people and a few small processes, for the tests of the engine (测试夹具)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from zhujianyun.base import clock
from zhujianyun.kernel import access, case
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.definition import registry
from zhujianyun.kernel.case.definition.load import load_file

APP = "office"
PLAYS = Path(__file__).parent / "plays"
MONDAY = date(2020, 3, 2)
DIVISION = "450103"
_keys = itertools.count()


def fresh_key() -> str:
    """An idempotency key that was not used before."""
    return f"key-{next(_keys)}"


@dataclass
class Desk:
    """An office of the tests and whoever acts at it (测试单位)."""

    office: Any
    owner_subject: Any
    project: Any
    accounts: dict[str, Any] = field(default_factory=dict)

    def actor(self, name: str, *roles: str, permissions: tuple[str, ...] = ()) -> Actor:
        """A person with roles of the app at this office."""
        account = self.accounts.get(name) or self._account(name)
        here = frozenset({self.office.pk})
        return Actor(
            key=account.key,
            name_zh=account.name_zh,
            kind="account",
            account_id=account.pk,
            office_id=self.office.pk,
            roles=frozenset((f"{APP}.{role}", self.office.pk) for role in roles),
            granted=MappingProxyType(dict.fromkeys(permissions, here)),
        )

    def _account(self, name: str) -> Any:
        from zhujianyun.kernel.access.models import Account

        self.accounts[name] = Account.objects.create(username=f"user-{name}", name_zh=name)
        return self.accounts[name]

    @property
    def owner(self) -> Actor:
        return access.subject_actor(self.owner_subject.pk, self.owner_subject.name)

    @property
    def clerk(self) -> Actor:
        return self.actor("张三", "clerk")

    @property
    def chief(self) -> Actor:
        return self.actor("李局", "chief", "rev", "firm", "legal_rep")

    def open(self, process: str = "permit", **changes: Any) -> Any:
        """A draft of the owner."""
        facts = {"subject": {"project_code": f"P-{next(_keys)}", "large": True}}
        given = {
            "by": self.owner, "office": self.office, "applicant": self.owner_subject, "project": self.project,
            "facts": facts, "division_code": DIVISION, "title": "青秀区某住宅楼",
        }  # fmt: skip
        return case.open_(process, **{**given, **changes})

    def act(self, one: Any, action: str, by: Actor | None = None, **changes: Any) -> Any:
        """One act with a key of its own, on the version in hand."""
        given = {"by": by or self.chief, "expected_version": one.version, "key": fresh_key()}
        return case.act(one, action, **{**given, **changes})

    def submitted(self, **changes: Any) -> Any:
        """A case that waits for acceptance."""
        one = self.open(**changes)
        self.act(one, "submit", self.owner, documents=["申请表"])
        return one

    def accepted(self, **changes: Any) -> Any:
        """A case under review."""
        one = self.submitted(**changes)
        self.act(one, "accept", self.clerk)
        return one


@pytest.fixture
def standing():
    """It is Monday 2020-03-02, nine in the morning; the clock moves when told."""
    with clock.standing(clock.at_local(MONDAY, 9)) as now:
        yield now


@pytest.fixture
def plays(monkeypatch):
    """The a few small processes, and nothing else, are registered."""
    for name in ("rules", "effects", "_tables", "_definitions"):
        monkeypatch.setattr(registry, name, {})
    registry.add_table("draw_ratio", PLAYS / "draw_ratio.csv")
    return {file.stem: registry.add(load_file(file, APP)) for file in sorted(PLAYS.glob("*.yaml"))}


@pytest.fixture
def desk(db, standing, plays) -> Desk:
    """An office in Nanning with an owner who builds there."""
    from zhujianyun.kernel.access.models import Office
    from zhujianyun.kernel.subject.models import Subject

    province, _ = Office.objects.get_or_create(
        code="gx", defaults={"name": "自治区住建厅", "kind": "province"}
    )
    office, _ = Office.objects.get_or_create(
        code="nn",
        defaults={"name": "南宁市住建局", "kind": "city", "parent": province, "division_code": "450100"},
    )
    owner = Subject.objects.create(kind="enterprise", name="广西某建设有限公司", division_code=DIVISION)
    project = Subject.objects.create(kind="project", name="某住宅楼", division_code=DIVISION)
    return Desk(office, owner, project)
