"""Rows taken away: exactly what the page shows, harmless, journalled, for their owner and for seven days."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from zhujianyun.base import clock, jobs
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.workbench import exporting
from zhujianyun.ui.workbench.models import Export

EXPORT, MINE = "/workbench/cases/export/", "/workbench/exports/"


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.ZJY_EXPORTS = tmp_path / "exports"


def body(answer):
    return b"".join(answer.streaming_content)


def table(answer):
    return list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"))))


def test_the_file_holds_the_rows_and_columns_of_the_page(bureau):
    one = bureau.accepted()
    bureau.submitted()
    browser = bureau.browser("张三", "clerk")
    asked = {
        "query": "scope=open&state=reviewing",
        "column": ["number", "title", "state", "due", "left"],
        "format": "csv",
    }
    answer = browser.post(EXPORT, asked)
    assert "attachment" in answer["Content-Disposition"] and answer["X-Content-Type-Options"] == "nosniff"
    assert table(answer) == [
        ["办件编号", "工程名称", "环节", "到期日", "时限"],
        [one.number, "青秀区某住宅楼", "审查中", "2020-03-16", "剩 10 个工作日"],
    ]


def test_a_sheet_has_days_as_days_and_texts_as_texts(bureau):
    one = bureau.accepted()
    one.title = '=HYPERLINK("http://x")'
    one.save(update_fields=["title"])
    asked = {"query": "scope=open", "column": ["title", "due", "last"], "format": "xlsx"}
    answer = bureau.browser("张三", "clerk").post(EXPORT, asked)
    number, title, due, last = load_workbook(io.BytesIO(body(answer)))["办件"][2]
    assert (number.value, title.value, title.data_type) == (one.number, '=HYPERLINK("http://x")', "s")
    assert due.value.date().isoformat() == "2020-03-16" and due.is_date and last.is_date


def test_persons_are_masked_in_the_file_as_on_the_page(bureau):
    one = bureau.accepted()
    one.applicant = Subject.objects.create(kind="person", name="欧阳小明")
    one.save(update_fields=["applicant"])
    browser = bureau.browser("张三", "clerk")
    shown = browser.get("/workbench/cases/?scope=open").content.decode()
    text = body(browser.post(EXPORT, {"query": "scope=open", "format": "csv"})).decode()
    assert "欧阳小明" not in shown and "欧阳小明" not in text and "欧阳" in text


@given(st.text(max_size=20))
def test_no_cell_of_a_file_can_start_a_formula(text):
    written = exporting.harmless(text)
    assert not written.lstrip(" \u3000").startswith(exporting.DANGEROUS)
    assert exporting.UNWRITABLE.sub("", text) in written


def test_an_export_tells_the_journal_filter_rows_and_columns(bureau):
    bureau.accepted()
    bureau.browser("张三", "clerk").post(
        EXPORT, {"query": "scope=open&q=青秀", "column": ["title"], "format": "csv"}
    )
    entry = Entry.objects.get(verb=exporting.VERB)
    assert entry.actor == bureau.account("张三").key
    assert entry.facts_dict["rows"] == 1 and entry.facts_dict["columns"] == ["办件编号", "工程名称"]
    assert "含“青秀”" in entry.facts_dict["filter"]


def test_a_long_export_is_a_job_with_a_page_of_its_own(bureau, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    one, other = bureau.accepted(), bureau.accepted()
    browser = bureau.browser("张三", "clerk")
    page = browser.post(EXPORT, {"query": "scope=open", "format": "csv"}, follow=True)
    assert "排队中" in page.content.decode()
    export = Export.objects.get()
    assert browser.get(f"{MINE}{export.pk}/file").status_code == 404
    jobs.run_ready()
    told = browser.get(f"{MINE}{export.pk}/", headers={"accept": "application/json"}).json()
    assert (told["state"], told["ended"]) == ("ready", True)
    rows = table(browser.get(f"{MINE}{export.pk}/file"))
    assert {row[0] for row in rows[1:]} == {one.number, other.number}
    assert Entry.objects.filter(verb=exporting.FETCHED).count() == 1


def test_a_job_that_runs_twice_makes_one_file_and_one_record(bureau, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    bureau.accepted()
    bureau.browser("张三", "clerk").post(EXPORT, {"query": "scope=open", "format": "csv"})
    export = Export.objects.get()
    jobs.run_ready()
    assert exporting.make_export.func(export.pk) == 1
    assert Entry.objects.filter(verb=exporting.VERB).count() == 1


def test_a_job_exports_what_its_owner_may_see_when_it_runs(bureau, monkeypatch):
    from zhujianyun.kernel.access.models import Membership

    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    bureau.accepted()
    bureau.browser("张三", "clerk").post(EXPORT, {"query": "scope=open", "format": "csv"})
    Membership.objects.filter(account=bureau.account("张三")).update(office=bureau.other)
    jobs.run_ready()
    assert Export.objects.get().rows == 0


def test_nobody_else_fetches_an_export(bureau):
    bureau.accepted()
    bureau.browser("张三", "clerk").post(EXPORT, {"query": "scope=open", "format": "csv"})
    export = Export.objects.get()
    other = bureau.browser("李四", "clerk")
    assert [other.get(f"{MINE}{export.pk}/{tail}").status_code for tail in ("", "file")] == [404, 404]
    assert export.file_name not in other.get(MINE).content.decode()


def test_after_seven_days_the_file_is_gone_from_the_page_and_from_the_disk(bureau, standing):
    bureau.accepted()
    browser = bureau.browser("张三", "clerk")
    browser.post(EXPORT, {"query": "scope=open", "format": "xlsx"})
    export = Export.objects.get()
    assert export.path.is_file()
    standing.move_to(clock.now() + timedelta(days=6, hours=23))
    assert exporting.sweep_exports.func() == 0 and export.path.is_file()
    standing.move_to(clock.now() + timedelta(hours=2))
    refused = bureau.browser("张三", "clerk").get(f"{MINE}{export.pk}/file")
    assert refused.status_code == 404 and "已过 7 天有效期" in refused.content.decode()
    assert not export.path.exists() and exporting.sweep_exports.func() == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"format": "pdf"}, "只能导出"),
        ({"format": "csv", "query": "scope=ended"}, "没有办件"),
        ({}, "只能导出"),
    ],
    ids=["format", "nothing", "empty"],
)
def test_what_cannot_be_exported_is_refused_with_a_sentence(bureau, asked, said):
    bureau.accepted()
    page = bureau.browser("张三", "clerk").post(EXPORT, asked, follow=True).content.decode()
    assert said in page and not Export.objects.exists()
