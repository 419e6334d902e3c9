"""Roles given and taken: the security officer's verbs, never for himself (授权)."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotFound, RuleBroken
from zhujianyun.kernel.access.actions.recording import Note, act, not_oneself
from zhujianyun.kernel.access.actors import Actor
from zhujianyun.kernel.access.models import Account, Membership, Office, OfficerDuty, Role


def grant_role(
    account: Account,
    role_code: str,
    office: Office,
    *,
    by: Actor,
    valid_from: date | None = None,
    valid_to: date | None = None,
    kind: str = Membership.Kind.POST,
    stands_in_for: Account | None = None,
    reason: str = "",
) -> Membership:
    """Give a role at an office, from a day to a day, both included (授予角色).

    Raises:
        NotAllowed: without the permission, or for oneself.
        NotFound: for a role that no app offers.
        RuleBroken: for an officer of the three, a closed account or office, days out of order.
        Conflict: when the same role is held there in those days already.
    """
    day = valid_from or clock.today()
    with act("access.grant_role", by=by, on=("account", account.pk), reason=reason) as note:
        not_oneself(by, account, "授权")
        role = _offered(role_code)
        _fit(account, office, day, valid_to, kind, stands_in_for)
        _not_twice(account, role, office, day, valid_to)
        membership = Membership.objects.create(
            account=account,
            role=role,
            office=office,
            kind=kind,
            stands_in_for=stands_in_for,
            valid_from=day,
            valid_to=valid_to,
        )
        _tell(note, membership)
    return membership


def withdraw_role(
    membership: Membership, *, by: Actor, reason: str, last_day: date | None = None
) -> Membership:
    """End a membership; the row stays as history (收回角色).

    ``last_day`` is the last day on which it holds, by default yesterday, so that it is gone at once.
    A membership that would end before it began is void: it counts on no day.

    Raises:
        NotAllowed: without the permission, or for oneself.
        RuleBroken: when it has ended before.
    """
    with act("access.withdraw_role", by=by, on=("account", membership.account_id), reason=reason) as note:
        not_oneself(by, membership.account, "变更授权")
        last = last_day or clock.today() - timedelta(days=1)
        if membership.is_void or (membership.valid_to is not None and membership.valid_to < last):
            raise RuleBroken(
                f"该任职已于 {membership.valid_to} 结束，无须收回。", rule="access.membership_over"
            )
        membership.is_void = last < membership.valid_from
        membership.valid_to = max(last, membership.valid_from)
        membership.save(update_fields=["valid_to", "is_void"])
        _tell(note, membership)
        note.says(void=membership.is_void)
    return membership


def _offered(role_code: str) -> Role:
    role = Role.objects.filter(code=role_code, is_offered=True).first()
    if role is None:
        raise NotFound(
            f"没有角色 {role_code}，只能授予应用清单登记的角色。", rule="access.role_known", role=role_code
        )
    return role


def _fit(
    account: Account, office: Office, day: date, last: date | None, kind: str, stands_in_for: Account | None
) -> None:
    if last is not None and last < day:
        raise RuleBroken(f"终止日 {last} 早于起始日 {day}，请更正。", rule="access.days_in_order")
    if not account.is_open_on(day):
        raise RuleBroken("账号已停用或届时过期，不能授权。", rule="access.account_open")
    if not office.is_open:
        raise RuleBroken(f"{office.name} 已停用，不能授予其角色。", rule="access.office_open")
    if (kind == Membership.Kind.SUBSTITUTE) != (stands_in_for is not None):
        raise RuleBroken("代理须写明代理何人，其他任职方式不得填写。", rule="access.substitute_names_whom")
    held = OfficerDuty.objects.filter(account=account).filter(Q(ended_on=None) | Q(ended_on__gte=day))
    if held.exists():
        raise RuleBroken("三员账号不得担任业务角色，请另开账号。", rule="access.officers_apart")


def _not_twice(account: Account, role: Role, office: Office, day: date, last: date | None) -> None:
    rows = Membership.objects.filter(account=account, role=role, office=office, is_void=False)
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=day))
    if last is not None:
        rows = rows.filter(valid_from__lte=last)
    clash = rows.first()
    if clash is not None:
        raise Conflict(
            f"{account.name_zh} 自 {clash.valid_from} 起已在 {office.name} 担任 {role.zh}。",
            rule="access.membership_once",
            membership=clash.pk,
        )


def _tell(note: Note, membership: Membership) -> None:
    note.says(
        membership=membership.pk,
        role=membership.role.code,
        office=membership.office.code,
        kind=str(membership.kind),
        valid_from=str(membership.valid_from),
        valid_to=str(membership.valid_to or ""),
        stands_in_for=membership.stands_in_for.key if membership.stands_in_for else "",
    )
