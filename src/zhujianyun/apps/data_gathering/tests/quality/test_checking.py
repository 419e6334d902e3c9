"""Writing rules and looking at snapshots by them (质量规则与检查)."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from zhujianyun.apps.data_gathering.actions import starting
from zhujianyun.apps.data_gathering.actions.quality import checking, measuring, writing
from zhujianyun.apps.data_gathering.models import QualityRuleVersion, QualityRun
from zhujianyun.apps.data_gathering.queries import quality
from zhujianyun.base import clock, jobs
from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.journal import Entry

from .. import sources

FILLED = {"title": "名称应填写", "kind": "filled", "columns": ["name"]}
RANGE = {
    "title": "金额不超过 5",
    "kind": "range",
    "columns": ["amount"],
    "options": {"most": "5"},
    "threshold": 90,
}


@pytest.fixture
def source(work):
    source = work.register()
    work.gather(source)
    return source


def look(source):
    return checking.check(measuring.newest(source.dataset), clock.now(), by=SYSTEM)


def test_a_run_keeps_numerator_and_denominator_and_the_first_keys_that_fail(source):
    writing.write_rule(source.dataset, FILLED, by=SYSTEM)
    writing.write_rule(source.dataset, RANGE, by=SYSTEM)
    run = look(source)
    filled, amount = run.verdicts.order_by("pk")
    given = sources.rows()
    assert (filled.checked, filled.failed) == (45, sum(row["name"] is None for row in given))
    kept = [row for row in given if row["amount"] is not None]
    assert (amount.checked, amount.passed) == (len(kept), sum(row["amount"] <= 5 for row in kept))
    assert filled.keys[0] == [str(next(row["id"] for row in given if row["name"] is None))]
    assert (filled.is_met, amount.is_met, run.unmet) == (False, False, 2)
    scored = {one["dimension"]: one["score"] for one in run.dimensions}
    assert scored["completeness"] == str(Decimal(filled.passed * 10000 // 45) / 100)
    assert scored["timeliness"] is None
    assert run.grade in {name for name, _ in quality.grades(clock.today())}


def test_every_landing_is_looked_at_once_there_are_rules(work, source):
    work.gather(source)
    assert not QualityRun.objects.exists()
    writing.write_rule(source.dataset, FILLED, by=SYSTEM)
    checking.ask_if_ruled(source.dataset)
    checking.ask_if_ruled(source.dataset)
    assert QualityRun.objects.count() == 1
    assert "queued" in checking_states()
    checking.carry_out(QualityRun.objects.get().pk)
    assert checking.carry_out(QualityRun.objects.get().pk) == "done"
    assert Entry.objects.filter(verb="gathering.quality.check").count() == 1


def checking_states():
    return set(QualityRun.objects.values_list("state", flat=True))


def test_the_batch_that_lands_asks_for_the_look(source):
    writing.write_rule(source.dataset, FILLED, by=SYSTEM)
    starting.start(source, by=SYSTEM)
    jobs.run_ready()
    run = QualityRun.objects.get()
    assert (run.state, run.snapshot.version) == ("done", measuring.newest(source.dataset).version)


def test_a_changed_rule_is_a_new_version_and_the_old_verdict_keeps_its_own(source):
    rule = writing.write_rule(source.dataset, RANGE, by=SYSTEM)
    run = look(source)
    writing.change_rule(rule, {**RANGE, "options": {"most": "100"}}, by=SYSTEM, reason="放宽")
    assert run.verdicts.get().version.options == {"most": "5"}
    assert look(source).verdicts.get().version.number == 2
    told = Entry.objects.get(verb="gathering.quality.change")
    assert json.loads(told.facts)["options"] == {"most": "100"}


def test_versions_cannot_be_altered_not_even_by_raw_sql(source):
    rule = writing.write_rule(source.dataset, FILLED, by=SYSTEM)
    table = QualityRuleVersion._meta.db_table
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET weight = 9 WHERE rule_id = %s", [rule.pk])


def test_a_rule_switched_off_no_longer_counts(source):
    rule = writing.write_rule(source.dataset, FILLED, by=SYSTEM)
    other = writing.write_rule(source.dataset, RANGE, by=SYSTEM)
    writing.switch_rule(rule, False, by=SYSTEM, reason="来源不采集")
    run = look(source)
    assert [one.version.rule_id for one in run.verdicts.all()] == [other.pk]
    with pytest.raises(RuleBroken):
        writing.switch_rule(rule, False, by=SYSTEM, reason="再停一次")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_change_needs_a_reason(source, reason):
    rule = writing.write_rule(source.dataset, FILLED, by=SYSTEM)
    with pytest.raises(RuleBroken):
        writing.change_rule(rule, RANGE, by=SYSTEM, reason=reason)


def test_a_rule_about_a_column_that_went_is_not_measured_and_says_why(source, work):
    writing.write_rule(source.dataset, FILLED, by=SYSTEM)
    writing.write_rule(source.dataset, RANGE, by=SYSTEM)
    source.dataset.columns = [column for column in source.dataset.columns if column["name"] != "name"]
    source.dataset.save()
    run = look(source)
    gone, kept = run.verdicts.order_by("pk")
    assert "name" in gone.why
    assert (gone.checked, gone.is_met) == (0, None)
    assert kept.checked > 0


def test_a_reference_is_looked_up_in_the_other_data_set(source, work):
    other = work.register(code="t.other", rows=sources.rows(10))
    rule = {
        "title": "在册",
        "kind": "reference",
        "columns": ["id"],
        "options": {"dataset": "t.other", "column": "id"},
    }
    writing.write_rule(source.dataset, rule, by=SYSTEM)
    missing = look(source).verdicts.get()
    assert (missing.checked, missing.why) == (0, "被引用的数据集“测试表”还没有数据。")
    work.gather(other)
    found = look(source).verdicts.get()
    assert (found.checked, found.passed) == (45, 10)


@pytest.mark.parametrize("target", [("t.none", "id"), ("t.things", "gone"), ("t.things", "name")])
def test_a_reference_to_what_is_not_there_or_of_another_type_is_refused(source, target):
    rule = {
        "title": "错",
        "kind": "reference",
        "columns": ["id"],
        "options": dict(zip(("dataset", "column"), target, strict=True)),
    }
    with pytest.raises(RuleBroken):
        writing.write_rule(source.dataset, rule, by=SYSTEM)


def test_lateness_counts_against_punctuality_without_a_new_batch(source, work):
    writing.write_rule(source.dataset, {"title": "及时", "kind": "fresh"}, by=SYSTEM)
    assert look(source).score == 100
    work.time.move_to(clock.now() + timedelta(days=3))
    late = look(source).verdicts.get()
    assert (late.checked, late.passed) == (1, 0)
    assert checking.ask_for_late() == 0  # looked at today already
    work.time.move_to(clock.now() + timedelta(days=1))
    assert checking.ask_for_late() == 1


def test_batches_that_failed_count_against_accessibility(source, work):
    writing.write_rule(source.dataset, {"title": "成功", "kind": "reach"}, by=SYSTEM)
    (work.folder / "source.db").unlink()
    work.gather(source)
    found = look(source).verdicts.get()
    assert (found.checked, found.passed) == (2, 1)


def test_a_jump_in_the_number_of_rows_is_seen(source, work):
    writing.write_rule(
        source.dataset, {"title": "行数", "kind": "count", "options": {"percent": 10}}, by=SYSTEM
    )
    assert look(source).verdicts.get().checked == 0
    work.put(sources.rows(60))
    work.gather(source)
    found = look(source).verdicts.get()
    assert (found.checked, found.passed) == (1, 0)


def test_an_older_snapshot_is_judged_as_it_was(source, work):
    writing.write_rule(source.dataset, FILLED, by=SYSTEM)
    first = measuring.newest(source.dataset)
    work.put(sources.rows(90))
    work.gather(source)
    assert checking.check(first, clock.now(), by=SYSTEM).verdicts.get().checked == 45
    assert look(source).verdicts.get().checked == 90
    assert [run.snapshot.version for run in quality.runs(source.dataset)] == sorted(
        s.version for s in source.dataset.snapshots.all()
    )


def test_a_preview_finds_what_a_run_would_and_keeps_nothing(source):
    rule = writing.checked(RANGE, source.dataset)
    _, found, rows = checking.preview(source.dataset, rule, by=SYSTEM)
    assert len(rows) == min(10, found.checked - found.passed) == 10
    assert all(row["amount"] > 5 for row in rows)
    assert not QualityRun.objects.exists()


def test_failing_rows_are_paged_by_the_key_without_gap_or_overlap(source):
    rule = writing.checked(RANGE, source.dataset)
    snapshot = measuring.newest(source.dataset)
    pages = [measuring.failing(snapshot, rule, start, 7) for start in range(0, 45, 7)]
    ids = [row["id"] for page in pages for row in page]
    assert ids == [row["id"] for row in sources.rows() if row["amount"] is not None and row["amount"] > 5]


def test_suggested_rules_follow_from_the_columns_and_are_written_once(source):
    count = writing.write_suggested(source.dataset, by=SYSTEM)
    assert count == source.dataset.quality_rules.count() > 5
    assert writing.write_suggested(source.dataset, by=SYSTEM) == 0
    assert look(source).score is not None


def test_nothing_is_looked_at_before_there_is_data_or_rules(work):
    source = work.register()
    with pytest.raises(NotFound):
        checking.ask(source.dataset, by=SYSTEM)
    work.gather(source)
    with pytest.raises(RuleBroken):
        checking.ask(source.dataset, by=SYSTEM)


def test_whoever_may_not_write_rules_does_not(source):
    with pytest.raises(NotAllowed):
        writing.write_rule(source.dataset, FILLED, by=Actor(key="x", name_zh="某人", kind="account"))
