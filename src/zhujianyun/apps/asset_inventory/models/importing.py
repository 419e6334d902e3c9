"""An import: the file, what every row would do, and what came of it (导入)."""

from __future__ import annotations

from django.db import models

from zhujianyun.base import clock


class ImportRun(models.Model):
    """One file handed in (导入批次): read first, written only when somebody confirms."""

    class State(models.TextChoices):
        READING = "reading", "正在检查"
        CHECKED = "checked", "待确认"
        WRITING = "writing", "正在写入"
        DONE = "done", "已完成"
        REFUSED = "refused", "未通过"
        CANCELLED = "cancelled", "已放弃"

    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", verbose_name="文件")
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="导入人")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.READING)
    started_at = models.DateTimeField("开始时间", default=clock.now)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    total = models.PositiveIntegerField("行数", default=0)
    added = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    faulty = models.PositiveIntegerField("有错", default=0)
    faults = models.JSONField("整表问题", default=list)
    job = models.CharField("任务", max_length=40, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file.name}（{self.get_state_display()}）"


class ImportRow(models.Model):
    """One row of the file and what it would do (导入行)."""

    class Effect(models.TextChoices):
        ADD = "add", "新增"
        CHANGE = "change", "更新"
        SAME = "same", "无变化"
        FAULTY = "faulty", "有错"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows", verbose_name="批次")
    number = models.PositiveIntegerField("行号")
    effect = models.CharField("处理", max_length=8, choices=Effect.choices)
    code = models.CharField("代码", max_length=60, blank=True, default="")
    given = models.JSONField("填写内容", default=dict)
    changes = models.JSONField("变化", default=list)  # [{column, before, after}]
    faults = models.JSONField("问题", default=list)  # [{column, value, problem, remedy}]

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]

    def __str__(self) -> str:
        return f"第 {self.number} 行"
