"""Receipts of the region's platform (上报回执): reading them, and what makes one not believable.

Three kinds: ``received`` says that the package arrived whole, ``judged`` gives a verdict on every record,
``returned`` sends the package back as a whole. Every refusal names what is wrong in a sentence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from zhujianyun.apps.data_catalogue.rules.transfer.records import Key, canonical
from zhujianyun.base.errors import RuleBroken

FORMAT = "zjy-regional-receipt-1"
KINDS = {"received": "收讫", "judged": "审核结果", "returned": "整包退回"}
SIGNED = ("at", "format", "kind", "package_sha256", "reason", "receiver", "records", "sequence")
MOST_BYTES = 8 * 1024**2
SKEW = timedelta(minutes=10)  # by how much the other side's clock may be ahead
DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of one record (记录结论)."""

    key: Key
    digest: str
    accepted: bool
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that can be read; who signed it is another question (回执)."""

    kind: str
    sequence: int
    package_sha256: str
    at: datetime
    reason: str
    verdicts: tuple[Verdict, ...]
    alg: str
    signature: bytes
    signed: bytes


@dataclass(frozen=True, slots=True)
class Awaited:
    """The package that a receipt speaks of (待回执批次)."""

    sequence: int
    digest: str
    built_at: datetime
    state: str  # as TransferPackage.State
    records: Mapping[Key, str]


def read(raw: bytes) -> Receipt:
    """A receipt from its file (读取回执).

    Raises:
        RuleBroken: ``transfer.receipt_garbled`` names what cannot be read.
    """
    if len(raw) > MOST_BYTES:
        raise _garbled(f"超过 {MOST_BYTES // 1024**2} MB")
    try:
        told = orjson.loads(raw)
    except ValueError as error:
        raise _garbled("不是完整的 JSON") from error
    if not isinstance(told, dict) or set(told) != {*SIGNED, "alg", "signature"} or told["format"] != FORMAT:
        raise _garbled("字段与约定格式不符")
    try:
        return _receipt(told)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _garbled("字段内容与约定格式不符") from error


def _receipt(told: dict[str, Any]) -> Receipt:
    at, sequence, kind = datetime.fromisoformat(told["at"]), told["sequence"], told["kind"]
    if at.tzinfo is None or type(sequence) is not int or kind not in KINDS:
        raise ValueError
    verdicts = tuple(_verdict(row) for row in told["records"])
    texts = (told["package_sha256"], told["reason"], told["alg"], told["receiver"])
    if not all(isinstance(text, str) for text in texts) or not set(told["package_sha256"]) <= DIGITS:
        raise ValueError
    signed = canonical({name: told[name] for name in SIGNED})
    return Receipt(
        kind, sequence, told["package_sha256"], at, told["reason"][:300], verdicts, told["alg"],
        bytes.fromhex(told["signature"]), signed,
    )  # fmt: skip


def _verdict(row: dict[str, Any]) -> Verdict:
    said, rule, reason = row["verdict"], row["rule"], row["reason"]
    texts = (row["kind"], row["code"], row["digest"], rule, reason)
    if said not in ("accepted", "rejected") or not all(isinstance(text, str) for text in texts):
        raise ValueError
    return Verdict((row["kind"], row["code"]), row["digest"], said == "accepted", rule[:60], reason[:300])


def _garbled(what: str) -> RuleBroken:
    return RuleBroken(
        f"回执文件{what}，没有采信。请联系自治区平台重新出具。", rule="transfer.receipt_garbled"
    )


def believe(receipt: Receipt, awaited: Awaited | None, now: datetime) -> None:
    """Whether a receipt with a good signature may change anything (采信检查).

    Raises:
        RuleBroken: what is wrong, each with its rule: unknown, other package, late, twice, time, records.
    """
    number = receipt.sequence
    if awaited is None:
        raise _refused("unknown", f"没有上报过第 {number} 批，回执没有采信。请与自治区平台核对批次号")
    if receipt.package_sha256 != awaited.digest:
        raise _refused(
            "other_package", f"回执所指的文件不是我们上报的第 {number} 批，没有采信。请核对文件摘要值"
        )
    _in_time(receipt, awaited, now)
    if receipt.kind == "judged":
        _covers(receipt, awaited.records)
    if receipt.kind == "returned" and (receipt.verdicts or not receipt.reason.strip()):
        raise _refused("records", "整包退回的回执须写明原因，且不逐条给出结论。请联系自治区平台重新出具")
    if receipt.kind == "received" and receipt.verdicts:
        raise _refused("records", "收讫回执不应带有逐条结论。请联系自治区平台重新出具")


def _in_time(receipt: Receipt, awaited: Awaited, now: datetime) -> None:
    number = receipt.sequence
    if awaited.state == "void":
        raise _refused("late", f"第 {number} 批已作废，回执来迟，没有采信。其中的记录已另行上报或待上报")
    if awaited.state in ("accepted", "partly", "rejected"):
        raise _refused("twice", f"第 {number} 批已有结论，回执没有再次采信。需要更正的，请自治区平台另行通知")
    if receipt.kind == "received" and awaited.state == "received":
        raise _refused("twice", f"第 {number} 批已经收讫，回执没有再次采信")
    if receipt.at < awaited.built_at:
        raise _refused("time", f"回执时间早于第 {number} 批的组包时间，没有采信。请自治区平台核对时钟")
    if receipt.at > now + SKEW:
        raise _refused("time", "回执时间晚于当前时间，没有采信。请双方核对时钟")


def _covers(receipt: Receipt, records: Mapping[Key, str]) -> None:
    keys = [one.key for one in receipt.verdicts]
    if len(set(keys)) != len(keys) or set(keys) != set(records):
        missing, extra = len(set(records) - set(keys)), len(keys) - len(set(keys) & set(records))
        raise _refused(
            "records",
            f"回执须对每条记录恰好给出一个结论：缺 {missing} 条，多 {extra} 条。请联系自治区平台重新出具",
        )
    wrong = [one.key[1] for one in receipt.verdicts if one.digest != records[one.key]]
    if wrong:
        raise _refused("records", f"回执中 {_named(wrong)} 的摘要值与上报内容不符。请联系自治区平台重新出具")
    silent = [one.key[1] for one in receipt.verdicts if not one.accepted and not one.reason.strip()]
    if silent:
        raise _refused("records", f"回执退回 {_named(silent)} 而未写明原因。请联系自治区平台重新出具")


def _named(codes: Collection[str]) -> str:
    shown = "、".join(sorted(codes)[:3])
    return f"{shown} 等 {len(codes)} 条" if len(codes) > 3 else shown


def _refused(rule: str, text: str) -> RuleBroken:
    return RuleBroken(f"{text}。", rule=f"transfer.receipt_{rule}")
