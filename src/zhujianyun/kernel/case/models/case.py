"""The case, its steps and its marks (办件·办理步骤·节点): the row is a projection of the steps."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhujianyun.base.codes import divisions
from zhujianyun.kernel.case.definition import registry

LAMPS = [("", "无"), ("green", "正常"), ("yellow", "临期"), ("red", "今日到期"), ("black", "超期")]
OPEN = Q(settled=False, ended=False)


class Case(models.Model):
    """Anything with a state and a deadline (办件). Changed by the engine only."""

    number = models.CharField("办件编号", max_length=80, null=True, blank=True, unique=True)
    process = models.CharField("流程", max_length=60)
    definition_version = models.CharField("流程版本", max_length=20)
    title = models.CharField("标题", max_length=200, blank=True, default="")
    state = models.CharField("环节", max_length=60)
    state_since = models.DateField("进入环节日")
    settled = models.BooleanField("已办结", default=False)
    ended = models.BooleanField("已终结", default=False)
    result = models.CharField("结果", max_length=60, blank=True, default="")
    round = models.PositiveIntegerField("轮次", default=1)
    version = models.PositiveIntegerField("版本号", default=0)
    office = models.ForeignKey(
        "access.Office", models.PROTECT, db_index=False, related_name="cases", verbose_name="办理单位"
    )
    division_code = models.CharField("行政区划代码", max_length=6)
    city_code = models.CharField("设区市代码", max_length=6)
    applicant = models.ForeignKey(
        "subject.Subject", models.PROTECT, related_name="cases", null=True, blank=True, verbose_name="申请人"
    )
    project = models.ForeignKey(
        "subject.Subject",
        models.PROTECT,
        related_name="project_cases",
        null=True,
        blank=True,
        verbose_name="项目",
    )
    parties = models.JSONField(
        "参与方", default=dict, blank=True
    )  # role → [subject id], [office id] for `head@office`
    facts = models.JSONField("申报要素", default=dict, blank=True)
    unique_key = models.CharField("唯一键", max_length=200, null=True, blank=True)
    open_key = models.CharField("开立幂等键", max_length=120, null=True, blank=True, unique=True)
    opened_at = models.DateTimeField("开立时间")
    opened_on = models.DateField("开立日")
    accepted_on = models.DateField("受理日", null=True, blank=True)
    concluded_on = models.DateField("办结日", null=True, blank=True)
    last_at = models.DateTimeField("最近办理时间")
    due_on = models.DateField("到期日", null=True, blank=True)
    lamp = models.CharField("时限灯", max_length=6, choices=LAMPS, blank=True, default="")
    timer_on = models.DateField("自动办理日", null=True, blank=True)
    timer_action = models.CharField("自动办理动作", max_length=60, blank=True, default="")
    holder = models.ForeignKey(
        "access.Account",
        models.PROTECT,
        related_name="held_cases",
        null=True,
        blank=True,
        verbose_name="经办人",
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, related_name="children", null=True, blank=True, verbose_name="来源办件"
    )
    flags = models.JSONField("标志", default=dict, blank=True)

    # What a drill-down shows of a case, with its Chinese heading.
    DRILL = (
        ("办件编号", "number"), ("标题", "title"), ("流程", "process_zh"), ("所在市", "city_zh"),
        ("环节", "state_zh"), ("受理日", "accepted_on"), ("办结日", "concluded_on"),
    )  # fmt: skip

    was_open = False  # set by `open_` when it gives a case that was open already
    _was_version = 0  # the version as read or last written, for the optimistic lock

    class Meta:
        verbose_name = verbose_name_plural = "办件"
        constraints = [
            models.UniqueConstraint(
                fields=["process", "unique_key"], condition=OPEN & Q(unique_key__isnull=False),
                name="case_one_open_per_key",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["office", "state", "due_on"], name="case_office_state_due"),
            models.Index(fields=["process", "state"], name="case_process_state"),
            models.Index(fields=["process", "city_code", "opened_on"], name="case_process_city_opened"),
            models.Index(fields=["due_on"], condition=OPEN, name="case_open_due"),
            models.Index(fields=["lamp", "office"], name="case_lamp"),
            models.Index(fields=["timer_on"], condition=Q(timer_on__isnull=False), name="case_timer"),
            # Counting what is open must not read the rows: everything that such a count asks for stands here.
            models.Index(
                fields=[
                    "process", "office", "state", "definition_version", "due_on", "lamp", "city_code", "number",
                    "settled", "ended",
                ],
                condition=OPEN, name="case_open_cover",
            ),
            models.Index(
                fields=["office", "concluded_on", "process", "city_code", "number"],
                condition=Q(concluded_on__isnull=False), name="case_office_concluded",
            ),
            models.Index(fields=["opened_at"], name="case_opened"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or f"草稿 {self.pk}"

    @property
    def is_open(self) -> bool:
        """Neither settled nor ended (在办)."""
        return not (self.settled or self.ended)

    @property
    def process_zh(self) -> str:
        """The Chinese name of its process (流程名称)."""
        return registry.get(self.process, self.definition_version).zh

    @property
    def state_zh(self) -> str:
        """The Chinese name of its state (环节名称)."""
        return registry.get(self.process, self.definition_version).states[self.state].zh

    @property
    def city_zh(self) -> str:
        """The name of its city on the day it was opened (所在市)."""
        return divisions.find(self.city_code, self.opened_on).name

    def get_absolute_url(self) -> str:
        """Where it is handled: its page in the workbench (办理页面)."""
        return f"/workbench/cases/{self.number}/" if self.number else f"/workbench/cases/draft/{self.pk}/"


class Step(models.Model):
    """One act on a case, as it was done (办理步骤). Append-only."""

    case = models.ForeignKey(Case, models.PROTECT, db_index=False, related_name="steps", verbose_name="办件")
    seq = models.PositiveIntegerField("序号")
    action = models.CharField("动作", max_length=80)
    from_state = models.CharField("原环节", max_length=60, blank=True)
    to_state = models.CharField("新环节", max_length=60)
    role = models.CharField("以何角色", max_length=60, blank=True, default="")
    actor = models.CharField("办理人标识", max_length=80)
    actor_zh = models.CharField("办理人", max_length=120)
    acting_for = models.CharField("代何人", max_length=120, blank=True, default="")
    at = models.DateTimeField("办理时间")
    recorded_at = models.DateTimeField("录入时间")
    day = models.DateField("办理日")
    reason = models.TextField("理由", blank=True, default="")
    nat = models.PositiveSmallIntegerField("国家环节代码", null=True, blank=True)
    round = models.PositiveIntegerField("轮次", default=1)
    key = models.CharField("幂等键", max_length=120)
    facts = models.JSONField("填报内容", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "办理步骤"
        ordering = ["case", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="step_seq_once"),
            models.UniqueConstraint(fields=["case", "key"], name="step_key_once"),
        ]
        indexes = [
            models.Index(fields=["action", "day"], name="step_action_day"),
            models.Index(fields=["actor", "day"], name="step_actor_day"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.day}"


class Mark(models.Model):
    """What indicators count: a named milestone of a case on a day (节点). Append-only."""

    case = models.ForeignKey(Case, models.PROTECT, db_index=False, related_name="marks", verbose_name="办件")
    step = models.ForeignKey(Step, models.PROTECT, related_name="marks", verbose_name="步骤")
    name = models.CharField("节点", max_length=60)
    at = models.DateTimeField("时间")
    day = models.DateField("日期")
    round = models.PositiveIntegerField("轮次", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "节点"
        indexes = [
            models.Index(fields=["name", "day", "case"], name="mark_name_day"),
            models.Index(fields=["case", "name", "day"], name="mark_case_name_day"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"
