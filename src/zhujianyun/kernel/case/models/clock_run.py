"""One running of one deadline (时限运行): the ledger is the truth, the dates beside it are a cache."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from zhujianyun.kernel.case.clock import Ledger, Lengthening, Segment
from zhujianyun.kernel.case.models.case import LAMPS, Case

RUNNING = Q(stopped_on__isnull=True)


class ClockRun(models.Model):
    """A clock that was started, and its ledger (时限运行)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks", verbose_name="办件")
    deadline = models.CharField("时限", max_length=60)
    zh = models.CharField("时限名称", max_length=120)
    kind = models.CharField("类别", max_length=10)  # statutory | promise
    owner = models.CharField("责任方", max_length=10)  # staff | applicant
    round = models.PositiveIntegerField("轮次", default=1)
    started_at = models.DateTimeField("起算时间")
    started_on = models.DateField("起算日")
    start_mark = models.CharField("起算节点", max_length=120)
    days = models.PositiveIntegerField("天数")
    unit = models.CharField("单位", max_length=10)
    yellow = models.CharField("预警比例", max_length=8, default="0.7")
    segments = models.JSONField("中止段", default=list, blank=True)
    lengthenings = models.JSONField("延期", default=list, blank=True)
    stopped_at = models.DateTimeField("停止时间", null=True, blank=True)
    stopped_on = models.DateField("停止日", null=True, blank=True)
    stop_reason = models.CharField("停止原因", max_length=60, blank=True, default="")
    calendar_version = models.CharField("日历版本", max_length=20)
    # A cache of what the ledger says, for lists and sweeps.
    due_on = models.DateField("到期日", null=True, blank=True)
    yellow_on = models.DateField("预警日", null=True, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    paused = models.BooleanField("中止中", default=False)
    cap_on = models.DateField("中止最长至", null=True, blank=True)
    lamp = models.CharField("时限灯", max_length=6, choices=LAMPS, blank=True, default="")
    overdue = models.BooleanField("超期", default=False)
    net_days = models.PositiveIntegerField("净用时", null=True, blank=True)
    gross_days = models.PositiveIntegerField("总用时", null=True, blank=True)
    left_days = models.IntegerField("剩余天数", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "时限运行"
        indexes = [
            models.Index(fields=["due_on", "lamp"], condition=RUNNING, name="clock_running_due"),
            models.Index(fields=["yellow_on", "lamp"], condition=RUNNING, name="clock_running_yellow"),
            models.Index(fields=["lamp", "case"], condition=RUNNING, name="clock_running_lamp"),
            models.Index(fields=["cap_on"], condition=RUNNING & Q(paused=True), name="clock_paused_cap"),
            models.Index(fields=["deadline", "stopped_on"], name="clock_deadline_stopped"),
        ]

    DRILL = (
        ("办件编号", "case__number"), ("标题", "case__title"), ("时限", "zh"), ("起算日", "started_on"),
        ("天数", "days"), ("到期日", "due_on"), ("停止日", "stopped_on"),
    )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.zh} {self.started_on}+{self.days}"

    def get_absolute_url(self) -> str:
        """The page of its case (所属办件页面)."""
        return self.case.get_absolute_url()

    @property
    def ledger(self) -> Ledger:
        """The pure ledger of this run (时限台账)."""
        return Ledger(
            self.started_on,
            self.days,
            self.unit,
            tuple(segment_of(one) for one in self.segments),
            tuple(Lengthening(date.fromisoformat(one["on"]), one["days"]) for one in self.lengthenings),
            self.stopped_on,
            self.yellow,
        )


def segment_of(row: dict[str, Any]) -> Segment:
    """A pause as it stands in the ledger's JSON (中止段)."""
    return Segment(
        date.fromisoformat(row["paused_on"]),
        _day(row.get("resumed_on")),
        _day(row.get("cap_on")),
        row.get("type", ""),
        row.get("paper", ""),
        row.get("approver", ""),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
