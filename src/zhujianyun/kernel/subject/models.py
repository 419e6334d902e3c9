"""What is remembered of subjects (主体): who they are, by which numbers, and who says what about them.

Intervals here are half-open: ``valid_from`` counts, ``valid_to`` does not, so that one ends on the
day on which the next begins, without gap or overlap. ``EVER`` stands for a beginning nobody knows.
"""

from __future__ import annotations

import secrets
from datetime import date

from django.db import models
from django.db.models import F, Q

from zhujianyun.base import clock
from zhujianyun.kernel.access.models import Account
from zhujianyun.kernel.system.models import BusinessSystem

EVER = date(1, 1, 1)
NAME = "name"


def new_uid() -> str:
    """A number for a subject that says nothing about it (主体编号)."""
    return secrets.token_hex(10)


class Subject(models.Model):
    """An enterprise, a person or a project (主体).

    A merged-away subject keeps its row, numbers and values; it only points to the survivor, which
    makes the merge easy to undo. ``name`` is the present golden name.
    """

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "企业"
        PERSON = "person", "人员"
        PROJECT = "project", "项目"

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    uid = models.CharField("主体编号", max_length=40, unique=True, default=new_uid)
    name = models.CharField("名称", max_length=200)
    division_code = models.CharField("行政区划代码", max_length=6, blank=True, db_index=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="aliases", verbose_name="并入"
    )
    is_sealed = models.BooleanField("封存", default=False)
    registered_at = models.DateTimeField("登记时间", default=clock.now)

    alias_uid = ""  # set by a look-up that came through a merged-away subject

    class Meta:
        verbose_name = verbose_name_plural = "主体"
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="subject_not_own_alias"
            ),
        ]
        indexes = [models.Index(fields=["kind", "name"], name="subject_kind_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """How the journal names this subject (主体标识)."""
        return f"subject:{self.pk}"


class Identifier(models.Model):
    """A number or name by which a subject is known in a time (标识).

    Except for names, one value of one scheme belongs to one subject at a time: the index keeps it
    for open intervals, ``actions`` for closed ones.
    """

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="identifiers", verbose_name="主体")
    scheme = models.CharField("标识类型", max_length=20)
    value = models.CharField("标识值", max_length=200)
    tokens = models.TextField("检索词", blank=True)
    valid_from = models.DateField("起始日", default=EVER)
    valid_to = models.DateField("截止日（不含）", null=True, blank=True)
    source = models.ForeignKey(BusinessSystem, models.PROTECT, related_name="+", verbose_name="来源系统")
    derived = models.BooleanField("推导得出", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "标识"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="identifier_days_in_order"
            ),
            models.UniqueConstraint(
                fields=["scheme", "value"],
                condition=Q(valid_to=None) & ~Q(scheme=NAME),
                name="identifier_open_once",
            ),
        ]
        indexes = [models.Index(fields=["scheme", "value"], name="identifier_scheme_value")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"


class AttributeValue(models.Model):
    """What a source says of an attribute: true in the world from ``valid_from``, told us at ``known_at`` (属性值).

    Never overwritten: a correction is another row. ``value`` null means that the source knows none.
    ``trust``: 1 to 4, as data levels D to A.
    """

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="values", verbose_name="主体")
    name = models.CharField("属性", max_length=40)
    value = models.JSONField("值", null=True)
    source = models.ForeignKey(BusinessSystem, models.PROTECT, related_name="+", verbose_name="来源系统")
    batch = models.CharField("归集批次", max_length=60, blank=True)
    valid_from = models.DateField("生效日", default=EVER)
    known_at = models.DateTimeField("获知时间", default=clock.now)
    trust = models.PositiveSmallIntegerField("可信级别", default=2)

    class Meta:
        verbose_name = verbose_name_plural = "属性值"
        constraints = [
            models.CheckConstraint(condition=Q(trust__range=(1, 4)), name="attribute_trust_level"),
        ]
        indexes = [models.Index(fields=["subject", "name"], name="attribute_subject_name")]


class Contradiction(models.Model):
    """Another system says otherwise than the owner of an attribute (来源矛盾): open until they agree.

    The two rows hold the values; ``owner`` is the system that is believed, ``other`` the one that differs.
    """

    subject = models.ForeignKey(Subject, models.CASCADE, related_name="contradictions", verbose_name="主体")
    attribute = models.CharField("属性", max_length=40)
    owner = models.ForeignKey(BusinessSystem, models.PROTECT, related_name="+", verbose_name="数源系统")
    other = models.ForeignKey(BusinessSystem, models.PROTECT, related_name="+", verbose_name="不一致系统")
    owner_row = models.ForeignKey(AttributeValue, models.CASCADE, related_name="+", verbose_name="数源值")
    other_row = models.ForeignKey(AttributeValue, models.CASCADE, related_name="+", verbose_name="不一致值")
    found_at = models.DateTimeField("发现时间", default=clock.now)
    ended_at = models.DateTimeField("消除时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "来源矛盾"
        constraints = [
            models.CheckConstraint(condition=~Q(owner=F("other")), name="contradiction_of_two"),
            models.UniqueConstraint(
                fields=["subject", "attribute", "owner", "other"], condition=Q(ended_at=None),
                name="contradiction_open_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.subject} {self.attribute}：{self.owner.code}／{self.other.code}"


class Tie(models.Model):
    """What binds one subject to another in a time: a person registered at a firm (主体关系)."""

    class Kind(models.TextChoices):
        REGISTERED = "registered", "注册单位"
        EMPLOYED = "employed", "聘用单位"

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="ties", verbose_name="主体")
    other = models.ForeignKey(Subject, models.PROTECT, related_name="ties_back", verbose_name="相对主体")
    kind = models.CharField("关系", max_length=12, choices=Kind.choices)
    valid_from = models.DateField("起始日")
    valid_to = models.DateField("截止日（不含）", null=True, blank=True)
    source = models.ForeignKey(BusinessSystem, models.PROTECT, related_name="+", verbose_name="来源系统")

    class Meta:
        verbose_name = verbose_name_plural = "主体关系"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="tie_days_in_order"
            ),
            models.CheckConstraint(condition=~Q(subject=F("other")), name="tie_not_to_oneself"),
            models.UniqueConstraint(
                fields=["subject", "kind"], condition=Q(valid_to=None), name="tie_open_once"
            ),
        ]


class Merge(models.Model):
    """Two subjects found to be one, with the evidence; undone when it was wrong (主体合并)."""

    winner = models.ForeignKey(Subject, models.PROTECT, related_name="merges_won", verbose_name="保留主体")
    loser = models.ForeignKey(Subject, models.PROTECT, related_name="merges_lost", verbose_name="并入主体")
    evidence = models.TextField("依据")
    merged_at = models.DateTimeField("合并时间", default=clock.now)
    merged_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undo_reason = models.TextField("撤销原因", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "主体合并"
        constraints = [
            models.CheckConstraint(condition=~Q(winner=F("loser")), name="merge_of_two"),
            models.CheckConstraint(condition=~Q(evidence=""), name="merge_has_evidence"),
            models.UniqueConstraint(fields=["loser"], condition=Q(undone_at=None), name="merge_open_once"),
        ]
