"""Retiring and merging systems of the inventory (停用与合并)."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from zhujianyun.apps.asset_inventory.actions.finding import look
from zhujianyun.apps.asset_inventory.actions.linking import reckon_spans
from zhujianyun.apps.asset_inventory.models import Probe, SystemRecord
from zhujianyun.apps.asset_inventory.queries import EDIT
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.system import actions as systems
from zhujianyun.kernel.system.models import SystemLink


@transaction.atomic
def retire(record: SystemRecord, *, by: Actor, reason: str) -> SystemRecord:
    """Take a system out of use (停用系统): its links end, its probes stop, its findings are gone.

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office.
        RuleBroken: no reason, or it is retired or merged already.
    """
    _may_end(record, by, reason)
    _let_go(record, by, reason)
    systems.retire_system(record.system, by=by, reason=reason)
    _settle(record)
    return record


@transaction.atomic
def merge(record: SystemRecord, into: SystemRecord, *, by: Actor, reason: str) -> SystemRecord:
    """Let another system carry on what this one did (合并系统).

    Links are not carried over: whether they flow from the successor is for people to say.

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office.
        RuleBroken: no reason, either is retired or merged already, or both are the same.
    """
    _may_end(record, by, reason)
    _let_go(record, by, reason)
    systems.merge_system(record.system, into.system, by=by, reason=reason)
    _settle(record)
    return record


def _may_end(record: SystemRecord, by: Actor, reason: str) -> None:
    access.require(by, EDIT, record.system.owner)
    if not reason.strip():
        raise RuleBroken("请写明理由。", rule="asset_inventory.end_reason")


def _let_go(record: SystemRecord, by: Actor, reason: str) -> None:
    rows = SystemLink.objects.filter(Q(source=record.system) | Q(target=record.system), until=None)
    for link in rows.select_related("source__owner", "target__owner"):
        systems.unlink_systems(link, by=by, reason=reason)
        other = link.target if link.source_id == record.system_id else link.source
        reckon_spans(other)
        look(SystemRecord.objects.select_related("system__owner").filter(system=other))
    Probe.objects.filter(system=record.system).update(is_on=False)


def _settle(record: SystemRecord) -> None:
    reckon_spans(record.system)
    look([record])
