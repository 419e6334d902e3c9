"""The pages: what they show, to whom, in how many queries, and that acts on them are done once (页面)."""

from __future__ import annotations

import sqlite3
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhujianyun.apps.data_gathering.models import Batch, Drift, QuarantinedRow
from zhujianyun.apps.data_gathering.rules.periods import period_zh
from zhujianyun.base import jobs
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions
from zhujianyun.kernel.indicator import Gathered
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.resource import pins
from zhujianyun.kernel.resource.models import Dataset, Snapshot
from zhujianyun.ui.screen import figure_pages

from . import sources

BASE = "/workbench/data-gathering/"


@pytest.fixture
def browse(work, office):
    access.sync_roles()
    founders = {
        duty: actions.Founder(f"{duty}.officer", duty, password=None)
        for duty in ("system", "security", "audit")
    }
    by = {name: access.actor(duty.account) for name, duty in actions.found_platform(**founders).items()}

    def come_in(role: str = "operator") -> Client:
        account = actions.open_account(
            f"dg.{role}", f"测试{role}", by=by["system"], password=None, must_change_password=False
        )
        if role != "nobody":
            actions.grant_role(
                account, f"data_gathering.{role}", office, by=by["security"], valid_from=date(2020, 1, 1)
            )
        client = Client()
        client.force_login(account, backend="zhujianyun.kernel.access.backends.AccountBackend")
        return client

    return come_in


@pytest.fixture
def source(work):
    place = {**sources.sqlite(work.folder, sources.rows()), "table": "loose"}
    with sqlite3.connect(work.folder / "source.db") as db:
        db.execute("CREATE TABLE loose AS SELECT * FROM things")
        db.execute("UPDATE loose SET amount = '很多' WHERE id IN (3, 9)")
    db.close()
    source = work.register(place=place, holds_personal=True)
    work.gather(source)
    return source


def test_every_page_opens_and_says_what_became_of_the_rows(browse, source):
    client = browse()
    batch, row = Batch.objects.get(), QuarantinedRow.objects.first()
    shown = {path: client.get(BASE + path) for path in (
        "", "sets/t.things/", "sets/t.things/versions/", f"batches/{batch.code}/", f"rows/{row.pk}/",
        f"batches/{batch.code}/?rule=row.type&column=amount",
    )}  # fmt: skip
    assert {answer.status_code for answer in shown.values()} == {200}
    assert "测试表" in shown[""].content.decode()
    text = shown[f"batches/{batch.code}/"].content.decode()
    assert "amount 不是小数" in text
    assert "入库 43 行，拒收 2 行，重复 0 行" in text
    assert "很多" not in shown[f"rows/{row.pk}/"].content.decode()


def test_whoever_has_no_part_in_it_sees_nothing(browse, source):
    client = browse("nobody")
    assert client.get(BASE).status_code in (302, 403)
    assert client.get(BASE + "sets/t.things/").status_code in (302, 403, 404)


def test_a_viewer_looks_and_does_nothing(browse, source):
    client = browse("viewer")
    assert "立即归集" not in client.get(BASE + "sets/t.things/").content.decode()
    client.post(BASE + "sets/t.things/run/", {"mode": "full"})
    assert Batch.objects.count() == 1


def test_gathering_starts_once_and_can_be_cancelled(browse, source):
    client = browse()
    client.post(BASE + "sets/t.things/run/", {"mode": "full"})
    answer = client.post(BASE + "sets/t.things/run/", {"mode": "full"}, follow=True)
    assert "请等它结束或先取消" in answer.content.decode()
    waiting = Batch.objects.get(state="queued")
    client.post(BASE + f"batches/{waiting.code}/cancel/")
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"


def test_a_change_of_columns_is_confirmed_with_a_reason(browse, source, work):
    with sqlite3.connect(work.folder / "source.db") as db:
        db.execute("ALTER TABLE loose ADD COLUMN phone TEXT")
    db.close()
    work.gather(source)
    client, row = browse(), Drift.objects.get()
    assert "新增列" in client.get(BASE + "sets/t.things/").content.decode()
    refused = client.post(BASE + f"drifts/{row.pk}/", {"decision": "accept", "reason": ""})
    assert "请写明理由" in refused.content.decode()
    client.post(BASE + f"drifts/{row.pk}/", {"decision": "accept", "reason": "需要"})
    assert Dataset.objects.get().schema_version == 2


