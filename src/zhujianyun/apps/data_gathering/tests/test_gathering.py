"""Batches: they add up or are not seen, and leave nothing behind (归集批次)."""

from __future__ import annotations

import errno
import itertools
import sqlite3
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.apps.data_gathering.actions import gathering, reading, staging, starting, sweeping
from zhujianyun.apps.data_gathering.actions.connectors.databases import Sqlite
from zhujianyun.apps.data_gathering.models import Batch, QuarantinedRow
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, OutsideFailed, RuleBroken
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.resource import lake, queries
from zhujianyun.kernel.resource.models import Snapshot

from . import sources


def test_a_whole_batch_lands_every_row_and_adds_up(work):
    source = work.register()
    batch = work.gather(source)
    assert (batch.state, batch.source_count, batch.landed, batch.rows) == ("complete", 45, 45, 45)
    assert (batch.min_key, batch.max_key, batch.inserted) == ([0], [132], 45)
    assert work.seen(source) == sources.rows()
    snapshot = queries.latest_snapshot(source.dataset)
    assert (snapshot.batch, snapshot.rows, snapshot.digest) == (batch.code, 45, batch.digest)
    verbs = Entry.objects.filter(object_id=batch.code).values_list("verb", flat=True)
    assert set(verbs) == {"gathering.batch.start", "gathering.batch.end"}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json", "xml"])
def test_the_digest_of_a_table_does_not_depend_on_how_it_came(work, kind):
    first = work.gather(work.register())
    make = {"csv": sources.csv_file, "xlsx": sources.xlsx, "json": sources.json_lines, "xml": sources.xml}[
        kind
    ]
    other = work.register(kind, code="t.other", place=make(work.folder, sources.rows()))
    assert work.gather(other).digest == first.digest


def dirty(work) -> None:
    """Three bad rows and two whose key was met before, in a source without a primary key."""
    with sqlite3.connect(work.folder / "source.db") as db:
        db.execute("CREATE TABLE loose AS SELECT * FROM things")
        db.execute("UPDATE loose SET amount = '很多' WHERE id = 3")
        db.execute("UPDATE loose SET id = NULL WHERE id = 6")
        db.execute("UPDATE loose SET day = '2020-02-31' WHERE id = 9")
        db.execute("INSERT INTO loose SELECT * FROM things WHERE id IN (30, 60)")
    db.close()


def test_bad_rows_are_put_aside_with_their_reasons_and_repeated_keys_are_counted(work):
    place = {**sources.sqlite(work.folder, sources.rows()), "table": "loose"}
    dirty(work)
    batch = work.gather(work.register(place=place))
    assert (batch.state, batch.source_count) == ("complete", 47)
    assert (batch.landed, batch.rejected, batch.duplicate) == (42, 3, 2)
    found = {(row.column, row.rule) for row in QuarantinedRow.objects.filter(batch=batch)}
    assert found == {("amount", "row.type"), ("id", "row.key_empty"), ("day", "row.type")}
    row = QuarantinedRow.objects.get(batch=batch, column="amount")
    assert "很多" in bytes(row.content).decode()
    assert "amount" in row.reason


def test_rows_about_persons_are_put_aside_sealed(work):
    place = {**sources.sqlite(work.folder, sources.rows()), "table": "loose"}
    dirty(work)
    batch = work.gather(work.register(place=place, holds_personal=True))
    row = QuarantinedRow.objects.get(batch=batch, column="amount")
    assert row.is_sealed
    assert "很多".encode() not in bytes(row.content)


def test_a_batch_that_does_not_add_up_is_not_published(work, monkeypatch):
    source = work.register()
    before = work.gather(source)
    monkeypatch.setattr(Sqlite, "count", lambda self: 46)
    batch = work.gather(source)
    assert (batch.state, batch.rule) == ("incomplete", "gathering.does_not_add_up")
    assert queries.latest_snapshot(source.dataset).batch == before.code
    assert work.files(source) == {before.code}


def test_an_empty_source_is_a_state_like_any_other(work):
    source = work.register(rows=[])
    batch = work.gather(source)
    assert (batch.state, batch.rows) == ("complete", 0)
    assert work.seen(source) == []


def test_earlier_versions_can_still_be_read(work):
    source = work.register()
    first = work.gather(source)
    work.put(sources.rows(10))
    second = work.gather(source)
    assert len(work.seen(source)) == 10
    assert work.seen(source, first.version) == sources.rows()
    assert (second.deleted, second.inserted, second.updated) == (35, 0, 0)


# -- one at a time, cancelling


