"""What changed between two editions (版本比较). Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIELDS_ZH = {
    "title": "名称", "abstract": "摘要", "class_path": "分类", "format_class": "格式分类", "format_type": "格式类型",
    "share": "共享类型", "share_condition": "共享条件", "share_basis": "不予共享依据", "share_mode": "共享方式",
    "open": "向社会开放", "open_condition": "开放条件", "cycle": "更新周期", "related": "关联资源",
    "extras": "扩展元数据",
}  # fmt: skip
ITEM_ZH = {
    "zh": "名称", "type": "类型", "length": "长度", "share": "共享类型", "sensitivity": "敏感程度", "mask": "脱敏",
    "code_list": "代码表",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One difference (变化): ``what`` in words, the value before and after, None where there was none."""

    what: str
    before: Any
    after: Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The differences between two contents, metadata first, then item by item (逐项比较).

    A content is the columns of an edition: the names of ``FIELDS_ZH`` and ``items``.
    """
    found = [
        Change(zh, before.get(name), after.get(name))
        for name, zh in FIELDS_ZH.items()
        if _plain(before.get(name)) != _plain(after.get(name))
    ]
    return found + _item_changes(_by_code(before), _by_code(after))


def _item_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    found = []
    for code in dict.fromkeys([*before, *after]):
        old, new = before.get(code), after.get(code)
        if old is None or new is None:
            gone_or_new = [one and f"{one.get('zh')}（{code}）" for one in (old, new)]
            found.append(Change("信息项" + ("新增" if old is None else "删除"), *gone_or_new))
            continue
        found += [
            Change(f"信息项 {new.get('zh') or code} 的{zh}", old.get(name), new.get(name))
            for name, zh in ITEM_ZH.items()
            if _plain(old.get(name)) != _plain(new.get(name))
        ]
    return found


def _by_code(content: Mapping[str, Any]) -> dict[str, Any]:
    return {row["code"]: row for row in content.get("items") or ()}


def _plain(value: Any) -> Any:
    return (list(value) if isinstance(value, tuple) else value) or ""


def told(found: list[Change]) -> str:
    """The changes as one text of a case (变更内容)."""
    return "；".join(f"{one.what}：{_said(one.before)}→{_said(one.after)}" for one in found)[:1000]


def _said(value: Any) -> str:
    text = "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return "无" if value in (None, "", [], {}, ()) else text[:60]
