"""The reviews of 2020, played as cases (2020年度复核): sent in waves, confirmed, now and then sent back.

At the end of the year some are still with the divisions, one of them past its limit.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from zhujianyun.apps.asset_inventory.actions import reviewing
from zhujianyun.apps.asset_inventory.sample.catalogue import Planned
from zhujianyun.kernel import access, case

if TYPE_CHECKING:
    from zhujianyun.apps.asset_inventory.sample.year import Scene
    from zhujianyun.kernel.case.models import Case

FIRST_WAVE, SECOND_WAVE = date(2020, 9, 14), date(2020, 12, 7)
LATE, SLOW, SENT_BACK = (
    3,
    6,
    7,
)  # so many stay unconfirmed past the limit, unconfirmed in time; every nth returns
PARTS = ("basic", "hosting", "contract", "held", "ties")


def plan(scene: Scene, systems: list[Planned]) -> None:
    """Put the reviews of all live systems on their days (复核排期)."""
    for place, one in enumerate(systems):
        wave = SECOND_WAVE if place % 4 == 3 else FIRST_WAVE
        scene.at(wave + timedelta(days=place % 5), partial(_send, scene, one, place))


def _send(scene: Scene, one: Planned, place: int) -> None:
    found = reviewing.start_review(scene.fresh(one.code), by=scene.people.centre)
    if place % 4 == 3 and place // 4 < LATE + SLOW:
        if place // 4 >= LATE:  # the last days of the year: still within the limit
            scene.at(date(2020, 12, 31), partial(_confirm, scene, one, found, False))
        return
    days = 2 + scene.rng.randrange(9)
    scene.at(_today() + timedelta(days=days), partial(_confirm, scene, one, found, place % SENT_BACK == 0))


def _confirm(scene: Scene, one: Planned, found: Case, send_back: bool) -> None:
    corrected = scene.rng.choice((*PARTS, "", ""))
    facts = {part: "corrected" if part == corrected else "right" for part in PARTS}
    _act(
        found,
        "confirm",
        scene.officer(one),
        {"action": facts | {"remark": "已按实际更正" if corrected else ""}},
    )
    if _today() >= date(2020, 12, 31):
        return
    then = (
        partial(_return, scene, one, found)
        if send_back
        else partial(_act, found, "pass", scene.people.centre)
    )
    scene.at(_today() + timedelta(days=1 + scene.rng.randrange(3)), then)


def _return(scene: Scene, one: Planned, found: Case) -> None:
    _act(found, "return", scene.people.centre, reason="合同起止日期与附件不一致，请核实")
    scene.at(_today() + timedelta(days=3), partial(_confirm, scene, one, found, False))


def _act(found: Case, name: str, by: access.Actor, facts: dict | None = None, reason: str = "") -> None:
    case.act(
        found, name, by=by, expected_version=found.version, key=f"{found.pk}:{found.version}:{name}", facts=facts,
        reason=reason,
    )  # fmt: skip


def _today() -> date:
    from zhujianyun.base import clock

    return clock.today()
