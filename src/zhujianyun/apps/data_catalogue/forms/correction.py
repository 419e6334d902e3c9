"""The forms of reporting and deciding on a value (校核表单)."""

from __future__ import annotations

from typing import Any

from django import forms

from zhujianyun.apps.data_catalogue.actions.correcting import LONGEST, Wrong
from zhujianyun.apps.data_catalogue.forms.entry import Sheet, lines
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.items import Item

FILE_HELP = "可不传；照片、PDF 等，不超过 20 MB"


class ReportForm(Sheet):
    """What is wrong (提出校核): ``items`` are those of the entry."""

    item = forms.ChoiceField(label="信息项")
    row_key = forms.CharField(
        label="记录标识",
        max_length=LONGEST["row_key"],
        help_text="能找到这条记录的编号，例如证书编号、项目代码",
    )
    seen = forms.CharField(label="所见值", max_length=LONGEST["seen"], required=False)
    claimed = forms.CharField(label="应为", max_length=LONGEST["claimed"], required=False)
    why = lines("理由和证据", max_length=LONGEST["why"], help_text="写明依据，例如证照名称和编号")
    evidence = forms.FileField(label="证据文件", required=False, help_text=FILE_HELP)

    def __init__(self, *args: Any, items: tuple[Item, ...], offices: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["item"]
        chosen.choices = [("", "请选择"), *((item.code, item.zh) for item in items)]
        if offices is not None:
            found = list(offices.order_by("code")[:200])
            self.fields["office"] = forms.ModelChoiceField(
                Office.objects.filter(pk__in=[one.pk for one in found]), label="报告单位", empty_label="请选择",
                initial=found[0] if len(found) == 1 else None,
            )  # fmt: skip
            self.fields["office"].widget.attrs["aria-describedby"] = "help-office"

    def wrong(self) -> Wrong:
        """What was typed, as the action knows it (校核内容)."""
        given = self.cleaned_data
        return Wrong(given["row_key"], given["item"], given["seen"], given["claimed"], given["why"])
