"""Tasks done side by side, and people assigned to a case (并行任务)."""

from __future__ import annotations

from django.db import models

from zhujianyun.kernel.case.models.case import Case


class Task(models.Model):
    """One share of a case's work, for one person (任务): a specialty, or an inspector drawn by lot."""

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已完成"
        CARRIED = "carried", "沿用上轮"
        DROPPED = "dropped", "已取消"

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks", verbose_name="办件")
    name = models.CharField("任务", max_length=60)
    part = models.CharField("专业", max_length=60)
    role = models.CharField("角色", max_length=60)
    round = models.PositiveIntegerField("轮次", default=1)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    assignee = models.ForeignKey(
        "access.Account",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="case_tasks",
        verbose_name="承办人",
    )
    acting_for = models.CharField("代何人", max_length=120, blank=True, default="")
    result = models.JSONField("结果", default=dict, blank=True)
    files_digest = models.CharField("文件摘要", max_length=64, blank=True, default="")
    opened_at = models.DateTimeField("开始时间")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    history = models.JSONField("变动", default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        constraints = [
            models.UniqueConstraint(fields=["case", "name", "part", "round"], name="task_once_per_round"),
        ]
        indexes = [models.Index(fields=["assignee", "state"], name="task_assignee_state")]

    def __str__(self) -> str:
        return f"{self.name}·{self.part}"
