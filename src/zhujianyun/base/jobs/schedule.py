"""Work that comes round by the clock (计划任务): every so often, or daily at an hour of Asia/Shanghai.

Time is cut into slots. The table ``Schedule`` holds for every plan the last slot that was served; a
worker that finds a later one due moves the mark and enqueues the job in one transaction. So:

- no slot is served twice, however many workers look at the clock at once;
- slots that passed while nobody worked are served once, by the latest of them;
- a plan whose last job is still waiting or running is not started a second time: it waits, and
  serves the then latest slot;
- a plan that is seen for the first time starts with its next slot.

The schedule follows ``base.clock``. When that clock is set back by more than a day (the demo year
after a real day) the mark follows without serving anything; by less, the plan waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django_tasks_db.compat import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult

from zhujianyun.base import clock
from zhujianyun.base.jobs.models import Schedule
from zhujianyun.base.jobs.terms import enqueue

log = logging.getLogger("zhujianyun.jobs")
_ORIGIN = clock.at_local(date(2000, 1, 1))  # slots are counted from a midnight of Asia/Shanghai
_ANOTHER_CLOCK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan (计划): the job, and either a period or an hour of the day."""

    task: Task
    period: timedelta | None = None
    hour: time | None = None

    @property
    def name(self) -> str:
        """The plan is named after its job (计划名)."""
        return self.task.module_path

    @property
    def zh(self) -> str:
        """The plan in words (时间安排)."""
        if self.hour is not None:
            return f"每天 {self.hour:%H:%M}"
        seconds = int(self.period.total_seconds()) if self.period else 0
        for unit, length in (("天", 86400), ("小时", 3600), ("分钟", 60)):
            if seconds % length == 0:
                return f"每 {seconds // length} {unit}"
        return f"每 {seconds} 秒"

    def slot(self, at: datetime) -> datetime:
        """The latest slot that is not after an instant (最近时点)."""
        if self.period is not None:
            return _ORIGIN + (at - _ORIGIN) // self.period * self.period
        day = clock.local_day(at)
        hour = self.hour or time()
        today = clock.at_local(day, hour.hour, hour.minute)
        return today if today <= at else clock.at_local(day - timedelta(days=1), hour.hour, hour.minute)

    def next_slot(self, at: datetime) -> datetime:
        """The first slot after an instant (下一时点)."""
        if self.period is not None:
            return self.slot(at) + self.period
        hour = self.hour or time()
        return clock.at_local(clock.local_day(self.slot(at)) + timedelta(days=1), hour.hour, hour.minute)


_plans: dict[str, Plan] = {}


def every(*, minutes: float = 0, hours: float = 0, seconds: float = 0) -> Callable[[Task], Task]:
    """Enqueue a job once in every period (按周期执行). Stands above ``@jobs.job``.

    Raises:
        ValueError: when the period is shorter than a second.
    """
    period = timedelta(minutes=minutes, hours=hours, seconds=seconds)
    if period < timedelta(seconds=1):
        raise ValueError("a period is at least one second")

    def plan(task: Task) -> Task:
        return _keep(Plan(task, period=period))

    return plan


def daily_at(hour: str) -> Callable[[Task], Task]:
    """Enqueue a job daily at ``HH:MM`` of Asia/Shanghai (每天定时执行). Stands above ``@jobs.job``.

    Raises:
        ValueError: when it is no such hour.
    """
    at = datetime.strptime(hour, "%H:%M").time()  # noqa: DTZ007 - an hour of the wall, not an instant

    def plan(task: Task) -> Task:
        return _keep(Plan(task, hour=at))

    return plan


def _keep(plan: Plan) -> Task:
    if not isinstance(plan.task, Task):
        raise TypeError(f"a plan stands above @jobs.job: {plan.task!r} is no job")
    _plans[plan.name] = plan
    return plan.task


def plans() -> tuple[Plan, ...]:
    """All plans, by name (全部计划)."""
    return tuple(_plans[name] for name in sorted(_plans))


def run_due() -> int:
    """Enqueue what is due by the clock (到点入队); how many."""
    now = clock.now()
    rows = {row.name: row for row in Schedule.objects.filter(name__in=list(_plans))}
    return sum(_serve(plan, rows.get(plan.name), now) for plan in plans())


def _serve(plan: Plan, seen: Schedule | None, now: datetime) -> bool:
    """Serve the latest slot of one plan, unless it is served or somebody is faster (执行一个计划)."""
    slot = plan.slot(now)
    if seen is None:
        Schedule.objects.get_or_create(name=plan.name, defaults={"plan_zh": plan.zh, "last_slot": slot})
        return False
    if seen.plan_zh != plan.zh:
        Schedule.objects.filter(pk=seen.pk).update(plan_zh=plan.zh)
    if not seen.enabled or seen.last_slot == slot or _is_under_way(seen):
        return False
    if slot < seen.last_slot:
        return _step_back(seen, slot)
    with transaction.atomic():
        won = Schedule.objects.filter(pk=seen.pk, last_slot=seen.last_slot, enabled=True).update(
            last_slot=slot
        )
        if won:
            job_id = enqueue(plan.task)
            Schedule.objects.filter(pk=seen.pk).update(last_job=job_id)
    return bool(won)


def _is_under_way(seen: Schedule) -> bool:
    waiting = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    if seen.last_job is None:
        return False
    return DBTaskResult.objects.filter(pk=seen.last_job, status__in=waiting).exists()


def _step_back(seen: Schedule, slot: datetime) -> bool:
    """The clock was set back: by more than a day, it is another clock, and the mark follows (时钟回拨)."""
    if seen.last_slot - slot > _ANOTHER_CLOCK:
        Schedule.objects.filter(pk=seen.pk, last_slot=seen.last_slot).update(last_slot=slot)
        log.warning("计划 %s 的时点晚于当前时钟一天以上，已改为 %s", seen.name, slot.isoformat())
    return False
