"""The forms of asking and deciding (共享申请表单): what was typed, read into values the rules know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms

from zhujianyun.apps.data_catalogue.forms.entry import Sheet, day, lines
from zhujianyun.apps.data_catalogue.forms.wording import MASKS
from zhujianyun.apps.data_catalogue.models import RequestItem, SharingRequest
from zhujianyun.apps.data_catalogue.rules import sharing
from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.filters import OPERATORS
from zhujianyun.kernel.system.models import BusinessSystem

OPERATORS_ZH = {
    "eq": "等于", "ne": "不等于", "lt": "小于", "le": "不大于", "gt": "大于", "ge": "不小于", "in": "属于（逗号分隔）",
    "prefix": "以…开头", "contains": "包含", "isnull": "为空（填是或否）", "between": "介于（逗号分隔）",
}  # fmt: skip
CONDITIONS = 3  # rows of a row filter that the page offers
LISTED = ("in", "between")
YES_NO = {"是": "true", "否": "false"}


class RequestForm(Sheet):
    """What a request states (申请内容)."""

    consumer = forms.ModelChoiceField(Office.objects.none(), label="使用方", empty_label="请选择")
    system = forms.ModelChoiceField(
        BusinessSystem.objects.none(), label="使用系统（已登记）", required=False, empty_label="未登记，在下面写明"
    )  # fmt: skip
    system_name = forms.CharField(
        label="使用系统名称", max_length=120, required=False, help_text="选了已登记系统可不填"
    )
    mode = forms.ChoiceField(label="共享方式", choices=list(sharing.MODES.items()))
    legal_basis = lines("使用依据", max_length=300, help_text="法律、法规、规章或职责文件的名称和条款")
    scenario = lines("使用场景", max_length=300, help_text="在哪项业务的哪个环节使用")
    scope = lines("使用范围", max_length=300, help_text="哪些单位、岗位使用，是否留存、留存多久")
    valid_from = day("使用时限（起）", required=True)
    valid_to = day("使用时限（止）", required=True, help_text="最长 5 年，到期可续")
    calls_per_day = forms.IntegerField(label="日调用量（次）", min_value=1, max_value=sharing.MOST_CALLS)
    responsible = forms.CharField(label="责任人", max_length=60)
    responsible_phone = forms.CharField(label="责任人电话", max_length=20, required=False)
    networks = lines(
        "来源网段",
        required=False,
        max_length=600,
        help_text="每行一个，例如 10.1.0.0/16；不填则不限来源",
    )
    is_test = forms.BooleanField(label="测试用途（授权单独标明，不计入共享成效）", required=False)

    def __init__(self, *args: Any, offices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consumer: Any = self.fields["consumer"]
        consumer.queryset = offices.order_by("code")
        found = list(consumer.queryset[:2])
        if len(found) == 1:
            consumer.initial = found[0]
        systems: Any = self.fields["system"]
        systems.queryset = BusinessSystem.objects.filter(owner__in=offices).order_by("name")
        self.fields["valid_from"].initial = clock.today
        self.fields["valid_to"].initial = lambda: clock.today() + timedelta(days=365)

    def wanted(self, items: Iterable[str], row_filter: Iterable[Mapping[str, Any]]) -> sharing.Wanted:
        """What is asked for, as the rules know it (申请内容)."""
        given = dict(self.cleaned_data)
        given.pop("consumer", None)
        system = given.pop("system", None)
        given["system_name"] = given["system_name"].strip() or (system.name if system else "")
        networks = given.pop("networks").replace("，", "\n").replace(",", "\n").split()
        return sharing.Wanted(
            items=tuple(items), networks=tuple(networks), row_filter=tuple(row_filter), **given
        )


def initial_of(row: SharingRequest) -> dict[str, Any]:
    """A form filled with an earlier request (照原申请填写)."""
    names = ("consumer", "system", "mode", "legal_basis", "scenario", "scope", "valid_from", "valid_to",
             "calls_per_day", "responsible", "responsible_phone", "is_test")  # fmt: skip
    found = {name: getattr(row, name) for name in names}
    subject = row.case.facts.get("subject", {})
    return found | {"networks": "\n".join(row.networks), "system_name": subject.get("system_name", "")}


def row_filter_of(data: Mapping[str, str]) -> list[dict[str, Any]]:
    """The conditions that were typed; empty lines are none (行范围)."""
    found = []
    for place in range(CONDITIONS):
        item, op = data.get(f"filter-{place}-item", ""), data.get(f"filter-{place}-op", "")
        if not item:
            continue
        value: Any = data.get(f"filter-{place}-value", "").strip()
        if op in LISTED:
            value = [
                part.strip()
                for part in value.replace("，", ",").replace("、", ",").split(",")
                if part.strip()
            ]
        elif op == "isnull":
            value = YES_NO.get(value, value)
        found.append({"item": item, "op": op if op in OPERATORS else "", "value": value})
    return found


def filter_lines(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row filter as the page shows it, filled up with empty lines (行范围显示)."""
    found = [{**row, "value": _value_zh(row)} for row in rows]
    return found + [{"item": "", "op": "eq", "value": ""}] * (CONDITIONS - len(found))


