"""The pages: what they show, to whom, in how many queries, and that acts on them are done once."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhujianyun.apps.asset_inventory.actions import holding, linking, planning, probing
from zhujianyun.apps.asset_inventory.models import (
    Document,
    Finding,
    ImportRun,
    Milestone,
    Probe,
    SystemRecord,
)
from zhujianyun.apps.asset_inventory.rules.probing import Outcome
from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.system.models import Cloud, SystemLink

from .conftest import HOUSING, MONDAY

BASE = "/workbench/asset-inventory/"
PAGES = (
    "systems/",
    "graph/",
    "plans/",
    "findings/",
    "probes/",
    "import/",
    "systems/s0/",
    "systems/s0/history/",
)


@pytest.fixture
def browse(department, settings, tmp_path):
    settings.ZJY_FILES = tmp_path / "files"

    def come_in(name: str) -> Client:
        client = Client()
        client.force_login(
            department.accounts[name], backend="zhujianyun.kernel.access.backends.AccountBackend"
        )
        return client

    return come_in


def furnish(department, count: int, first: int = 0) -> None:
    """Systems with everything that a page may show of them."""
    by = department.who("centre")
    plan = planning.open_plan(
        "cloud",
        f"p{first}",
        "上云",
        department.offices["450000-xxzx"],
        due_on=MONDAY + timedelta(days=99),
        by=by,
    )
    before = None
    for n in range(first, first + count):
        record = department.enter(f"s{n}", backup="none")
        holding.add_contract(
            record,
            f"h{n}",
            "某公司",
            starts_on=MONDAY,
            ends_on=MONDAY + timedelta(days=20),
            amount_fen=123_456,
            by=by,
        )
        holding.add_contact(record, "运维联系人", "李四光", "13800001234", by=by)
        holding.note_data(record, "企业", ["名称"], by=by)
        probe = probing.add_probe(record, "dns", "localhost", by=by)
        probing.record(probe, [(clock.now(), Outcome(True, "正常", 4))])
        planning.add_item(plan, record.system, by=by)
        if before:
            linking.link(before.system, record.system, "interface", "数据", by=by)
        before = record


def queries(client: Client, path: str) -> int:
    client.get(BASE + path)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(BASE + path)
    assert answer.status_code == 200
    return len(seen)


def test_no_page_takes_more_than_twenty_queries_nor_more_for_more_systems(department, browse):
    furnish(department, 3)
    client = browse("centre")
    few = {path: queries(client, path) for path in PAGES}
    furnish(department, 9, first=3)
    many = {path: queries(client, path) for path in PAGES}
    assert max(many.values()) <= 20, sorted(many.items(), key=lambda row: -row[1])
    assert {p: n for p, n in many.items() if p != "plans/"} == {p: n for p, n in few.items() if p != "plans/"}


@pytest.mark.parametrize("path", [*PAGES, "export.xlsx", "systems/new/"])
def test_whoever_is_not_signed_in_is_led_to_sign_in(department, path):
    answer = Client().get(BASE + path)
    assert answer.status_code == 302 and "/signin/" in answer["Location"]


def test_a_division_of_the_department_reads_all_and_is_offered_acts_on_its_own_only(department, browse):
    department.enter("ours", owner=HOUSING, name="本处系统")
    department.enter("theirs", owner="450000-jzsc", name="他处系统")
    client = browse("housing")
    page = client.get(BASE + "systems/").content.decode()
    assert "本处系统" in page and "他处系统" in page
    edit = "/edit/"
    assert edit in client.get(BASE + "systems/ours/").content.decode()
    assert edit not in client.get(BASE + "systems/theirs/").content.decode()
    assert client.get(BASE + "systems/nowhere/").status_code == 404


def test_whoever_holds_no_right_to_the_inventory_sees_none_of_it(department, browse):
    department.enter("a1", name="甲系统")
    browse("centre").get(BASE + "systems/")
    officer = Client()
    officer.force_login(
        Account.objects.get(username="audit.officer"),
        backend="zhujianyun.kernel.access.backends.AccountBackend",
    )
    Account.objects.filter(username="audit.officer").update(must_change_password=False)
    for path in ("systems/", "graph/", "plans/", "findings/", "probes/", "import/", "systems/a1/"):
        assert officer.get(BASE + path).status_code in (302, 403, 404)


def test_names_and_phones_are_masked_until_a_purpose_is_given(department, browse):
    furnish(department, 1)
    client = browse("housing")
    page = client.get(BASE + "systems/s0/").content.decode()
    assert "李四光" not in page and "13800001234" not in page and "138****1234" in page
    answer = client.post(BASE + "systems/s0/contacts/", {"purpose": "系统中断"})
    assert "李四光" in answer.content.decode() and "no-store" in answer["Cache-Control"]


def test_a_system_is_entered_changed_and_a_second_form_of_the_same_page_is_too_late(department, browse):
    client = browse("housing")
    owner = department.offices[HOUSING].pk
    given = {"code": "new", "name": "新系统", "owner": owner, "state": "running", "backup": "local"}
    assert client.post(BASE + "systems/new/", given).status_code == 302
    again = client.post(BASE + "systems/new/", given)
    assert again.status_code == 422 and "已在台账中" in again.content.decode()
    change = {**given, "version": 1, "purpose": "甲"}
    assert client.post(BASE + "systems/new/edit/", {**change, "code": "new"}).status_code in (302, 422)
    assert SystemRecord.objects.get(system__code="new").system.name == "新系统"


def test_an_edit_from_an_old_page_is_told_that_somebody_was_faster(department, browse):
    department.enter("s0", name="甲系统")
    client = browse("centre")
    given = {
        "name": "甲系统",
        "owner": department.offices[HOUSING].pk,
        "state": "running",
        "backup": "offsite",
        "version": 1,
    }
    assert client.post(BASE + "systems/s0/edit/", {**given, "purpose": "一"}).status_code == 302
    late = client.post(BASE + "systems/s0/edit/", {**given, "purpose": "二"})
    assert late.status_code == 422 and "刚被他人改过" in late.content.decode()
    assert SystemRecord.objects.get().purpose == "一"


def test_every_act_of_the_page_can_be_done_from_its_form(department, browse):
    one, other = department.enter("s0"), department.enter("s1")
    Cloud.objects.create(code="c", name="政务云")
    client, do = browse("centre"), BASE + "systems/s0/do/"
    acts = {
        "link": {"way": "out", "other": other.system_id, "kind": "file", "flows": "结果", "since": "2020-07-01"},
        "contract": {"number": "h", "firm": "某公司", "starts_on": "2020-01-01", "ends_on": "2020-12-31", "amount": "1234.50"},
        "contact": {"part": "运维", "name": "李四", "phone": "13800001234"},
        "data": {"name": "企业", "attributes": "名称、代码"},
        "document": {"title": "方案", "file": SimpleUploadedFile("方案.txt", "方案".encode())},
        "probe": {"kind": "dns", "target": "localhost", "expect_status": 200, "min_bytes": 0, "slow_ms": 500, "every_seconds": 60, "timeout_seconds": 3, "is_on": "on"},
    }  # fmt: skip
    for name, given in acts.items():
        assert client.get(do + name + "/").status_code == 200
        answer = client.post(do + name + "/", given)
        assert answer.status_code == 302, (name, answer.content.decode()[-3000:])
    assert (SystemLink.objects.count(), Probe.objects.count(), one.system.contracts.get().amount_fen) == (
        1,
        1,
        123450,
    )
    paper = client.get(f"{BASE}systems/s0/documents/{Document.objects.get().pk}/")
    assert b"".join(paper.streaming_content).decode() == "方案"
    assert client.post(f"{BASE}links/{SystemLink.objects.get().pk}/end/", {"reason": "停"}).status_code == 302
    terms = {**acts["probe"], "every_seconds": 120}
    assert client.post(f"{BASE}probes/{Probe.objects.get().pk}/", terms).status_code == 302
    assert Probe.objects.get().every_seconds == 120
    assert client.post(do + "merge/", {"into": other.system_id, "reason": "并入"}).status_code == 302
    assert "由" in client.get(BASE + "systems/s0/").content.decode()


def test_a_milestone_a_waiver_a_review_and_a_range_go_through_their_pages(department, browse):
    furnish(department, 1)
    cloud, client = Cloud.objects.create(code="c", name="政务云"), browse("centre")
    for step in Milestone.objects.order_by("step"):
        answer = client.post(f"{BASE}milestones/{step.pk}/", {"evidence": "记录", "cloud": cloud.pk})
        assert answer.status_code == 302
    row = Finding.objects.get(rule="no_backup")
    assert (
        client.post(
            f"{BASE}findings/{row.pk}/waive/", {"until": "2020-08-01", "reason": "年内下线"}
        ).status_code
        == 302
    )
    assert client.post(f"{BASE}systems/s0/review/").status_code == 302
    assert Case.objects.get().state == "confirming"
    assert client.post(f"{BASE}ranges/", {"cidr": "10.1.0.0/16", "reason": "机房"}).status_code == 302
    assert "10.1.0.0/16" in client.get(BASE + "probes/").content.decode()


def test_a_reader_is_offered_nothing_and_refused_everything(department, browse):
    furnish(department, 1)
    client = browse("reader")
    page = client.get(BASE + "systems/s0/").content.decode()
    assert "/edit/" not in page and "/do/" not in page
    for path, given in (
        ("systems/s0/do/retire/", {"reason": "x"}),
        ("systems/s0/do/contact/", {"part": "a", "name": "b"}),
    ):
        assert client.post(BASE + path, given).status_code == 422
    assert client.post(BASE + "systems/s0/review/").status_code == 403
    assert SystemRecord.objects.get().system.is_live


def test_an_import_is_looked_at_decided_and_cannot_be_decided_twice_or_by_another(department, browse):
    client = browse("centre")
    sheet = "系统代码,系统名称,责任单位\na1,甲系统,住房保障处\nb1,,住房保障处\n".encode()
    answer = client.post(BASE + "import/", {"file": io.BytesIO(sheet)}, headers={})
    assert answer.status_code == 422  # a file without a name that says what it is
    answer = client.post(BASE + "import/", {"file": SimpleUploadedFile("台账.csv", sheet)})
    run = ImportRun.objects.get()
    page = client.get(answer["Location"]).content.decode()
    assert "现在还没有写入" in page and "必填项为空" in page and not SystemRecord.objects.exists()
    decide = f"{BASE}import/{run.pk}/decide/"
    assert browse("housing").post(decide, {"do": "write"}).status_code == 404
    assert client.post(decide, {"do": "write"}).status_code == 302
    assert client.post(decide, {"do": "write"}).status_code == 409
    assert SystemRecord.objects.count() == 1


def test_a_large_sheet_is_read_by_a_job(department, browse, monkeypatch):
    from zhujianyun.apps.asset_inventory.forms import importing, later

    monkeypatch.setattr(importing, "LARGE", 10)
    client = browse("centre")
    sheet = "系统代码,系统名称,责任单位\na1,甲系统,住房保障处\n".encode()
    client.post(BASE + "import/", {"file": SimpleUploadedFile("台账.csv", sheet)})
    run = ImportRun.objects.get()
    assert run.state == "reading" and run.job
    assert "后台处理" in client.get(f"{BASE}import/{run.pk}/").content.decode()
    later.examine_later.func(run=run.pk)
    client.post(f"{BASE}import/{run.pk}/decide/", {"do": "write"})
    assert ImportRun.objects.get().state == "writing"
    later.carry_out_later.func(run=run.pk)
    assert ImportRun.objects.get().state == "done" and SystemRecord.objects.count() == 1


def test_the_graph_draws_every_system_once_and_shows_who_stands_alone(department, browse):
    furnish(department, 3)
    department.enter("lonely", name="孤岛系统")
    page = browse("centre").get(BASE + "graph/").content.decode()
    assert page.count('class="inv-node') == 4 and page.count('class="inv-edge') == 2
    assert "孤岛系统" in page and "is-alone" in page


def test_exports_follow_the_filters_of_the_list(department, browse):
    department.enter("a1", name="甲系统")
    department.enter("b1", owner="450000-jzsc", name="乙系统")
    answer = browse("centre").get(BASE + "export.csv?q=甲")
    text = answer.content.decode("utf-8-sig")
    assert "甲系统" in text and "乙系统" not in text
    assert browse("centre").get(BASE + "import/template.xlsx").content[:2] == b"PK"
