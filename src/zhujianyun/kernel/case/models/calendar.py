"""Calendar notices announced at run time (日历通知): they come on top of the shipped rows."""

from __future__ import annotations

from django.db import models


class CalendarNotice(models.Model):
    """A notice of holidays, made-up days or an emergency (放假调休通知)."""

    number = models.CharField("文号", max_length=120, unique=True)
    layer = models.CharField("层级", max_length=20)
    title = models.CharField("标题", max_length=200, blank=True, default="")
    issued_on = models.DateField("印发日")
    announced_at = models.DateTimeField("录入时间")
    announced_by = models.CharField("录入人", max_length=80)

    class Meta:
        verbose_name = verbose_name_plural = "日历通知"

    def __str__(self) -> str:
        return self.number


class CalendarDay(models.Model):
    """One day as a notice orders it (日历行)."""

    notice = models.ForeignKey(CalendarNotice, models.PROTECT, related_name="rows", verbose_name="通知")
    day = models.DateField("日期")
    is_workday = models.BooleanField("工作日")
    revoked_on = models.DateField("撤销日", null=True, blank=True)
    verified = models.BooleanField("已核对", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "日历行"
        constraints = [models.UniqueConstraint(fields=["notice", "day"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {'班' if self.is_workday else '休'}"
