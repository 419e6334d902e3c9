"""Entering a system into the inventory and changing what is known of it (登记与变更)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Model

from zhujianyun.apps.asset_inventory.models import SystemRecord, Vendor
from zhujianyun.apps.asset_inventory.queries import EDIT, named_like
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system import actions as systems
from zhujianyun.kernel.system.models import BusinessSystem

OF_SYSTEM = ("name", "owner", "authority", "protection_level", "network", "cloud", "cloud_since", "state")
OF_RECORD = (
    "purpose", "users_who", "users_count", "address", "vendor", "backup", "level_filed_on", "level_number",
    "gathered_on", "is_service", "docked_on", "note",
)  # fmt: skip
CLASSIFIED = ("绝密", "机密级", "秘密级", "涉密")


@transaction.atomic
def enter_system(
    code: str, name: str, owner: Office, values: Mapping[str, Any], *, by: Actor, authority: str = "housing"
) -> SystemRecord:
    """Enter a system into the inventory (登记系统).

    A business system that the platform knows already as a source gets its record here; its name and
    owner are brought up to date.

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office.
        RuleBroken: a code or name that is taken, or a classified system.
    """
    access.require(by, EDIT, owner)
    _unclassified(name, *values.values())
    known = BusinessSystem.objects.filter(code=code).first()
    if SystemRecord.objects.filter(system__code=code).exists():
        raise RuleBroken(
            f"代码 {code} 已在台账中，请换一个代码或修改原有系统。", rule="asset_inventory.code_once"
        )
    _unique_name(name, but=known.pk if known else None)
    system = known or systems.register_system(code, name, owner, authority, by=by)
    system.name, system.owner = name, owner
    record = SystemRecord(system=system, gathered_on=values.get("gathered_on") or clock.today())
    _set(record, values)
    system.save()
    record.save()
    facts = {"name": name, "owner": owner.code} | {key: _said(value) for key, value in values.items()}
    journal.record("asset_inventory.enter", actor=by.key, object=("system", code), facts=facts)
    _look(record)
    return record


@transaction.atomic
def change_system(
    record: SystemRecord, values: Mapping[str, Any], *, by: Actor, expected_version: int, reason: str = ""
) -> SystemRecord:
    """Change what is known of a system (变更系统资料); what was before stands in the journal.

    Raises:
        NotAllowed: without "asset_inventory.edit" at the owner's office, the new one included.
        Conflict: somebody else was faster.
        RuleBroken: a name that is taken, a classified system, or one that is retired.
    """
    access.require(by, EDIT, record.system.owner)
    if "owner" in values:
        access.require(by, EDIT, values["owner"])
    if not record.system.is_live:
        raise RuleBroken("系统已停用或合并，资料不能再改。", rule="asset_inventory.live")
    _unclassified(*values.values())
    if "name" in values:
        _unique_name(values["name"], but=record.system_id)
    differences = changes_of(record, values)
    if not differences:
        return record
    _claim(record, expected_version)
    _set(record, values)
    record.system.save()
    record.version, record.changed_at = expected_version + 1, clock.now()
    record.save()
    facts = {key: {"before": before, "after": after} for key, (before, after) in differences.items()}
    journal.record(
        "asset_inventory.change",
        actor=by.key,
        object=("system", record.system.code),
        facts=facts,
        reason=reason,
    )
    _look(record)
    return record


def changes_of(record: SystemRecord, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What would change: key → (before, after), as the journal says it (变化)."""
    found = {}
    for key, value in values.items():
        before, after = _said(_get(record, key)), _said(value)
        if before != after:
            found[key] = (before, after)
    return found


def vendor(name: str) -> Vendor:
    """The firm of a name, noted when it is new (承建运维单位)."""
    return Vendor.objects.get_or_create(name=name.strip())[0]


def _claim(record: SystemRecord, expected_version: int) -> None:
    """One of two who change the same record at once comes second, and is told."""
    rows = SystemRecord.objects.filter(pk=record.pk, version=expected_version)
    if not rows.update(version=F("version") + 1):
        raise Conflict(
            "系统资料刚被他人改过，请刷新页面后再改。",
            rule="asset_inventory.version",
            code=record.system.code,
        )


def _get(record: SystemRecord, key: str) -> Any:
    return getattr(record.system if key in OF_SYSTEM else record, key)


def _set(record: SystemRecord, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if key not in OF_SYSTEM + OF_RECORD:
            raise RuleBroken(f"系统资料没有“{key}”这一项。", rule="asset_inventory.field", field=key)
        if key == "state" and value not in (BusinessSystem.State.BUILDING, BusinessSystem.State.RUNNING):
            raise RuleBroken("停用、合并请走“停用”“合并”办理。", rule="asset_inventory.state")
        setattr(record.system if key in OF_SYSTEM else record, key, value)
    _consistent(record)


def _consistent(record: SystemRecord) -> None:
    """What the database would refuse without telling the person what to do."""
    level = record.system.protection_level
    if level is not None and level not in range(1, 6):
        raise RuleBroken("等保级别为 1 至 5。", rule="system.protection_level")
    if record.system.cloud_since and record.system.cloud is None:
        raise RuleBroken("填了上云日期，请同时选择所在云。", rule="asset_inventory.cloud")
    if record.docked_on and not record.is_service:
        raise RuleBroken("只有政务服务业务办理系统才有对接日期。", rule="asset_inventory.docked")


def _said(value: Any) -> Any:
    """A value as the journal can keep it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Model) else value


def _unique_name(name: str, *, but: int | None = None) -> None:
    if not name.strip():
        raise RuleBroken("请填写系统名称。", rule="asset_inventory.named")
    twin = named_like(name, but=but)
    if twin is not None:
        raise RuleBroken(
            f"已有同名系统“{twin.name}”（{twin.code}），请修改原有系统，或换一个能区分的名称。",
            rule="asset_inventory.name_once", code=twin.code,
        )  # fmt: skip


def _unclassified(*values: Any) -> None:
    """A classified system does not belong here, not even by its name (涉密系统不得登记)."""
    said = "".join(value for value in values if isinstance(value, str))
    if any(word in said.replace("非涉密", "") for word in CLASSIFIED):
        raise RuleBroken(
            "台账只登记非涉密系统。请勿填写任何涉密内容，涉密系统按保密规定另行管理。",
            rule="asset_inventory.unclassified",
        )


def _look(record: SystemRecord) -> None:
    from zhujianyun.apps.asset_inventory.actions.finding import look

    look([record])
