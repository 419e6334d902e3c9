"""Business systems in the inventory (业务系统登记)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from zhujianyun.base.errors import NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.system import actions, queries
from zhujianyun.kernel.system.models import BusinessSystem


@pytest.fixture
def office(db) -> Office:
    return Office.objects.create(code="T", name="厅", kind="province")


def enter(office: Office, **changes) -> BusinessSystem:
    row = {
        "code": "market",
        "name": "市场主体登记系统",
        "owner": office,
        "authority": "market",
        "protection_level": 3,
    }
    return actions.register_system(**{**row, **changes}, by=SYSTEM)


def test_a_system_is_registered_once_and_recorded(office):
    system = enter(office)
    assert queries.system("market") == system
    assert Entry.objects.filter(verb="system.register", object_id="market").count() == 1
    with pytest.raises(RuleBroken, match="已登记"):
        enter(office)


@pytest.mark.parametrize(
    "change", [{"authority": "nobody"}, {"protection_level": 0}, {"protection_level": 6}]
)
def test_systems_that_make_no_sense_are_refused_by_the_verb_and_by_the_database(office, change):
    with pytest.raises(RuleBroken):
        enter(office, **change)
    if "protection_level" in change:
        with pytest.raises(IntegrityError), transaction.atomic():
            BusinessSystem.objects.create(code="x", name="x", owner=office, authority="market", **change)


def test_a_retired_system_keeps_its_row_and_is_not_retired_twice(office):
    system = actions.retire_system(enter(office), by=SYSTEM, reason="整合")
    assert BusinessSystem.objects.get().retired_on is not None
    with pytest.raises(RuleBroken, match="下线"):
        actions.retire_system(system, by=SYSTEM, reason="再来")


def test_whoever_has_no_permission_neither_registers_nor_sees(office):
    enter(office)
    nobody = access.subject_actor(1, "某人")
    with pytest.raises(NotAllowed):
        actions.register_system("x", "某系统", office, "housing", by=nobody)
    assert not queries.systems(nobody).exists()
    assert queries.systems(SYSTEM).count() == 1


def test_an_unknown_code_is_not_found(office):
    with pytest.raises(NotFound):
        queries.system("nothing")
