"""What can be done with business systems (业务系统登记)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem, SystemLink


@transaction.atomic
def register_system(
    code: str, name: str, owner: Office, authority: str, *, by: Actor, protection_level: int | None = None
) -> BusinessSystem:
    """Enter a business system into the inventory (登记业务系统).

    Raises:
        NotAllowed: without "system.register" at the owner's office.
        RuleBroken: for a code that is taken, an unknown authority or a level outside 1 to 5.
    """
    access.require(by, "system.register", owner)
    if BusinessSystem.objects.filter(code=code).exists():
        raise RuleBroken(f"业务系统代码 {code} 已登记，请换一个。", rule="system.code_once", code=code)
    if authority not in BusinessSystem.Authority.values:
        raise RuleBroken(f"没有“{authority}”这一数据权属。", rule="system.authority_known")
    if protection_level is not None and protection_level not in range(1, 6):
        raise RuleBroken("等保级别为 1 至 5。", rule="system.protection_level")
    system = BusinessSystem.objects.create(
        code=code, name=name, owner=owner, authority=authority, protection_level=protection_level
    )
    facts = {"name": name, "owner": owner.code, "authority": str(authority)}
    journal.record("system.register", actor=by.key, object=("system", code), facts=facts)
    return system


@transaction.atomic
def retire_system(system: BusinessSystem, *, by: Actor, reason: str) -> BusinessSystem:
    """Take a system out of use; what it told us stays (业务系统停用).

    Raises:
        NotAllowed: without "system.register" at the owner's office.
        RuleBroken: when it is retired or merged already.
    """
    access.require(by, "system.register", system.owner)
    _still_live(system)
    system.state, system.retired_on = BusinessSystem.State.RETIRED, clock.today()
    system.save(update_fields=["state", "retired_on"])
    journal.record("system.retire", actor=by.key, object=("system", system.code), reason=reason)
    return system


@transaction.atomic
def merge_system(system: BusinessSystem, into: BusinessSystem, *, by: Actor, reason: str) -> BusinessSystem:
    """Let another system carry on what this one did (业务系统合并).

    Raises:
        NotAllowed: without "system.register" at the owner's office.
        RuleBroken: when either is retired or merged already, or both are the same.
    """
    access.require(by, "system.register", system.owner)
    _still_live(system)
    _still_live(into)
    if system.pk == into.pk:
        raise RuleBroken("系统不能合并到自身，请选择承接系统。", rule="system.merge_two")
    system.state, system.retired_on = BusinessSystem.State.MERGED, clock.today()
    system.successor = into
    system.save(update_fields=["state", "retired_on", "successor"])
    journal.record(
        "system.merge", actor=by.key, object=("system", system.code), reason=reason, facts={"into": into.code}
    )
    return system


def _still_live(system: BusinessSystem) -> None:
    if not system.is_live:
        raise RuleBroken(
            f"{system.name} 已于 {system.retired_on} {system.get_state_display()}（下线），不能再办理停用或合并。",
            rule="system.retired_once",
        )


@transaction.atomic
def link_systems(
    source: BusinessSystem,
    target: BusinessSystem,
    kind: str,
    flows: str,
    *,
    by: Actor,
    since: date | None = None,
) -> SystemLink:
    """Note that something flows from one system to another (登记系统互联).

    Raises:
        NotAllowed: without "system.register" at the owner of either end.
        RuleBroken: both ends are one, an end is retired, an unknown kind, nothing said to flow, twice.
    """
    _may_link(by, source, target)
    if source.pk == target.pk:
        raise RuleBroken("互联的两端不能是同一个系统。", rule="system.link_two_ends")
    for end in (source, target):
        if not end.is_live:
            raise RuleBroken(
                f"{end.name} 已{end.get_state_display()}，不能再登记互联。", rule="system.link_live"
            )
    if kind not in SystemLink.Kind.values or not flows.strip():
        raise RuleBroken("请选择互联方式并写明传递内容。", rule="system.link_told")
    rows = SystemLink.objects.filter(source=source, target=target, kind=kind, flows=flows.strip(), until=None)
    if rows.exists():
        raise RuleBroken("同样的互联已登记且在用，不必重复登记。", rule="system.link_once")
    link = SystemLink.objects.create(
        source=source, target=target, kind=kind, flows=flows.strip(), since=since or clock.today()
    )
    facts = {"to": target.code, "kind": kind, "flows": link.flows, "since": str(link.since)}
    journal.record("system.link", actor=by.key, object=("system", source.code), facts=facts)
    return link


@transaction.atomic
def unlink_systems(link: SystemLink, *, by: Actor, reason: str) -> SystemLink:
    """Note that a link no longer carries anything, from today on (停用系统互联).

    Raises:
        NotAllowed: without "system.register" at the owner of either end.
        RuleBroken: it has ended already.
    """
    _may_link(by, link.source, link.target)
    if link.until is not None:
        raise RuleBroken(f"该互联已于 {link.until} 停用。", rule="system.link_ended")
    link.until = max(clock.today(), link.since)
    link.save(update_fields=["until"])
    facts = {"to": link.target.code, "kind": link.kind, "flows": link.flows}
    journal.record(
        "system.unlink", actor=by.key, object=("system", link.source.code), facts=facts, reason=reason
    )
    return link


def _may_link(by: Actor, source: BusinessSystem, target: BusinessSystem) -> None:
    if not access.allows(by, "system.register", source.owner):
        access.require(by, "system.register", target.owner)
