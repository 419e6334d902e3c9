"""What is remembered of wall devices (大屏设备的表): who may show what from where, and who asked for it.

Neither the token of a device nor the secret of a pairing is kept: only their SHA-256.
"""

from __future__ import annotations

from django.db import models


class Device(models.Model):
    """A wall PC that may show some screens without anybody signing in (大屏设备)."""

    name = models.CharField("名称", max_length=60)
    token_hash = models.CharField("令牌摘要", max_length=64, blank=True, default="", db_index=True)
    networks = models.JSONField("允许地址", default=list)  # addresses or CIDR, at least one
    playlist = models.JSONField("播放列表", default=list)  # [{"screen": code, "seconds": dwell}]
    is_public = models.BooleanField("公众区域", default=False)  # shows released figures only
    approved_at = models.DateTimeField("批准时间")
    approved_by = models.CharField("批准人", max_length=60)
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)
    revoked_by = models.CharField("吊销人", max_length=60, blank=True, default="")
    revoke_reason = models.CharField("吊销理由", max_length=200, blank=True, default="")
    last_seen_at = models.DateTimeField("最近在线", null=True, blank=True)
    addresses = models.JSONField("来访地址", default=list)  # [{"address", "at", "allowed"}], the latest first

    class Meta:
        verbose_name = verbose_name_plural = "大屏设备"
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """How the journal names it (设备标识)."""
        return f"device:{self.pk}"

    @property
    def screens(self) -> list[str]:
        """The codes of the screens it may show, in their order (可播屏幕)."""
        return [entry["screen"] for entry in self.playlist]


class Pairing(models.Model):
    """A TV asks to be let in (配对申请): good for one approval and one pick-up, for ten minutes."""

    code = models.CharField("配对码", max_length=6, db_index=True)
    secret_hash = models.CharField("凭据摘要", max_length=64, unique=True)
    address = models.CharField("来访地址", max_length=45, blank=True, default="")
    asked_at = models.DateTimeField("申请时间")
    expires_at = models.DateTimeField("失效时间")
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, blank=True, related_name="pairings", verbose_name="设备"
    )
    taken_at = models.DateTimeField("领取时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "配对申请"
        indexes = [models.Index(fields=["address", "asked_at"], name="pairing_by_address")]

    def __str__(self) -> str:
        return f"{self.address} {self.asked_at:%Y-%m-%d %H:%M}"
