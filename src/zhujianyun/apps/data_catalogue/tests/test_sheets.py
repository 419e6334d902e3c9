"""Workbooks: what is exported can be imported again, faults are said by row, and nothing is written before it was seen."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from zhujianyun.apps.data_catalogue.forms import sheet
from zhujianyun.apps.data_catalogue.models import CatalogueImport, EntryDraft
from zhujianyun.apps.data_catalogue.queries import opened
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource.models import Resource

BASE = "/workbench/data-catalogue/"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.ZJY_FILES = tmp_path / "files"


def exported() -> bytes:
    return sheet.workbook(opened.described(Resource.objects.select_related("provider"), public=False))


def changed(content: bytes, **cells: str) -> bytes:
    """The workbook with cells of its first sheet changed."""
    book = load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        name, cell = place.split("_")
        book[{"e": "目录", "i": "信息项"}[name]][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client, content: bytes):
    return client.post(f"{BASE}import/", {"file": SimpleUploadedFile("目录.xlsx", content)}, follow=True)


def test_what_is_exported_and_imported_again_changes_nothing(department):
    department.entry()
    page = upload(department.come_in("editor"), exported()).content.decode()
    run = CatalogueImport.objects.get()
    assert (run.added, run.changed, run.unchanged, run.faulty) == (0, 0, 1, 0)
    assert "没有可以写入的行" in page and EntryDraft.objects.count() == 0


def test_a_change_and_a_new_entry_become_drafts_under_review_only_when_confirmed(department):
    department.entry()
    new = {"e_A3": "", "e_B3": "全新的目录", "i_A5": "全新的目录", "i_B5": "x", "i_C5": "某项"}
    content = changed(exported(), e_E2="改过的摘要", **new)
    book = load_workbook(io.BytesIO(content))
    for column in range(3, 17):
        book["目录"].cell(3, column, book["目录"].cell(2, column).value)
    out = io.BytesIO()
    book.save(out)
    client = department.come_in("editor")
    page = upload(client, out.getvalue()).content.decode()
    assert "改过的摘要" in page and EntryDraft.objects.count() == 0
    run = CatalogueImport.objects.get()
    assert (run.added, run.changed, run.faulty) == (1, 1, 0)
    client.post(f"{BASE}import/{run.pk}/decide/", {"do": "write"})
    drafts = EntryDraft.objects.select_related("case").order_by("kind")
    assert [(one.kind, one.title, one.case.state) for one in drafts] == [
        ("new", "全新的目录", "submitted"), ("revise", "建筑业企业", "submitted"),
    ]  # fmt: skip
    again = client.post(f"{BASE}import/{run.pk}/decide/", {"do": "write"}, follow=True)
    assert "已处理过" in again.content.decode() and EntryDraft.objects.count() == 2


@pytest.mark.parametrize(
    ("cell", "value", "says"),
    [
        ("e_C2", "不存在的处", "没有名为"), ("e_C2", "住房保障处", "不能编制"), ("e_D2", "没有的分类", "分类清单"),
        ("e_A2", "206003/000999", "没有这个代码"), ("e_J2", "随便", "请从"), ("e_K2", "", "共享条件"),
        ("i_F2", "无条件共享", "更宽"), ("i_E3", "很长", "整数"), ("e_N2", "也许", "是或否"),
    ],
)  # fmt: skip
def test_each_fault_is_said_by_its_row_and_not_written(department, cell, value, says):
    department.entry()
    page = upload(department.come_in("editor"), changed(exported(), **{cell: value})).content.decode()
    assert says in page and CatalogueImport.objects.get().faulty == 1


def test_a_workbook_without_its_sheets_is_refused_as_a_whole(department):
    book = load_workbook(io.BytesIO(sheet.workbook([])))
    del book["信息项"]
    out = io.BytesIO()
    book.save(out)
    assert "信息项" in upload(department.come_in("editor"), out.getvalue()).content.decode()
    assert CatalogueImport.objects.get().state == "refused"


def test_an_item_of_an_unknown_entry_is_refused():
    with pytest.raises(RuleBroken, match="不在"):
        sheet.read(io.BytesIO(changed(sheet.workbook([]), i_A2="没有", i_B2="x", i_C2="某项")))


def test_an_import_is_given_up_and_belongs_to_whoever_made_it(department):
    department.entry()
    client = department.come_in("editor")
    upload(client, changed(exported(), e_E2="改过的摘要"))
    run = CatalogueImport.objects.get()
    assert department.come_in("publisher").get(f"{BASE}import/{run.pk}/").status_code == 404
    client.post(f"{BASE}import/{run.pk}/decide/", {"do": "give_up"})
    assert CatalogueImport.objects.get().state == "cancelled" and EntryDraft.objects.count() == 0


def test_a_text_that_looks_like_a_formula_leaves_as_text(department):
    department.entry(abstract="=1+1")
    book = load_workbook(io.BytesIO(exported()))
    assert book["目录"]["E2"].value == "'=1+1"
    assert sheet.read(io.BytesIO(exported()))[0].values["abstract"] == "=1+1"


def test_the_list_is_exported_with_its_filters(department):
    department.entry("目录甲")
    department.entry("目录乙", cycle="year")
    answer = department.come_in("reader").get(f"{BASE}export.xlsx?cycle=year")
    titles = [row[1] for row in load_workbook(io.BytesIO(answer.content))["目录"].iter_rows(values_only=True)]
    assert titles == ["目录名称*", "目录乙"]
    assert department.come_in("reader").get(f"{BASE}import/template.xlsx").status_code == 200
