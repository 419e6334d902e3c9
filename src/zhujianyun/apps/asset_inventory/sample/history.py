"""What the probes found in 2020 (探测历史): by the same recording as live results, a month at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from django.conf import settings

from zhujianyun.apps.asset_inventory.actions import probing
from zhujianyun.apps.asset_inventory.models import Probe, SystemRecord
from zhujianyun.apps.asset_inventory.rules.probing import Expected, Outcome, judge_certificate, judge_page
from zhujianyun.apps.asset_inventory.sample import catalogue
from zhujianyun.apps.asset_inventory.sample.catalogue import Planned
from zhujianyun.base import clock
from zhujianyun.kernel import access

if TYPE_CHECKING:
    from zhujianyun.apps.asset_inventory.sample.year import Scene

STEP = timedelta(hours=1)
KEEP_DAYS = 3  # single results that the demo starts with; the sums go back to January
BREAKS_FROM = clock.at_local(date(2020, 12, 30), 21)  # what fails while the demo runs has failed since then
SLOW_MS = 2400
EXPECTED = Expected(200, "系统运行正常", 200, 2000)


def port() -> int:
    """The first of four ports at which the neighbours of the demo answer (演示端口)."""
    return int(getattr(settings, "ZJY_PROBED_PORT", 18620))


def allow(by: access.Actor) -> None:
    """The demo's neighbours live on this very machine (登记白名单)."""
    probing.allow_range("127.0.0.1/32", "演示：本机扮演被探测的系统", by=by)


def set_up(record: SystemRecord, one: Planned, by: access.Actor) -> None:
    """The probes of a system: its page, for some a port, a certificate (设置探测项)."""
    fault = catalogue.FAULTS.get(one.code, "")
    if fault == "refuse":
        probing.add_probe(
            record, "tcp", f"127.0.0.1:{port() + 3}", by=by, every_seconds=300, timeout_seconds=4
        )
    probing.add_probe(
        record, "http", f"http://127.0.0.1:{port()}/{one.code}/", by=by, expect_text=EXPECTED.text,
        min_bytes=EXPECTED.min_bytes, slow_ms=EXPECTED.slow_ms, every_seconds=300, timeout_seconds=4,
    )  # fmt: skip
    if "c" in one.traits:
        shown = port() + (2 if catalogue.EXPIRING.get(one.code, 0) == 6 else 1)
        probing.add_probe(
            record, "certificate", f"127.0.0.1:{shown}", by=by, every_seconds=86400, timeout_seconds=4
        )


def expiry(days_left: int) -> date:
    """When a certificate of the demo expires (证书到期日)."""
    return date(2020, 12, 31) + timedelta(days=days_left)


def play_month(scene: Scene, month: int) -> None:
    """Every probe's answers of a month (演练一月探测)."""
    first = max(clock.at_local(date(2020, month, 1)), clock.at_local(date(2020, 1, 2)))
    for probe in Probe.objects.filter(is_on=True).select_related("system__record").order_by("pk"):
        since = max(first, clock.at_local(probe.system.record.gathered_on, 18))
        answers = _answers(scene, probe, since, scene.time.now())
        probing.record(probe, answers, keep_days=KEEP_DAYS if month == 12 else 0)


def _answers(scene: Scene, probe: Probe, since: datetime, until: datetime) -> list[probing.Answered]:
    rng = Random(f"{probe.pk}:{since:%Y%m}")
    code, step = probe.system.code, STEP if scene.scale >= 0.5 else STEP * 6
    fault = catalogue.FAULTS.get(code, "")
    if probe.kind == Probe.Kind.CERTIFICATE:
        return _certificates(code, since, until)
    if fault == "refuse" and probe.kind != Probe.Kind.TCP:
        fault = ""
    broken = _outages(rng, since, until)
    found: list[probing.Answered] = []
    at = since
    while at < until:
        if fault and at >= BREAKS_FROM:
            found.append((at, _fault(fault, rng)))
        elif any(start <= at < end for start, end in broken):
            found.append((at, Outcome(False, "对方拒绝连接", 2)))
        else:
            ms = 40 + int(rng.random() ** 3 * 400)
            found.append((at, Outcome(True, "正常", ms)))
        at += step
    return found


def _outages(rng: Random, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Now and then a system is away for some hours."""
    hours = max(int((until - since).total_seconds() // 3600), 1)
    starts = [since + timedelta(hours=rng.randrange(hours)) for _ in range(rng.choice((0, 0, 0, 1, 1, 2)))]
    return [(start, min(start + timedelta(hours=rng.randrange(1, 7)), BREAKS_FROM)) for start in starts]


def _fault(fault: str, rng: Random) -> Outcome:
    pages = {"error": (500, "内部错误", 400), "pretend": (200, "抱歉，页面出错了", 400)}
    if fault in pages:
        status, text, size = pages[fault]
        return judge_page(status, text, size, 20 + rng.randrange(30), EXPECTED)
    if fault == "slow":
        return judge_page(200, EXPECTED.text, 400, SLOW_MS + rng.randrange(60), EXPECTED)
    return Outcome(
        False, "4 秒内没有完成" if fault == "hang" else "对方拒绝连接", 4000 if fault == "hang" else 1
    )


def _certificates(code: str, since: datetime, until: datetime) -> list[probing.Answered]:
    expires_on = expiry(catalogue.EXPIRING.get(code, 200))
    found, at = [], since
    while at < until:
        found.append((at, judge_certificate(expires_on, clock.local_day(at), 30)))
        at += timedelta(days=1)
    return found
