"""The pages of quality: what they show, to whom, and that a rule is tried before it is kept (质量页面)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhujianyun.apps.data_gathering.actions.quality import checking, measuring, writing
from zhujianyun.apps.data_gathering.models import QualityRule, QualityRun
from zhujianyun.apps.data_gathering.rules.quality.kinds import KINDS
from zhujianyun.base import clock, jobs
from zhujianyun.kernel.access import SYSTEM

from .. import sources
from ..test_pages import BASE, browse

assert browse  # a fixture: who opens the pages
QUALITY = BASE + "sets/t.things/quality/"
SAID = {
    "column_0": "amount",
    "most": "5",
    "title": "",
    "dimension": "accuracy",
    "weight": "2",
    "threshold": "90",
}


@pytest.fixture
def source(work):
    columns = [column.row() for column in sources.COLUMNS]
    columns[1] |= {"personal": True}
    source = work.register(columns=columns)
    work.gather(source)
    return source


def look(source):
    return checking.check(measuring.newest(source.dataset), clock.now(), by=SYSTEM)


def test_a_rule_is_tried_on_real_rows_then_saved_and_the_grade_is_seen(browse, source):
    client = browse()
    assert "取值范围" in client.get(QUALITY + "new/").content.decode()
    tried = client.post(QUALITY + "new/?kind=range", {**SAID, "preview": "yes"}).content.decode()
    assert "试算结果" in tried
    assert "不合格的前 10 行" in tried
    assert "amount 应不大于 5" in tried
    assert not QualityRule.objects.exists()
    saved = client.post(QUALITY + "new/?kind=range", {**SAID, "save": "yes"}, follow=True).content.decode()
    assert "规则已保存：amount 取值范围" in saved
    client.post(QUALITY + "check/")
    jobs.run_ready()
    shown = client.get(QUALITY).content.decode()
    assert "未达标" in shown
    assert QualityRun.objects.get().grade in shown


def test_failing_rows_hide_what_is_about_persons(browse, source):
    client = browse()
    rule = writing.write_rule(
        source.dataset,
        {"title": "长度", "kind": "length", "columns": ["name"], "options": {"most": 2}},
        by=SYSTEM,
    )
    look(source)
    text = client.get(QUALITY + f"rules/{rule.code}/").content.decode()
    assert "不合格行" in text
    assert "广西“十三五”,保障房" not in text
    assert "已脱敏" in text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_form_that_says_what_is_missing(browse, source, kind):
    client = browse()
    page = client.get(QUALITY + f"new/?kind={kind}")
    assert page.status_code == 200
    answer = client.post(QUALITY + f"new/?kind={kind}", {"weight": "0", "save": "yes"})
    assert answer.status_code == 200
    assert "wb-error" in answer.content.decode()
    assert not QualityRule.objects.exists()


@pytest.mark.parametrize("kind, said", [
    ("filled", {"column_0": "name"}), ("unique", {"column_0": "id", "column_1": "day"}),
    ("format", {"column_0": "name", "format": "tidy"}), ("code", {"column_0": "name", "code": "uscc"}),
    ("listed", {"column_0": "name", "values": "南宁、柳州"}), ("length", {"column_0": "name", "least": "1"}),
    ("range", {"column_0": "day", "most": "取数日"}), ("fresh", {"days": "30"}), ("reach", {"days": "7"}),
    ("count", {"percent": "20"}), ("filled", {"column_0": "name", "item_0": "ok", "op_0": "eq", "value_0": "是"}),
    ("filled", {"column_0": "name", "item_0": "day", "op_0": "between", "value_0": "2020-01-01,2020-02-01"}),
    ("filled", {"column_0": "name", "item_0": "day", "op_0": "isnull", "value_0": "否"}),
])  # fmt: skip
def test_what_was_written_comes_back_into_the_form(browse, source, kind, said):
    client = browse()
    said = {"dimension": KINDS[kind].dimension, "weight": "1", "threshold": "100", "title": "", **said}
    client.post(QUALITY + f"new/?kind={kind}", {**said, "save": "yes"})
    rule = QualityRule.objects.get()
    form = client.get(QUALITY + f"rules/{rule.code}/change/").context["form"]
    again = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = client.post(QUALITY + f"rules/{rule.code}/change/", {**again, "save": "yes", "reason": "核对"})
    assert "规则没有改动" in answer.content.decode()


def test_a_value_of_the_wrong_type_is_told_at_its_field(browse, source):
    client = browse()
    said = {**SAID, "most": "很多", "save": "yes"}
    form = client.post(QUALITY + "new/?kind=range", said).context["form"]
    assert "类型不符" in form.errors["most"][0]
    said = {**SAID, "item_0": "day", "op_0": "ge", "value_0": "昨天", "save": "yes"}
    form = client.post(QUALITY + "new/?kind=range", said).context["form"]
    assert form.errors["value_0"]


def test_a_viewer_reads_and_writes_nothing(browse, source):
    rule = writing.write_rule(
        source.dataset, {"title": "非空", "kind": "filled", "columns": ["day"]}, by=SYSTEM
    )
    look(source)
    client = browse("viewer")
    assert "新增规则" not in client.get(QUALITY).content.decode()
    assert client.get(QUALITY + f"rules/{rule.code}/").status_code == 200
    assert client.get(QUALITY + "new/?kind=filled").status_code == 403
    client.post(QUALITY + f"rules/{rule.code}/switch/", {"is_on": "no", "reason": "不想要"})
    client.post(QUALITY + "suggest/")
    client.post(QUALITY + "check/")
    assert (QualityRule.objects.get().is_on, QualityRun.objects.count()) == (True, 1)


def test_switching_off_leaves_a_version_with_its_reason(browse, source):
    client = browse()
    rule = writing.write_rule(
        source.dataset, {"title": "非空", "kind": "filled", "columns": ["day"]}, by=SYSTEM
    )
    client.post(QUALITY + f"rules/{rule.code}/switch/", {"is_on": "no", "reason": "来源不采集"})
    page = client.get(QUALITY + f"rules/{rule.code}/").content.decode()
    assert "已停用" in page
    assert "来源不采集" in page


def test_the_overview_puts_the_worst_first_in_a_fixed_number_of_queries(browse, source, work):
    client = browse()
    writing.write_rule(source.dataset, {"title": "非空", "kind": "filled", "columns": ["name"]}, by=SYSTEM)
    look(source)
    client.get(BASE + "quality/")
    with CaptureQueriesContext(connection) as few:
        client.get(BASE + "quality/")
    for n in range(3):
        other = work.register(code=f"t.more{n}", rows=sources.rows(3))
        work.gather(other)
        writing.write_suggested(other.dataset, by=SYSTEM)
        look(other)
    work.register(code="t.never")
    with CaptureQueriesContext(connection) as many:
        page = client.get(BASE + "quality/")
    assert len(many) == len(few)
    scores = [line.run.score if line.run else None for line in page.context["lines"]]
    assert scores[-1] is None
    assert scores[:-1] == sorted(scores[:-1])
    narrow = client.get(BASE + "quality/?grade=未测").context["lines"]
    assert [line.dataset.code for line in narrow] == ["t.never"]
