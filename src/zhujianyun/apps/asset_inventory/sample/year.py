"""What happens in the inventory in 2020 (台账大事): planned from a seed, played in the order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import Any

from zhujianyun.apps.asset_inventory.actions import ending, entering, finding, holding, linking, planning
from zhujianyun.apps.asset_inventory.models import Milestone, Plan, SystemRecord
from zhujianyun.apps.asset_inventory.sample import catalogue, history, reviews
from zhujianyun.apps.asset_inventory.sample.catalogue import Planned
from zhujianyun.apps.asset_inventory.sample.people import People
from zhujianyun.base import clock, workdays
from zhujianyun.kernel import access, journal
from zhujianyun.kernel.case import effects
from zhujianyun.kernel.system.models import Cloud, Network

STARTS_AT = clock.at_local(date(2020, 1, 2), 8, 30)
ENDS_AT = clock.at_local(date(2020, 12, 31), 14, 25)
PLANS_ON = date(2020, 2, 17)
Act = Callable[[], object]


class Scene:
    """The play: acts ahead by time, and what they need at hand (演练现场)."""

    def __init__(
        self, time: clock.VirtualClock, people: People, seed: int, scale: float, report: Callable[..., None]
    ) -> None:
        self.time, self.people, self.scale, self.report = time, people, scale, report
        self.rng = Random(f"{seed}:asset_inventory")
        self.calendar = workdays.Calendar.build(workdays.shipped_rows())
        self.records: dict[str, SystemRecord] = {}
        self.plans: dict[str, Plan] = {}
        self.acts = 0
        self._ahead: list[tuple[datetime, int, Act]] = []
        self._order = count()

    # --- time ---

    def at(self, day: date, act: Act) -> None:
        """Put an act on a working day, at some minute of the office hours (排期)."""
        while not self.calendar.is_workday(day):
            day += timedelta(days=1)
        minutes = self.rng.randrange(0, 340)
        start = clock.at_local(min(day, date(2020, 12, 31)), 8, 40)
        self.on(min(start + timedelta(minutes=minutes), ENDS_AT), act)

    def on(self, at: datetime, act: Act) -> None:
        """Put an act on an instant (定时)."""
        heapq.heappush(self._ahead, (at, next(self._order), act))

    def play(self) -> None:
        """Plan everything and play it (演练)."""
        self._plan()
        while self._ahead:
            at, _, act = heapq.heappop(self._ahead)
            self.time.move_to(max(at, self.time.now()))
            act()
            self.acts += 1
            self.report(self.acts, self.acts + len(self._ahead), "步", f"{clock.local_day(at):%m-%d}")
        self.time.move_to(ENDS_AT)
        effects.catch_up()  # here, not at whatever hour the next play stands
        finding.look_everywhere()
        journal.record("asset_inventory.probed", actor="system", object=("day", "2020-12-31"))

    # --- the plan ---

    def _plan(self) -> None:
        self.on(STARTS_AT, self._lay_ground)
        self.on(clock.at_local(PLANS_ON, 9), self._open_plans)
        systems = catalogue.systems()
        for place, one in enumerate(systems):
            self._plan_system(one, place)
        self._plan_networks()
        self._plan_links()
        reviews.plan(self, [one for one in systems if not one.ends_in])
        for month in range(1, 13):
            last = date(2020, 12, 31) if month == 12 else date(2020, month + 1, 1) - timedelta(days=1)
            end = ENDS_AT - timedelta(minutes=1) if month == 12 else clock.at_local(last, 23, 30)
            self.on(end, partial(history.play_month, self, month))
            self.on(end, finding.look_everywhere)

    def _lay_ground(self) -> None:
        for code, name, kind in catalogue.NETWORKS:
            joined = date(2015, 1, 1) if kind != "special" else None
            Network.objects.get_or_create(
                code=code, defaults={"name": name, "kind": kind, "joined_on": joined}
            )
        code, name, provider = catalogue.CLOUD
        Cloud.objects.get_or_create(code=code, defaults={"name": name, "provider": provider})
        history.allow(self.people.centre)

    def _open_plans(self) -> None:
        office = self.people.offices["450000-xxzx"]
        for kind, title in (("cloud", "非涉密信息系统迁移上云"), ("network", "非涉密业务专网迁移打通")):
            self.plans[kind] = planning.open_plan(
                kind, f"2020-{kind}", f"2020 年{title}", office, due_on=date(2020, 12, 20), by=self.people.centre,
                basis="自治区数字政府建设年度任务",
            )  # fmt: skip

    def _plan_system(self, one: Planned, place: int) -> None:
        first = date(2020, 1, 6) + timedelta(days=self.rng.randrange(80))
        if not one.ends_in and place % 3 == 2:  # a third is gathered only in the course of the year
            first = date(2020, 4, 1) + timedelta(days=self.rng.randrange(150))
        self.at(first, partial(self._enter, one))
        if "s" in one.traits and not one.ends_in:
            self.at(date(2020, 9, 7) + timedelta(days=self.rng.randrange(95)), partial(self._dock, one))
        done = date(2020, 10, 10) + timedelta(days=self.rng.randrange(68))
        if one.ends_in:
            over = date(2020, one.ends_in, 12) + timedelta(days=self.rng.randrange(14))
            done = over - timedelta(days=25)
            self.at(over, partial(self._end, one))
        if "m" in one.traits:
            self._plan_move(one.code, "cloud", max(first, PLANS_ON) + timedelta(days=3), done)

    def _plan_move(self, code: str, kind: str, first: date, last: date) -> None:
        self.at(first, partial(self._agree, code, kind))
        steps = len(planning.STEPS[Plan.Kind(kind)])
        room = (last - first).days - 4
        for step in range(1, steps + 1):
            day = first + timedelta(days=3 + room * step // steps)
            self.at(day, partial(self._reach, code, kind, step))

    def _plan_networks(self) -> None:
        for place, code in enumerate(("fund_net", "housing_net")):
            self._plan_move(
                code, "network", PLANS_ON + timedelta(days=4), date(2020, 9, 10) + timedelta(days=50 * place)
            )

    def _plan_links(self) -> None:
        hub, login = catalogue.HUB, catalogue.LOGIN
        for code in (*catalogue.BOTH_WAYS, *catalogue.SIGNED_ON, *catalogue.ONE_WAY):
            self._plan_link(code, hub, "interface", "业务办理结果")
        for code in catalogue.BOTH_WAYS:
            self._plan_link(hub, code, "interface", "企业、人员和证照核验")
        for code in (*catalogue.SIGNED_ON, *catalogue.LOGIN_ONLY):
            self._plan_link(login, code, "sign_on", "登录身份")

    def _plan_link(self, source: str, target: str, kind: str, flows: str) -> None:
        day = date(2020, 9, 10) + timedelta(days=self.rng.randrange(85))
        self.at(day, lambda: self._link(source, target, kind, flows))

    # --- the acts ---

    def officer(self, one: Planned) -> access.Actor:
        """The officer of the division that owns it (责任处室经办人)."""
        return self.people.divisions[one.office]

    def _enter(self, one: Planned) -> None:
        rng, today = self.rng, clock.today()
        network = "internet" if "s" in one.traits or rng.random() < 0.3 else "government"
        filed = None if "r" in one.traits else today - timedelta(days=rng.randrange(90, 900))
        level = None if "r" in one.traits else 3 if "c" in one.traits or "s" in one.traits else 2
        cloud = Cloud.objects.get(code="gov_cloud") if "b" in one.traits else None
        values: dict[str, Any] = {
            "purpose": one.purpose, "users_who": _users(one), "users_count": rng.randrange(40, 9000),
            "address": f"https://{one.code.replace('_', '-')}.zjt.example.cn/",
            "vendor": entering.vendor(rng.choice(catalogue.FIRMS)), "network": Network.objects.get(code=network),
            "backup": "none" if "k" in one.traits else rng.choice(("local", "offsite")),
            "protection_level": level, "level_filed_on": filed, "is_service": "s" in one.traits,
            "level_number": f"4500{rng.randrange(10**9, 10**10)}" if filed else "",
        }  # fmt: skip
        if cloud:
            values |= {"cloud": cloud, "cloud_since": today}
        with finding.together():
            self._enter_whole(one, values)

    def _enter_whole(self, one: Planned, values: dict[str, Any]) -> None:
        record = entering.enter_system(
            one.code, one.name, self.people.offices[one.office], values, by=self.officer(one)
        )
        self.records[one.code] = record
        self._hold(one, record)
        if not one.ends_in:
            history.set_up(record, one, self.people.centre)

    def _hold(self, one: Planned, record: SystemRecord) -> None:
        rng, by, today = self.rng, self.officer(one), clock.today()
        ends = date(2020, 12, 31) + timedelta(
            days=rng.choice((-40, 20, 45, 90, 120, 180, 240, 300, 330, 360, 480, 540))
        )
        ends = max(ends + timedelta(days=rng.randrange(-13, 14)), today + timedelta(days=30))
        holding.add_contract(
            record, f"ZJXX-{2019 + rng.randrange(2)}-{len(self.records):03}", rng.choice(catalogue.FIRMS),
            starts_on=ends - timedelta(days=365), ends_on=ends, amount_fen=rng.randrange(80_000, 4_000_000) * 100,
            by=by, service_hours=rng.choice(("7×24 小时", "工作日 8:00–18:00")), reports_incidents=rng.random() < 0.7,
        )  # fmt: skip
        phone = f"1{rng.choice((38, 39, 77, 78))}0000{rng.randrange(10_000):04}"
        holding.add_contact(record, "业务负责人", by.name_zh, f"0771-000{rng.randrange(10_000):04}", by=by)
        holding.add_contact(
            record, "运维联系人", rng.choice(("李工程师", "黄工程师", "陈工程师")), phone, by=by
        )
        for name, (codes, attributes) in catalogue.TWINS.items():
            if one.code in codes:
                holding.note_data(record, name, attributes, by=by)
        holding.note_data(
            record, f"{one.name}业务数据", [f"{one.name}编号", "办理时间", "办理结果", "经办人"], by=by
        )

    def _agree(self, code: str, kind: str) -> None:
        thing = Network.objects.get(code=code) if kind == "network" else self.records[code].system
        planning.add_item(self.plans[kind], thing, by=self.people.centre)

    def _reach(self, code: str, kind: str, step: int) -> None:
        of = "network__code" if kind == "network" else "system__code"
        milestone = Milestone.objects.get(**{f"item__{of}": code}, step=step)
        cloud = Cloud.objects.get(code="gov_cloud") if kind == "cloud" else None
        proof = f"{milestone.name}记录〔2020〕{milestone.pk:03}号"
        planning.reach(milestone, by=self.people.centre, evidence=proof, cloud=cloud)

    def fresh(self, code: str) -> SystemRecord:
        """The record as it is now (最新档案)."""
        return SystemRecord.objects.select_related("system__owner").get(system__code=code)

    def _dock(self, one: Planned) -> None:
        record = self.fresh(one.code)
        entering.change_system(
            record, {"docked_on": clock.today()}, by=self.officer(one), expected_version=record.version,
            reason="完成与政务服务平台对接",
        )  # fmt: skip

    def _link(self, source: str, target: str, kind: str, flows: str) -> None:
        linking.link(self.fresh(source).system, self.fresh(target).system, kind, flows, by=self.people.centre)

    def _end(self, one: Planned) -> None:
        record = self.fresh(one.code)
        if one.successor:
            ending.merge(record, self.fresh(one.successor), by=self.officer(one), reason="功能并入承接系统")
        else:
            ending.retire(record, by=self.officer(one), reason="业务已不再开展")


def _users(one: Planned) -> str:
    return "企业和群众、各级住建部门" if "s" in one.traits else "厅机关和各级住建部门"
