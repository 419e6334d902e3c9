"""The first page (工作台首页): what waits for me, what is due, what is late, what I did today."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhujianyun.base import clock
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.case.models import Case, Step
from zhujianyun.ui.workbench import lots, queries, shown, viewer
from zhujianyun.ui.workbench.listing import lines

TODO_SHOWN, LAMP_SHOWN, DONE_SHOWN = 12, 6, 12


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The officer's day on one page (首页)."""
    actor, today = viewer.actor(request), clock.today()
    days = shown.Days(today)
    counted = queries.counts(actor)
    mine = queries.rows(queries.visible(actor).filter(queries.todo(actor), number__isnull=False))
    context = {
        "today": today,
        "counted": counted,
        "tiles": _tiles(counted),
        "todo": lines(queries.by_due(mine)[:TODO_SHOWN], days),
        "lamps": [
            (lamp, zh, counted[lamp], _short(actor, lamp, days) if counted[lamp] else [])
            for lamp, zh in _LAMPS
        ],
        "done": _done(actor),
        "done_count": queries.done_by(actor, today).aggregate(n=Count("pk"))["n"],
        "in_pools": sum(pool.waiting for pool in lots.pools(actor)),
        "actor": actor,
    }
    return render(request, "workbench/home.html", context)


_LAMPS = [("black", "已超期"), ("red", "今日到期"), ("yellow", "临期")]


def _tiles(counted: dict[str, int]) -> list[dict]:
    tiles = [
        {
            "zh": "待我办",
            "count": counted["todo"],
            "query": "scope=todo",
            "tone": "todo",
            "below": "轮到我办理的在办件",
        }
    ]
    for lamp, zh in reversed(_LAMPS):
        below = f"其中轮到我 {counted[f'my_{lamp}']} 件"
        tiles.append(
            {"zh": zh, "count": counted[lamp], "query": f"lamp={lamp}", "tone": lamp, "below": below}
        )
    return tiles


def _short(actor: Actor, lamp: str, days: shown.Days) -> list:
    found = queries.visible(actor).filter(queries.OPEN & queries.lit(lamp), number__isnull=False)
    return lines(queries.by_due(queries.rows(found))[:LAMP_SHOWN], days)


def _done(actor: Actor) -> list[dict]:
    return [_done_line(step, step.case) for step in queries.done_by(actor, clock.today())[:DONE_SHOWN]]


def _done_line(step: Step, case: Case) -> dict:
    definition = shown.definition_of(case)
    return {
        "at": f"{clock.local(step.at):%H:%M}",
        "zh": shown.action_zh(definition, step.from_state, step.action),
        "case": case,
        "process": shown.process_zh(case.process),
    }
