"""Asking for shared data (申请共享): the acts of the consumer.

A request is a case at the office that has the data; the consumer acts in it as an office of its own
(role ``consumer_head@office``). Content lies in `SharingRequest`, item by item.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from zhujianyun.apps.data_catalogue.models import RequestItem, SharingRequest
from zhujianyun.apps.data_catalogue.queries import REQUEST
from zhujianyun.apps.data_catalogue.rules import sharing
from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, case, journal
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.resource.models import Resource
from zhujianyun.kernel.resource.queries import edition_now
from zhujianyun.kernel.resource.queries import resources as seen_by
from zhujianyun.kernel.system.models import BusinessSystem

PROCESS = "data_sharing_request"
REGION = "450000"


@transaction.atomic
def apply_for(
    entry: Resource, consumer: Office, wanted: sharing.Wanted, *, by: Actor, key: str,
    system: BusinessSystem | None = None, renews: SharingRequest | None = None,
) -> SharingRequest:  # fmt: skip
    """Hand in a request (申请共享). The same key again gives the first request.

    Raises:
        NotAllowed: without "data_catalogue.request" at the consumer's office.
        RuleBroken: ``fields`` says what is missing; the entry is withdrawn, not shared or the consumer's own.
        Conflict: the consumer already has such a request under way.
    """
    access.require(by, REQUEST, consumer)
    known = SharingRequest.objects.filter(case__open_key=f"share:{by.key}:{key}").first()
    if known is not None:
        return known
    held = _open_entry(entry, consumer, by)
    _check(held, wanted)
    opened = case.open_(
        PROCESS, by=by, office=held.provider, applicant=None, division_code=held.provider.division_code or REGION,
        title=f"{consumer.name}申请“{held.title}”"[:200], facts={"subject": _facts(held, consumer, wanted, renews)},
        key=f"share:{by.key}:{key}", parties={"consumer_head": consumer}, parent=renews.case if renews else None,
    )  # fmt: skip
    if opened.was_open:
        raise Conflict(
            f"贵单位对该目录已有在办申请 {opened.number or ''}，请在该件上补正或等待答复，不必重复申请。",
            rule="sharing.under_way", number=opened.number,
        )  # fmt: skip
    row = SharingRequest.objects.create(
        case=opened, resource=held, consumer=consumer, system=system, applied_by_id=by.account_id or 0,
        renews=renews, **_columns(wanted),
    )  # fmt: skip
    _write_items(row, wanted)
    step(row, "submit", by)
    facts = {
        "entry": held.code,
        "consumer": consumer.code,
        "items": list(wanted.items),
        "case": opened.number,
    }
    journal.record("data_catalogue.request", actor=by.key, object=("resource", held.code), facts=facts,
                   case_id=opened.pk)  # fmt: skip
    return row


@transaction.atomic
def supply(row: SharingRequest, wanted: sharing.Wanted, *, by: Actor, expected: int) -> SharingRequest:
    """Hand in what was missing (提交补正): the request as it now reads.

    Raises:
        RuleBroken: as `apply_for`; Conflict: the case moved on meanwhile.
    """
    held = _locked(row)
    if held.case.state != "supplementing" or held.case.version != expected:
        step(held, "supply", by, expected=expected)
        return held
    entry = _open_entry(held.resource, held.consumer, by)
    _check(entry, wanted)
    for name, value in _columns(wanted).items():
        setattr(held, name, value)
    held.version += 1
    held.save()
    held.items.all().delete()
    _write_items(held, wanted)
    step(
        held,
        "supply",
        by,
        expected=expected,
        facts={"subject": _facts(entry, held.consumer, wanted, held.renews)},
    )
    return held


def withdraw(row: SharingRequest, *, by: Actor, expected: int) -> SharingRequest:
    """Take a request back before it is answered (撤回申请)."""
    step(row, "withdraw", by, expected=expected)
    return row


@transaction.atomic
def renew(row: SharingRequest, wanted: sharing.Wanted, *, by: Actor, key: str) -> SharingRequest:
    """Ask for the time after a grant, as a new request (续期申请). The old grant runs on as it was given.

    Raises:
        RuleBroken: as `apply_for`; the old grant is not alive, or was renewed already.
    """
    known = SharingRequest.objects.filter(case__open_key=f"share:{by.key}:{key}").first()
    if known is not None:
        return known
    held = _locked(row)
    step(held, "renew", by)
    return apply_for(held.resource, held.consumer, wanted, by=by, key=key, system=held.system, renews=held)


def step(
    row: SharingRequest, name: str, by: Actor, *, expected: int | None = None,
    facts: Mapping[str, Any] | None = None, reason: str = "",
) -> Case:  # fmt: skip
    """One act on the case of a request (办理). ``expected`` is the version that the page showed.

    The key names the person: two heads who press at once are two acts, a double click is one.
    """
    found = Case.objects.get(pk=row.case_id)
    version = found.version if expected is None else expected
    key = f"{found.pk}:{version}:{name}:{by.key}"
    case.act(found, name, by=by, expected_version=version, key=key, facts=facts, reason=reason)
    row.case = found
    return found


def _locked(row: SharingRequest) -> SharingRequest:
    held = SharingRequest.objects.select_for_update(of=("self",))
    return held.select_related("case", "resource__provider", "consumer", "system", "renews").get(pk=row.pk)


def _open_entry(entry: Resource, consumer: Office, by: Actor) -> Resource:
    """The entry as it stands now, when it can be asked for."""
    held = seen_by(by).filter(pk=entry.pk).first()
    if held is None or held.state != Resource.State.PUBLISHED:
        raise RuleBroken("该资源目录已撤销或尚未发布，不能申请。", rule="sharing.published")
    if held.share == Resource.Share.NONE:
        raise RuleBroken("该资源不予共享，不能申请；依据见目录。", rule="sharing.not_shared")
    if held.provider_id == consumer.pk:
        raise RuleBroken("这是本单位提供的数据，无需申请。", rule="sharing.own")
    return held


def _check(entry: Resource, wanted: sharing.Wanted) -> None:
    faults = sharing.ask_faults(wanted, edition_now(entry).item_list, clock.today())
    if faults:
        raise RuleBroken("；".join(faults.values()) + "。", rule="sharing.asked", fields=faults)


def _facts(
    entry: Resource, consumer: Office, wanted: sharing.Wanted, renews: SharingRequest | None
) -> dict[str, Any]:
    items = {item.code: item for item in edition_now(entry).item_list}
    parts = (
        entry.code,
        consumer.code,
        wanted.system_name,
        "test" if wanted.is_test else "",
        renews and renews.pk,
    )
    return {
        "request_key": "|".join(str(part or "") for part in parts), "entry_code": entry.code,
        "entry_title": entry.title, "consumer_name": consumer.name, "share_type": entry.share,
        "entry_items": [item.code for item in sharing.shareable(items.values())], "items": list(wanted.items),
        "items_zh": "、".join(items[code].zh for code in wanted.items), "legal_basis": wanted.legal_basis,
        "scenario": wanted.scenario, "scope": wanted.scope, "mode": wanted.mode, "valid_from": wanted.valid_from,
        "valid_to": wanted.valid_to, "calls_per_day": wanted.calls_per_day, "system_name": wanted.system_name,
        "responsible": wanted.responsible, "networks": list(wanted.networks),
    }  # fmt: skip


def _columns(wanted: sharing.Wanted) -> dict[str, Any]:
    names = ("legal_basis", "scenario", "scope", "mode", "valid_from", "valid_to", "calls_per_day", "responsible",
             "responsible_phone", "is_test")  # fmt: skip
    found = {name: getattr(wanted, name) for name in names}
    rows = [dict(one) for one in wanted.row_filter]
    return found | {"networks": list(wanted.networks), "row_filter": rows, "granted_filter": rows}


def _write_items(row: SharingRequest, wanted: sharing.Wanted) -> None:
    items = {item.code: item for item in edition_now(row.resource).item_list}
    RequestItem.objects.bulk_create(
        RequestItem(
            request=row, code=code, zh=items[code].zh, sensitivity=items[code].sensitivity, mask=items[code].mask,
            asked_per_day=wanted.calls_per_day, asked_until=wanted.valid_to,
        )
        for code in wanted.items
    )  # fmt: skip
