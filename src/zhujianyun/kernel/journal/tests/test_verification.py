"""Whatever is done to the database by hand is found, and the first bad record is named (攻击 23、24)."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base.errors import NotFound
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal import checkpoints
from zhujianyun.kernel.journal.models import LogState

pytestmark = pytest.mark.django_db
COUNT, MARKS = 24, (7, 16, 24)
IN_DB = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLACE = st.integers(0, COUNT - 1)
ENTRY_VALUES = {
    "id": 999_999,
    "at": "2019-01-01 00:00:00",
    "verb": "case.y",
    "actor": "account:666",
    "acting_for": "account:1",
    "object_type": "person",
    "object_id": "2",
    "case_id": 1,
    "result": "refused",
    "reason": "另一理由",
    "source": "10.9.9.9",
    "facts": '{"n": 1}',
    "body_commit": "00" * 32,
}
SEAL_VALUES = {"seq": 999_999, "entry_id": 999_999, "prev": "11" * 32, "leaf": "22" * 32}
CHECKPOINT_VALUES = {
    "number": 999_999,
    "log_id": "ab" * 16,
    "size": 3,
    "root": "33" * 32,
    "at": "2019-01-01 00:00:00",
    "alg": "sm3",
    "key_label": "other",
    "signature_alg": "sm2-sm3",
    "public_key": "-----BEGIN PUBLIC KEY-----",
    "signature": "44" * 64,
}
STATE_VALUES = {
    "log_id": "ab" * 16,
    "alg": "sm3",
    "size": 99,
    "peaks": "[]",
    "last_leaf": "55" * 32,
    "low_water": 0,
}


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def one(statement: str, *values: object):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def entry_of(seq: int) -> int:
    return one("SELECT entry_id FROM journal_seal WHERE seq = %s", seq)


@pytest.fixture
def log(no_triggers, settings):
    """24 records with gaps between their ids, three checkpoints; what must be undone is undone by `undone`."""
    for n in range(COUNT):
        entry = journal.draft(
            "case.x", actor="system", object=("case", "1"), facts={"n": n}, reason="材料齐全"
        )
        entry.pk = 10 * (n + 1)
        entry.save(force_insert=True)
        if n + 1 in MARKS:
            journal.seal()
            journal.checkpoint()
    journal.seal()
    journal.seal()
    assert journal.verify(checkpoints.file_path()).ok
    return checkpoints.file_path()


class undone:  # noqa: N801
    """A block whose changes are taken back."""

    def __enter__(self):
        self.block = transaction.atomic()
        self.block.__enter__()

    def __exit__(self, *error):
        transaction.set_rollback(True)
        return self.block.__exit__(*error)


def first_bad(external=None) -> journal.Fault:
    report = journal.verify(external)
    assert not report.ok and report.reason_zh.startswith("核验不通过")
    return report.first_bad


@IN_DB
@given(PLACE, st.sampled_from(sorted(ENTRY_VALUES)))
def test_an_edit_of_any_column_of_a_record_is_named(log, seq, column):
    with undone():
        entry_id = entry_of(seq)
        sql(f"UPDATE journal_entry SET {column} = %s WHERE id = %s", ENTRY_VALUES[column], entry_id)
        fault = first_bad()
        assert (fault.kind, fault.seq, fault.entry_id) == ("entry", seq, entry_id)


@pytest.mark.parametrize("column", sorted(ENTRY_VALUES))
def test_every_column_of_a_record_counts(log, column):
    sql(f"UPDATE journal_entry SET {column} = %s WHERE id = 50", ENTRY_VALUES[column])
    assert first_bad().seq == 4


@IN_DB
@given(PLACE, st.sampled_from(sorted(SEAL_VALUES)))
def test_an_edit_of_any_column_of_a_seal_is_named(log, seq, column):
    with undone():
        sql(f"UPDATE journal_seal SET {column} = %s WHERE seq = %s", SEAL_VALUES[column], seq)
        assert first_bad().seq == seq


@pytest.mark.parametrize("column", sorted(CHECKPOINT_VALUES))
@pytest.mark.parametrize("number", range(len(MARKS)))
def test_an_edit_of_any_column_of_a_checkpoint_is_named(log, number, column):
    value = CHECKPOINT_VALUES[column]
    sql(f"UPDATE journal_checkpoint SET {column} = %s WHERE number = %s", value, number)
    fault = first_bad()
    assert (fault.kind, fault.seq) == ("checkpoint", value if column == "number" else number)


@pytest.mark.parametrize("column", sorted(STATE_VALUES))
def test_an_edit_of_the_sealers_place_is_named(log, column):
    if column == "low_water" and connection.vendor == "postgresql":
        pytest.skip("PostgreSQL 上低水位可以落后。")
    sql(f"UPDATE journal_logstate SET {column} = %s", STATE_VALUES[column])
    assert first_bad().kind == "state"


def test_the_sealers_place_deleted_or_doubled_is_named(log):
    with undone():
        state = LogState.objects.get()
        state.pk = 2
        state.save(force_insert=True)
        assert first_bad().kind == "state"
    sql("DELETE FROM journal_logstate")
    assert first_bad().kind == "state"


@IN_DB
@given(PLACE)
def test_a_deleted_record_is_named(log, seq):
    with undone():
        entry_id = entry_of(seq)
        sql("DELETE FROM journal_entry WHERE id = %s", entry_id)
        fault = first_bad()
        assert (fault.seq, fault.entry_id) == (seq, entry_id)


@IN_DB
@given(PLACE, st.booleans())
def test_a_deleted_seal_is_named_with_or_without_its_record(log, seq, both):
    with undone():
        if both:
            sql("DELETE FROM journal_entry WHERE id = %s", entry_of(seq))
        sql("DELETE FROM journal_seal WHERE seq = %s", seq)
        assert first_bad().seq == seq


@IN_DB
@given(st.integers(-1, COUNT - 1), st.integers(1, 9))
def test_an_inserted_record_is_named(log, after, step):
    with undone():
        entry = journal.draft("case.forged", actor="account:1", object=("case", "1"))
        entry.pk = 10 * (after + 1) + step if after < COUNT - 1 else 5
        entry.save(force_insert=True)
        journal.seal()
        assert first_bad().entry_id == entry.pk


@pytest.mark.parametrize("seq", [-1, COUNT, COUNT + 5])
def test_an_inserted_seal_is_named(log, seq):
    sql(
        "INSERT INTO journal_seal (seq, entry_id, prev, leaf) VALUES (%s, 5, %s, %s)",
        seq,
        "66" * 32,
        "77" * 32,
    )
    assert first_bad().seq == (seq if seq <= COUNT else COUNT)


@IN_DB
@given(PLACE, PLACE, st.sampled_from(["entry_id", "seq"]))
def test_records_that_changed_places_are_named(log, one_place, other, column):
    low, high = sorted((one_place, other))
    if low == high:
        return
    with undone():
        low_value, high_value = (low, high) if column == "seq" else (entry_of(low), entry_of(high))
        where = f"UPDATE journal_seal SET {column} = %s WHERE {column} = %s"
        sql(where, -7, low_value)
        sql(where, low_value, high_value)
        sql(where, high_value, -7)
        assert first_bad().seq == low


@IN_DB
@given(st.sets(PLACE, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_of_several_faults_the_first_is_named(log, places, chance: random.Random):
    with undone():
        for seq in places:
            column = chance.choice(sorted(set(ENTRY_VALUES) - {"id"}))
            sql(f"UPDATE journal_entry SET {column} = %s WHERE id = %s", ENTRY_VALUES[column], entry_of(seq))
        assert first_bad().seq == min(places)


@IN_DB
@given(st.integers(0, COUNT - 2).filter(lambda seq: seq + 1 not in MARKS))
def test_a_record_replaced_together_with_its_leaf_is_named(log, seq):
    from zhujianyun.kernel.journal import rows, tree
    from zhujianyun.kernel.journal.canonical import row_bytes

    with undone():
        sql("UPDATE journal_entry SET reason = '改过' WHERE id = %s", entry_of(seq))
        row = rows.sealed_chunk(seq, seq + 1, 1)[0]
        leaf = tree.hash_of("sha256")(b"\x00" + row_bytes(seq, row[rows.PREV], row)).hex()
        sql("UPDATE journal_seal SET leaf = %s WHERE seq = %s", leaf, seq)
        assert first_bad().seq == seq


def linked_anew(*, edited: int | None = None, kept: int = COUNT) -> None:
    """What an attacker does who knows everything but the signing key."""
    log_id = LogState.objects.get().log_id
    if edited is not None:
        sql("UPDATE journal_entry SET reason = '改过' WHERE id = %s", entry_of(edited))
    sql("DELETE FROM journal_entry WHERE id > %s", entry_of(kept - 1) if kept else 0)
    sql("DELETE FROM journal_seal")
    sql("DELETE FROM journal_logstate")
    journal.seal()
    journal.seal()
    sql("UPDATE journal_logstate SET log_id = %s", log_id)


@IN_DB
@given(PLACE)
def test_a_chain_linked_anew_is_caught_by_the_next_checkpoint(log, seq):
    with undone():
        linked_anew(edited=seq)
        low = max([mark for mark in MARKS if mark <= seq], default=0)
        assert first_bad().seq == low
        sql("DELETE FROM journal_checkpoint")
        assert journal.verify().ok and not journal.verify().tail_judged
        assert first_bad(log).seq == low


@IN_DB
@given(st.integers(0, COUNT - 1))
def test_a_cut_tail_is_named_while_anything_remembers_it(log, kept):
    with undone():
        sql("DELETE FROM journal_entry WHERE id > %s", 10 * kept)
        sql("DELETE FROM journal_seal WHERE seq >= %s", kept)
        assert first_bad().seq == kept
        sql("DELETE FROM journal_checkpoint")
        assert first_bad().seq == kept


@IN_DB
@given(st.integers(0, COUNT - 1))
def test_a_tail_cut_together_with_everything_shows_only_against_checkpoints_outside(log, kept):
    with undone():
        linked_anew(kept=kept)
        sql("DELETE FROM journal_checkpoint WHERE size > %s", kept)
        inside = journal.verify()
        assert inside.ok and not inside.tail_judged and "尾部未核验" in inside.reason_zh
        assert first_bad(log).seq == kept


def test_checkpoints_taken_out_of_the_table_are_named(log):
    with undone():
        sql("DELETE FROM journal_checkpoint WHERE number = 1")
        assert (first_bad().kind, first_bad().seq) == ("checkpoint", 1)
    sql("DELETE FROM journal_checkpoint WHERE number = 2")
    assert journal.verify().ok
    assert (first_bad(log).kind, first_bad(log).seq) == ("external", 3)


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_line_of_the_file_outside_is_named(log, line, tmp_path):
    lines = log.read_text().splitlines()
    lines[line] = lines[line].replace('"size":', '"size":1')
    (tmp_path / "copy.jsonl").write_text("\n".join(lines))
    fault = first_bad(tmp_path / "copy.jsonl")
    assert (fault.kind, fault.seq) == ("external", line + 1)


def test_a_missing_or_empty_file_outside_judges_nothing(log, tmp_path):
    with pytest.raises(NotFound):
        journal.verify(tmp_path / "absent.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n")
    report = journal.verify(tmp_path / "empty.jsonl")
    assert report.ok and not report.tail_judged


def test_with_checkpoints_from_outside_the_tail_is_judged(log):
    report = journal.verify(log)
    assert report.tail_judged and report.judged_until == COUNT and report.checkpoints == len(MARKS)
    assert "没有被截断" in report.reason_zh


@pytest.mark.parametrize("value", ["CAST(x'ff41' AS TEXT)", "x'00ff'", "12.5", "NULL || 'x'"])
def test_bytes_that_are_no_text_are_named_and_no_crash(log, value):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL 的列类型不容许这样的值。")
    try:
        sql("PRAGMA ignore_check_constraints = ON")
        sql("PRAGMA writable_schema = ON")
        sql(
            "UPDATE sqlite_master SET sql = replace(sql, '\"reason\" text NOT NULL', '\"reason\" text') "
            "WHERE name = 'journal_entry'"
        )
        sql("PRAGMA writable_schema = RESET")
        sql(f"UPDATE journal_entry SET reason = {value} WHERE id = 90")
        assert first_bad().seq == 8
    finally:
        sql("PRAGMA writable_schema = OFF")
        sql("PRAGMA ignore_check_constraints = OFF")


def test_a_clock_set_back_is_shown(db):
    noon = datetime(2020, 6, 1, 4, 0, tzinfo=UTC)
    for at in (noon, noon + timedelta(hours=1), noon - timedelta(hours=2)):
        journal.record("case.x", actor="system", object=("case", "1"), at=at)
    journal.seal()
    report = journal.verify()
    assert report.ok and any("倒退 10800 秒" in notice for notice in report.notices_zh)


def test_a_record_removed_before_sealing_leaves_a_gap_that_is_shown(no_triggers):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL 的回滚也会留下缺号。")
    entries = [journal.record("case.x", actor="system", object=("case", "1")) for _ in range(3)]
    sql("DELETE FROM journal_entry WHERE id = %s", entries[1].pk)
    journal.seal()
    assert any("缺号" in notice for notice in journal.verify().notices_zh)
