"""The year 2020 of 数据归集, played through the real actions (数据归集演示年).

`tables` says what the simulated systems hold, `rows` and `faults` make it, `stores` keeps it outside
the platform, `year` attaches the sources and gathers them; `neighbour` serves what is fetched by HTTP.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

from zhujianyun.apps.data_gathering.models import Batch, Source
from zhujianyun.apps.data_gathering.sample import quality, year
from zhujianyun.apps.data_gathering.sample.neighbour import serving
from zhujianyun.base import clock


def play(
    scale: float | str = 1.0, seed: int = 2020, report: Callable[..., None] | None = None, resume: bool = True
) -> dict[str, int]:
    """Attach every source and gather it, or do what is left of it (演完2020年).

    Each step commits by itself; killed at any moment, the same call goes on and ends the same. What was
    played already is passed over, so ``resume`` changes nothing.
    """
    with serving.bidding() as port, clock.standing(year.STARTS_AT) as time:
        scene = year.Scene(time, int(seed), float(scale), port, report or _silent)
        scene.play()
        gc.collect()
    looks = quality.play(year.operator(), float(scale), report or _silent)
    complete = Batch.objects.filter(state=Batch.State.COMPLETE).count()
    return {
        "acts": scene.acts + looks,
        "sources": Source.objects.count(),
        "batches": complete,
        "rows": scene.rows,
    }


def _silent(*_: object) -> None:
    return
