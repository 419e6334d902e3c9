"""The year 2020 of 数据共享 (数据共享演示年): services, history of usage and probes, calls made while the demo runs.

`others` says which departments and interfaces there are, `year` what happens when, `history` what the old
exchange platform handed over, `live` makes real calls while the demo is served.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Sum

from zhujianyun.apps.data_gateway.models import Service, UsageDay
from zhujianyun.apps.data_gateway.sample import year
from zhujianyun.base import clock


def play(
    scale: float | str = 1.0, seed: int = 2020, report: Callable[..., None] | None = None, resume: bool = True
) -> dict[str, int]:
    """Play the year in one transaction: all of it is there or nothing (演完2020年).

    The scale thins out the history of usage. Played already: does nothing.
    """
    acts = 0
    if not (resume and Service.objects.exists()):
        with clock.standing(year.STARTS_AT) as time, transaction.atomic():
            scene = year.Scene(time, int(seed), float(scale), report or _silent)
            scene.play()
            acts = scene.acts
    calls = UsageDay.objects.aggregate(n=Sum("calls"))["n"] or 0
    return {"acts": acts, "services": Service.objects.count(), "calls": calls}


def _silent(*_: object) -> None:
    return
