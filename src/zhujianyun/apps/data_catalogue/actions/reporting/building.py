"""Building the next package (组包): what changed since the last answers, numbered and signed."""

from __future__ import annotations

from django.db import transaction

from zhujianyun.apps.data_catalogue.actions.reporting import place
from zhujianyun.apps.data_catalogue.models import TransferPackage, TransferRecord
from zhujianyun.apps.data_catalogue.queries import PUBLISH, reportable
from zhujianyun.apps.data_catalogue.rules.transfer import packing
from zhujianyun.apps.data_catalogue.rules.transfer.records import Key, Known, Reported, due
from zhujianyun.base import ciphers, clock
from zhujianyun.base.errors import Conflict, RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor

KEY_LABEL = "regional"
SENDER = "450000"


@transaction.atomic
def build(*, by: Actor, insist: bool = False) -> TransferPackage | None:
    """Make the next package, None when nothing is due (组包).

    One package at a time: the next one waits for the answer, so that what is refused goes along.

    Raises:
        NotAllowed: without "data_catalogue.publish".
        Conflict: a package is not answered yet.
        RuleBroken: the folder knows higher numbers than the database: an old backup.
    """
    access.require(by, PUBLISH)
    last = TransferPackage.objects.select_for_update().order_by("-sequence").first()
    if last is not None and last.is_open:
        raise Conflict(
            f"第 {last.sequence} 批还没有收到审核结果，不能再组新包。长期没有回执的，可以作废后重报。",
            rule="transfer.one_at_a_time", sequence=last.sequence,
        )  # fmt: skip
    known = reportable.known()
    records = due(reportable.current(), known, insist)
    return _made(last, records, known, by) if records else None


def report_now(*, by: Actor) -> TransferPackage:
    """Report at once what is due, refused records included (立即上报).

    Raises:
        RuleBroken: nothing is due; and as `build` does.
    """
    made = build(by=by, insist=True)
    if made is None:
        raise RuleBroken(
            "目录、资源和授权自上次上报后没有变化，也没有被退回的记录。", rule="transfer.nothing_due"
        )
    return made


def _made(
    last: TransferPackage | None, records: list[Reported], known: dict[Key, Known], by: Actor
) -> TransferPackage:
    sequence = _next(last)
    now, previous = clock.now(), last.digest if last else ""
    content, digest = packing.bundle(SENDER, sequence, previous, now, records)
    signer = ciphers.signer(KEY_LABEL)
    made = TransferPackage.objects.create(
        sequence=sequence, built_at=now, built_by=by.name_zh[:80], previous=previous, digest=digest,
        size=len(content), count=len(records), key_id=signer.key_id, signature_alg=signer.alg,
        signature=signer.sign(packing.signed_bytes(SENDER, sequence, digest)).hex(),
    )  # fmt: skip
    TransferRecord.objects.bulk_create(_row(made, one, known.get(one.key)) for one in records)
    facts = {"records": len(records), "digest": digest, "previous": previous}
    journal.record(
        "data_catalogue.transfer.build", actor=by.key, object=("transfer", str(sequence)), facts=facts
    )
    return made


def _next(last: TransferPackage | None) -> int:
    ours, theirs = last.sequence if last else 0, place.highest()
    if theirs > ours:
        raise RuleBroken(
            f"交换目录中已投递到第 {theirs} 批，数据库中只有第 {ours} 批，可能恢复了旧备份。"
            "请先核对缺少的批次，再与自治区平台商定起始批次号。",
            rule="transfer.sequence_behind", ours=ours, theirs=theirs,
        )  # fmt: skip
    return ours + 1


def _row(made: TransferPackage, one: Reported, last: Known | None) -> TransferRecord:
    again = last is not None and last.digest == one.digest
    return TransferRecord(
        package=made, kind=one.kind, code=one.code, title=one.title[:160], content=one.content,
        digest=one.digest, tries=last.tries + 1 if last is not None and again else 1,
    )  # fmt: skip


def content_of(package: TransferPackage) -> bytes:
    """The bytes of a package, made again from its records (重建包).

    Raises:
        RuleBroken: they are not those that were signed: somebody changed the records.
    """
    records = [row.reported for row in package.records.order_by("pk")]
    content, digest = packing.bundle(SENDER, package.sequence, package.previous, package.built_at, records)
    if digest != package.digest:
        raise RuleBroken(
            f"第 {package.sequence} 批的记录与签名时不一致，不能投递。请核验留痕，查明改动。",
            rule="transfer.records_changed", sequence=package.sequence,
        )  # fmt: skip
    return content
