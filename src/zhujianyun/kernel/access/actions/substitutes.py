"""A post lent for some days (代理·委托): to a colleague of the same office, dated, with a reason.

Rights are the security officer's to give (三员分立). A lent post gives nothing new: the office's work
stays at the office, the lender answers for it, every act names both, and it ends by date. So the
person himself, or whoever may arrange substitutes there, lends it; see decision 0011.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, RuleBroken
from zhujianyun.kernel.access import guard
from zhujianyun.kernel.access.actions.recording import Note, record
from zhujianyun.kernel.access.actors import Actor
from zhujianyun.kernel.access.models import Account, Membership, OfficerDuty, Substitution

ARRANGE = "access.arrange_substitutes"
LEND, END = "access.lend_post", "access.end_substitution"
LONGEST_DAYS = 92


def lend_post(
    post: Membership,
    substitute: Account,
    *,
    by: Actor,
    valid_from: date,
    valid_to: date,
    kind: str,
    reason: str,
) -> Substitution:
    """Let a colleague act in a post for some days, both included (安排代理).

    Raises:
        NotAllowed: neither one's own post nor the permission to arrange substitutes at its office; or
            somebody else's post for oneself.
        RuleBroken: without reason, days out of order, past or too many, a person who may not stand in.
        Conflict: the post is lent already, or the colleague stands in for somebody else there.
    """
    arranged_by = _may_arrange(by, post, LEND)
    if arranged_by == substitute.pk and arranged_by != post.account_id:
        raise NotAllowed(
            "不能把他人的职责安排给自己，请由本人或另一位负责人安排。",
            rule="access.not_oneself",
            actor=by.key,
        )
    _fit_days(post, valid_from, valid_to, reason)
    _fit_person(post, substitute, valid_from, valid_to)
    _free(post, substitute, valid_from, valid_to)
    with transaction.atomic():
        membership = Membership.objects.create(
            account=substitute,
            role=post.role,
            office=post.office,
            kind=Membership.Kind.SUBSTITUTE,
            stands_in_for=post.account,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        row = Substitution.objects.create(
            membership=membership, kind=kind, reason=reason.strip(), arranged_by_id=arranged_by
        )
        record(LEND, by, _note(row), reason=row.reason)
    return row


def end_substitution(row: Substitution, *, by: Actor, reason: str) -> Substitution:
    """End a substitution now; the row stays as history (提前结束代理).

    Both sides may end it, and whoever may arrange substitutes there.

    Raises:
        NotAllowed: for anybody else.
        RuleBroken: without reason, or when it is over.
    """
    membership, today = row.membership, clock.today()
    if by.account_id != membership.account_id:
        _may_arrange(by, membership, END, owner_id=membership.stands_in_for_id)
    if not reason.strip():
        raise RuleBroken("请写明提前结束的事由。", rule="access.substitution_reason")
    if membership.is_void or (membership.valid_to is not None and membership.valid_to < today):
        raise RuleBroken(
            f"该代理已于 {membership.valid_to} 结束，无须再结束。", rule="access.substitution_over"
        )
    with transaction.atomic():
        yesterday = today - timedelta(days=1)
        membership.is_void = yesterday < membership.valid_from
        membership.valid_to = max(yesterday, membership.valid_from)
        membership.save(update_fields=["valid_to", "is_void"])
        row.ended_by_id, row.ended_at, row.end_reason = by.account_id, clock.now(), reason.strip()
        row.save(update_fields=["ended_by", "ended_at", "end_reason"])
        record(END, by, _note(row), reason=row.end_reason)
    return row


def _may_arrange(by: Actor, post: Membership, verb: str, *, owner_id: int | None = None) -> int:
    """The account of whoever may arrange this; the platform itself lends nobody's post."""
    owner = owner_id or post.account_id
    if by.account_id is not None and (by.account_id == owner or guard.allows(by, ARRANGE, post.office_id)):
        return by.account_id
    refusal = NotAllowed(
        "只能安排自己的代理；替他人安排，须由本单位有“安排代理”权限的负责人办理。",
        rule="access.own_post",
        actor=by.key,
        permission=ARRANGE,
    )
    note = Note("membership", post.pk)
    note.says(rule=refusal.rule)
    record(verb, by, note, reason=refusal.message_zh, result="refused")
    raise refusal


