"""Old versions go, and nobody who reads or stands on one is harmed (版本保留)."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhujianyun.apps.data_gathering.actions import retaining, starting
from zhujianyun.apps.data_gathering.rules.retention import LONGEST_READ, Policy, Version, expired
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotFound
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.indicator.models import Refresh
from zhujianyun.kernel.resource import lake, pins

from . import sources

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
versions = st.lists(st.integers(0, 800), min_size=1, max_size=30, unique=True).map(
    lambda days: [
        Version(n, f"b{n}", FIRST + timedelta(days=day), (FIRST + timedelta(days=day)).date())
        for n, day in enumerate(sorted(days))
    ]
)
policies = st.builds(Policy, st.integers(0, 200), st.integers(0, 30))


@given(versions, policies, st.sets(st.integers(0, 30)), st.integers(0, 900))
def test_what_goes_was_superseded_long_ago_and_nobody_stands_on_it(known, policy, held, day):
    now = FIRST + timedelta(days=day)
    gone = {version.number for version in expired(known, policy, now, now.date(), held)}
    assert known[-1].number not in gone
    assert not gone & held
    patience = max(timedelta(days=policy.keep_days), LONGEST_READ)
    for number in gone:
        assert known[number + 1].landed_at <= now - patience


def test_the_last_version_of_a_month_stays_longer():
    days = [date(2020, 1, 10), date(2020, 1, 20), date(2020, 2, 10), date(2020, 2, 20)]
    known = [Version(n, f"b{n}", datetime(d.year, d.month, d.day, tzinfo=UTC), d) for n, d in enumerate(days)]
    now = datetime(2020, 12, 31, tzinfo=UTC)
    assert [v.number for v in expired(known, Policy(30, 24), now, now.date(), ())] == [0, 2]
    assert [v.number for v in expired(known, Policy(30, 6), now, now.date(), ())] == [0, 1, 2]


@pytest.fixture
def aged(work):
    """Three versions: one of long ago, the one that followed it, and one of today."""
    source = work.register(mode="digest")
    work.time.move_to(clock.at_local(date(2020, 1, 6), 9)) if clock.today() < date(2020, 1, 6) else None
    work.gather(source)
    for _ in range(2):
        work.time.move_to(clock.now() + timedelta(hours=1))
        work.put(
            [{**row, "name": f"{row['name']}改"} if n == 0 else row for n, row in enumerate(sources.rows())]
        )
        work.gather(source)
    work.time.move_to(clock.now() + timedelta(days=100))
    return source


def test_old_versions_go_and_the_newest_reads_as_before(work, aged):
    before = work.seen(aged)
    first = aged.dataset.snapshots.order_by("version").first()
    assert retaining.retain_one(aged.dataset) == [
        s.version for s in aged.dataset.snapshots.order_by("version")[:2]
    ]
    assert work.seen(aged) == before
    with lake.reading() as connection, pytest.raises(NotFound, match="保留期限"):
        lake.table(connection, aged.dataset, first.version)
    entry = journal.Entry.objects.get(verb="gathering.versions.remove")
    assert first.batch in entry.facts_dict["batches"]
    assert retaining.retain_one(aged.dataset) == []
    assert work.gather(aged).state == "complete"


def test_a_version_that_a_figure_stands_on_stays(work, aged):
    first = aged.dataset.snapshots.order_by("version").first()
    Refresh.objects.create(
        indicator="x.y", confirmed_at=clock.now(), sources={aged.dataset.code: first.version}
    )
    gone = retaining.retain_one(aged.dataset)
    assert gone
    assert first.version not in gone
    assert len(work.seen(aged, first.version)) == first.rows


def test_a_version_that_an_app_must_prove_stays_until_it_need_no_longer(work, aged, monkeypatch):
    first, second, newest = aged.dataset.snapshots.order_by("version")
    held = {aged.dataset.code: {first.version, newest.version}}
    monkeypatch.setattr(pins, "_pins", {})
    pins.register_pins(
        pins.Pins("court", "法院要求保全证据", lambda code: held if code in ("", *held) else {})
    )
    assert retaining.retain() == {"removed": 1, "busy": 0}
    assert len(work.seen(aged, first.version)) == first.rows
    assert not lake.is_kept(aged.dataset, second.batch)
    held.clear()
    assert retaining.retain_one(aged.dataset) == [first.version]


def test_whoever_is_reading_is_waited_for_and_reads_to_the_end(work, aged):
    first = aged.dataset.snapshots.order_by("version").first()
    opened, go_on, read = threading.Event(), threading.Event(), []

    def reader() -> None:
        from django.db import connection as database

        with lake.reading() as connection:
            table = lake.table(connection, aged.dataset, first.version)
            opened.set()
            go_on.wait(30)
            read.append(table.count().to_pyarrow().as_py())
        database.close()

    thread = threading.Thread(target=reader)
    thread.start()
    assert opened.wait(30)
    with pytest.raises(Conflict, match="正在读取"):
        retaining.retain_one(aged.dataset)
    assert retaining.retain() == {"removed": 0, "busy": 1}
    go_on.set()
    thread.join()
    assert read == [first.rows]
    assert first.version in retaining.retain_one(aged.dataset)


def test_nothing_goes_while_a_batch_runs(work, aged):
    starting.start(aged, by=SYSTEM)
    with pytest.raises(Conflict, match="正在归集"):
        retaining.retain_one(aged.dataset)
