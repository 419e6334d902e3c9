"""Draws by lot, committed before they are revealed (摇号抽查)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.kernel.case.models.case import Case


class Draw(models.Model):
    """One draw over the cases of a state (摇号): frozen, committed, revealed, applied."""

    class State(models.TextChoices):
        FROZEN = "frozen", "已冻结并公布承诺"
        REVEALED = "revealed", "已开出"
        APPLIED = "applied", "已落实"
        VOID = "void", "已作废"

    process = models.CharField("流程", max_length=60)
    definition_version = models.CharField("流程版本", max_length=20)
    case_state = models.CharField("环节", max_length=60)
    office = models.ForeignKey("access.Office", models.PROTECT, related_name="draws", verbose_name="单位")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.FROZEN)
    ratios = models.JSONField("比例", default=dict)  # stratum → percent
    commits = models.JSONField("名单承诺", default=dict)  # stratum → SM3 of the sorted list
    nonce_commits = models.JSONField("见证人承诺", default=dict)  # witness key → SM3 of the nonce
    public_value = models.CharField("公开值", max_length=120, blank=True, default="")
    nonces = models.JSONField("见证人随机数", default=dict)
    seed = models.CharField("种子", max_length=64, blank=True, default="")
    frozen_at = models.DateTimeField("冻结时间")
    revealed_at = models.DateTimeField("开出时间", null=True, blank=True)
    applied_at = models.DateTimeField("落实时间", null=True, blank=True)
    by = models.CharField("抽取员", max_length=80)
    void_reason = models.CharField("作废原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "摇号"
        constraints = [
            models.UniqueConstraint(
                fields=["process", "office"],
                condition=Q(state__in=["frozen", "revealed"]),
                name="draw_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["frozen", "void"]) | ~Q(seed=""), name="draw_seed_when_revealed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process} {self.frozen_at:%F}"


class DrawEntry(models.Model):
    """One case on the list of a draw (摇号名单)."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="entries", verbose_name="摇号")
    case = models.ForeignKey(Case, models.PROTECT, related_name="draw_entries", verbose_name="办件")
    ident = models.CharField("名单编号", max_length=80)
    stratum = models.CharField("分层", max_length=60)
    place = models.PositiveIntegerField("排位", null=True, blank=True)
    hit = models.BooleanField("抽中", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "摇号名单"
        constraints = [models.UniqueConstraint(fields=["draw", "case"], name="draw_entry_once")]

    def __str__(self) -> str:
        return self.ident
