"""Resources in the catalogue (资源编目)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from zhujianyun.base.errors import NotAllowed, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.resource import actions, queries
from zhujianyun.kernel.resource.actions import Field
from zhujianyun.kernel.resource.models import Resource

FIELDS = (Field("uscc", "统一社会信用代码"), Field("legal_person_phone", "法定代表人电话", personal=True))


@pytest.fixture
def office(db) -> Office:
    return Office.objects.create(code="T", name="厅", kind="province")


def enter(office: Office, **changes) -> Resource:
    row = {
        "code": "ZJ-001",
        "title": "建筑业企业",
        "provider": office,
        "fields": FIELDS,
        "share_basis": "依申请",
    }
    return actions.catalogue(**{**row, **changes}, by=SYSTEM)


def test_a_resource_is_catalogued_with_its_fields_and_recorded(office):
    resource = enter(office)
    assert [item["name"] for item in resource.fields] == ["uscc", "legal_person_phone"]
    assert Entry.objects.filter(verb="resource.catalogue", object_id="ZJ-001").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"fields": ()},
        {"fields": (FIELDS[0], FIELDS[0])},
        {"fields": (Field("x", "某项", type="blob"),)},
        {"share": "secret"},
        {"share_basis": " "},
        {"share": "withheld", "share_basis": ""},
        {"share": "open"},
    ],
)
def test_what_the_rules_of_sharing_forbid_is_refused(office, change):
    with pytest.raises(RuleBroken):
        enter(office, **change)


def test_the_database_asks_for_a_basis_too(office):
    with pytest.raises(IntegrityError), transaction.atomic():
        Resource.objects.create(code="x", title="x", provider=office, share="withheld")


def test_a_code_is_used_once_and_a_resource_withdrawn_once(office):
    resource = enter(office)
    with pytest.raises(RuleBroken, match="已被使用"):
        enter(office)
    actions.withdraw(resource, by=SYSTEM, reason="停用")
    with pytest.raises(RuleBroken, match="撤销"):
        actions.withdraw(resource, by=SYSTEM, reason="再来")


def test_whoever_has_no_permission_neither_catalogues_nor_sees(office):
    enter(office)
    nobody = access.subject_actor(1, "某人")
    with pytest.raises(NotAllowed):
        actions.catalogue("y", "某", office, FIELDS, by=nobody, share_basis="依申请")
    assert not queries.resources(nobody).exists()
    assert queries.resources(SYSTEM).count() == 1
