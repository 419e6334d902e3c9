"""Changes of a source's columns: what goes on, what stops, what a person confirms (结构变更)."""

from __future__ import annotations

import sqlite3

import pytest

from zhujianyun.apps.data_gathering.actions import drifting, starting
from zhujianyun.apps.data_gathering.models import Drift
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import queries

from . import sources


def alter(work, *statements: str) -> None:
    with sqlite3.connect(work.folder / "source.db") as db:
        for statement in statements:
            db.execute(statement)
    db.close()


@pytest.fixture
def source(work):
    source = work.register()
    assert work.gather(source).state == "complete"
    return source


def open_drift(source) -> list[tuple[str, str]]:
    return sorted(Drift.objects.filter(dataset=source.dataset, state="open").values_list("kind", "column"))


def test_a_new_column_is_passed_over_until_somebody_wants_it(work, source):
    alter(work, "ALTER TABLE things ADD COLUMN phone VARCHAR(20) DEFAULT '0771'")
    batch = work.gather(source)
    assert (batch.state, open_drift(source)) == ("complete", [("added", "phone")])
    assert "phone" not in work.seen(source)[0]
    drifting.confirm(Drift.objects.get(state="open"), by=SYSTEM, reason="目录已增加该项")
    batch = work.gather(source, "digest")
    assert (batch.schema_version, work.seen(source)[0]["phone"]) == (2, "0771")
    assert open_drift(source) == []
    assert "phone" not in work.seen(source, 1)[0]


def test_a_lost_column_stops_gathering_and_the_last_snapshot_goes_on_serving(work, source):
    before = queries.latest_snapshot(source.dataset)
    alter(work, "ALTER TABLE things DROP COLUMN day")
    batch = work.gather(source)
    assert (batch.state, batch.rule) == ("failed", "gathering.drift")
    assert queries.latest_snapshot(source.dataset) == before
    assert work.seen(source) == sources.rows()
    source.dataset.refresh_from_db()
    with pytest.raises(RuleBroken, match="已停止归集"):
        starting.start(source, by=SYSTEM)
    drifting.confirm(Drift.objects.get(state="open"), by=SYSTEM, reason="来源已停用该列")
    assert work.gather(source).state == "complete"
    assert "day" not in work.seen(source)[0]


def test_a_rename_is_proposed_and_keeps_our_name_once_confirmed(work, source):
    alter(work, "ALTER TABLE things RENAME COLUMN name TO title")
    assert work.gather(source).state == "failed"
    assert open_drift(source) == [("added", "title"), ("removed", "name"), ("renamed", "name")]
    drifting.confirm(Drift.objects.get(kind="renamed"), by=SYSTEM, reason="同一列")
    assert open_drift(source) == []
    assert work.gather(source).state == "complete"
    assert work.seen(source) == sources.rows()


def test_a_shorter_column_stops_until_confirmed_and_is_then_known(work, source):
    alter(work, "CREATE TABLE other (id INTEGER PRIMARY KEY, name VARCHAR(30), amount NUMERIC, day DATE,"
          " at DATETIME, ok BOOLEAN)", "INSERT INTO other SELECT * FROM things", "DROP TABLE things",
          "ALTER TABLE other RENAME TO things")  # fmt: skip
    assert work.gather(source).state == "failed"
    assert open_drift(source) == [("narrowed", "name")]
    drifting.confirm(Drift.objects.get(state="open"), by=SYSTEM, reason="已核对")
    assert work.gather(source).state == "complete"
    assert work.gather(source).state == "complete"
    assert open_drift(source) == []


def test_a_change_that_is_gone_again_waits_for_nobody(work, source):
    alter(work, "ALTER TABLE things ADD COLUMN extra TEXT")
    work.gather(source)
    alter(work, "ALTER TABLE things DROP COLUMN extra")
    work.gather(source)
    assert list(Drift.objects.values_list("state", flat=True)) == ["gone"]


def test_a_decision_needs_a_reason_and_is_taken_once(work, source):
    alter(work, "ALTER TABLE things ADD COLUMN extra TEXT")
    work.gather(source)
    row = Drift.objects.get()
    with pytest.raises(RuleBroken, match="理由"):
        drifting.dismiss(row, by=SYSTEM, reason=" ")
    drifting.dismiss(row, by=SYSTEM, reason="不共享")
    with pytest.raises(Conflict, match="已由他人处理"):
        drifting.confirm(row, by=SYSTEM, reason="共享")
