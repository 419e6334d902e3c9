"""Rules in words (规则的说法): a sentence from what is stored, for lists, journals and names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zhujianyun.apps.data_gathering.rules.coding import KINDS_ZH as CODES
from zhujianyun.apps.data_gathering.rules.quality.kinds import KINDS
from zhujianyun.apps.data_gathering.rules.quality.options import FORMATS, OPERATORS, TAKEN

CONDITIONS_ZH = {
    "eq": "等于", "ne": "不等于", "lt": "小于", "le": "不大于", "gt": "大于", "ge": "不小于", "in": "属于",
    "prefix": "开头是", "contains": "包含", "isnull": "为空", "between": "介于",
}  # fmt: skip
LISTED = 6
_BETWEEN = re.compile("(?<=[\u3000-\u9fff]) (?=[\u3000-\u9fff])")  # Chinese stands together, Latin apart
Options = Mapping[str, Any]


def sentence(told: Mapping[str, Any], titles: Mapping[str, str] | None = None) -> str:
    """What a stored rule says, without the full stop (规则说法); ``titles`` are Chinese names of columns."""
    known = titles or {}
    names = [known.get(name, name) for name in told["columns"]]
    said = _SAID[told["kind"]]("、".join(names), told["options"], names)
    if told["condition"]:
        said = f"{'，且'.join(_told(one, known) for one in told['condition'])} 时，{said}"
    return _BETWEEN.sub("", said)


def title(kind: str, columns: Sequence[str], titles: Mapping[str, str] | None = None) -> str:
    """A name for a rule that was given none (规则名称)."""
    names = [(titles or {}).get(name, name) for name in columns]
    return f"{'、'.join(names)} {KINDS[kind].zh}".strip()[:120]


def _told(one: Mapping[str, Any], known: Mapping[str, str]) -> str:
    name = known.get(one["item"], one["item"])
    value = one["value"]
    if one["op"] == "isnull":
        return f"{name} {'为空' if value else '不为空'}"
    text = "、".join(map(_word, value)) if isinstance(value, list | tuple) else _word(value)
    return f"{name} {CONDITIONS_ZH[one['op']]} {text}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "取数日" if value == TAKEN else str(value) if value != "" else "空文本"


def _ends(options: Options) -> str:
    least, most = options.get("least"), options.get("most")
    if least is None:
        return f"不大于 {_word(most)}"
    return f"不小于 {_word(least)}" if most is None else f"在 {_word(least)} 至 {_word(most)} 之间"


def _format(names: str, options: Options, columns: Sequence[str]) -> str:
    if options.get("format"):
        return f"{names} 应符合格式：{FORMATS[options['format']][0]}"
    return f"{names} 应符合模板 {options['template']}"


def _listed(names: str, options: Options, columns: Sequence[str]) -> str:
    values = list(options["values"])
    more = f" 等 {len(values)} 项" if len(values) > LISTED else ""
    return f"{names} 应为 {'、'.join(map(str, values[:LISTED]))}{more}"


def _fresh(names: str, options: Options, columns: Sequence[str]) -> str:
    limit = f"{options['minutes']} 分钟" if options["minutes"] else "约定间隔"
    return f"近 {options['days']} 天每次取数相隔不超过{limit}"


_SAID: dict[str, Callable[[str, Options, Sequence[str]], str]] = {
    "filled": lambda names, o, c: f"{names} 应填写",
    "unique": lambda names, o, c: f"{names} {'的组合' if len(c) > 1 else ''}不得重复",
    "format": _format,
    "code": lambda names, o, c: f"{names} 应是正确的{CODES[o['code']]}",
    "listed": _listed,
    "range": lambda names, o, c: f"{names} 应{_ends(o)}",
    "length": lambda names, o, c: f"{names} 的字符数应{_ends(o)}",
    "compare": lambda names, o, c: f"{c[0]} 应{OPERATORS[o['op']]} {c[1]}",
    "reference": lambda names, o, c: f"{names} 应存在于 {o['dataset']} 的 {o['column']}",
    "fresh": _fresh,
    "count": lambda names, o, c: f"行数与上一快照相比，增减不超过 {o['percent']}%",
    "reach": lambda names, o, c: f"近 {o['days']} 天的归集批次应成功",
}
