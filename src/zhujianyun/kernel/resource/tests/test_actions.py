"""Entries, mounts and grants (目录、挂载与授权)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, NotFound, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.journal import Entry
from zhujianyun.kernel.resource import actions, granting, queries
from zhujianyun.kernel.resource.actions import Decision, Draft
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.resource.models import Edition, Grant, Mount, Resource
from zhujianyun.kernel.system.models import BusinessSystem

CODE = "206003/000001"
ITEMS = (
    Item("uscc", "统一社会信用代码"),
    Item("name", "企业名称"),
    Item("phone", "联系电话", sensitivity="personal", mask="phone"),
    Item("amount", "注册资本", type="decimal"),
)
DRAFT = Draft("建筑业企业", "在桂建筑业企业的基本情况", "2/06/003", ITEMS, share_condition="履职需要")
BINDING = {"uscc": "corp_code", "name": "corp_name", "phone": "tel"}


@pytest.fixture
def office(db) -> Office:
    return Office.objects.create(code="T", name="厅", kind="province")


@pytest.fixture
def resource(office) -> Resource:
    entry = actions.enter(CODE, "建筑业企业", office, by=SYSTEM)
    actions.publish(entry, DRAFT, by=SYSTEM)
    return entry


@pytest.fixture
def dataset(office):
    system = BusinessSystem.objects.create(
        code="market", name="建筑市场监管平台", owner=office, authority="housing"
    )
    columns = [{"name": n, "type": "text"} for n in ("corp_code", "corp_name", "tel")]
    return actions.register_dataset("market.enterprise", "企业", system, columns, ["corp_code"], by=SYSTEM)


@pytest.fixture
def mount(resource, dataset) -> Mount:
    return actions.mount_table(
        resource, dataset, BINDING, code="enterprise-table", title="企业库表", by=SYSTEM
    )


def decision(office: Office, **changes) -> Decision:
    now = clock.now()
    given = {
        "consumer": office, "items": ("uscc", "phone"), "purpose": "资质核查", "legal_basis": "某条例第三条",
        "valid_from": now, "valid_until": now + timedelta(days=30),
    }  # fmt: skip
    return Decision(**{**given, **changes})


def changed(**changes) -> Draft:
    from dataclasses import replace

    return replace(DRAFT, **changes)


def test_an_entry_is_entered_published_and_recorded(resource):
    assert (resource.state, resource.edition, resource.title) == ("published", 1, "建筑业企业")
    assert Entry.objects.filter(verb="resource.publish", object_id=CODE).count() == 1


@pytest.mark.parametrize(
    "code", ["", "206003", "206003/1", "006003/000001", "206003-000001", "206003/00000１"]
)
def test_a_malformed_code_is_refused(office, code):
    with pytest.raises(RuleBroken):
        actions.enter(code, "某目录", office, by=SYSTEM)


def test_a_code_is_never_used_again_even_after_withdrawal(resource, office):
    actions.withdraw(resource, by=SYSTEM, reason="机构调整")
    with pytest.raises(RuleBroken, match="撤销后也不再使用"):
        actions.enter(CODE, "另一目录", office, by=SYSTEM)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"abstract": " "}, "摘要"),
        ({"items": ()}, "至少"),
        ({"items": (ITEMS[0], ITEMS[0])}, "重复"),
        ({"items": (Item("x", "某项", type="blob"),)}, "类型"),
        ({"items": (Item("x", "某项", share="unconditional"),)}, "更宽"),
        ({"share_condition": ""}, "共享条件"),
        ({"share": "none", "items": (Item("x", "某项", share="none"),)}, "依据"),
        ({"related": ("999999/999999",)}, "不存在"),
        ({"open": True}, "开放"),
        ({"cycle": "hourly"}, "更新周期"),
    ],
)
def test_what_the_guide_does_not_allow_is_not_published(office, change, says):
    entry = actions.enter(CODE, "建筑业企业", office, by=SYSTEM)
    with pytest.raises(RuleBroken, match=says):
        actions.publish(entry, changed(**change), by=SYSTEM)
    assert Resource.objects.get().edition == 0


def test_a_narrower_item_is_fine(resource):
    actions.publish(resource, changed(items=(*ITEMS, Item("y", "内部项", share="none"))), by=SYSTEM)
    assert resource.edition == 2


def test_a_published_edition_cannot_be_altered(resource):
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.update(title="改")


def test_the_slower_of_two_editors_is_told(resource):
    actions.publish(resource, changed(abstract="甲"), by=SYSTEM, expected=1)
    with pytest.raises(Conflict, match="第 2 版"):
        actions.publish(resource, changed(abstract="乙"), by=SYSTEM, expected=1)


def test_after_a_back_dated_correction_the_two_times_answer_differently(resource):
    day, before = clock.today(), clock.now()
    with pytest.raises(RuleBroken, match="写明原因"):
        actions.publish(resource, changed(abstract="更正"), by=SYSTEM, valid_from=day - timedelta(days=9))
    actions.publish(
        resource, changed(abstract="更正"), by=SYSTEM, valid_from=day - timedelta(days=9), reason="原摘要有误"
    )
    assert queries.edition_on(resource, day - timedelta(days=3)).abstract == "更正"
    with pytest.raises(NotFound):
        queries.edition_on(resource, day - timedelta(days=3), known_at=before)
    assert queries.edition_on(resource, day, known_at=before).number == 1


def test_what_is_not_bound_or_not_there_cannot_be_mounted(resource, dataset):
    for binding in ({"uscc": "nothing"}, {"nothing": "tel"}):
        with pytest.raises(RuleBroken):
            actions.mount_table(resource, dataset, binding, code="m", title="库表", by=SYSTEM)


def test_a_grant_gives_only_what_is_bound_and_shared(mount, office):
    for items in (("amount",), ("nothing",), ()):
        with pytest.raises(RuleBroken):
            actions.issue_grant(mount, decision(office, items=items), code="G1", by=SYSTEM)
    grant = actions.issue_grant(mount, decision(office), code="G1", by=SYSTEM)
    found = granting.effective(queries.terms(grant), queries.offered(mount), clock.now())
    assert [item.code for item in found.items] == ["uscc", "phone"]
    assert found.masks == {"phone": "phone"}
    assert found.searchable == {"uscc"}


def test_a_narrowed_item_is_gone_at_once_and_a_new_one_never_widens(mount, office):
    grant = actions.issue_grant(mount, decision(office), code="G1", by=SYSTEM)
    narrowed = (ITEMS[0], ITEMS[1], Item("phone", "联系电话", share="none"), Item("extra", "新增项"))
    actions.publish(mount.resource, changed(items=narrowed), by=SYSTEM)
    found = granting.effective(queries.terms(grant), queries.offered(mount), clock.now())
    assert [item.code for item in found.items] == ["uscc"]


def test_unmounting_suspends_the_grants(mount, office):
    grant = actions.issue_grant(mount, decision(office), code="G1", by=SYSTEM)
    actions.unmount(mount, by=SYSTEM, reason="系统下线")
    grant.refresh_from_db()
    assert grant.state == Grant.State.SUSPENDED
    with pytest.raises(NotAllowed) as refused:
        granting.effective(queries.terms(grant), queries.offered(mount), clock.now())
    assert refused.value.rule == "grant.suspended"


def test_a_revoked_grant_stays_revoked(mount, office):
    grant = actions.issue_grant(mount, decision(office), code="G1", by=SYSTEM)
    actions.suspend_grant(grant, by=SYSTEM, reason="核查")
    actions.resume_grant(grant, by=SYSTEM, reason="核查完毕")
    actions.revoke_grant(grant, by=SYSTEM, reason="超范围使用")
    for act in (actions.suspend_grant, actions.resume_grant, actions.revoke_grant):
        with pytest.raises(RuleBroken):
            act(grant, by=SYSTEM, reason="再次")


def test_two_mounts_of_one_table_count_its_rows_once(mount, dataset):
    actions.land(dataset, version=0, batch="b0", rows=40, digest="d", taken_at=clock.now(), by=SYSTEM)
    actions.land(dataset, version=3, batch="b1", rows=50, digest="e", taken_at=clock.now(), by=SYSTEM)
    actions.mount_table(mount.resource, dataset, BINDING, code="again", title="再挂", by=SYSTEM)
    assert queries.mounted_rows() == 50
    with pytest.raises(RuleBroken):
        actions.land(dataset, version=2, batch="b2", rows=9, digest="f", taken_at=clock.now(), by=SYSTEM)


def test_only_who_may_catalogue_does(office):
    stranger = access.subject_actor(1, "某人")
    with pytest.raises(NotAllowed):
        actions.enter(CODE, "某目录", office, by=stranger)


def test_the_change_mark_moves_with_every_change(mount, office):
    marks = [queries.change_mark()]
    grant = actions.issue_grant(mount, decision(office), code="G1", by=SYSTEM)
    marks.append(queries.change_mark())
    actions.suspend_grant(grant, by=SYSTEM, reason="核查")
    marks.append(queries.change_mark())
    actions.publish(mount.resource, changed(abstract="新"), by=SYSTEM, valid_from=date(2030, 1, 1))
    marks.append(queries.change_mark())
    actions.unmount(mount, by=SYSTEM, reason="下线")
    marks.append(queries.change_mark())
    actions.withdraw(mount.resource, by=SYSTEM, reason="撤销")
    marks.append(queries.change_mark())
    assert len(set(marks)) == len(marks)
