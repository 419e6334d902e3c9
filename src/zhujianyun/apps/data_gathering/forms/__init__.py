"""What people fill in (表单)."""

from __future__ import annotations

from django import forms


class DecideForm(forms.Form):
    """A decision on a change of columns (处理结构变更)."""

    decision = forms.ChoiceField(
        label="处理", choices=[("accept", "确认，数据集随之调整"), ("dismiss", "不采纳，数据集不变")],
        widget=forms.RadioSelect, error_messages={"required": "请选择如何处理。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3, "aria-describedby": "help-reason"}),
        error_messages={"required": "请写明理由。"},
    )  # fmt: skip


class PurposeForm(forms.Form):
    """Why somebody looks at a person's data (查阅目的)."""

    purpose = forms.CharField(
        label="查阅目的", max_length=200, widget=forms.TextInput(attrs={"aria-describedby": "help-purpose"}),
        error_messages={"required": "请写明查阅目的。"},
    )  # fmt: skip
