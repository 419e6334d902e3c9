"""What an edition is going to say (编制稿): kept here until the case publishes it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.resource.actions import Draft
from zhujianyun.kernel.resource.items import Item


class EntryDraft(models.Model):
    """The draft of one editing case (编制稿).

    ``content`` holds the metadata by the names of ``resource.actions.Draft`` without title and items.
    ``base_edition`` is the edition that the editor started from, 0 for a new entry; ``version`` grows
    with every saving, so that the slower of two editors is told.
    """

    class Kind(models.TextChoices):
        NEW = "new", "新编"
        REVISE = "revise", "修订"
        WITHDRAW = "withdraw", "撤销"

    case = models.OneToOneField(
        "case.Case", models.PROTECT, related_name="catalogue_draft", verbose_name="办件"
    )
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    resource = models.ForeignKey(
        "resource.Resource", models.PROTECT, null=True, blank=True, related_name="drafts", verbose_name="资源目录"
    )  # fmt: skip
    code = models.CharField("资源代码", max_length=60)
    provider = models.ForeignKey("access.Office", models.PROTECT, related_name="+", verbose_name="提供方")
    system = models.ForeignKey(
        "system.BusinessSystem", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="来源系统",
    )  # fmt: skip
    title = models.CharField("名称", max_length=120)
    content = models.JSONField("元数据", default=dict)
    items = models.JSONField("信息项", default=list)
    base_edition = models.PositiveIntegerField("起始版本", default=0)
    valid_from = models.DateField("生效日期", null=True, blank=True)
    reason = models.CharField("变更说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("保存次数", default=1)
    changed_at = models.DateTimeField("保存时间", default=clock.now)
    changed_by = models.CharField("保存人", max_length=80, blank=True)
    refused = models.CharField("未能发布的原因", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "编制稿"
        ordering = ["-changed_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="new") | Q(resource__isnull=False), name="draft_changes_an_entry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.title}"

    @property
    def draft(self) -> Draft:
        """The draft as the kernel publishes it (目录内容)."""
        content = dict(self.content)
        content["related"] = tuple(content.get("related", ()))
        return Draft(title=self.title, items=tuple(Item.of(row) for row in self.items), **content)
