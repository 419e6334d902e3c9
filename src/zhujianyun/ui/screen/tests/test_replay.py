"""A past instant: only what was known then, the layout of then, nothing pushed (回放、快照、指标页)."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import access, indicator
from zhujianyun.kernel.access.models import Account, Membership, Office, Role
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.ui.screen import registry, snapshots
from zhujianyun.ui.screen.layouts import actions as layouts
from zhujianyun.ui.screen.layouts import text

pytestmark = pytest.mark.django_db
A, RATE = "fire_review.design_accepted", "fire_review.design_concluded_rate"


@pytest.fixture
def viewer(client):
    """Somebody who may see and edit screens, signed in."""
    access.sync_roles()
    office = Office.objects.create(
        code="hq", name="信息中心", kind=Office.Kind.PROVINCE, division_code="450000"
    )
    account = Account.objects.create(username="seer", name_zh="韦晓兰", must_change_password=False)
    for role in ("big_screen.editor", "fire_review.viewer"):
        Membership.objects.create(
            account=account, office=office, role=Role.objects.get(code=role), valid_from=date(2019, 1, 1)
        )
    client.force_login(account)
    return client


@pytest.fixture
def year():
    """Two countings: in November, and in December after a record of October has come in."""
    with clock.standing(clock.at_local(date(2020, 11, 30), 20)) as now:
        indicator.materialise(year=2020)
        now.move_to(clock.at_local(date(2020, 12, 31), 15))
        yield now


def test_before_anything_was_known_the_wall_says_so(viewer, year):
    read = orjson.loads(viewer.get("/screen/main/data?at=2020-06-01T09:00").content)
    assert read["banner"] == "回放 2020-06-01 09:00" and "还没有载入" in read["notice"]
    assert {f["text"] for w in read["widgets"].values() for f in w.get("figures", [])} == {"—"}


def test_what_became_known_later_is_not_in_a_replay(viewer, year):
    before = orjson.loads(viewer.get("/screen/main/data?at=2020-12-19T09:00").content)
    from zhujianyun.kernel.indicator.snapshots import Row, append

    append(
        [
            Row(
                A,
                "v",
                "",
                "year",
                date(2020, 1, 1),
                77,
                None,
                77,
                "exact",
                date(2020, 12, 20),
                clock.at_local(date(2020, 12, 20), 9),
                1,
                "",
                "open",
            )
        ]
    )
    after = orjson.loads(viewer.get("/screen/main/data?at=2020-12-19T09:00").content)
    then = orjson.loads(viewer.get("/screen/main/data?at=2020-12-21").content)
    now = orjson.loads(viewer.get("/screen/main/data").content)

    def accepted(read: dict) -> str:
        return next(f["text"] for f in read["widgets"]["counts"]["figures"] if f["code"] == A)

    assert accepted(before) == accepted(after) == "0" and accepted(then) == accepted(now) == "77"


def test_a_replay_is_a_page_without_stream_and_with_the_layout_of_then(viewer, year):
    account = Account.objects.get(username="seer")
    screen = registry.get("main")
    parts = {**text.parts_of(screen), "question": "换一个问题？"}
    with clock.standing(clock.at_local(date(2020, 12, 10), 9)):
        version = layouts.save("main", text.from_parts(parts, screen), base=0, by=account, reason="试试")
        layouts.publish("main", version.number, by=account, reason="试试")
    then = viewer.get("/screen/main/?at=2020-12-09T09:00").content.decode()
    later = viewer.get("/screen/main/?at=2020-12-11T09:00").content.decode()
    assert screen.question in then and "换一个问题？" not in then and "换一个问题？" in later
    assert "data-stream" not in then and "wall.js" not in then and "回放 2020-12-09 09:00" in then


@pytest.mark.parametrize("said", ["2021-01-05T09:00", "yesterday", "2020-13-01", "2020-12-32T09:00"])
def test_the_future_and_nonsense_cannot_be_replayed(viewer, year, said):
    assert viewer.get(f"/screen/main/?at={said}").status_code == 404


def test_a_snapshot_is_the_same_bytes_and_bears_its_digest(viewer, year):
    made = [snapshots.sheet("main", clock.at_local(date(2020, 12, 1), 9)) for _ in range(2)]
    read = [snapshots.render(one, "pdf") for one in made]
    assert read[0] == read[1] and read[0].startswith(b"%PDF")
    assert made[0].digest == made[1].digest and made[0].banner == "回放 2020-12-01 09:00"
    assert snapshots.sheet("fire").digest != made[0].digest
    assert snapshots.render(made[0], "png", pixels=480).startswith(b"\x89PNG")


def test_a_snapshot_over_the_web_is_in_the_journal(viewer, year):
    answer = viewer.get("/screen/fire/snapshot.pdf")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert Entry.objects.filter(verb="screen.snapshot", object_id="fire").count() == 1
    assert viewer.get("/screen/nowhere/snapshot.pdf").status_code == 404
    with pytest.raises(NotFound):
        snapshots.sheet("nowhere")


def test_the_page_for_paper_has_every_widget_and_its_table(viewer, year):
    page = viewer.get("/screen/main/print").content.decode()
    hung = registry.get("main").widgets
    assert page.count("<svg") == len(hung) and "<script" not in page
    assert page.count("<table>") == len(hung)


def test_the_page_of_a_figure_says_what_a_reader_must_know(viewer, year):
    page = viewer.get(f"/screen/figure/{RATE}/?city=450100").content.decode()
    for word in (
        "口径",
        "同期口径",
        "载入时间",
        "来源",
        "办件",
        "责任处室",
        "口径版本",
        "目标",
        "各县区",
        "分母",
        "同比",
    ):
        assert word in page
    assert viewer.get("/screen/figure/no.such/").status_code == 404
    then = viewer.get(f"/screen/figure/{A}/?at=2020-12-01T09:00").content.decode()
    assert "回放 2020-12-01 09:00" in then and "记录为现在的" in then


def test_an_export_is_in_the_journal_and_runs_no_formula(viewer, year):
    answer = viewer.get(f"/screen/figure/{A}/records.csv?year=2020")
    text_ = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert answer["Content-Type"].startswith("text/csv") and text_.splitlines()
    assert Entry.objects.get(verb="indicator.export").object_id == A
    from zhujianyun.ui.screen.figure_pages import _harmless

    assert _harmless("=1+1") == "'=1+1" and _harmless("平安") == "平安" and _harmless(3) == 3


def test_a_revised_figure_prints_both_values(viewer, year):
    from zhujianyun.kernel.indicator.snapshots import Row, append

    at = clock.at_local(date(2020, 12, 20), 9) + timedelta(seconds=1)
    append(
        [
            Row(
                A,
                "v",
                "",
                "year",
                date(2020, 1, 1),
                5,
                None,
                5,
                "exact",
                date(2020, 12, 20),
                at,
                1,
                "修订：冻结后收到迟到记录，原值 0",
                "restated",
            )
        ]
    )
    page = viewer.get(f"/screen/figure/{A}/?year=2020").content.decode()
    assert "修订" in page and "冻结值 0项" in page and "现值 5项" in page and "迟到记录" in page
