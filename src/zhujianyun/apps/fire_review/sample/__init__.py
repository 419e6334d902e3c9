"""The year 2020 of 消防审验, played through the real engine (消防审验演示年).

Planned from a seed (`plan`), staffed (`officers`, `parties`), played day by day (`stage`).
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from zhujianyun.apps.fire_review.sample import officers, parties, plan, stage, targets, year
from zhujianyun.base import clock
from zhujianyun.base.codes import divisions
from zhujianyun.base.errors import RuleBroken
from zhujianyun.kernel.case.definition import registry


def play(
    scale: float | str = 1.0, seed: int = 2020, report: Callable[..., None] | None = None, resume: bool = True
) -> dict[str, int]:
    """Play the year, or what is left of it; acts, cases and works as counts (演完2020年).

    Runs under a virtual clock, one transaction to a virtual day. Interrupted at any moment, the same
    call goes on from the last whole day; a finished play does nothing.

    Raises:
        RuleBroken: a scale that cannot be played, or another play is in this database.
    """
    scale = f"{float(scale):g}"
    try:
        last = stage.last_day(seed, scale)
        made = plan.make(seed, scale, _counties(), _ratios())
    except ValueError as error:
        raise RuleBroken(
            f"演示年无法演练：{error}。数据规模应在 0.02 到 1 之间，且不能与已有演示数据混用。",
            rule="sample.playable",
        ) from error
    if last is not None and not resume:
        raise RuleBroken("已有演示数据，请先清空再重新演练。", rule="sample.empty")
    with clock.standing(year.STARTS_AT):
        people = officers.bureaux(targets.CITIES, seed)
        firms = parties.enterprises(made)
        projects, codes = parties.projects(made)
    scene = stage.Stage(made, people, firms, projects, codes, report or _silent)
    with _rare_collections():
        scene.play(after=last)
    return {"acts": scene.acts, "cases": len(made.courses), "works": made.works}


@contextmanager
def _rare_collections() -> Iterator[None]:
    """A play makes half a million objects and hardly a cycle: looking for cycles rarely saves a sixth of it."""
    kept = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*kept)


def _counties() -> plan.Counties:
    return {
        city: [(county.code, county.name) for county in divisions.counties(city, year.LAST_DAY)]
        for city in targets.CITIES
    }


def _ratios() -> dict[str, int]:
    rows = registry.table("fire_draw_ratio", year.LAST_DAY)
    return {row["stratum"]: row.whole("percent") for row in rows}


def _silent(*_: object) -> None:
    return
