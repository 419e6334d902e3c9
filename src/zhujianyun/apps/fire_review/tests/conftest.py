"""A bureau, a work and its owner, and a whole small year (测试夹具)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.case import effects

MONDAY = date(2020, 7, 6)
CITY, COUNTY = "450100", "450103"


@dataclass
class Hall:
    """The fire counter of one bureau and somebody who builds (测试窗口)."""

    bureau: Any
    owner: Any
    project: Any

    @property
    def applicant(self) -> access.Actor:
        return access.subject_actor(self.owner.pk, self.owner.name)

    def who(self, role: str) -> access.Actor:
        return {"owner": self.applicant, "system": access.SYSTEM}.get(role) or self.bureau.one(role, 0)

    def apply(self, process: str, **subject: Any) -> Any:
        from zhujianyun.apps.fire_review import actions

        return actions.apply(
            process,
            by=self.applicant,
            office=self.bureau.office,
            applicant=self.owner,
            project=self.project,
            division_code=COUNTY,
            subject=work(**subject),
        )

    def do(self, found: Any, action: str, **more: Any) -> Any:
        """Do an act in the first role that may, with every paper that it needs."""
        from zhujianyun.kernel import case
        from zhujianyun.kernel.case.definition import registry

        told = registry.get(found.process, found.definition_version).states[found.state].actions[action]
        given = {
            "documents": [need for need in told.need if need != "理由"],
            "reason": "依法办理",
            "approved_by": self.who("chief"),
            "by": self.who(told.by[0]),
        } | more
        version = None if told.by[0] == "system" else found.version
        return case.act(
            found, action, expected_version=version, key=f"{found.pk}-{found.version}-{action}", **given
        )

    def carry_out(self) -> None:
        """Seal what was done and carry out its effects."""
        while journal.seal():
            pass
        journal.run_followers(only=(effects.FOLLOWER,))


def work(**changes: Any) -> dict[str, Any]:
    """The facts of a restaurant that has just been completed."""
    return {
        "project_code": "2019-450103-04-01-000001",
        "project_name": "青秀区云锦酒楼",
        "address": "青秀区民族路1号",
        "use": "restaurant",
        "area_m2": "900.00",
        "single_building_m2": "900.00",
        "height_m": "12.0",
        "places": [],
    } | changes


FILING = {"building_set": "1号楼", "completion_accepted_on": "2020-07-02", "punished": False}


@pytest.fixture
def hall(db) -> Iterator[Hall]:
    from zhujianyun.apps.fire_review.sample import officers, parties
    from zhujianyun.kernel.subject import actions

    with clock.standing(clock.at_local(MONDAY, 9)):
        bureau = officers.bureaux([CITY], 1)[CITY]
        source, by = parties.source(), access.SYSTEM
        owner = actions.register(
            "enterprise", "广西云锦置业有限公司", {"uscc": _uscc()}, source=source, by=by
        )
        code = {"invest_code": "2019-450103-04-01-000001"}
        project = actions.register("project", "青秀区云锦酒楼", code, source=source, by=by)
        yield Hall(bureau, owner, project)


def _uscc() -> str:
    from zhujianyun.base.codes import uscc

    return uscc.make(random.Random(7))


@pytest.fixture(scope="module")
def year(django_db_setup, django_db_blocker) -> Iterator[dict[str, Any]]:
    """The year 2020 at two per cent, of a seed that changes with each run; gone after the module."""
    from zhujianyun.apps.fire_review import sample

    seed = random.randrange(1, 1_000_000)
    with django_db_blocker.unblock(), transaction.atomic():
        yield {"seed": seed, "scale": "0.02", **sample.play(scale="0.02", seed=seed)}
        transaction.set_rollback(True)
