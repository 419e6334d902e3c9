"""Standing in and handing over (代理与移交): mine, my office's, and the forms for both."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base import clock
from zhujianyun.base.errors import Conflict, NotAllowed, NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access
from zhujianyun.kernel.access import actions as access_actions
from zhujianyun.kernel.access.models import Account, Substitution
from zhujianyun.kernel.case import handing_over
from zhujianyun.ui.workbench import duties, errors, forms, listing, shown, viewer

KINDS = Substitution.Kind.choices


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """My substitutes, whom I stand in for, and the office's calendar (代理与移交)."""
    return _page(request)


@require_POST
def lend(request: HttpRequest) -> HttpResponse:
    """Arrange a substitute for one or more posts (安排代理)."""
    try:
        rows = _lend(request)
    except PlatformError as error:
        if errors.wants_json(request):
            return errors.answer(request, error)
        return _page(request, error)
    one = rows[0].membership
    whom = one.stands_in_for.name_zh if one.stands_in_for else ""
    roles = "、".join(row.membership.role.zh for row in rows)
    messages.success(
        request,
        f"已安排：{one.valid_from} 至 {one.valid_to}，{one.account.name_zh} 代 {whom} 履行{roles}职责。",
    )
    return redirect("workbench:duties")


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a substitution now (提前结束)."""
    row = Substitution.objects.select_related("membership__account", "membership__role").filter(pk=pk).first()
    if row is None:
        raise NotFound("没有这项代理安排。", rule="access.substitution")
    try:
        access_actions.end_substitution(row, by=viewer.actor(request), reason=request.POST.get("reason", ""))
    except PlatformError as error:
        if errors.wants_json(request):
            return errors.answer(request, error)
        return _page(request, error)
    messages.success(request, f"已结束 {row.membership.account.name_zh} 的代理，立即生效。")
    return redirect("workbench:duties")


@never_cache
@require_safe
def hand_over(request: HttpRequest) -> HttpResponse:
    """What somebody has in hand, to be handed over (移交)."""
    return _hand_over_page(request, _giver(request, request.GET.get("from", "")))


@require_POST
def hand_over_now(request: HttpRequest) -> HttpResponse:
    """Hand over the chosen cases (办理移交)."""
    giver = _giver(request, request.POST.get("from", ""))
    chosen = [int(one) for one in request.POST.getlist("case") if one.isdigit()]
    try:
        taker = _account(request.POST.get("to", ""), "请选择接收人。")
        if not chosen:
            raise RuleBroken("请至少勾选一件要移交的办件。", rule="case.hand_over")
        moved = handing_over.hand_over(
            giver,
            access.actor(taker),
            by=viewer.actor(request),
            reason=request.POST.get("reason", ""),
            key=request.POST.get("key", ""),
            only=chosen,
        )
    except PlatformError as error:
        if errors.wants_json(request):
            return errors.answer(request, error)
        return _hand_over_page(request, giver, error)
    said = f"已把 {moved} 件移交给 {taker.name_zh}。" if moved else "这些办件此前已移交，没有重复办理。"
    messages.success(request, said)
    return redirect("workbench:duties")


def _lend(request: HttpRequest) -> list[Substitution]:
    actor, giver = viewer.actor(request), _account(request.POST.get("for", ""), "请选择为谁安排。")
    wanted = set(request.POST.getlist("post"))
    posts = [one for one in duties.posts_of(giver) if str(one.pk) in wanted]
    if not posts:
        raise RuleBroken("请至少勾选一项要由他人代理的职责。", rule="access.substitution")
    substitute = _account(request.POST.get("substitute", ""), "请选择代理人。")
    first, last = _day(request, "valid_from", "起始日"), _day(request, "valid_to", "终止日")
    kind = request.POST.get("kind", "")
    if kind not in dict(KINDS):
        raise RuleBroken("请选择是休假代理还是委托代办。", rule="access.substitution")
    same = Substitution.objects.filter(
        membership__account=substitute, membership__stands_in_for=giver, membership__valid_from=first,
        membership__valid_to=last, membership__is_void=False,
    ).select_related("membership__account", "membership__role", "membership__stands_in_for")  # fmt: skip
    with transaction.atomic():
        try:
            return [
                access_actions.lend_post(
                    one, substitute, by=actor, valid_from=first, valid_to=last, kind=kind,
                    reason=request.POST.get("reason", ""),
                )
                for one in posts
            ]  # fmt: skip
        except Conflict:
            # A second click finds its own arrangement: that is no conflict.
            found = [one for one in same if one.arranged_by_id == actor.account_id]
            if {one.membership.role_id for one in found} >= {one.role_id for one in posts}:
                return found
            raise


def _day(request: HttpRequest, name: str, zh: str) -> date:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError as error:
        raise RuleBroken(f"请填写{zh}。", rule="access.substitution") from error


def _account(text: str, said: str) -> Account:
    found = Account.objects.filter(pk=int(text) if text.isdigit() else 0).first()
    if found is None:
        raise RuleBroken(said, rule="access.account_known")
    return found


def _giver(request: HttpRequest, text: str) -> Account:
    me, actor = viewer.account(request), viewer.actor(request)
    if not text or text == str(me.pk):
        return me
    found = Account.objects.filter(pk=int(text) if text.isdigit() else 0).first()
    mine = duties.assigning(actor)
    if found is None or not any(office in mine for office in duties.places(found)):
        raise NotAllowed(
            "只能移交自己在手的办件；移交他人的办件，须由本单位有“分派任务”权限的负责人办理。",
            rule="case.hand_over",
        )
    return found


def _page(request: HttpRequest, error: PlatformError | None = None) -> HttpResponse:
    me, actor = viewer.account(request), viewer.actor(request)
    typed = request.POST if request.method == "POST" and "post" in request.POST or error else request.GET
    giver = _for_whom(request, typed.get("for", ""))
    posts = duties.posts_of(giver)
    offices = list(dict.fromkeys(one.office_id for one in posts)) or duties.places(me)
    mine, for_me, past = duties.of_account(me.pk)
    leads = bool(duties.arranging(actor))
    context: dict[str, Any] = {
        "me": me,
        "giver": giver,
        "posts": posts,
        "chosen_posts": _chosen(typed, posts),
        "substitutes": [one for one in duties.colleagues(offices) if one.pk != giver.pk],
        "mine": mine,
        "for_me": for_me,
        "past": past,
        "days": duties.days_shown(),
        "overview": duties.overview(duties.places(me), with_load=leads),
        "leads": leads,
        "may_hand_over": bool(duties.assigning(actor)),
        "in_hand": duties.cases_in_hand(me, actor).count(),
        "kinds": KINDS,
        "typed": typed,
        "today": clock.today(),
        "error": error,
    }
    return render(request, "workbench/duties.html", context, status=error.http_status if error else 200)


def _for_whom(request: HttpRequest, text: str) -> Account:
    me = viewer.account(request)
    found = Account.objects.filter(pk=int(text)).first() if text.isdigit() else None
    return found if found and duties.may_arrange_for(viewer.actor(request), found) else me


def _chosen(typed: Any, posts: list[Any]) -> set[int]:
    """What is ticked: as typed, at first every post in which one acts rather than only reads."""
    if "post" in typed:
        return {int(one) for one in typed.getlist("post") if one.isdigit()}
    return {one.pk for one in posts if not one.role.code.endswith(".viewer")}


def _hand_over_page(request: HttpRequest, giver: Account, error: PlatformError | None = None) -> HttpResponse:
    actor = viewer.actor(request)
    cases = list(duties.cases_in_hand(giver, actor))
    typed = request.POST if request.method == "POST" else request.GET
    wanted = {int(one) for one in typed.getlist("case") if one.isdigit()}
    context = {
        "giver": giver,
        "is_me": giver.pk == actor.account_id,
        "lines": listing.lines(cases, shown.Days(clock.today())),
        "chosen": wanted,
        "takers": duties.takers(giver, cases),
        "typed": typed,
        "key": forms.fresh_key(),
        "error": error,
    }
    return render(request, "workbench/hand_over.html", context, status=error.http_status if error else 200)
