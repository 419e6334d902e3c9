"""Dropping a package where the other side looks (投递). Twice is harmless: same name, same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import transaction

from zhujianyun.apps.data_catalogue.actions.reporting import place
from zhujianyun.apps.data_catalogue.actions.reporting.building import SENDER, content_of
from zhujianyun.apps.data_catalogue.models import TransferPackage
from zhujianyun.apps.data_catalogue.rules.transfer import packing
from zhujianyun.base import clock
from zhujianyun.base.errors import OutsideFailed
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM, Actor


def drop(package: TransferPackage, *, by: Actor = SYSTEM) -> TransferPackage:
    """Put a package and its signature into the outgoing folder, then note it (投递).

    Killed in between, the next run writes the same bytes under the same names once more. The mark of
    the highest number goes first, the signature last: without it the other side does not look.

    Raises:
        OutsideFailed: the folder cannot be written, or holds another package under this number.
        RuleBroken: the records are not those that were signed.
    """
    content = content_of(package)
    target = place.folder(place.OUT) / packing.name_of(SENDER, package.sequence)
    _same_or_absent(target, package)
    if place.highest() < package.sequence:
        place.put(place.folder() / place.MARK, str(package.sequence).encode())
    place.put(target, content)
    place.put(target.with_name(f"{target.name}.sig"), signature_of(package))
    return _noted(package, by)


def signature_of(package: TransferPackage) -> bytes:
    """The detached signature of a package as a file (签名文件)."""
    return packing.signature_file(
        SENDER, package.sequence, package.digest, alg=package.signature_alg, key_id=package.key_id,
        signature=package.signature,
    )  # fmt: skip


def _same_or_absent(target: Path, package: TransferPackage) -> None:
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() != package.digest:
        raise OutsideFailed(
            f"交换目录中已有另一份第 {package.sequence} 批，没有覆盖。请核对是否有两个平台使用同一目录。",
            peer="regional", rule="transfer.other_in_place", file=target.name,
        )  # fmt: skip


@transaction.atomic
def _noted(package: TransferPackage, by: Actor) -> TransferPackage:
    held = TransferPackage.objects.select_for_update().get(pk=package.pk)
    if held.state == TransferPackage.State.BUILT:
        held.state, held.dropped_at = TransferPackage.State.DROPPED, clock.now()
        held.save(update_fields=["state", "dropped_at"])
        facts = {"bytes": held.size, "digest": held.digest}
        journal.record(
            "data_catalogue.transfer.drop", actor=by.key, object=("transfer", str(held.sequence)), facts=facts
        )
    return held
