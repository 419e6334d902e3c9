"""The pages: what they show, to whom, in how many queries, and that acts on them are done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhujianyun.apps.data_catalogue.actions import editing, finding
from zhujianyun.apps.data_catalogue.models import CatalogueFinding, EntryDraft, RegulationIssued
from zhujianyun.apps.data_catalogue.queries import pages
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Mount, Resource

from .conftest import CONTENT, HOUSING, ITEMS

BASE = "/workbench/data-catalogue/"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.ZJY_FILES = tmp_path / "files"


def rows_posted(rows) -> dict[str, str]:
    return {f"item-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def draft_posted(row: EntryDraft, **changes) -> dict[str, str]:
    content = {**CONTENT, "provider_uscc": CONTENT["extras"]["provider_uscc"], "title": row.title}
    content.pop("extras")
    items = rows_posted({name: str(value) for name, value in item.row().items()} for item in ITEMS)
    return {**content, **items, "version": str(row.version), **changes}


def test_the_list_costs_the_same_however_many_entries(department):
    client = department.come_in("publisher")
    client.get(f"{BASE}entries/")  # the first page of a session asks more
    counts = []
    for n in (2, 9):
        while Resource.objects.count() < n:
            department.mount(department.entry(f"目录{Resource.objects.count()}"), f"m{Resource.objects.count()}",
                             department.dataset(f"d{Resource.objects.count()}"))  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as told:
            assert client.get(f"{BASE}entries/").status_code == 200
        counts.append(len(told))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "甲乙"), ("share=none", ""), ("provider=450000-zfbz", "乙"), ("cycle=year", "乙"), ("mounted=yes", "甲"),
        ("mounted=no", "乙"), ("state=withdrawn", "丙"), ("state=", "甲乙丙"), ("findings=1", "乙"), ("open=1", "乙"),
    ],
)  # fmt: skip
def test_the_list_is_filtered(department, query, shown):
    department.mount(department.entry("目录甲"))
    open_items = [item for item in ITEMS if not item.sensitivity]
    department.entry("目录乙", HOUSING, cycle="year", open=True, items=open_items)
    resources.withdraw(department.entry("目录丙"), by=SYSTEM, reason="机构调整")
    finding.look_everywhere()
    page = department.come_in("publisher").get(f"{BASE}entries/?{query}").content.decode()
    assert [name for name in "甲乙丙" if f"目录{name}</a>" in page] == list(shown)


def test_an_entry_shows_its_items_mounts_findings_and_two_times(department):
    entry = department.entry()
    department.mount(entry)
    before = clock.now()
    past = clock.today().replace(month=1)
    changed = resources.Draft("建筑业企业", items=ITEMS[:2], **{**CONTENT, "abstract": "更正后的摘要"})
    department.time.move_to(before + timedelta(hours=1))
    resources.publish(entry, changed, by=SYSTEM, valid_from=past, reason="原摘要有误")
    finding.look([entry])
    client = department.come_in("publisher")
    page = client.get(f"{BASE}entries/{entry.pk}/").content.decode()
    assert "更正后的摘要" in page and "enterprise-table" in page
    known = clock.local(before).strftime("%Y-%m-%dT%H:%M")
    old = client.get(f"{BASE}entries/{entry.pk}/?known={known}").content.decode()
    assert CONTENT["abstract"] in old and "联系电话" in old
    none = client.get(f"{BASE}entries/{entry.pk}/?date={past}&known={known}").content.decode()
    assert "没有有效的版本" in none
    compared = client.get(f"{BASE}entries/{entry.pk}/?from=1&to=2").content.decode()
    assert "信息项删除" in compared and "更正后的摘要" in compared


def test_who_may_not_know_of_an_entry_gets_404(department):
    shared = department.entry("共享的")
    hidden = department.entry(
        "不予共享的", share="none", share_basis="某法", items=[Item("x", "某项", share="none")]
    )
    city, editor = department.come_in("city"), department.come_in("editor")
    assert city.get(f"{BASE}entries/{shared.pk}/").status_code == 200
    assert city.get(f"{BASE}entries/{hidden.pk}/").status_code == 404
    assert "不予共享的" not in city.get(f"{BASE}entries/").content.decode()
    assert editor.get(f"{BASE}entries/{hidden.pk}/").status_code == 200


def test_a_new_entry_is_written_submitted_and_published_on_the_pages(department):
    editor, publisher = department.come_in("editor"), department.come_in("publisher")
    office = department.offices["450000-jzsc"].pk
    answer = editor.post(
        f"{BASE}entries/new/",
        {"class_code": "206003", "title": "建筑业企业", "provider": office},
        follow=True,
    )
    row = EntryDraft.objects.get()
    assert row.code in answer.content.decode()
    answer = editor.post(f"{BASE}drafts/{row.pk}/", draft_posted(row, then="submit"), follow=True)
    assert "已提交审核" in answer.content.decode()
    answer = publisher.post(f"{BASE}drafts/{row.pk}/do/", {"do": "publish"}, follow=True)
    assert "已发布" in answer.content.decode()
    assert Resource.objects.get().edition == 1


def test_rows_with_faults_stand_by_their_cells_and_nothing_is_saved(department):
    row = department.draft()
    posted = draft_posted(
        row, **{"item-1-share": "unconditional", "item-2-length": "很长", "item-0-code": "1x"}
    )
    answer = department.come_in("editor").post(f"{BASE}drafts/{row.pk}/", posted)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="fault-2-length"' in page and 'id="fault-0-code"' in page and 'id="fault-1-share"' in page
    assert EntryDraft.objects.get().version == row.version


def test_the_slower_editor_keeps_what_he_typed(department):
    row = department.draft()
    editor = department.come_in("editor")
    editor.post(f"{BASE}drafts/{row.pk}/", draft_posted(row, title="先保存的"))
    answer = editor.post(f"{BASE}drafts/{row.pk}/", draft_posted(row, title="后保存的"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "没有写入" in page and "后保存的" in page
    assert EntryDraft.objects.get().title == "先保存的"


def test_a_table_is_mounted_item_by_item_and_taken_off(department):
    entry, dataset = department.entry(), department.dataset()
    client = department.come_in("editor")
    url = f"{BASE}entries/{entry.pk}/mount/table/"
    assert "信息项绑定" in client.get(url).content.decode()
    given = {
        "code": "t1",
        "title": "企业库表",
        "dataset": dataset.pk,
        "bind-uscc": "corp_code",
        "bind-name": "nothing",
    }
    assert client.post(url, given).status_code == 422
    client.post(url, {**given, "bind-name": "corp_name"})
    mount = Mount.objects.get()
    assert mount.binding == {"uscc": "corp_code", "name": "corp_name"}
    assert CatalogueFinding.objects.filter(rule="item_not_in_table", key="t1:phone").exists()
    client.post(f"{BASE}mounts/{mount.pk}/unmount/", {"reason": "改用接口"})
    assert Mount.objects.get().state == "unmounted"


def test_a_finding_is_waived_with_its_reason(department):
    finding.look([department.entry()])
    row = CatalogueFinding.objects.get(rule="unmounted")
    client = department.come_in("publisher")
    until = clock.today().replace(month=9).isoformat()
    assert client.post(f"{BASE}findings/{row.pk}/waive/", {"until": until, "reason": ""}).status_code == 422
    client.post(f"{BASE}findings/{row.pk}/waive/", {"until": until, "reason": "系统迁移中"})
    assert CatalogueFinding.objects.get(pk=row.pk).waived_why == "系统迁移中"
    assert "系统迁移中" in client.get(f"{BASE}findings/").content.decode()


def test_a_regulation_is_entered_once(department):
    client = department.come_in("publisher")
    given = {"number": "桂建〔2020〕1号", "title": "数据管理办法", "issued_on": "2020-06-01"}
    client.post(f"{BASE}regulations/", given)
    assert client.post(f"{BASE}regulations/", given).status_code == 422
    assert RegulationIssued.objects.get().title == "数据管理办法"


@pytest.mark.parametrize("page", ["entries/", "drafts/", "findings/", "regulations/"])
def test_the_pages_open_for_readers_and_editors(department, page):
    department.draft()
    for name in ("reader", "editor", "publisher"):
        assert department.come_in(name).get(f"{BASE}{page}").status_code == 200


def test_a_withdrawal_is_asked_for_and_reviewed(department):
    entry = department.entry()
    department.come_in("editor").post(f"{BASE}entries/{entry.pk}/withdraw/", {"reason": "机构调整"})
    row = EntryDraft.objects.get()
    assert row.case.state == "submitted"
    editing.publish(row, by=department.who("publisher"))
    assert Resource.objects.get().state == "withdrawn"


def test_the_worst_findings_come_first(department):
    entry = department.entry(extras={})
    finding.look([entry])
    rules = [row.rule for row in pages.findings(department.who("publisher"), {})]
    assert rules == ["provider_uscc", "unmounted"]


def test_no_link_leads_to_what_the_reader_may_not_open(department):
    entry = department.entry("目录甲")
    row = editing.start_revision(entry, by=department.who("editor"))
    case = f'href="{row.case.get_absolute_url()}"'
    assert case not in department.come_in("editor").get(f"{BASE}drafts/").content.decode()
    reader = department.come_in("reader").get(f"{BASE}entries/{entry.pk}/").content.decode()
    assert case not in reader
    assert f'href="{BASE}drafts/"' not in reader
    assert f'href="{BASE}drafts/"' in department.come_in("editor").get(f"{BASE}entries/").content.decode()
