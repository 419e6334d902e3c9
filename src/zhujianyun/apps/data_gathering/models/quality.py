"""Rules of quality, the runs over snapshots, and what each rule found (质量规则与检查)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.resource.models import Dataset, Snapshot


class QualityRule(models.Model):
    """A rule about a data set (质量规则); what it says stands in its versions, which are never altered."""

    code = models.CharField("规则编号", max_length=80, unique=True)
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="quality_rules", verbose_name="数据集")
    version = models.PositiveIntegerField("现行版本", default=0)
    is_on = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "质量规则"
        ordering = ["dataset", "pk"]
        indexes = [models.Index(fields=["dataset", "is_on"], name="quality_rule_of_dataset")]

    def __str__(self) -> str:
        return self.code


class QualityRuleVersion(models.Model):
    """One version of a rule (规则版本): append-only. ``options`` and ``condition`` are typed, see rules.quality."""

    rule = models.ForeignKey(QualityRule, models.PROTECT, related_name="versions", verbose_name="规则")
    number = models.PositiveIntegerField("版本")
    title = models.CharField("名称", max_length=120)
    kind = models.CharField("类别", max_length=12)
    dimension = models.CharField("维度", max_length=16)
    columns = models.JSONField("列", default=list, blank=True)
    options = models.JSONField("参数", default=dict, blank=True)
    condition = models.JSONField("适用条件", default=list, blank=True)
    weight = models.PositiveSmallIntegerField("权重", default=1)
    threshold = models.DecimalField("达标线（百分比）", max_digits=5, decimal_places=2, default=100)
    is_on = models.BooleanField("启用", default=True)
    reason = models.CharField("变更理由", max_length=300, blank=True)
    made_by = models.CharField("操作人", max_length=80)
    made_at = models.DateTimeField("操作时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "质量规则版本"
        ordering = ["rule", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="quality_version_once"),
            models.CheckConstraint(
                condition=Q(weight__gt=0, threshold__gte=0, threshold__lte=100), name="quality_weighed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.number} 版"


class QualityRun(models.Model):
    """One look at a snapshot by all rules that were on (质量检查). ``score`` is empty when nothing was measured."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队"
        DONE = "done", "完成"
        FAILED = "failed", "失败"

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="quality_runs", verbose_name="数据集")
    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, related_name="quality_runs", verbose_name="数据快照"
    )
    state = models.CharField("状态", max_length=6, choices=State.choices, default=State.QUEUED)
    score = models.DecimalField("总分", max_digits=5, decimal_places=2, null=True, blank=True)
    grade = models.CharField("等级", max_length=8, blank=True)
    dimensions = models.JSONField("各维度", default=list, blank=True)
    rules = models.PositiveIntegerField("规则数", default=0)
    unmet = models.PositiveIntegerField("未达标规则数", default=0)
    why = models.CharField("说明", max_length=300, blank=True)
    asked_by = models.CharField("发起人", max_length=80)
    asked_at = models.DateTimeField("发起时间", default=clock.now)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "质量检查"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["dataset", "state", "-id"], name="quality_run_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset"], condition=Q(state="queued"), name="quality_one_queued"
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot} {self.get_state_display()}"


class QualityVerdict(models.Model):
    """What one rule found in one run (规则检查结果): numerator and denominator; ``checked`` 0 is "not measured"."""

    run = models.ForeignKey(QualityRun, models.CASCADE, related_name="verdicts", verbose_name="检查")
    version = models.ForeignKey(
        QualityRuleVersion, models.PROTECT, related_name="verdicts", verbose_name="规则版本"
    )
    passed = models.PositiveBigIntegerField("合格数", default=0)
    checked = models.PositiveBigIntegerField("检查数", default=0)
    is_met = models.BooleanField("达标", null=True, blank=True)
    keys = models.JSONField("不合格主键样例", default=list, blank=True)
    why = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则检查结果"
        ordering = ["run", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "version"], name="quality_verdict_once"),
            models.CheckConstraint(condition=Q(passed__lte=models.F("checked")), name="quality_adds_up"),
        ]

    def __str__(self) -> str:
        return f"{self.version}：{self.passed}/{self.checked}"

    @property
    def failed(self) -> int:
        """How many did not pass (不合格数)."""
        return self.checked - self.passed

    @property
    def percent(self) -> float | None:
        """The share that passed, in per cent, cut down: 100 means all (合格率)."""
        return self.passed * 10_000 // self.checked / 100 if self.checked else None
