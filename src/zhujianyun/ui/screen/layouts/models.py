"""What is kept of layouts (布局的表): versions and releases are append-only, the lock is a working place."""

from __future__ import annotations

from django.db import models


class LayoutVersion(models.Model):
    """A layout as somebody saved it, or as its file was when it was first seen (布局版本). Append-only."""

    class Origin(models.TextChoices):
        """Where it came from (来源)."""

        EDITOR = "editor", "编辑器保存"
        FILE = "file", "文件"

    screen = models.SlugField("屏幕", max_length=60)
    number = models.PositiveIntegerField("版本号")
    origin = models.CharField("来源", max_length=6, choices=Origin.choices)
    text = models.TextField("布局 YAML")
    digest = models.CharField("摘要", max_length=64)
    made_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="保存人"
    )
    made_at = models.DateTimeField("保存时间")
    reason = models.CharField("理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "布局版本"
        constraints = [models.UniqueConstraint(fields=["screen", "number"], name="screen_layout_number_once")]

    def __str__(self) -> str:
        return f"{self.screen} 第 {self.number} 版"


class LayoutRelease(models.Model):
    """From this instant the screen hangs like this (布局发布). Append-only; no version: as its file says."""

    screen = models.SlugField("屏幕", max_length=60)
    version = models.ForeignKey(
        LayoutVersion, models.PROTECT, null=True, blank=True, related_name="releases", verbose_name="版本"
    )
    released_by = models.ForeignKey(
        "access.Account", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发布人"
    )
    released_at = models.DateTimeField("发布时间")
    reason = models.CharField("理由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "布局发布"
        indexes = [models.Index(fields=["screen", "released_at"], name="screen_layout_release")]

    def __str__(self) -> str:
        return f"{self.screen} {self.version or '按文件'}"


class LayoutLock(models.Model):
    """Who edits a screen, one at a time (布局编辑锁)."""

    screen = models.SlugField("屏幕", max_length=60, primary_key=True)
    holder = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="编辑人")
    since = models.DateTimeField("开始时间")
    seen_at = models.DateTimeField("最近操作时间")

    class Meta:
        verbose_name = verbose_name_plural = "布局编辑锁"

    def __str__(self) -> str:
        return f"{self.screen} {self.holder}"
