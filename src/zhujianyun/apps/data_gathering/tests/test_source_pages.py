"""Registering and changing a source in the workbench: tried first, never a way into the machine (登记数据源)."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from zhujianyun.apps.data_gathering.actions import registering, trying
from zhujianyun.apps.data_gathering.models import Batch, Source
from zhujianyun.apps.data_gathering.rules import places, proposing
from zhujianyun.apps.data_gathering.rules.drift import Found
from zhujianyun.base import clock, jobs
from zhujianyun.base.codes import citizen_id, uscc
from zhujianyun.base.errors import OutsideFailed, RuleBroken
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.resource import actions as resource

from . import sources
from .test_pages import BASE, browse

assert browse  # a fixture: who opens the pages
FETCH = {"fetch-cadence_minutes": "60", "fetch-mode": "digest", "fetch-overlap_minutes": "60", "fetch-full_every_days": "7", "fetch-rows_per_second": "0", "fetch-is_on": "on"}  # fmt: skip


@pytest.fixture
def drops(work, settings):
    settings.ZJY_SOURCE_FOLDERS = [str(work.folder)]
    sources.csv_file(work.folder, sources.rows())
    return work.folder


def posted(form):
    """What a browser sends back of a bound page: every field as it stands."""
    said = {}
    for field in form:
        value = field.value()
        if value is True:
            said[field.html_name] = "on"
        elif value is not None and value is not False:
            said[field.html_name] = str(value)
    return said


def test_a_file_is_tried_its_columns_proposed_and_the_source_gathers(browse, drops, work):
    client = browse()
    assert "CSV 文件" in client.get(BASE + "new/").content.decode()
    page = client.post(BASE + "new/?kind=csv", {"path": "things.csv", "try": "yes"})
    text = page.content.decode()
    assert "连接成功，6 列" in text
    types = {form["origin"].value(): form["type"].value() for form in page.context["columns"]}
    assert types == {
        "id": "integer",
        "name": "text",
        "amount": "decimal",
        "day": "date",
        "at": "datetime",
        "ok": "text",
    }
    columns = page.context["columns"]
    said = {"path": "things.csv", **posted(columns.management_form), **FETCH, "save": "yes"}
    for form in columns:
        said |= posted(form)
    said |= {
        "dataset-title": "测试表",
        "dataset-code": "things",
        "dataset-system": work.system.pk,
    }
    answer = client.post(BASE + "new/?kind=csv", said)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    source = Source.objects.get()
    assert source.dataset.key == ["id"]
    client.post(BASE + "sets/things/run/", {"mode": "full"})
    jobs.run_ready()
    batch = Batch.objects.get()
    assert (batch.state, batch.landed) == ("complete", 45)


@pytest.fixture
def registered(work):
    """A data set that the catalogue registered, without anything to gather it from."""
    columns = [
        {"name": "id", "type": "integer", "nullable": False},
        {"name": "title", "type": "text", "nullable": True, "values": ["甲", "乙"]},
        {"name": "day", "type": "date", "nullable": True},
    ]
    return resource.register_dataset("t.known", "已登记表", work.system, columns, ["id"], by=SYSTEM)


def attaching(client, registered):
    """What a browser sends after the test of a file, columns said."""
    assert "已登记表" in client.get(BASE + "new/").content.decode()
    kinds = client.get(BASE + "sets/t.known/attach/").content.decode()
    assert "接入数据源" in kinds and "已登记表" in kinds
    page = client.post(BASE + "sets/t.known/attach/?kind=csv", {"path": "things.csv", "try": "yes"})
    forms = page.context["columns"]
    said = {
        "path": "things.csv",
        **posted(forms.management_form),
        **posted(page.context["fetch"]),
        "save": "yes",
    }
    for form in forms:
        said |= posted(form)
    return said | {"offered": page.context["offered"]}, page


def test_a_registered_data_set_gets_its_source_and_gathers(browse, drops, registered):
    client = browse()
    said, page = attaching(client, registered)
    assert {form["name"].value(): form["origin"].value() for form in page.context["columns"]} == {
        "id": "id", "title": "", "day": "day",
    }  # fmt: skip
    assert said["fetch-cadence_minutes"] == "1440"
    assert "请选择来源列" in client.post(BASE + "sets/t.known/attach/?kind=csv", said).content.decode()
    said |= {"columns-1-origin": "name", "columns-1-length": "40", "fetch-cadence_minutes": "60"}
    answer = client.post(BASE + "sets/t.known/attach/?kind=csv", said)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    registered.refresh_from_db()
    assert registered.cadence_minutes == 60 and registered.schema_version == 2
    title = registered.columns[1]
    assert (title["origin"], title["length"], title["values"]) == ("name", 40, ["甲", "乙"])
    client.post(BASE + "sets/t.known/run/", {"mode": "full"})
    jobs.run_ready()
    batch = Batch.objects.get()
    assert (batch.state, batch.landed) == ("complete", 45)
    assert "已登记、尚未接入" not in client.get(BASE + "new/").content.decode()
    again = client.get(BASE + "sets/t.known/attach/")
    assert again.status_code == 302 and again.url.endswith("/sets/t.known/change/")


def test_one_column_of_the_source_feeds_one_column_only(browse, drops, registered):
    client = browse()
    said, _ = attaching(client, registered)
    text = client.post(
        BASE + "sets/t.known/attach/?kind=csv", said | {"columns-1-origin": "day"}
    ).content.decode()
    assert "“day”已对应另一列" in text and not Source.objects.exists()


def test_columns_that_moved_meanwhile_are_not_lost(browse, drops, registered):
    client = browse()
    said, _ = attaching(client, registered)
    more = [*registered.columns, {"name": "more", "type": "text", "nullable": True}]
    resource.accept_schema(registered, more, by=SYSTEM, reason="加列")
    text = client.post(
        BASE + "sets/t.known/attach/?kind=csv", said | {"columns-1-origin": "name"}
    ).content.decode()
    assert "数据集的列已有变化" in text and not Source.objects.exists()


def test_whoever_may_not_maintain_sources_attaches_none(browse, drops, registered):
    client = browse("viewer")
    for answer in (client.get(BASE + "sets/t.known/attach/"), client.post(BASE + "sets/t.known/attach/?kind=csv", {"path": "things.csv"})):  # fmt: skip
        assert answer.status_code == 403


def test_without_a_key_or_a_code_nothing_is_kept_and_the_page_says_so(browse, drops, work):
    client = browse()
    page = client.post(BASE + "new/?kind=csv", {"path": "things.csv", "try": "yes"})
    said = {"path": "things.csv", **posted(page.context["columns"].management_form), **FETCH, "save": "yes"}
    for form in page.context["columns"]:
        said |= posted(form)
    said |= {
        "dataset-title": "测试表",
        "dataset-code": "不行",
        "dataset-system": work.system.pk,
    }
    assert "代码只含英文字母" in client.post(BASE + "new/?kind=csv", said).content.decode()
    said = {name: value for name, value in said.items() if not name.endswith("-is_key")} | {
        "dataset-code": "t"
    }
    assert "选定主键" in client.post(BASE + "new/?kind=csv", said).content.decode()
    assert not Source.objects.exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "link.csv", "none.csv"])
def test_no_file_outside_the_drop_folder_can_be_named(drops, path):
    (drops / "link.csv").symlink_to("/etc/passwd")
    with pytest.raises(RuleBroken) as refused:
        trying.checked("csv", {"path": path})
    assert refused.value.details["fields"] == ["path"]


@pytest.mark.parametrize("kind, given", [
    ("rest", {"url": "http://127.0.0.1:8000/rows"}), ("rest", {"url": "http://169.254.169.254/latest"}),
    ("rest", {"url": "http://10.1.2.3/rows"}), ("rest", {"url": "file:///etc/passwd"}),
    ("postgresql", {"host": "127.0.0.1", "database": "d", "user": "u", "table": "t"}),
    ("mysql", {"host": "169.254.169.254", "database": "d", "user": "u", "table": "t"}),
    ("mysql", {"host": "2130706433", "database": "d", "user": "u", "table": "t"}),
])  # fmt: skip
def test_no_private_or_odd_address_can_be_named(kind, given):
    with pytest.raises(RuleBroken) as refused:
        trying.checked(kind, given)
    assert refused.value.details["fields"] == ["url" if kind == "rest" else "host"]


def test_a_private_range_that_the_settings_name_is_reached_and_no_other(settings):
    settings.ZJY_SOURCE_RANGES = ["10.1.0.0/16"]
    given = {"database": "d", "user": "u", "table": "t"}
    assert trying.checked("mysql", {"host": "10.1.2.3", **given})["host"] == "10.1.2.3"
    with pytest.raises(RuleBroken):
        trying.checked("mysql", {"host": "10.2.2.3", **given})


def test_a_source_that_does_not_answer_is_told_on_the_page(browse, drops):
    (drops / "bad.xlsx").write_bytes(b"no book")
    text = (
        browse()
        .post(BASE + "new/?kind=xlsx", {"path": "bad.xlsx", "header_row": "1", "try": "yes"})
        .content.decode()
    )
    assert "不是可以读取的 xlsx 文件" in text


def test_what_looks_like_a_person_is_masked_in_the_preview(browse, drops):
    import random

    rng = random.Random(1)
    numbers = [citizen_id.make(rng) for _ in range(5)]
    lines = "".join(f"{n},{number},张建国,{uscc.make(rng)}\n" for n, number in enumerate(numbers))
    (drops / "people.csv").write_text("id,身份证号,姓名,firm\n" + lines, encoding="utf-8")
    page = browse().post(BASE + "new/?kind=csv", {"path": "people.csv", "try": "yes"})
    text = page.content.decode()
    assert not any(number in text for number in numbers)
    assert "张建国" not in text
    found = {
        form["origin"].value(): (form["code"].value(), form["personal"].value())
        for form in page.context["columns"]
    }
    assert found["身份证号"] == ("citizen_id", True)
    assert found["firm"] == ("uscc", False)


def test_a_secret_never_comes_back_readable_and_survives_the_test(browse, work, monkeypatch):
    seen = []

    def peek(kind, place, secret, owner, *, by):
        seen.append(secret)
        raise OutsideFailed("读取失败。", peer="x", rule="gathering.connect")

    monkeypatch.setattr(trying, "try_source", peek)
    client = browse()
    said = {
        "url": "https://93.184.215.14/rows",
        "paging": "number",
        "size_value": "10",
        "secret": "秘密-7",
        "try": "yes",
    }
    page = client.post(BASE + "new/?kind=rest", said)
    assert "秘密-7" not in page.content.decode()
    sealed = page.context["sealed"]
    client.post(BASE + "new/?kind=rest", {**said, "secret": "", "sealed": sealed})
    client.post(BASE + "new/?kind=rest", {**said, "secret": "", "sealed": "eGVycm9y"})
    assert seen == ["秘密-7", "秘密-7", ""]


def test_changing_keeps_what_the_form_does_not_show_and_is_journalled(browse, work):
    source = work.register()
    client = browse()
    page = client.get(BASE + "sets/t.things/change/")
    said = {
        **posted(page.context["place"]),
        **posted(page.context["fetch"]),
        "fetch-full_every_days": "14",
        "save": "yes",
    }
    client.post(BASE + "sets/t.things/change/", said)
    before = source.place
    source.refresh_from_db()
    assert (source.full_every_days, source.place) == (14, before)
    assert Entry.objects.filter(verb="gathering.source.change").exists()


def test_a_shorter_cadence_is_promised_and_brings_the_next_gathering_nearer(browse, work):
    source = work.register()
    source.next_at = clock.now() + timedelta(days=1)
    source.save()
    client = browse()
    page = client.get(BASE + "sets/t.things/change/")
    said = {**posted(page.context["place"]), **posted(page.context["fetch"]), "save": "yes"}
    assert said["fetch-cadence_minutes"] == "1440"
    client.post(BASE + "sets/t.things/change/", said)
    assert not Entry.objects.filter(verb="resource.dataset.cadence").exists()
    client.post(BASE + "sets/t.things/change/", {**said, "fetch-cadence_minutes": "60"})
    source.refresh_from_db()
    assert source.dataset.cadence_minutes == 60
    assert source.next_at <= clock.now() + timedelta(minutes=60)
    entry = Entry.objects.get(verb="resource.dataset.cadence")
    assert entry.facts_dict == {"before": 1440, "minutes": 60}
    refused = client.post(BASE + "sets/t.things/change/", {**said, "fetch-cadence_minutes": "0"})
    assert "wb-error" in refused.content.decode()


def test_a_kept_secret_is_not_sent_to_another_address(browse, work):
    columns = [column.row() for column in sources.COLUMNS]
    place = {"url": "https://93.184.215.14/rows", "paging": "number", "size_value": 10}
    source = work.register("rest", place=place, columns=columns, secret="令牌")
    client = browse()
    page = client.get(BASE + "sets/t.things/change/")
    said = {
        **posted(page.context["place"]),
        **posted(page.context["fetch"]),
        "url": "https://93.184.215.99/rows",
    }
    for act in ("save", "try"):
        text = client.post(BASE + "sets/t.things/change/", {**said, act: "yes"}).content.decode()
        assert "原来的口令不会发往新地址" in text
    client.post(BASE + "sets/t.things/change/", {**said, "secret": "新令牌", "save": "yes"})
    source.refresh_from_db()
    assert registering.secret_of(source) == "新令牌"


def test_a_test_of_a_changed_source_says_which_columns_are_missing(browse, work):
    source = work.register()
    with sqlite3.connect(work.folder / "source.db") as db:
        db.execute("ALTER TABLE things RENAME COLUMN day TO 日期")
    db.close()
    client = browse()
    page = client.get(BASE + "sets/t.things/change/")
    said = {**posted(page.context["place"]), **posted(page.context["fetch"]), "try": "yes"}
    assert "来源缺少数据集需要的列：day" in client.post(BASE + "sets/t.things/change/", said).content.decode()
    assert source.pk


def test_whoever_may_not_maintain_sources_sees_no_form(browse, work):
    work.register()
    client = browse("viewer")
    assert client.get(BASE + "new/").status_code == 403
    assert client.get(BASE + "sets/t.things/change/").status_code == 403


@pytest.mark.parametrize("kind", sorted(places.FIELDS))
def test_every_kind_asks_for_what_it_needs(browse, work, kind):
    client = browse()
    assert client.get(BASE + f"new/?kind={kind}").status_code == 200
    assert "wb-error" in client.post(BASE + f"new/?kind={kind}", {"try": "yes"}).content.decode()


@pytest.mark.parametrize("values, kind", [
    (["1", "2", "3"], "integer"), (["007", "010", "1"], "text"), (["1.5", "2", "3"], "decimal"), (["1", "2"], "text"),
    (["2020-01-01", "2020/2/3", "20200405"], "date"), (["2020-01-01 08:00", "2020-01-02", "2020-01-03"], "datetime"),
    (["12345678901234567", "12345678901234568", "12345678901234569"], "text"), (["甲", "1", "2"], "text"), ([], "text"),
])  # fmt: skip
def test_a_type_is_proposed_when_every_value_fits(values, kind):
    (column,) = proposing.proposed([Found("值")], [{"值": value} for value in values])
    assert column["type"] == kind
