"""A year of asking and granting (一年的共享): who asks for what, and what becomes of it.

Stories are dealt to the entries from a seed of their own and begin when the entry is mounted, so that
the rest of the year stays as it is. What would fall behind the end of the year is still under way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from zhujianyun.apps.data_catalogue.actions import deciding, granting, requesting
from zhujianyun.apps.data_catalogue.models import SharingRequest
from zhujianyun.apps.data_catalogue.rules import sharing
from zhujianyun.apps.data_catalogue.sample import corrections, sharing_people
from zhujianyun.apps.data_catalogue.sample.catalogue import Planned
from zhujianyun.base import clock
from zhujianyun.kernel.access import SYSTEM, Actor
from zhujianyun.kernel.resource.models import Resource
from zhujianyun.kernel.resource.queries import edition_now
from zhujianyun.kernel.system.models import BusinessSystem

if TYPE_CHECKING:
    from zhujianyun.apps.data_catalogue.sample.year import Scene

LAST_DAY = date(2020, 12, 30)
EARLY_UNTIL, REST_ON = date(2020, 8, 20), date(2020, 11, 9)
# kind of story → how many at full size, how many in a small demo
STORIES = {
    "plain": (8, 4), "partly": (5, 2), "supplied": (4, 1), "extended": (3, 1), "interface": (4, 1), "test": (2, 1),
    "refused": (6, 1), "withdrawn": (2, 1), "lapsed": (1, 0), "revoked": (4, 1), "suspended": (2, 1),
    "resumed": (2, 0), "expired": (6, 1), "renewed": (2, 0), "late": (7, 3),
}  # fmt: skip
EARLY = {"refused", "withdrawn", "lapsed", "revoked", "suspended", "resumed", "expired", "renewed"}
PURPOSES = (
    ("核验施工企业资质", "《建筑法》第十三条", "行政审批岗位"),
    ("施工许可并联审批核验", "《建筑工程施工许可管理办法》第四条", "审批窗口工作人员"),
    ("住房保障资格联审", "《公共租赁住房管理办法》第七条", "住房保障审核人员"),
    ("工程质量安全差异化监管", "《建设工程质量管理条例》第四十三条", "监督机构监督员"),
    ("信用联合惩戒比对", "《国务院关于建立完善守信联合激励和失信联合惩戒制度的指导意见》", "信用管理岗位"),
    ("城市体检指标核算", "自治区城市体检工作方案（演示）", "城市体检工作组"),
    ("农村危房改造对象核对", "自治区农村危房改造工作方案（演示）", "村镇建设管理人员"),
    ("消防审验项目信息核对", "《建设工程消防设计审查验收管理暂行规定》第六条", "消防审验经办人"),
)
REFUSALS = (
    ("所列用途没有法定职责依据", "目录共享条件：因依法履行职责需要"),
    ("申请范围超出履职所需，且可由已开放数据满足", "国发〔2016〕51号第十条（待核）"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """One request of the year (一件共享申请): its kind and who asks."""

    kind: str
    number: int
    consumer: str


class Play:
    """The stories of the year, dealt to the entries (共享演练)."""

    def __init__(self, scene: Scene, entries: list[Planned], interfaces: set[str]) -> None:
        self.scene, self.rng = scene, Random(f"{scene.seed}:sharing")
        self.people = sharing_people.gather({one.office for one in entries})
        self._interfaces, self._hung = interfaces, list[Planned]()
        size = 0 if scene.scale >= 0.5 else 1
        self.corrections, self.most_corrections = 0, (14, 4)[size]
        kinds = [kind for kind, counts in STORIES.items() for _ in range(counts[size])]
        self._left = list(enumerate(kinds))
        self.rng.shuffle(self._left)
        for month in range(3, 13):
            scene.at(date(2020, month, 1), granting.expire, minutes=0)
        scene.at(REST_ON, self._rest, minutes=5)

    def mounted(self, one: Planned) -> None:
        """The entry can be asked for from now on (可以申请)."""
        if one.has_table and one.share != "none":
            self._hung.append(one)
            if self.rng.randrange(4):
                self._begin(one)

    def _rest(self) -> None:
        """Whatever nobody asked for so far, of entries that are there."""
        while self._left and any(self._fitting(one) for one in self._hung):
            self._begin(self.rng.choice(self._hung))

    def _begin(self, one: Planned) -> None:
        """The next story that fits this entry: those that need time go to the early ones."""
        fitting = self._fitting(one)
        early = [each for each in fitting if each[1] in EARLY]
        chosen = (
            early
            if early and clock.today() < EARLY_UNTIL
            else [each for each in fitting if each not in early]
        )
        chosen = chosen or fitting
        if not chosen:
            return
        self._left.remove(chosen[0])
        others = [code for code in self.people.consumers if code != one.office]
        story = Story(chosen[0][1], chosen[0][0], self.rng.choice(others))
        first = clock.today() + timedelta(days=2 + self.rng.randrange(8))
        if story.kind == "late":
            first = max(first, date(2020, 12, 10) + timedelta(days=2 * (story.number % 9)))
        self._at(first, partial(self._ask, one, story))

    def _fitting(self, one: Planned) -> list[tuple[int, str]]:
        """What nobody shares without conditions is put off, and an interface is asked for where one hangs."""
        return [
            each
            for each in self._left
            if (each[1] != "interface" or one.title in self._interfaces)
            and (each[1] != "extended" or one.share == "conditional")
        ]

    def _at(self, day: date, act: Callable[[], object]) -> None:
        """A step of a story; what would come after the year is left for the next."""
        while not self.scene.calendar.is_workday(day):
            day += timedelta(days=1)
        if day <= LAST_DAY:
            self.scene.at(day, act, minutes=self.rng.randrange(10, 340))

    def later(self, days: int, act: Callable[[SharingRequest], object], row: SharingRequest) -> None:
        """An act on a request, some days from now (后续办理)."""
        self.on(days, partial(self._do, act, row.pk))

    def on(self, days: int, act: Callable[[], object]) -> None:
        """An act some days from now (几日后)."""
        self._at(clock.today() + timedelta(days=days), act)

    @staticmethod
    def _do(act: Callable[[SharingRequest], object], pk: int) -> None:
        related = ("case", "resource__provider", "consumer", "system", "grant")
        act(SharingRequest.objects.select_related(*related).get(pk=pk))

    # --- what the consumer asks ---

    def _ask(self, one: Planned, story: Story) -> None:
        entry = Resource.objects.select_related("provider").get(pk=self.scene.entry_of(one).pk)
        office = self.people.offices[story.consumer]
        system = BusinessSystem.objects.filter(owner=office).order_by("code").first()
        row = requesting.apply_for(
            entry, office, self._wanted(entry, story, system), by=self.people.consumers[story.consumer],
            key=f"sample-{story.number}", system=system,
        )  # fmt: skip
        step = {"withdrawn": self._withdraw, "supplied": self._return, "lapsed": self._return}.get(story.kind)
        if clock.today() >= date(2020, 12, 22) and story.number % 3:
            return  # still on the clerk's desk when the year ends
        days = 1 + self.rng.randrange(3) if entry.share == "conditional" else 0  # answered within a day
        self.later(days, partial(step or self._propose, story), row)

    def _wanted(self, entry: Resource, story: Story, system: BusinessSystem | None) -> sharing.Wanted:
        items = [item.code for item in sharing.shareable(edition_now(entry).item_list)]
        kept = sorted(self.rng.sample(items, min(len(items), 3 + self.rng.randrange(3))), key=items.index)
        purpose, basis, scope = PURPOSES[self.rng.randrange(len(PURPOSES))]
        today = clock.today()
        last = today + timedelta(days=75) if story.kind in ("expired", "renewed") else date(2021, 12, 31)
        office = self.people.offices[story.consumer]
        place = int(office.division_code[2:4] or 0)
        return sharing.Wanted(
            items=tuple(kept), legal_basis=basis, scenario=purpose, scope=scope,
            mode="api" if story.kind == "interface" else "table", valid_from=today, valid_to=last,
            calls_per_day=self.rng.choice((500, 1000, 2000, 5000, 20_000)),
            system_name=system.name if system else f"{office.name}业务平台",
            responsible=self.people.consumers[story.consumer].name_zh, responsible_phone="13900000000",
            networks=(f"10.{45 + place}.{story.number}.0/24",), is_test=story.kind == "test",
        )  # fmt: skip

    def _withdraw(self, story: Story, row: SharingRequest) -> None:
        requesting.withdraw(row, by=self._consumer(row), expected=row.case.version)

    def _supply(self, story: Story, row: SharingRequest) -> None:
        wanted = sharing.Wanted(
            items=tuple(row.items.values_list("code", flat=True)), legal_basis=f"{row.legal_basis}（附件已补充全文）",
            scenario=row.scenario, scope=f"{row.scope}，限办理本系统业务时使用", mode=row.mode, valid_from=row.valid_from,
            valid_to=row.valid_to, calls_per_day=row.calls_per_day,
            system_name=row.case.facts["subject"]["system_name"], responsible=row.responsible,
            responsible_phone=row.responsible_phone, networks=tuple(row.networks), is_test=row.is_test,
        )  # fmt: skip
        requesting.supply(row, wanted, by=self._consumer(row), expected=row.case.version)
        self.later(2, partial(self._propose, story), row)

    def _renew(self, story: Story, row: SharingRequest) -> None:
        wanted = sharing.Wanted(
            items=tuple(row.items.values_list("code", flat=True)), legal_basis=row.legal_basis, scenario=row.scenario,
            scope=row.scope, mode=row.mode, valid_from=row.valid_to + timedelta(days=1), valid_to=date(2021, 12, 31),
            calls_per_day=row.calls_per_day, system_name=row.case.facts["subject"]["system_name"],
            responsible=row.responsible, networks=tuple(row.networks),
        )  # fmt: skip
        new = requesting.renew(row, wanted, by=self._consumer(row), key=f"sample-renew-{story.number}")
        self.later(2, partial(self._propose, Story("plain", story.number, story.consumer)), new)

    # --- what the provider does ---

    def _return(self, story: Story, row: SharingRequest) -> None:
        gaps = "请补充使用依据全文，并写明数据的使用岗位和保存期限"
        deciding.send_back_once(row, by=self._clerk(row), gaps=gaps, expected=row.case.version)
        if story.kind == "lapsed":
            self.later(26, lambda late: requesting.step(late, "lapse", SYSTEM), row)
        else:
            self.later(3 + self.rng.randrange(5), partial(self._supply, story), row)

    def _propose(self, story: Story, row: SharingRequest) -> None:
        ruled = deciding.as_asked(row)
        if story.kind == "partly":
            code = list(ruled)[-1]
            ruled[code] = sharing.Ruled(False, why="与所列用途无直接关系")
        ruled = {code: self._bounded(one, row) for code, one in ruled.items()}
        page_limit = self.rng.choice((50, 100, 200, 500))
        deciding.propose(
            row, ruled, by=self._clerk(row), expected=row.case.version, opinion="符合共享条件，拟同意",
            per_second=self.rng.choice((5, 10, 20)), page_limit=page_limit,
        )  # fmt: skip
        step = {"refused": self._refuse, "extended": self._extend}.get(story.kind, self._consent)
        if row.case.state_since < date(2020, 12, 24) or story.number % 2:
            days = 1 + self.rng.randrange(4) if row.resource.share == "conditional" else 1
            self.later(days, partial(step, story), row)

    def _bounded(self, one: sharing.Ruled, row: SharingRequest) -> sharing.Ruled:
        """Personal items stay masked, and can be looked up by the value that the citizen shows."""
        most = min(one.per_day, 5000) if one.is_granted else 0
        return sharing.Ruled(one.is_granted, most, one.until, one.mask, bool(one.mask), one.why)

    def _refuse(self, story: Story, row: SharingRequest) -> None:
        reason, basis = REFUSALS[story.number % len(REFUSALS)]
        deciding.refuse(row, by=self._head(row), reason=reason, basis=basis, expected=row.case.version)

    def _extend(self, story: Story, row: SharingRequest) -> None:
        deciding.extend(
            row, by=self._head(row), reason="涉及多个业务处，需征求意见", expected=row.case.version
        )
        self.later(6 + self.rng.randrange(4), partial(self._consent, story), row)

    def _consent(self, story: Story, row: SharingRequest) -> None:
        deciding.consent(row, by=self._head(row), expected=row.case.version)
        self.later(2 + self.rng.randrange(7), partial(self._deliver, story), row)

    def _deliver(self, story: Story, row: SharingRequest) -> None:
        deciding.deliver(row, by=self.people.tech, expected=row.case.version)
        corrections.after_delivery(self, row)
        after = {
            "revoked": self._revoke,
            "suspended": self._suspend,
            "resumed": self._suspend,
            "renewed": self._renew,
        }
        if story.kind in after:
            self.later(40 + self.rng.randrange(20), partial(after[story.kind], story), row)

    def _suspend(self, story: Story, row: SharingRequest) -> None:
        reason = "调用量异常增长，暂停供数并请使用方说明"
        deciding.suspend(row, by=self.people.supervisor, reason=reason, expected=row.case.version)
        if story.kind == "resumed":
            self.later(6, self._resume, row)

    def _resume(self, row: SharingRequest) -> None:
        deciding.resume(
            row, by=self._head(row), reason="使用方已说明原因并限制调用频次", expected=row.case.version
        )

    def _revoke(self, story: Story, row: SharingRequest) -> None:
        reason = "使用方业务调整，不再使用" if story.number % 2 else "经检查超出批准的使用范围"
        deciding.revoke(row, by=self._head(row), reason=reason, expected=row.case.version)

    # --- who acts ---

    def _consumer(self, row: SharingRequest) -> Actor:
        return self.people.consumers[row.consumer.code]

    def _clerk(self, row: SharingRequest) -> Actor:
        return self.people.clerks[row.resource.provider.code]

    def _head(self, row: SharingRequest) -> Actor:
        return self.people.heads[row.resource.provider.code]
