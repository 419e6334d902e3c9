"""Giving a package up that is not answered (作废): its records become due again under another number."""

from __future__ import annotations

from django.db import transaction

from zhujianyun.apps.data_catalogue.models import TransferPackage, TransferRecord
from zhujianyun.apps.data_catalogue.queries import PUBLISH
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor


@transaction.atomic
def void(package: TransferPackage, *, by: Actor, reason: str) -> TransferPackage:
    """Give a package up (作废); a receipt that comes later is refused as late.

    Raises:
        NotAllowed: without "data_catalogue.publish".
        RuleBroken: it is answered already, or no reason is given.
    """
    access.require(by, PUBLISH)
    held = TransferPackage.objects.select_for_update().get(pk=package.pk)
    if not held.is_open:
        raise RuleBroken(
            f"第 {held.sequence} 批{held.get_state_display()}，不能作废。", rule="transfer.closed"
        )
    if not reason.strip():
        raise RuleBroken("作废须写明原因。", rule="transfer.void_reason")
    held.state, held.reason, held.closed_at = TransferPackage.State.VOID, reason.strip()[:300], clock.now()
    held.save(update_fields=["state", "reason", "closed_at"])
    held.records.update(state=TransferRecord.State.VOID)
    journal.record(
        "data_catalogue.transfer.void", actor=by.key, object=("transfer", str(held.sequence)), reason=reason,
        facts={"records": held.count},
    )  # fmt: skip
    return held
