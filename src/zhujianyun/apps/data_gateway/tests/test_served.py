"""Versions that must stay because calls name them: of tables about persons, as long as calls are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zhujianyun.apps.data_gateway.models import Call
from zhujianyun.apps.data_gateway.queries import served
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource import pins
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Dataset, Edition, Snapshot

from . import grounds


@pytest.fixture
def landed(exchange):
    """Four versions of the one table with personal items."""
    dataset = exchange.mount.dataset
    _land(dataset, 4)
    return dataset


def _land(dataset: Dataset, versions: int) -> None:
    for number in range(versions):
        resources.land(
            dataset, version=number, batch=f"{dataset.code}-{number}", rows=9, digest="d",
            taken_at=clock.now() + timedelta(minutes=number), by=SYSTEM,
        )  # fmt: skip


def _called(dataset: str, snapshot: int, **more: object) -> Call:
    given = {
        "call_id": f"c-{Call.objects.count()}", "kind": "call", "at": clock.now(), "on": clock.today(), "request_in": 1,
        "plane": "table", "consumer": "GX/GOV/450100/main", "method": "GET", "path": "/v1/items", "status": 200,
        "succeeded": True, "counted": True, "rows": 5, "dataset": dataset, "snapshot": snapshot, "first_key": "P000",
        "last_key": "P004",
    }  # fmt: skip
    return Call.objects.create(**{**given, **more})


def test_a_version_stays_if_a_page_of_it_was_served_and_only_then(landed):
    _called(landed.code, 1)
    _called(landed.code, 1)
    _called(landed.code, 2, succeeded=False)
    _called(landed.code, 2, first_key="", last_key="", rows=0)
    _called(landed.code, 2, kind="abort")
    _called(landed.code, 2, plane="file")
    _called(landed.code, 9)  # never landed
    assert served.versions() == served.versions(landed.code) == {landed.code: {1}}
    assert pins.needed()[landed.code] == {1: ("曾供整页读取个人信息，调用记录保留 3 年，其间不清理",)}


def test_it_stays_as_long_as_the_calls_and_no_day_longer(exchange, landed):
    _called(landed.code, 1)
    exchange.time.move_to(clock.now() + timedelta(days=366 * served.YEARS))
    assert served.versions() == {landed.code: {1}}
    exchange.time.move_to(clock.now() + timedelta(seconds=1))
    assert served.versions() == {}


def test_a_table_that_says_nothing_of_persons_is_not_held(landed, monkeypatch):
    monkeypatch.setattr(grounds, "ITEMS", (Item("permit_no", "证书编号"), Item("city_code", "所在市")))
    other = grounds.table(1).dataset
    _land(other, 1)
    _called(other.code, 0)
    assert served.versions(other.code) == served.versions() == {}
    marked = [{"name": "city_code", "type": "text", "code": "citizen_id"}]
    Dataset.objects.filter(pk=other.pk).update(columns=marked)
    assert served.versions() == {other.code: {0}}


def test_an_edition_that_was_personal_once_counts(landed):
    plain = [Item("permit_no", "证书编号").row()]
    first = Edition.objects.get(resource__mounts__dataset=landed)
    Edition.objects.create(
        **{f.attname: getattr(first, f.attname) for f in Edition._meta.concrete_fields if f.name not in ("id", "number", "items")},
        number=first.number + 1, items=plain,
    )  # fmt: skip
    _called(landed.code, 0)
    assert served.versions() == {landed.code: {0}}


@pytest.mark.parametrize("versions", [4, 40])
def test_however_many_versions_there_are_it_takes_three_queries(
    exchange, django_assert_num_queries, versions
):
    dataset = exchange.mount.dataset
    _land(dataset, versions)
    for number in range(versions):
        _called(dataset.code, number)
    with django_assert_num_queries(3):
        found = served.versions()
    assert len(found[dataset.code]) == versions == Snapshot.objects.count()
