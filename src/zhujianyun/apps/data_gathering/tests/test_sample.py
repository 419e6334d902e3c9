"""The demo year of gathering: every kind of store, later states, faults, and the same after a break (归集演示年)."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from zhujianyun.apps.data_gathering import sample
from zhujianyun.apps.data_gathering.models import Batch, Drift, QuarantinedRow, Source
from zhujianyun.apps.data_gathering.sample import rows, states, stores, tables, year
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import actions as resource
from zhujianyun.kernel.resource.models import Dataset, Snapshot
from zhujianyun.kernel.system.models import BusinessSystem

SIGNING = "contract_no project_code house_code area_m2 amount signed_on"
FACILITY = "facility_code name address city_code capacity state built_on"
PROJECT = "project_code project_name builder_uscc address area_m2 city_code decided_on"
PERMIT = "permit_no holder_name holder_uscc issued_on valid_to issuer"
TABLES = (  # system, title, columns: one of each kind of store
    ("fund_supervision", "公积金缴存表", "account_no uscc name amount paid_on city_code"),
    ("online_signing", "商品房网签合同表", SIGNING),
    ("credit", "建筑市场信用评价表", "subject_uscc subject_name kind decision_no decided_on summary"),
    ("testing_bodies", "工程质量检测报告表", "uscc name legal_person address level valid_to city_code"),
    ("villages", "农村生活垃圾设施表", FACILITY), ("fire_review", "消防验收表", PERMIT),
    ("drawing_review", "施工图审查合格书表", PROJECT), ("e_licence", "资质电子证照表", PERMIT),
    ("bidding", "招标公告表", PROJECT), ("bidding", "施工许可表", PERMIT), ("urban_projects", "城市桥梁表", FACILITY),
    ("urban_projects", "海绵城市项目表", FACILITY), ("cranes", "起重机械使用登记表", FACILITY),
    ("constructors", "二级建造师注册人员表", "id_no person_name phone cert_no employer_uscc valid_to"),
    ("rural_houses", "农村房屋鉴定表", "house_code address area_m2 structure grade built_on"),
)  # fmt: skip
SCALE = 0.02


@pytest.fixture
def registered(office, settings, tmp_path):
    """Data sets as a catalogue registers them, and two systems that it does not name."""
    settings.ZJY_LAKE, settings.ZJY_KEYS = tmp_path / "lake", tmp_path / "keys"
    settings.ZJY_SOURCES = tmp_path / "sources"
    for code in {system for system, *_ in TABLES} | {"sewage", "exchange"}:
        BusinessSystem.objects.create(code=code, name=code, owner=office, authority="housing")
    with clock.standing(clock.at_local(date(2020, 5, 4), 9)) as time:
        for place, (system, title, names) in enumerate(TABLES):
            time.move_to(clock.at_local(date(2020, 5, 4), 9, place))
            listed = names.split()
            columns = [{"name": n, "type": tables.type_of(n), "nullable": n != listed[0]} for n in listed]
            resource.register_dataset(
                f"t-{place}", title, BusinessSystem.objects.get(code=system), columns, listed[:1], by=SYSTEM
            )


def outcome() -> dict[str, Counter[str]]:
    """What matters of a play: batches with their digests, changes of columns, rows put aside, snapshots."""
    lists = {
        "batches": Batch.objects.values_list(
            "dataset__code", "asked_at", "mode", "state", "landed", "rejected", "duplicate", "late", "digest", "inserted",
            "updated", "deleted",
        ),
        "drifts": Drift.objects.values_list("dataset__code", "kind", "column", "state"),
        "aside": QuarantinedRow.objects.values_list("batch__dataset__code", "number", "rule"),
        "snapshots": Snapshot.objects.values_list("dataset__code", "version", "rows", "taken_at"),
        "sources": Source.objects.values_list("dataset__code", "kind", "mode", "next_at"),
    }  # fmt: skip
    return {name: Counter(map(str, listed)) for name, listed in lists.items()}


@pytest.fixture
def played(registered):
    sample.play(SCALE, 7)


@pytest.mark.usefixtures("played")
class TestYear:
    """All about one play."""

    def test_every_kind_of_store_is_gathered_and_adds_up(self):
        kinds = {"sqlite", "csv", "xlsx", "json", "xml", "rest"}
        complete = Batch.objects.filter(state="complete", dataset__source__kind__in=kinds)
        assert {batch.dataset.source.kind for batch in complete} >= kinds
        assert all(batch.source_count == batch.read for batch in complete)
        assert Source.objects.count() == len(TABLES) + 2
        first = complete.filter(dataset__title="公积金缴存表").order_by("pk")[0]
        assert first.landed + first.rejected == tables.sized("公积金缴存表", SCALE)

    def test_faults_are_found_and_nothing_else_is_rejected(self):
        rules = set(QuarantinedRow.objects.values_list("rule", flat=True))
        assert {"uscc.check", "row.type"} <= rules
        assert rules <= {"uscc.check", "citizen_id.check", "row.type", "row.key_empty", "citizen_id.birthday"}
        assert Batch.objects.filter(duplicate__gt=0).exists()
        assert any("row.code_list:kind" in batch.findings for batch in Batch.objects.all())
        assert all(
            row.is_sealed
            for row in QuarantinedRow.objects.filter(batch__dataset__title="二级建造师注册人员表")
        )

    def test_december_brings_exactly_what_the_state_says(self):
        dataset = Dataset.objects.get(title="商品房网签合同表")
        table = year.listed(SCALE)[[t.code for t in year.listed(SCALE)].index(dataset.code)]
        told = states.change(table, states.DECEMBER)
        later = Batch.objects.filter(dataset=dataset, mode="digest").get()
        assert (later.inserted, later.deleted) == (len(told.new), len(told.gone))
        assert later.updated >= len(told.changed) - 1
        last = Batch.objects.filter(dataset=dataset, mode="cursor").get()
        assert last.inserted == len(states.change(table, states.LAST).new) and last.state == "complete"

    def test_a_renamed_column_stops_its_table_and_an_added_one_does_not(self):
        bridge, sponge = (Dataset.objects.get(title=t) for t in (stores.RENAMED[0], stores.ADDED[0]))
        assert bridge.stopped_why and not sponge.stopped_why
        assert Drift.objects.filter(dataset=bridge, kind="renamed").exists()
        assert Snapshot.objects.filter(dataset=bridge).count() == 1
        assert Snapshot.objects.filter(dataset=sponge).count() == 2
        gone = Batch.objects.filter(dataset__title="起重机械使用登记表").order_by("pk").last()
        assert (gone.state, gone.rule) == ("failed", "gathering.file")

    def test_nothing_happens_after_the_hour_at_which_the_demo_stands(self):
        ends = clock.at_local(date(2020, 12, 31), 14, 30)
        assert not Batch.objects.filter(ended_at__gte=ends).exists()
        assert not Source.objects.filter(next_at__lt=ends).exists()

    def test_played_again_nothing_happens(self):
        before = outcome()
        sample.play(SCALE, 7)
        assert outcome() == before


def test_a_play_that_was_broken_off_ends_like_one_that_was_not(registered, settings, tmp_path, monkeypatch):
    """Broken off three times: before a batch is read, in the middle of one, and while a store is written."""
    from django.db import transaction

    with transaction.atomic():
        sample.play(SCALE, 7)
        expected = outcome()
        transaction.set_rollback(True)
    settings.ZJY_LAKE, settings.ZJY_SOURCES = tmp_path / "lake2", tmp_path / "sources2"
    for module, name, after in (
        (year.gathering, "gather", 4),
        (year.gathering, "_finish", 9),
        (stores, "_change", 2),
    ):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(module, name, _breaking(getattr(module, name), after))
            sample.play(SCALE, 7)
    sample.play(SCALE, 7)
    assert outcome() == expected


def _breaking(function, after):
    calls = iter(range(after))

    def call(*given, **named):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return function(*given, **named)

    return call


def test_a_row_is_the_same_whenever_it_is_made():
    columns = tuple((n, tables.type_of(n)) for n in SIGNING.split())
    table = tables.Table("t", "商品房网签合同表", "online_signing", columns, ("contract_no",), 1000)
    import numpy as np

    whole = rows.made(table, np.arange(1000), 7)
    assert rows.made(table, np.array([17, 3, 999]), 7) == whole.take([17, 3, 999])
    assert rows.made(table, np.array([17]), 8) != whole.take([17])
