"""The form of a rule of quality (质量规则表单): which fields it has depends on the kind of rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from zhujianyun.apps.data_gathering.rules.checking import TYPE_ZH
from zhujianyun.apps.data_gathering.rules.coding import KINDS_ZH as CODES
from zhujianyun.apps.data_gathering.rules.quality import DIMENSIONS, words
from zhujianyun.apps.data_gathering.rules.quality.kinds import KINDS
from zhujianyun.apps.data_gathering.rules.quality.options import FORMATS, OPERATORS
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.resource import columns
from zhujianyun.kernel.resource.models import Dataset

CONDITIONS = 3
MUST = {"required": "请填写。", "invalid": "格式不对，请改正。", "invalid_choice": "请从列表中选择。"}
BETWEEN = "、"


def _choice(label: str, choices: Iterable[Any], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "请选择"), *choices], **more)


def _text(label: str, help_text: str = "", *, required: bool = False, most: int = 200) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=most, help_text=help_text)


class RuleForm(forms.Form):
    """What a rule of one kind says (质量规则); `told` gives it in the form that `rules.quality` reads."""

    def __init__(
        self, kind: str, dataset: Dataset, *args: Any, is_change: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.dataset, self.label_suffix = kind, dataset, ""
        self.titles = columns.known(dataset).titles
        self.fields.update(self._columns())
        self.fields.update({name: make() for name, make in self._options().items()})
        self.fields["title"] = _text("名称", "留空则按规则内容取名", most=120)
        self.fields["dimension"] = forms.ChoiceField(
            label="质量维度", choices=list(DIMENSIONS.items()), initial=KINDS[kind].dimension
        )
        self.fields["weight"] = forms.IntegerField(
            label="权重", min_value=1, max_value=100, initial=1, help_text="同一维度内各规则的分量，1 至 100"
        )
        self.fields["threshold"] = forms.DecimalField(
            label="达标线（%）", min_value=0, max_value=100, decimal_places=2, initial=100,
            help_text="合格率低于此线时提示未达标，不影响得分",
        )  # fmt: skip
        if KINDS[kind].is_by_row:
            self.fields.update(self._conditions())
        if is_change:
            self.fields["reason"] = _text("变更理由", required=True, most=300)
        for name, field in self.fields.items():
            field.error_messages |= MUST
            field.widget.attrs.setdefault("aria-describedby", f"help-{name}")

    def _usable(self) -> list[tuple[str, str]]:
        types = KINDS[self.kind].types
        return [
            (column["name"], column_zh(column, self.titles))
            for column in self.dataset.columns
            if not types or column["type"] in types
        ]

    def _columns(self) -> dict[str, forms.Field]:
        least, most = KINDS[self.kind].columns
        if most == 0:
            return {}
        if most == 1:
            return {"column_0": _choice("列", self._usable())}
        if self.kind == "compare":
            return {
                "column_0": _choice("前一列", self._usable()),
                "column_1": _choice("后一列", self._usable()),
            }
        return {
            f"column_{n}": _choice(
                "列" if n == 0 else f"再加一列（{n + 1}）", self._usable(), required=n < least
            )
            for n in range(most)
        }

    def _options(self) -> dict[str, Any]:
        bound = "日期写成 2020-12-31；填“取数日”表示取数的当天" if self._has_days() else ""
        return {
            "format": {
                "format": lambda: _choice("常用格式", ((n, zh) for n, (zh, _) in FORMATS.items()), required=False),
                "template": lambda: _text(
                    "或字符模板", "9 数字，A 大写字母，a 小写字母，X 大写字母或数字，汉 汉字，其余字符照写", most=60),
            },
            "code": {"code": lambda: _choice("编码种类", CODES.items())},
            "listed": {"values": lambda: forms.CharField(
                label="允许的取值", max_length=20_000, widget=forms.Textarea(attrs={"rows": 5}),
                help_text="每行一个，或用顿号、逗号分隔")},
            "range": {"least": lambda: _text("下限", bound), "most": lambda: _text("上限", "两端可只填一端，含端点")},
            "length": {
                "least": lambda: forms.IntegerField(label="最少字符", min_value=0, required=False),
                "most": lambda: forms.IntegerField(label="最多字符", min_value=0, required=False),
            },
            "compare": {"op": lambda: _choice("前一列应", ((n, f"{zh}后一列") for n, zh in OPERATORS.items()))},
            "reference": {"target": lambda: _choice("被引用的列", targets(self.dataset))},
            "fresh": {
                "days": lambda: forms.IntegerField(label="近几天", min_value=1, max_value=366, initial=30),
                "minutes": lambda: forms.IntegerField(
                    label="间隔（分钟）", min_value=0, required=False,
                    help_text=f"留空按约定间隔 {self.dataset.cadence_minutes} 分钟"),
            },
            "count": {"percent": lambda: forms.IntegerField(label="幅度（%）", min_value=1, max_value=1000, initial=20)},
            "reach": {"days": lambda: forms.IntegerField(label="近几天", min_value=1, max_value=366, initial=30)},
        }.get(self.kind, {})  # fmt: skip

    def _has_days(self) -> bool:
        return any(column["type"] in ("date", "datetime") for column in self.dataset.columns)

    def _conditions(self) -> dict[str, forms.Field]:
        offered = [(column["name"], column_zh(column, self.titles)) for column in self.dataset.columns]
        found: dict[str, forms.Field] = {}
        for n in range(CONDITIONS):
            found[f"item_{n}"] = forms.ChoiceField(
                label=f"条件 {n + 1} 列", choices=[("", "不限"), *offered], required=False
            )
            found[f"op_{n}"] = forms.ChoiceField(
                label=f"条件 {n + 1} 关系", choices=list(words.CONDITIONS_ZH.items()), required=False
            )
            found[f"value_{n}"] = _text(f"条件 {n + 1} 取值", most=500)
        return found

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of the rule itself, conditions apart (规则字段)."""
        aside = ("item_", "op_", "value_")
        return [field for field in self if not field.name.startswith(aside)]

    @property
    def condition_rows(self) -> list[list[forms.BoundField]]:
        """The fields of the conditions, row by row (条件行)."""
        if not KINDS[self.kind].is_by_row:
            return []
        return [[self[f"{name}_{n}"] for name in ("item", "op", "value")] for n in range(CONDITIONS)]

    @property
    def has_condition(self) -> bool:
        """Whether a condition is filled in or at fault (有无条件)."""
        return any(row[0].value() or any(cell.errors for cell in row) for row in self.condition_rows)

    def told(self) -> dict[str, Any]:
        """What was written, for `rules.quality.kinds.rule_of` (规则内容)."""
        given = self.cleaned_data
        names = [given[name] for name in sorted(given) if name.startswith("column_") and given[name]]
        return {
            "title": given["title"].strip() or words.title(self.kind, names, self.titles), "kind": self.kind,
            "dimension": given["dimension"], "columns": names, "options": self._said(given),
            "condition": self._condition(given), "weight": given["weight"], "threshold": given["threshold"],
        }  # fmt: skip

    def _said(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if self.kind == "reference":
            dataset, _, column = given["target"].rpartition("|")
            return {"dataset": dataset, "column": column}
        said = {name: given[name] for name in self._options() if given.get(name) not in (None, "")}
        return {name: "taken" if value == "取数日" else value for name, value in said.items()}

    def _condition(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for n in range(CONDITIONS):
            if item := given.get(f"item_{n}"):
                op, value = given[f"op_{n}"], given[f"value_{n}"].strip()
                rows.append({"item": item, "op": op, "value": _value(op, value)})
        return rows

    def refuse(self, error: RuleBroken) -> None:
        """Show what a rule said against it, at the field that it names (标出错误)."""
        known = {"columns": "column_0", "dataset": "target", "column": "target"}
        named = [known.get(name, name) for name in error.details.get("fields", ())]
        field = next((name for name in named if name in self.fields), None)
        self.add_error(field or self._field_of_condition(error), error.message_zh)

    def _field_of_condition(self, error: RuleBroken) -> str | None:
        if not str(error.rule).startswith("filter."):
            return None
        item = error.details.get("item")
        rows = (n for n in range(CONDITIONS) if self.cleaned_data.get(f"item_{n}") == item)
        return next((f"value_{n}" for n in rows), None)


def _value(op: str, value: str) -> Any:
    if op == "isnull":
        return value not in ("否", "false", "0")
    if op in ("in", "between"):
        return [one.strip() for one in value.replace("，", ",").replace(BETWEEN, ",").split(",")]
    return {"是": "true", "否": "false"}.get(value, value)


def column_zh(column: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """A column as it is offered to choose (列选项)."""
    name, title = column["name"], titles.get(column["name"], column["name"])
    return (
        f"{title}（{TYPE_ZH[column['type']]}）"
        if title == name
        else f"{title} {name}（{TYPE_ZH[column['type']]}）"
    )


def targets(dataset: Dataset) -> list[tuple[str, list[tuple[str, str]]]]:
    """Columns of other data sets that one may refer to: keys and codes, by data set (可引用列)."""
    kinds = {column["type"] for column in dataset.columns}
    found = []
    for other in Dataset.objects.exclude(pk=dataset.pk).order_by("title"):
        names = [
            c["name"]
            for c in other.columns
            if c["type"] in kinds and (c["name"] in other.key or c.get("code"))
        ]
        if names:
            found.append(
                (other.title, [(f"{other.code}|{name}", f"{other.title} · {name}") for name in names])
            )
    return found


def initial_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """A stored rule as the form shows it (回填)."""
    options: Mapping[str, Any] = told["options"]
    shown = {name: _shown(value) for name, value in options.items()}
    if told["kind"] == "reference":
        shown = {"target": f"{options['dataset']}|{options['column']}"}
    for n, name in enumerate(told["columns"]):
        shown[f"column_{n}"] = name
    for n, one in enumerate(told["condition"]):
        shown |= {f"item_{n}": one["item"], f"op_{n}": one["op"], f"value_{n}": _shown(one["value"], ",")}
    return {**shown, "title": told["title"], "dimension": told["dimension"], "weight": told["weight"],
            "threshold": told["threshold"]}  # fmt: skip


def _shown(value: Any, between: str = "\n") -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return between.join(str(one) for one in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return "取数日" if value == "taken" else value
