"""Whether services answer: what is good, what is not and why, and that the figure is the sum of its rows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from zhujianyun.apps.data_gateway import actions
from zhujianyun.apps.data_gateway.actions import probing
from zhujianyun.apps.data_gateway.models import Probe
from zhujianyun.base import clock
from zhujianyun.base.errors import OutsideFailed
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.indicator import registry
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.journal.models import Entry
from zhujianyun.kernel.resource import actions as resources

ADDRESS = "https://provider.invalid/v1"


@pytest.fixture
def interface(exchange):
    """Beside the table an interface, both open."""
    actions.open_service(exchange.mount, "permits", by=SYSTEM, member="M")
    mount = resources.mount_api(
        exchange.mount.resource,
        ADDRESS,
        {"permit_no": "permit_no"},
        code="permits-api",
        title="接口",
        by=SYSTEM,
    )
    return actions.open_service(mount, "permits-api", by=SYSTEM, member="M", paths=["/v1/*"])


def answering(monkeypatch, status: int | Exception):
    def get(url, **_):
        assert url == ADDRESS
        if isinstance(status, Exception):
            raise status
        return SimpleNamespace(status=status)

    monkeypatch.setattr(probing.outbound, "get", get)


@pytest.mark.parametrize(("status", "good"), [(200, 1), (404, 1), (401, 1), (500, 0), (503, 0)])
def test_any_answer_but_that_it_is_ill_is_good(interface, monkeypatch, status, good):
    answering(monkeypatch, status)
    probing.probe()
    row = Probe.objects.get(service=interface)
    assert (row.good, row.total, row.on, row.history) == (good, 1, clock.today(), False)


def test_silence_is_told_with_its_reason_and_a_table_without_a_file_is_not_ready(interface, monkeypatch):
    answering(
        monkeypatch,
        OutsideFailed("provider.invalid 没有按时答复", rule="outbound.timeout", peer="provider.invalid"),
    )
    assert probing.probe() == 0
    assert Probe.objects.get(service=interface).last_why == "provider.invalid 没有按时答复"
    assert Probe.objects.get(service__code="permits").last_why == "供数文件尚未就绪"


def test_looks_of_a_day_add_up_to_the_figure_and_each_leaves_a_trace(interface, monkeypatch):
    for status in (200, 500, 200):
        answering(monkeypatch, status)
        probing.probe()
    tally = registry.get("data_gateway.availability").source().tally(Period.year(2020))
    assert (tally.numerator, tally.denominator) == (2, 6)
    assert Entry.objects.filter(verb=probing.VERB).count() == 3


def test_a_closed_service_is_left_alone(interface, monkeypatch):
    answering(monkeypatch, 200)
    actions.close_service(interface, by=SYSTEM, reason="维护")
    probing.probe()
    assert not Probe.objects.filter(service=interface).exists()
