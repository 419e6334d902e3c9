"""From the decision to the grant, and keeping case and grant in line (授权编制与跟随).

The grant is compiled from the decided items; nobody types it a second time. Whatever happens to a
grant elsewhere (unmounted, withdrawn, run out) is brought into its case by the platform.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from zhujianyun.apps.data_catalogue.models import RequestItem, SharingRequest
from zhujianyun.apps.data_catalogue.rules import sharing
from zhujianyun.base import clock
from zhujianyun.base.errors import PlatformError, RuleBroken
from zhujianyun.kernel import case, journal
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Grant, Mount, Resource

FOLLOWS = {"suspended": "suspend", "active": "resume", "revoked": "revoke", "expired": "expire"}


def ruled_of(row: SharingRequest) -> dict[str, sharing.Ruled]:
    """What was decided on the items of a request (逐项决定); undecided items are left out."""
    granted = RequestItem.Decision.GRANTED
    return {
        one.code: sharing.Ruled(
            one.decision == granted, one.granted_per_day or 0, one.granted_until, one.mask, one.exact_lookup, one.why
        )
        for one in row.items.all()
        if one.decision
    }  # fmt: skip


def code_of(row: SharingRequest) -> str:
    """The number of the grant, made of the number of the case (授权编号)."""
    number = (row.case.number or "").removeprefix("桂数享")
    return f"{'T' if row.is_test else 'G'}{number}"


def fitting_mount(row: SharingRequest) -> Mount:
    """The mount through which the request can be met (可用挂载).

    Raises:
        RuleBroken: nothing of that kind hangs on the entry.
    """
    rows = Mount.objects.select_related("resource__provider").filter(
        resource=row.resource_id, state=Mount.State.MOUNTED, kind=row.mode
    )
    found = rows.order_by("code").first()
    if found is None:
        raise RuleBroken(
            f"该目录没有可用于“{row.get_mode_display()}”的挂载资源，请先挂载，或退回重新决定。",
            rule="sharing.mount",
            resource=row.resource.code,
        )
    return found


def decision_of(row: SharingRequest) -> resources.Decision:
    """The decision as the kernel issues it (共享决定): from the day asked, or today, to the narrowest end."""
    items = dict(row.items.values_list("code", "sensitivity"))
    personal = [code for code, sensitivity in items.items() if sensitivity == "personal"]
    given = sharing.given(ruled_of(row), items, personal)
    start = max(clock.at_local(row.valid_from), clock.now())
    return resources.Decision(
        consumer=row.consumer, system=row.system, items=given.items, purpose=row.scenario[:120],
        legal_basis=row.legal_basis, valid_from=start, valid_until=clock.at_local(given.until + timedelta(days=1)),
        row_filter=tuple(row.granted_filter), masks=given.masks, exact_lookup=given.exact_lookup,
        quota={"per_second": row.per_second, "per_day": given.per_day}, page_limit=row.page_limit,
        networks=tuple(row.networks), case_number=row.case.number or "", is_test=row.is_test,
    )  # fmt: skip


@transaction.atomic
def issue(row: SharingRequest, mount: Mount | None, *, by: Actor) -> Grant:
    """Issue the grant of a delivered request (签发授权). Twice gives the first.

    Raises:
        RuleBroken: the entry or the mount no longer gives what was decided.
    """
    held = SharingRequest.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if held.grant_id is not None:
        return Grant.objects.get(pk=held.grant_id)
    grant = resources.issue_grant(mount or fitting_mount(row), decision_of(row), code=code_of(row), by=by)
    SharingRequest.objects.filter(pk=row.pk).update(grant=grant)
    row.grant = grant
    return grant


def carry_out(event: journal.Entry) -> None:
    """The effect of "deliver" (交付效果): also when the act came by the general page. Twice changes nothing."""
    row = SharingRequest.objects.select_related("case", "resource", "consumer", "system").get(
        case=event.case_id
    )
    if row.case.state == "active":
        issue(row, None, by=SYSTEM)


def follow(entries: list[journal.Entry]) -> None:
    """What happened to grants, mounts and entries, brought into the cases (跟随授权变化)."""
    codes: set[str] = set()
    for entry in entries:
        if entry.verb == "resource.withdraw":
            codes |= suspend_of(entry.object_id, entry.reason)
        elif entry.verb == "resource.unmount":
            codes |= set(entry.facts_dict.get("suspended") or ())
        else:
            codes.add(entry.object_id)
    bring_in_line(codes)


def suspend_of(resource_code: str, reason: str) -> set[str]:
    """Suspend the live grants on an entry that was withdrawn (目录撤销后暂停授权); their numbers."""
    entry = Resource.objects.filter(code=resource_code, state=Resource.State.WITHDRAWN).first()
    rows = Grant.objects.select_related("resource__provider", "mount").filter(
        resource=entry, state=Grant.State.ACTIVE
    )
    found = list(rows) if entry is not None else []
    for grant in found:
        resources.suspend_grant(grant, by=SYSTEM, reason=f"资源目录已撤销：{reason}"[:300])
    return {grant.code for grant in found}


def bring_in_line(codes: Iterable[str]) -> int:
    """Let the cases of these grants say what the grants say (办件与授权对齐); how many were changed."""
    rows = SharingRequest.objects.select_related("case", "grant").filter(grant__code__in=list(codes))
    changed = 0
    for row in rows.filter(case__state__in=["active", "suspended"]):
        assert row.grant is not None
        if row.case.state != row.grant.state:
            _step(row.case, FOLLOWS[row.grant.state], row.grant)
            changed += 1
    return changed


def _step(found: Case, name: str, grant: Grant) -> None:
    key = f"grant:{grant.pk}:{grant.version}"
    case.act(found, name, by=SYSTEM, expected_version=None, key=key, reason=grant.reason or "授权状态变更")


def expire() -> int:
    """Mark what has run out and close its cases (授权到期); how many."""
    over = resources.expire_grants(by=SYSTEM)
    gone = SharingRequest.objects.filter(grant__state="expired", case__state__in=["active", "suspended"])
    bring_in_line(gone.values_list("grant__code", flat=True))
    return over


def undeliverable(row: SharingRequest) -> str:
    """Why the decision can no longer be delivered, or nothing (能否交付)."""
    if row.resource.state != Resource.State.PUBLISHED:
        return "该资源目录已撤销，请退回重新决定。"
    try:
        fitting_mount(row)
        decision_of(row)
    except PlatformError as error:
        return error.message_zh
    return ""
