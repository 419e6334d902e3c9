"""Acting on a case (办理): a post becomes one act of the engine, or a page that says why not.

Guards, rules and versions are the engine's; here they are only put into words beside the form.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from zhujianyun.base.errors import Conflict, PlatformError, RuleBroken
from zhujianyun.kernel import case
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import Offer
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.ui.workbench import errors, forms, shown, viewer
from zhujianyun.ui.workbench.listing import case_url
from zhujianyun.ui.workbench.pages import handling


@require_POST
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Act on a case with a number (办理)."""
    return _act(request, handling.find(viewer.actor(request), number=number), action)


@require_POST
def draft(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Act on a draft (办理草稿)."""
    return _act(request, handling.find(viewer.actor(request), pk=pk), action)


def _act(request: HttpRequest, found: Case, action: str) -> HttpResponse:
    actor = viewer.actor(request)
    form = _form(request, found, action, actor)
    try:
        step = _done(request, found, form, actor)
    except PlatformError as error:
        return _refused(request, found, form, error)
    _say_done(request, found, step)
    return redirect(case_url(found))


def _form(request: HttpRequest, found: Case, action: str, actor: Actor) -> forms.ActForm:
    definition = shown.definition_of(found)
    offer = next((one for one in handling.offers_for(found, actor) if one.action == action), None)
    if offer is None or definition is None:
        # No longer on offer: the engine will say why; what was typed is kept all the same.
        known = [one for _, one in definition.all_actions() if one.name == action] if definition else []
        facts = known[0].facts if known else ()
        offer = Offer(action, shown.action_zh(definition, found.state, action), False, "", facts, (), "")
        form = forms.ActForm(offer, found.version, forms.fresh_key(), [forms.FactField(one) for one in facts])
    else:
        form = forms.blank(found, definition, offer, actor)
    return forms.filled(form, request.POST, request.FILES)


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
        reason=form.reason,
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
    forms.faults(form, error)
    if isinstance(error, Conflict):
        # The officer is shown the fresh state now: acting again is a new act, upon that state.
        form.version, form.key = fresh.version, forms.fresh_key()
    return handling.page(request, fresh, refused=form, error=error, status=error.http_status)


def _say_done(request: HttpRequest, found: Case, step: Step) -> None:
    definition = shown.definition_of(found)
    name = shown.action_zh(definition, step.from_state, step.action)
    state = shown.state_of(found, definition)
    papers = "、".join(f"《{one.doc}》{one.number}" for one in step.papers.all())
    said = f"已办理“{name}”，现处于“{state.zh}”" + (f"，已签发{papers}" if papers else "")
    messages.success(request, said + "。")
