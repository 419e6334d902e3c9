"""The alarms on the desk."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zhujianyun.kernel import access
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access import actions as people
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.indicator import alarms
from zhujianyun.kernel.indicator.alarms.models import Alarm
from zhujianyun.ui.screen import strip

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Client:
    """The system officer, signed in."""
    access.sync_roles()
    people.found_platform(
        **{
            duty: people.Founder(
                f"{duty}.one", duty, password="Yongjiang-2020-Bridge", must_change_password=False
            )
            for duty in ("system", "security", "audit")
        }
    )
    return entered("system.one")


def entered(name: str) -> Client:
    client = Client()
    client.force_login(
        Account.objects.get(username=name), backend="zhujianyun.kernel.access.backends.AccountBackend"
    )
    return client


@pytest.fixture(autouse=True)
def _no_second_factor(settings):  # noqa: ANN001, ANN202
    settings.ZJY_SECOND_FACTOR_FOR_OFFICERS = False


def test_an_alarm_is_acknowledged_and_closed_on_the_page(officer: Client):
    alarm = alarms.raise_("test.rule", "one", title="门户网站无法访问")
    assert "门户网站无法访问" in officer.get("/workbench/alarms/").content.decode()
    officer.post(f"/workbench/alarms/{alarm.pk}/acknowledge/")
    page = officer.get("/workbench/alarms/?state=acknowledged").content.decode()
    assert "门户网站无法访问" in page and "system确认" in page
    refused = officer.post(f"/workbench/alarms/{alarm.pk}/close/", {"reason": ""})
    assert refused.status_code == 422 and "须写明理由" in refused.content.decode()
    officer.post(f"/workbench/alarms/{alarm.pk}/close/", {"reason": "已恢复"})
    assert "已恢复" in officer.get("/workbench/alarms/?state=closed").content.decode()


def test_a_group_is_acknowledged_at_once(officer: Client):
    for number in range(40):
        alarms.raise_("test.rule", str(number), title="同类告警")
    officer.post("/workbench/alarms/acknowledge/", {"code": "test.rule", "why": "统一处理"})
    assert Alarm.objects.filter(state="acknowledged").count() == 40


def test_the_list_costs_the_same_number_of_queries_for_three_and_for_thirty(officer: Client):
    counts = []
    for upto in (3, 30):
        for number in range(upto):
            alarms.raise_("test.rule", f"{upto}:{number}", title="告警")
        officer.get("/workbench/alarms/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            officer.get("/workbench/alarms/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_audit_officer_sees_no_alarms(officer: Client):
    assert entered("audit.one").get("/workbench/alarms/").status_code == 403


def test_the_strip_groups_five_hundred_and_stops_flashing_when_acknowledged():
    for number in range(40):
        alarms.raise_("test.flood", str(number), title="洪水", severity="urgent")
    alarms.raise_("test.other", "one", title="另一条", severity="minor")
    told = strip.alarm_strip()
    assert told["open"] == 41 and told["new"] == 40 and told["more"] == 1
    assert [(line["count"], line["state"]) for line in told["lines"]] == [(40, "new")]
    alarms.acknowledge_many(alarms.open_(), by=SYSTEM)
    told = strip.alarm_strip()
    assert told["new"] == 0 and told["lines"][0]["state"] == "acknowledged"
