"""Which columns say what of subjects (主体映射), declared as YAML:

kind: enterprise
name: corp_name
identifiers: {uscc: corp_code}
attributes: {registered_capital: capital}
compared: {legal_representative: leader}
division: area_code

An attribute has one source. What another system also says of it may be declared under ``compared``: it
is kept as that system's statement, at low trust, and shows where the two differ (来源矛盾).
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from zhujianyun.base.errors import RuleBroken

_MEMBERS = {"kind", "name", "identifiers", "attributes", "compared", "division"}


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping of columns to a subject (主体映射)."""

    kind: str
    name: str
    identifiers: Dict[str, str] = field(default_factory=dict)
    attributes: Dict[str, str] = field(default_factory=dict)
    compared: Dict[str, str] = field(default_factory=dict)
    division: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns it reads (用到的列)."""
        said = (self.identifiers, self.attributes, self.compared)
        used = [self.name, *(column for part in said for column in part.values()), self.division]
        return list(dict.fromkeys(filter(None, used)))


def mapping_of(told: Dict[str, Any], columns: Sequence[str]) -> Mapping:
    """A mapping from its declared form (读取映射).

    Raises:
        RuleBroken: for an unknown member, a column that is not there, or no identifier at all.
    """
    if odd := sorted(set(told) - _MEMBERS):
        raise RuleBroken(f"主体映射中不认识 {'、'.join(odd)}。", rule="gathering.mapping_member")
    if not told.get("kind") or not told.get("name") or not told.get("identifiers"):
        raise RuleBroken("主体映射须写明 kind、name 和至少一个编号。", rule="gathering.mapping_short")
    made = Mapping(**told)
    if both := sorted(set(made.attributes) & set(made.compared)):
        raise RuleBroken(
            f"属性 {'、'.join(both)} 不能既提供又比对，请只写一处。", rule="gathering.mapping_compared"
        )
    if gone := [name for name in made.columns if name not in columns]:
        raise RuleBroken(
            f"主体映射用到的列 {'、'.join(gone)} 不在数据集中。", rule="gathering.mapping_column"
        )
    return made


def statement(row: Dict[str, Any], mapping: Mapping) -> dict[str, Any] | None:
    """What a row says of a subject (登记内容); none without a name or any number."""
    numbers = {
        scheme: str(row[c]) for scheme, c in mapping.identifiers.items() if row.get(c) not in (None, "")
    }
    name = row.get(mapping.name)
    if not numbers or not name:
        return None
    said = {a: _plain(row[c]) for a, c in mapping.attributes.items() if row.get(c) is not None}
    compared = {a: _plain(row[c]) for a, c in mapping.compared.items() if row.get(c) is not None}
    return {
        "kind": mapping.kind, "name": str(name), "identifiers": numbers, "attributes": said, "compared": compared,
        "division_code": str(row.get(mapping.division) or "") if mapping.division else "",
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date | datetime) else value