def test_a_row_about_a_person_is_read_for_a_purpose_and_leaves_a_trace(browse, source):
    client, row = browse(), QuarantinedRow.objects.first()
    assert "请写明查阅目的" in client.post(BASE + f"rows/{row.pk}/", {"purpose": ""}).content.decode()
    assert "很多" in client.post(BASE + f"rows/{row.pk}/", {"purpose": "核对来源错误"}).content.decode()
    read = Entry.objects.order_by("-pk")
    assert any("read" in entry.verb for entry in read[:3])


def test_the_list_asks_as_many_questions_for_many_sources_as_for_one(browse, source, work):
    client = browse()
    client.get(BASE)
    with CaptureQueriesContext(connection) as few:
        client.get(BASE)
    for n in range(4):
        work.gather(work.register(code=f"t.more{n}", rows=sources.rows(3)))
    with CaptureQueriesContext(connection) as many:
        client.get(BASE)
    assert len(many) == len(few)
    assert len(few) <= 30


def test_a_rejected_row_is_found_by_its_place_in_the_source(browse, source):
    client, batch = browse(), Batch.objects.get()
    second = QuarantinedRow.objects.order_by("number").last()
    assert second is not None
    page = client.get(BASE + f"batches/{batch.code}/?number={second.number}")
    assert [row.number for row in page.context["page"].object_list] == [second.number]
    for odd in ("999999", "第三", "-1", "٣"):
        assert "没有这一行" in client.get(BASE + f"batches/{batch.code}/?number={odd}").content.decode()


def test_a_batch_under_way_shows_how_far_it_is_and_one_that_failed_can_be_repeated(browse, source, work):
    client = browse()
    client.post(BASE + "sets/t.things/run/", {"mode": "full"})
    waiting = Batch.objects.get(state="queued")
    for place in (f"batches/{waiting.code}/", "sets/t.things/"):
        assert "data-dg-live" in client.get(BASE + place).content.decode()
    (work.folder / "source.db").unlink()
    jobs.run_ready()
    text = client.get(BASE + f"batches/{waiting.code}/").content.decode()
    assert "data-dg-live" not in text
    assert "重新归集" in text
    assert "文件不存在" in text


@pytest.mark.parametrize("minutes, said", [
    (1, "每分钟"), (60, "每小时"), (1440, "每天"), (10_080, "每周"), (90, "每 90 分钟"), (2880, "每 2 天"), (20_160, "每 2 周"),
])  # fmt: skip
def test_a_cadence_is_said_as_people_say_it(minutes, said):
    assert period_zh(minutes) == said


def test_the_versions_of_a_data_set_that_nobody_gathers_any_more_can_still_be_read(browse, source):
    source.delete()
    client = browse()
    answer = client.get(BASE + "sets/t.things/versions/?version=1&key_id=1")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "按指标记录所指的主键显示" in text
    assert '/sets/t.things/"' not in text
    assert client.get(BASE + "sets/t.nothing/versions/").status_code == 404


def test_without_a_version_the_newest_is_shown_and_an_old_one_is_reached_by_its_number(browse, source, work):
    work.gather(source, mode="full")
    client = browse()
    shown = [client.get(BASE + "sets/t.things/versions/" + asked).context["chosen"].version
             for asked in ("", "?version=", "?version=新", "?version=0", "?version=1")]  # fmt: skip
    newest = Snapshot.objects.order_by("-version").first()
    assert newest is not None
    assert shown == [newest.version] * 3 + [0, 1]


def test_a_figure_names_the_data_sets_and_systems_that_it_is_counted_from(source):
    said = list(figure_pages._model_zh(Gathered(("t.things", "t.nothing"))))
    assert said == [f"测试表（{source.dataset.system.name}）", "未登记的数据集 t.nothing"]


def test_versions_that_stay_because_somebody_needs_them_say_why(browse, work, monkeypatch):
    source = work.register()
    work.gather(source)
    work.put(sources.rows()[:40])
    work.gather(source)
    held = {"t.things": {s.version for s in Snapshot.objects.all()}}
    monkeypatch.setattr(pins, "_pins", {})
    pins.register_pins(pins.Pins("court", "法院要求保全证据", lambda _: held))
    client, old = browse(), min(held["t.things"])
    page = client.get(BASE + "sets/t.things/").content.decode()
    assert page.count("保留：法院要求保全证据") == 1  # of the newest nobody asks why it stays
    page = client.get(BASE + f"sets/t.things/versions/?version={old}").content.decode()
    assert "这一版保留：法院要求保全证据。" in page
    assert page.count("（保留）") == 1
