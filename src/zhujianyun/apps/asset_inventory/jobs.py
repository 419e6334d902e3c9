"""What comes round by the clock in 资产台账 (资产台账计划任务): probes, findings, pruning, reading of imports."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from zhujianyun.apps.asset_inventory.actions import asking, finding, probing
from zhujianyun.apps.asset_inventory.rules.probing import Expected
from zhujianyun.base import clock, jobs

if TYPE_CHECKING:
    from zhujianyun.apps.asset_inventory.models import Probe

AT_ONCE = 16  # probes under way at the same time
LEASE = timedelta(minutes=5)  # a probe taken by a worker that died is free again after this


@jobs.every(minutes=1)
@jobs.job(retries=0, zh="探测业务系统")
def probe_due() -> int:
    """Ask every probe that is due, many at once; each answer is noted as it comes (探测到期项).

    A target that hangs holds one thread until its time limit and nobody else.
    """
    due = _taken()
    if not due:
        return 0
    allowed, today = probing.allowed_ranges(), clock.today()
    with ThreadPoolExecutor(min(AT_ONCE, len(due)), thread_name_prefix="probe") as pool:
        asked = {pool.submit(asking.ask, _ask(probe, allowed, today)): probe for probe in due}
        for answer in as_completed(asked):
            probing.record(asked[answer], [(clock.now(), answer.result())])
    return len(due)


@transaction.atomic
def _taken() -> list[Probe]:
    """The probes that are due and that no other worker holds, taken by this one (领取到期探测项)."""
    from zhujianyun.apps.asset_inventory.models import Probe

    now = clock.now()
    free = Q(held_until=None) | Q(held_until__lt=now)
    due = Probe.objects.filter(free, is_on=True, next_at__lte=now)
    taken = list(due.select_for_update().select_related("system"))
    Probe.objects.filter(pk__in=[probe.pk for probe in taken]).update(held_until=now + LEASE)
    return taken


def _ask(probe: Probe, allowed: tuple, today) -> asking.Ask:  # noqa: ANN001
    expected = Expected(probe.expect_status, probe.expect_text, probe.min_bytes, probe.slow_ms)
    return asking.Ask(
        probe=probe.pk, kind=probe.kind, target=probe.target, expected=expected,
        timeout=probe.timeout_seconds, allowed=allowed, address=probe.expect_address, today=today,
    )  # fmt: skip


@jobs.every(minutes=15)
@jobs.job(retries=0, zh="通报探测汇总")
def tell_probes() -> None:
    """Let the figures follow the probes (通报探测汇总)."""
    probing.tell_sums(clock.today())


@jobs.daily_at("02:30")
@jobs.job(zh="核查资产台账")
def look_nightly() -> str:
    """Judge every system by the rules of the new day, and let old single results go (夜间核查)."""
    new, gone = finding.look_everywhere()
    return f"新发现 {new} 条，消除 {gone} 条，清理明细 {probing.prune()} 条"
