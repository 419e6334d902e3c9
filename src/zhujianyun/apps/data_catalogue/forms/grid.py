"""The grid of items (信息项表格): rows as a person typed or pasted them, with what is wrong in each cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zhujianyun.apps.data_catalogue.forms.wording import MASKS, SENSITIVITIES, SHARES, TYPES, code_of
from zhujianyun.kernel.resource.items import Item, faults

COLUMNS = {
    "code": "代码", "zh": "名称", "type": "类型", "length": "长度", "share": "共享类型", "sensitivity": "敏感程度",
    "mask": "脱敏", "code_list": "代码表",
}  # fmt: skip
CHOICES = {"type": TYPES, "share": SHARES, "sensitivity": SENSITIVITIES, "mask": MASKS}
CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
MOST = 300
SPARE = 5  # empty rows at the end, for whoever works without JavaScript


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the grid (单元格): ``choices`` for a list to choose from."""

    name: str
    zh: str
    value: str
    choices: Mapping[str, str] | None
    fault: str


@dataclass(slots=True)
class Line:
    """One row of the grid (一行): as typed, read, and what is wrong by column."""

    given: dict[str, str]
    item: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> list[Cell]:
        """Its cells as the page shows them (单元格)."""
        return [
            Cell(name, zh, self.given.get(name, ""), CHOICES.get(name), self.faults.get(name, ""))
            for name, zh in COLUMNS.items()
        ]


def posted(post: Mapping[str, Any]) -> list[Line]:
    """The rows of a form, empty ones left out (读取表格)."""
    found = []
    for place in range(MOST):
        given = {name: str(post.get(f"item-{place}-{name}", "")).strip() for name in COLUMNS}
        if given["code"] or given["zh"]:
            found.append(read(given))
    return found


def read(given: Mapping[str, str]) -> Line:
    """One row as it was typed (读取一行): words become codes, what cannot be read is a fault of its cell."""
    line = Line({name: given.get(name, "") for name in COLUMNS})
    for name, zh in COLUMNS.items():
        typed = line.given[name]
        if name in CHOICES:
            default = {"type": "text", "share": "conditional"}.get(name, "")
            code = code_of(typed, CHOICES[name]) if typed else default
            if code is None:
                line.faults[name] = f"{zh}“{typed[:20]}”请从 {'、'.join(CHOICES[name].values())} 中选择"
            line.item[name] = typed if code is None else code
        elif name == "length":
            line.item[name] = int(typed) if typed.isdecimal() and len(typed) < 7 else 0
            if typed and not (typed.isdecimal() and len(typed) < 7):
                line.faults[name] = "长度请填整数，不限填 0"
        else:
            line.item[name] = typed[:120]
    if line.item["code"] and not CODE.fullmatch(line.item["code"]):
        line.faults["code"] = "代码以字母开头，只用字母、数字和下划线，不超过 40 位"
    return line


def judge(lines: Iterable[Line], share: str) -> list[Line]:
    """The rows with what the rules say of them (逐行检查): each fault stands at its own row."""
    listed = list(lines)
    seen: set[str] = set()
    for line in listed:
        if line.faults:
            continue
        item = Item.of(line.item)
        for fault in faults([item], share):
            line.faults.setdefault(_column(fault.rule, item), fault.text_zh)
        if item.code in seen:
            line.faults.setdefault("code", f"信息项 {item.code} 重复")
        seen.add(item.code)
    return listed


def _column(rule: str, item: Item) -> str:
    if rule == "resource.item_named":
        return "zh" if item.code else "code"
    return {
        "resource.item_width": "share", "resource.item_share": "share", "resource.item_type": "type",
        "resource.item_sensitivity": "sensitivity", "resource.personal_not_open": "share",
    }.get(rule, "code")  # fmt: skip


def spare() -> list[Line]:
    """Empty rows for the end of the grid (空行)."""
    return [Line({"share": "conditional", "type": "text"}) for _ in range(SPARE)]


def shown(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Stored items as rows of the grid (显示表格)."""
    return [Line({name: str(row.get(name, "")) for name in COLUMNS}, dict(row)) for row in rows]
