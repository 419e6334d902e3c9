"""Rules of quality for the main data sets, and what they find (质量规则演示): written on 27 December.

The rules follow from the columns, with some that only people would think of. The snapshots that are
there are looked at then; later ones when they land, as the queue would.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from zhujianyun.apps.data_gathering.actions.quality import checking, writing
from zhujianyun.apps.data_gathering.models import QualityRun, Source
from zhujianyun.apps.data_gathering.rules.quality import suggesting
from zhujianyun.base import clock
from zhujianyun.kernel.access import Actor
from zhujianyun.kernel.resource import columns
from zhujianyun.kernel.resource.models import Dataset, Snapshot

WRITTEN_AT = clock.at_local(date(2020, 12, 27), 15)
FIRST_AT = clock.at_local(date(2020, 12, 27), 16)
MAIN, FEW, SMALL = 36, 6, 0.1  # data sets with rules; fewer below this scale
SOON = timedelta(minutes=6)
FIRMS = "建筑业企业表"
PERMITS = "施工许可表"


def play(by: Actor, scale: float, report: Callable[..., None]) -> int:
    """Write the rules and look at the snapshots, or do what is left of it (演完质量检查); how many looks."""
    chosen = main_datasets(MAIN if scale >= SMALL else FEW)
    with clock.standing(WRITTEN_AT) as time:
        for dataset in chosen:
            _write(dataset, by)
        acts = sorted(_planned(chosen), key=lambda act: (act[0], act[1].pk))
        for number, (at, snapshot) in enumerate(acts, start=1):
            time.move_to(max(at, time.now()))
            checking.check(snapshot, clock.now(), by=by)
            report(number, len(acts), "次", f"质量检查 {snapshot.dataset.title}")
    return len(acts)


def main_datasets(most: int) -> list[Dataset]:
    """The data sets with most to check, the firms and permits always (主要数据集)."""
    rows = (
        Source.objects.select_related("dataset__system__owner")
        .filter(dataset__snapshots__isnull=False)
        .distinct()
    )
    ranked = sorted(
        (source.dataset for source in rows),
        key=lambda one: (one.title not in (FIRMS, PERMITS), -_worth(one), one.code),
    )
    return ranked[:most]


def _worth(dataset: Dataset) -> int:
    return sum(
        bool(column.get(name))
        for column in dataset.columns
        for name in ("code", "values", "length", "personal")
    )


def _write(dataset: Dataset, by: Actor) -> None:
    """All of a data set's rules, unless they are there (编写规则)."""
    if dataset.quality_rules.exists():
        return
    told = [
        one | _mended(one)
        for one in suggesting.suggested(dataset.columns, dataset.key, columns.known(dataset).titles)
    ]
    for number, one in enumerate([*told, *_thought_of(dataset)], start=1):
        writing.write_rule(dataset, one, by=by, code=f"{dataset.code}-r{number:02}", reason="首批质量规则")


def _mended(told: dict[str, Any]) -> dict[str, Any]:
    """Punctuality by the wait since the last reading only: the play gathers each table a few times a year."""
    return {"options": {"days": 1, "minutes": 0}} if told["kind"] == "fresh" else {}


def _thought_of(dataset: Dataset) -> list[dict[str, Any]]:
    """Rules that do not stand in the columns (业务规则)."""
    names = {column["name"] for column in dataset.columns}
    found: list[dict[str, Any]] = []
    if {"state", "concluded_on"} <= names:
        done = [{"item": "state", "op": "eq", "value": "已办结"}]
        found.append({"title": "已办结的应有办结日期", "kind": "filled", "columns": ["concluded_on"], "condition": done,
                      "dimension": "consistency", "weight": 2, "threshold": 99})  # fmt: skip
    if "amount" in names:
        found.append(
            {"title": "金额不为负数", "kind": "range", "columns": ["amount"], "options": {"least": "0"}}
        )
    firms = Dataset.objects.filter(title=FIRMS).exclude(pk=dataset.pk).first()
    holder = next(
        (name for name in ("builder_uscc", "holder_uscc", "employer_uscc", "subject_uscc") if name in names),
        "",
    )
    if firms and holder and any(column["name"] == "uscc" for column in firms.columns):
        found.append({"title": "企业应在建筑业企业表中", "kind": "reference", "columns": [holder],
                      "options": {"dataset": firms.code, "column": "uscc"}, "weight": 2, "threshold": 90})  # fmt: skip
    return found


def _planned(chosen: list[Dataset]) -> list[tuple[datetime, Snapshot]]:
    """When which snapshot is looked at (检查安排), what was looked at already left out."""
    done = set(QualityRun.objects.values_list("snapshot", flat=True))
    rows = Snapshot.objects.filter(dataset__in=chosen).exclude(pk__in=done).order_by("pk")
    return [
        (max(FIRST_AT, snapshot.landed_at + SOON), snapshot)
        for snapshot in rows.select_related("dataset__system__owner")
    ]
