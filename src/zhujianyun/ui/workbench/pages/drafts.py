"""A draft at the window (窗口填写草稿): the applicant's facts and documents before they are handed in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import access, case
from zhujianyun.kernel.case.definition.model import Definition
from zhujianyun.kernel.case.engine.checks import ENTER_FOR_APPLICANT
from zhujianyun.kernel.case.engine.facts import look
from zhujianyun.kernel.case.models import Case
from zhujianyun.ui.workbench import errors, factsheet, forms, shown, viewer
from zhujianyun.ui.workbench.pages import handling


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in a draft for the applicant, as often as it takes (填写草稿)."""
    found = handling.find(viewer.actor(request), pk=pk)
    definition = shown.definition_of(found)
    if definition is None:
        raise NotFound("这个办件的流程已停用，不能再填写。", rule="case.definition")
    access.require(viewer.actor(request), ENTER_FOR_APPLICANT, found.office_id)
    fields, papers = _fields(definition, found), _papers(definition, found)
    if request.method != "POST":
        return _page(request, found, definition, fields, papers)
    _fill(request, fields, papers)
    try:
        _save(request, found, fields, papers)
    except PlatformError as error:
        if errors.wants_json(request):
            return errors.answer(request, error)
        _faults(fields, error)
        return _page(request, found, definition, fields, papers, error)
    messages.success(request, "草稿已保存，尚未提交。")
    return redirect("workbench:draft", found.pk)


@require_POST
def drop(request: HttpRequest, pk: int, document: int) -> HttpResponse:
    """Take back a document that lies ready (撤下材料)."""
    found = handling.find(viewer.actor(request), pk=pk)
    row = found.documents.filter(pk=document).first()
    if row is None:
        raise NotFound("这份材料已经撤下。", rule="case.document")
    case.drop_document(row, by=viewer.actor(request))
    messages.success(request, f"《{row.kind}》已撤下。")
    return redirect("workbench:amend", found.pk)


def _fields(definition: Definition, found: Case) -> list[forms.FactField]:
    declared = [one for one in definition.facts.values() if not one.derived]
    return [forms.FactField(one, _typed(one.type, look(found.facts, one.name))) for one in declared]


def _typed(kind: str, value: Any) -> str:
    """A stored value as a form holds it."""
    if value is None:
        return ""
    if kind == "bool":
        return "true" if value is True else "false"
    if kind == "list":
        return "\n".join(
            " ".join(str(part) for part in one.values()) if isinstance(one, dict) else str(one)
            for one in value
        )
    return str(value)


def _papers(definition: Definition, found: Case) -> list[forms.PaperField]:
    first = definition.states[definition.initial].actions.values()
    kinds = dict.fromkeys(kind for action in first for kind in action.need if kind != forms.REASON)
    ready = set(found.documents.filter(step=None).values_list("kind", flat=True))
    return [forms.PaperField(kind, kind in ready) for kind in kinds]


def _fill(request: HttpRequest, fields: list[forms.FactField], papers: list[forms.PaperField]) -> None:
    for one in fields:
        one.value = request.POST.get(one.name, "").strip()
    for paper in papers:
        forms.fill_paper(paper, request.POST, request.FILES)


def _save(
    request: HttpRequest, found: Case, fields: list[forms.FactField], papers: list[forms.PaperField]
) -> None:
    broken = [one.error for one in papers if one.error]
    if broken:
        raise RuleBroken("；".join(broken), rule="workbench.upload")
    version = request.POST.get("version", "")
    if not version.isdigit():
        raise RuleBroken("页面不完整，请刷新后重新填写。", rule="case.version")
    actor = viewer.actor(request)
    facts = {one.fact.name: forms.plain_of(one) for one in fields if _is_changed(one, found)}
    case.amend_draft(
        found, facts, by=actor, expected_version=int(version), key=request.POST.get("key", ""),
        title=request.POST.get("title", ""),
    )  # fmt: skip
    given = forms.attached_of(papers)
    if given:
        case.attach(found, given, by=actor)


def _is_changed(one: forms.FactField, found: Case) -> bool:
    return one.value != _typed(one.fact.type, look(found.facts, one.fact.name))


def _faults(fields: list[forms.FactField], error: PlatformError) -> None:
    said = error.details.get("fields") or {}
    for one in fields:
        one.error = said.get(one.fact.name, "")


def _page(
    request: HttpRequest,
    found: Case,
    definition: Definition,
    fields: list[forms.FactField],
    papers: list[forms.PaperField],
    error: PlatformError | None = None,
) -> HttpResponse:
    groups: dict[str, list[forms.FactField]] = {name: [] for name in factsheet.GROUPS}
    for one in fields:
        groups[factsheet.group_of(one.fact)].append(one)
    context = {
        "case": found,
        "process": definition.zh,
        "groups": [(name, rows) for name, rows in groups.items() if rows],
        "papers": papers,
        "documents": found.documents.filter(step=None).select_related("file").order_by("pk"),
        "title": request.POST.get("title", found.title),
        "version": request.POST.get("version", found.version) if error else found.version,
        "key": forms.fresh_key(),
        "error": error,
    }
    return render(request, "workbench/draft.html", context, status=error.http_status if error else 200)
