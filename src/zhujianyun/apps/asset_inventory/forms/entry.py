"""The forms of the pages (填报表单): what is asked for each act, in Chinese, with help."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from zhujianyun.apps.asset_inventory.models import Probe, SystemRecord
from zhujianyun.apps.asset_inventory.queries.records import LIVE
from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.system.models import BusinessSystem, Cloud, Network, SystemLink

MUST = {"required": "请填写。", "invalid": "格式不对，请改正。", "invalid_choice": "请从列表中选择。"}
LEVELS = [("", "未定级"), *((n, f"{n} 级") for n in range(1, 6))]
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


def offices() -> Any:
    """The divisions of the department (厅机关处室)."""
    return Office.objects.filter(division_code="450000", is_open=True)


def live_systems() -> Any:
    """The systems that may be linked or carry on (在用系统)."""
    return BusinessSystem.objects.filter(state__in=LIVE, record__isnull=False).order_by("name")


class SystemForm(Sheet):
    """What is known of a system (系统资料)."""

    code = forms.SlugField(
        label="系统代码", max_length=40, help_text="字母、数字、横线或下划线，登记后不再改变"
    )
    name = forms.CharField(label="系统名称", max_length=120)
    owner = forms.ModelChoiceField(Office.objects.none(), label="责任单位", empty_label="请选择")
    state = forms.ChoiceField(label="状态", choices=[("running", "在用"), ("building", "在建")])
    purpose = forms.CharField(
        label="用途", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="只登记非涉密系统，请勿填写任何涉密内容",
    )  # fmt: skip
    users_who = forms.CharField(label="使用对象", max_length=120, required=False)
    users_count = forms.IntegerField(label="用户数", min_value=0, max_value=99_999_999, required=False)
    address = forms.CharField(label="访问地址", max_length=300, required=False)
    vendor = forms.CharField(label="承建运维单位", max_length=120, required=False)
    network = forms.ModelChoiceField(
        Network.objects.none(), label="所在网络", required=False, empty_label="未登记"
    )
    cloud = forms.ModelChoiceField(
        Cloud.objects.none(), label="所在云", required=False, empty_label="不在云上"
    )
    cloud_since = day("上云日期")
    protection_level = forms.TypedChoiceField(
        label="等保级别", choices=LEVELS, coerce=int, empty_value=None, required=False
    )
    level_filed_on = day("定级备案日")
    level_number = forms.CharField(label="备案证明编号", max_length=60, required=False)
    backup = forms.ChoiceField(label="备份方式", choices=SystemRecord.Backup.choices)
    is_service = forms.BooleanField(label="办理政务服务事项", required=False)
    docked_on = day("对接政务服务平台日")
    note = forms.CharField(
        label="备注", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    reason = forms.CharField(label="变更说明", max_length=200, required=False)

    def __init__(self, *args: Any, fresh: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = offices()  # type: ignore[attr-defined]
        self.fields["network"].queryset = Network.objects.all()  # type: ignore[attr-defined]
        self.fields["cloud"].queryset = Cloud.objects.all()  # type: ignore[attr-defined]
        del self.fields["reason" if fresh else "code"]


def values_of(record: SystemRecord) -> dict[str, Any]:
    """A record as the initial values of its form (表单初值)."""
    names = [name for name in SystemForm.base_fields if name not in ("code", "reason")]
    found = {name: getattr(record.system if hasattr(record.system, name) else record, name) for name in names}
    return found | {"vendor": record.vendor.name if record.vendor else ""}


class EndForm(Sheet):
    """Why a system is retired (停用)."""

    reason = forms.CharField(label="停用理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class MergeForm(Sheet):
    """Into which system another is merged, and why (合并)."""

    into = forms.ModelChoiceField(BusinessSystem.objects.none(), label="承接系统", empty_label="请选择")
    reason = forms.CharField(label="合并理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = live_systems()  # type: ignore[attr-defined]


class LinkForm(Sheet):
    """What flows between two systems (互联)."""

    way = forms.ChoiceField(label="方向", choices=[("out", "本系统提供给对方"), ("in", "对方提供给本系统")])
    other = forms.ModelChoiceField(BusinessSystem.objects.none(), label="对方系统", empty_label="请选择")
    kind = forms.ChoiceField(label="方式", choices=SystemLink.Kind.choices)
    flows = forms.CharField(label="传递内容", max_length=200)
    since = day("启用日", required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = live_systems()  # type: ignore[attr-defined]
        self.fields["since"].initial = clock.today

    def clean_since(self) -> date:
        """A link is noted when it flows, not before."""
        if self.cleaned_data["since"] > clock.today():
            raise forms.ValidationError("启用日不能晚于今天。")
        return self.cleaned_data["since"]


class ContractForm(Sheet):
    """A contract (合同)."""

    number = forms.CharField(label="合同编号", max_length=80)
    firm = forms.CharField(label="承建运维单位", max_length=120)
    starts_on = day("起始日", required=True)
    ends_on = day("终止日", required=True)
    amount = forms.DecimalField(label="金额（元）", min_value=Decimal(0), max_digits=13, decimal_places=2)
    service_hours = forms.CharField(
        label="服务时间", max_length=60, required=False, help_text="例如 7×24 小时"
    )
    reports_incidents = forms.BooleanField(label="合同约定了安全事件报告义务", required=False)


class ContactForm(Sheet):
    """Whom to call (联系人)."""

    part = forms.CharField(label="职责", max_length=40, help_text="例如 业务负责人、运维联系人")
    name = forms.CharField(label="姓名", max_length=60)
    phone = forms.CharField(label="电话", max_length=20, required=False)


class PurposeForm(Sheet):
    """Why personal data are read (查阅目的)."""

    purpose = forms.CharField(
        label="查阅目的", max_length=200, help_text="查阅会留痕，例如：系统中断，联系运维处理"
    )


class DataForm(Sheet):
    """Which data a system holds (数据)."""

    name = forms.CharField(label="数据名称", max_length=120)
    attributes = forms.CharField(
        label="信息项",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="用顿号、逗号或换行分开，例如：企业名称、资质等级",
    )


class DocumentForm(Sheet):
    """A paper about a system (文档)."""

    title = forms.CharField(label="标题", max_length=120)
    file = forms.FileField(label="文件", help_text="PDF、OFD、Word、Excel、图片等，不超过 50 MB")


class ProbeForm(Sheet):
    """How a system is probed (探测项)."""

    kind = forms.ChoiceField(label="类型", choices=Probe.Kind.choices)
    target = forms.CharField(
        label="目标", max_length=300, help_text="网页填完整网址，端口和证书填 主机:端口，域名填主机名"
    )
    expect_status = forms.IntegerField(label="应答状态", min_value=100, max_value=599, initial=200)
    expect_text = forms.CharField(
        label="应含文字",
        max_length=120,
        required=False,
        help_text="页面正常时一定有的文字，用来识别以 200 应答的错误页",
    )
    min_bytes = forms.IntegerField(label="最小字节数", min_value=0, max_value=2_000_000, initial=0)
    expect_address = forms.GenericIPAddressField(label="应解析到", required=False)
    slow_ms = forms.IntegerField(label="缓慢阈值（毫秒）", min_value=50, max_value=60_000, initial=3000)
    every_seconds = forms.IntegerField(label="间隔（秒）", min_value=30, max_value=86_400, initial=300)
    timeout_seconds = forms.IntegerField(label="时限（秒）", min_value=1, max_value=60, initial=10)
    is_on = forms.BooleanField(label="启用", required=False, initial=True)

    def clean_expect_address(self) -> str:
        """The column takes no null."""
        return self.cleaned_data["expect_address"] or ""


class RangeForm(Sheet):
    """A range of private addresses that probes may reach (内网白名单)."""

    cidr = forms.CharField(label="地址段", max_length=50, help_text="例如 10.1.2.0/24，不大于 /16")
    reason = forms.CharField(label="理由", max_length=200)


class WaiveForm(Sheet):
    """Until when a finding may rest, and why (豁免)."""

    until = day("豁免至", required=True, help_text="最长一年")
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = lambda: clock.today() + timedelta(days=90)


class ReachForm(Sheet):
    """The proof that a milestone is reached (完成里程碑)."""

    evidence = forms.CharField(label="佐证", max_length=200, help_text="例如 验收意见〔2020〕12号")
    cloud = forms.ModelChoiceField(Cloud.objects.none(), label="所在云", required=False, empty_label="请选择")
    file = forms.FileField(label="佐证文件", required=False)

    def __init__(self, *args: Any, with_cloud: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cloud"].queryset = Cloud.objects.all()  # type: ignore[attr-defined]
        if not with_cloud:
            del self.fields["cloud"]


class ImportForm(Sheet):
    """The file of an import (导入文件)."""

    file = forms.FileField(label="台账文件", help_text="xlsx 或 csv，不超过 20 MB、5,000 行")
