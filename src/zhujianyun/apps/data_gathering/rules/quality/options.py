"""What each kind of rule is told besides its columns (规则参数), read and typed.

Formats and templates become patterns here, written so that RE2, Java and Python read them alike:
anchored by ``\\A`` and ``\\z``, classes spelt out, no look-around.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from zhujianyun.apps.data_gathering.rules.coding import KINDS_ZH as CODES
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource import filters
from zhujianyun.kernel.resource.filters import Condition

TAKEN = "taken"  # in place of a bound: the day on which the source was read
OPERATORS = {"le": "不大于", "lt": "小于", "eq": "等于", "ne": "不等于", "ge": "不小于", "gt": "大于"}
FORMATS: dict[str, tuple[str, str]] = {
    "mobile": ("手机号码", r"1[3-9][0-9]{9}"),
    "phone": ("电话号码（手机或带区号座机）", r"(?:1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(?:-[0-9]{1,6})?)"),
    "email": ("电子邮箱", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:[.][A-Za-z0-9-]+)+"),
    "postcode": ("邮政编码", r"[0-9]{6}"),
    "digits": ("只含数字", r"[0-9]+"),
    "number": ("数字（可带小数）", r"[+-]?[0-9]+(?:[.][0-9]+)?"),
    "day": ("日期文本（YYYY-MM-DD）", r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"),
    "chinese": ("只含汉字和间隔号", r"[\x{3400}-\x{9fff}\x{b7}]+"),
    "tidy": ("首尾没有空格", r"[^ \t\r\n\x{3000}](?:[^\r\n]*[^ \t\r\n\x{3000}])?"),
    "url": ("网址", r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[^ \t\r\n]*)?"),
}
SIGNS = {
    "9": "[0-9]", "A": "[A-Z]", "a": "[a-z]", "X": "[A-Z0-9]", "汉": r"[\x{3400}-\x{9fff}]",
}  # fmt: skip
MOST_VALUES = 500
MOST_DAYS = 366
_ZONE = ZoneInfo("Asia/Shanghai")

Given = Mapping[str, Any]


def read(kind: str, given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    """The options of a kind, typed (读取参数); what the kind does not know is left out.

    Raises:
        RuleBroken: naming the field.
    """
    reader = _READERS.get(kind)
    return reader(given, columns, types) if reader else {}


def pattern_of(options: Given) -> str:
    """The pattern of a format or template, for RE2 and Java (模式)."""
    if options.get("format"):
        body = FORMATS[options["format"]][1]
    else:
        body = "".join(SIGNS.get(sign) or re.escape(sign) for sign in options["template"])
    return rf"\A(?:{body})\z"


def python_pattern(options: Given) -> re.Pattern[str]:
    """The same pattern for Python (Python 模式)."""
    body = re.sub(r"\\x\{([0-9a-f]+)\}", lambda m: chr(int(m.group(1), 16)), pattern_of(options))
    return re.compile(body.replace(r"\z", r"\Z"))


def zoned(condition: Condition) -> Condition:
    """A condition whose instants have a zone: without one they are Asia/Shanghai (带时区条件)."""
    value = condition.value
    if isinstance(value, tuple):
        return replace(condition, value=tuple(_zoned(one) for one in value))
    return replace(condition, value=_zoned(value))


def plain(value: Any) -> Any:
    """A value as JSON holds it (存储)."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _zoned(value: Any) -> Any:
    return value.replace(tzinfo=_ZONE) if isinstance(value, datetime) and value.tzinfo is None else value


