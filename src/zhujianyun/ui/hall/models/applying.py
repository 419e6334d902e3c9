"""Applications on their way (申请草稿·材料·上传)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.kernel.subject.models import Subject
from zhujianyun.ui.hall.models.people import Applicant, new_uid


class Application(models.Model):
    """What an applicant prepares (申请草稿): a new case, or the next act on one that exists.

    ``body`` holds what was typed, sealed, as it was typed: nothing is refused before it is handed in.
    ``version`` counts savings; two tabs that save over each other are told.
    """

    uid = models.CharField("草稿编号", max_length=40, unique=True, default=new_uid)
    applicant = models.ForeignKey(
        Applicant, models.PROTECT, related_name="applications", verbose_name="申请人"
    )
    subject = models.ForeignKey(
        Subject, models.PROTECT, related_name="applications", verbose_name="以谁的名义"
    )
    process = models.CharField("流程", max_length=60)
    action = models.CharField("动作", max_length=60)
    case = models.ForeignKey(
        "case.Case",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hall_applications",
        verbose_name="办件",
    )
    body = models.BinaryField("填报内容（加密）", default=b"")
    title = models.CharField("标题", max_length=200, blank=True, default="")
    version = models.PositiveIntegerField("版本号", default=0)
    started_at = models.DateTimeField("开始时间", default=clock.now)
    saved_at = models.DateTimeField("保存时间", default=clock.now)
    handed_in_at = models.DateTimeField("提交时间", null=True, blank=True)
    dropped_at = models.DateTimeField("放弃时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "申请草稿"
        indexes = [models.Index(fields=["applicant", "saved_at"], name="hall_application_saved")]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "case", "action"],
                condition=Q(case__isnull=False, handed_in_at=None, dropped_at=None),
                name="hall_one_preparation_per_act",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.uid

    @property
    def is_open(self) -> bool:
        """Neither handed in nor given up (仍在填写)."""
        return self.handed_in_at is None and self.dropped_at is None


class HeldFile(models.Model):
    """A file laid ready for one slot of an application (待提交材料)."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="files", verbose_name="申请草稿"
    )
    slot = models.CharField("材料名称", max_length=200)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+", verbose_name="文件")
    added_at = models.DateTimeField("上传时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "待提交材料"
        constraints = [
            models.UniqueConstraint(fields=["application", "slot"], name="hall_one_file_per_slot"),
        ]


class Upload(models.Model):
    """A file that arrives in pieces (分段上传). ``offset`` counts the bytes that are safely on the disk."""

    uid = models.CharField("上传编号", max_length=40, unique=True, default=new_uid)
    application = models.ForeignKey(
        Application, models.CASCADE, related_name="uploads", verbose_name="申请草稿"
    )
    slot = models.CharField("材料名称", max_length=200)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("总字节数")
    sha256 = models.CharField("声明的摘要", max_length=64, blank=True, default="")
    offset = models.PositiveBigIntegerField("已收字节数", default=0)
    started_at = models.DateTimeField("开始时间", default=clock.now)
    touched_at = models.DateTimeField("最近续传", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "分段上传"
        indexes = [models.Index(fields=["touched_at"], name="hall_upload_touched")]
