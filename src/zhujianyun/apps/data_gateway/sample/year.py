"""What happens at the gateway in 2020 (共享大事): interfaces of other departments, services on our own tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from zhujianyun.apps.data_gateway.models import Service, UsageDay
from zhujianyun.apps.data_gateway.sample import history, others, services
from zhujianyun.apps.data_gateway.sample.others import FOREIGN, Foreign
from zhujianyun.base import clock
from zhujianyun.kernel import journal
from zhujianyun.kernel.access import SYSTEM
from zhujianyun.kernel.access.models import Office
from zhujianyun.kernel.resource import actions as resources
from zhujianyun.kernel.resource.models import Grant, Mount
from zhujianyun.kernel.system import actions as systems
from zhujianyun.kernel.system.models import BusinessSystem

STARTS_AT = clock.at_local(date(2020, 1, 3), 8, 40)
ENDS_AT = clock.at_local(date(2020, 12, 31), 14, 25)
OWN_SERVICES = 20
OWN_GRANTED = "constructors-007-table"  # read by a city, personal items masked
OWN_PURPOSES = ("跨部门业务核验", "行业监管", "统计分析", "政务服务办理")
READERS = ("gx-zrzy", "gx-sw", "gx-fgw", "gx-dsj", "gx-scjg", "gx-rs", "gx-mz")
ASKING = ("450000-zfbz", "450000-fdc", "450000-jzsc", "450000-xzsp", "450000-zlaq")


class Scene:
    """The play (演练现场)."""

    def __init__(
        self, time: clock.VirtualClock, seed: int, scale: float, report: Callable[..., None]
    ) -> None:
        self.time, self.scale, self.report = time, scale, report
        self.rng = Random(f"{seed}:data_gateway")
        self.acts = 0

    def play(self) -> None:
        """Everything in the order of time, history at the end (演练)."""
        offices = others.offices()
        for one in sorted(FOREIGN, key=lambda one: one.opened):
            self._at(date(2020, *one.opened))
            self._open_foreign(one, offices[one.office])
        for mount in self._own_mounts():
            self._at(max(clock.local_day(mount.mounted_at) + timedelta(days=3), date(2020, 5, 12)))
            services.open_service(mount, others.MEMBER)
            if mount.code == OWN_GRANTED:
                services.grant_table(mount, Office.objects.get(code=services.CALLER))
            self._acted()
        self.time.move_to(ENDS_AT)
        self._history(offices)
        if consumer := Office.objects.filter(code=services.CALLER).first():
            services.key_of_demo(consumer)

    def _at(self, day: date) -> None:
        self.time.move_to(max(clock.at_local(min(day, date(2020, 12, 30)), 9, 30), self.time.now()))

    def _acted(self) -> None:
        self.acts += 1
        self.report(self.acts, len(FOREIGN) + OWN_SERVICES, "步", f"{clock.today():%m-%d}")

    def _open_foreign(self, one: Foreign, office: Office) -> None:
        code, name, authority = one.system
        system = BusinessSystem.objects.filter(code=code).first() or systems.register_system(
            code, name, office, authority, by=SYSTEM
        )
        entry = resources.enter(one.resource, one.title, office, by=SYSTEM, system=system)
        resources.publish(entry, others.draft(one), by=SYSTEM)
        binding = {item.code: item.code for item in one.items}
        mount = resources.mount_api(
            entry, services.address(one.desk), binding, code=one.code, title=f"{one.title}查询接口", by=SYSTEM
        )
        services.open_service(mount, one.member, paths=(one.path,))
        consumer = Office.objects.filter(code=services.CALLER).first()
        if consumer is not None:
            services.grant(mount, one, consumer, one.purposes[0])
        self._acted()

    def _own_mounts(self) -> list[Mount]:
        """Tables with grants, and others until there are twenty, in the order in which they were mounted."""
        tables = Mount.objects.filter(kind="table", state="mounted", service=None).select_related(
            "resource__provider", "dataset"
        )
        shared = tables.exclude(resource__share="none").order_by("code")
        granted = set(Grant.objects.filter(mount__kind="table").values_list("mount_id", flat=True))
        rest = [mount for mount in shared if mount.pk not in granted]
        wanted = max(OWN_SERVICES - len(granted), 0)
        first = [mount for mount in rest if mount.code == OWN_GRANTED]
        rest = [mount for mount in rest if mount.code != OWN_GRANTED]
        filling = self.rng.sample(rest, min(wanted, len(rest)))
        chosen = [mount for mount in tables if mount.pk in granted] + first + filling
        return sorted(chosen, key=lambda mount: (mount.mounted_at, mount.code))

    def _history(self, offices: dict[str, Office]) -> None:
        opened = list(
            Service.objects.select_related("mount__resource__provider").order_by("opened_on", "code")
        )
        calls = history.usage(self._streams(opened, offices), self.scale, self.rng)
        days = history.probes(opened, self.rng)
        facts = {"calls": calls, "rows": UsageDay.objects.filter(history=True).count(), "probe_days": days}
        journal.record(
            "data_gateway.metered", actor=SYSTEM.key, object=("usage", "history"), facts=facts,
            reason="载入原数据交换平台2020年的历史汇总",
        )  # fmt: skip

    def _streams(self, opened: list[Service], offices: dict[str, Office]) -> list[history.Stream]:
        foreign = {one.code: one for one in FOREIGN}
        own = [service for service in opened if service.code not in foreign]
        found: list[history.Stream] = []
        for service in opened:
            if service.code in foreign:
                found += self._asked(service, foreign[service.code])
            else:
                weight = (1 - sum(one.weight for one in FOREIGN)) / max(len(own), 1)
                found += self._read(service, weight * self.rng.uniform(0.4, 1.8), offices)
        return found

    def _asked(self, service: Service, one: Foreign) -> list[history.Stream]:
        """Divisions of the department and the fourteen cities ask another department's interface."""
        codes = [*self.rng.sample(ASKING, 3)]
        asking = [*Office.objects.filter(code__in=codes).order_by("code"),
                  *Office.objects.filter(kind=Office.Kind.CITY).order_by("code")]  # fmt: skip
        granted = {one.consumer_id: one for one in Grant.objects.filter(mount=service.mount)}
        parts = [self.rng.uniform(0.5, 1.5) * (4 if office.kind == "division" else 1) for office in asking]
        found = []
        for n, (office, part) in enumerate(zip(asking, parts, strict=True)):
            grant = granted.get(office.pk)
            purpose = grant.purpose if grant else one.purposes[n % len(one.purposes)]
            code = grant.code if grant else ""
            found.append(history.Stream(service, office, purpose, one.weight * part / sum(parts), code))
        return found

    def _read(self, service: Service, weight: float, offices: dict[str, Office]) -> list[history.Stream]:
        """Whoever holds a grant reads a table of ours; without any, two or three departments do."""
        grants = list(
            Grant.objects.filter(mount=service.mount, is_test=False).select_related("consumer", "system")
        )
        if grants:
            return [
                history.Stream(
                    service, grant.consumer, grant.purpose, weight / len(grants), grant.code,
                    grant.system.name if grant.system else "",
                )
                for grant in grants
            ]  # fmt: skip
        readers = self.rng.sample(READERS, self.rng.choice((2, 2, 3)))
        return [
            history.Stream(service, offices[code], self.rng.choice(OWN_PURPOSES), weight / len(readers))
            for code in readers
        ]
