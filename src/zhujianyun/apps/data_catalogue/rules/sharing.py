"""What a request for shared data must say and what a decision may give (共享申请规则). Pure functions.

Source: 国发〔2016〕51号 and 《政务数据共享条例》 (five required statements; not verified). A decision never
gives what was not asked: not another item, not more calls, not a longer time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_network
from typing import Any

from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource import filters
from zhujianyun.kernel.resource.items import Item

STATED = {
    "legal_basis": "使用依据", "scenario": "使用场景", "scope": "使用范围", "mode": "共享方式",
    "valid_to": "使用时限",
}  # fmt: skip
OTHERS = {"system_name": "使用系统", "responsible": "责任人"}
MODES = {"table": "库表查询", "api": "接口调用", "file": "文件下载"}
LONGEST = {"legal_basis": 300, "scenario": 300, "scope": 300, "system_name": 120, "responsible": 60}
MOST_CALLS = 10_000_000
LONGEST_YEARS = 5
MOST_NETWORKS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a consumer asks for (申请内容): ``row_filter`` in the typed grammar, ``networks`` as CIDRs."""

    items: tuple[str, ...]
    legal_basis: str
    scenario: str
    scope: str
    mode: str
    valid_from: date
    valid_to: date
    calls_per_day: int
    system_name: str
    responsible: str
    responsible_phone: str = ""
    networks: tuple[str, ...] = ()
    row_filter: tuple[Mapping[str, Any], ...] = ()
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One item as it was asked for (所申请的一项); ``mask`` is the entry's own."""

    code: str
    zh: str
    per_day: int
    until: date
    is_personal: bool = False
    mask: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What was decided on one item (对一项的决定)."""

    is_granted: bool
    per_day: int = 0
    until: date | None = None
    mask: str = ""
    exact_lookup: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a decision gives in all (授权内容): the narrowest of what the items were given."""

    items: tuple[str, ...]
    per_day: int
    until: date
    masks: Mapping[str, str] = field(default_factory=dict)
    exact_lookup: tuple[str, ...] = ()


def shareable(items: Iterable[Item]) -> list[Item]:
    """The items that may be asked for (可申请信息项): whatever is not 不予共享."""
    return [item for item in items if item.share != "none"]


def ask_faults(wanted: Wanted, items: Iterable[Item], today: date) -> dict[str, str]:
    """What a request lacks, one sentence by field (申请检查)."""
    listed = list(items)
    found = {name: f"请填写{zh}" for name, zh in (STATED | OTHERS).items() if not _said(wanted, name)}
    found |= {
        name: f"不能超过 {most} 字" for name, most in LONGEST.items() if len(getattr(wanted, name)) > most
    }
    if fault := _items_fault(wanted.items, listed):
        found["items"] = fault
    if wanted.mode and wanted.mode not in MODES:
        found["mode"] = "请从列表中选择共享方式"
    if fault := _period_fault(wanted, today):
        found["valid_to"] = fault
    if not 1 <= wanted.calls_per_day <= MOST_CALLS:
        found["calls_per_day"] = "日调用量应为 1 至 1000 万次"
    if fault := network_fault(wanted.networks):
        found["networks"] = fault
    if fault := filter_fault(wanted.row_filter, listed):
        found["row_filter"] = fault
    return found


def _said(wanted: Wanted, name: str) -> bool:
    value = getattr(wanted, name)
    return bool(value.strip() if isinstance(value, str) else value)


def _items_fault(codes: tuple[str, ...], items: list[Item]) -> str:
    if not codes:
        return "请至少勾选一个信息项"
    known = {item.code: item for item in items}
    if odd := [code for code in codes if code not in known]:
        return f"目录中没有信息项 {'、'.join(odd)}，请刷新后重新勾选"
    if shut := [known[code].zh for code in codes if known[code].share == "none"]:
        return f"{'、'.join(shut)}不予共享，不能申请"
    return "信息项重复" if len(set(codes)) != len(codes) else ""


def _period_fault(wanted: Wanted, today: date) -> str:
    if wanted.valid_to <= wanted.valid_from:
        return "使用时限的止日须晚于起日"
    if wanted.valid_to <= today:
        return "使用时限已过，请改正"
    if (wanted.valid_to - wanted.valid_from).days > 366 * LONGEST_YEARS:
        return f"使用时限最长 {LONGEST_YEARS} 年，到期可续"
    return ""


def network_fault(networks: Iterable[str]) -> str:
    """Why these are no networks, or nothing (来源网段检查)."""
    listed = list(networks)
    if len(listed) > MOST_NETWORKS:
        return f"来源网段最多 {MOST_NETWORKS} 个"
    for one in listed:
        try:
            ip_network(one)
        except ValueError:
            return f"“{one[:40]}”不是有效的网段，例如 10.1.0.0/16"
    return ""


def filter_fault(rows: Iterable[Mapping[str, Any]], items: Iterable[Item]) -> str:
    """Why these are no row filter, or nothing (行范围检查)."""
    try:
        filters.check(rows, {item.code: item.type for item in items})
    except RuleBroken as error:
        return error.message_zh
    return ""


def rule_faults(asked: Iterable[Asked], ruled: Mapping[str, Ruled]) -> dict[str, str]:
    """What a decision may not say, one sentence by item (决定检查): every item decided, none beyond the asking."""
    rows = {one.code: one for one in asked}
    found = {code: "没有申请这一项，不能同意" for code in ruled if code not in rows}
    for code, one in rows.items():
        fault = _rule_fault(one, ruled.get(code))
        if fault:
            found[code] = f"{one.zh}：{fault}"
    return found


def _rule_fault(asked: Asked, ruled: Ruled | None) -> str:
    if ruled is None:
        return "请逐项写明是否同意"
    if not ruled.is_granted:
        return "" if ruled.why.strip() else "不同意须写明理由"
    if not 1 <= ruled.per_day <= asked.per_day:
        return f"同意的日用量应为 1 至 {asked.per_day} 次，不超过申请量"
    if ruled.until is None or ruled.until > asked.until:
        return f"同意的使用期限不得晚于申请的 {asked.until}"
    if asked.is_personal and asked.mask and not ruled.mask and not ruled.why.strip():
        return "是个人信息，不脱敏提供须写明理由"
    return ""


def given(ruled: Mapping[str, Ruled], order: Iterable[str], personal: Iterable[str] = ()) -> Given:
    """The decision as one grant gives it (编制授权): items in their order, the narrowest volume and time.

    A mask is written for whatever is masked and for what is personal, where "" says that it was decided
    to give it plain. Of anything else the grant says nothing, so that a mask which the entry takes on
    later holds at once.

    Raises:
        RuleBroken: nothing is granted.
    """
    codes = tuple(code for code in order if code in ruled and ruled[code].is_granted)
    if not codes:
        raise RuleBroken("没有同意任何信息项；全部不同意的，请办理“不予共享”。", rule="sharing.nothing")
    rows = [ruled[code] for code in codes]
    return Given(
        items=codes,
        per_day=min(row.per_day for row in rows),
        until=min(row.until for row in rows if row.until is not None),
        masks={code: ruled[code].mask for code in codes if ruled[code].mask or code in set(personal)},
        exact_lookup=tuple(code for code in codes if ruled[code].exact_lookup and ruled[code].mask),
    )
