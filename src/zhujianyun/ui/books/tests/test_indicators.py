"""The book of indicators (指标册测试)."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import all_, materialise, sync_versions
from zhujianyun.kernel.indicator.models import PeriodState, Target
from zhujianyun.kernel.indicator.tally import Aggregate
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui.books.figures import queries, sheets
from zhujianyun.ui.books.figures.drawing import sparkline

BOOK = "/workbench/indicators/"
CODE = "fire_review.design_accepted"


def test_every_indicator_stands_in_the_book_with_its_code(enter):
    page = enter("leader").get(BOOK).content.decode()
    missing = [one.code for one in all_() if one.code not in page or one.zh not in page]
    assert missing == []


@pytest.mark.parametrize("name", ["system", "security", "audit"])
def test_officers_without_the_permission_are_refused(enter, name):
    assert enter(name).get(BOOK).status_code == 403


@pytest.mark.parametrize("q", ["设计审查", "fire_review.design", "DESIGN_accepted", "受理 消防"])
def test_words_are_found_in_code_name_and_definition(q):
    assert CODE in {one.code for one in queries.chosen(queries.Filters(q=q))}


def test_every_word_must_fit_and_filters_add_up():
    assert queries.chosen(queries.Filters(q="设计 没有这个词")) == []
    assert {one.app for one in queries.chosen(queries.Filters(app="big_screen"))} == {"big_screen"}
    assert {one.kind.value for one in queries.chosen(queries.Filters(kind="ratio"))} == {"ratio"}


def test_additivity_is_said_for_every_way_of_adding_up():
    assert set(queries.ADDITIVITY_ZH) == set(Aggregate)
    assert all(queries.ADDITIVITY_ZH[one.aggregate] for one in all_())


def test_the_queries_of_the_book_do_not_grow_with_the_indicators(enter, django_assert_max_num_queries):
    browser = enter("leader")
    with django_assert_max_num_queries(26):
        assert browser.get(BOOK).status_code == 200


def test_one_indicator_shows_definition_versions_lineage_and_periods(enter):
    with clock.standing(clock.at_local(date(2020, 12, 31), 12)):
        sync_versions()
        materialise(year=2020)
        PeriodState.objects.create(
            indicator=CODE, grain="month", period_start=date(2020, 1, 1), period_end=date(2020, 2, 1), state="frozen",
            changed_at=clock.now(), changed_by="account:1", reason="月报已报送",
        )  # fmt: skip
        Target.objects.create(
            indicator=CODE, period_start=date(2020, 1, 1), value=Decimal(100), direction="up", owner="消防处"
        )
        page = enter("leader").get(BOOK + CODE + "/").content.decode()
    for said in (
        "口径沿革",
        "首次登记",
        "月报已报送",
        "已冻结",
        "不低于",
        "可加",
        f"/screen/figure/{CODE}/?year=2020",
        "case.",
    ):
        assert said in page, said


def test_a_ratio_leads_to_its_parts(enter):
    from zhujianyun.kernel.indicator import registry

    ratio = next(one for one in all_() if registry.parts(one))
    page = enter("leader").get(f"{BOOK}{ratio.code}/").content.decode()
    assert f"{BOOK}{registry.parts(ratio)[0]}/" in page


@pytest.mark.parametrize("path", ["no.such/", "book.pdf"])
def test_what_does_not_exist_is_not_found(enter, path):
    assert enter("leader").get(BOOK + path).status_code == 404


@pytest.mark.parametrize("year", ["1800", "x", "99999", "2020'"])
def test_a_year_without_data_gives_this_year(enter, year):
    assert enter("leader").get(f"{BOOK}{CODE}/?year={year}").status_code == 200


def test_the_book_as_csv_has_a_line_for_each_and_is_journalled(enter, people):
    answer = enter("leader").get(BOOK + "book.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == sheets.HEADS
    assert [row[0] for row in rows[1:]] == sorted(one.code for one in all_())
    assert all(row[4] for row in rows[1:]), "every one has a definition"
    told = Entry.objects.get(verb="indicator.book")
    assert (told.actor, told.facts_dict) == (people["leader"].key, {"form": "csv", "rows": len(all_())})


def test_the_book_as_a_workbook_follows_the_search(enter):
    from openpyxl import load_workbook

    answer = enter("leader").get(BOOK + f"book.xlsx?q={CODE}")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [row[0].value for row in sheet.iter_rows()] == ["代码", CODE]
    assert sheet.freeze_panes == "C2"


def test_no_cell_can_start_a_formula():
    assert sheets._harmless("=1+1") == "'=1+1"
    assert sheets._harmless(" @SUM(A1)") == "' @SUM(A1)"
    assert sheets._harmless("消防设计审查") == "消防设计审查"


@given(st.lists(st.none() | st.decimals(-(10**6), 10**6, places=2), max_size=14))
def test_a_line_breaks_where_nobody_counted_and_stays_in_its_frame(values):
    drawn = sparkline(values, label="<x>")
    known = [value for value in values if value is not None]
    if len(known) < 2:
        assert drawn == ""
        return
    assert "&lt;x&gt;" in drawn and "<x>" not in drawn
    points = [
        pair.split(",") for line in drawn.split('points="')[1:] for pair in line.partition('"')[0].split()
    ]
    assert all(0 <= float(x) <= 120 and 0 <= float(y) <= 28 for x, y in points)
    runs = "".join("x" if value is not None else " " for value in values).split()
    assert drawn.count("<polyline") == sum(len(run) > 1 for run in runs)
