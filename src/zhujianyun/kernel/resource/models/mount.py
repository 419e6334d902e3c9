"""What hangs on an entry (挂载): a table, a file, or a provider's interface, bound item by item."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.base.files.models import StoredFile
from zhujianyun.kernel.resource.models.entry import Resource
from zhujianyun.kernel.resource.models.holding import Dataset


class Mount(models.Model):
    """A mount of an entry (挂载资源). ``binding`` maps item codes to columns; what it does not map is never served."""

    class Kind(models.TextChoices):
        TABLE = "table", "库表"
        FILE = "file", "文件"
        API = "api", "接口"

    class State(models.TextChoices):
        MOUNTED = "mounted", "已挂载"
        UNMOUNTED = "unmounted", "已卸载"

    code = models.SlugField("挂载代码", max_length=60, unique=True)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="mounts", verbose_name="资源")
    kind = models.CharField("方式", max_length=5, choices=Kind.choices)
    title = models.CharField("名称", max_length=120)
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.MOUNTED)
    dataset = models.ForeignKey(
        Dataset, models.PROTECT, null=True, blank=True, related_name="mounts", verbose_name="数据集"
    )
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    address = models.CharField("接口地址", max_length=300, blank=True)
    openapi = models.JSONField("接口说明", default=dict)
    timeout_ms = models.PositiveIntegerField("超时（毫秒）", default=3000)
    binding = models.JSONField("信息项绑定", default=dict)
    mounted_at = models.DateTimeField("挂载时间", default=clock.now)
    unmounted_at = models.DateTimeField("卸载时间", null=True, blank=True)
    reason = models.CharField("卸载原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "挂载资源"
        ordering = ["resource", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="table", dataset__isnull=False, file=None, address="")
                | Q(kind="file", dataset=None, file__isnull=False, address="")
                | (Q(kind="api", dataset=None, file=None) & ~Q(address="")),
                name="mount_is_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(state="mounted", unmounted_at=None)
                | Q(state="unmounted", unmounted_at__isnull=False),
                name="mount_unmounted_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title
