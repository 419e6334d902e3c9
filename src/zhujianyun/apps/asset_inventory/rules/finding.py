"""What is wrong with a system (问题判定): facts about one system in, findings out.

Only systems that are being built or used have findings. Dates and limits are given here once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

HIGH, MEDIUM, LOW = "high", "medium", "low"
REVIEW_EVERY = timedelta(days=365)
CONTRACT_WARN = timedelta(days=60)
CERTIFICATE_WARN = ((7, HIGH), (14, MEDIUM), (30, LOW))
RULES_ZH = {
    "owner_missing": "责任单位不明",
    "certificate": "证书到期",
    "no_level": "未定级备案",
    "no_backup": "无备份",
    "orphan": "孤立系统",
    "duplicate_data": "重复采集",
    "contract": "合同到期",
    "review_overdue": "复核逾期",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One finding (问题): rule, which thing, how bad, what is wrong, what to do."""

    rule: str
    severity: str
    text: str
    remedy: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Twin:
    """Another system that holds the same attributes and is not linked (重复数据)."""

    code: str
    name: str
    data: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of one system (判定要素)."""

    is_running: bool
    has_owner: bool
    level: int | None = None
    level_filed_on: date | None = None
    has_backup: bool = False
    live_links: int = 0
    gathered_on: date = date(2000, 1, 1)
    reviewed_on: date | None = None
    contract_ends_on: date | None = None  # of the contract that runs longest
    certificates: tuple[tuple[str, date], ...] = ()
    twins: tuple[Twin, ...] = field(default=())


def findings(facts: Facts, day: date) -> list[Found]:
    """Everything that is wrong with a system on a day (全部问题)."""
    found = [*_always(facts, day)]
    if facts.is_running:
        found += _in_use(facts, day)
    return found


def _always(facts: Facts, day: date) -> Iterator[Found]:
    if not facts.has_owner:
        yield Found("owner_missing", HIGH, "责任单位未落实到处室", "请在系统资料中登记责任处室。")
    for target, expires_on in facts.certificates:
        yield from certificate(target, expires_on, day)
    for twin in facts.twins:
        yield Found(
            "duplicate_data", MEDIUM, f"与“{twin.name}”持有相同的数据“{twin.data}”，两系统没有互联",
            "请登记两系统的互联，或由一个系统统一采集。", key=f"{twin.code}:{twin.data}"[:120],
        )  # fmt: skip


def _in_use(facts: Facts, day: date) -> Iterator[Found]:
    if facts.level is None or (facts.level >= 2 and facts.level_filed_on is None):
        yield Found("no_level", HIGH, "未完成等级保护定级备案", "请完成定级备案并登记备案证明编号。")
    if not facts.has_backup:
        yield Found("no_backup", HIGH, "没有数据备份", "请落实备份，至少本地备份并定期演练恢复。")
    if not facts.live_links:
        yield Found("orphan", LOW, "与其他系统没有任何互联", "请登记已有的互联，或提出共享、合并意见。")
    yield from _contract(facts, day)
    yield from _review(facts, day)


def certificate(target: str, expires_on: date, day: date) -> Iterator[Found]:
    """A certificate that expires within 30, 14 or 7 days, or has expired (证书到期)."""
    left = (expires_on - day).days
    for days, severity in CERTIFICATE_WARN:
        if left <= days:
            said = f" {left} 天后到期（{expires_on}）" if left >= 0 else f"已于 {expires_on} 过期"
            yield Found(
                "certificate", severity, f"{target} 的证书{said}", "请尽快更换证书。", key=target[:120]
            )
            return


def _contract(facts: Facts, day: date) -> Iterator[Found]:
    ends_on = facts.contract_ends_on
    if ends_on is None or ends_on - day > CONTRACT_WARN:
        return
    if ends_on < day:
        yield Found("contract", HIGH, f"运维合同已于 {ends_on} 到期", "请续签或登记新的运维合同。")
    else:
        left = (ends_on - day).days
        yield Found("contract", MEDIUM, f"运维合同 {left} 天后到期（{ends_on}）", "请安排续签或采购。")


def _review(facts: Facts, day: date) -> Iterator[Found]:
    last = facts.reviewed_on or facts.gathered_on
    if day - last > REVIEW_EVERY:
        said = f"上次复核 {facts.reviewed_on}" if facts.reviewed_on else "尚未复核"
        yield Found("review_overdue", MEDIUM, f"超过一年没有复核（{said}）", "请发起并完成年度复核。")
