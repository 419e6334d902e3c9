"""Draws over cases (摇号): commit before reveal, a changed list is a new commit, hits and inspectors."""

from __future__ import annotations

import pytest

from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel import case, journal
from zhujianyun.kernel.case import draw as lots
from zhujianyun.kernel.case import draws
from zhujianyun.kernel.case.models import Draw, DrawEntry, Task

NONCES = {"account:901": "aaaa", "account:902": "bbbb"}
COMMITS = {who: lots.commit_nonce(nonce) for who, nonce in NONCES.items()}


def filed(desk, n, **kind):
    subject = {"project_code": f"P-{n}", "punished": False, "crowded": False, **kind}
    one = desk.open("filing", facts={"subject": subject})
    desk.act(one, "submit", desk.owner)
    return one


@pytest.fixture
def drawer(desk):
    return desk.actor("抽取员", "draw")


@pytest.fixture
def pool(desk):
    """Twelve cases: one punished, four crowded, seven others."""
    kinds = [{"punished": True}] + [{"crowded": True}] * 4 + [{}] * 7
    return [filed(desk, n, **kind) for n, kind in enumerate(kinds)]


def inspectors(desk, count=4):
    return {"insp": [desk.actor(f"检查{n}", "insp") for n in range(count)]}


def test_21_hits_follow_the_ratios_and_every_hit_has_two_inspectors(desk, pool, drawer):
    one = draws.freeze("filing", desk.office, drawer, nonce_commits=COMMITS)
    draws.reveal(one, "12345", NONCES, by=drawer)
    hits = draws.apply(one, by=drawer, inspectors=inspectors(desk))
    assert len(hits) == 1 + 2 + 1  # 100 % of 1, 50 % of 4, 10 % of 7 rounded up
    assert pool[0].pk in {hit.pk for hit in hits}
    for hit in hits:
        people = list(Task.objects.filter(case=hit, name="insp").values_list("assignee_id", flat=True))
        assert (hit.state, len(set(people))) == ("inspecting", 2)
    verbs = list(
        journal.Entry.objects.filter(object_type="draw").order_by("id").values_list("verb", flat=True)
    )
    assert [verb.rpartition(".")[2] for verb in verbs] == ["draw_frozen", "draw_revealed", "draw_applied"]
    assert len(draws.apply(one, by=drawer, inspectors=inspectors(desk))) == 4  # again: nothing is done twice
    assert Task.objects.filter(name="insp").count() == 8


def test_21_a_stratum_without_cases_draws_nothing_and_one_case_at_ten_percent_is_drawn(desk, drawer):
    filed(desk, 1)
    one = draws.freeze("filing", desk.office, drawer, nonce_commits=COMMITS)
    assert set(one.commits) == {"punished", "crowded", "other"}
    draws.reveal(one, "12345", NONCES, by=drawer)
    assert DrawEntry.objects.filter(draw=one, hit=True).count() == 1


def test_21_a_list_that_changed_after_the_commitment_is_void_and_needs_a_new_one(desk, pool, drawer):
    one = draws.freeze("filing", desk.office, drawer, nonce_commits=COMMITS)
    desk.act(pool[3], "withdraw", desk.owner)
    with pytest.raises(RuleBroken, match="名单有变"):
        draws.reveal(one, "12345", NONCES, by=drawer)
    one.refresh_from_db()
    assert one.state == Draw.State.VOID
    again = draws.freeze("filing", desk.office, drawer, nonce_commits=COMMITS)
    assert again.commits["crowded"] != one.commits["crowded"]
    draws.reveal(again, "12345", NONCES, by=drawer)


def test_21_an_inspector_in_conflict_is_passed_over_and_the_cases_stay(desk, pool, drawer):
    one = draws.freeze("filing", desk.office, drawer, nonce_commits=COMMITS)
    draws.reveal(one, "12345", NONCES, by=drawer)
    away = desk.actor("检查0", "insp").key
    everywhere = {entry.ident: [away] for entry in DrawEntry.objects.filter(draw=one)}
    hits = draws.apply(one, by=drawer, inspectors=inspectors(desk), conflicts=everywhere)
    assert len(hits) == 4
    assert desk.accounts["检查0"].pk not in Task.objects.values_list("assignee_id", flat=True)


def test_21_too_few_inspectors_leave_every_case_where_it_was(desk, pool, drawer):
    one = draws.freeze("filing", desk.office, drawer, nonce_commits=COMMITS)
    draws.reveal(one, "12345", NONCES, by=drawer)
    with pytest.raises(RuleBroken, match="报上级机关指派"):
        draws.apply(one, by=drawer, inspectors=inspectors(desk, 1))
    pool[0].refresh_from_db()
    assert pool[0].state == "pool"


def test_22_the_outcome_can_be_worked_out_again_from_what_was_published(desk, pool, drawer):
    one = draws.freeze("filing", desk.office, drawer, nonce_commits=COMMITS)
    draws.reveal(one, "12345", NONCES, by=drawer)
    seed = lots.sm3("public:12345|w1:aaaa|w2:bbbb")
    assert one.seed == seed
    ids = [entry.ident for entry in DrawEntry.objects.filter(draw=one, stratum="crowded")]
    drawn = set(
        DrawEntry.objects.filter(draw=one, stratum="crowded", hit=True).values_list("ident", flat=True)
    )
    assert drawn == set(lots.pick(seed, ids, 2))


def test_nobody_reveals_before_the_commitment_or_with_another_nonce(desk, pool, drawer):
    with pytest.raises(RuleBroken, match="2 名见证人"):
        draws.freeze("filing", desk.office, drawer, nonce_commits={})
    with pytest.raises(NotAllowed):
        draws.freeze("filing", desk.office, desk.clerk, nonce_commits=COMMITS)
    one = draws.freeze("filing", desk.office, drawer, nonce_commits=COMMITS)
    with pytest.raises(RuleBroken, match="尚未开出"):
        draws.apply(one, by=drawer, inspectors=inspectors(desk))
    with pytest.raises(RuleBroken, match="承诺值不符"):
        draws.reveal(one, "12345", {**NONCES, "account:902": "cccc"}, by=drawer)


def test_a_draw_in_a_batch_gives_the_same_cases(desk, pool, drawer):
    with case.batch() as batch:
        one = draws.freeze("filing", desk.office, drawer, nonce_commits=COMMITS)
        draws.reveal(one, "12345", NONCES, by=drawer)
        hits = draws.apply(one, by=drawer, inspectors=inspectors(desk))
        batch.flush()
    one.refresh_from_db()
    assert (len(hits), one.state) == (4, Draw.State.APPLIED)
    assert {hit.pk for hit in hits} == set(
        DrawEntry.objects.filter(hit=True).values_list("case_id", flat=True)
    )