def test_a_second_batch_of_the_same_data_set_is_told_of_the_first(work):
    source = work.register()
    first = starting.start(source, by=SYSTEM)
    with pytest.raises(Conflict, match=first.code):
        starting.start(source, by=SYSTEM)
    starting.cancel(first, by=SYSTEM)
    first.refresh_from_db()
    assert first.state == "cancelled"
    assert starting.start(source, by=SYSTEM).state == "queued"


def test_cancelling_stops_at_the_next_batch_and_leaves_readers_and_disk_alone(work, monkeypatch):
    source = work.register()
    before = work.gather(source)
    batch = starting.start(source, by=SYSTEM)
    take = reading.Reading._take

    def take_and_cancel(self, *given):
        take(self, *given)
        starting.cancel(batch, by=SYSTEM)

    monkeypatch.setattr(reading.Reading, "_take", take_and_cancel)
    assert gathering.gather(batch.code) == "cancelled"
    assert work.files(source) == {before.code}
    with pytest.raises(Conflict, match="已取消"):
        starting.cancel(batch, by=SYSTEM)


# -- what goes wrong


class Dies(Sqlite):
    """A source that dies after two batches, so many times."""

    lives, at = 1, 2

    def batches(self, *args, **kwargs):
        for number, batch in enumerate(super().batches(*args, **kwargs)):
            if number == Dies.at and Dies.lives:
                Dies.lives -= 1
                raise OutsideFailed("连接中断。", peer="db")
            yield batch


@pytest.fixture
def dying(monkeypatch):
    from zhujianyun.apps.data_gathering.actions.connectors import databases

    Dies.lives, Dies.at = 1, 2
    monkeypatch.setattr(reading, "PART_ROWS", 10)
    monkeypatch.setattr(databases, "Sqlite", Dies)


def test_a_source_that_dies_is_read_on_from_the_last_part(work, dying):
    source = work.register()
    batch = starting.start(source, by=SYSTEM)
    with pytest.raises(OutsideFailed):
        gathering.gather(batch.code)
    batch.refresh_from_db()
    assert (batch.state, batch.landed, len(batch.parts["names"])) == ("running", 20, 2)
    assert queries.latest_snapshot(source.dataset) is None
    assert gathering.gather(batch.code) == "complete"
    batch.refresh_from_db()
    assert (batch.resumed, batch.landed, batch.duplicate, batch.why) == (1, 45, 0, "")
    assert work.seen(source) == sources.rows()


def test_a_source_that_changed_meanwhile_is_read_from_the_beginning(work, dying):
    source = work.register()
    batch = starting.start(source, by=SYSTEM)
    with pytest.raises(OutsideFailed):
        gathering.gather(batch.code)
    given = [row for row in sources.rows() if row["id"] != 3]
    work.put(given)
    assert gathering.gather(batch.code) == "complete"
    assert work.seen(source) == given


def test_a_source_that_stays_dead_ends_the_batch(work, dying):
    Dies.lives, Dies.at = 99, 0
    source = work.register()
    batch = starting.start(source, by=SYSTEM)
    for _ in range(gathering.MOST_RESUMED):
        with pytest.raises(OutsideFailed):
            gathering.gather(batch.code)
    assert gathering.gather(batch.code) == "failed"
    batch.refresh_from_db()
    assert (batch.rule, work.files(source)) == ("", set())


@pytest.mark.parametrize("where", ["rows", "marks"])
def test_a_full_disk_fails_the_batch_and_spoils_nothing(work, monkeypatch, where):
    source = work.register()
    before = work.gather(source)
    full = OSError(errno.ENOSPC, "No space left on device")

    def refuse(*args, **kwargs):
        raise full

    if where == "rows":
        monkeypatch.setattr(staging.pq, "write_table", refuse)
    else:
        monkeypatch.setattr(Path, "write_bytes", refuse)
    batch = work.gather(source)
    assert (batch.state, batch.rule) == ("failed", "gathering.disk_full")
    assert "清理或扩容" in batch.why
    assert work.files(source) == {before.code}
    assert work.seen(source) == sources.rows()


def test_a_schema_that_changes_while_rows_travel_is_noticed(work, monkeypatch):
    source = work.register()
    columns, calls = Sqlite.columns, []

    def changing(self):
        calls.append(1)
        found = columns(self)
        return found if len(calls) < 3 else found[:-1]

    monkeypatch.setattr(Sqlite, "columns", changing)
    batch = work.gather(source)
    assert (batch.state, batch.rule) == ("incomplete", "gathering.schema_moved")


def test_a_worker_lost_between_log_and_table_publishes_once(work, monkeypatch):
    source = work.register()
    batch = starting.start(source, by=SYSTEM)
    land = gathering.resource.land

    class Killed(BaseException):
        """As kill -9: nothing is tidied up."""

    def killed(*args, **kwargs):
        raise Killed

    monkeypatch.setattr(gathering.resource, "land", killed)
    with pytest.raises(Killed):
        gathering.gather(batch.code)
    assert queries.latest_snapshot(source.dataset) is None
    monkeypatch.setattr(gathering.resource, "land", land)
    assert gathering.gather(batch.code) == "complete"
    assert Snapshot.objects.get(dataset=source.dataset).version == 0
    assert work.seen(source) == sources.rows()


