"""What was served stays as long as it must be proved, across the apps that gather and serve (供出版本的保留)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from zhujianyun.apps.data_gateway import actions as gateway
from zhujianyun.apps.data_gateway.actions import absorbing, publishing, reading, serving
from zhujianyun.apps.data_gateway.api.table.app import build
from zhujianyun.apps.data_gathering.actions import gathering, registering, retaining, starting
from zhujianyun.apps.data_gathering.models import Source
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Grant, Snapshot
from zhujianyun.kernel.system.models import BusinessSystem

MONDAY = clock.at_local(date(2020, 7, 6), 9)
PERSON, OTHER = "450103198001010011", "450103198001010038"
HEAD = "permit_no,holder_id\n"


@dataclass
class Shared:
    """A gathered table of permits with holders, which a city may read page by page (共享场景)."""

    source: Source
    grant: Grant
    secret: str
    drop: Path
    serving: Path
    time: clock.VirtualClock

    def gather(self, *holders: str) -> int:
        """A version with these holders, landed a day after the last; its number."""
        self.time.move_to(clock.now() + timedelta(days=1))
        self.drop.write_text(HEAD + "".join(f"P{n:03d},{holder}\n" for n, holder in enumerate(holders)))
        self.source.dataset.refresh_from_db()
        gathering.gather(starting.start(self.source, by=SYSTEM).code)
        return int(Snapshot.objects.latest("version").version)

    def read(self) -> Any:
        """A page of the newest version, as the city gets it."""
        serving.build_missing()
        publishing.publish()
        headers = {"Authorization": f"Bearer {self.secret}", "X-Zjy-Purpose": self.grant.code,
                   "X-Road-Client": "GX/GOV/450100/main"}  # fmt: skip
        with TestClient(build(self.serving)) as plane:
            answer = plane.get("/r1/GX/GOV/M/data/permits/v1/items", headers=headers)
        assert answer.status_code == 200, answer.text
        absorbing.absorb()
        return answer.json()


@pytest.fixture
def shared(db, settings, tmp_path) -> Iterator[Shared]:
    settings.ZJY_SERVING, settings.ZJY_LAKE = tmp_path / "serving", tmp_path / "lake"
    settings.ZJY_KEYS, settings.ZJY_SOURCE_FOLDERS = tmp_path / "keys", (str(tmp_path),)
    drop = tmp_path / "permits.csv"
    with clock.standing(MONDAY) as time:
        office = Office.objects.create(code="450000", name="自治区厅", kind="province")
        city = Office.objects.create(code="450100", name="南宁市局", kind="city", parent=office)
        system = BusinessSystem.objects.create(
            code="market", name="建筑市场监管平台", owner=office, authority="housing"
        )
        drop.write_text(HEAD)
        columns = [
            {"name": "permit_no", "type": "text", "nullable": False},
            {"name": "holder_id", "type": "text"},
        ]
        source = registering.register_source(
            "permits", "施工许可", system, columns, ["permit_no"], "csv", {"path": str(drop)}, by=SYSTEM
        )
        entry = resources.enter("206003/000001", "施工许可", office, by=SYSTEM, system=system)
        items = (
            Item("permit_no", "证书编号"),
            Item("holder_id", "身份证号", sensitivity="personal", mask="id_card"),
        )
        draft = resources.Draft(
            title="施工许可",
            abstract="发放情况",
            class_path="主题/城乡建设",
            items=items,
            share_condition="履职需要",
        )
        resources.publish(entry, draft, by=SYSTEM)
        mount = resources.mount_table(
            entry,
            source.dataset,
            {item.code: item.code for item in items},
            code="permits",
            title="施工许可",
            by=SYSTEM,
        )
        decision = resources.Decision(
            consumer=city, items=("permit_no", "holder_id"), purpose="核验", legal_basis="《建筑法》第七条",
            valid_from=clock.now(), valid_until=clock.now() + timedelta(days=300),
        )  # fmt: skip
        grant = resources.issue_grant(mount, decision, code="G-1", by=SYSTEM)
        gateway.open_service(mount, "permits", by=SYSTEM, member="M")
        until = clock.now() + timedelta(days=300)
        key = gateway.issue_key(city, None, by=SYSTEM, valid_until=until)
        yield Shared(source, grant, key.secret, drop, settings.ZJY_SERVING, time)


def test_a_version_stays_as_long_as_the_calls_that_were_answered_from_it(shared):
    unread = shared.gather(OTHER)
    served = shared.gather(PERSON, OTHER)
    assert len(shared.read()["items"]) == 2
    shared.gather(OTHER)
    before = reading.readings([PERSON])
    assert [one.certain for one in before.readings] == [False]

    shared.time.move_to(clock.at_local(date(2022, 11, 1), 9))
    assert retaining.retain_one(shared.source.dataset) == [unread]
    assert reading.readings([PERSON]).readings == before.readings

    shared.time.move_to(clock.at_local(date(2023, 8, 1), 9))
    assert retaining.retain_one(shared.source.dataset) == [served]


def test_a_version_that_was_served_outlives_four_hundred_days(shared):
    for holders in ((PERSON,), (OTHER,), (PERSON, OTHER)):
        shared.gather(*holders)
        shared.read()
    shared.gather(OTHER)
    before = reading.readings([PERSON])
    assert len(before.readings) == 2
    shared.time.move_to(clock.now() + timedelta(days=400))
    assert retaining.retain() == {"removed": 0, "busy": 0}
    found = reading.readings([PERSON])
    assert (found.readings, found.unresolved, found.beyond) == (before.readings, 0, 0)
