"""Papers issued and documents handed in (文书·材料)."""

from __future__ import annotations

from django.db import models

from zhujianyun.kernel.case.models.case import Case, Step


class Paper(models.Model):
    """A paper issued in a case: its facts are frozen at issue (文书). A correction is a new paper."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="papers", verbose_name="办件")
    step = models.ForeignKey(Step, models.PROTECT, related_name="papers", verbose_name="步骤")
    doc = models.CharField("文书名称", max_length=80)
    number = models.CharField("文号", max_length=120, unique=True)
    facts = models.JSONField("文书内容")
    digest = models.CharField("内容摘要", max_length=64)
    issued_at = models.DateTimeField("签发时间")
    issued_on = models.DateField("签发日")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="更正何文书"
    )
    file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        indexes = [models.Index(fields=["doc", "issued_on"], name="paper_doc_day")]

    def __str__(self) -> str:
        return f"{self.doc} {self.number}"


class Document(models.Model):
    """Something handed in (材料): the file, or only the statement that the paper was seen."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="documents", verbose_name="办件")
    step = models.ForeignKey(
        Step, models.PROTECT, null=True, blank=True, related_name="documents", verbose_name="步骤"
    )
    kind = models.CharField("材料名称", max_length=120)
    name = models.CharField("文件名", max_length=200, blank=True, default="")
    part = models.CharField("专业", max_length=60, blank=True, default="")
    file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    digest = models.CharField("摘要", max_length=64, blank=True, default="")
    round = models.PositiveIntegerField("轮次", default=1)
    added_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = verbose_name_plural = "材料"

    def __str__(self) -> str:
        return self.kind