def test_litter_of_a_batch_that_came_to_nothing_is_swept_and_nothing_else(work):
    source = work.register()
    kept = work.gather(source)
    lost = Batch.objects.create(code="lost", dataset=source.dataset, state="failed", mode="full", schema_version=1,
                                asked_by="system")  # fmt: skip
    for name in (lost.code, "someone-elses"):
        (lake.folder(source.dataset.code) / name).mkdir()
    assert sweeping.sweep() == 1
    assert work.files(source) == {kept.code, "someone-elses"}


# -- increments

NUMBERS = itertools.count()
VALUES = st.dictionaries(st.integers(0, 60), st.integers(0, 3), max_size=40)


def table(state: dict[int, int]) -> list[dict]:
    blank = {"name": "x", "day": None, "at": None, "ok": None}
    return [{"id": k, **blank, "amount": Decimal(v)} for k, v in sorted(state.items())]


def shaped(rows: list[dict]) -> list[dict]:
    return [{name: row[name] for name in ("id", "name", "amount", "day", "at", "ok")} for row in rows]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(VALUES, min_size=2, max_size=4))
def test_an_increment_gives_exactly_what_a_full_gather_would(work, monkeypatch, states):
    monkeypatch.setattr(reading, "PART_ROWS", 15)
    source = work.register(code=f"t.{next(NUMBERS)}", rows=shaped(table(states[0])), mode="digest")
    before: dict[int, int] = {}
    for state in states:
        work.put(shaped(table(state)))
        batch = work.gather(source)
        assert batch.state == "complete", batch.why
        assert work.seen(source) == shaped(table(state))
        both = before.keys() & state.keys()
        changes = (len(state.keys() - before.keys()), sum(before[k] != state[k] for k in both),
                   len(before.keys() - state.keys()))  # fmt: skip
        assert (batch.inserted, batch.updated, batch.deleted) == changes
        before = state
    whole = work.gather(source, "full")
    assert whole.digest == batch.digest


def stamped(count: int) -> list[dict]:
    rows = sources.rows(count)
    for n, row in enumerate(rows):
        row["at"] = clock.at_local(clock.today(), 8) + timedelta(minutes=n)
    return rows


def test_a_cursor_brings_what_is_new_and_changed_boundary_included(work):
    rows = stamped(10)
    source = work.register(rows=rows, mode="cursor", cursor_column="at", overlap_minutes=0)
    first = work.gather(source)
    assert (first.mode, first.landed) == ("full", 10)
    more = stamped(12)
    more[10]["at"] = rows[9]["at"]  # the very instant at which the last batch ended
    more[9]["name"] = "改"
    work.put(more)
    second = work.gather(source)
    assert (second.mode, second.source_count, second.inserted, second.updated) == ("cursor", 3, 2, 1)
    assert work.seen(source) == more


def test_what_a_cursor_misses_the_weekly_pass_finds(work):
    rows = stamped(10)
    source = work.register(rows=rows, mode="cursor", cursor_column="at", overlap_minutes=0, full_every_days=7)
    work.gather(source)
    changed = [{**row, "name": "倒填"} if row["id"] == 3 else row for row in rows if row["id"] != 6]
    work.put(changed)
    missed = work.gather(source)
    assert (missed.mode, missed.updated, missed.deleted) == ("cursor", 0, 0)
    with clock.standing(clock.now() + timedelta(days=7)):
        found = work.gather(source)
    assert (found.mode, found.updated, found.deleted) == ("digest", 1, 1)
    assert work.seen(source) == changed


def test_the_overlap_window_catches_rows_that_came_late(work):
    rows = stamped(10)
    source = work.register(rows=rows, mode="cursor", cursor_column="at", overlap_minutes=5)
    work.gather(source)
    late = {**rows[7], "id": 1000}
    work.put([*rows, late])
    batch = work.gather(source)
    assert (batch.inserted, batch.late) == (1, 1)
    assert work.seen(source) == [*rows, late]


def test_a_batch_queued_by_the_clock_comes_round_again(work):
    source = work.register(cadence_minutes=60)
    assert starting.start_due() == 1
    source.refresh_from_db()
    assert source.next_at == clock.now() + timedelta(minutes=60)
    assert starting.start_due() == 0


def test_secrets_do_not_stand_among_the_settings(work):
    with pytest.raises(RuleBroken, match="口令请单独填写"):
        work.register(place={"path": "x", "table": "t", "password": "p"})
