"""The three officers appointed and dismissed: the security officer's verbs, never for himself (三员任免)."""

from __future__ import annotations

from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.access import queries
from zhujianyun.kernel.access.actions.recording import act, not_oneself
from zhujianyun.kernel.access.actors import Actor
from zhujianyun.kernel.access.models import Account, Membership, OfficerDuty


def appoint_officer(account: Account, duty: str, *, by: Actor, reason: str) -> OfficerDuty:
    """Make an account one of the three officers (任命三员).

    Raises:
        NotAllowed: without the permission, or for oneself.
        RuleBroken: when the account, or the telephone number of its person, ever had another duty,
            or holds a business role today or later.
    """
    with act("access.appoint_officer", by=by, on=("account", account.pk), reason=reason) as note:
        not_oneself(by, account, "任命三员")
        row = new_officer(account, duty)
        note.says(duty=row.duty)
    return row


def new_officer(account: Account, duty: str, *, founding: bool = False) -> OfficerDuty:
    """A saved duty, checked; for ``appoint_officer`` and the founding (新任三员).

    Raises:
        RuleBroken: see ``appoint_officer``.
    """
    today = clock.today()
    if duty not in OfficerDuty.Duty.values:
        raise RuleBroken(f"没有“{duty}”这一职责，三员为系统、安全、审计管理员。", rule="access.duty_known")
    if not account.is_open_on(today):
        raise RuleBroken("账号已停用或过期，不能任命。", rule="access.account_open")
    _one_duty_only(account, duty)
    if Membership.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=today), account=account, is_void=False
    ).exists():
        raise RuleBroken("该账号担任业务角色，须先收回或另开账号。", rule="access.officers_apart")
    row, _ = OfficerDuty.objects.update_or_create(
        account=account,
        defaults={"duty": duty, "appointed_on": today, "ended_on": None, "founding": founding},
    )
    return row


def dismiss_officer(account: Account, *, by: Actor, reason: str) -> OfficerDuty:
    """End a duty with this day (免去三员).

    Raises:
        NotAllowed: without the permission, or for oneself.
        RuleBroken: when he is no officer, or the last one of his kind.
    """
    with act("access.dismiss_officer", by=by, on=("account", account.pk), reason=reason) as note:
        not_oneself(by, account, "免职")
        row = OfficerDuty.objects.select_for_update().filter(account=account, ended_on=None).first()
        if row is None:
            raise RuleBroken("该账号不是在任三员。", rule="access.officer_in_duty")
        if not queries.officers().filter(duty=row.duty, ended_on=None).exclude(pk=row.pk).exists():
            raise RuleBroken(
                f"{row.get_duty_display()}只有这一位，请先任命接任者。", rule="access.officer_successor_first"
            )
        row.ended_on = clock.today()
        row.save(update_fields=["ended_on"])
        note.says(duty=row.duty)
    return row


def _one_duty_only(account: Account, duty: str) -> None:
    same_person = Q(account=account)
    if account.phone:
        same_person |= Q(account__phone=account.phone)
    other = OfficerDuty.objects.filter(same_person).exclude(duty=duty).first()
    if other is not None:
        raise RuleBroken(
            f"三员分立：此人已任或曾任{other.get_duty_display()}，不得再任其他职责。",
            rule="access.officers_apart",
        )
    if OfficerDuty.objects.filter(account=account, ended_on=None).exists():
        raise RuleBroken("该账号已在任。", rule="access.officer_once")
