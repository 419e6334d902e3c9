"""The year 2020 of 资产台账, played through the real actions (资产台账演示年).

`catalogue` says which systems there are, `people` who acts, `year` what happens on which day, `history`
what the probes found, `neighbours` plays the probed systems while the demo runs.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from zhujianyun.apps.asset_inventory.models import SystemRecord
from zhujianyun.apps.asset_inventory.sample import people, year
from zhujianyun.base import clock
from zhujianyun.base.errors import RuleBroken


def play(
    scale: float | str = 1.0, seed: int = 2020, report: Callable[..., None] | None = None, resume: bool = True
) -> dict[str, int]:
    """Play the year in one transaction: all of it is there or nothing (演完2020年).

    The inventory has one size; `scale` thins out the history of the probes only. Played already: does
    nothing.

    Raises:
        RuleBroken: somebody else's systems are in the inventory.
    """
    if SystemRecord.objects.exists():
        if resume and SystemRecord.objects.filter(system__code="exchange").exists():
            return {"acts": 0, "systems": SystemRecord.objects.count()}
        raise RuleBroken("台账中已有其他系统，请先清空再演练。", rule="sample.empty")
    with clock.standing(year.STARTS_AT) as time, transaction.atomic():
        scene = year.Scene(time, people.gather(), int(seed), float(scale), report or _silent)
        scene.play()
    return {"acts": scene.acts, "systems": SystemRecord.objects.count()}


def _silent(*_: object) -> None:
    return