def _fit_days(post: Membership, first: date, last: date, reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("请写明代理事由。", rule="access.substitution_reason")
    if last < first:
        raise RuleBroken(f"终止日 {last} 早于起始日 {first}，请更正。", rule="access.days_in_order")
    if first < clock.today():
        raise RuleBroken("代理不能补办：起始日不得早于今天。", rule="access.substitution_ahead")
    if (last - first).days >= LONGEST_DAYS:
        raise RuleBroken(
            f"一次代理最长 {LONGEST_DAYS} 天；更长的，请安全管理员调整任职。",
            rule="access.substitution_length",
            days=(last - first).days + 1,
        )
    if post.kind == Membership.Kind.SUBSTITUTE:
        raise RuleBroken("代理得来的职责不能再转给别人。", rule="access.substitution_chain")
    if post.is_void or first < post.valid_from or (post.valid_to is not None and last > post.valid_to):
        raise RuleBroken("代理期间超出了本人的任职期间，请缩短。", rule="access.substitution_in_post")


def _fit_person(post: Membership, substitute: Account, first: date, last: date) -> None:
    if substitute.pk == post.account_id:
        raise RuleBroken("不能由本人代理本人，请另选同事。", rule="access.substitute_other")
    if not (substitute.is_open_on(first) and substitute.is_open_on(last)):
        raise RuleBroken(
            f"{substitute.name_zh} 的账号在代理期间不可用，请另选同事。", rule="access.account_open"
        )
    if OfficerDuty.objects.filter(Q(ended_on=None) | Q(ended_on__gte=first), account=substitute).exists():
        raise RuleBroken("三员账号不得代理业务职责，请另选同事。", rule="access.officers_apart")
    there = _in_force(Membership.objects.filter(account=substitute, office=post.office), first, first)
    if not there.exclude(kind=Membership.Kind.SUBSTITUTE).exists():
        raise RuleBroken(
            f"{substitute.name_zh} 届时不在{post.office.name}任职，代理人须是本单位同事。",
            rule="access.substitute_colleague",
        )
    away = Substitution.objects.filter(kind=Substitution.Kind.LEAVE, membership__stands_in_for=substitute)
    clash = _in_force(Membership.objects.filter(substitution__in=away), first, last).first()
    if clash is not None:
        raise RuleBroken(
            f"{substitute.name_zh} 自 {clash.valid_from} 至 {clash.valid_to} 也在休假，请另选同事。",
            rule="access.substitute_present",
        )


def _free(post: Membership, substitute: Account, first: date, last: date) -> None:
    at_post = Membership.objects.filter(
        role=post.role, office=post.office, kind=Membership.Kind.SUBSTITUTE
    ).select_related("account", "stands_in_for")
    lent = _in_force(at_post.filter(stands_in_for=post.account), first, last).first()
    if lent is not None:
        raise Conflict(
            f"这些天里已由 {lent.account.name_zh} 代理（{lent.valid_from} 至 {lent.valid_to}），"
            "请先结束那一段或错开日期。",
            rule="access.post_lent_once",
        )
    # One person under one role signs for one absent colleague: otherwise an act could not say for whom.
    other = _in_force(at_post.filter(account=substitute), first, last).first()
    if other is not None and other.stands_in_for is not None:
        raise Conflict(
            f"{substitute.name_zh} 这些天已代理 {other.stands_in_for.name_zh} 的同一职责，请另选同事。",
            rule="access.substitute_of_one",
        )


def _in_force(rows: QuerySet[Membership], first: date, last: date) -> QuerySet[Membership]:
    """Those that hold on some day between the two."""
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=first), is_void=False, valid_from__lte=last)


def _note(row: Substitution) -> Note:
    membership = row.membership
    note = Note("account", membership.account_id)
    note.says(
        substitution=row.pk,
        kind=str(row.kind),
        role=membership.role.code,
        office=membership.office.code,
        stands_in_for=membership.stands_in_for.key if membership.stands_in_for else "",
        valid_from=str(membership.valid_from),
        valid_to=str(membership.valid_to),
        void=membership.is_void,
    )
    return note
