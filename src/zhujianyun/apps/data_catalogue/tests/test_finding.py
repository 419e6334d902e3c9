"""Findings over time: first seen, gone, back again, and closed by a landing."""

from __future__ import annotations

from datetime import timedelta

from zhujianyun.apps.data_catalogue.actions import finding
from zhujianyun.apps.data_catalogue.models import CatalogueFinding
from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.indicator import registry
from zhujianyun.kernel.indicator.periods import Period
from zhujianyun.kernel.resource import actions as resources


def land(dataset, version: int = 0, rows: int = 5) -> None:
    resources.land(
        dataset, version=version, batch=f"{dataset.code}-{version}", rows=rows, digest="0" * 64,
        taken_at=clock.now(), by=SYSTEM,
    )  # fmt: skip


def tally(code: str):
    return registry.get(f"data_catalogue.{code}").tally(Period.year(2020)).value


def test_looking_twice_changes_nothing_and_what_is_mended_is_closed(department):
    entry = department.entry()
    assert finding.look([entry]) == (1, 0)
    assert finding.look([entry]) == (0, 0)
    department.mount(entry)
    assert finding.look([entry]) == (0, 1)
    row = CatalogueFinding.objects.get(rule="unmounted")
    assert (row.first_seen_on, row.closed_on) == (clock.today(), clock.today())


def test_a_table_that_is_not_gathered_in_time_is_stale_until_it_lands(department):
    entry, dataset = department.entry(), department.dataset()
    department.mount(entry, dataset=dataset)
    department.time.move_to(clock.now() + timedelta(days=40))
    finding.look_everywhere()
    assert CatalogueFinding.objects.filter(rule="stale", closed_on=None).count() == 1
    assert tally("stale") == 1
    land(dataset)
    while journal.seal():
        pass
    journal.run_followers(only=("data_catalogue.landed",))
    assert not CatalogueFinding.objects.filter(rule="stale", closed_on=None).exists()


def test_rows_count_each_mounted_table_once_and_only_its_last_snapshot(department):
    dataset, other = department.dataset(), department.dataset("market.other")
    first, second = department.entry("甲"), department.entry("乙")
    department.mount(first, "a", dataset)
    department.mount(second, "b", dataset)
    land(dataset, 0, 100)
    land(other, 0, 999)
    assert tally("rows") == 100
    department.time.move_to(clock.now() + timedelta(days=3))
    land(dataset, 1, 130)
    assert tally("rows") == 130


def test_nothing_hangs_on_a_withdrawn_entry_for_the_figures(department):
    entry = department.entry()
    department.mount(entry)
    assert (tally("catalogues"), tally("mounted_resources")) == (1, 1)
    department.time.move_to(clock.now() + timedelta(days=3))
    resources.withdraw(entry, by=SYSTEM, reason="机构调整")
    assert (tally("catalogues"), tally("mounted_resources")) == (0, 0)
    finding.look([entry])
    assert CatalogueFinding.objects.filter(rule="mount_without_entry").exists()


def test_what_other_departments_let_us_use_is_not_ours_to_count(department):
    department.offices["gx-mz"] = Office.objects.create(code="gx-mz", name="自治区民政厅", kind="province")
    foreign = department.entry("婚姻登记信息", "gx-mz")
    resources.mount_api(
        foreign, "https://mz.invalid/v1", {"uscc": "uscc"}, code="mz-marriage", title="婚姻接口", by=SYSTEM
    )
    department.mount(department.entry())
    assert (tally("catalogues"), tally("mounted_resources")) == (1, 1)
