"""Followers: in order, at least once, one failing follower holds up nobody."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.journal.models import Follower, LogState

pytestmark = pytest.mark.django_db
IN_DB = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
VERBS = ["case.a.open", "case.a.close", "case.b.open", "case.bb.open", "privacy.read", "casex.y"]


class Reader:
    """A follower that remembers what it was given."""

    def __init__(self, fail_on: int | None = None) -> None:
        self.seen: list[int] = []
        self.batches: list[int] = []
        self.fail_on = fail_on

    def __call__(self, entries: list[journal.Entry]) -> None:
        if self.fail_on in [entry.seq for entry in entries]:
            raise ValueError(f"第 {self.fail_on} 条处理不了")
        self.seen += [entry.seq for entry in entries]
        self.batches.append(len(entries))


def write(verbs: list[str]) -> None:
    journal.record_many(
        journal.draft(verb, actor="system", object=("case", str(n)), facts={"n": n})
        for n, verb in enumerate(verbs)
    )


def test_a_follower_gets_sealed_entries_in_order_with_seq_and_facts():
    got = []
    journal.follow("test.reader", "*", got.extend)
    write(["case.a.open"] * 3)
    assert journal.run_followers() == 0
    journal.seal()
    assert journal.run_followers() == 3
    assert [(entry.seq, entry.facts_dict) for entry in got] == [(n, {"n": n}) for n in range(3)]
    assert journal.run_followers() == 0


@pytest.mark.parametrize(
    ("verbs", "expected"),
    [
        ("case.*", [0, 1, 2, 3]),
        ("case.b.*", [2]),
        (["case.a.close", "privacy.*"], [1, 4]),
        ("case.b.open", [2]),
    ],
)
def test_a_follower_gets_its_verbs_and_prefixes_only(verbs, expected):
    reader = Reader()
    journal.follow("test.reader", verbs, reader)
    write(VERBS)
    journal.seal()
    journal.run_followers()
    assert reader.seen == expected
    assert Follower.objects.get().cursor == len(VERBS)


@IN_DB
@given(
    st.lists(st.lists(st.sampled_from(VERBS), max_size=8), max_size=5), st.integers(1, 4), st.integers(1, 9)
)
def test_every_matching_entry_is_delivered_once_whatever_the_batches(rounds, batch, limit):
    from django.db import transaction

    with transaction.atomic():
        reader = Reader()
        journal.unfollow("test.reader")
        journal.follow("test.reader", ["case.a.*", "privacy.read"], reader, batch=batch)
        for verbs in rounds:
            write(verbs)
            journal.seal(limit)
            journal.run_followers()
        while journal.seal(limit):
            journal.run_followers()
        verbs = [verb for some in rounds for verb in some]
        assert reader.seen == [n for n, verb in enumerate(verbs) if verb in (*VERBS[:2], "privacy.read")]
        assert max(reader.batches, default=0) <= batch
        transaction.set_rollback(True)


def test_a_failing_follower_is_visible_waits_and_holds_up_nobody():
    bad, good = Reader(fail_on=1), Reader()
    journal.follow("test.bad", "*", bad)
    journal.follow("test.good", "*", good)
    write(["case.a.open"] * 3)
    journal.seal()
    assert journal.run_followers() == 3
    row = Follower.objects.get(name="test.bad")
    assert (row.cursor, row.attempts) == (0, 1) and "第 1 条处理不了" in row.last_error
    assert row.next_try_at is not None and good.seen == [0, 1, 2]
    journal.run_followers()
    assert Follower.objects.get(name="test.bad").attempts == 1, "it waits"


def test_a_follower_that_recovers_loses_nothing():
    reader = Reader(fail_on=1)
    journal.follow("test.reader", "*", reader, batch=1)
    write(["case.a.open"] * 3)
    journal.seal()
    journal.run_followers()
    assert reader.seen == [0] and Follower.objects.get().cursor == 1
    reader.fail_on = None
    journal.retry_now("test.reader")
    journal.run_followers()
    row = Follower.objects.get()
    assert reader.seen == [0, 1, 2] and (row.attempts, row.last_error, row.next_try_at) == (0, "", None)


def test_waiting_grows_and_is_bounded():
    journal.follow("test.bad", "*", Reader(fail_on=0))
    write(["case.a.open"])
    journal.seal()
    for _ in range(12):
        journal.retry_now("test.bad")
        journal.run_followers()
    row = Follower.objects.get()
    from zhujianyun.base import clock

    assert row.attempts == 12
    assert (row.next_try_at - clock.MachineClock().now()).total_seconds() <= 300


def test_work_and_cursor_are_one_transaction():
    def half(entries):
        journal.record("case.effect", actor="system", object=("case", "1"))
        raise ValueError("半途而废")

    journal.follow("test.half", "case.a.*", half)
    write(["case.a.open"])
    journal.seal()
    journal.run_followers()
    assert not journal.Entry.objects.filter(verb="case.effect").exists()
    assert Follower.objects.get().cursor == 0


def test_what_a_follower_records_is_followed_after_the_next_sealing():
    seen = Reader()
    journal.follow("test.acts", "case.a.*", lambda e: write(["case.effect"] * len(e)))
    journal.follow("test.sees", "case.effect", seen)
    write(["case.a.open"] * 2)
    journal.seal()
    journal.run_followers()
    assert seen.seen == []
    journal.seal()
    journal.run_followers()
    assert seen.seen == [2, 3]


def test_run_to_end_seals_and_delivers_what_followers_record():
    seen = Reader()
    journal.follow("test.acts", "case.a.*", lambda e: write(["case.effect"] * len(e)))
    journal.follow("test.sees", "case.effect", seen)
    write(["case.a.open"] * 2)
    assert journal.unsealed() == 2
    assert journal.run_followers_to_end() == 4
    assert seen.seen == [2, 3] and journal.unsealed() == 0


def test_followers_that_answer_one_another_without_end_are_stopped(monkeypatch):
    monkeypatch.setattr("zhujianyun.kernel.journal.followers.MOST_ROUNDS", 5)
    journal.follow("test.echo", "case.*", lambda e: write(["case.echo"]))
    write(["case.a.open"])
    with pytest.raises(RuleBroken) as stopped:
        journal.run_followers_to_end()
    assert stopped.value.rule == "journal.endless"


@pytest.mark.parametrize(("from_start", "expected"), [(True, [0, 1]), (False, [1])])
def test_a_new_follower_starts_at_the_beginning_or_at_the_end(from_start, expected):
    write(["case.a.open"])
    journal.seal()
    reader = Reader()
    journal.follow("test.reader", "*", reader, from_start=from_start)
    journal.run_followers()
    write(["case.a.open"])
    journal.seal()
    journal.run_followers()
    assert reader.seen == expected


def test_a_follower_without_matches_moves_on_without_loading_rows(django_assert_max_num_queries):
    reader = Reader()
    journal.follow("test.reader", "nobody.says.this", reader)
    write(["case.a.open"] * 50)
    journal.seal()
    with django_assert_max_num_queries(10):
        journal.run_followers()
    assert reader.batches == [] and Follower.objects.get().cursor == 50


def test_followers_with_nothing_new_cost_two_queries(django_assert_num_queries):
    for n in range(5):
        journal.follow(f"test.{n}", "*", Reader())
    write(["case.a.open"])
    journal.seal()
    journal.run_followers()
    with django_assert_num_queries(2):
        journal.run_followers()


def test_a_rolled_back_database_does_not_move_a_cursor_back():
    reader = Reader()
    journal.follow("test.reader", "*", reader)
    write(["case.a.open"] * 2)
    journal.seal()
    journal.run_followers()
    LogState.objects.update(size=1)
    journal.run_followers()
    assert Follower.objects.get().cursor == 2


def test_a_taken_name_or_no_verbs_is_refused():
    reader = Reader()
    journal.follow("test.reader", "*", reader)
    journal.follow("test.reader", "case.*", reader)
    assert [following.verbs for following in journal.followings()] == [("case.*",)]
    with pytest.raises(RuleBroken):
        journal.follow("test.reader", "*", Reader())
    with pytest.raises(RuleBroken):
        journal.follow("test.other", [], Reader())
    with pytest.raises(RuleBroken):
        journal.follow("test.other", "Case.*", Reader())


def test_an_underscore_in_a_prefix_is_no_wildcard():
    reader = Reader()
    journal.follow("test.reader", "case.fire_x.*", reader)
    write(["case.fire_x.open", "case.fireyx.open"])
    journal.seal()
    journal.run_followers()
    assert reader.seen == [0]


def test_history_and_reads_are_answered():
    journal.record("subject.register", actor="account:1", object=("subject", "34"))
    journal.record_read("account:5", "subject:34", ["phone"], "核对")
    journal.seal()
    assert [entry.seq for entry in journal.history("subject", "34")] == [0, 1]
    assert [entry.facts_dict["purpose"] for entry in journal.reads_of("subject:34")] == ["核对"]
