"""Looking into rows that were put aside (查看隔离行): reads of personal data are journalled."""

from __future__ import annotations

from zhujianyun.apps.data_gathering.actions.reading import SEAL, quarantine_place
from zhujianyun.apps.data_gathering.models import QuarantinedRow
from zhujianyun.apps.data_gathering.queries import RUN, VIEW
from zhujianyun.base import ciphers
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.access import Actor


def read_row(row: QuarantinedRow, *, by: Actor, purpose: str = "") -> bytes:
    """The content of a row as JSON (读取隔离行).

    Raises:
        NotAllowed: without "data_gathering.view", for a sealed one "data_gathering.run", at the owner.
        RuleBroken: for a sealed row without a purpose.
    """
    dataset = row.batch.dataset
    access.require(by, RUN if row.is_sealed else VIEW, dataset.system.owner)
    if not row.is_sealed:
        return bytes(row.content)
    if not purpose.strip():
        raise RuleBroken("该行含个人信息，请写明查阅目的。", rule="gathering.purpose", fields=["purpose"])
    content = ciphers.open_(SEAL, bytes(row.content), quarantine_place(row.batch.code, row.number))
    subject = f"quarantine:{row.batch.code}:{row.number}"
    journal.record_read(by.key, subject, [c["name"] for c in dataset.columns], purpose.strip())
    return content
