"""What is remembered of alarms (告警的表): the alarm as it stands, and every step that led there.

AlarmEvent is append-only. An alarm that was closed stays closed: the same trouble later is another one.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Severity(models.TextChoices):
    """How much it matters (告警级别): urgent is for what people must leave their desk for."""

    URGENT = "urgent", "紧急"
    SERIOUS = "serious", "重要"
    MINOR = "minor", "一般"


class AlarmState(models.TextChoices):
    """Where an alarm stands (告警状态)."""

    NEW = "new", "新告警"
    ACKNOWLEDGED = "acknowledged", "已确认"
    CLOSED = "closed", "已关闭"


class AlarmVerb(models.TextChoices):
    """What happened to an alarm (告警经过)."""

    RAISED = "raised", "发生"
    REPEATED = "repeated", "再次发生"
    ACKNOWLEDGED = "acknowledged", "确认"
    CLOSED = "closed", "关闭"


class Alarm(models.Model):
    """Something is wrong (告警). `code`: by which rule; `object_key`: with what."""

    code = models.CharField("规则代码", max_length=80)
    object_key = models.CharField("对象", max_length=160)
    severity = models.CharField("级别", max_length=8, choices=Severity.choices, default=Severity.SERIOUS)
    title = models.CharField("标题", max_length=120)
    text = models.CharField("说明", max_length=400, blank=True, default="")
    indicator = models.CharField("相关指标", max_length=80, blank=True, default="")
    link = models.CharField("相关页面", max_length=300, blank=True, default="")
    state = models.CharField("状态", max_length=12, choices=AlarmState.choices, default=AlarmState.NEW)
    count = models.PositiveIntegerField("发生次数", default=1)
    raised_at = models.DateTimeField("发生时间")
    last_raised_at = models.DateTimeField("最近发生")
    acknowledged_at = models.DateTimeField("确认时间", null=True, blank=True)
    acknowledged_by = models.CharField("确认人", max_length=80, blank=True, default="")
    recovered_at = models.DateTimeField("恢复时间", null=True, blank=True)  # told by the rule that raised it
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)
    closed_by = models.CharField("关闭人", max_length=80, blank=True, default="")
    close_reason = models.CharField("关闭理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "告警"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "object_key"], condition=~Q(state="closed"), name="alarm_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None)),
                name="alarm_closed_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "raised_at"], name="alarm_by_state")]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_state_display()}）"

    @property
    def is_open(self) -> bool:
        """Whether it is not over yet (是否未关闭)."""
        return self.state != AlarmState.CLOSED


class AlarmEvent(models.Model):
    """One step in the life of an alarm (告警经过). Append-only."""

    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="events", verbose_name="告警")
    verb = models.CharField("经过", max_length=12, choices=AlarmVerb.choices)
    at = models.DateTimeField("时间")
    by = models.CharField("操作者", max_length=80)
    by_zh = models.CharField("操作者姓名", max_length=60)
    why = models.CharField("说明", max_length=400, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "告警经过"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.by_zh}"
