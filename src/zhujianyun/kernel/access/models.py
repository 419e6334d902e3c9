"""What access remembers (账号·处室·角色): accounts, offices, roles, dated memberships, the three officers.

There is no super-user: a CHECK constraint forbids it. That one account never holds two of the three
officers' duties, nor a duty and a business role at the same time, is kept by constraints and by the
triggers of migration 0002, so that raw SQL cannot do it either (GB/T 22239-2019, 三权分立).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from zhujianyun.base import clock
from zhujianyun.base.errors import NotAllowed

if TYPE_CHECKING:
    from zhujianyun.kernel.access.actors import Actor

USERNAME = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$", "账号名为 3–40 位字母、数字、点、横线或下划线。"
)


class AccountManager(BaseUserManager["Account"]):
    """The way to accounts; new ones come from ``actions.open_account`` (账号管理器)."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """The account of a user name; upper and lower case are one (按账号名查找)."""
        return self.get(username=normal_username(username or ""))

    def create_superuser(self, *_: Any, **__: Any) -> Account:
        """There is none (不设超级用户).

        Raises:
            NotAllowed: always; the platform is founded with three officers instead.
        """
        raise NotAllowed(
            "平台不设超级用户，请用 access.actions.found_platform 设立三员。", rule="access.no_superuser"
        )


class Account(AbstractBaseUser, PermissionsMixin):
    """A person's way into the platform; one person, one account (账号).

    ``groups`` and ``user_permissions`` exist because Wagtail's queries name them; rights come from
    Membership and OfficerDuty alone (see ``backends``).
    """

    last_login = None  # Django would stamp it with the machine's clock; see last_signed_in_at

    username = models.CharField("账号名", max_length=40, unique=True, validators=[USERNAME])
    name_zh = models.CharField("姓名", max_length=60)
    phone = models.CharField("手机号", max_length=20, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    opened_at = models.DateTimeField("开户时间", default=clock.now)
    last_signed_in_at = models.DateTimeField("最近登录", null=True, blank=True)
    password_set_at = models.DateTimeField("口令设置时间", default=clock.now)
    must_change_password = models.BooleanField("须修改口令", default=False)
    last_totp_step = models.BigIntegerField("最近使用的动态口令时间片", default=0)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name_zh"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=False), name="account_no_superuser"),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh}（{self.username}）"

    @property
    def key(self) -> str:
        """How the journal names this account (账号标识)."""
        return f"account:{self.pk}"

    def get_full_name(self) -> str:
        """The person's name (姓名)."""
        return self.name_zh

    def get_short_name(self) -> str:
        """The person's name (姓名)."""
        return self.name_zh

    def is_open_on(self, day: date) -> bool:
        """Whether the account may be used on a day (当日是否可用)."""
        return self.is_active and (self.expires_on is None or day <= self.expires_on)

    def actor(self) -> Actor:
        """Who acts, with the rights of today, reckoned once per object (操作者)."""
        from zhujianyun.kernel.access.actors import actor

        if not hasattr(self, "_actor"):
            self._actor = actor(self)
        return self._actor


def normal_username(username: str) -> str:
    """The one spelling of a user name (账号名规范形式)."""
    return username.strip().lower()


