"""What can be found (检索条目). The words themselves are in the full-text index beside it (`words`)."""

from __future__ import annotations

from django.db import models


class SearchEntry(models.Model):
    """One thing that can be found (检索条目): what is shown of it, and where it is.

    `group` is what it was made from: when that changes, all entries of the group are made anew.
    `text` is shown in snippets, so it is masked already.
    """

    kind = models.CharField("种类", max_length=30)
    ref = models.CharField("对象标识", max_length=120)
    group = models.CharField("来源标识", max_length=120)
    number = models.CharField("编号", max_length=120, blank=True, default="")
    title = models.CharField("标题", max_length=300)
    heading = models.CharField("规范标题", max_length=450, blank=True, default="")
    text = models.TextField("正文", blank=True, default="")
    url = models.CharField("网址", max_length=300)
    at = models.DateTimeField("时间", null=True, blank=True)
    build = models.BigIntegerField("建立批次", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "检索条目"
        constraints = [models.UniqueConstraint(fields=["kind", "ref"], name="search_entry_once")]
        indexes = [
            models.Index(fields=["kind", "group"], name="search_entry_group"),
            models.Index(fields=["heading"], name="search_entry_heading", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.title


class SearchBuild(models.Model):
    """That a kind was indexed as a whole (索引建立记录): the worker does it when this is missing."""

    kind = models.CharField("种类", max_length=30, primary_key=True)
    at = models.DateTimeField("建立时间")
    rows = models.PositiveIntegerField("条数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "索引建立记录"
