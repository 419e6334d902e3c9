"""The year 2020 of 资源目录, played through the real actions (资源目录演示年).

`catalogue` says which entries there are, `people` who acts, `year` what happens on which day,
`reports` what is reported to the region, `sharing` who asks for what and what becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from zhujianyun.apps.data_catalogue.models import EntryDraft
from zhujianyun.apps.data_catalogue.sample import catalogue, people, year
from zhujianyun.base import clock
from zhujianyun.kernel.resource.models import Mount, Resource


def play(
    scale: float | str = 1.0, seed: int = 2020, report: Callable[..., None] | None = None, resume: bool = True
) -> dict[str, int]:
    """Play the year in one transaction: all of it is there or nothing (演完2020年).

    The catalogue has one size whatever the scale; below half of it there are fewer requests for sharing.
    Played already: does nothing.
    """
    if resume and EntryDraft.objects.exists():
        return _told(0)
    with clock.standing(year.STARTS_AT) as time, transaction.atomic():
        providers = [one.office for one in catalogue.planned()]
        scene = year.Scene(time, people.gather(providers), int(seed), report or _silent, float(scale))
        scene.play()
    return _told(scene.acts)


def _told(acts: int) -> dict[str, int]:
    return {
        "acts": acts, "entries": Resource.objects.filter(state="published").count(),
        "mounts": Mount.objects.filter(state="mounted").count(),
    }  # fmt: skip


def _silent(*_: object) -> None:
    return
