"""The handling page (办理页): the case *is* this page. Reading here, acting in `acting`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from zhujianyun.base.errors import NotFound, PlatformError
from zhujianyun.kernel import access, case
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import Offer
from zhujianyun.kernel.case.definition.model import Definition
from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.workbench import casefile, forms, queries, shown, viewer
from zhujianyun.ui.workbench.listing import case_url


@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """A case by its number (办理页)."""
    return page(request, find(viewer.actor(request), number=number))


@require_safe
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft by its id; once it has a number, its own address (草稿)."""
    found = find(viewer.actor(request), pk=pk)
    return redirect(case_url(found)) if found.number else page(request, found)


def find(actor: Actor, **by: object) -> Case:
    """The case, when the actor may see it (查找可见办件).

    Raises:
        NotFound: no such case, or none that he may see: the two are not told apart.
    """
    found = (
        queries.visible(actor)
        .select_related("office", "applicant", "project", "holder", "parent")
        .filter(**by)
        .first()
    )
    if found is None:
        raise NotFound("没有这个办件，或者它不在您的可见范围内。请核对编号。", rule="case.number", **by)
    return found


def page(
    request: HttpRequest,
    found: Case,
    *,
    refused: forms.ActForm | None = None,
    error: PlatformError | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a case, with a refused form in its place when there is one (页面)."""
    actor = viewer.actor(request)
    gathered = casefile.gather(found)
    allowed, closed = _offers(found, actor, gathered.definition)
    context = {
        "file": gathered,
        "case": found,
        "forms": [_form(found, gathered.definition, offer, actor, refused) for offer in allowed],
        "closed": closed,
        "orphan": refused
        if refused and refused.offer.action not in {one.action for one in allowed}
        else None,
        "error": error,
        "url": case_url(found),
        "diagram": mark_safe(gathered.diagram),  # noqa: S308 - drawn and escaped by the kernel
        "proof_name": casefile.proof_name(found),
        "in_draw": _in_draw(gathered),
    }
    return render(request, "workbench/case.html", context, status=status)


def offers_for(found: Case, actor: Actor) -> list[Offer]:
    """What the engine offers, and the extensions of running clocks (全部动作)."""
    definition = shown.definition_of(found)
    return [*case.offers(found, actor), *(_extensions(found, definition, actor) if definition else ())]


def _offers(found: Case, actor: Actor, definition: Definition | None) -> tuple[list[Offer], list[Offer]]:
    if definition is None:
        return [], []
    offered = offers_for(found, actor)
    if definition.states[found.state].lottery:
        # Hit and miss are carried out by the draw alone.
        offered = [one for one in offered if one.action not in ("hit", "miss")]
    return [one for one in offered if one.allowed], [one for one in offered if not one.allowed]


def _extensions(found: Case, definition: Definition, actor: Actor) -> list[Offer]:
    if found.ended:
        return []
    offers = []
    for run in found.clocks.filter(stopped_on=None):
        deadline = definition.deadlines.get(run.deadline)
        if deadline is None or deadline.extend is None:
            continue
        extend, zh = deadline.extend, f"{deadline.zh}延期"
        may = any(access.holds(actor, f"{definition.app}.{role}", found.office_id) for role in extend.by)
        why_not = "" if may else f"“{zh}”由{'、'.join(definition.roles[role].zh for role in extend.by)}办理"
        if may and len(run.lengthenings) >= extend.times:
            why_not = f"“{deadline.zh}”已延期 {len(run.lengthenings)} 次，不能再延"
        if may and not why_not and run.overdue:
            why_not = f"“{deadline.zh}”已届满，不能延期"
        said = (
            f"环节不变；“{deadline.zh}”的到期日顺延"
            + (f"；签发《{extend.doc}》" if extend.doc else "")
            + "。"
        )
        offers.append(Offer(f"extend:{deadline.id}", zh, not why_not, why_not, (), (), said, True))
    return offers


def _form(
    found: Case, definition: Definition | None, offer: Offer, actor: Actor, refused: forms.ActForm | None
) -> forms.ActForm:
    if refused is not None and refused.offer.action == offer.action:
        refused.offer = offer
        return refused
    assert definition is not None
    form = forms.blank(found, definition, offer, actor)
    forms.pick_single(form)
    return form


def _in_draw(gathered: casefile.CaseFile) -> bool:
    if gathered.definition is None:
        return False
    state = gathered.definition.states.get(gathered.case.state)
    return bool(state and state.lottery)
