"""What the page of reports shows (上报查询): packages, what was refused and still is, receipts."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery

from zhujianyun.apps.data_catalogue.models import TransferPackage, TransferReceipt, TransferRecord
from zhujianyun.apps.data_catalogue.queries import reportable
from zhujianyun.apps.data_catalogue.rules.transfer.records import TRIES, due
from zhujianyun.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class Standing:
    """Where reporting stands now (上报现状): what the clock would send, what a person could besides."""

    waiting: TransferPackage | None
    due: int
    again: int


def standing() -> Standing:
    """Where reporting stands now (上报现状)."""
    current, known = reportable.current(), reportable.known()
    changed = {one.key for one in due(current, known)}
    insisted = {one.key for one in due(current, known, insist=True)}
    return Standing(reportable.awaited(), len(changed), len(insisted - changed))


def packages() -> QuerySet[TransferPackage]:
    """The packages, newest first (上报批次)."""
    return TransferPackage.objects.order_by("-sequence")


def package_of(sequence: int) -> TransferPackage:
    """One package by its number (批次).

    Raises:
        NotFound: there is none.
    """
    found = TransferPackage.objects.filter(sequence=sequence).first()
    if found is None:
        raise NotFound(f"没有第 {sequence} 批上报。", rule="transfer.package")
    return found


def still_refused() -> QuerySet[TransferRecord]:
    """Records that were refused and not sent since (未解决的退回), most often sent first."""
    later = TransferRecord.objects.filter(kind=OuterRef("kind"), code=OuterRef("code"))
    newest = later.order_by("-package__sequence").values("pk")[:1]
    rows = TransferRecord.objects.filter(state=TransferRecord.State.REJECTED)
    rows = rows.annotate(newest=Subquery(newest)).filter(pk=F("newest")).select_related("package")
    return rows.order_by("-tries", "kind", "code")


def rests(record: TransferRecord) -> bool:
    """Whether the clock does not send it again as it is (不再自动重报)."""
    return record.tries >= TRIES


def receipts() -> QuerySet[TransferReceipt]:
    """The receipts that came, newest first (回执)."""
    return TransferReceipt.objects.select_related("package").defer("text").order_by("-pk")


def records(package: TransferPackage, state: str = "") -> QuerySet[TransferRecord]:
    """The records of a package (上报记录), one state or all; refused ones first."""
    rows = package.records.defer("content").order_by("pk")
    return rows.filter(state=state) if state in TransferRecord.State.values else rows
