"""Taking receipts (接收回执): believe what is signed by the other side and fits, refuse the rest aloud.

A receipt file is judged in one transaction and moved afterwards. Killed in between, the next run finds
the file together with its verdict and moves it only. Nothing that the other side wrote is thrown away.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from django.conf import settings
from django.db import transaction

from zhujianyun.apps.data_catalogue.actions.reporting import place
from zhujianyun.apps.data_catalogue.models import TransferPackage, TransferReceipt, TransferRecord
from zhujianyun.apps.data_catalogue.rules.transfer import receipts
from zhujianyun.apps.data_catalogue.rules.transfer.receipts import Awaited, Receipt
from zhujianyun.base import ciphers, clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM

PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----\s*", re.S)
KEPT = 200_000  # characters of a receipt that are kept as they came
State = TransferPackage.State


def has_key() -> bool:
    """Whether the other side's public key is known (已登记对方公钥): receipts wait until it is."""
    return bool(_keys())


def _keys() -> list[bytes]:
    path = Path(settings.ZJY_REGIONAL_KEY)
    return [found.group() for found in PEM.finditer(path.read_bytes())] if path.is_file() else []


def take_receipts() -> int:
    """Look at every receipt that lies there, in the order of names (接收回执); how many were taken.

    Without the other side's key nothing can be believed: the files stay where they are.
    """
    keys = _keys()
    if not keys:
        return 0
    files = sorted(one for one in place.folder(place.IN).glob("*.json") if one.is_symlink() or one.is_file())
    return sum(_looked_at(path, keys) for path in files)


def _looked_at(path: Path, keys: list[bytes]) -> bool:
    raw = _read(path)
    digest = hashlib.sha256(raw).hexdigest()
    row = TransferReceipt.objects.filter(name=path.name[:160], digest=digest).first()
    if row is None or _name_in(_home(row), path, digest).exists():  # the latter: the same file once more
        row = _judge(path.name, raw, digest, keys)
    path.replace(_name_in(_home(row), path, digest))
    place.sync(path.parent)
    return not row.refused


def _home(row: TransferReceipt) -> str:
    return place.REFUSED if row.refused else place.TAKEN


def _read(path: Path) -> bytes:
    """As much of a file as a receipt may hold, and one byte more; nothing of what is not a plain file."""
    if path.is_symlink() or not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(receipts.MOST_BYTES + 1)


def _name_in(name: str, path: Path, digest: str) -> Path:
    return place.folder(name) / f"{digest[:12]}-{path.name}"


def _judge(name: str, raw: bytes, digest: str, keys: list[bytes]) -> TransferReceipt:
    """One receipt in one transaction: taken with its effects, or refused with the reason."""
    row = TransferReceipt(name=name[:160], digest=digest, looked_at=clock.now())
    try:
        with transaction.atomic():
            return _taken(row, raw, keys)
    except RuleBroken as refusal:
        return _refused(row, raw, refusal)


def _taken(row: TransferReceipt, raw: bytes, keys: list[bytes]) -> TransferReceipt:
    receipt = receipts.read(raw)
    _signed(receipt, keys)
    package = TransferPackage.objects.select_for_update().filter(sequence=receipt.sequence).first()
    row.package, row.kind, row.stated_at = package, receipt.kind, receipt.at
    receipts.believe(receipt, _awaited(package), clock.now())
    assert package is not None  # believed, so there is one
    _apply(receipt, package)
    row.accepted, row.rejected = package.accepted, package.rejected
    row.text = raw.decode("utf-8", "replace")[:KEPT]
    row.save(force_insert=True)
    facts = {
        "receipt": receipt.kind, "state": package.state, "accepted": package.accepted,
        "rejected": package.rejected, "digest": row.digest,
    }  # fmt: skip
    journal.record(
        "data_catalogue.transfer.receipt", actor=SYSTEM.key, object=("transfer", str(package.sequence)),
        facts=facts, reason=receipt.reason,
    )  # fmt: skip
    return row


def _signed(receipt: Receipt, keys: list[bytes]) -> None:
    known = receipt.alg in ("ed25519", "sm2-sm3")
    if not known or not any(
        ciphers.verify(receipt.alg, key, receipt.signed, receipt.signature) for key in keys
    ):
        raise RuleBroken(
            "回执的签名不是自治区平台的，没有采信。请与自治区平台核对公钥；疑似伪造的，按网络安全事件处理。",
            rule="transfer.receipt_forged",
        )  # fmt: skip


def _awaited(package: TransferPackage | None) -> Awaited | None:
    if package is None:
        return None
    records = {(one.kind, one.code): one.digest for one in package.records.all()}
    return Awaited(package.sequence, package.digest, package.built_at, package.state, records)


def _refused(row: TransferReceipt, raw: bytes, refusal: RuleBroken) -> TransferReceipt:
    row.refused, row.rule = refusal.message_zh[:300], str(refusal.rule)[:60]
    row.text = raw[:2000].decode("utf-8", "replace").replace("\0", "�")
    with transaction.atomic():
        row.save(force_insert=True)
        number = str(row.package.sequence) if row.package else ""
        journal.record(
            "data_catalogue.transfer.receipt_refused", actor=SYSTEM.key, object=("transfer", number),
            result="refused", facts={"file": row.name, "digest": row.digest, "rule": row.rule},
            reason=row.refused,
        )  # fmt: skip
    return row


def _apply(receipt: Receipt, package: TransferPackage) -> None:
    """What the receipt says becomes the state of the package and of every record."""
    package.dropped_at = package.dropped_at or receipt.at  # an answer proves that it was dropped
    package.received_at = package.received_at or receipt.at
    if receipt.kind == "received":
        package.state = State.RECEIVED
    elif receipt.kind == "returned":
        _return_all(receipt, package)
    else:
        _judge_each(receipt, package)
    package.save()


def _return_all(receipt: Receipt, package: TransferPackage) -> None:
    package.records.update(
        state=TransferRecord.State.REJECTED, rule="package", reason=receipt.reason, answered_at=receipt.at
    )
    package.rejected, package.reason = package.count, receipt.reason
    package.state, package.closed_at = State.REJECTED, receipt.at


def _judge_each(receipt: Receipt, package: TransferPackage) -> None:
    said = {verdict.key: verdict for verdict in receipt.verdicts}
    rows = list(package.records.all())
    for row in rows:
        verdict = said[row.kind, row.code]
        row.answered_at = receipt.at
        if verdict.accepted:
            row.state = TransferRecord.State.ACCEPTED
        else:
            row.state, row.rule, row.reason = TransferRecord.State.REJECTED, verdict.rule, verdict.reason
    TransferRecord.objects.bulk_update(rows, ["state", "rule", "reason", "answered_at"], batch_size=200)
    package.accepted = sum(verdict.accepted for verdict in receipt.verdicts)
    package.rejected = package.count - package.accepted
    package.closed_at = receipt.at
    package.state = (
        State.ACCEPTED if not package.rejected else State.PARTLY if package.accepted else State.REJECTED
    )
