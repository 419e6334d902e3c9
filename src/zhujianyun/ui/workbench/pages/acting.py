"""Acting on a case (办理): a post becomes one act of the engine, or a page that says why not.

Guards, rules and versions are the engine's; here they are only put into words beside the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from zhujianyun.base.errors import Conflict, NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import case
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import Offer
from zhujianyun.kernel.case import dossier as dossiers
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.ui.workbench import errors, forms, shown, viewer
from zhujianyun.ui.workbench.listing import case_url
from zhujianyun.ui.workbench.pages import handling


@require_POST
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Act on a case with a number (办理)."""
    return _act(request, action, number=number)


@require_POST
def draft(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Act on a draft (办理草稿)."""
    return _act(request, action, pk=pk)


def _act(request: HttpRequest, action: str, **which: Any) -> HttpResponse:
    actor = viewer.actor(request)
    try:
        found = handling.find(actor, **which)
    except NotFound as error:
        # The right to see it was taken away while the page was open: what was typed is shown once more.
        return errors.answer(request, error, kept=typed(request.POST))
    form = form_of(request, found, action, actor)
    try:
        step = _done(request, found, form, actor)
    except PlatformError as error:
        return _refused(request, found, form, error)
    _say_done(request, found, step)
    return redirect(case_url(found))


def form_of(
    request: HttpRequest, found: Case, action: str, actor: Actor, uploads: MultiValueDict | None = None
) -> forms.ActForm:
    """The form that was sent, with what was typed (提交的表单); files are taken in unless told which."""
    definition, dossier = shown.definition_of(found), dossiers.read(found)
    offered = handling.offers_for(dossier, definition, actor)
    offer = next((one for one in offered if one.action == action), None)
    if offer is None or definition is None:
        # No longer on offer: the engine will say why; what was typed is kept all the same.
        known = [one for _, one in definition.all_actions() if one.name == action] if definition else []
        facts = known[0].facts if known else ()
        offer = Offer(action, shown.action_zh(definition, found.state, action), False, "", facts, (), "")
        form = forms.ActForm(offer, found.version, forms.fresh_key(), [forms.FactField(one) for one in facts])
    else:
        form = forms.blank(forms.Desk.set_up(dossier, definition, actor, [offer]), offer)
    return forms.filled(form, request.POST, request.FILES if uploads is None else uploads)


def _done(request: HttpRequest, found: Case, form: forms.ActForm, actor: Actor) -> Step:
    broken = [paper.error for paper in form.papers if paper.error]
    if broken:
        raise RuleBroken("；".join(broken), rule="workbench.upload")
    return case.act(
        found,
        form.offer.action,
        by=actor,
        expected_version=_version(request),
        key=request.POST.get("key", ""),
        facts=forms.facts_of(form),
        documents=forms.documents_of(form),
        reason=forms.reason_of(form),
        at=forms.done_at_of(form),
        signatures=[one for one in forms.signers_of(form) if one.key != actor.key],
        approved_by=forms.approver_of(form),
    )


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    if not text.isdigit():
        raise RuleBroken("页面不完整，请刷新后重新办理。", rule="case.version")
    return int(text)


def _refused(request: HttpRequest, found: Case, form: forms.ActForm, error: PlatformError) -> HttpResponse:
    if errors.wants_json(request):
        return errors.answer(request, error)
    fresh = handling.find(viewer.actor(request), pk=found.pk)
    own = ""
    if isinstance(error, Conflict):
        mine = _mine_since(fresh, form.version, viewer.actor(request))
        if mine and mine[-1].action == form.offer.action:
            # Two tabs, a second click, the way back: it is done, so the result is what she came for.
            return _said_already(request, fresh, mine)
        own = _own_zh(fresh, mine)
    forms.faults(form, error)
    if isinstance(error, Conflict):
        # The officer is shown the fresh state now: acting again is a new act, upon that state.
        form.version, form.key = fresh.version, forms.fresh_key()
    return handling.page(request, fresh, refused=form, error=error, own=own, status=error.http_status)


def _mine_since(found: Case, version: int, actor: Actor) -> list[Step]:
    """What the officer herself did after the page was shown, oldest first; none if others did as well."""
    since = list(found.steps.filter(seq__gt=version).order_by("seq"))
    return since if all(step.actor == actor.key for step in since) else []


def _own_zh(found: Case, mine: list[Step]) -> str:
    if not mine:
        return ""
    step, definition = mine[-1], shown.definition_of(found)
    name = shown.action_zh(definition, step.from_state, step.action)
    return f"您已于 {shown.moment_zh(step.recorded_at)} 在另一页办理“{name}”，这一页是在那之前打开的。"


def _said_already(request: HttpRequest, found: Case, mine: list[Step]) -> HttpResponse:
    step, definition = mine[-1], shown.definition_of(found)
    name = shown.action_zh(definition, step.from_state, step.action)
    state = shown.state_of(found, definition).zh
    messages.info(
        request,
        f"您已于 {shown.moment_zh(step.recorded_at)} 办理“{name}”，没有重复办理；现处于“{state}”。",
    )
    return redirect(case_url(found))


def typed(data: Mapping[str, Any]) -> list[str]:
    """What an officer wrote into a form, to be shown when the form itself is gone (已填内容)."""
    kept = ("reason", "gaps_more", "entry_issue", "title")
    found: list[str] = []
    for name in data:
        if name.startswith(("fact:", "remark:")) or name in kept:
            values = data.getlist(name) if hasattr(data, "getlist") else [data[name]]
            found += [one.strip() for one in values if one.strip()]
    return found


def _say_done(request: HttpRequest, found: Case, step: Step) -> None:
    definition = shown.definition_of(found)
    name = shown.action_zh(definition, step.from_state, step.action)
    state = shown.state_of(found, definition)
    papers = "、".join(f"《{one.doc}》{one.number}" for one in step.papers.all())
    said = f"已办理“{name}”，现处于“{state.zh}”" + (f"，已签发{papers}" if papers else "")
    if step.at != step.recorded_at:
        said += f"；办理时间记为 {shown.moment_zh(step.at)}，录入时间 {shown.moment_zh(step.recorded_at)}"
    messages.success(request, said + "。")
