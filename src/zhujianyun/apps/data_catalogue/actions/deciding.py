"""Deciding on requests for shared data, and what follows (审批共享申请): the acts of the provider.

Every item is decided by itself. Two who decide at once: the slower is told, by the version that his
page showed; nothing of his decision is written then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction

from zhujianyun.apps.data_catalogue.actions import granting
from zhujianyun.apps.data_catalogue.actions.requesting import step
from zhujianyun.apps.data_catalogue.models import RequestItem, SharingRequest
from zhujianyun.apps.data_catalogue.rules import sharing
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Grant, Mount
from zhujianyun.kernel.resource.queries import edition_now

MOST_PAGE, MOST_PER_SECOND = 1000, 1000


def send_back_once(row: SharingRequest, *, by: Actor, gaps: str, expected: int) -> SharingRequest:
    """Name everything that is missing, once (一次性补正告知); the time for the answer stands still."""
    step(row, "return", by, expected=expected, facts={"action": {"gaps": gaps}})
    return row


@transaction.atomic
def propose(
    row: SharingRequest, ruled: Mapping[str, sharing.Ruled], *, by: Actor, expected: int, opinion: str = "",
    row_filter: Sequence[Mapping[str, Any]] | None = None, per_second: int = 10, page_limit: int = 100,
) -> SharingRequest:  # fmt: skip
    """Hand the clerk's opinion on every item to the head (提出审核意见).

    Raises:
        RuleBroken: an item without decision, or one given beyond the asking; ``fields`` names the items.
    """
    limits = (row_filter, per_second, page_limit)
    return _ruled(row, "propose", ruled, limits, by, expected, {"opinion": opinion})


@transaction.atomic
def consent(
    row: SharingRequest, ruled: Mapping[str, sharing.Ruled] | None = None, *, by: Actor, expected: int,
    row_filter: Sequence[Mapping[str, Any]] | None = None, per_second: int | None = None,
    page_limit: int | None = None,
) -> SharingRequest:  # fmt: skip
    """Consent item by item (同意共享): as proposed, or as the head decides otherwise.

    Raises:
        RuleBroken: as `propose`; no item is granted.
    """
    given = granting.ruled_of(row) if ruled is None else ruled
    limits = (row_filter, per_second or row.per_second, page_limit or row.page_limit)
    sharing.given(given, given)
    return _ruled(row, "consent", given, limits, by, expected, None)


def refuse(row: SharingRequest, *, by: Actor, reason: str, basis: str, expected: int) -> SharingRequest:
    """Refuse the whole request with reason and basis (不予共享)."""
    step(row, "refuse", by, expected=expected, facts={"action": {"basis": basis}}, reason=reason)
    return row


def send_back(row: SharingRequest, *, by: Actor, reason: str, expected: int) -> SharingRequest:
    """Give it back to the clerk, once (退回重审)."""
    step(row, "send_back", by, expected=expected, reason=reason)
    return row


def extend(row: SharingRequest, *, by: Actor, reason: str, expected: int) -> SharingRequest:
    """Take more time for the answer, once, and tell the consumer (延长答复时限)."""
    step(row, "extend:reply", by, expected=expected, reason=reason)
    return row


@transaction.atomic
def deliver(row: SharingRequest, *, by: Actor, expected: int, mount: Mount | None = None) -> Grant:
    """Deliver: the grant is issued from the decision at once (交付数据).

    Raises:
        RuleBroken: the entry was withdrawn, or no longer offers an item; then it goes back to the head.
    """
    if mount is not None and mount.resource_id != row.resource_id:
        raise RuleBroken("这个挂载资源不属于所申请的目录。", rule="sharing.mount")
    if why := granting.undeliverable(row) if mount is None else "":
        raise RuleBroken(why, rule="sharing.undeliverable")
    step(row, "deliver", by, expected=expected)
    return granting.issue(row, mount, by=by)


def reconsider(row: SharingRequest, *, by: Actor, reason: str, expected: int) -> SharingRequest:
    """Give a decision that cannot be carried out back to the head, once (退回重新决定)."""
    step(row, "reconsider", by, expected=expected, reason=reason)
    return row


def suspend(row: SharingRequest, *, by: Actor, reason: str, expected: int) -> SharingRequest:
    """Suspend the grant (暂停授权)."""
    return _with_grant(row, "suspend", resources.suspend_grant, by, reason, expected)


def resume(row: SharingRequest, *, by: Actor, reason: str, expected: int) -> SharingRequest:
    """Let the grant hold again (恢复授权)."""
    return _with_grant(row, "resume", resources.resume_grant, by, reason, expected)


def revoke(row: SharingRequest, *, by: Actor, reason: str, expected: int) -> SharingRequest:
    """Take the grant back for good (收回授权)."""
    return _with_grant(row, "revoke", resources.revoke_grant, by, reason, expected)


@transaction.atomic
def _with_grant(
    row: SharingRequest, name: str, change: Any, by: Actor, reason: str, expected: int
) -> SharingRequest:
    """Case and grant change together, or neither."""
    before = row.case.state
    step(row, name, by, expected=expected, reason=reason)
    if row.case.state != before:
        grant = Grant.objects.select_related("resource__provider", "mount").get(pk=row.grant_id or 0)
        change(grant, by=by, reason=reason)
    return row


def _ruled(
    row: SharingRequest, name: str, ruled: Mapping[str, sharing.Ruled], limits: tuple[Any, int, int],
    by: Actor, expected: int, filled: Mapping[str, Any] | None,
) -> SharingRequest:  # fmt: skip
    """Act first: whoever comes too late is told before anything is written."""
    held = (
        SharingRequest.objects.select_for_update(of=("self",))
        .select_related("case", "resource")
        .get(pk=row.pk)
    )
    if held.case.version != expected:
        step(held, name, by, expected=expected)
        return held
    items = list(held.items.all())
    _check(held, items, ruled, limits)
    facts: dict[str, Any] = {"subject": _told(items, ruled)}
    step(held, name, by, expected=expected, facts=facts | ({"action": dict(filled)} if filled else {}))
    _write(held, items, ruled, limits)
    row.case = held.case
    return held


def _check(
    row: SharingRequest, items: Iterable[RequestItem], ruled: Mapping[str, sharing.Ruled],
    limits: tuple[Any, int, int],
) -> None:  # fmt: skip
    offered = {item.code: item for item in edition_now(row.resource).item_list}
    asked = [
        sharing.Asked(one.code, one.zh, one.asked_per_day, one.asked_until, one.sensitivity == "personal",
                      offered[one.code].mask if one.code in offered else one.mask)
        for one in items
    ]  # fmt: skip
    faults = sharing.rule_faults(asked, ruled)
    row_filter, per_second, page_limit = limits
    if row_filter is not None and (fault := sharing.filter_fault(row_filter, offered.values())):
        faults["row_filter"] = fault
    if not (1 <= per_second <= MOST_PER_SECOND and 1 <= page_limit <= MOST_PAGE):
        faults["limits"] = f"每秒上限应为 1 至 {MOST_PER_SECOND}，每页上限应为 1 至 {MOST_PAGE}"
    if faults:
        raise RuleBroken("；".join(faults.values()) + "。", rule="sharing.ruled", fields=faults)


def _told(items: Sequence[RequestItem], ruled: Mapping[str, sharing.Ruled]) -> dict[str, Any]:
    granted = [one for one in items if ruled[one.code].is_granted]
    withheld = [one for one in items if not ruled[one.code].is_granted]
    untils = [ruled[one.code].until for one in granted]
    return {
        "granted": [one.code for one in granted], "granted_zh": "、".join(one.zh for one in granted),
        "granted_to": min((one for one in untils if one), default=None),
        "withheld_zh": "；".join(f"{one.zh}（{ruled[one.code].why}）" for one in withheld),
    }  # fmt: skip


def _write(
    row: SharingRequest, items: Iterable[RequestItem], ruled: Mapping[str, sharing.Ruled],
    limits: tuple[Any, int, int],
) -> None:  # fmt: skip
    for one in items:
        given = ruled[one.code]
        one.decision = RequestItem.Decision.GRANTED if given.is_granted else RequestItem.Decision.WITHHELD
        one.granted_per_day = given.per_day if given.is_granted else None
        one.granted_until = given.until if given.is_granted else None
        one.mask = given.mask if given.is_granted else one.mask
        one.exact_lookup, one.why = given.exact_lookup, given.why.strip()[:200]
    columns = ["decision", "granted_per_day", "granted_until", "mask", "exact_lookup", "why"]
    RequestItem.objects.bulk_update(items, columns)
    row_filter, row.per_second, row.page_limit = limits
    if row_filter is not None:
        row.granted_filter = [dict(one) for one in row_filter]
    row.version += 1
    row.save(update_fields=["per_second", "page_limit", "granted_filter", "version"])


def as_asked(row: SharingRequest) -> dict[str, sharing.Ruled]:
    """Every item as it was asked for, with the entry's own masks (照申请同意): where a form begins."""
    return {
        one.code: sharing.Ruled(True, one.asked_per_day, one.asked_until, one.mask, False, "")
        for one in row.items.all()
    }


def not_later(row: SharingRequest, days: int) -> dict[str, sharing.Ruled]:
    """As asked, but for so many days at most (缩短期限)."""
    last = row.valid_from + timedelta(days=days)
    return {
        code: sharing.Ruled(True, one.per_day, min(one.until or last, last), one.mask)
        for code, one in as_asked(row).items()
    }
