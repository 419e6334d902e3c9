"""What the journal says of an entry, in words (留痕用语)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhujianyun.kernel.access import queries as access
from zhujianyun.kernel.journal.models import Entry

VERBS = {
    "resource.enter": "登记目录", "resource.publish": "发布", "resource.withdraw": "撤销", "resource.mount": "挂载",
    "resource.unmount": "卸载", "resource.grant": "签发授权", "data_catalogue.draft": "开始编制",
    "data_catalogue.save": "保存编制稿", "data_catalogue.findings": "核查问题", "data_catalogue.waive": "豁免问题",
    "data_catalogue.open_download": "公众下载", "data_catalogue.request": "申请共享",
    "resource.grant.issue": "签发授权", "resource.grant.suspend": "暂停授权", "resource.grant.resume": "恢复授权",
    "resource.grant.revoke": "收回授权", "resource.grant.expire": "授权到期",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the timeline (经过)."""

    at: datetime
    verb: str
    who: str
    text: str


def timeline(entries: Iterable[Entry], mounts: Mapping[str, str]) -> list[Told]:
    """Entries of the journal in words (经过); mounts by their titles."""
    listed = list(entries)
    names = access.names_of({entry.actor for entry in listed if entry.actor.startswith("account:")})
    return [
        Told(
            one.at,
            VERBS.get(one.verb, one.verb),
            names.get(one.actor, "系统"),
            _said(one.facts_dict, one.reason, mounts),
        )
        for one in listed
    ]


def _said(facts: dict[str, Any], reason: str, mounts: Mapping[str, str]) -> str:
    parts = [reason] if reason else []
    if "edition" in facts:
        parts.append(f"第 {facts['edition']} 版，{facts.get('valid_from', '')} 生效")
    if "mount" in facts:
        parts.append(mounts.get(str(facts["mount"]), str(facts["mount"])))
    if "consumer" in facts and "items" in facts:
        parts.append(f"{facts.get('case') or ''}，{len(facts['items'])} 项")
    if facts.get("suspended"):
        parts.append(f"暂停授权 {len(facts['suspended'])} 个")
    if "new" in facts:
        parts.append(f"新发现 {len(facts['new'])} 条，消除 {len(facts['gone'])} 条")
    return "；".join(parts)
