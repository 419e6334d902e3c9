"""Subjects learn what was gathered (主体入库)."""

from __future__ import annotations

from random import Random

import pytest

from zhujianyun.apps.data_gathering.actions import feeding, registering
from zhujianyun.base.codes import uscc
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.subject.models import AttributeValue, Subject

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
    assert feeding.feed(work.gather(source)) == {"fed": 4, "refused": 0, "empty": 0}
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
