"""My cases, one case, its files; and the query without signing in (我的办件·办件进度·查办件)."""

from __future__ import annotations

import json
from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from zhujianyun.base import clock
from zhujianyun.base.errors import NotFound, PlatformError, RuleBroken
from zhujianyun.kernel import journal
from zhujianyun.kernel.case import papers as paper_files
from zhujianyun.kernel.case import prove
from zhujianyun.ui.hall import boxes
from zhujianyun.ui.hall.applying import drafting, services
from zhujianyun.ui.hall.boxes import Box
from zhujianyun.ui.hall.pages.account import mine
from zhujianyun.ui.hall.pages.entering import both
from zhujianyun.ui.hall.tracking import following, querying
from zhujianyun.ui.hall.visiting import applicants_only
from zhujianyun.ui.signin.addresses import address_of
from zhujianyun.ui.workbench import shown

PER_PAGE = 20


@applicants_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What I must do, what is under way, what is done, and my drafts (我的办件)."""
    me = mine(request)
    cases = following.visible(me).filter(number__isnull=False).select_related("applicant", "office")
    done = request.GET.get("done") == "1"
    rows = cases.filter(settled=False, ended=False) if not done else cases.exclude(settled=False, ended=False)
    page = Paginator(rows.order_by("-opened_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    days, today = shown.Days(clock.today()), clock.today()
    lines = []
    for one in page:
        definition = shown.definition_of(one)
        state = shown.state_of(one, definition)
        left = shown.left_zh(one.due_on, today, days.of(definition)) if one.is_open else ""
        lines.append({"case": one, "state": state, "left": left, "process": shown.process_zh(one.process)})
    drafts = drafting.visible(me).filter(handed_in_at=None, dropped_at=None).order_by("-saved_at")
    drafts = [one for one in drafts if one.subject_id != me.applicant.subject_id or one.applicant_id == me.applicant.pk]  # fmt: skip
    context = {
        "visitor": me, "lines": lines, "page": page, "done": done,
        "drafts": [{"row": one, "process": shown.process_zh(one.process)} for one in drafts],
        "waiting": [one for one in lines if one["state"].sort == "waiting"],
        "services": services.offered(today),
    }  # fmt: skip
    return render(request, "hall/tracking/mine.html", context)


@applicants_only
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One case of mine (办件进度)."""
    me = mine(request)
    found = following.find(me, number)
    seen = following.follow(found, me)
    if any(fact.personal for fact in seen.definition.facts.values()):
        journal.record_read(
            me.applicant.key, f"case:{found.pk}", ["facts"], "申请人查看本人办件", case_id=found.pk
        )
    context = {
        "seen": seen, "case": found, "diagram": mark_safe(seen.diagram),  # noqa: S308 - drawn by us
        "code": querying.code_of(found),
    }  # fmt: skip
    return render(request, "hall/tracking/case.html", context)


@applicants_only
@require_POST
def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Begin to prepare an act on a case of mine (办理)."""
    me = mine(request)
    found = following.find(me, number)
    offer = next((one for one in following.offers_of(found, me) if one.action == action), None)
    if offer is None:
        raise RuleBroken(
            f"办件现处于“{found.state_zh}”，这项办理已不再需要。请刷新办件页查看。", rule="hall.moved_on"
        )
    row = drafting.for_act(me, found, action)
    asks = offer.need or offer.facts or offer.asks_reason
    return redirect("hall:application" if asks else "hall:summary", row.uid)


@applicants_only
@require_safe
def paper(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """A paper issued to me, as PDF (文书)."""
    row = following.find(mine(request), number).papers.filter(pk=pk).first()
    if row is None:
        raise NotFound("这个办件没有这份文书。", rule="hall.paper")
    return _sent(paper_files.file_of(row), f"{row.doc}-{row.number}.pdf", inline=True)


@applicants_only
@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponse:
    """The clock proof of my case, signed, for the verifier in the browser or the script (时限证明)."""
    found = following.find(mine(request), number)
    text = json.dumps(prove.prove(found), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'时限证明-{found.number}.json')}"
    return answer


@applicants_only
@require_safe
def document(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """A document that I handed in (已交材料)."""
    row = following.find(mine(request), number).documents.select_related("file").filter(pk=pk).first()
    if row is None or row.file is None:
        raise NotFound("这份材料没有电子文件。", rule="hall.document")
    return _sent(row.file, row.file.name, inline=row.file.kind == "pdf")


@never_cache
@both
def track(request: HttpRequest) -> HttpResponse:
    """By number and query code, without signing in: state and dates, nothing else (凭码查询)."""
    asked = [
        Box("number", "办件编号", hint="见受理凭证或提交回执。", longest=80),
        Box("code", "查询码", hint="提交回执上的 8 位字母和数字。", longest=20),
    ]
    asked[0].value = request.GET.get("number", "").strip()[:80]  # from the box on the home page
    found, summary, status = None, [], 200
    if request.method == "POST":
        boxes.filled(asked, request.POST)
        try:
            found = querying.find(asked[0].value, asked[1].value, address_of(request))
        except PlatformError as error:
            summary, status = boxes.faulty(asked, error), error.http_status
    context: dict[str, object] = {"boxes": asked, "summary": summary, "found": found}
    if found is not None:
        definition = shown.definition_of(found)
        context |= {
            "state": shown.state_of(found, definition), "process": shown.process_zh(found.process),
            "clocks": following.clocks_of(found, definition) if definition else [],
        }  # fmt: skip
    return render(request, "hall/tracking/track.html", context, status=status)


def _sent(stored: object, name: str, *, inline: bool) -> FileResponse:
    answer = FileResponse(stored.open(), content_type=stored.media_type)  # type: ignore[attr-defined]
    answer["Content-Disposition"] = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
