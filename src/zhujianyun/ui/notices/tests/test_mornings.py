"""What people are told in the morning of a working day (晨间消息测试)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zhujianyun.base import clock
from zhujianyun.kernel.case.models import Case, ClockRun
from zhujianyun.ui.notices import mornings
from zhujianyun.ui.notices.models import Notice

pytestmark = pytest.mark.django_db
MONDAY = date(2020, 3, 2)


def _morning() -> dict[tuple[int, str], Notice]:
    mornings.morning.func()
    return {(notice.account_id, notice.kind): notice for notice in Notice.objects.all()}


def _cases(bureau, number: int, due: date) -> list[Case]:
    found = [bureau.submitted() for _ in range(number)]
    Case.objects.filter(pk__in=[one.pk for one in found]).update(due_on=due)
    return found


def test_everybody_with_something_to_do_gets_one_summary_with_a_link(bureau):
    clerk, rev = bureau.account("张三", "clerk"), bureau.account("王五", "rev")
    _cases(bureau, 3, MONDAY)
    _cases(bureau, 2, MONDAY - timedelta(days=1))
    told = _morning()
    summary = told[clerk.pk, "summary"]
    assert summary.title == "今日提要：待办 5 件，今日到期 3 件，超期 2 件"
    assert summary.url == "/workbench/cases/?scope=todo"
    assert (rev.pk, "summary") not in told, "nothing waits for him"


def test_cases_due_today_are_one_notice_that_names_the_first_few(bureau):
    clerk = bureau.account("张三", "clerk")
    _cases(bureau, 18, MONDAY)
    due = _morning()[clerk.pk, "due"]
    assert due.title == "今日到期 18 件"
    assert due.text.splitlines()[-1] == "另有 12 件"
    assert due.count == 18


def test_on_monday_the_week_end_counts_as_newly_overdue_and_older_does_not(bureau):
    clerk = bureau.account("张三", "clerk")
    for days in (1, 2, 3, 4):
        _cases(bureau, 1, MONDAY - timedelta(days=days))
    assert _morning()[clerk.pk, "overdue"].title == "新近超期 3 件", "Friday to Sunday"


def test_the_same_morning_twice_tells_nothing_twice(bureau):
    bureau.account("张三", "clerk")
    _cases(bureau, 2, MONDAY)
    first = {notice.key for notice in _morning().values()}
    assert {notice.key for notice in _morning().values()} == first


def test_nobody_is_told_anything_on_a_day_off(bureau, standing):
    bureau.account("张三", "clerk")
    _cases(bureau, 1, date(2020, 3, 7))
    standing.move_to(clock.at_local(date(2020, 3, 7), 8, 30))
    assert _morning() == {}


def test_a_long_pause_is_told_to_the_officer_in_charge_once_a_month(bureau, standing):
    rev = bureau.account("王五", "rev")
    case = bureau.accepted()
    Case.objects.filter(pk=case.pk).update(holder=rev)
    pause = {"paused_on": "2020-01-20", "resumed_on": None, "cap_on": "2020-03-20", "type": "检测"}
    ClockRun.objects.filter(case=case).update(paused=True, segments=[pause], cap_on=date(2020, 3, 20))
    paused = _morning()[rev.pk, "paused"]
    assert "自 2020-01-20 起中止" in paused.text and "2020-03-20" in paused.text
    Notice.objects.update(read_at=clock.now())
    standing.move_to(clock.at_local(date(2020, 3, 3), 8, 30))
    told = _morning()
    assert told[rev.pk, "paused"].read_at is not None, "not again in the same month"


def test_the_queries_of_a_morning_do_not_grow_with_the_cases(bureau, django_assert_max_num_queries):
    bureau.account("张三", "clerk")
    _cases(bureau, 30, MONDAY)
    with django_assert_max_num_queries(25):
        _morning()


def test_old_notices_are_cleared_away(bureau):
    account, now = bureau.account("张三", "clerk"), clock.now()
    for key, at, read_at in (
        ("read long ago", now - timedelta(days=90), now - timedelta(days=61)),
        ("read lately", now - timedelta(days=90), now - timedelta(days=5)),
        ("never read", now - timedelta(days=90), None),
        ("a year old", now - timedelta(days=366), None),
    ):
        Notice.objects.create(account=account, key=key, title=key, at=at, read_at=read_at)
    assert mornings.prune.func() == 2
    assert sorted(Notice.objects.values_list("key", flat=True)) == ["never read", "read lately"]
