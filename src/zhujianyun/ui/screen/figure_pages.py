"""The pages of a figure (指标页面): its definition, its series, its cities and counties, exactly its records.

With `at` the value is the one known then; the records are always those of today, and the page says so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.indicator import Gathered, Grain, Period, drilling, publishing, queries, versions
from zhujianyun.kernel.indicator import registry as indicators
from zhujianyun.kernel.indicator.alarms.watch import aim_zh
from zhujianyun.kernel.indicator.counties import Counties
from zhujianyun.kernel.indicator.figures import Figure
from zhujianyun.kernel.indicator.freshness import FRESHNESS_ZH
from zhujianyun.kernel.indicator.sources import BASIS_ZH, BoundRatio
from zhujianyun.kernel.indicator.targets import VERDICT_ZH
from zhujianyun.kernel.resource.models import Dataset
from zhujianyun.ui.screen import forms, payload, registry, replay
from zhujianyun.ui.screen.devices import visiting
from zhujianyun.ui.screen.pages import for_viewers, viewer_of
from zhujianyun.ui.screen.registry import Widget
from zhujianyun.ui.screen.svg.draw import picture
from zhujianyun.ui.screen.svg.pen import LIGHT

RECORDS_A_PAGE = 50
MOST_EXPORTED = 20_000  # more is a job of the workbench
SIDES_ZH = {"numerator": "分子", "denominator": "分母"}


def _cities() -> dict[str, str]:
    return {row.code: row.name for row in divisions.cities()}


def _asked(request: HttpRequest, at: datetime | None) -> tuple[Period, str]:
    """Year and city from the address.

    Raises:
        Http404: no such year or city.
    """
    year = request.GET.get("year", str((clock.local_day(at) if at else clock.today()).year))
    city = request.GET.get("city", "")
    if not (year.isdigit() and 1990 <= int(year) <= 2100) or (city and city not in _cities()):
        raise Http404("没有这个年份或城市，请从指标页面重新选择。")
    return Period.year(int(year)), city


@require_safe
@for_viewers
def card(request: HttpRequest, code: str) -> HttpResponse:
    """The definition of a figure, for the dialogue on the wall (口径卡)."""
    _may_read(viewer_of(request), code)
    return render(request, "ui_screen/card.html", _figure(request, code))


@require_safe
@for_viewers
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """A figure with its definition and exactly the records behind it (指标与记录); never on a wall device."""
    if viewer_of(request).device is not None:
        return redirect("wall:show")
    context = _figure(request, code)
    drill = _drill(request, code, context)
    page = Paginator(drill.rows, RECORDS_A_PAGE).get_page(request.GET.get("page"))
    context |= {
        "drill": drill, "page": page, "records": queries.columns(code, page.object_list),
        "series": _series(context), "history": queries.definition_history(code), "side_zh": SIDES_ZH.get(drill.side, ""),
        "counties": _counties(code, context),
    }  # fmt: skip
    journal.record(
        "indicator.drill", actor=request.user.key, object=("indicator", code),
        facts={"period": context["period"].text_zh, "city": context["city"], "records": drill.visible},
    )  # fmt: skip
    return render(request, "ui_screen/figure.html", context)


@require_safe
@for_viewers
def export(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The records that the viewer may see, as CSV (导出记录). Every export is in the journal.

    Raises:
        RuleBroken: too many for one answer.
    """
    if viewer_of(request).device is not None:
        raise Http404("设备上不能导出记录。")
    context = _figure(request, code)
    drill = _drill(request, code, context)
    if drill.visible > MOST_EXPORTED:
        raise RuleBroken(
            f"共 {drill.visible:,} 条，超过一次导出的上限 {MOST_EXPORTED:,} 条，请先按地区缩小范围。",
            rule="indicator.export", records=drill.visible,
        )  # fmt: skip
    journal.record(
        "indicator.export", actor=request.user.key, object=("indicator", code),
        facts={"period": context["period"].text_zh, "city": context["city"], "records": drill.visible},
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="{code}-{context["period"].start.year}.csv"'}
    lines = _lines(code, drill.rows)
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _lines(code: str, rows: Any) -> Iterator[str]:
    writer = csv.writer(_Echo())
    found = queries.columns(code, list(rows))
    yield "\ufeff" + writer.writerow(found.header)
    for row in found.rows:
        yield writer.writerow([_harmless(cell) for cell in row["cells"]])


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _harmless(cell: Any) -> Any:
    """No spreadsheet runs a name as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell != "—" and cell else cell


def _drill(request: HttpRequest, code: str, context: dict[str, Any]) -> drilling.Drill:
    side = request.GET.get("side", "denominator")
    if side not in SIDES_ZH:
        raise Http404("分子或分母写错了，请从指标页面重新选择。")
    return queries.drill(code, context["period"], context["city"], access.actor(request.user), side=side)


def _may_read(viewer: visiting.Viewer, code: str) -> None:
    """A device reads the cards of its own screens, a public one those of released figures.

    Raises:
        Http404: for any other.
    """
    if viewer.device is None:
        return
    shown = {c for name in viewer.device.screens if (s := registry.get(name)) for c in s.codes()}
    if code not in shown or (viewer.is_public and not _is_public(code)):
        raise Http404(f"没有指标 {code}。")


def _is_public(code: str) -> bool:
    """Released, and not about persons or households: their small cells would stand in the card."""
    return indicators.get(code).release and not publishing.is_about_persons(indicators.get(code))


def _figure(request: HttpRequest, code: str) -> dict[str, Any]:
    if code not in {d.code for d in indicators.all_()}:
        raise Http404(f"指标停用或未登记：{code}。")
    at = replay.asked_at(request) if viewer_of(request).device is None else None
    period, city = _asked(request, at)
    shown = queries.figure(code, period, city, known_at=at)
    then = versions.recorded(code, shown.definition_version) if at else None
    changed = then is not None and then.version != shown.definition.version
    return {
        "figure": shown,
        "words": payload.figure_words(shown),
        "text_zh": _chinese(then.text) if changed and then else shown.definition.text_zh,
        "period": period,
        "city": city,
        "city_name": _cities().get(city, "全区"),
        "cities": list(_cities().items()),
        "demo": getattr(settings, "ZJY_DEMO", False),
        "viewer": viewer_of(request),
        "at": f"{clock.local(at):%Y-%m-%dT%H:%M}" if at else "",
        "known_at": at,
        "banner": replay.banner(at) if at else "",
        **_facts(shown),
    }


def _chinese(text: str) -> str:
    from zhujianyun.kernel.indicator import wording

    return wording.chinese(text)


def _facts(shown: Figure) -> dict[str, Any]:
    """Words around the value: source, comparison, target, freshness."""
    source = shown.definition.source()
    return {
        "basis": BASIS_ZH[source.basis] if isinstance(source, BoundRatio) else "",
        "sources": "、".join(dict.fromkeys(_model_zh(source))) or "登记清单",
        "fresh": FRESHNESS_ZH[shown.freshness],
        "aim": f"{aim_zh(shown)}（{VERDICT_ZH[shown.target]}）" if shown.aim and shown.target else "",
        "compared": [c for c in (shown.yoy, shown.mom) if c],
    }


def _model_zh(source: Any) -> Iterator[str]:
    if isinstance(source, BoundRatio):
        yield from _model_zh(source.numerator)
        yield from _model_zh(source.denominator)
    elif isinstance(source, Gathered):
        yield from _dataset_zh(source.codes)
    elif hasattr(source, "queryset"):
        yield str(source.queryset.model._meta.verbose_name)


def _dataset_zh(codes: Sequence[str]) -> Iterator[str]:
    """Gathered data sets with the system that delivers each; one that nobody registered by its code."""
    known = {one.code: one for one in Dataset.objects.filter(code__in=codes).select_related("system")}
    for code in codes:
        yield (
            f"{known[code].title}（{known[code].system.name}）" if code in known else f"未登记的数据集 {code}"
        )


def _series(context: dict[str, Any]) -> dict[str, Any] | None:
    """Twelve months as a line with break marks, and as a table."""
    shown: Figure = context["figure"]
    points = queries.series(shown.code, Grain.MONTH, context["period"], context["city"], context["known_at"])
    if sum(point.value is not None for point in points) < 2:
        return None
    months = [f"{point.period.start.month}月" for point in points]
    line = {
        "code": shown.code, "name": shown.zh, "unit": shown.unit.zh, "values": [forms.form.number(p.value) for p in points],
        "texts": [p.text for p in points], "breaks": [i for i, p in enumerate(points) if p.is_break],
    }  # fmt: skip
    told = forms.form.in_words(
        f"{shown.zh}逐月", ["月份", "数值"], [[m, p.text] for m, p in zip(months, points, strict=True)]
    )
    made = {"months": months, "lines": [line], **told}
    widget = Widget("series", "trend", "逐月", (shown.code,), (0, 0, 24, 5), {})
    return {**told, "svg": picture(widget, made, LIGHT)}


def _counties(code: str, context: dict[str, Any]) -> Counties | None:
    """A city's counties, ranked; no map of counties is at hand under an open licence."""
    if not context["city"] or context["known_at"]:
        return None
    return queries.by_county(code, context["period"], context["city"])
