"""Plans of moving to the cloud and of joining networks, with milestones and evidence (迁移计划)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Plan(models.Model):
    """A plan of a year (计划): systems to the cloud, or networks to be joined."""

    class Kind(models.TextChoices):
        CLOUD = "cloud", "迁移上云"
        NETWORK = "network", "专网打通"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    code = models.CharField("代码", max_length=40, unique=True)
    title = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(
        "access.Office", models.PROTECT, related_name="inventory_plans", verbose_name="牵头单位"
    )
    due_on = models.DateField("完成期限")
    basis = models.CharField("依据", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "迁移计划"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class PlanItem(models.Model):
    """One system or one network of a plan (计划事项): it counts from ``agreed_on`` until it is dropped.

    The denominators of 上云率 and 专网打通率 are these rows, so they are declared, not guessed.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="items", verbose_name="计划")
    system = models.ForeignKey(
        "system.BusinessSystem", models.PROTECT, null=True, blank=True, related_name="plan_items",
        verbose_name="业务系统",
    )  # fmt: skip
    network = models.ForeignKey(
        "system.Network",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_items",
        verbose_name="网络",
    )
    agreed_on = models.DateField("列入日")
    due_on = models.DateField("完成期限")
    done_on = models.DateField("完成日", null=True, blank=True)
    dropped_on = models.DateField("移出日", null=True, blank=True)
    dropped_why = models.CharField("移出理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "计划事项"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(system__isnull=False, network=None) | Q(system=None, network__isnull=False),
                name="plan_item_system_or_network",
            ),
            models.CheckConstraint(
                condition=Q(done_on=None) | Q(dropped_on=None), name="plan_item_done_or_dropped"
            ),
            models.UniqueConstraint(
                fields=["system"], condition=Q(system__isnull=False, dropped_on=None),
                name="plan_item_system_once",
            ),
            models.UniqueConstraint(
                fields=["network"], condition=Q(network__isnull=False, dropped_on=None),
                name="plan_item_network_once",
            ),
        ]  # fmt: skip

    DRILL = (
        ("计划", "plan__title"), ("对象", "subject_zh"), ("列入日", "agreed_on"), ("完成期限", "due_on"),
        ("完成日", "done_on"),
    )  # fmt: skip

    def __str__(self) -> str:
        return self.subject_zh

    def get_absolute_url(self) -> str:
        """The board of its plan (计划看板)."""
        return f"/workbench/asset-inventory/plans/#item-{self.pk}"

    @property
    def subject_zh(self) -> str:
        """The name of the system or network (对象)."""
        return str(self.system or self.network)


class Milestone(models.Model):
    """A step of an item (里程碑): when due, when done, by what proof."""

    item = models.ForeignKey(PlanItem, models.CASCADE, related_name="milestones", verbose_name="计划事项")
    step = models.PositiveSmallIntegerField("顺序")
    name = models.CharField("名称", max_length=60)
    due_on = models.DateField("期限")
    done_on = models.DateField("完成日", null=True, blank=True)
    evidence = models.CharField("佐证", max_length=200, blank=True, default="")
    file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="佐证文件"
    )

    class Meta:
        verbose_name = verbose_name_plural = "里程碑"
        ordering = ["step"]
        constraints = [models.UniqueConstraint(fields=["item", "step"], name="milestone_step_once")]

    def __str__(self) -> str:
        return self.name
