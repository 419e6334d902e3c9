"""A year of reporting (一年的上报): every month a package, some refused, one lost, one answered too late.

Goes with the year of the catalogue, since a package holds what there was on its day.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from django.conf import settings

from zhujianyun.apps.data_catalogue.actions import reporting
from zhujianyun.apps.data_catalogue.models import TransferPackage
from zhujianyun.apps.data_catalogue.sample import region
from zhujianyun.base import clock

if TYPE_CHECKING:
    from zhujianyun.apps.data_catalogue.sample.year import Scene

DAYS = [*(date(2020, month, 26) for month in range(2, 12)), date(2020, 12, 8), date(2020, 12, 28)]
LOST = 8  # the month whose package the other side does not answer in time
TWICE = 5  # the month whose receipt comes a second time
FORGED = 10  # the month in which somebody else answers first


def plan(scene: Scene) -> None:
    """Put the acts of the year on their days (排期). An interrupted play left files behind: away with them."""
    if not reporting.has_place():
        return
    _clear(Path(settings.ZJY_REGIONAL_DROP), Path(settings.ZJY_REGIONAL_KEY).parent / "regional-platform")
    other = region.ready()
    for day in DAYS:
        scene.at(day, partial(_report, scene, other, day.month), minutes=300)


def _clear(drop: Path, home: Path) -> None:
    for name in ("out", "in", "taken", "refused"):
        shutil.rmtree(drop / name, ignore_errors=True)
    (drop / "sequence").unlink(missing_ok=True)
    (home / "memory.json").unlink(missing_ok=True)


def _report(scene: Scene, other: region.Region, month: int) -> None:
    made = reporting.build(by=scene.people.manager)
    if made is None:
        return
    reporting.exchange()
    if month == LOST:
        scene.at(clock.today() + timedelta(days=12), partial(_give_up, scene, other, made), minutes=40)
    elif month == FORGED:
        _forge(made)
        scene.at(clock.today() + timedelta(days=2), partial(_answer, other, month), minutes=20)
    elif clock.today() < DAYS[-1]:  # the last one of the year still waits
        scene.at(clock.today() + timedelta(days=1), partial(_answer, other, month), minutes=20)


def _answer(other: region.Region, month: int) -> None:
    other.look()
    reporting.exchange()
    if month == TWICE:
        taken = sorted((Path(settings.ZJY_REGIONAL_DROP) / "taken").glob("*-judged.json"))[-1]
        shutil.copy(taken, Path(settings.ZJY_REGIONAL_DROP) / "in" / taken.name.partition("-")[2])
        reporting.exchange()


def _give_up(scene: Scene, other: region.Region, made: TransferPackage) -> None:
    """No answer for twelve days: given up and reported anew; then the late receipt comes after all."""
    reporting.void(
        made, by=scene.people.manager, reason="自治区平台升级，十二天未出具回执，电话核实后作废重报"
    )
    reporting.report_now(by=scene.people.manager)
    other.look()
    reporting.exchange()
    other.look()
    reporting.exchange()


def _forge(made: TransferPackage) -> None:
    """A receipt that somebody else wrote: it looks right and is not signed by the other side."""
    told = {
        "format": "zjy-regional-receipt-1", "receiver": region.RECEIVER, "sequence": made.sequence,
        "kind": "returned", "package_sha256": made.digest, "at": clock.now().isoformat(),
        "reason": "请改投新地址", "records": [], "alg": "ed25519", "signature": "00" * 64,
    }  # fmt: skip
    name = f"{made.sequence:06d}-0-returned.json"
    (Path(settings.ZJY_REGIONAL_DROP) / "in" / name).write_bytes(orjson.dumps(told))
    reporting.exchange()
