"""Forms of a source (数据源表单): where it is, what its columns become, how often it is fetched."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from zhujianyun.apps.data_gathering.forms.quality import MUST
from zhujianyun.apps.data_gathering.models import Source
from zhujianyun.apps.data_gathering.rules import places
from zhujianyun.apps.data_gathering.rules.checking import TYPE_ZH
from zhujianyun.apps.data_gathering.rules.coding import KINDS_ZH as CODES
from zhujianyun.apps.data_gathering.rules.places import Asked
from zhujianyun.base import ciphers
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access import ALL
from zhujianyun.kernel.system.models import BusinessSystem

MODES = list(Source.Mode.choices)


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def _tell(self) -> None:
        for name, field in self.fields.items():
            field.error_messages |= MUST
            field.widget.attrs.setdefault("aria-describedby", f"help-{self.add_prefix(name)}")

    def refuse(self, error: RuleBroken) -> None:
        """Show what a rule said against it, at the field that it names (标出错误)."""
        named = error.details.get("fields", ())
        self.add_error(next((name for name in named if name in self.fields), None), error.message_zh)


class PlaceForm(_Form):
    """Where a source is (接入参数). The secret comes back sealed, bound to whoever typed it."""

    def __init__(self, kind: str, account: str, *args: Any, has_secret: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.account = kind, account
        self.fields.update({asked.name: _field(asked) for asked in places.FIELDS[kind]})
        if zh := places.SECRETS_ZH.get(kind):
            kept = "已保存，留空则不变" if has_secret else "加密保存，不再显示"
            self.fields["secret"] = forms.CharField(
                label=zh, required=False, max_length=500, strip=False, help_text=kept,
                widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            )  # fmt: skip
            self.fields["sealed"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self._tell()

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields that are seen (可见字段)."""
        return [field for field in self if not field.is_hidden]

    @property
    def place(self) -> dict[str, Any]:
        """What was written of the place (接入参数)."""
        return {asked.name: self.cleaned_data.get(asked.name) for asked in places.FIELDS[self.kind]}

    def secret(self) -> str:
        """The secret that was typed, now or before the test (口令)."""
        given = getattr(self, "cleaned_data", {})  # also of a form that something else is wrong with
        typed, sealed = given.get("secret") or "", given.get("sealed") or ""
        if typed or not sealed:
            return str(typed)
        try:
            return ciphers.open_("gathering", base64.b64decode(sealed, validate=True), self._bound()).decode()
        except (binascii.Error, ValueError, RuleBroken):
            return ""

    def sealed(self) -> str:
        """The secret as the page carries it to the next step (密封口令); empty for none."""
        secret = self.secret()
        return (
            base64.b64encode(ciphers.seal("gathering", secret.encode(), self._bound())).decode()
            if secret
            else ""
        )

    def _bound(self) -> bytes:
        return f"gathering.form:{self.account}:{self.kind}".encode()


def _field(asked: Asked) -> forms.Field:
    needed = asked.is_required
    if asked.choices:
        return forms.ChoiceField(
            label=asked.zh,
            choices=asked.choices,
            required=False,
            initial=asked.default,
            help_text=asked.help_zh,
        )
    if asked.is_number:
        return forms.IntegerField(
            label=asked.zh,
            min_value=1,
            max_value=1_000_000,
            required=False,
            initial=asked.default,
            help_text=asked.help_zh,
        )
    return forms.CharField(
        label=asked.zh, required=needed, max_length=500, initial=asked.default, help_text=asked.help_zh
    )


