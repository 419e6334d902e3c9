"""Issuing, suspending and revoking grants (授权办理): compiled from a decision, never typed twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from django.db import transaction

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import filters
from zhujianyun.kernel.resource.models import Grant, Mount
from zhujianyun.kernel.resource.queries import edition_now
from zhujianyun.kernel.system.models import BusinessSystem

GRANT = "resource.grant"
QUOTAS = ("per_second", "per_day", "total", "lookups_per_hour")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a request (共享决定)."""

    consumer: Office
    items: tuple[str, ...]
    purpose: str
    legal_basis: str
    valid_from: datetime
    valid_until: datetime
    system: BusinessSystem | None = None
    row_filter: tuple[Mapping[str, Any], ...] = ()
    masks: Mapping[str, str] = field(default_factory=dict)
    exact_lookup: tuple[str, ...] = ()
    quota: Mapping[str, int] = field(default_factory=dict)
    page_limit: int = 100
    networks: tuple[str, ...] = ()
    case_number: str = ""
    is_test: bool = False


@transaction.atomic
def issue_grant(mount: Mount, decision: Decision, *, code: str, by: Actor) -> Grant:
    """Issue a grant on a mount (签发授权).

    Raises:
        NotAllowed: without "resource.grant" at the provider's office.
        RuleBroken: for items that the entry does not share or the mount does not bind, a row filter
            that does not fit, an unknown quota, a period without length or a code in use.
    """
    access.require(by, GRANT, mount.resource.provider)
    _fit(mount, decision, code)
    grant = Grant.objects.create(
        code=code, resource=mount.resource, mount=mount, consumer=decision.consumer, system=decision.system,
        items=list(decision.items), row_filter=[dict(row) for row in decision.row_filter],
        masks=dict(decision.masks), exact_lookup=list(decision.exact_lookup), purpose=decision.purpose,
        legal_basis=decision.legal_basis, valid_from=decision.valid_from, valid_until=decision.valid_until,
        quota=dict(decision.quota), page_limit=decision.page_limit, networks=list(decision.networks),
        case_number=decision.case_number, is_test=decision.is_test,
    )  # fmt: skip
    facts = {"mount": mount.code, "consumer": decision.consumer.code, "items": list(decision.items),
             "purpose": decision.purpose, "until": decision.valid_until.isoformat(), "case": decision.case_number}  # fmt: skip
    journal.record("resource.grant.issue", actor=by.key, object=("grant", code), facts=facts)
    return grant


def _fit(mount: Mount, decision: Decision, code: str) -> None:
    if Grant.objects.filter(code=code).exists():
        raise RuleBroken(f"授权编号 {code} 已存在。", rule="grant.code_once", code=code)
    if mount.state != Mount.State.MOUNTED:
        raise RuleBroken("该挂载资源已卸载，不能授权。", rule="grant.mounted")
    if decision.valid_until <= decision.valid_from:
        raise RuleBroken("授权的失效时间须晚于生效时间。", rule="grant.period")
    if not decision.purpose.strip() or not decision.legal_basis.strip():
        raise RuleBroken("授权须写明用途和使用依据。", rule="grant.purpose")
    if odd := [name for name, most in decision.quota.items() if name not in QUOTAS or int(most) < 1]:
        raise RuleBroken(
            f"配额 {'、'.join(odd)} 无效，可用：{'、'.join(QUOTAS)}，且为正整数。", rule="grant.quota"
        )
    _items_fit(mount, decision)
    for network in decision.networks:
        _network(network)


def _items_fit(mount: Mount, decision: Decision) -> None:
    items = {item.code: item for item in edition_now(mount.resource).item_list}
    bound = set(mount.binding) if mount.kind != Mount.Kind.FILE else set(items)
    closed = [code for code in decision.items if code not in items or items[code].share == "none"]
    if closed or (not decision.items and mount.kind != Mount.Kind.FILE):
        raise RuleBroken(
            f"信息项 {'、'.join(closed) or '（空）'} 不在目录的可共享范围内。",
            rule="grant.items",
            items=closed,
        )
    if unbound := [code for code in decision.items if code not in bound]:
        raise RuleBroken(f"信息项 {'、'.join(unbound)} 没有挂载数据。", rule="grant.unbound", items=unbound)
    filters.check(decision.row_filter, {code: item.type for code, item in items.items()})


def _network(text: str) -> None:
    try:
        ip_network(text)
    except ValueError as error:
        raise RuleBroken(
            f"来源网段“{text}”不是有效的网段，例如 10.1.0.0/16。", rule="grant.network"
        ) from error


def suspend_grant(grant: Grant, *, by: Actor, reason: str) -> Grant:
    """Suspend a grant (暂停授权)."""
    return _change(grant, Grant.State.SUSPENDED, {Grant.State.ACTIVE}, "suspend", by, reason)


def resume_grant(grant: Grant, *, by: Actor, reason: str) -> Grant:
    """Let a suspended grant hold again (恢复授权).

    Raises:
        RuleBroken: also when the mount is off.
    """
    if grant.mount.state != Mount.State.MOUNTED:
        raise RuleBroken("挂载资源已卸载，重新挂载后另行授权。", rule="grant.mounted")
    return _change(grant, Grant.State.ACTIVE, {Grant.State.SUSPENDED}, "resume", by, reason)


def revoke_grant(grant: Grant, *, by: Actor, reason: str) -> Grant:
    """Take a grant back for good (撤销授权)."""
    return _change(
        grant, Grant.State.REVOKED, {Grant.State.ACTIVE, Grant.State.SUSPENDED}, "revoke", by, reason
    )


@transaction.atomic
def _change(grant: Grant, to: str, from_: set[str], verb: str, by: Actor, reason: str) -> Grant:
    """Raises NotAllowed without "resource.grant"; RuleBroken in another state or without a reason."""
    access.require(by, GRANT, grant.resource.provider)
    held = Grant.objects.select_for_update().get(pk=grant.pk)
    if held.state not in from_:
        raise RuleBroken(f"授权现为“{held.get_state_display()}”，不能这样变更。", rule="grant.state")
    if not reason.strip():
        raise RuleBroken("请写明原因，使用方会收到告知。", rule="grant.reason")
    held.state, held.version, held.changed_at, held.reason = to, held.version + 1, clock.now(), reason
    held.save(update_fields=["state", "version", "changed_at", "reason"])
    grant.state, grant.version, grant.reason = held.state, held.version, held.reason
    journal.record(f"resource.grant.{verb}", actor=by.key, object=("grant", grant.code), reason=reason,
                   facts={"version": held.version})  # fmt: skip
    return grant


@transaction.atomic
def expire_grants(*, by: Actor) -> int:
    """Mark grants whose time ran out (授权到期): they stopped serving at the instant itself."""
    over: Sequence[Grant] = list(
        Grant.objects.select_for_update().filter(
            state__in=[Grant.State.ACTIVE, Grant.State.SUSPENDED], valid_until__lte=clock.now()
        )
    )
    for grant in over:
        grant.state, grant.version, grant.changed_at = Grant.State.EXPIRED, grant.version + 1, clock.now()
        grant.save(update_fields=["state", "version", "changed_at"])
        journal.record(
            "resource.grant.expire",
            actor=by.key,
            object=("grant", grant.code),
            facts={"version": grant.version},
        )
    return len(over)