def _format(given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    name, template = str(given.get("format") or ""), str(given.get("template") or "")
    if bool(name) == bool(template):
        raise RuleBroken(
            "请选择一种常用格式，或填写字符模板，二者取一。", rule="quality.format", fields=["format"]
        )
    if name and name not in FORMATS:
        raise RuleBroken(f"没有“{name}”这种格式。", rule="quality.format", fields=["format"])
    if len(template) > 60:
        raise RuleBroken("字符模板不超过 60 个字符。", rule="quality.template", fields=["template"])
    return {"format": name} if name else {"template": template}


def _code(given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    if given.get("code") not in CODES:
        raise RuleBroken("请选择编码种类。", rule="quality.code", fields=["code"])
    return {"code": given["code"]}


def _listed(given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    told = given.get("values") or ()
    values = [one.strip() for one in re.split(r"[\n,，、]", told)] if isinstance(told, str) else list(told)
    values = [one for one in values if one != ""]
    if not 1 <= len(values) <= MOST_VALUES:
        raise RuleBroken(
            f"请填写 1 至 {MOST_VALUES} 个允许的取值。", rule="quality.values", fields=["values"]
        )
    kind = types[columns[0]]
    return {"values": tuple(dict.fromkeys(_typed(one, kind, "values") for one in values))}


def _range(given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    kind = types[columns[0]]
    ends = {
        name: _bound(given[name], kind, name)
        for name in ("least", "most")
        if given.get(name) not in (None, "")
    }
    _in_order(ends)
    return ends  # fmt: skip


def _bound(value: Any, kind: str, name: str) -> Any:
    if value == TAKEN and kind in ("date", "datetime"):
        return TAKEN
    return _zoned(_typed(value, kind, name))


def _length(given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    ends = {
        name: _typed(given[name], "integer", name)
        for name in ("least", "most")
        if given.get(name) not in (None, "")
    }
    if any(end < 0 for end in ends.values()):
        raise RuleBroken("长度不能是负数。", rule="quality.length", fields=["least"])
    _in_order(ends)
    return ends  # fmt: skip


def _in_order(ends: Mapping[str, Any]) -> None:
    if not ends:
        raise RuleBroken("请至少填写一端。", rule="quality.range", fields=["least", "most"])
    if TAKEN not in ends.values() and len(ends) == 2 and ends["least"] > ends["most"]:
        raise RuleBroken("下限不能大于上限。", rule="quality.range", fields=["least", "most"])


def _compare(given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    op = given.get("op")
    if op not in OPERATORS:
        raise RuleBroken("请选择两列之间的关系。", rule="quality.compare", fields=["op"])
    if op not in ("eq", "ne") and types[columns[0]] in ("text", "boolean"):
        raise RuleBroken("文本和是否值只能比较相等或不等。", rule="quality.compare", fields=["op"])
    return {"op": op}


def _reference(given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    told = {name: str(given.get(name) or "").strip() for name in ("dataset", "column")}
    if not all(told.values()):
        raise RuleBroken("请选择被引用的数据集和列。", rule="quality.reference", fields=["dataset", "column"])
    return told


def _days(given: Given) -> int:
    days = _typed(given.get("days") or 30, "integer", "days")
    if not 1 <= days <= MOST_DAYS:
        raise RuleBroken(f"天数为 1 至 {MOST_DAYS}。", rule="quality.days", fields=["days"])
    return int(days)


def _fresh(given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    minutes = _typed(given.get("minutes") or 0, "integer", "minutes")
    if minutes < 0:
        raise RuleBroken(
            "间隔不能是负数；填 0 或留空，按约定归集间隔。", rule="quality.minutes", fields=["minutes"]
        )
    return {"days": _days(given), "minutes": int(minutes)}


def _count(given: Given, columns: Sequence[str], types: Mapping[str, str]) -> dict[str, Any]:
    percent = _typed(given.get("percent") or 20, "integer", "percent")
    if not 1 <= percent <= 1000:
        raise RuleBroken("幅度为 1 至 1000 的百分比。", rule="quality.percent", fields=["percent"])
    return {"percent": int(percent)}


def _typed(value: Any, kind: str, name: str) -> Any:
    try:
        return filters.typed(value, kind, name)
    except RuleBroken as broken:
        text = f"“{str(value)[:40]}”与该列的类型不符，请核对。"
        raise RuleBroken(text, rule="quality.value", fields=[name]) from broken


_READERS: dict[str, Callable[[Given, Sequence[str], Mapping[str, str]], dict[str, Any]]] = {
    "format": _format, "code": _code, "listed": _listed, "range": _range, "length": _length,
    "compare": _compare, "reference": _reference, "fresh": _fresh, "count": _count,
    "reach": lambda given, columns, types: {"days": _days(given)},
}  # fmt: skip
