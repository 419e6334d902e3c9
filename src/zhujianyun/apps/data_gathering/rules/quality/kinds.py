"""The kinds of rules (规则类别): typed and declarative; nobody writes SQL, expressions or patterns.

NULL is the business of ``filled`` alone: every other kind passes over it. Text of nothing but blanks
counts as not filled, and as text everywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from zhujianyun.apps.data_gathering.rules.quality import DIMENSIONS, options
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource import filters
from zhujianyun.kernel.resource.filters import Condition

NUMBERS = ("integer", "decimal")
ORDERED = (*NUMBERS, "date", "datetime")
MOST_COLUMNS = 4
MOST_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule (规则类别): what it needs, and the dimension it usually speaks of."""

    zh: str
    dimension: str
    says: str
    columns: tuple[int, int] = (1, 1)  # at least, at most; none: the rule is about the data set as a whole
    types: tuple[str, ...] = ()  # of the columns; empty: any

    @property
    def is_by_row(self) -> bool:
        """Whether single rows pass or fail (是否逐行)."""
        return self.columns[1] > 0


KINDS: dict[str, Kind] = {
    "filled": Kind("非空", "completeness", "该列应填写，空值和只有空格的文本不合格"),
    "unique": Kind("唯一", "accuracy", "所选列的值不得重复，重复的各行都不合格", (1, MOST_COLUMNS)),
    "format": Kind("格式", "conformity", "文本应符合常用格式或字符模板", types=("text",)),
    "code": Kind("编码校验", "conformity", "编码的位数、字符和校验码应正确", types=("text",)),
    "listed": Kind("代码表", "conformity", "取值应在代码表之内", types=("text", "integer")),
    "range": Kind("取值范围", "accuracy", "数值或日期应在范围之内，含两端", types=ORDERED),
    "length": Kind("长度", "conformity", "文本的字符数应在范围之内", types=("text",)),
    "compare": Kind("列间比较", "consistency", "同一行的两列应满足大小或相等关系", (2, 2)),
    "reference": Kind("引用存在", "consistency", "该列的值应在另一数据集中存在"),
    "fresh": Kind("更新及时", "timeliness", "近一段时间内，每次取数与上一次相隔不超过约定间隔", (0, 0)),
    "count": Kind("行数变化", "completeness", "与上一快照相比，行数增减不超过幅度", (0, 0)),
    "reach": Kind("归集成功率", "accessibility", "近一段时间内，归集批次应成功", (0, 0)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, checked and typed (质量规则); ``types`` holds the types of its columns."""

    title: str
    kind: str
    dimension: str
    columns: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    condition: tuple[Condition, ...] = ()
    weight: int = 1
    threshold: Decimal = Decimal(100)
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_by_row(self) -> bool:
        """Whether single rows pass or fail (是否逐行)."""
        return KINDS[self.kind].is_by_row

    @property
    def uses(self) -> set[str]:
        """The columns it looks at (用到的列)."""
        return {*self.columns, *(one.item for one in self.condition)}

    def row(self) -> dict[str, Any]:
        """As it is stored (存储)."""
        return {
            "title": self.title, "kind": self.kind, "dimension": self.dimension, "columns": list(self.columns),
            "options": {name: options.plain(value) for name, value in self.options.items()},
            "condition": [one.row() for one in self.condition], "weight": self.weight, "threshold": self.threshold,
        }  # fmt: skip


def rule_of(told: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> Rule:
    """A rule from its stored form or from what somebody wrote (读取规则).

    Raises:
        RuleBroken: naming the field that cannot be so, and why.
    """
    types = {str(column["name"]): str(column["type"]) for column in columns}
    name = str(told.get("kind", ""))
    kind = KINDS.get(name)
    if kind is None:
        raise RuleBroken(f"没有“{name}”这一类规则。", rule="quality.kind", fields=["kind"])
    used = tuple(told.get("columns") or ())
    _fit_columns(name, kind, used, types)
    return Rule(
        title=_title(told), kind=name, dimension=_dimension(told, kind), columns=used,
        options=options.read(name, told.get("options") or {}, used, types),
        condition=_condition(told, kind, types), weight=_weight(told), threshold=_threshold(told),
        types={one: types[one] for one in used},
    )  # fmt: skip


def _fit_columns(name: str, kind: Kind, used: tuple[str, ...], types: Mapping[str, str]) -> None:
    least, most = kind.columns
    if not least <= len(used) <= most or len(set(used)) != len(used):
        wanted = {(0, 0): "不选列", (1, 1): "选一列", (2, 2): "选两个不同的列"}.get(
            kind.columns, f"选 {least} 至 {most} 个不同的列"
        )
        raise RuleBroken(f"“{kind.zh}”规则须{wanted}。", rule="quality.columns", fields=["columns"])  # fmt: skip
    if gone := [one for one in used if one not in types]:
        raise RuleBroken(
            f"列 {'、'.join(gone)} 不在数据集中。", rule="quality.column_gone", fields=["columns"]
        )
    if kind.types and (odd := [one for one in used if types[one] not in kind.types]):
        raise RuleBroken(
            f"“{kind.zh}”规则不适用于列 {'、'.join(odd)} 的类型。",
            rule="quality.column_type",
            fields=["columns"],
        )
    if name == "compare" and len({"number" if types[one] in NUMBERS else types[one] for one in used}) > 1:
        raise RuleBroken("比较的两列类型应相同。", rule="quality.compare_types", fields=["columns"])


def _title(told: Mapping[str, Any]) -> str:
    title = str(told.get("title") or "").strip()
    if not title or len(title) > 120:
        raise RuleBroken("请填写规则名称，不超过 120 个字。", rule="quality.title", fields=["title"])
    return title


def _dimension(told: Mapping[str, Any], kind: Kind) -> str:
    dimension = str(told.get("dimension") or kind.dimension)
    if dimension not in DIMENSIONS:
        raise RuleBroken("请选择六个质量维度之一。", rule="quality.dimension", fields=["dimension"])
    return dimension


def _condition(told: Mapping[str, Any], kind: Kind, types: Mapping[str, str]) -> tuple[Condition, ...]:
    rows = told.get("condition") or ()
    if rows and not kind.is_by_row:
        raise RuleBroken(
            f"“{kind.zh}”规则针对整个数据集，不能设适用条件。", rule="quality.condition", fields=["condition"]
        )
    return tuple(options.zoned(one) for one in filters.check(rows, types))


def _weight(told: Mapping[str, Any]) -> int:
    weight = int(told.get("weight") or 1)
    if not 1 <= weight <= MOST_WEIGHT:
        raise RuleBroken(f"权重为 1 至 {MOST_WEIGHT} 的整数。", rule="quality.weight", fields=["weight"])
    return weight


def _threshold(told: Mapping[str, Any]) -> Decimal:
    given = told.get("threshold")
    share = Decimal(100) if given in (None, "") else Decimal(str(given))
    if not share.is_finite() or not 0 <= share <= 100:
        raise RuleBroken("达标线为 0 至 100 的百分比。", rule="quality.threshold", fields=["threshold"])
    return share
