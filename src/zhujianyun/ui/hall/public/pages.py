"""Public pages of the hall (公众页面): home, notices, figures, papers. They read and change nothing."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.case.papers import standing
from zhujianyun.kernel.indicator import display
from zhujianyun.ui.hall.applying import services
from zhujianyun.ui.hall.public import drawn, figures, notices

ON_PAGE = 20
ON_HOME = 2  # of each kind
IN_FEED = 15  # of each kind
MOST_WORDS = 60


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page of the hall (首页)."""
    tiles = [one for one in figures.tiles() if one.text != display.DASH][:8]
    return render(
        request,
        "hall/public/home.html",
        {
            "services": services.offered(clock.today())[:6],
            "notices": notices.latest(ON_HOME),
            "tiles": tiles,
            "period": figures.present().text_zh,
            "as_of": min((one.as_of for one in tiles if one.as_of), default=None),
        },
    )


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """Notices by kind, searched and paged (公示公告)."""
    words = request.GET.get("q", "").strip()[:MOST_WORDS]
    kind = request.GET.get("kind", "")
    if kind not in notices.KINDS:
        kind = _first_with_hits(words) if words else "draw"
    page = Paginator(notices.rows(kind, words), ON_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "hall/public/notices.html",
        {
            "kind": kind,
            "kinds": notices.KINDS.items(),
            "q": words,
            "page": page,
            "notices": [notices.notice(kind, row) for row in page],
        },
    )


def _first_with_hits(words: str) -> str:
    return next((kind for kind in notices.KINDS if notices.rows(kind, words).exists()), "result")


@require_safe
def notice_draw(request: HttpRequest, pk: int) -> HttpResponse:
    """One draw (摇号公示)."""
    row = notices.find("draw", pk=pk)
    told = {"draw": row, "notice": notices.of_draw(row), "strata": drawn.strata(row)}
    told |= {"witnesses": drawn.witnesses(row), "process_zh": notices.process_zh(row.process)}
    return render(request, "hall/public/draw.html", told)


@require_safe
def draw_bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """The data of a draw for whoever verifies it (核验数据下载)."""
    row = notices.find("draw", pk=pk)
    text = json.dumps(drawn.bundle(row), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return as_file(text, f"抽查核验数据-{clock.local_day(row.frozen_at)}-{row.pk}.json", "application/json")


@require_safe
def notice_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision (决定公示)."""
    row = notices.find("decision", pk=pk)
    return render(
        request,
        "hall/public/notice.html",
        {
            "notice": notices.of_decision(row),
            "action": notices.action_of(row),
            "process_zh": row.case.process_zh,
        },
    )


@require_safe
def notice_result(request: HttpRequest, number: str) -> HttpResponse:
    """One result (结果公示)."""
    row = notices.find("result", number=number)
    return render(
        request, "hall/public/notice.html", {"notice": notices.of_result(row), "process_zh": row.process_zh}
    )


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The latest notices as an Atom feed (订阅)."""
    whole = request.build_absolute_uri
    made = Atom1Feed(
        title="公示公告", link=whole(reverse("hall:notices")), description="抽查摇号、行政决定、办理结果",
        language="zh-hans", feed_url=whole(request.path),
    )  # fmt: skip
    for one in notices.latest(IN_FEED):
        url, at = whole(one.url), clock.at_local(one.day)
        text = f"{one.kind_zh}　{one.office}　{one.mark}"
        made.add_item(
            one.title, url, text, unique_id=url, pubdate=at, updateddate=at, categories=(one.kind_zh,)
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


@require_safe
def figure_list(request: HttpRequest) -> HttpResponse:
    """Figures cleared for release (公开数据)."""
    told = {
        "tiles": figures.tiles(),
        "period": figures.present().text_zh,
        "threshold": figures.disclosure.THRESHOLD,
    }
    return render(request, "hall/public/figures.html", told)


@require_safe
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One released figure by city (公开数据明细)."""
    found = figures.find(code)
    told = {
        "tile": figures.tiles([code])[0],
        "cells": figures.by_city(found),
        "period": figures.present().text_zh,
    }
    return render(request, "hall/public/figure.html", told | {"threshold": figures.disclosure.THRESHOLD})


@require_safe
def paper_state(request: HttpRequest) -> HttpResponse:
    """Whether a paper still counts (文书状态查询): the one step that asks the server."""
    number, code = (request.GET.get(name, "").strip()[:120] for name in ("number", "code"))
    told: dict[str, Any] = {"number": number, "code": code}
    if number or code:
        try:
            told["standing"] = standing.standing(number, code)
        except RuleBroken as error:
            told["refused"] = error.message_zh
    return render(request, "hall/public/paper_state.html", told)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What this site keeps and does not keep, and how to use it (关于本站)."""
    return render(request, "hall/public/about.html")


def as_file(text: str, name: str, media_type: str) -> HttpResponse:
    """A text to be saved under a name (下载)."""
    answer = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer
