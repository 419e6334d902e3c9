"""What indicators remember (指标的表): definitions in force, values as they were known, targets.

Snapshot is append-only: a correction is a new row. `DefinitionVersion` likewise. PeriodState and
Refresh are working places.
"""

from __future__ import annotations

from django.db import models

from zhujianyun.kernel.indicator.alarms.models import Alarm, AlarmEvent
from zhujianyun.kernel.indicator.periods import Grain
from zhujianyun.kernel.indicator.units import Qualifier

__all__ = [
    "GRAINS", "QUALIFIERS", "Alarm", "AlarmEvent", "DefinitionVersion", "PeriodState", "Refresh", "Snapshot", "State",
    "Target",
]  # fmt: skip

GRAINS = [("day", "日"), ("month", "月"), ("quarter", "季"), ("year", "年"), ("span", "期间")]
QUALIFIERS = [
    (Qualifier.EXACT.value, "准确"), (Qualifier.ABOUT.value, "约"), (Qualifier.OVER.value, "超"),
    (Qualifier.AT_LEAST.value, "以上"), (Qualifier.UNDER.value, "不满"), (Qualifier.AT_MOST.value, "以下"),
]  # fmt: skip


class State(models.TextChoices):
    """How settled a period is (期间状态)."""

    OPEN = "open", "进行中"
    PROVISIONAL = "provisional", "暂定"
    FROZEN = "frozen", "已冻结"
    RESTATED = "restated", "修订"


class DefinitionVersion(models.Model):
    """A wording and predicate that was in force from a day on (口径版本). Append-only."""

    indicator = models.CharField("指标", max_length=80)
    version = models.CharField("版本", max_length=12)
    zh = models.CharField("名称", max_length=80)
    unit = models.CharField("单位", max_length=12)
    kind = models.CharField("类型", max_length=10)
    text = models.TextField("口径")
    predicate = models.TextField("谓词源码")
    steward = models.CharField("负责处室", max_length=60, blank=True, default="")
    valid_from = models.DateField("生效日")
    recorded_at = models.DateTimeField("登记时间")
    reason = models.CharField("理由", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "口径版本"
        ordering = ["indicator", "id"]
        indexes = [models.Index(fields=["indicator", "version"], name="indicator_definition")]

    def __str__(self) -> str:
        return f"{self.indicator}@{self.version}"


class Snapshot(models.Model):
    """A value as it was known at an instant (指标快照). Append-only.

    `as_of`: true when; `loaded_at`: known when; `sources`: the versions of gathered data, as "code@7",
    none for what is counted from the platform's own records. City "" is the region. A missing city row beside a
    region row of the same period means that the city has nothing: zero.
    """

    indicator = models.CharField("指标", max_length=80)
    version = models.CharField("口径版本", max_length=12)
    city = models.CharField("设区市", max_length=6, blank=True, default="")
    grain = models.CharField("粒度", max_length=8, choices=GRAINS)
    period_start = models.DateField("期间起始日")
    numerator = models.DecimalField("分子", max_digits=24, decimal_places=8, null=True)
    denominator = models.DecimalField("分母", max_digits=24, decimal_places=8, null=True)
    value = models.DecimalField("数值", max_digits=24, decimal_places=8, null=True)
    qualifier = models.CharField("限定词", max_length=8, choices=QUALIFIERS, default=Qualifier.EXACT.value)
    as_of = models.DateField("数据截至日")
    loaded_at = models.DateTimeField("载入时间")
    source_seq = models.BigIntegerField("留痕序号", default=-1)
    digest = models.CharField("摘要", max_length=64)
    reason = models.CharField("说明", max_length=200, blank=True, default="")
    state = models.CharField("期间状态", max_length=11, choices=State.choices, default=State.OPEN)
    sources = models.CharField("归集数据版本", max_length=400, null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "指标快照"
        indexes = [
            models.Index(
                fields=["indicator", "grain", "period_start", "city", "loaded_at"], name="indicator_latest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.city or '全区'} {self.grain} {self.period_start} = {self.value}"


class PeriodState(models.Model):
    """How settled a period of an indicator is (期间状态)."""

    indicator = models.CharField("指标", max_length=80)
    grain = models.CharField("粒度", max_length=8, choices=GRAINS)
    period_start = models.DateField("期间起始日")
    period_end = models.DateField("期间截止日（不含）")
    state = models.CharField("状态", max_length=11, choices=State.choices)
    changed_at = models.DateTimeField("变更时间")
    changed_by = models.CharField("变更人", max_length=80)
    reason = models.CharField("理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "期间状态"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "grain", "period_start"], name="indicator_period_state_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.grain} {self.period_start} {self.get_state_display()}"


class Target(models.Model):
    """What somebody has set himself for a period (目标)."""

    indicator = models.CharField("指标", max_length=80)
    city = models.CharField("设区市", max_length=6, blank=True, default="")
    grain = models.CharField("粒度", max_length=8, choices=GRAINS, default=Grain.YEAR.value)
    period_start = models.DateField("期间起始日")
    value = models.DecimalField("目标值", max_digits=24, decimal_places=8)
    direction = models.CharField(
        "方向", max_length=5, choices=[("up", "不低于"), ("down", "不高于"), ("band", "区间")]
    )
    tolerance = models.DecimalField("容差", max_digits=24, decimal_places=8, default=0)
    owner = models.CharField("责任处室", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "目标"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "city", "grain", "period_start"], name="indicator_target_once"
            ),
            models.CheckConstraint(condition=models.Q(tolerance__gte=0), name="indicator_target_tolerance"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.value}"


class Refresh(models.Model):
    """When an indicator was last confirmed, changed or not (最近确认). Code "*": all that follow the journal."""

    indicator = models.CharField("指标", max_length=80, primary_key=True)
    confirmed_at = models.DateTimeField("确认时间")
    source_seq = models.BigIntegerField("留痕序号", default=-1)
    sources = models.JSONField("归集数据版本", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "最近确认"

    def __str__(self) -> str:
        return self.indicator
