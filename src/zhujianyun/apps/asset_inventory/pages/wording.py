"""What the journal says of a system, in words (留痕用语)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.journal.models import Entry

VERBS = {
    "asset_inventory.enter": "登记系统", "asset_inventory.change": "变更资料", "asset_inventory.findings": "核查问题",
    "asset_inventory.contract": "登记合同", "asset_inventory.contact": "登记联系人",
    "asset_inventory.contact_end": "停用联系人", "asset_inventory.data": "登记数据",
    "asset_inventory.document": "上传文档", "asset_inventory.probe_add": "新增探测项",
    "asset_inventory.probe_change": "修改探测项", "asset_inventory.probe_down": "探测中断",
    "asset_inventory.probe_back": "探测恢复", "asset_inventory.waive": "豁免问题",
    "asset_inventory.reviewed": "年度复核完成", "system.register": "登记业务系统", "system.retire": "停用",
    "system.merge": "合并", "system.link": "登记互联", "system.unlink": "停用互联", "privacy.read": "查阅联系人",
}  # fmt: skip
FIELDS = {
    "name": "名称", "owner": "责任单位", "state": "状态", "purpose": "用途", "users_who": "使用对象",
    "users_count": "用户数", "address": "访问地址", "vendor": "承建运维单位", "network": "网络", "cloud": "云",
    "cloud_since": "上云日期", "protection_level": "等保级别", "level_filed_on": "定级备案日",
    "level_number": "备案证明编号", "backup": "备份方式", "is_service": "政务服务", "docked_on": "对接日",
    "note": "备注", "gathered_on": "归集日", "target": "目标", "kind": "类型", "found": "结果", "number": "编号",
    "until": "至", "to": "对方", "flows": "内容", "into": "承接系统", "part": "职责", "title": "标题",
    "every_seconds": "间隔", "timeout_seconds": "时限", "is_on": "启用", "expect_text": "应含文字", "slow_ms": "缓慢阈值",
}  # fmt: skip
SHOWN = ("name", "target", "found", "number", "to", "flows", "into", "part", "title")


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the timeline (经过)."""

    at: datetime
    verb: str
    who: str
    lines: list[str]


def told(entry: Entry, names: dict[str, str]) -> Told:
    """An entry of the journal in words (一条留痕)."""
    lines = [entry.reason] if entry.reason else []
    return Told(
        entry.at,
        VERBS.get(entry.verb, entry.verb),
        names.get(entry.actor, "系统"),
        lines + _lines(entry.facts_dict),
    )


def _lines(facts: dict[str, Any]) -> list[str]:
    changes = [
        f"{FIELDS.get(key, key)}：{_said(value['before'])} → {_said(value['after'])}"
        for key, value in facts.items()
        if isinstance(value, dict) and "after" in value
    ]
    new, gone = len(facts.get("new") or ()), len(facts.get("gone") or ())
    if new or gone:
        changes.append(f"新发现 {new} 条，消除 {gone} 条")
    return changes or ["；".join(f"{FIELDS[key]}：{facts[key]}" for key in SHOWN if facts.get(key))]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "空" if value in (None, "") else str(value)


def names_of(entries: Iterable[Entry]) -> dict[str, str]:
    """The names of whoever acted, by one query (办理人)."""
    keys = {int(e.actor.partition(":")[2]) for e in entries if re.fullmatch(r"account:\d+", e.actor)}
    rows = Account.objects.filter(pk__in=keys).values_list("pk", "name_zh")
    return {f"account:{pk}": name for pk, name in rows}
