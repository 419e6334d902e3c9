"""The pages of the book of indicators (指标册页面)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.indicator import registry
from zhujianyun.ui.books.figures import queries, sheets
from zhujianyun.ui.books.guarding import needs
from zhujianyun.ui.workbench import viewer

guarded = needs("screen.view", "indicator")
FORMS = {
    "csv": (sheets.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (sheets.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_safe
@guarded
def index(request: HttpRequest) -> HttpResponse:
    """The book (指标册)."""
    wanted = queries.Filters.read(request.GET.dict())
    lines = queries.lines(queries.chosen(wanted))
    context = {
        "wanted": wanted, "lines": lines, "total": len(registry.all_()), "kinds": queries.KINDS_ZH.items(),
        "apps": queries.apps(), "stewards": queries.stewards(), "kept": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "books/indicators.html", context)


@require_safe
@guarded
def show(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator (指标档案)."""
    if code not in {one.code for one in registry.all_()}:
        raise Http404(f"没有指标 {code}。")
    given, years = request.GET.get("year", ""), queries.years()
    year = int(given) if given.isdigit() and int(given) in years else clock.today().year
    one = queries.dossier(code, year)
    context = {
        "one": one, "year": year, "years": years, "directions": queries.DIRECTIONS_ZH,
        "target": queries.target_zh(one.figure),
    }  # fmt: skip
    return render(request, "books/indicator.html", context)


@require_safe
@guarded
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The book as a file (导出指标册)."""
    if form not in FORMS:
        raise Http404("只能导出为 csv 或 xlsx。")
    lines = queries.lines(queries.chosen(queries.Filters.read(request.GET.dict())))
    journal.record(
        "indicator.book", actor=viewer.actor(request).key, object=("indicator", "book"),
        facts={"form": form, "rows": len(lines)},
    )  # fmt: skip
    write, kind = FORMS[form]
    answer = HttpResponse(write(lines), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="indicators-{clock.today():%Y%m%d}.{form}"'
    return answer
