"""The handling page (办理页): the case *is* this page. Reading here, acting in `acting`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, PlatformError
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case import Offer
from zhujianyun.kernel.case import dossier as dossiers
from zhujianyun.kernel.case.definition.model import Definition
from zhujianyun.kernel.case.dossier import Dossier
from zhujianyun.kernel.case.engine.checks import ENTER_FOR_APPLICANT
from zhujianyun.kernel.case.models import Case
from zhujianyun.kernel.case.tasks import ASSIGN
from zhujianyun.ui.workbench import casefile, forms, queries, viewer
from zhujianyun.ui.workbench.listing import case_url


@never_cache
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """A case by its number (办理页)."""
    return page(request, find(viewer.actor(request), number=number))


@never_cache
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
    own: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a case, with a refused form in its place when there is one (页面).

    ``own`` says what the officer did herself in another window, when that is why she is refused.
    """
    actor = viewer.actor(request)
    gathered = casefile.gather(found)
    allowed, closed = _offers(gathered, actor)
    made = _forms(gathered, allowed, actor, refused)
    orphan = refused if refused and refused.offer.action not in {one.action for one in allowed} else None
    context = {
        "file": gathered,
        "case": found,
        "forms": made,
        "closed": closed,
        "orphan": orphan,
        "error": error,
        "own": own,
        "url": case_url(found),
        "diagram": mark_safe(gathered.diagram),  # noqa: S308 - drawn and escaped by the kernel
        "proof_name": casefile.proof_name(found),
        "may": task_rights(gathered, actor),
        "may_amend": gathered.is_draft and access.allows(actor, ENTER_FOR_APPLICANT, found.office_id),
        "may_hand_over": _may_hand_over(found, actor),
        "now": clock.now(),
    }
    return render(request, "workbench/case.html", context, status=status)


def offers_for(dossier: Dossier, definition: Definition | None, actor: Actor) -> list[Offer]:
    """What the engine offers, and the extensions of running clocks (全部动作)."""
    if definition is None:
        return []
    offered = dossiers.offers(dossier, definition, actor)
    if definition.states[dossier.case.state].lottery:
        # Hit and miss are carried out by the draw alone.
        offered = [one for one in offered if one.action not in ("hit", "miss")]
    return [*offered, *extensions(dossier, definition, actor)]


def _offers(file: casefile.CaseFile, actor: Actor) -> tuple[list[Offer], list[Offer]]:
    offered = offers_for(file.dossier, file.definition, actor)
    return [one for one in offered if one.allowed], [one for one in offered if not one.allowed]


def _may_hand_over(found: Case, actor: Actor) -> bool:
    if not found.is_open or found.holder_id is None:
        return False
    return found.holder_id == actor.account_id or access.allows(actor, ASSIGN, found.office_id)


def task_rights(file: casefile.CaseFile, actor: Actor) -> dict[str, Any]:
    """What the officer may do with the tasks of the case (任务权限)."""
    if not file.waiting or file.definition is None:
        return {"assign": False, "submit": [], "give_back": []}
    return dossiers.task_rights(file.dossier, file.definition, actor)


def _forms(
    file: casefile.CaseFile, allowed: list[Offer], actor: Actor, refused: forms.ActForm | None
) -> list[forms.ActForm]:
    if file.definition is None:
        return []
    desk = forms.Desk.set_up(file.dossier, file.definition, actor, allowed)
    return [_form(desk, offer, refused) for offer in allowed]


def _form(desk: forms.Desk, offer: Offer, refused: forms.ActForm | None) -> forms.ActForm:
    if refused is not None and refused.offer.action == offer.action:
        refused.offer = offer
        return refused
    form = forms.blank(desk, offer)
    forms.pick_single(form)
    return form


def extensions(dossier: Dossier, definition: Definition, actor: Actor) -> list[Offer]:
    """The extensions of running clocks, with why not (可办延期)."""
    case, offers = dossier.case, []
    for run in dossier.running() if not case.ended else ():
        deadline = definition.deadlines.get(run.deadline)
        if deadline is None or deadline.extend is None:
            continue
        extend, zh = deadline.extend, f"{deadline.zh}延期"
        may = any(access.holds(actor, f"{definition.app}.{role}", case.office_id) for role in extend.by)
        why_not = "" if may else f"“{zh}”由{'、'.join(definition.roles[role].zh for role in extend.by)}办理"
        if may and len(run.lengthenings) >= extend.times:
            why_not = f"“{deadline.zh}”已延期 {len(run.lengthenings)} 次，不能再延"
        if may and not why_not and run.overdue:
            why_not = f"“{deadline.zh}”已届满，不能延期"
        paper = f"；签发《{extend.doc}》" if extend.doc else ""
        said = f"环节不变；“{deadline.zh}”的到期日顺延{paper}。"
        offers.append(Offer(f"extend:{deadline.id}", zh, not why_not, why_not, (), (), said, True))
    return offers
