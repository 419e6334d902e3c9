"""Whoever asked is told what became of it, once and without the people of the other side."""

from __future__ import annotations

import pytest

from zhujianyun.apps.data_catalogue.actions import correcting, deciding, mounting
from zhujianyun.apps.data_catalogue.tests.sharing_desk import CITY, Desk
from zhujianyun.apps.data_catalogue.tests.test_correcting import WRONG
from zhujianyun.kernel import journal
from zhujianyun.ui.notices.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(department) -> Desk:
    return Desk.of(department)


def told(desk, name):
    while journal.seal():
        pass
    journal.run_followers(only=("data_catalogue.grants",))
    while journal.seal():
        pass
    journal.run_followers(only=("data_catalogue.consumers",))
    return list(Notice.objects.filter(account=desk.department.accounts[name]).values_list("title", flat=True))


def test_consent_and_delivery_reach_every_head_of_the_consumer_once(desk):
    desk.granted()
    for name in ("consumer", "consumer2"):
        found = told(desk, name)
        assert sorted(one.partition("：")[0] for one in found) == ["已同意共享", "数据已交付"], name
        assert told(desk, name) == found
    assert not told(desk, "head")


def test_who_loses_the_data_because_the_mount_is_off_is_told(desk):
    _, grant = desk.granted()
    mounting.unmount(grant.mount, by=desk.who("editor"), reason="停止维护")
    assert any(one.startswith("授权已暂停") for one in told(desk, "consumer"))


def test_the_paper_that_puts_the_answer_off_is_told(desk):
    row = desk.proposed()
    deciding.extend(row, by=desk.who("head"), reason="征求意见", expected=row.case.version)
    assert any(one.startswith("答复延期") for one in told(desk, "consumer"))


def test_who_reported_a_value_hears_the_result(desk):
    office = desk.department.offices[CITY]
    row = correcting.report(desk.mounted(), WRONG, by=desk.who("consumer"), key="k", office=office)
    for name in ("accept", "begin"):
        correcting.step(row, name, desk.who("clerk"))
    correcting.uphold(row, by=desk.who("head"), reason="无误", expected=row.case.version)
    assert [one.partition("：")[0] for one in told(desk, "consumer")] == ["校核维持原值"]