def conditions_zh(rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    """A row filter in words (行范围说明)."""
    return [
        f"{names.get(row['item'], row['item'])}{OPERATORS_ZH.get(row['op'], row['op']).partition('（')[0]}：{_value_zh(row)}"
        for row in rows
    ]


def _value_zh(row: Mapping[str, Any]) -> Any:
    value = row["value"]
    if row["op"] == "isnull":
        return next((zh for zh, said in YES_NO.items() if said == str(value).lower()), value)
    return "，".join(map(str, value)) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a decision as the page shows it (决定行)."""

    item: RequestItem
    is_granted: bool
    per_day: str
    until: str
    mask: str
    exact_lookup: bool
    why: str
    fault: str = ""

    @property
    def masks(self) -> dict[str, str]:
        """The masks to choose from; nothing where nothing is personal (脱敏方式)."""
        return MASKS


def lines_of(row: SharingRequest, data: Mapping[str, str] | None, faults: Mapping[str, str]) -> list[Line]:
    """The items of a decision: as typed, as proposed, or as asked for (决定表)."""
    return [_line(one, data, faults.get(one.code, "")) for one in row.items.all()]


def _line(one: RequestItem, data: Mapping[str, str] | None, fault: str) -> Line:
    if data is not None:
        typed = {name: data.get(f"{name}-{one.code}", "") for name in ("per_day", "until", "mask", "why")}
        granted, exact = data.get(f"decision-{one.code}") == "granted", bool(data.get(f"exact-{one.code}"))
        return Line(one, granted, exact_lookup=exact, fault=fault, **typed)
    per_day = one.granted_per_day or one.asked_per_day
    until = one.granted_until or one.asked_until
    return Line(
        one,
        one.decision != "withheld",
        str(per_day),
        until.isoformat(),
        one.mask,
        one.exact_lookup,
        one.why,
        fault,
    )


def ruled_of(row: SharingRequest, data: Mapping[str, str]) -> dict[str, sharing.Ruled]:
    """The decision that was typed (决定内容); what is no number or day is left for the rules to refuse."""
    found = {}
    for line in lines_of(row, data, {}):
        if line.is_granted:
            per_day = int(line.per_day) if line.per_day.isdecimal() and len(line.per_day) < 10 else 0
            mask = line.mask if line.mask in MASKS else ""
            found[line.item.code] = sharing.Ruled(
                True, per_day, _day(line.until), mask, line.exact_lookup, line.why.strip()
            )
        else:
            found[line.item.code] = sharing.Ruled(False, mask=line.item.mask, why=line.why.strip())
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
