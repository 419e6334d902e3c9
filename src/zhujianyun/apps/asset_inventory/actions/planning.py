"""Plans of moving to the cloud and joining networks (迁移计划办理)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from zhujianyun.apps.asset_inventory.models import Milestone, Plan, PlanItem
from zhujianyun.apps.asset_inventory.queries import EDIT
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem, Cloud, Network

STEPS = {
    Plan.Kind.CLOUD: ("评估", "申请云资源", "迁移部署", "切换", "验收"),
    Plan.Kind.NETWORK: ("方案", "线路改造", "联调", "验收"),
}


@transaction.atomic
def open_plan(
    kind: str, code: str, title: str, owner: Office, *, due_on: date, by: Actor, basis: str = ""
) -> Plan:
    """Begin a plan (制定计划).

    Raises:
        NotAllowed: without "asset_inventory.edit" at the office that leads it.
        RuleBroken: a kind that is none, or a code that is taken.
    """
    access.require(by, EDIT, owner)
    if kind not in Plan.Kind.values or Plan.objects.filter(code=code).exists():
        raise RuleBroken("计划类别不对，或代码已被使用。", rule="asset_inventory.plan_sound", code=code)
    plan = Plan.objects.create(kind=kind, code=code, title=title, owner=owner, due_on=due_on, basis=basis)
    journal.record("asset_inventory.plan", actor=by.key, object=("plan", code), facts={"title": title})
    return plan


@transaction.atomic
def add_item(
    plan: Plan, thing: BusinessSystem | Network, *, by: Actor, due_on: date | None = None
) -> PlanItem:
    """Take a system or a network into a plan, with the usual milestones spread over its time (列入计划).

    Raises:
        NotAllowed: without "asset_inventory.edit" at the office that leads the plan.
        RuleBroken: it does not fit the plan, or stands in a plan already.
    """
    access.require(by, EDIT, plan.owner)
    wanted = BusinessSystem if plan.kind == Plan.Kind.CLOUD else Network
    if not isinstance(thing, wanted):
        raise RuleBroken("上云计划列系统，专网计划列网络。", rule="asset_inventory.plan_kind")
    where = {"system": thing} if isinstance(thing, BusinessSystem) else {"network": thing}
    if PlanItem.objects.filter(**where, dropped_on=None).exists():
        raise RuleBroken(f"{thing.name} 已列入计划。", rule="asset_inventory.plan_once", code=thing.code)
    today = clock.today()
    item = PlanItem.objects.create(plan=plan, agreed_on=today, due_on=due_on or plan.due_on, **where)
    Milestone.objects.bulk_create(_milestones(item, today))
    journal.record(
        "asset_inventory.plan_item", actor=by.key, object=("plan", plan.code), facts={"of": thing.code}
    )
    return item


def _milestones(item: PlanItem, today: date) -> list[Milestone]:
    names = STEPS[Plan.Kind(item.plan.kind)]
    room = max((item.due_on - today).days, 0)
    return [
        Milestone(item=item, step=step, name=name, due_on=today + timedelta(days=room * step // len(names)))
        for step, name in enumerate(names, start=1)
    ]


@transaction.atomic
def reach(
    milestone: Milestone,
    *,
    by: Actor,
    evidence: str,
    file: StoredFile | None = None,
    cloud: Cloud | None = None,
) -> Milestone:
    """Reach a milestone, with its proof (完成里程碑). The last one finishes the item.

    A system whose item is finished is on the cloud from today; a network is joined.

    Raises:
        NotAllowed: without "asset_inventory.edit" at the office that leads the plan.
        RuleBroken: reached already, one before it is open, no proof, or no cloud for the last step.
    """
    item = PlanItem.objects.select_related("plan__owner", "system", "network").get(pk=milestone.item_id)
    access.require(by, EDIT, item.plan.owner)
    steps = list(item.milestones.all())
    _may_reach(milestone, steps, item, evidence)
    milestone.done_on, milestone.evidence, milestone.file = clock.today(), evidence.strip()[:200], file
    milestone.save(update_fields=["done_on", "evidence", "file"])
    facts = {"of": str(item), "milestone": milestone.name, "evidence": milestone.evidence}
    journal.record("asset_inventory.milestone", actor=by.key, object=("plan", item.plan.code), facts=facts)
    if milestone.step == steps[-1].step:
        _finish(item, cloud, by)
    return milestone


def _may_reach(milestone: Milestone, steps: Sequence[Milestone], item: PlanItem, evidence: str) -> None:
    if milestone.done_on or item.dropped_on:
        raise RuleBroken("该里程碑已完成，或事项已移出计划。", rule="asset_inventory.milestone_once")
    before = [step.name for step in steps if step.step < milestone.step and step.done_on is None]
    if before:
        raise RuleBroken(f"请先完成“{before[0]}”。", rule="asset_inventory.milestone_order")
    if not evidence.strip():
        raise RuleBroken("完成里程碑须写明佐证。", rule="asset_inventory.milestone_proof")


def _finish(item: PlanItem, cloud: Cloud | None, by: Actor) -> None:
    item.done_on = clock.today()
    item.save(update_fields=["done_on"])
    if item.system is not None:
        if cloud is None:
            raise RuleBroken("迁移验收须选择所在云。", rule="asset_inventory.cloud")
        item.system.cloud, item.system.cloud_since = cloud, item.done_on
        item.system.save(update_fields=["cloud", "cloud_since"])
    elif item.network is not None:
        item.network.joined_on = item.done_on
        item.network.save(update_fields=["joined_on"])
    journal.record(
        "asset_inventory.plan_done", actor=by.key, object=("plan", item.plan.code), facts={"of": str(item)}
    )


@transaction.atomic
def drop(item: PlanItem, *, by: Actor, reason: str) -> PlanItem:
    """Take an item out of its plan; from today it is no longer in the denominator (移出计划).

    Raises:
        NotAllowed: without "asset_inventory.edit" at the office that leads the plan.
        RuleBroken: it is finished or dropped, or no reason.
    """
    access.require(by, EDIT, item.plan.owner)
    if item.done_on or item.dropped_on or not reason.strip():
        raise RuleBroken("已完成或已移出的事项不能移出；移出须写明理由。", rule="asset_inventory.drop")
    item.dropped_on, item.dropped_why = clock.today(), reason.strip()[:200]
    item.save(update_fields=["dropped_on", "dropped_why"])
    facts = {"of": str(item)}
    journal.record(
        "asset_inventory.plan_drop", actor=by.key, object=("plan", item.plan.code), facts=facts, reason=reason
    )
    return item
