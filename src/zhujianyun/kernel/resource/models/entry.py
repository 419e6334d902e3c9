"""Entries of the catalogue and their editions (资源目录条目与版本).

Metadata after 《政务信息资源目录编制指南（试行）》(发改高技〔2017〕1272号). An edition that was published is
never altered: a correction is a further edition. Each has two times: from when it holds in the
world (``valid_from``) and since when we know it (``registered_at``).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource.items import Item
from zhujianyun.kernel.system.models import BusinessSystem


class Share(models.TextChoices):
    """How far a resource or an item is shared (共享类型), from most to least open."""

    UNCONDITIONAL = "unconditional", "无条件共享"
    CONDITIONAL = "conditional", "有条件共享"
    NONE = "none", "不予共享"


class Cycle(models.TextChoices):
    """How often the provider promises new data (更新周期)."""

    LIVE = "live", "实时"
    DAY = "day", "每日"
    WEEK = "week", "每周"
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季"
    YEAR = "year", "每年"
    OTHER = "other", "其他"


class Resource(models.Model):
    """An entry of the catalogue (资源目录条目): its code is given once and never used again.

    ``title``, ``share``, ``cycle`` and ``open`` repeat the edition in force, for lists and searches.
    """

    Share = Share
    Cycle = Cycle

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        PUBLISHED = "published", "已发布"
        WITHDRAWN = "withdrawn", "已撤销"

    code = models.CharField("资源代码", max_length=60, unique=True)
    title = models.CharField("名称", max_length=120)
    provider = models.ForeignKey(Office, models.PROTECT, related_name="resources", verbose_name="提供方")
    system = models.ForeignKey(
        BusinessSystem, models.PROTECT, null=True, blank=True, related_name="resources",
        verbose_name="来源系统",
    )  # fmt: skip
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    share = models.CharField("共享类型", max_length=13, choices=Share.choices, default=Share.CONDITIONAL)
    cycle = models.CharField("更新周期", max_length=8, choices=Cycle.choices, default=Cycle.OTHER)
    open = models.BooleanField("向社会开放", default=False)
    edition = models.PositiveIntegerField("现行版本", default=0)
    created_at = models.DateTimeField("编目时间", default=clock.now)
    published_on = models.DateField("发布日期", null=True, blank=True)
    withdrawn_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "资源"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(title=""), name="resource_is_named"),
            models.CheckConstraint(
                condition=Q(state="draft", edition=0) | (~Q(state="draft") & Q(edition__gt=0)),
                name="resource_published_has_edition",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_on__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_on=None)),
                name="resource_withdrawn_has_day",
            ),
        ]
        indexes = [models.Index(fields=["state", "share"], name="resource_state_share")]

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """One edition of an entry (目录版本): what was published, as it was, for good."""

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="editions", verbose_name="资源")
    number = models.PositiveIntegerField("版本")
    title = models.CharField("名称", max_length=120)
    abstract = models.TextField("摘要")
    class_path = models.CharField("分类", max_length=120)
    format_class = models.CharField("格式分类", max_length=20)
    format_type = models.CharField("格式类型", max_length=20)
    share = models.CharField("共享类型", max_length=13, choices=Share.choices)
    share_condition = models.CharField("共享条件", max_length=300, blank=True)
    share_basis = models.CharField("不予共享依据", max_length=300, blank=True)
    share_mode = models.CharField("共享方式", max_length=60, blank=True)
    open = models.BooleanField("向社会开放", default=False)
    open_condition = models.CharField("开放条件", max_length=300, blank=True)
    cycle = models.CharField("更新周期", max_length=8, choices=Cycle.choices)
    related = models.JSONField("关联资源代码", default=list)
    extras = models.JSONField("扩展元数据", default=dict)
    items = models.JSONField("信息项", default=list)
    valid_from = models.DateField("生效日期")
    registered_at = models.DateTimeField("登记时间", default=clock.now)
    reason = models.CharField("变更说明", max_length=300, blank=True)
    digest = models.CharField("内容摘要值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "目录版本"
        ordering = ["resource", "number"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "number"], name="edition_once"),
            models.CheckConstraint(condition=~Q(abstract=""), name="edition_has_abstract"),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第{self.number}版"

    @property
    def item_list(self) -> tuple[Item, ...]:
        """The items as values (信息项)."""
        return tuple(Item.of(row) for row in self.items)
