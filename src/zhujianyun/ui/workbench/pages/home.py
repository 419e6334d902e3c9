"""The first page (工作台首页): what waits for me, what is due, what is late, what I did today; for leaders, where."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.kernel import access
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.access.models import Account, Office
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.ui.workbench import exporting, listing, queries, shown, viewer
from zhujianyun.ui.workbench.listing import Line

TODO_SHOWN, LAMP_SHOWN, DONE_SHOWN, EXPORTS_SHOWN = 12, 6, 12, 3
DONE_COUNTED = 100
NOTICES = "zhujianyun.ui.notices"
LAMPS = [("black", "已超期"), ("red", "今日到期"), ("yellow", "临期")]


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The officer's day on one page (首页)."""
    actor, today = viewer.actor(request), clock.today()
    context: dict[str, Any] = {"today": today, "actor": actor}
    if not actor.duty:
        context |= _day(actor, today) | _done(actor, today)
        context |= {
            "division": _division(actor, today),
            "exports": exporting.mine(viewer.account(request), EXPORTS_SHOWN),
            "in_pools": queries.in_pools(actor),
        }
    context |= _notices(viewer.account(request))
    return render(request, "workbench/home.html", context)


def _day(actor: Actor, today: date) -> dict[str, Any]:
    """What waits and what is due (待办与时限). Four queries at most."""
    counted, days = queries.counts(actor), shown.Days(today)
    todo: list[Line] = []
    if counted["todo"]:
        mine = queries.rows(queries.visible(actor).filter(queries.todo(actor), number__isnull=False))
        todo = listing.lines(queries.by_due(mine)[:TODO_SHOWN], days)
    lit = [lamp for lamp, _ in LAMPS if counted[lamp]]
    urgent = listing.lines_of(queries.shortlists(actor, lit, LAMP_SHOWN), days) if lit else []
    return {
        "counted": counted,
        "tiles": _tiles(counted),
        "todo": todo,
        "lamps": [
            (lamp, zh, counted[lamp], [one for one in urgent if one.lamp == lamp]) for lamp, zh in LAMPS
        ],
    }


def _tiles(counted: dict[str, int]) -> list[dict[str, Any]]:
    tiles = [
        {
            "zh": "待我办",
            "count": counted["todo"],
            "query": "scope=todo",
            "tone": "todo",
            "below": "轮到我办理的在办件",
        }
    ]
    for lamp, zh in reversed(LAMPS):
        below = f"其中轮到我 {counted[f'my_{lamp}']} 件" if counted["todo"] else "您可见范围内的在办件"
        tiles.append(
            {
                "zh": zh,
                "count": counted[lamp],
                "query": f"lamp={lamp}",
                "tone": lamp,
                "below": below,
            }
        )
    return tiles


def _done(actor: Actor, today: date) -> dict[str, Any]:
    """What I did today, latest first (今日所办). One query."""
    steps = list(queries.done_by(actor, today)[:DONE_COUNTED])
    return {
        "done": [_done_line(step, step.case) for step in steps[:DONE_SHOWN]],
        "done_count": f"{len(steps)}{'+' if len(steps) == DONE_COUNTED else ''}",
    }


def _done_line(step: Step, case: Case) -> dict[str, Any]:
    definition = shown.definition_of(case)
    return {
        "at": f"{clock.local(step.at):%H:%M}",
        "zh": shown.action_zh(definition, step.from_state, step.action),
        "case": case,
        "process": shown.process_zh(case.process),
    }


def _division(actor: Actor, today: date) -> dict[str, Any] | None:
    """How the cities or offices that a leader sees stand (各地情况); nothing for one office alone. Three queries."""
    seen = viewer.offices(actor)
    if seen is not access.ALL and len(seen) < 2:
        return None
    monday = today - timedelta(days=today.weekday())
    by = "city_code" if seen is access.ALL else "office_id"
    shares = queries.shares(actor, by, monday)
    if seen is not access.ALL and len(shares) < 2:
        return None
    places = _cities() if seen is access.ALL else _offices(list(seen))
    rows = [
        (zh, f"{name}={key}", shares.get(key, queries.Share(key, 0, 0, 0, 0))) for name, key, zh in places
    ]
    return {
        "rows": [row for row in rows if seen is access.ALL or row[2].open or row[2].concluded],
        "place_zh": "设区市" if seen is access.ALL else "单位",
        "monday": monday,
        "total": [
            sum(getattr(row[2], name) for row in rows) for name in ("open", "red", "black", "concluded")
        ],
    }


def _cities() -> list[tuple[str, str | int, str]]:
    return [("city", row.code, row.name) for row in divisions.cities(clock.today())]


def _offices(ids: list[int]) -> list[tuple[str, str | int, str]]:
    rows = Office.objects.filter(pk__in=ids).order_by("code").values_list("pk", "name")
    return [("office", pk, name) for pk, name in rows]


def _notices(account: Account) -> dict[str, Any]:
    """The newest notices, when there are notices at all (最新消息). One query."""
    if not apps.is_installed(NOTICES):
        return {}
    from zhujianyun.ui.notices import queries as notices

    return {"notices": notices.latest(account), "notices_part": "notices/parts/latest.html"}
