"""What people fill in (表单)."""

from __future__ import annotations

from typing import Any

from django import forms

from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem


def _text(name: str, **attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"aria-describedby": f"help-{name}", "autocomplete": "off", **attrs})


class KeyForm(forms.Form):
    """A new key for a system (领取密钥)."""

    office = forms.ModelChoiceField(
        label="使用单位", queryset=Office.objects.none(), error_messages={"required": "请选择使用单位。"},
        widget=forms.Select(attrs={"aria-describedby": "help-office"}),
    )  # fmt: skip
    system = forms.ModelChoiceField(
        label="使用系统", queryset=BusinessSystem.objects.none(), required=False, empty_label="不限定系统",
        widget=forms.Select(attrs={"aria-describedby": "help-system"}),
    )  # fmt: skip
    days = forms.IntegerField(
        label="有效天数", min_value=1, max_value=366, initial=180,
        widget=forms.NumberInput(attrs={"aria-describedby": "help-days"}),
        error_messages={"required": "请填写有效天数。", "min_value": "至少 1 天。", "max_value": "最长 366 天。"},
    )  # fmt: skip
    note = forms.CharField(label="备注", max_length=120, required=False, widget=_text("note"))

    def __init__(self, *args: Any, offices: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["office"].queryset = offices  # type: ignore[attr-defined]
        if len(offices) == 1:
            self.fields["office"].initial = offices[0]
        self.fields["system"].queryset = BusinessSystem.objects.filter(  # type: ignore[attr-defined]
            grants__consumer__in=offices
        ).distinct()


class ReasonForm(forms.Form):
    """Why something is stopped (说明原因)."""

    reason = forms.CharField(
        label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3, "aria-describedby": "help-reason"}),
        error_messages={"required": "请写明原因。"},
    )  # fmt: skip


class TryForm(forms.Form):
    """A call to try (试调用): the key is used once and kept nowhere."""

    key = forms.CharField(
        label="访问密钥", max_length=200, help_text="只用于本次调用，不保存。",
        widget=forms.PasswordInput(attrs={"aria-describedby": "help-key", "autocomplete": "off"}),
        error_messages={"required": "请粘贴访问密钥。"},
    )  # fmt: skip
    path = forms.CharField(
        label="路径和查询", max_length=1500, required=False, widget=_text("path", spellcheck="false"),
        help_text="接在地址之后，例如 ?page_size=3",
    )  # fmt: skip
    issue = forms.CharField(label="办件编号", max_length=60, required=False, widget=_text("issue"))


class SubjectForm(forms.Form):
    """Whose readings are looked at, and why (查询谁查阅了某人)."""

    number = forms.CharField(
        label="身份证号或统一社会信用代码", max_length=40, widget=_text("number"),
        error_messages={"required": "请填写证件号码。"},
    )  # fmt: skip
    purpose = forms.CharField(
        label="查询目的",
        max_length=200,
        widget=_text("purpose"),
        error_messages={"required": "请写明查询目的。"},
    )


class ReplayForm(forms.Form):
    """A day to answer again, under other terms (重放)."""

    grant = forms.CharField(
        label="授权编号",
        max_length=40,
        widget=_text("grant"),
        error_messages={"required": "请填写授权编号。"},
    )
    day = forms.DateField(
        label="调用日期", widget=forms.DateInput(attrs={"type": "date", "aria-describedby": "help-day"}),
        error_messages={"required": "请选择日期。", "invalid": "日期应写成 2020-12-31。"},
    )  # fmt: skip
    masks = forms.CharField(
        label="改用的脱敏", required=False, max_length=400, widget=_text("masks", spellcheck="false"),
        help_text="写成 信息项=脱敏方式，逗号分隔，例如 id_no=id_card,phone=phone；等号后留空表示不脱敏。",
    )  # fmt: skip
    items = forms.CharField(
        label="改用的信息项", required=False, max_length=600, widget=_text("items", spellcheck="false"),
        help_text="逗号分隔，不填则与授权相同。",
    )  # fmt: skip
    edition = forms.IntegerField(
        label="改用的目录版本", required=False, min_value=1, help_text="不填则用现行版本。",
        widget=forms.NumberInput(attrs={"aria-describedby": "help-edition"}),
    )  # fmt: skip

    def clean_masks(self) -> dict[str, str]:
        """Pairs of item and kind (脱敏方式)."""
        pairs = [one for one in self.cleaned_data["masks"].replace("，", ",").split(",") if one.strip()]
        if any("=" not in one for one in pairs):
            raise forms.ValidationError("请写成 信息项=脱敏方式。")
        return {item.strip(): kind.strip() for item, _, kind in (one.partition("=") for one in pairs)}

    def clean_items(self) -> tuple[str, ...]:
        """The item codes (信息项)."""
        return tuple(
            one.strip() for one in self.cleaned_data["items"].replace("，", ",").split(",") if one.strip()
        )
