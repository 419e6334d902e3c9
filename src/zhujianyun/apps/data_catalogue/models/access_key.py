"""Keys by which a consumer's program reads the catalogue through the CKAN interface (目录访问密钥)."""

from __future__ import annotations

from django.db import models

from zhujianyun.base import clock


class CatalogueKey(models.Model):
    """A key of an account (目录访问密钥): only its SHA-256 is kept; the key itself is shown once."""

    account = models.ForeignKey("access.Account", models.PROTECT, related_name="+", verbose_name="账号")
    title = models.CharField("名称", max_length=60)
    prefix = models.CharField("前缀", max_length=8)
    digest = models.CharField("摘要", max_length=64, unique=True)
    made_at = models.DateTimeField("生成时间", default=clock.now)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "目录访问密钥"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.title}（{self.prefix}…）"
