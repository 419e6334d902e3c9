"""Entries that become visible out of their order are sealed later and never lost (PostgreSQL)."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.kernel import journal
from zhujianyun.kernel.journal.models import LogState

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.usefixtures("postgresql"),
]
INSERT = (
    "INSERT INTO journal_entry (at, verb, actor, acting_for, object_type, object_id, result, reason, source, facts, "
    "body_commit) VALUES (now(), 'case.x', 'system', '', 'case', %s, 'ok', '', '', '{}', '')"
)


@pytest.fixture
def postgresql(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("只在 PostgreSQL 上会晚提交：make test-postgres。")


class Writer:
    """A transaction of its own that takes its time."""

    def __init__(self) -> None:
        self.connection = connection.copy()
        self.connection.set_autocommit(False)

    def write(self, name: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(INSERT, [name])

    def end(self, *, commit: bool) -> None:
        (self.connection.commit if commit else self.connection.rollback)()
        self.connection.close()


def names() -> list[str]:
    return list(journal.Seal.objects.order_by("seq").values_list("entry__object_id", flat=True))


def write(name: str) -> None:
    journal.record("case.x", actor="system", object=("case", name))


def test_a_late_entry_with_a_lower_id_is_sealed_after_the_others():
    slow = Writer()
    slow.write("slow")
    write("fast")
    for _ in range(3):
        journal.seal()
        assert names() == ["fast"]
    assert LogState.objects.get().low_water == 0
    slow.end(commit=True)
    journal.seal()
    assert names() == ["fast", "slow"] and journal.verify().ok
    journal.seal()
    assert LogState.objects.get().low_water == journal.Entry.objects.order_by("-id").first().pk


def test_an_id_that_was_rolled_back_does_not_hold_the_mark():
    slow = Writer()
    slow.write("never")
    write("fast")
    journal.seal()
    slow.end(commit=False)
    journal.seal()
    assert names() == ["fast"] and LogState.objects.get().low_water > 1


def test_an_entry_put_in_by_hand_below_the_mark_is_named():
    slow = Writer()
    slow.write("never")
    write("fast")
    slow.end(commit=False)
    journal.seal()
    journal.seal()
    forged = journal.draft("case.x", actor="system", object=("case", "forged"))
    forged.pk = 0
    forged.save(force_insert=True)
    journal.seal()
    assert journal.verify().first_bad.entry_id == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["write", "commit", "rollback", "seal"])), max_size=25
    ),
    st.integers(1, 4),
)
def test_whatever_the_interleaving_every_committed_entry_is_sealed_once(moves, limit):
    before = journal.Seal.objects.count()
    writers: dict[int, tuple[Writer, list[str]]] = {}
    expected: list[str] = []
    for n, (who, move) in enumerate(moves):
        if move == "write":
            if who not in writers:
                writers[who] = (Writer(), [])
            writer, written = writers[who]
            writer.write(str(n))
            written.append(str(n))
        elif move == "seal":
            journal.seal(limit)
        elif who in writers:
            writer, written = writers.pop(who)
            writer.end(commit=move == "commit")
            expected += written if move == "commit" else []
    for writer, _ in writers.values():
        writer.end(commit=False)
    for _ in range(2):
        while journal.seal(limit):
            pass
    assert sorted(names()[before:]) == sorted(expected)
    assert journal.verify().ok and journal.verify().unsealed == 0