class Office(models.Model):
    """A unit that holds cases and people: the department, a 处室, a city or county bureau (处室/单位)."""

    class Kind(models.TextChoices):
        PROVINCE = "province", "自治区厅"
        DIVISION = "division", "处室"
        CITY = "city", "市级单位"
        COUNTY = "county", "县级单位"

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级单位"
    )
    division_code = models.CharField("行政区划代码", max_length=6, blank=True, db_index=True)
    is_open = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "处室"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="province", parent=None) | (~Q(kind="province") & Q(parent__isnull=False)),
                name="office_only_province_is_root",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named bundle of permissions, offered by an app's manifest (角色)."""

    code = models.CharField("代码", max_length=80, unique=True)
    zh = models.CharField("名称", max_length=60)
    permissions = models.JSONField("权限", default=list)
    acts_below = models.BooleanField("可办理下级单位事项", default=False)
    is_offered = models.BooleanField("仍在提供", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "角色"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.zh


class Membership(models.Model):
    """A role held by an account at an office from a day to a day, both included (任职)."""

    class Kind(models.TextChoices):
        POST = "post", "本职"
        SECONDMENT = "secondment", "挂职/借调"
        SUBSTITUTE = "substitute", "代理"

    account = models.ForeignKey(Account, models.PROTECT, related_name="memberships", verbose_name="账号")
    role = models.ForeignKey(Role, models.PROTECT, related_name="memberships", verbose_name="角色")
    office = models.ForeignKey(Office, models.PROTECT, related_name="memberships", verbose_name="单位")
    kind = models.CharField("方式", max_length=10, choices=Kind.choices, default=Kind.POST)
    stands_in_for = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="substitutes", verbose_name="代理何人"
    )
    valid_from = models.DateField("起始日")
    valid_to = models.DateField("终止日", null=True, blank=True)
    is_void = models.BooleanField("未生效即收回", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="membership_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(kind="substitute", stands_in_for__isnull=False)
                | (~Q(kind="substitute") & Q(stands_in_for=None)),
                name="membership_substitute_names_whom",
            ),
            models.UniqueConstraint(
                fields=["account", "role", "office"], condition=Q(valid_to=None), name="membership_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account.name_zh} · {self.office.name} · {self.role.zh}"


class Substitution(models.Model):
    """Why and how long somebody stands in for another (代理安排): the dates are those of its membership.

    Leave (休假代理) means that the person is away; a delegation (委托) that the post is shared meanwhile.
    Ended early, the row keeps who ended it and why.
    """

    class Kind(models.TextChoices):
        LEAVE = "leave", "休假代理"
        DELEGATION = "delegation", "委托代办"

    membership = models.OneToOneField(
        Membership, models.PROTECT, related_name="substitution", verbose_name="代理任职"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    reason = models.CharField("事由", max_length=200)
    arranged_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="安排人")
    arranged_at = models.DateTimeField("安排时间", default=clock.now)
    ended_by = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提前结束人"
    )
    ended_at = models.DateTimeField("提前结束时间", null=True, blank=True)
    end_reason = models.CharField("提前结束事由", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "代理安排"
        ordering = ["membership__valid_from", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="substitution_end_names_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} · {self.get_kind_display()}"


class OfficerDuty(models.Model):
    """One of the three officers (三员): one row per account for ever, its duty never changes.

    Whoever once was security officer does not become the audit officer who reads of his own acts:
    another duty needs another account. Dismissal sets ``ended_on``; re-appointment to the same
    duty clears it. ``founding`` marks the three that found the platform, one of each.
    """

    class Duty(models.TextChoices):
        SYSTEM = "system", "系统管理员"
        SECURITY = "security", "安全管理员"
        AUDIT = "audit", "审计管理员"

    account = models.OneToOneField(Account, models.PROTECT, related_name="officer_duty", verbose_name="账号")
    duty = models.CharField("职责", max_length=10, choices=Duty.choices)
    appointed_on = models.DateField("任命日")
    ended_on = models.DateField("免去日", null=True, blank=True)
    founding = models.BooleanField("设立时任命", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "三员任命"
        constraints = [
            models.CheckConstraint(
                condition=Q(duty__in=["system", "security", "audit"]), name="officer_duty_known"
            ),
            models.UniqueConstraint(
                fields=["duty"], condition=Q(founding=True), name="officer_duty_founded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account.name_zh} · {self.get_duty_display()}"


class FormerPassword(models.Model):
    """A password that was, as its hash: not to be used again (历史口令)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="former_passwords", verbose_name="账号")
    password = models.CharField("口令散列", max_length=128)
    replaced_at = models.DateTimeField("更换时间", default=clock.now)

    class Meta:
        verbose_name = verbose_name_plural = "历史口令"
        indexes = [models.Index(fields=["account", "-replaced_at"])]


class CredentialReset(models.Model):
    """A forgotten password or a lost second factor, mended by two officers (凭证重置).

    The system officer asks, the security officer approves: neither alone gets into an account.
    """

    class What(models.TextChoices):
        PASSWORD = "password", "口令"
        SECOND_FACTOR = "second_factor", "第二因素"

    account = models.ForeignKey(Account, models.PROTECT, related_name="resets", verbose_name="账号")
    what = models.CharField("重置内容", max_length=15, choices=What.choices)
    reason = models.CharField("原因", max_length=200)
    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间", default=clock.now)
    approved_by = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    approved_at = models.DateTimeField("批准时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "凭证重置"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")), name="reset_takes_two_officers"
            ),
            models.UniqueConstraint(
                fields=["account", "what"], condition=Q(approved_by=None), name="reset_asked_once"
            ),
        ]
