"""What we remember of workers, of the runs of jobs and of the schedule (后台进程、任务运行、计划).

The queue itself is the table of django-tasks-db; these tables add what it does not know: who is
alive, how often a job was tried, how far it is, and which slot of a plan has been served.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models

from zhujianyun.base import clock

_machine = clock.MachineClock()


def machine_now() -> datetime:
    """The machine's own time (系统时间): a heartbeat must not follow the demo's clock."""
    return _machine.now()


class Worker(models.Model):
    """A worker process (后台进程): who it is and when it was last heard of."""

    id = models.CharField("编号", max_length=64, primary_key=True)
    host = models.CharField("主机", max_length=200)
    pid = models.PositiveIntegerField("进程号")
    born = models.CharField("进程启动标记", max_length=32)
    started_at = models.DateTimeField("启动时间", default=machine_now)
    seen_at = models.DateTimeField("最近心跳", default=machine_now)
    stopped_at = models.DateTimeField("停止时间", null=True, blank=True)
    ticks = models.JSONField("节拍状态", default=dict)

    class Meta:
        verbose_name = "后台进程"
        verbose_name_plural = "后台进程"

    def __str__(self) -> str:
        return self.id


class JobRun(models.Model):
    """The tries of one job (任务运行): attempts, worker, progress, wish to cancel.

    ``token`` changes with every try: whoever holds an old one has lost the job.
    """

    task = models.OneToOneField(
        "django_tasks_database.DBTaskResult",
        verbose_name="任务",
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="run",
    )
    token = models.CharField("运行凭据", max_length=32, default="", blank=True)
    worker_id = models.CharField("后台进程", max_length=64, default="", blank=True)
    attempts = models.PositiveIntegerField("已尝试次数", default=0)
    done = models.PositiveBigIntegerField("已完成", default=0)
    total = models.PositiveBigIntegerField("总量", default=0)
    note = models.CharField("进展说明", max_length=200, default="", blank=True)
    last_error = models.TextField("最近错误", default="", blank=True)
    cancel_asked_by = models.CharField("取消人", max_length=64, default="", blank=True)

    class Meta:
        verbose_name = "任务运行"
        verbose_name_plural = "任务运行"

    def __str__(self) -> str:
        return str(self.pk)


class JobMark(models.Model):
    """One portion of a job that has taken effect (已生效部分)."""

    task = models.ForeignKey(
        "django_tasks_database.DBTaskResult",
        verbose_name="任务",
        on_delete=models.CASCADE,
        related_name="marks",
    )
    key = models.CharField("部分", max_length=200)

    class Meta:
        verbose_name = "任务已生效部分"
        verbose_name_plural = "任务已生效部分"
        constraints = [models.UniqueConstraint(fields=["task", "key"], name="jobs_portion_takes_effect_once")]

    def __str__(self) -> str:
        return self.key


class Schedule(models.Model):
    """A plan by the clock (计划): the last slot that was served, and the job that served it."""

    name = models.CharField("计划", max_length=200, unique=True)
    plan_zh = models.CharField("时间安排", max_length=100)
    enabled = models.BooleanField("启用", default=True)
    last_slot = models.DateTimeField("最近时点")
    last_job = models.UUIDField("最近任务", null=True, blank=True)

    class Meta:
        verbose_name = "计划"
        verbose_name_plural = "计划"

    def __str__(self) -> str:
        return self.name
