"""The forms of the pages (填报表单): what is asked for each act, in Chinese, with help."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from zhujianyun.apps.data_catalogue.forms.wording import CYCLES, FORMATS, SHARES
from zhujianyun.apps.data_catalogue.queries.classes import classes
from zhujianyun.base import clock
from zhujianyun.kernel import access
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.models import Dataset
from zhujianyun.kernel.system.models import BusinessSystem

MUST = {"required": "请填写。", "invalid": "格式不对，请改正。", "invalid_choice": "请从列表中选择。"}
DAY_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"]


class Sheet(forms.Form):
    """A form whose fields know their mistakes in Chinese and their errors by id (表单)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name, field in self.fields.items():
            field.error_messages |= MUST
            field.widget.attrs.setdefault("aria-describedby", f"help-{name}")


def day(label: str, *, required: bool = False, **more: Any) -> forms.DateField:
    """A field for a day (日期项)."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, input_formats=DAY_FORMATS, **more)


def lines(label: str, *, required: bool = True, **more: Any) -> forms.CharField:
    """A field for some lines of text (多行文字)."""
    return forms.CharField(label=label, required=required, widget=forms.Textarea(attrs={"rows": 2}), **more)


class NewForm(Sheet):
    """What a new entry begins with (新编目录)."""

    class_code = forms.ChoiceField(label="分类", help_text="代码按分类自动编号，登记后不再改变")
    title = forms.CharField(label="目录名称", max_length=120, help_text="在提供方内不重复")
    provider = forms.ModelChoiceField(Office.objects.none(), label="提供方", empty_label="请选择")
    system = forms.ModelChoiceField(
        BusinessSystem.objects.none(), label="来源系统", required=False, empty_label="未登记"
    )

    def __init__(self, *args: Any, by: access.Actor, right: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class_code"].choices = [("", "请选择"), *classes(clock.today())]  # type: ignore[attr-defined]
        offices = access.offices_for(by, right)
        rows = Office.objects.filter(is_open=True, kind__in=["province", "division"])
        if offices is not access.ALL:
            rows = rows.filter(pk__in=sorted(offices))
        self.fields["provider"].queryset = rows  # type: ignore[attr-defined]
        self.fields["system"].queryset = BusinessSystem.objects.order_by("name")  # type: ignore[attr-defined]


class DraftForm(Sheet):
    """The metadata of the guide (目录元数据)."""

    title = forms.CharField(label="目录名称", max_length=120)
    abstract = lines("摘要", required=False, help_text="这些数据是什么、怎样产生、覆盖什么范围")
    class_path = forms.ChoiceField(label="分类", required=False)
    provider_uscc = forms.CharField(
        label="提供方代码", max_length=18, required=False, help_text="18 位统一社会信用代码"
    )
    format_class = forms.ChoiceField(label="格式分类", choices=[(one, one) for one in FORMATS])
    format_type = forms.CharField(label="格式类型", max_length=20, required=False)
    cycle = forms.ChoiceField(label="更新周期", choices=list(CYCLES.items()))
    share = forms.ChoiceField(label="共享类型", choices=list(SHARES.items()))
    share_condition = forms.CharField(
        label="共享条件", max_length=300, required=False, help_text="有条件共享必填"
    )
    share_basis = forms.CharField(
        label="不予共享依据", max_length=300, required=False,
        help_text="不予共享必填：法律、行政法规或党中央、国务院政策依据",
    )  # fmt: skip
    share_mode = forms.CharField(
        label="共享方式", max_length=60, required=False, help_text="例如 接口、库表交换"
    )
    open = forms.BooleanField(label="向社会开放", required=False)
    open_condition = forms.CharField(label="开放条件", max_length=300, required=False)
    related = forms.CharField(
        label="关联资源代码", max_length=600, required=False, help_text="多个代码用逗号或空格分开"
    )
    valid_from = day("生效日期", help_text="不填为发布当日；早于今天属于追溯更正，须写变更说明")
    reason = forms.CharField(label="变更说明", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paths = [(path, path) for _, path in classes(clock.today())]
        self.fields["class_path"].choices = [("", "请选择"), *paths]  # type: ignore[attr-defined]

    def content(self, kept: dict[str, Any]) -> dict[str, Any]:
        """The metadata as the draft keeps it, with the extras that the form does not ask for (元数据)."""
        given = dict(self.cleaned_data)
        for name in ("title", "valid_from", "reason"):
            given.pop(name)
        related = given.pop("related").replace("，", " ").replace(",", " ").replace("、", " ")
        extras = dict(kept.get("extras") or {}) | {"provider_uscc": given.pop("provider_uscc").strip()}
        return {**given, "related": related.split(), "extras": extras}


class KeyForm(Sheet):
    """A key for a program (访问密钥)."""

    title = forms.CharField(label="用在哪个系统", max_length=60)


class ReasonForm(Sheet):
    """Why (理由)."""

    reason = lines("理由", max_length=200)


class WaiveForm(Sheet):
    """Until when a finding may rest, and why (豁免)."""

    until = day("豁免至", required=True, help_text="最长一年")
    reason = lines("理由", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = lambda: clock.today() + timedelta(days=90)


class MountForm(Sheet):
    """What every mount needs (挂载)."""

    code = forms.SlugField(label="挂载代码", max_length=60, help_text="字母、数字、横线，登记后不再改变")
    title = forms.CharField(label="名称", max_length=120)


class TableForm(MountForm):
    """A gathered table (挂载库表)."""

    dataset = forms.ModelChoiceField(Dataset.objects.all(), label="数据集", empty_label="请选择")


class FileForm(MountForm):
    """A file (挂载文件)."""

    file = forms.FileField(label="文件", help_text="CSV、Excel、PDF、图片等，不超过 50 MB")


class ApiForm(MountForm):
    """An interface of the provider (挂载接口)."""

    address = forms.CharField(label="接口地址", max_length=300, help_text="以 http:// 或 https:// 开头")


class ImportForm(Sheet):
    """The file of an import (导入文件)."""

    file = forms.FileField(label="目录文件", help_text="xlsx，不超过 20 MB；含“目录”和“信息项”两个工作表")


class RegulationForm(Sheet):
    """A regulation that was issued (管理办法)."""

    number = forms.CharField(label="文号", max_length=60, help_text="例如 桂建发〔2020〕1号")
    title = forms.CharField(label="名称", max_length=160)
    issued_on = day("印发日期", required=True)
    summary = lines("主要内容", required=False, max_length=300)
    file = forms.FileField(label="正文", required=False)
