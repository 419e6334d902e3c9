"""Sheets in and out: every bad sheet is refused with a sentence, nothing is written unseen, and what goes out comes in."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from zhujianyun.apps.asset_inventory.actions import ending, entering, importing
from zhujianyun.apps.asset_inventory.forms import importing as reading
from zhujianyun.apps.asset_inventory.forms import reading as sheets
from zhujianyun.apps.asset_inventory.forms import writing
from zhujianyun.apps.asset_inventory.models import ImportRow, ImportRun, SystemRecord
from zhujianyun.base import files
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel.journal.models import Entry

HEAD = ["系统代码", "系统名称", "责任单位", "用户数", "备份方式", "承建运维单位"]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ZJY_FILES = tmp_path / "files"


def book(rows: list[list], **more) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for merged in more.get("merged", ()):
        made.active.merge_cells(merged)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def handed_in(department, content: bytes, name: str = "台账.xlsx", who: str = "centre") -> ImportRun:
    by = department.who(who)
    run = importing.begin_import(files.put(content, name=name, kinds=("xlsx", "csv")), by=by)
    return reading.examine(run, by=by)


def effects(run: ImportRun) -> list[str]:
    return list(run.rows.values_list("effect", flat=True))


def test_nothing_is_written_before_it_is_confirmed_and_then_all_of_it(department):
    run = handed_in(
        department,
        book(
            [
                HEAD,
                ["a1", "甲系统", "住房保障处", 12, "异地备份", "某公司"],
                ["b1", "乙系统", "建筑市场监管处"],
            ]
        ),
    )
    assert (run.state, run.added, run.faulty) == ("checked", 2, 0)
    assert not SystemRecord.objects.exists()
    reading.carry_out(run, by=department.who("centre"))
    found = SystemRecord.objects.select_related("system__owner", "vendor").get(system__code="a1")
    assert (found.system.owner.name, found.users_count, found.backup, found.vendor.name) == (
        "住房保障处",
        12,
        "offsite",
        "某公司",
    )
    with pytest.raises(Conflict):
        reading.carry_out(run, by=department.who("centre"))
    assert SystemRecord.objects.count() == 2


def test_each_row_says_whether_it_adds_changes_or_leaves_alone_and_an_empty_cell_changes_nothing(department):
    department.enter("a1", name="甲系统", purpose="原用途")
    department.enter("b1", name="乙系统")
    run = handed_in(
        department,
        book(
            [
                HEAD,
                ["a1", "甲系统", "住房保障处", 9],
                ["b1", "乙系统", "住房保障处"],
                ["c1", "丙系统", "住房保障处"],
            ]
        ),
    )
    assert effects(run) == ["change", "same", "add"]
    assert run.rows.get(number=2).changes == [{"column": "users_count", "before": None, "after": 9}]
    reading.carry_out(run, by=department.who("centre"))
    found = SystemRecord.objects.get(system__code="a1")
    assert (found.users_count, found.purpose) == (9, "原用途")


def test_a_bad_row_names_column_value_and_remedy_and_the_good_ones_still_go_in(department):
    run = handed_in(
        department, book([HEAD, ["甲", "甲系统", "住房保证处", "很多"], ["b1", "乙系统", "住房保障处"]])
    )
    bad = run.rows.get(number=2)
    assert [fault["column"] for fault in bad.faults] == ["系统代码", "责任单位", "用户数"]
    assert "住房保障处" in bad.faults[1]["remedy"]
    reading.carry_out(run, by=department.who("centre"))
    assert list(SystemRecord.objects.values_list("system__code", flat=True)) == ["b1"]


def test_rows_that_repeat_each_other_or_take_a_name_of_the_inventory_are_told(department):
    department.enter("old", name="丙系统")
    run = handed_in(
        department,
        book(
            [
                HEAD,
                ["a1", "甲系统", "住房保障处"],
                ["a1", "乙系统", "住房保障处"],
                ["b1", "甲系统", "住房保障处"],
                ["c1", "丙 系统", "住房保障处"],
            ]
        ),
    )
    assert effects(run) == ["add", "faulty", "faulty", "faulty"]
    assert "与第 2 行重复" in run.rows.get(number=3).faults[0]["problem"]
    assert "把代码改为 old" in run.rows.get(number=5).faults[0]["remedy"]


@pytest.mark.parametrize(
    ("head", "hint"),
    [
        (["系统代码", "系统名", "责任单位"], "是不是“系统名称”"),
        (["系统代码", "系统名称"], "请加上“责任单位”"),
        (["系统代码", "系统名称", "责任单位", "责任单位"], "表头重复"),
    ],
    ids=["near", "missing", "twice"],
)
def test_a_wrong_header_is_refused_with_a_hint(department, head, hint):
    run = handed_in(department, book([head, ["a1", "甲", "住房保障处"]]))
    assert run.state == "refused"
    assert any(hint in fault["remedy"] + fault["problem"] for fault in run.faults)


def test_merged_cells_are_refused_and_named(department):
    run = handed_in(department, book([HEAD, ["a1", "甲", "住房保障处"], ["", "", ""]], merged=["A2:A3"]))
    assert run.state == "refused" and "A2:A3" in run.faults[0]["problem"]


def test_a_formula_that_was_never_computed_is_an_error_of_its_row(department):
    run = handed_in(department, book([HEAD, ["a1", "甲系统", "住房保障处", "=1+2"]]))
    assert run.rows.get().faults[0]["problem"] == "公式没有计算结果"


def test_a_formula_with_its_value_counts_as_the_value(department):
    plain = book([HEAD, ["a1", "甲系统", "住房保障处", 7777]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"<v>7777</v>", b"<f>7000+777</f><v>7777</v>")
            new.writestr(name, part)
    run = handed_in(department, out.getvalue())
    assert effects(run) == ["add"]
    assert run.rows.get().given["用户数"] == "7777"


def rows_of_a_million() -> bytes:
    plain = book([HEAD])
    out = io.BytesIO()
    row = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>'
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"</sheetData>", row * 1_000_000 + b"</sheetData>")
            new.writestr(name, part)
    return out.getvalue()


def test_a_million_rows_are_refused_by_the_store_or_after_the_first_thousands(department, monkeypatch):
    monkeypatch.setattr(
        "zhujianyun.base.files.store._judge", lambda *_: "xlsx"
    )  # as if the store had let it pass
    asked = []
    monkeypatch.setattr(sheets, "load_workbook", lambda *a, **k: asked.append(1))
    run = handed_in(department, rows_of_a_million())
    assert run.state == "refused" and "5,000 行" in run.faults[0]["problem"]
    assert not asked  # the sheet was never built up in memory


def test_a_zip_bomb_and_what_is_no_sheet_are_refused_by_the_store(department):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<x/>")
        packed.writestr("xl/workbook.xml", b"\0" * 300_000_000)
    for content in (bomb.getvalue(), b"", b"MZ\x90 not a sheet"):
        with pytest.raises(RuleBroken):
            files.put(content, name="台账.xlsx", kinds=("xlsx", "csv"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_that_offices_use(department, encoding):
    text = "系统代码,系统名称,责任单位\na1,甲系统,住房保障处\n"
    assert effects(handed_in(department, text.encode(encoding), "台账.csv")) == ["add"]


def test_an_empty_file_of_headers_is_refused(department):
    assert handed_in(department, book([HEAD])).state == "refused"


def test_a_division_imports_its_own_systems_only_and_a_reader_none(department):
    run = handed_in(
        department,
        book([HEAD, ["a1", "甲系统", "住房保障处"], ["b1", "乙系统", "建筑市场监管处"]]),
        who="housing",
    )
    assert effects(run) == ["add", "faulty"]
    with pytest.raises(NotAllowed):
        handed_in(department, book([HEAD, ["a1", "甲", "住房保障处"]]), who="reader")


def test_a_retired_system_is_not_brought_back_by_a_sheet(department):
    record = department.enter("a1", name="甲系统")
    ending.retire(record, by=department.who("centre"), reason="停用")
    run = handed_in(department, book([HEAD, ["a1", "甲系统", "住房保障处", 5]]))
    assert effects(run) == ["faulty"]


def test_what_somebody_else_did_in_between_stops_the_whole_import(department):
    run = handed_in(department, book([HEAD, ["a1", "甲系统", "住房保障处"], ["b1", "乙系统", "住房保障处"]]))
    department.enter("zz", name="乙系统")
    with pytest.raises(RuleBroken, match="第 3 行"):
        reading.carry_out(run, by=department.who("centre"))
    assert not SystemRecord.objects.filter(system__code="a1").exists()
    assert ImportRun.objects.get().state == "checked"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_is_exported_can_be_imported_again_and_changes_nothing(department, kind):
    department.enter("a1", name="甲系统", purpose="=HYPERLINK(1)", users_count=3, note="-备注")
    record = department.enter("b1", name="乙系统", vendor=entering.vendor("某公司"))
    entering.change_system(record, {"is_service": True}, by=department.who("centre"), expected_version=1)
    records = SystemRecord.objects.select_related(
        "system__owner", "system__network", "system__cloud", "vendor"
    )
    content = writing.xlsx(records) if kind == "xlsx" else writing.text(records)
    run = handed_in(department, content, f"台账.{kind}")
    assert effects(run) == ["same", "same"], [row.faults + row.changes for row in run.rows.all()]


def test_no_cell_of_an_export_is_a_formula(department):
    department.enter("a1", name="甲系统", purpose="=cmd|' /C calc'!A0")
    sheet = load_workbook(io.BytesIO(writing.xlsx(SystemRecord.objects.all()))).worksheets[0]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_template_offers_todays_divisions_and_can_be_handed_in_when_filled(department):
    made = load_workbook(io.BytesIO(writing.template()))
    assert "住房保障处" in [cell.value for cell in made["可选项"]["A"]]
    sheet = made["系统台账"]
    for place, value in enumerate(["a1", "甲系统", "住房保障处"], start=1):
        sheet.cell(2, place, value)
    out = io.BytesIO()
    made.save(out)
    assert effects(handed_in(department, out.getvalue())) == ["add"]


def test_an_import_that_was_given_up_is_over(department):
    run = handed_in(department, book([HEAD, ["a1", "甲系统", "住房保障处"]]))
    importing.give_up(run, by=department.who("centre"))
    with pytest.raises(Conflict):
        reading.carry_out(run, by=department.who("centre"))
    assert ImportRow.objects.filter(run=run).exists() and not SystemRecord.objects.exists()
    assert Entry.objects.filter(verb="asset_inventory.import_give_up").exists()