class FetchForm(_Form):
    """How often and how a source is fetched (归集设置)."""

    cadence_minutes = forms.IntegerField(
        label="约定归集间隔（分钟）", min_value=1, max_value=1_000_000, initial=1440, help_text="1440 为每天"
    )
    mode = forms.ChoiceField(
        label="归集方式",
        choices=MODES,
        initial=Source.Mode.DIGEST,
        help_text="没有可靠的更新时间列时用摘要比对",
    )
    cursor_column = forms.ChoiceField(label="时间戳列", required=False, help_text="时间戳增量必填")
    overlap_minutes = forms.IntegerField(
        label="重叠窗口（分钟）",
        min_value=0,
        max_value=100_000,
        initial=60,
        help_text="时间戳增量时往回多取多少",
    )
    full_every_days = forms.IntegerField(label="全量核对间隔（天）", min_value=1, max_value=366, initial=7)
    rows_per_second = forms.IntegerField(
        label="取数速率上限（行每秒）", min_value=0, initial=0, help_text="0 为不限"
    )
    holds_personal = forms.BooleanField(label="含个人信息，隔离行加密保存", required=False)
    is_on = forms.BooleanField(label="按计划归集", required=False, initial=True)

    def __init__(self, columns: Iterable[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cursor_column"].choices = [("", "不使用"), *((name, name) for name in columns)]  # type: ignore[attr-defined]
        self._tell()


class DatasetForm(_Form):
    """The data set that a new source feeds (数据集)."""

    title = forms.CharField(label="数据集名称", max_length=120)
    code = forms.SlugField(
        label="代码", max_length=60, help_text="英文字母、数字、连字符，登记后不变",
        error_messages={"invalid": "代码只含英文字母、数字、连字符和下划线。"},
    )  # fmt: skip
    system = forms.ModelChoiceField(BusinessSystem.objects.none(), label="来源系统", empty_label="请选择")

    def __init__(self, offices: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = BusinessSystem.objects.select_related("owner").order_by("name")
        self.fields["system"].queryset = rows if offices is ALL else rows.filter(owner__in=offices)  # type: ignore[attr-defined]
        invalid = self.fields["code"].error_messages["invalid"]
        self._tell()
        self.fields["code"].error_messages["invalid"] = invalid


class ColumnForm(_Form):
    """One column of a source and what becomes of it (列映射)."""

    is_taken = forms.BooleanField(label="归集", required=False, initial=True)
    origin = forms.CharField(widget=forms.HiddenInput, max_length=120, strip=False)
    name = forms.CharField(label="列名", max_length=60)
    type = forms.ChoiceField(label="类型", choices=list(TYPE_ZH.items()))
    is_key = forms.BooleanField(label="主键", required=False)
    is_needed = forms.BooleanField(label="必填", required=False)
    length = forms.IntegerField(label="长度", min_value=0, max_value=100_000, required=False)
    code = forms.ChoiceField(label="编码校验", choices=[("", "不校验"), *CODES.items()], required=False)
    personal = forms.BooleanField(label="个人信息", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = (
            self.data.get(self.add_prefix("origin"))
            if self.is_bound
            else (self.initial or {}).get("origin", "")
        )
        for name, field in self.fields.items():
            field.error_messages |= MUST
            field.widget.attrs["aria-label"] = f"{said} {field.label}"
            if name in ("name", "length"):
                field.widget.attrs["size"] = 14 if name == "name" else 5

    def told(self) -> dict[str, Any]:
        """The column as the data set keeps it (列)."""
        given = self.cleaned_data
        made: dict[str, Any] = {
            "name": given["name"],
            "type": given["type"],
            "nullable": not (given["is_needed"] or given["is_key"]),
        }
        if given["origin"] != given["name"]:
            made["origin"] = given["origin"]
        made |= {name: given[name] for name in ("length", "code") if given.get(name)}
        return made | ({"personal": True} if given["personal"] else {})


ColumnForms = forms.formset_factory(ColumnForm, extra=0, max_num=300)


def initial_columns(proposed: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Proposed columns as the form shows them (回填列)."""
    return [
        {
            **one,
            "origin": one["name"],
            "is_taken": True,
            "is_needed": not one["nullable"],
            "length": one["length"] or None,
        }
        for one in proposed
    ]
