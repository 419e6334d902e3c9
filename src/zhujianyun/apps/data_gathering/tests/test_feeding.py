"""Subjects learn what was gathered (主体入库)."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from random import Random

import pytest

from zhujianyun.apps.data_gathering import jobs
from zhujianyun.apps.data_gathering.actions import feeding, registering, starting
from zhujianyun.base import clock
from zhujianyun.base.codes import uscc
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.subject import queries
from zhujianyun.kernel.subject.models import AttributeValue, Contradiction, Subject
from zhujianyun.kernel.system.models import BusinessSystem

COLUMNS = [
    {"name": "code", "type": "text", "nullable": False, "code": "uscc"},
    {"name": "title", "type": "text"},
    {"name": "capital", "type": "decimal"},
]
MAPPING = {
    "kind": "enterprise", "name": "title", "identifiers": {"uscc": "code"},
    "attributes": {"registered_capital": "capital"},
}  # fmt: skip
CODES = [uscc.make(Random(n)) for n in range(4)]


def put(work, capital: str) -> dict:
    lines = [f"{code},第{n}建筑公司,{capital}" for n, code in enumerate(CODES)]
    (work.folder / "firms.csv").write_text("code,title,capital\n" + "\n".join(lines), "utf-8")
    return {"path": str(work.folder / "firms.csv")}


@pytest.fixture
def source(work):
    place = put(work, "100")
    return work.register("csv", place=place, columns=COLUMNS, key=["code"], subjects=MAPPING, mode="digest")


def test_rows_become_subjects_and_what_was_said_before_stays(work, source):
    assert feeding.feed(work.gather(source)) == {"fed": 4, "refused": 0, "empty": 0, "unchanged": 0}
    put(work, "250.5")
    assert feeding.feed(work.gather(source))["fed"] == 4
    assert Subject.objects.count() == 4
    said = AttributeValue.objects.filter(name="registered_capital", subject=Subject.objects.first())
    assert sorted(said.values_list("value", flat=True)) == ["100", "250.5"]


def test_unchanged_rows_are_not_told_again(work, source):
    feeding.feed(work.gather(source))
    assert feeding.feed(work.gather(source))["fed"] == 0


def test_an_attribute_has_one_source(work, source):
    with pytest.raises(RuleBroken, match="只能有一个来源"):
        work.register(
            "csv", code="t.second", place=put(work, "1"), columns=COLUMNS, key=["code"], subjects=MAPPING
        )


@pytest.mark.parametrize(
    ("change", "words"),
    [({"kind": ""}, "须写明"), ({"name": "missing"}, "不在数据集中"), ({"colour": "x"}, "不认识")],
    ids=["no kind", "unknown column", "unknown member"],
)
def test_a_mapping_that_makes_no_sense_is_refused(work, source, change, words):
    with pytest.raises(RuleBroken, match=words):
        registering.change_source(source, by=SYSTEM, subjects={**MAPPING, **change})


def test_of_a_full_batch_only_new_and_changed_rows_are_told(work, source):
    registering.change_source(source, by=SYSTEM, mode="full")
    feeding.feed(work.gather(source))
    before = AttributeValue.objects.count()
    assert feeding.feed(work.gather(source)) == {"fed": 0, "refused": 0, "empty": 0, "unchanged": 4}
    assert AttributeValue.objects.count() == before
    lines = (work.folder / "firms.csv").read_text("utf-8").replace("第2建筑公司,100", "第2建筑公司,900")
    (work.folder / "firms.csv").write_text(lines, "utf-8")
    assert feeding.feed(work.gather(source)) == {"fed": 1, "refused": 0, "empty": 0, "unchanged": 3}


def test_the_job_tried_again_tells_nothing_twice(work, source):
    batch = work.gather(source)
    feeding.feed(batch)
    before = AttributeValue.objects.count()
    feeding.feed(batch)
    assert AttributeValue.objects.count() == before


def test_a_mapping_that_was_changed_is_told_of_every_row(work, source):
    feeding.feed(work.gather(source))
    work.time.move_to(clock.now() + timedelta(minutes=5))
    registering.change_source(source, by=SYSTEM, subjects={**MAPPING, "attributes": {"scale": "capital"}})
    assert feeding.feed(work.gather(source))["fed"] == 4
    assert AttributeValue.objects.filter(name="scale").count() == 4


def test_gathering_feeds_subjects_and_notes_where_a_second_system_contradicts_the_owner(work, office):
    market = BusinessSystem.objects.create(code="saic", name="市场主体登记", owner=office, authority="market")
    other = dataclasses.replace(work, system=market)
    mapping = {**MAPPING, "attributes": {"capital": "capital"}}
    told = {**MAPPING, "attributes": {}, "compared": {"capital": "capital"}}
    owner = other.register(
        "csv",
        code="saic.firms",
        place=put(work, "100"),
        columns=COLUMNS,
        key=["code"],
        subjects=mapping,
        mode="digest",
    )
    jobs_of(owner, work)
    put(work, "999")
    ours = work.register(
        "csv", code="ours.firms", place={"path": str(work.folder / "firms.csv")}, columns=COLUMNS, key=["code"],
        subjects=told, mode="digest",
    )  # fmt: skip
    jobs_of(ours, work)
    found = Contradiction.objects.filter(ended_at=None, attribute="capital")
    assert {(row.owner.code, row.other.code, row.owner_row.value, row.other_row.value) for row in found} == {
        ("saic", "market", "100", "999")
    }
    assert found.count() == len(CODES)
    assert queries.golden(Subject.objects.first(), "capital").value == "100"
    entries = journal.Entry.objects.filter(verb="subject.conflict")
    assert entries.count() == len(CODES)
    assert set(entries.values_list("source", flat=True)) == {ours.dataset.batches.first().code}
    jobs_of(ours, work)
    assert entries.count() == len(CODES)


def jobs_of(source, work) -> None:
    """What the worker does with a batch: gather, then feed."""
    batch = starting.start(source, by=SYSTEM)
    jobs.carry_out.func(batch.code)
    jobs.feed.func(batch.code)
    work.time.move_to(clock.now() + timedelta(minutes=5))


def test_what_is_only_compared_must_not_be_provided_as_well(work, source):
    with pytest.raises(RuleBroken, match="不能既提供又比对"):
        registering.change_source(
            source, by=SYSTEM, subjects={**MAPPING, "compared": {"registered_capital": "capital"}}
        )
