"""What a form of widget is (组件形式), and the register of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from zhujianyun.base import clock
from zhujianyun.kernel.indicator import Period
from zhujianyun.kernel.indicator.queries import Figure

if TYPE_CHECKING:
    from zhujianyun.ui.screen.registry import Widget
    from zhujianyun.ui.screen.svg.pen import Pen

Data = dict[str, Any]
APPS = {"type": ["string", "array"], "items": {"type": "string"}}
COMMON = {"note": {"type": "string", "maxLength": 40}, "if_app": APPS, "unless_app": APPS}
WORDS = {"type": "array", "items": {"type": "string", "minLength": 1}}
NAMES = {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}


@dataclass(frozen=True, slots=True)
class Asked:
    """For which period, and as known when (取数范围); no instant: now."""

    period: Period
    at: datetime | None = None

    @property
    def today(self) -> date:
        """The day of the picture (画面日期)."""
        return clock.local_day(self.at) if self.at else clock.today()


Build = Callable[["Widget", list[Figure], Asked], Data]
Draw = Callable[["Pen", Data], None]


@dataclass(frozen=True, slots=True)
class Form:
    """One form (形式)."""

    code: str
    zh: str
    build: Build
    draw: Draw
    least: int = 1  # indicators it takes
    most: int = 99
    items: bool = False  # draws single things: needs an `items` source, is refused on public screens
    painted: bool = False  # the wall paints it itself; else the wall shows the picture made here
    options: dict[str, Any] = field(default_factory=dict)  # JSON Schema of its own options
    required: tuple[str, ...] = ()
    size: tuple[int, int] = (6, 4)  # what the editor offers at first

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of all options (选项模式)."""
        own = {"items": {"type": "string", "pattern": r"^[a-z_]+\.[a-z_0-9]+$"}} if self.items else {}
        return {
            "type": "object",
            "properties": {**COMMON, **own, **self.options},
            "required": [*(["items"] if self.items else []), *self.required],
            "additionalProperties": False,
        }


_forms: dict[str, Form] = {}


def register(form: Form) -> None:
    """Add a form (登记形式)."""
    _forms[form.code] = form


def get(code: str) -> Form:
    """The form of a code, which the registry has checked (取形式)."""
    return _forms[code]


def all_() -> dict[str, Form]:
    """Every form by code (全部形式)."""
    return dict(_forms)


def faults(widget: Widget) -> Iterator[str]:
    """What is wrong with a widget's form, indicators and options, in words (组件检查)."""
    form = _forms.get(widget.form)
    if form is None:
        yield f"组件 {widget.id} 的形式 {widget.form} 不存在，可用：{'、'.join(_forms)}"
        return
    count = len(widget.indicators)
    if not form.least <= count <= form.most:
        wanted = str(form.least) if form.least == form.most else f"{form.least} 到 {form.most}"
        yield f"组件 {widget.id}（{form.zh}）应有 {wanted} 个指标，现有 {count} 个"
    for fault in Draft202012Validator(form.schema).iter_errors(widget.options):
        yield f"组件 {widget.id}（{form.zh}）的选项有误：{_said(fault)}"


def _said(fault: Any) -> str:
    place = ".".join(map(str, fault.absolute_path))
    if fault.validator == "additionalProperties":
        known = set(fault.schema.get("properties", {}))
        return f"不认识 {'、'.join(sorted(set(fault.instance) - known))}，可用：{'、'.join(sorted(known))}"
    if fault.validator == "required":
        return f"缺少 {'、'.join(sorted(set(fault.validator_value) - set(fault.instance)))}"
    if fault.validator == "enum":
        return f"{place} 应为 {'、'.join(map(str, fault.validator_value))} 之一"
    return f"{place} 的值 {fault.instance!r} 不合要求"


def number(value: Decimal | int | float | None) -> float | None:
    """For drawing: a plain float; missing stays missing (绘图数值)."""
    return None if value is None else float(value)


def in_words(title: str, head: list[str], rows: list[list[str]]) -> Data:
    """Table and sentence of a picture, for whoever cannot see it (文字替代)."""
    said = "；".join("，".join(cell for cell in row if cell) for row in rows) or "暂无数据"
    return {"table": {"head": head, "rows": rows}, "sentence": f"{title}：{said}。"}
