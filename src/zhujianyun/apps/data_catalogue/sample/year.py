"""What happens in the catalogue in 2020 (目录大事): planned from a seed, played in the order of time."""

from __future__ import annotations

import csv
import heapq
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from zhujianyun.apps.data_catalogue.actions import editing, finding, mounting, regulating
from zhujianyun.apps.data_catalogue.models import EntryDraft
from zhujianyun.apps.data_catalogue.queries import classes
from zhujianyun.apps.data_catalogue.sample import catalogue, reports, sharing
from zhujianyun.apps.data_catalogue.sample.catalogue import Planned
from zhujianyun.apps.data_catalogue.sample.people import People
from zhujianyun.base import clock, files, workdays
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.case import effects
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Dataset, Mount, Resource
from zhujianyun.kernel.system import actions as systems
from zhujianyun.kernel.system.models import BusinessSystem

STARTS_AT = clock.at_local(date(2020, 1, 3), 8, 30)
ENDS_AT = clock.at_local(date(2020, 12, 31), 14, 20)  # before the hour at which the demo stands
USCC = "11450000MB0000019D"  # the department's, as the demo has it
Act = Callable[[], object]


class Scene:
    """The play: acts ahead by time, and what they need at hand (演练现场)."""

    def __init__(
        self,
        time: clock.VirtualClock,
        people: People,
        seed: int,
        report: Callable[..., None],
        scale: float = 1.0,
    ) -> None:
        self.time, self.people, self.report = time, people, report
        self.seed, self.scale = seed, scale
        self.rng = Random(f"{seed}:data_catalogue")
        self.calendar = workdays.Calendar.build(workdays.shipped_rows())
        self.acts = 0
        self._ahead: list[tuple[datetime, int, Act]] = []
        self._order = count()
        self._entries: dict[str, Resource] = {}

    def at(self, day: date, act: Act, minutes: int | None = None) -> None:
        """Put an act on a working day, at some minute of the office hours or at a given one (排期)."""
        while not self.calendar.is_workday(day):
            day += timedelta(days=1)
        start = clock.at_local(min(day, date(2020, 12, 31)), 8, 45)
        at = min(
            start + timedelta(minutes=self.rng.randrange(0, 340) if minutes is None else minutes), ENDS_AT
        )
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

    def _plan(self) -> None:
        entries = catalogue.planned()
        interfaces = catalogue.with_interface(entries)
        for one in entries:
            first = date(2020, 2, 10) + timedelta(days=self.rng.randrange(255))
            self.at(first, partial(self._write, one, one.title in interfaces))
        for place, one in enumerate(entries[::19]):
            self.at(date(2020, 11, 20) + timedelta(days=place * 3), partial(self._revise, one))
        for place, one in enumerate(entries[7:40:16]):
            self.at(date(2020, 12, 24) + timedelta(days=place * 2), partial(self._begin_revision, one, place))
        for number, title, month, day, summary in catalogue.REGULATIONS:
            self.at(date(2020, month, day), partial(self._regulate, number, title, summary))
        title, class_code, office, system = catalogue.WITHDRAWN
        gone = Planned(999, class_code, f"450000-{office}", system, "permit", "year", title, False)
        self.at(date(2020, 3, 2), partial(self._write, gone, False))
        self.at(date(2020, 8, 3), partial(self._withdraw, gone))
        reports.plan(self)
        self.sharing = sharing.Play(self, entries, interfaces)

    def entry_of(self, one: Planned) -> Resource:
        """The entry that was published (已发布目录)."""
        return self._entries[one.title]

    # --- acts ---

    def _editor(self, one: Planned) -> Actor:
        return self.people.editors[one.office]

    def _write(self, one: Planned, has_interface: bool) -> None:
        draft = editing.start_new(
            one.class_code, one.title, self.people.offices[one.office], by=self._editor(one),
            system=self._system(one), content=self._content(one), items=[item.row() for item in one.items],
        )  # fmt: skip
        editing.submit(draft, by=self._editor(one))
        self.at(
            clock.today() + timedelta(days=1 + self.rng.randrange(4)),
            partial(self._review, one, draft.pk, has_interface),
        )

    def _review(self, one: Planned, pk: int, has_interface: bool) -> None:
        draft = EntryDraft.objects.select_related("case", "provider", "resource").get(pk=pk)
        if one.place % 13 == 0 and draft.version == 1:
            editing.send_back(draft, by=self.people.manager, reason="摘要过于简单，请写明数据的产生环节")
            self.at(clock.today() + timedelta(days=2), partial(self._mend, one, pk, has_interface))
            return
        editing.publish(draft, by=self.people.manager)
        self._entries[one.title] = Resource.objects.select_related("provider").get(code=draft.code)
        if one.place != 999:
            self.at(
                clock.today() + timedelta(days=1 + self.rng.randrange(12)),
                partial(self._mount, one, has_interface),
            )

    def _mend(self, one: Planned, pk: int, has_interface: bool) -> None:
        draft = EntryDraft.objects.select_related("case", "provider", "resource").get(pk=pk)
        content = {**draft.content, "abstract": f"{one.abstract}数据在业务办结时产生，逐日更新。"}
        editing.save(
            draft,
            title=draft.title,
            content=content,
            items=draft.items,
            by=self._editor(one),
            expected=draft.version,
        )
        editing.submit(
            EntryDraft.objects.select_related("case", "provider", "resource").get(pk=pk), by=self._editor(one)
        )
        self.at(clock.today() + timedelta(days=1), partial(self._review, one, pk, has_interface))

    def _mount(self, one: Planned, has_interface: bool) -> None:
        entry, by = self._entries[one.title], self._editor(one)
        if one.has_table:
            dataset = self._dataset(one)
            known = {column["name"] for column in dataset.columns}
            binding = {item.code: item.code for item in one.items if item.code in known}
            mounting.mount_table(
                entry, dataset, binding, code=f"{one.slug}-table", title=f"{one.title}库表", by=by
            )
        if has_interface:
            address = f"https://exchange.zjt.invalid/{one.system}/{one.slug}/v1"
            binding = {item.code: item.code for item in one.items}
            mounting.mount_api(
                entry, address, binding, code=f"{one.slug}-api", title=f"{one.title}查询接口", by=by
            )
        if one.is_open:
            kept = files.put(self._listing(one), name=f"{one.title}.csv", kinds=("csv",))
            mounting.mount_file(entry, kept, code=f"{one.slug}-file", title=f"{one.title}开放数据", by=by)
        self.sharing.mounted(one)
        if one.place in (2, 29):
            self.at(date(2020, 10, 12), partial(self._retry_interface, one))

    def _retry_interface(self, one: Planned) -> None:
        """An interface that was tried and taken off again: it does not count at the end."""
        entry, by = self._entries[one.title], self._editor(one)
        code = f"{one.slug}-api0"
        resources.mount_api(
            entry,
            f"https://exchange.zjt.invalid/{one.system}/old",
            {},
            code=code,
            title=f"{one.title}旧接口",
            by=by,
        )
        mounting.unmount(
            Mount.objects.select_related("resource__provider").get(code=code), by=by, reason="旧接口停止维护"
        )

    def _revise(self, one: Planned) -> None:
        draft = editing.start_revision(
            self._fresh(one), by=self._editor(one), changed_on=clock.today() - timedelta(days=2)
        )
        note = "2020年四季度起按新口径更新。"
        content = {**draft.content, "abstract": f"{draft.content['abstract']}{note}"}
        draft = editing.save(
            draft, title=draft.title, content=content, items=draft.items, by=self._editor(one), expected=draft.version,
            reason="更新口径调整",
        )  # fmt: skip
        editing.submit(draft, by=self._editor(one))
        self.at(clock.today() + timedelta(days=2), partial(self._pass, draft.pk))

    def _pass(self, pk: int) -> None:
        draft = EntryDraft.objects.select_related("case", "provider", "resource").get(pk=pk)
        editing.publish(draft, by=self.people.manager)

    def _begin_revision(self, one: Planned, place: int) -> None:
        draft = editing.start_revision(self._fresh(one), by=self._editor(one), changed_on=date(2020, 12, 14))
        if place:
            editing.submit(draft, by=self._editor(one))

    def _withdraw(self, one: Planned) -> None:
        draft = editing.start_withdrawal(self._fresh(one), by=self._editor(one), reason="事项已取消")
        editing.submit(draft, by=self._editor(one))
        self.at(clock.today() + timedelta(days=2), partial(self._pass, draft.pk))

    def _regulate(self, number: str, title: str, summary: str) -> None:
        regulating.issue_regulation(
            number,
            title,
            self.people.offices["450000"],
            clock.today(),
            by=self.people.manager,
            summary=summary,
        )

    # --- what they need ---

    def _fresh(self, one: Planned) -> Resource:
        return Resource.objects.select_related("provider", "system").get(pk=self._entries[one.title].pk)

    def _content(self, one: Planned) -> dict[str, object]:
        path = dict(classes.classes(clock.today()))[one.class_code]
        return {
            "abstract": one.abstract, "class_path": path, "share": one.share, "cycle": one.cycle,
            "share_condition": "因依法履行职责需要，经提供方同意后使用" if one.share == "conditional" else "",
            "share_basis": catalogue.NOT_SHARED.get(one.title, ""), "share_mode": "接口、库表交换",
            "open": one.is_open, "format_class": "数据库", "format_type": "关系型数据库", "related": [],
            "extras": {"provider_uscc": USCC},
        }  # fmt: skip

    def _system(self, one: Planned) -> BusinessSystem:
        known = BusinessSystem.objects.filter(code=one.system).first()
        owner = self.people.offices[one.office]
        return known or systems.register_system(
            one.system, catalogue.SYSTEMS[one.system], owner, "housing", by=SYSTEM
        )

    def _dataset(self, one: Planned) -> Dataset:
        """The table to be gathered: registered with its columns; rows come with the first gathering."""
        known = Dataset.objects.filter(code=one.slug).first()
        columns = [
            {"name": item.code, "type": item.type, "nullable": place > 0}
            for place, item in enumerate(one.items)
        ]
        return known or resources.register_dataset(
            one.slug, f"{one.title}表", self._system(one), columns, [one.items[0].code], by=SYSTEM
        )

    def _listing(self, one: Planned) -> bytes:
        """An open file with some lines of made-up data."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([item.zh for item in one.items])
        for line in range(1, 41):
            writer.writerow([self._cell(item.type, item.code, line, one) for item in one.items])
        return out.getvalue().encode("utf-8-sig")

    def _cell(self, kind: str, code: str, line: int, one: Planned) -> str:
        if kind == "decimal":
            return f"{self.rng.randrange(100, 99_999) / 100:.2f}"
        if kind == "date":
            return str(date(2020, 1, 1) + timedelta(days=self.rng.randrange(300)))
        if code == "city_code":
            return f"45{self.rng.randrange(1, 15):02d}00"
        return (
            f"演示{one.title}{line:03d}"
            if code in ("name", "holder_name", "project_name")
            else f"{code[:2].upper()}{one.place:03d}{line:04d}"
        )
