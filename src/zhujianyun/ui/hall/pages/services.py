"""The services on offer (办事服务): the list, one page for each, and the check which one fits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.base.errors import PlatformError
from zhujianyun.kernel.case.definition import diagram
from zhujianyun.ui.hall import visiting
from zhujianyun.ui.hall.applying import drafting, fields, fitting, services
from zhujianyun.ui.hall.models import HeldFile
from zhujianyun.ui.hall.pages.account import mine
from zhujianyun.ui.hall.pages.entering import both
from zhujianyun.ui.hall.visiting import applicants_only


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every service (服务列表)."""
    return render(request, "hall/applying/services.html", {"services": services.offered(clock.today())})


@require_safe
def show(request: HttpRequest, process: str) -> HttpResponse:
    """One service: who, what for, how long, with what, what comes out, how it goes (服务指南)."""
    service = services.service(process, clock.today())
    asked = [one for one in fields.of_definition(service.definition) if one.fact.required]
    context = {
        "service": service,
        "asked": asked,
        "diagram": mark_safe(diagram.svg(service.definition)),  # noqa: S308 - drawn by us, text escaped
        "words": diagram.text(service.definition),
        "has_check": any(fit.process == process for fit in _judged()),
    }
    return render(request, "hall/applying/service.html", context)


@require_safe
def definition(request: HttpRequest, process: str) -> HttpResponse:
    """The definition itself, as the engine runs it (公开流程定义)."""
    found = services.service(process, clock.today()).definition
    return HttpResponse(found.source, content_type="text/plain; charset=utf-8")


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Answer a few questions, see which service fits (对照)."""
    day = clock.today()
    asked = fitting.questions(day)
    values = fields.typed(request.GET)
    fields.filled(asked, values)
    fits, summary = [], []
    if values:
        try:
            faults = {one.fact.name: f"请填写“{one.fact.zh}”。" for one in asked if one.fact.required and not one.value}  # fmt: skip
            fits = [] if faults else fitting.check(values, day)
        except PlatformError as error:
            faults = dict(error.details.get("fields") or {"": error.message_zh})
        for one in asked:
            one.error = faults.get(one.fact.name, "")
        summary = [(next((f"#{o.id}" for o in asked if o.fact.name == n), ""), said) for n, said in faults.items()]  # fmt: skip
    context = {"fields": asked, "fits": fits, "summary": summary, "query": request.GET.urlencode()}
    return render(request, "hall/applying/check.html", context, status=422 if summary else 200)


@applicants_only
@both
def start(request: HttpRequest, process: str) -> HttpResponse:
    """In whose name, then a draft (开始申请)."""
    service = services.service(process, clock.today())
    me = mine(request)
    data = request.POST if request.method == "POST" else request.GET
    if request.method != "POST":
        context = {
            "service": service,
            "visitor": me,
            "handed": [(name, data[name]) for name in data if name.startswith("fact:")],
        }
        return render(request, "hall/applying/start.html", context)
    subject = data.get("subject", "")
    if subject.isdigit() and me.may_act_for(int(subject)):
        visiting.stand_for(request, int(subject))
        chosen = next(one for one in me.names if one.pk == int(subject))
        me = visiting.Visitor(me.applicant, me.agencies, chosen)
    row = drafting.start(me, process, _values(request, me, service))
    _bring_files(request, me, row, service)
    return redirect("hall:application", row.uid)


def _values(request: HttpRequest, me: visiting.Visitor, service: services.Service) -> dict[str, str]:
    """What is known beforehand: from the check, or from an application that asked for the wrong service."""
    values = fields.typed(request.POST)
    former = request.POST.get("from", "")
    if former:
        values = {**drafting.body_of(drafting.find(me, former)).values, **values}
    return {name: text for name, text in values.items() if name in service.definition.facts}


def _bring_files(request: HttpRequest, me: visiting.Visitor, row: object, service: services.Service) -> None:
    former = request.POST.get("from", "")
    if not former:
        return
    for held in drafting.find(me, former).files.filter(slot__in=service.documents):
        HeldFile.objects.create(application=row, slot=held.slot, file=held.file)


def _judged() -> list[services.Service]:
    from zhujianyun.ui.hall.applying import judges

    return [one for one in services.offered(clock.today()) if judges.of(one.process)]
