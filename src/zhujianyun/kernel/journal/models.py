"""What the journal remembers (留痕的表): entries, their seals, checkpoints, the sealer's place, followers.

Entry, Seal and Checkpoint are append-only (see `append_only`); LogState and Follower are the working
places of the sealer and the followers; PrivateBody holds what may have to be erased one day.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import orjson
from django.db import models

ACTOR_LENGTH = 80
VERB_LENGTH = 120
TYPE_LENGTH = 60
OBJECT_LENGTH = 200
RESULT_LENGTH = 40
SOURCE_LENGTH = 300


class Entry(models.Model):
    """One act or one read of personal data, as it was recorded (留痕记录). Never changed."""

    at = models.DateTimeField("时间")
    verb = models.CharField("行为", max_length=VERB_LENGTH)
    actor = models.CharField("行为人", max_length=ACTOR_LENGTH)
    acting_for = models.CharField("代谁行使", max_length=ACTOR_LENGTH, blank=True, default="")
    object_type = models.CharField("对象类型", max_length=TYPE_LENGTH)
    object_id = models.CharField("对象编号", max_length=OBJECT_LENGTH)
    case_id = models.BigIntegerField("办件", null=True, blank=True)
    result = models.CharField("结果", max_length=RESULT_LENGTH, default="ok")
    reason = models.TextField("理由", blank=True, default="")
    source = models.CharField("来源", max_length=SOURCE_LENGTH, blank=True, default="")
    facts = models.TextField("事实", default="{}")
    body_commit = models.CharField("保密正文承诺值", max_length=64, blank=True, default="")

    seq: int | None = None  # place in the sealed order; set on entries that come from followers and queries
    private_body: PrivateBody | None = None  # not saved yet; set by `draft`

    class Meta:
        verbose_name = verbose_name_plural = "留痕记录"
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="journal_entry_object"),
            models.Index(
                fields=["case_id"], name="journal_entry_case", condition=models.Q(case_id__isnull=False)
            ),
            models.Index(fields=["at"], name="journal_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type}:{self.object_id}"

    @cached_property
    def facts_dict(self) -> dict[str, Any]:
        """The facts as a mapping (事实)."""
        return orjson.loads(self.facts)


class PrivateBody(models.Model):
    """The private part of an entry, encrypted, with its salt (保密正文). Lawful erasure deletes it."""

    commit = models.CharField("承诺值", max_length=64, primary_key=True)
    alg = models.CharField("杂凑算法", max_length=10)
    salt = models.BinaryField("盐")
    sealed = models.BinaryField("密文")

    class Meta:
        verbose_name = verbose_name_plural = "保密正文"


class Seal(models.Model):
    """The place of one entry in the chain and in the tree (封存). Never changed."""

    seq = models.BigIntegerField("序号", primary_key=True)
    # No database constraint: a verifier must be able to name the seal whose entry was taken away.
    entry = models.OneToOneField(
        Entry, models.DO_NOTHING, db_constraint=False, related_name="seal", verbose_name="留痕记录"
    )
    prev = models.CharField("前叶", max_length=64)
    leaf = models.CharField("叶", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "封存"


class Checkpoint(models.Model):
    """A signed statement of size and root of the tree (检查点). Never changed; copies go outside."""

    number = models.BigIntegerField("编号", primary_key=True)
    log_id = models.CharField("日志标识", max_length=32)
    size = models.BigIntegerField("条数")
    root = models.CharField("树根", max_length=64)
    at = models.DateTimeField("时间")
    alg = models.CharField("杂凑算法", max_length=10)
    key_label = models.CharField("密钥标签", max_length=40)
    signature_alg = models.CharField("签名算法", max_length=20)
    public_key = models.TextField("公钥")
    signature = models.TextField("签名")

    class Meta:
        verbose_name = verbose_name_plural = "检查点"


class LogState(models.Model):
    """Where the sealer stands (封存进度). One row; its lock makes sealing single-handed."""

    log_id = models.CharField("日志标识", max_length=32)
    alg = models.CharField("杂凑算法", max_length=10)
    size = models.BigIntegerField("已封存条数", default=0)
    peaks = models.TextField("树峰", default="[]")
    last_leaf = models.CharField("末叶", max_length=64)
    low_water = models.BigIntegerField("低水位记录号", default=0)
    waiting = models.TextField("待确认水位", blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "封存进度"


class Follower(models.Model):
    """How far one follower has come, and what went wrong last (跟随者)."""

    name = models.CharField("名称", max_length=100, primary_key=True)
    cursor = models.BigIntegerField("下一条序号", default=0)
    attempts = models.IntegerField("失败次数", default=0)
    last_error = models.TextField("最近错误", blank=True, default="")
    next_try_at = models.DateTimeField("下次重试时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "跟随者"

    def __str__(self) -> str:
        return self.name
