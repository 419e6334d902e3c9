"""An import of entries: the file, what every row would do, and what came of it (目录导入)."""

from __future__ import annotations

from django.db import models

from zhujianyun.base import clock


class CatalogueImport(models.Model):
    """One file handed in (导入批次): read first, written only when somebody confirms."""

    class State(models.TextChoices):
        CHECKED = "checked", "待确认"
        DONE = "done", "已完成"
        REFUSED = "refused", "未通过"
        CANCELLED = "cancelled", "已放弃"

    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", verbose_name="文件")
    by = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="导入人")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CHECKED)
    started_at = models.DateTimeField("开始时间", default=clock.now)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    added = models.PositiveIntegerField("新编", default=0)
    changed = models.PositiveIntegerField("修订", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    faulty = models.PositiveIntegerField("有错", default=0)
    faults = models.JSONField("整表问题", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "目录导入批次"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file.name}（{self.get_state_display()}）"


class CatalogueImportRow(models.Model):
    """One entry of the file and what it would do (导入行): `values` is the entry with its items."""

    class Effect(models.TextChoices):
        ADD = "add", "新编"
        CHANGE = "change", "修订"
        SAME = "same", "无变化"
        FAULTY = "faulty", "有错"

    run = models.ForeignKey(CatalogueImport, models.CASCADE, related_name="rows", verbose_name="批次")
    sheet = models.CharField("工作表", max_length=20)
    number = models.PositiveIntegerField("行号")
    effect = models.CharField("处理", max_length=8, choices=Effect.choices)
    code = models.CharField("代码", max_length=60, blank=True, default="")
    title = models.CharField("名称", max_length=120, blank=True, default="")
    values = models.JSONField("填写内容", default=dict)
    changes = models.JSONField("变化", default=list)
    faults = models.JSONField("问题", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "目录导入行"
        ordering = ["sheet", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "sheet", "number"], name="catalogue_import_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.number} 行"
