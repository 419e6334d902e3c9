"""Items of a resource and how wide they may be shared (信息项与共享宽度). Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

TYPES = ("text", "integer", "decimal", "date", "datetime", "boolean")
WIDTH = {"none": 0, "conditional": 1, "unconditional": 2}
SENSITIVITIES = ("", "personal", "important")


@dataclass(frozen=True, slots=True)
class Item:
    """One item (信息项): ``length`` in characters, 0 for none; ``mask`` is a kind of `base.masks`."""

    code: str
    zh: str
    type: str = "text"
    length: int = 0
    share: str = "conditional"
    sensitivity: str = ""
    mask: str = ""
    code_list: str = ""

    @classmethod
    def of(cls, row: dict[str, Any]) -> Item:
        """From its stored form (读取)."""
        return cls(**{name: row[name] for name in cls.__slots__ if name in row})

    def row(self) -> dict[str, Any]:
        """As it is stored (存储)."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with items (信息项问题): the rule and a sentence for the person who can mend it."""

    rule: str
    item: str
    text_zh: str


def faults(items: Iterable[Item], entry_share: str) -> Iterator[Fault]:
    """What the rules of the guide do not allow (信息项检查).

    An item is never wider than its entry: an entry shared under conditions cannot hold an item shared
    without. Personal items are never shared without conditions.
    """
    seen: set[str] = set()
    listed = list(items)
    if not listed:
        yield Fault("resource.items", "", "至少要有一个信息项")
    for item in listed:
        if not item.code or not item.zh:
            yield Fault("resource.item_named", item.code, "信息项须有代码和名称")
        if item.code in seen:
            yield Fault("resource.item_once", item.code, f"信息项 {item.code} 重复")
        seen.add(item.code)
        yield from _item_faults(item, entry_share)


def _item_faults(item: Item, entry_share: str) -> Iterator[Fault]:
    if item.type not in TYPES:
        yield Fault(
            "resource.item_type", item.code, f"{item.zh}的类型“{item.type}”不在 {'、'.join(TYPES)} 之列"
        )
    if item.share not in WIDTH:
        yield Fault("resource.item_share", item.code, f"{item.zh}的共享类型“{item.share}”不存在")
    elif WIDTH[item.share] > WIDTH.get(entry_share, 0):
        yield Fault(
            "resource.item_width", item.code, f"{item.zh}的共享范围比所在目录更宽，请收窄该项或放宽目录"
        )
    if item.sensitivity not in SENSITIVITIES:
        yield Fault("resource.item_sensitivity", item.code, f"{item.zh}的敏感程度“{item.sensitivity}”不存在")
    if item.sensitivity == "personal" and item.share == "unconditional":
        yield Fault("resource.personal_not_open", item.code, f"{item.zh}是个人信息，不得无条件共享")
