"""What gathering does in 2020 (归集大事): sources attached, first gathered, gathered again in December.

The plan follows from the data sets that are registered; whatever was done already is passed over, so
an interrupted play goes on where it was and ends the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
from django.db import connection

from zhujianyun.apps.data_gathering.actions import gathering, registering, starting
from zhujianyun.apps.data_gathering.models import Batch, Source
from zhujianyun.apps.data_gathering.sample import checks, states, stores, tables
from zhujianyun.apps.data_gathering.sample.tables import Table
from zhujianyun.base import clock, jobs
from zhujianyun.kernel import access
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.access.models import Membership
from zhujianyun.kernel.resource.models import Dataset
from zhujianyun.kernel.system.models import BusinessSystem

STARTS_AT = clock.at_local(date(2020, 1, 3), 8)
ENDS_AT = clock.at_local(date(2020, 12, 31), 14, 25)  # before the hour at which the demo stands
NIGHT = date(2020, 12, 28)
CURSORS = {  # gathered by the day of their rows on the last morning
    "商品房网签合同表": "signed_on", "公积金提取表": "paid_on", "公积金贷款表": "paid_on", "公租房申请表": "accepted_on",
    "质量安全隐患表": "decided_on", "质量监督登记表": "decided_on", "工人考勤": "worked_on",
}  # fmt: skip
DAILY = ("bidding", "online_signing", "fire_review", "site_safety", "approval", "e_licence", "hotline")
SMALL = 0.1  # below this scale only some tables are gathered a second time


@dataclass(frozen=True, order=True)
class Act:
    """Something that happens at an instant (一步)."""

    at: datetime
    place: int
    kind: str  # attach or gather
    code: str
    state: int = states.FIRST


class Scene:
    """The play (演练现场)."""

    def __init__(
        self, time: clock.VirtualClock, seed: int, scale: float, port: int, report: Callable[..., None]
    ) -> None:
        self.time, self.seed, self.scale, self.port, self.report = time, seed, scale, port, report
        self.by = operator()
        self.tables = {table.code: table for table in (*listed(scale), *owned(scale))}
        self.by_system: dict[str, list[Table]] = defaultdict(list)
        for table in self.tables.values():
            self.by_system[table.system].append(table)
        self.acts = self.rows = 0

    def play(self) -> None:
        """Do what is not done yet, in the order of time (演练)."""
        acts = sorted(self._planned())
        for number, act in enumerate(acts, start=1):
            table = self.tables[act.code]
            self.time.move_to(max(act.at, self.time.now()))
            (self._attach if act.kind == "attach" else self._gather)(table, act)
            self.report(number, len(acts), "步", f"{clock.local_day(act.at):%m-%d} {table.title}")
        self.time.move_to(ENDS_AT)
        self._leave_to_the_plan()

    def _planned(self) -> Iterator[Act]:
        known = dict(Dataset.objects.values_list("code", "created_at"))
        own = sorted(code for code, table in self.tables.items() if "created" in table.extra)
        for place, table in enumerate(self.tables.values()):
            since = table.extra.get("created") or known[table.code]
            day = clock.local_day(since) + timedelta(days=1)
            yield Act(clock.at_local(day, 10, place % 60), place, "attach", table.code)
            yield Act(clock.at_local(day + timedelta(days=1), 1, place % 60), place, "gather", table.code)
            if self.scale >= SMALL or place % 6 == 0 or table.title in _TOLD or table.code in own[:2]:
                yield Act(_night(table, place), place, "gather", table.code, states.DECEMBER)
            if table.title in CURSORS:
                morning = clock.at_local(date(2020, 12, 31), 6) + timedelta(minutes=place)
                yield Act(morning, place, "gather", table.code, states.LAST)

    def _attach(self, table: Table, act: Act) -> None:
        if Source.objects.filter(dataset__code=table.code).exists():
            return
        kind, place, secret = stores.reach(table, self.port)
        settings = {
            "mode": Source.Mode.DIGEST, "secret": secret, "holds_personal": checks.is_personal(_rows_of(table)),
        }  # fmt: skip
        if table.title in CURSORS:
            settings |= {
                "mode": Source.Mode.CURSOR,
                "cursor_column": CURSORS[table.title],
                "overlap_minutes": 4320,
            }
        known = Dataset.objects.select_related("system__owner").filter(code=table.code).first()
        columns = checks.declared(known.columns if known else _rows_of(table))
        if known:
            registering.attach_source(known, kind, place, by=self.by, columns=columns, **settings)
        else:
            system = BusinessSystem.objects.select_related("owner").get(code=table.system)
            registering.register_source(
                table.code, table.title, system, columns, table.key, kind, place, by=self.by, **settings
            )
        self.acts += 1

    def _gather(self, table: Table, act: Act) -> None:
        batch = Batch.objects.filter(dataset__code=table.code, asked_at=act.at).first()
        if batch is not None and not batch.is_active:
            self.rows += batch.read
            return
        stores.bring(self.by_system[table.system], act.state, self.seed, self.scale)
        if batch is None:
            source = Source.objects.select_related("dataset__system__owner").get(dataset__code=table.code)
            batch = starting.start(source, by=self.by)
            _work()
        if Batch.objects.get(pk=batch.pk).is_active:
            gathering.gather(batch.code)
        self.acts += 1
        self.rows += Batch.objects.get(pk=batch.pk).read
        pa.default_memory_pool().release_unused()

    def _leave_to_the_plan(self) -> None:
        """What runs after the play comes at night, the signings within the hour (按计划归集)."""
        night = clock.at_local(date(2021, 1, 1), 1)
        for place, source in enumerate(Source.objects.select_related("dataset").order_by("dataset__code")):
            hourly = source.dataset.title.startswith("招标公告")
            source.next_at = (
                clock.at_local(date(2020, 12, 31), 15) if hourly else night + timedelta(minutes=place)
            )
            source.save(update_fields=["next_at"])


def _night(table: Table, place: int) -> datetime:
    """When a table is gathered for the second time (再次归集): what is promised daily on the last night."""
    days = 3 if table.system in DAILY else place % 3
    return clock.at_local(NIGHT + timedelta(days=days), 1) + timedelta(minutes=place // 3 * 4)


_TOLD = {stores.RENAMED[0], stores.ADDED[0], *stores.GONE, *CURSORS}


def _work() -> None:
    """Let the queue work, unless all of it is one transaction (执行队列)."""
    if not connection.in_atomic_block:
        jobs.run_ready()


def _rows_of(table: Table) -> list[dict[str, object]]:
    return [{"name": n, "type": t, "nullable": n not in table.key} for n, t in table.columns]


def operator() -> Actor:
    """Whoever holds the post of gathering in the department; the platform itself when nobody does (归集管理员)."""
    held = Membership.objects.filter(role__code="data_gathering.operator", is_void=False)
    first = held.select_related("account").order_by("account_id").first()
    return access.actor(first.account) if first else SYSTEM


def listed(scale: float) -> list[Table]:
    """The tables that others registered and that the generator knows to fill (已登记的表)."""
    found = []
    for dataset in Dataset.objects.select_related("system").order_by("created_at", "code"):
        columns = tuple((column["name"], column["type"]) for column in dataset.columns)
        if dataset.title in tables.ROWS:
            rows = tables.sized(dataset.title, scale)
            found.append(
                Table(dataset.code, dataset.title, dataset.system.code, columns, tuple(dataset.key), rows)
            )
    return found


def owned(scale: float) -> list[Table]:
    """One table of each system that the catalogue does not name (其他系统的表)."""
    live = [BusinessSystem.State.BUILDING, BusinessSystem.State.RUNNING]
    known = set(BusinessSystem.objects.filter(state__in=live).values_list("code", flat=True))
    found = []
    for place, (system, (title, set_name, rows)) in enumerate(tables.OWN.items()):
        if system not in known:
            continue
        columns, key = tables.own_columns(set_name)
        listed_ = tuple((column["name"], column["type"]) for column in columns)
        created = clock.at_local(date(2020, 9, 14) + timedelta(days=place), 9)
        code = f"{system.replace('_', '-')}-main"
        found.append(
            Table(
                code,
                title,
                system,
                listed_,
                tuple(key),
                tables.sized(title, scale, rows),
                {"created": created},
            )
        )
    return found
