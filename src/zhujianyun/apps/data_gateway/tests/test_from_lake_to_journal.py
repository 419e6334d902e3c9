"""From a gathered table to a counted call: actions, plane and log together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import orjson
import pyarrow as pa
import pytest
from deltalake import write_deltalake
from django.db import IntegrityError, transaction
from starlette.testclient import TestClient

from zhujianyun.apps.data_gateway import actions, indicators
from zhujianyun.apps.data_gateway.actions import absorbing, publishing, serving
from zhujianyun.apps.data_gateway.api.table.app import build
from zhujianyun.apps.data_gateway.models import AccessKey, Call, LogPiece, UsageDay
from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource import lake
from zhujianyun.kernel.resource.actions import Decision
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.system.models import BusinessSystem

COLUMNS = [
    {"name": "id", "type": "integer"}, {"name": "name", "type": "text"}, {"name": "area", "type": "decimal"},
    {"name": "on", "type": "date"}, {"name": "at", "type": "datetime"}, {"name": "live", "type": "boolean"},
]  # fmt: skip
ARROW = pa.schema([("id", pa.int64()), ("name", pa.string()), ("area", pa.decimal128(38, 8)), ("on", pa.date32()),
                   ("at", pa.timestamp("us", "UTC")), ("live", pa.bool_())])  # fmt: skip


class House:
    """A department that shares one table with one city (共享双方)."""

    def __init__(self) -> None:
        self.office = Office.objects.create(code="T", name="厅", kind="province")
        self.city = Office.objects.create(code="C", name="局", kind="city", parent=self.office)
        system = BusinessSystem.objects.create(
            code="s", name="某系统", owner=self.office, authority="housing"
        )
        self.dataset = resources.register_dataset("s.t", "某表", system, COLUMNS, ["id"], by=SYSTEM)
        self.land(0, 30)
        entry = resources.enter("206003/000001", "某目录", self.office, by=SYSTEM)
        items = tuple(Item(one["name"], one["name"], type=one["type"]) for one in COLUMNS)
        draft = resources.Draft("某目录", "某表的内容", "2/06/003", items, share_condition="履职需要")
        resources.publish(entry, draft, by=SYSTEM)
        names = {one["name"]: one["name"] for one in COLUMNS}
        self.mount = resources.mount_table(entry, self.dataset, names, code="m1", title="某表", by=SYSTEM)
        self.grant = resources.issue_grant(self.mount, self.decision(), code="G1", by=SYSTEM)
        self.service = actions.open_service(self.mount, "some-table", by=SYSTEM)
        until = clock.now() + timedelta(days=30)
        self.issued = actions.issue_key(self.city, None, by=SYSTEM, valid_until=until, subsystem="portal")

    def decision(self, **given) -> Decision:
        now = clock.now()
        told = {"consumer": self.city, "items": tuple(one["name"] for one in COLUMNS), "purpose": "核验",
                "legal_basis": "依据", "valid_from": now - timedelta(days=1), "valid_until": now + timedelta(days=9)}  # fmt: skip
        return Decision(**{**told, **given})

    def land(self, version: int, rows: int) -> None:
        made = [
            {"id": n, "name": f"名{n}", "area": Decimal(n) / 8, "on": date(2020, 1, 1) + timedelta(n),
             "at": datetime(2020, 1, 1, 20, tzinfo=UTC), "live": n % 2 == 0} for n in range(rows)
        ]  # fmt: skip
        table = pa.Table.from_pylist(made, ARROW)
        write_deltalake(str(lake.folder(self.dataset.code)), table, mode="overwrite")
        resources.land(self.dataset, version=version, batch=f"b{version}", rows=rows, digest="d",
                       taken_at=clock.now(), by=SYSTEM)  # fmt: skip

    def headers(self, secret: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {secret or self.issued.secret}", "X-Zjy-Purpose": quote("核验"),
                "X-Road-Client": "GX/GOV/C/portal"}  # fmt: skip


@pytest.fixture
def house(db, settings, tmp_path):
    settings.ZJY_LAKE, settings.ZJY_SERVING = tmp_path / "lake", tmp_path / "serving"
    settings.ZJY_KEYS, settings.ZJY_GATEWAY_INSTANCE = tmp_path / "keys", "GX"
    publishing._last.clear()
    return House()


@pytest.fixture
def client(house, settings):
    serving.build_missing()
    publishing.tick()
    before = clock.present()
    with TestClient(build(settings.ZJY_SERVING)) as made:
        yield made
    clock.use(before)


ITEMS = "/r1/GX/GOV/T/data/some-table/v1/items"


def look(client) -> None:
    client.app.routes[-1].app.gate._holder._look_at = 0.0


def test_a_gathered_row_is_served_as_it_was(house, client):
    found = client.get(f"{ITEMS}/3", headers=house.headers()).json()
    assert found == {"id": 3, "name": "名3", "area": "0.375", "on": "2020-01-04", "at": "2020-01-02T04:00:00.000000+08:00", "live": False}  # fmt: skip
    answer = client.get(f"{ITEMS}?area__ge=3.5&live=true&sort=-on", headers=house.headers()).json()
    assert [row["id"] for row in answer["items"]] == [28]


def test_calls_are_taken_over_once_and_counted(house, client):
    for number in range(4):
        client.get(f"{ITEMS}/{number}", headers=house.headers())
    client.get(f"{ITEMS}?nothing=1", headers=house.headers())
    client.app.routes[-1].app.gate.log.flush()
    assert absorbing.absorb() == 5 * 2 - 1  # a refused call has no line of its leaving
    assert absorbing.absorb() == 0
    assert Call.objects.count() == 5 and Call.objects.filter(counted=True).count() == 4
    (usage,) = UsageDay.objects.all()
    assert (usage.calls, usage.failed, usage.rows, usage.grant, usage.provider) == (
        4,
        1,
        4,
        "G1",
        house.office,
    )
    assert Entry.objects.filter(verb="data_gateway.call").count() == 5, "each is a leaf of the journal"
    assert orjson.loads(Entry.objects.get(verb="data_gateway.metered").facts)["days"] == {
        str(clock.today()): 4
    }
    assert sum(row.calls for row in indicators.calls().queryset) == 4
    assert LogPiece.objects.get().lines == 9


def test_a_turn_that_dies_takes_over_nothing_and_the_next_one_everything(house, client, monkeypatch):
    client.get(f"{ITEMS}/1", headers=house.headers())
    client.app.routes[-1].app.gate.log.flush()
    monkeypatch.setattr(absorbing, "_meter", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        absorbing.absorb()
    assert not Call.objects.exists() and not Entry.objects.filter(verb="data_gateway.call").exists()
    monkeypatch.undo()
    absorbing.absorb()
    assert Call.objects.get().counted


def test_a_young_call_waits_for_its_end_and_an_abort_takes_it_back(house, client):
    client.get(f"{ITEMS}/1", headers=house.headers())
    gate = client.app.routes[-1].app.gate
    gate.log.flush()
    path = gate.serving / "calls" / gate.log.name
    lines = path.read_bytes().splitlines(keepends=True)
    call_id = orjson.loads(lines[0])["id"]
    other = path.with_name("table-x-1.log")
    other.write_bytes(lines[0].replace(call_id.encode(), b"young-1"))
    absorbing.absorb()
    assert not Call.objects.filter(call_id="young-1").exists()
    old = orjson.loads(lines[0]) | {
        "id": "old-1",
        "request_in": orjson.loads(lines[0])["request_in"] - 60_000_000,
    }
    other.with_name("table-y-1.log").write_bytes(orjson.dumps(old) + b"\n")
    absorbing.absorb()
    with other.with_name("table-y-1.log").open("ab") as file:
        file.write(orjson.dumps({"k": "abort", "id": "old-1", "response_out": 9}) + b"\n")
    assert UsageDay.objects.get().calls == 2
    absorbing.absorb()
    assert UsageDay.objects.get().calls == 1
    assert list(Call.objects.filter(call_id="old-1").order_by("pk").values_list("kind", "counted")) == [("call", True), ("abort", False)]  # fmt: skip


def test_calls_are_never_altered_nor_removed(house, client):
    client.get(f"{ITEMS}/1", headers=house.headers())
    client.app.routes[-1].app.gate.log.flush()
    absorbing.absorb()
    for change in (lambda: Call.objects.update(rows=9), lambda: Call.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_every_change_reaches_the_planes_with_the_next_tick(house, client):
    assert not publishing.tick()
    newer = actions.rotate_key(house.issued.key, by=SYSTEM, valid_until=clock.now() + timedelta(days=60))
    assert publishing.tick()
    look(client)
    for secret in (house.issued.secret, newer.secret):
        assert client.get(f"{ITEMS}/1", headers=house.headers(secret)).status_code == 200
    actions.revoke_key(house.issued.key, by=SYSTEM, reason="泄露")
    assert publishing.tick()
    look(client)
    assert client.get(f"{ITEMS}/1", headers=house.headers()).status_code == 401
    assert client.get(f"{ITEMS}/1", headers=house.headers(newer.secret)).status_code == 200
    resources.suspend_grant(house.grant, by=SYSTEM, reason="核查")
    assert publishing.tick()
    look(client)
    assert (
        client.get(f"{ITEMS}/1", headers=house.headers(newer.secret)).json()["type"] == "Client.GrantRefused"
    )
    actions.close_service(house.service, by=SYSTEM, reason="停用")
    assert publishing.tick()
    look(client)
    assert (
        client.get(f"{ITEMS}/1", headers=house.headers(newer.secret)).json()["type"]
        == "Client.ServiceUnknown"
    )


def test_a_new_snapshot_is_served_when_its_file_is_ready_and_the_old_one_stays_for_cursors(house, client):
    cursor = client.get(f"{ITEMS}?page_size=2", headers=house.headers()).json()["next"]
    house.land(1, 50)
    publishing.tick()
    look(client)
    assert client.get(f"{ITEMS}?page_size=2", headers=house.headers()).json()["snapshot"] == 0
    assert serving.build_missing() == 1
    assert publishing.tick()
    look(client)
    answer = client.get(f"{ITEMS}?count=exact", headers=house.headers()).json()
    assert (answer["snapshot"], answer["count"]) == (1, 50)
    assert client.get(f"{ITEMS}?cursor={cursor}", headers=house.headers()).json()["snapshot"] == 0


def test_old_serving_files_go_when_no_cursor_can_need_them(house, monkeypatch):
    for version in range(1, 4):
        house.land(version, 3)
        serving.build_missing()
    assert set(serving.kept("s.t")) == {1, 2, 3}
    assert serving.sweep("s.t") == 0, "it was replaced only just now"
    monkeypatch.setattr(serving, "KEPT_SECONDS", -1.0)
    assert serving.sweep("s.t") == 1
    assert set(serving.kept("s.t")) == {2, 3}


def test_keys_are_shown_once_and_two_of_a_client_hold_at_most(house):
    key = house.issued.key
    assert house.issued.secret not in str(AccessKey.objects.values().get(pk=key.pk))
    until = clock.now() + timedelta(days=60)
    newer = actions.rotate_key(key, by=SYSTEM, valid_until=until)
    assert key.valid_until <= clock.now() + timedelta(days=14)
    with pytest.raises(RuleBroken, match="轮换中"):
        actions.rotate_key(newer.key, by=SYSTEM, valid_until=until)
    with pytest.raises(RuleBroken, match="有效密钥"):
        actions.issue_key(house.city, None, by=SYSTEM, valid_until=until, subsystem="portal")
    with pytest.raises(NotAllowed):
        actions.revoke_key(key, by=Actor(key="account:9", name_zh="某人", kind="account"), reason="试试")
    assert not Entry.objects.filter(facts__contains=newer.secret).exists()


def test_a_provider_inside_this_machine_is_refused_at_registration(house):
    entry = house.mount.resource
    mount = resources.mount_api(
        entry, "http://127.0.0.1:9/api", {"id": "id"}, code="m2", title="某接口", by=SYSTEM
    )
    with pytest.raises(RuleBroken):
        actions.open_service(mount, "inside", by=SYSTEM, paths=["/v1/*"])
    with pytest.raises(RuleBroken, match="可访问路径"):
        actions.open_service(mount, "inside", by=SYSTEM, paths=[], allow_private=["127.0.0.0/8"])
    made = actions.open_service(mount, "inside", by=SYSTEM, paths=["/v1/*"], allow_private=["127.0.0.0/8"], credential="Bearer x")  # fmt: skip
    assert "Bearer x" not in made.credential
    (told,) = [one for one in publishing.publish().services.values() if one.code == "inside"]
    assert (told.secret, told.paths, told.path) == ("Bearer x", ("/v1/*",), "GX/GOV/T/api/inside")
